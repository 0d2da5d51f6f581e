/** Types that Heat hides and that still work: old names of gateways and floating addresses. */
import { made, ref, thing, to, type TypeEntry } from './form.ts';

const address = (id: string) => thing('network', `/v2.0/floatingips/{${id}}`, 'floatingip');

const routed = {
  net: made('OS::Neutron::Net'),
  subnet: made('OS::Neutron::Subnet', { network: ref('net'), cidr: '10.81.0.0/24' }),
  router: made('OS::Neutron::Router', { external_gateway_info: { network: 'public' } }),
  foot: made('OS::Neutron::RouterInterface', { router: ref('router'), subnet: ref('subnet') }),
};

export const hiddenEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::RouterGateway',
    around: { router: made('OS::Neutron::Router', {}), second: made('OS::Neutron::Router', {}) },
    properties: { router_id: ref('router'), network: 'public' },
    thing: thing('network', '/v2.0/routers/{router}', 'router'),
    replaces: {
      router_id: to(ref('second'), {
        thing: thing('network', '/v2.0/routers/{second}', 'router'),
        at: 'external_gateway_info',
        is: {},
      }),
    },
  },
  {
    type: 'OS::Nova::FloatingIP',
    properties: {},
    thing: address('id'),
    replaces: { pool: to('public', { unseen: 'Neutron shows the id of the network' }) },
    varying: ['ip'],
  },
  {
    type: 'OS::Nova::FloatingIPAssociation',
    around: {
      ...routed,
      one: made('OS::Nova::Server', { image: 'cirros', flavor: 'm1.tiny', networks: [{ subnet: ref('subnet') }] }),
      two: made('OS::Nova::Server', { image: 'cirros', flavor: 'm1.tiny', networks: [{ subnet: ref('subnet') }] }),
      first: made('OS::Nova::FloatingIP', { pool: 'public' }),
      second: made('OS::Nova::FloatingIP', { pool: 'public' }),
    },
    properties: { server_id: ref('one'), floating_ip: ref('first') },
    thing: address('first'),
    updates: {
      server_id: to(ref('two'), { at: 'port_details.device_id', is: ref('two') }),
      floating_ip: to(ref('second'), {
        thing: address('second'),
        at: 'port_details.device_id',
        is: ref('two'),
        wave: 2,
      }),
    },
    replaces: { cannot: 'each of its properties may be changed' },
  },
];
