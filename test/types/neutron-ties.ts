/** Neutron's types that tie networks together and guard them: interfaces, floating addresses, security groups. */
import { cannot, made, type Parts, ref, thing, to, type TypeEntry } from './form.ts';
import { place } from './neutron.ts';

const router = made('OS::Neutron::Router', { external_gateway_info: { network: 'public' } });
const floating = thing('network', '/v2.0/floatingips/{id}', 'floatingip');

/** What an address of `public` is tied to: two ports behind a router. */
const behind = (second: number): Parts => ({
  ...place(second),
  router,
  interface: made('OS::Neutron::RouterInterface', { router: ref('router'), subnet: ref('subnet') }),
  port: made('OS::Neutron::Port', {
    network: ref('net'),
    fixed_ips: [
      { subnet: ref('subnet'), ip_address: `10.${second}.0.20` },
      { subnet: ref('subnet'), ip_address: `10.${second}.0.21` },
    ],
  }),
  second_port: made('OS::Neutron::Port', {
    network: ref('net'),
    fixed_ips: [
      { subnet: ref('subnet'), ip_address: `10.${second}.0.30` },
      { subnet: ref('subnet'), ip_address: `10.${second}.0.31` },
    ],
  }),
});

const ties: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::RouterInterface',
    around: {
      ...place(54),
      more: made('OS::Neutron::Subnet', { network: ref('net'), cidr: '10.54.1.0/24' }),
      port: made('OS::Neutron::Port', {
        network: ref('net'),
        fixed_ips: [{ subnet: ref('subnet'), ip_address: '10.54.0.40' }],
      }),
      router: made('OS::Neutron::Router'),
      other: made('OS::Neutron::Router'),
    },
    properties: { router: ref('router'), subnet: ref('subnet') },
    replaces: {
      router: to(ref('other')),
      subnet: to(ref('more')),
      port: to(ref('port'), { with: { subnet: null } }),
    },
  },
  {
    type: 'OS::Neutron::FloatingIP',
    around: behind(55),
    properties: { floating_network: 'public' },
    beside: { depends_on: ['interface'] },
    thing: floating,
    updates: {
      port_id: to(ref('port'), { with: { fixed_ip_address: '10.55.0.20' } }),
      fixed_ip_address: to('10.55.0.31', { with: { port_id: ref('second_port') }, wave: 2 }),
      dns_name: to('gate', { unseen: 'Neutron takes it at creation only' }),
      dns_domain: to('garden.example.', { unseen: 'Neutron takes it at creation only' }),
    },
    replaces: { value_specs: to({ description: 'said' }) },
    varying: ['floating_ip_address'],
  },
  {
    type: 'OS::Neutron::FloatingIP',
    about: 'what an administrator may say',
    as: 'admin',
    properties: { floating_network: 'public', floating_ip_address: '172.24.55.55' },
    thing: floating,
    replaces: {
      floating_ip_address: to('172.24.55.56', { at: 'floating_ip_address' }),
      floating_subnet: to('public-subnet', { with: { floating_ip_address: null } }),
    },
  },
  {
    type: 'OS::Neutron::FloatingIPAssociation',
    around: {
      ...behind(56),
      address: made('OS::Neutron::FloatingIP', { floating_network: 'public' }, { depends_on: ['interface'] }),
      spare: made('OS::Neutron::FloatingIP', { floating_network: 'public' }, { depends_on: ['interface'] }),
    },
    properties: { floatingip_id: ref('address'), port_id: ref('port'), fixed_ip_address: '10.56.0.20' },
    updates: {
      port_id: to(ref('second_port'), {
        thing: thing('network', '/v2.0/floatingips/{address}', 'floatingip'),
        with: { fixed_ip_address: '10.56.0.30' },
      }),
      fixed_ip_address: to('10.56.0.31', {
        thing: thing('network', '/v2.0/floatingips/{address}', 'floatingip'),
        wave: 2,
      }),
      floatingip_id: to(ref('spare'), {
        thing: thing('network', '/v2.0/floatingips/{spare}', 'floatingip'),
        at: 'port_id',
        is: ref('second_port'),
        wave: 3,
      }),
    },
    replaces: cannot('each of its properties may be changed'),
  },
];

const rule: Parts = { protocol: 'tcp', port_range_min: 22, port_range_max: 22 };
const shownRule = thing('network', '/v2.0/security-group-rules/{id}', 'security_group_rule');

const groups: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::SecurityGroup',
    properties: { name: 'guard', description: 'at the gate', rules: [rule] },
    thing: thing('network', '/v2.0/security-groups/{id}', 'security_group'),
    updates: {
      name: to('guards'),
      description: to('at each gate'),
      rules: to([{ protocol: 'icmp', remote_ip_prefix: '10.0.0.0/8' }], {
        thing: thing(
          'network',
          '/v2.0/security-group-rules?security_group_id={id}&direction=ingress',
          'security_group_rules',
        ),
        at: '',
        is: [{ protocol: 'icmp', remote_ip_prefix: '10.0.0.0/8' }],
      }),
      stateful: to(false, { wave: 2 }),
    },
    replaces: cannot('each of its properties may be changed'),
  },
  {
    type: 'OS::Neutron::SecurityGroupRule',
    around: {
      group: made('OS::Neutron::SecurityGroup', {}),
      other: made('OS::Neutron::SecurityGroup', {}),
    },
    properties: {
      security_group: ref('group'),
      description: 'a hole',
      direction: 'ingress',
      ethertype: 'IPv4',
      remote_ip_prefix: '10.0.0.0/8',
      ...rule,
    },
    thing: shownRule,
    replaces: {
      description: to('a wider hole'),
      port_range_min: to(20),
      port_range_max: to(30),
      protocol: to('udp'),
      remote_ip_prefix: to('10.1.0.0/16'),
      direction: to('egress'),
      remote_group: to(ref('other'), { with: { remote_ip_prefix: null }, at: 'remote_group_id' }),
      ethertype: to('IPv6'),
      security_group: to(ref('other'), { at: 'security_group_id' }),
    },
  },
];

export const neutronTiesEntries: readonly TypeEntry[] = [...ties, ...groups];
