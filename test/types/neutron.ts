/** Neutron's types that make a network: nets, subnets, ports, routers. What ties and guards them: neutron-ties.ts. */
import { cannot, made, type Parts, ref, type Thing, thing, to, type TypeEntry } from './form.ts';

const noAgents = 'no DHCP or L3 agent runs on either cloud';
const noZones = 'an availability zone of Neutron has agents, and none run on either cloud';
const said = to({ description: 'said' }, { at: 'description', is: 'said' });

/** A network and a range on it, of another /24 of 10.<second>.0.0/16 for each entry. */
export const place = (second: number, third = 0): Parts => ({
  net: made('OS::Neutron::Net'),
  subnet: made('OS::Neutron::Subnet', { network: ref('net'), cidr: `10.${second}.${third}.0/24` }),
});

const net: Thing = thing('network', '/v2.0/networks/{id}', 'network');
const subnet = thing('network', '/v2.0/subnets/{id}', 'subnet');
const port = thing('network', '/v2.0/ports/{id}', 'port');
const router = thing('network', '/v2.0/routers/{id}', 'router');

const nets: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Net',
    around: { range: made('OS::Neutron::Subnet', { network: ref('it'), cidr: '10.51.0.0/24' }) },
    properties: { name: 'lane', admin_state_up: true, port_security_enabled: true, tags: ['one'] },
    thing: net,
    updates: {
      name: to('road'),
      value_specs: said,
      admin_state_up: to(false),
      dhcp_agent_ids: cannot(noAgents),
      port_security_enabled: to(false),
      qos_policy: cannot('shown with the policy that it names'),
      dns_domain: to('garden.example.'),
      tags: to(['blue', 'green']),
    },
    replaces: cannot('what replaces it is for administrators'),
  },
  {
    type: 'OS::Neutron::Net',
    about: 'what an administrator may say',
    as: 'admin',
    around: { project: made('OS::Keystone::Project', {}) },
    properties: { shared: false },
    thing: net,
    updates: { shared: to(true) },
    replaces: { tenant_id: to(ref('project')) },
  },
];

const subnets: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Subnet',
    around: { net: made('OS::Neutron::Net'), other: made('OS::Neutron::Net') },
    properties: { network: ref('net'), cidr: '10.61.0.0/24', ip_version: 4, name: 'range', enable_dhcp: true },
    thing: subnet,
    updates: {
      name: to('span'),
      dns_nameservers: to(['8.8.8.8']),
      gateway_ip: to('10.61.0.9'),
      enable_dhcp: to(false),
      allocation_pools: to([{ start: '10.61.0.100', end: '10.61.0.200' }]),
      host_routes: to([{ destination: '10.99.0.0/24', nexthop: '10.61.0.7' }]),
      value_specs: said,
      segment: cannot("it gets a segment only where its network's only subnet is it, and segments are an operator's"),
      tags: to(['blue', 'green']),
    },
    replaces: {
      cidr: to('10.62.0.0/24', { with: { gateway_ip: '10.62.0.1', allocation_pools: [], host_routes: [] } }),
      network: to(ref('other')),
    },
  },
  {
    type: 'OS::Neutron::Subnet',
    about: 'of IPv6',
    around: { net: made('OS::Neutron::Net') },
    properties: {
      network: ref('net'),
      cidr: 'fd00:51::/64',
      ip_version: 6,
      ipv6_ra_mode: 'slaac',
      ipv6_address_mode: 'slaac',
    },
    thing: subnet,
    replaces: {
      ipv6_ra_mode: to('dhcpv6-stateless', { with: { ipv6_address_mode: 'dhcpv6-stateless' } }),
      ipv6_address_mode: to('slaac', { with: { ipv6_ra_mode: null } }),
    },
  },
];

const ports: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Port',
    around: {
      ...place(52),
      other: made('OS::Neutron::Net'),
      other_subnet: made('OS::Neutron::Subnet', { network: ref('other'), cidr: '10.53.0.0/24' }),
      group: made('OS::Neutron::SecurityGroup', { name: '$stack-guard' }),
    },
    properties: {
      network: ref('net'),
      name: 'door',
      fixed_ips: [{ subnet: ref('subnet'), ip_address: '10.52.0.20' }],
      mac_address: 'fa:16:3e:52:00:01',
      admin_state_up: true,
    },
    beside: { depends_on: ['other_subnet'] },
    thing: port,
    updates: {
      name: to('gate'),
      device_id: to('a-device'),
      device_owner: to('someone'),
      fixed_ips: to([{ subnet: ref('subnet'), ip_address: '10.52.0.30' }], {
        is: [{ subnet_id: ref('subnet'), ip_address: '10.52.0.30' }],
      }),
      security_groups: to([ref('group')]),
      replacement_policy: to('REPLACE_ALWAYS', { unseen: 'Heat alone follows it', wave: 4, replaces: true }),
      dns_name: to('gate'),
      tags: to(['blue', 'green']),
      value_specs: said,
      admin_state_up: to(false),
      allowed_address_pairs: to([{ ip_address: '10.52.0.77' }], { is: [{ ip_address: '10.52.0.77' }] }),
      'binding:vnic_type': to('direct'),
      port_security_enabled: to(false, { with: { security_groups: [], allowed_address_pairs: [] }, wave: 2 }),
      qos_policy: cannot('shown with the policy that it names'),
      propagate_uplink_status: cannot('the extension uplink-status-propagation is on neither cloud'),
      no_fixed_ips: to(true, { with: { fixed_ips: null }, at: 'fixed_ips', is: [], wave: 3 }),
    },
    replaces: {
      mac_address: to('fa:16:3e:52:00:02', { with: { replacement_policy: 'AUTO', no_fixed_ips: null } }),
      network: to(ref('other'), { with: { fixed_ips: [{ subnet: ref('other_subnet') }] } }),
    },
    varying: ['mac_address'],
  },
];

const routers: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Router',
    properties: { name: 'crossing', admin_state_up: true },
    thing: router,
    updates: {
      name: to('roundabout'),
      external_gateway_info: to({ network: 'public' }, { at: 'external_gateway_info.external_fixed_ips.0', is: {} }),
      value_specs: said,
      admin_state_up: to(false),
      l3_agent_ids: cannot(noAgents),
      availability_zone_hints: cannot(noZones),
      tags: to(['blue', 'green']),
    },
    replaces: cannot('what replaces it is for administrators'),
    varying: ['external_gateway_info'],
  },
  {
    type: 'OS::Neutron::Router',
    about: 'what an administrator may say',
    as: 'admin',
    around: { project: made('OS::Keystone::Project', {}) },
    properties: { ha: false, distributed: false },
    thing: router,
    replaces: { tenant_id: to(ref('project')) },
  },
];

export const neutronEntries: readonly TypeEntry[] = [...nets, ...subnets, ...ports, ...routers];
