/** Neutron's types that link what is there: routes of a router, trunks, forwarded ports. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';
import { place } from './neutron.ts';

const router = made('OS::Neutron::Router', { external_gateway_info: { network: 'public' } });
const foot = made('OS::Neutron::RouterInterface', { router: ref('router'), subnet: ref('subnet') });
const routes = thing('network', '/v2.0/routers/{router}', 'router');
const route = (destination: string, nexthop: string) => ({ destination, nexthop });

const ofRouters: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::ExtraRoute',
    around: {
      ...place(80),
      router: made('OS::Neutron::Router'),
      foot,
      more: made('OS::Neutron::Subnet', { network: ref('net'), cidr: '10.80.1.0/24' }),
      other: made('OS::Neutron::Router'),
      other_foot: made('OS::Neutron::RouterInterface', { router: ref('other'), subnet: ref('more') }),
    },
    properties: { router_id: ref('router'), ...route('10.180.0.0/24', '10.80.0.5') },
    thing: routes,
    replaces: {
      destination: to('10.180.1.0/24', { at: 'routes', is: [route('10.180.1.0/24', '10.80.0.5')] }),
      nexthop: to('10.80.0.6', { at: 'routes', is: [route('10.180.1.0/24', '10.80.0.6')] }),
      router_id: to(ref('other'), {
        with: { nexthop: '10.80.1.6' },
        thing: thing('network', '/v2.0/routers/{other}', 'router'),
        at: 'routes',
        is: [route('10.180.1.0/24', '10.80.1.6')],
      }),
    },
  },
  {
    type: 'OS::Neutron::ExtraRouteSet',
    around: {
      ...place(81),
      router: made('OS::Neutron::Router'),
      foot,
      more: made('OS::Neutron::Subnet', { network: ref('net'), cidr: '10.81.1.0/24' }),
      other: made('OS::Neutron::Router'),
      other_foot: made('OS::Neutron::RouterInterface', { router: ref('other'), subnet: ref('more') }),
    },
    properties: {
      router: ref('router'),
      routes: [route('10.181.0.0/24', '10.81.0.5'), route('10.181.1.0/24', '10.81.0.5')],
    },
    thing: routes,
    updates: { routes: to([route('10.181.1.0/24', '10.81.0.5'), route('10.181.2.0/24', '10.81.0.6')]) },
    replaces: {
      router: to(ref('other'), {
        with: { routes: [route('10.181.3.0/24', '10.81.1.5')] },
        thing: thing('network', '/v2.0/routers/{other}', 'router'),
        at: 'routes',
        is: [route('10.181.3.0/24', '10.81.1.5')],
      }),
    },
  },
];

const port = made('OS::Neutron::Port', { network: ref('net') });
const sub = (port_id: string, segmentation_id: number) => ({
  port: ref(port_id),
  segmentation_type: 'vlan',
  segmentation_id,
});
const shownSub = (port_id: string, segmentation_id: number) => ({ port_id: ref(port_id), segmentation_id });

const trunks: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::Trunk',
    around: { ...place(82), parent: port, one: port, two: port },
    properties: { name: 'stem', port: ref('parent'), sub_ports: [sub('one', 11)] },
    thing: thing('network', '/v2.0/trunks/{id}', 'trunk'),
    updates: {
      name: to('branch'),
      sub_ports: to([sub('one', 12), sub('two', 11)], { is: [shownSub('one', 12), shownSub('two', 11)] }),
      description: to('said'),
      admin_state_up: to(false),
    },
    replaces: cannot('its parent may never change, and everything else may'),
  },
];

const forwarding = (address: string) =>
  thing('network', `/v2.0/floatingips/{${address}}/port_forwardings/{id}`, 'port_forwarding');
const address = made('OS::Neutron::FloatingIP', { floating_network: 'public' }, { depends_on: ['foot'] });
const portAt = (...hosts: number[]) =>
  made('OS::Neutron::Port', {
    network: ref('net'),
    fixed_ips: hosts.map(host => ({ subnet: ref('subnet'), ip_address: `10.83.0.${host}` })),
  });

const forwarded: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::FloatingIPPortForward',
    around: { ...place(83), router, foot, inside: portAt(20, 21), second: portAt(30), ip: address, spare: address },
    properties: {
      floating_ip: ref('ip'),
      internal_port: ref('inside'),
      internal_ip_address: '10.83.0.20',
      internal_port_number: 22,
      external_port: 2222,
      protocol: 'tcp',
    },
    thing: forwarding('ip'),
    updates: {
      internal_ip_address: to('10.83.0.21'),
      internal_port_number: to(23, { at: 'internal_port' }),
      external_port: to(2223),
      protocol: to('udp'),
      internal_port: to(ref('second'), {
        at: 'internal_port_id',
        with: { internal_ip_address: '10.83.0.30' },
        wave: 2,
      }),
    },
    replaces: { floating_ip: to(ref('spare'), { thing: forwarding('spare'), at: 'external_port', is: 2223 }) },
  },
];

export const neutronLinksEntries: readonly TypeEntry[] = [...ofRouters, ...trunks, ...forwarded];
