/** Hidden types: tombs that take anything, old names of floating addresses and gateways, and names that are not built. */
import { describe, expect, it } from 'vitest';
import {
  afterOf,
  bodyOf,
  definitions,
  get,
  problem,
  propertiesOf,
  shown,
  walk,
  walkChange,
} from '../../test/support/steps.ts';
import type { CloudCall } from '../kernel/world.ts';
import { heatTypes } from '../kit/heat-types.ts';
import type { LifeContext } from '../kit/resource.ts';
import { type Plain, toPlain } from '../values/json.ts';
import routerGateway from './neutron/router-gateway.ts';
import floatingIp from './nova/floating-ip.ts';
import floatingIpAssociation from './nova/floating-ip-association.ts';
import { createRegistry } from './registry.ts';

const registry = createRegistry();

describe('the 201 names', () => {
  it('are all known: they work, or say why they do not', () => {
    expect(heatTypes.size).toBe(201);
    const unsaid = [...heatTypes.keys()].filter(name => {
      const type = registry.get(name);
      return type === undefined || (type.absent === undefined) !== registry.names().includes(name);
    });
    expect(unsaid).toEqual([]);
  });

  it('are all that is built, with the plug-ins’ own beside them', () => {
    expect(registry.names().filter(name => !heatTypes.has(name))).toEqual([]);
  });
});

describe('a tomb', () => {
  const type = registry.get('OS::Glance::Image')!;

  it('takes any property, makes an id and answers null', () => {
    expect(problem(type, { nonsense: [1] })).toBeUndefined();
    if (type.life.kind !== 'local') throw new Error('a local life');
    const made = type.life.create(propertiesOf(type, {}), { uuid: () => 'an-id' } as LifeContext);
    expect(made).toMatchObject({ kind: 'done', waitMs: 0, value: { physicalId: 'an-id' } });
    expect(type.life.delete).toBeUndefined();
    expect(type.attribute({} as never, 'whatever')).toBeNull();
    expect(type.support).toMatchObject({ status: 'HIDDEN', previous: { status: 'DEPRECATED' } });
  });
});

const port = { port_id: 'PORT', fixed_ips: [{ ip_address: 'fd00::5' }, { ip_address: '10.0.0.5' }] };

function answer(call: CloudCall): Plain {
  if (call.path.includes('router:external')) return { networks: [{ id: 'EXT' }] };
  if (call.path.endsWith('/os-interface')) return { interfaceAttachments: [port] };
  return {
    floatingip: {
      id: 'FIP',
      floating_ip_address: '172.24.4.7',
      floating_network_id: 'EXT',
      ...(bodyOf(call) as object),
    },
  };
}

describe('old names that work', () => {
  it('make a floating address of the pool, or of the first external network', () => {
    const calls = walk(floatingIp, {}, answer).calls.map(shown);
    expect(calls[0]).toBe('GET /v2.0/networks?router:external=True');
    expect(calls[1]).toContain('"floating_network_id":"EXT"');
    expect(calls[2]).toBe('PUT /v2.0/floatingips/FIP {"floatingip":{"description":""}}');
    expect(walk(floatingIp, { pool: 'NET' }, answer).calls.map(shown)[0]).toContain('"floating_network_id":"NET"');
  });

  it('tie an address to the first port of a server, by its IPv4 address', () => {
    const calls = walk(floatingIpAssociation, { server_id: 'S', floating_ip: 'F' }, answer).calls.map(shown);
    expect(calls).toEqual([
      'GET /servers/S/os-interface',
      'PUT /v2.0/floatingips/F {"floatingip":{"port_id":"PORT","fixed_ip_address":"10.0.0.5"}}',
    ]);
    const moved = walkChange(
      floatingIpAssociation,
      { server_id: 'S', floating_ip: 'F' },
      { server_id: 'S', floating_ip: 'G' },
      answer,
    );
    expect(moved.calls).toEqual([
      'PUT /v2.0/floatingips/F {"floatingip":{"port_id":null}}',
      'GET /servers/S/os-interface',
      'PUT /v2.0/floatingips/G {"floatingip":{"port_id":"PORT","fixed_ip_address":"10.0.0.5"}}',
    ]);
  });

  it('set a router’s gateway, once its feet and the network’s ranges are there', () => {
    const { calls, last } = walk(routerGateway, { router_id: 'R', network_id: 'N' }, () => ({}));
    expect(calls.map(shown)).toEqual(['PUT /v2.0/routers/R {"router":{"external_gateway_info":{"network_id":"N"}}}']);
    expect([last.physicalId, toPlain(last.data)]).toEqual(['R:N', {}]);
    expect(problem(routerGateway, { router_id: 'R' })).toContain('network');
    const all = definitions({
      way: ['OS::Neutron::RouterGateway', { router_id: get('r'), network: 'public' }],
      foot: ['OS::Neutron::RouterInterface', { router: get('r'), subnet: get('s') }],
      other: ['OS::Neutron::RouterInterface', { router: get('q'), subnet: get('s') }],
      range: ['OS::Neutron::Subnet', { network: 'public', cidr: '10.0.0.0/24' }],
    });
    expect(afterOf(routerGateway, 'way', all)).toEqual(['foot', 'range']);
  });
});
