import { describe, expect, it } from 'vitest';
import {
  attr,
  bodyOf,
  get,
  inputFor,
  live,
  mark,
  problem,
  shown,
  stepsFor,
  walk,
} from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ResourceType } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import type { Value } from '../../values/value.ts';
import floatingIp from './floating-ip.ts';
import net from './net.ts';
import { built } from './network.ts';
import port from './port.ts';
import router from './router.ts';
import subnet from './subnet.ts';

const N = '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11';

/** Answers what was sent, as an OpenStack service does, under the key it came with. */
function echo(call: CloudCall): Plain {
  const body = bodyOf(call) as PlainMap;
  const key = Object.keys(body)[0] ?? '';
  const inner = body[key];
  return typeof inner === 'object' && inner !== null && !Array.isArray(inner)
    ? { [key]: { id: 'ID', status: 'ACTIVE', ...inner } }
    : body;
}

const lines = (type: ResourceType, plain: PlainMap) => walk(type, plain, echo).calls.map(shown);
const firstBody = (type: ResourceType, plain: PlainMap) => bodyOf(walk(type, plain, echo).calls[0]!) as PlainMap;

describe('a mark', () => {
  it('is the name where the user gave none: one call', () => {
    expect(lines(net, {})).toEqual([
      `POST /v2.0/networks {"network":{"admin_state_up":true,"shared":false,"name":"${mark}"}}`,
    ]);
  });

  it('is the description where the user chose the name, and makes room for the user’s own', () => {
    const { calls, last } = walk(net, { name: 'mine', value_specs: { description: 'own' } }, echo);
    expect(bodyOf(calls[0]!)).toMatchObject({ network: { name: 'mine', description: mark } });
    expect(calls.slice(1).map(shown)).toEqual(['PUT /v2.0/networks/ID {"network":{"description":"own"}}']);
    expect(last.physicalId).toBe('ID');
    expect(lines(net, { name: '' })[1]).toBe('PUT /v2.0/networks/ID {"network":{"description":""}}');
  });

  it('is found by the field it is in, and only byte for byte', () => {
    for (const [plain, field] of [
      [{}, 'name'],
      [{ name: 'mine' }, 'description'],
    ] as const) {
      const [step] = stepsFor(net, plain);
      const input = inputFor(net, plain);
      expect(shown(step!.find(input))).toBe(`GET /v2.0/networks?${field}=${mark}`);
      const twins = [
        { id: 'a', [field]: `${mark} ` },
        { id: 'b', [field]: mark.toUpperCase() },
        { id: 'c', name: 'mine' },
      ];
      expect(step!.found(fromPlain({ networks: twins }), input)).toBeUndefined();
      const both = [...twins, { id: 'e', [field]: mark }, { id: 'd', [field]: mark }];
      expect(step!.found(fromPlain({ networks: both }), input)?.physicalId).toBe('d');
    }
  });

  it('is where the thing is: the resource’s own step, undone by a delete; what completes it is not undone', () => {
    const plain = { name: 'mine', tags: ['t'], dhcp_agent_ids: ['A'] };
    const steps = stepsFor(net, plain);
    expect(steps.map(({ name, main, repeatable }) => [name, main === true, repeatable === true])).toEqual([
      ['network', true, false],
      ['dhcp_agent_0', false, true],
      ['description', false, true],
      ['tags', false, true],
    ]);
    const input = inputFor(net, plain);
    expect(steps.map(step => step.remove('ID', input)).map(call => call && shown(call))).toEqual([
      'DELETE /v2.0/networks/ID',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('what completes a thing', () => {
  it('is kept in its data, whether the answer shows the thing or not', () => {
    const { calls, last } = walk(net, { name: 'mine', tags: ['a', 'b'] }, echo);
    expect(shown(calls[2]!)).toBe('PUT /v2.0/networks/ID/tags {"tags":["a","b"]}');
    // The PUT's answer shows no more than was put there; what it does not say is not known to be gone.
    expect(toPlain(last.data)).toMatchObject({ description: '', tags: ['a', 'b'] });
  });

  it('adds agents one by one; one that is there already is seen', () => {
    const plain = { dhcp_agent_ids: ['A', 'B'] };
    const { calls, made } = walk(net, plain, echo);
    expect(calls.slice(1).map(shown)).toEqual([
      'POST /v2.0/agents/A/dhcp-networks {"network_id":"ID"}',
      'POST /v2.0/agents/B/dhcp-networks {"network_id":"ID"}',
    ]);
    const step = stepsFor(net, plain)[2]!;
    const input = inputFor(net, plain, Object.fromEntries(made));
    expect(step.unique).toBe(true);
    expect(shown(step.find(input))).toBe('GET /v2.0/networks/ID/dhcp-agents');
    expect(step.found(fromPlain({ agents: [{ id: 'A' }] }), input)).toBeUndefined();
    expect(step.found(fromPlain({ agents: [{ id: 'A' }, { id: 'B' }] }), input)?.physicalId).toBe('ID');
  });
});

describe('built', () => {
  const of = (status: Plain) => built(fromPlain({ status }) as never);

  it('is a thing that is ACTIVE or DOWN, or has no status', () => {
    for (const status of ['ACTIVE', 'DOWN', null]) expect(of(status)).toEqual({ kind: 'ready' });
    expect(of('BUILD')).toEqual({ kind: 'waiting' });
  });

  it('fails in Heat’s words', () => {
    for (const status of ['ERROR', 'DEGRADED']) {
      const message = `Went to status ${status} due to "Unknown"`;
      expect(of(status)).toEqual({ kind: 'failed', error: 'ResourceInError', message });
    }
    const message = 'Resource is not built - Unknown status PAUSED due to "Unknown"';
    expect(of('PAUSED')).toEqual({ kind: 'failed', error: 'ResourceUnknownStatus', message });
  });

  it('is asked of networks, ports and routers, not of subnets and floating addresses', () => {
    for (const [type, key, plain, kind] of [
      [net, 'network', {}, 'waiting'],
      [port, 'port', { network: N }, 'waiting'],
      [router, 'router', {}, 'waiting'],
      [subnet, 'subnet', { network: N, cidr: '10.0.0.0/24' }, 'ready'],
      [floatingIp, 'floatingip', { floating_network: N }, 'ready'],
    ] as const) {
      const [step] = stepsFor(type, plain);
      expect(step!.ready(fromPlain({ [key]: { id: 'x', status: 'BUILD' } })).kind, key).toBe(kind);
      const poll = { list: `/v2.0/${key}s`, plural: `${key}s`, key, id: 'x' };
      expect(step!.show('x', inputFor(type, plain))).toEqual({
        service: 'network',
        method: 'GET',
        path: `/v2.0/${key}s/x`,
        poll,
      });
      expect(step!.conflict).toBe('retry');
    }
  });
});

describe('bodies', () => {
  it('value_specs come over the properties, and null ones are left out', () => {
    const specs = { 'router:external': true, admin_state_up: false, mtu: 1400 };
    expect(firstBody(net, { qos_policy: N, value_specs: specs, dns_domain: 'a.b.' })).toEqual({
      network: {
        admin_state_up: false,
        shared: false,
        qos_policy_id: N,
        dns_domain: 'a.b.',
        'router:external': true,
        mtu: 1400,
        name: mark,
      },
    });
  });

  it('a name in value_specs is the user’s', () => {
    expect(lines(router, { value_specs: { name: 'x' } })).toHaveLength(2);
  });

  it('of a subnet: no gateway is null, a pool and a segment go by their ids', () => {
    const given = {
      network: N,
      cidr: '10.0.0.0/24',
      gateway_ip: null,
      allocation_pools: [{ start: '10.0.0.2', end: '10.0.0.9' }],
    };
    expect(firstBody(subnet, given)).toEqual({
      subnet: {
        network_id: N,
        cidr: '10.0.0.0/24',
        ip_version: 4,
        dns_nameservers: [],
        gateway_ip: null,
        enable_dhcp: true,
        allocation_pools: [{ start: '10.0.0.2', end: '10.0.0.9' }],
        name: mark,
      },
    });
    const pooled = {
      network_id: N,
      subnetpool: N,
      prefixlen: 26,
      segment: N,
      host_routes: [{ destination: '0.0.0.0/0', nexthop: '10.0.0.3' }],
    };
    expect(firstBody(subnet, pooled)).toMatchObject({
      subnet: {
        network_id: N,
        subnetpool_id: N,
        prefixlen: 26,
        segment_id: N,
        host_routes: [{ destination: '0.0.0.0/0', nexthop: '10.0.0.3' }],
      },
    });
    expect(firstBody(subnet, pooled)['subnet']).not.toHaveProperty('gateway_ip');
  });

  it('of a port: addresses and pairs without what is null in them', () => {
    const given = {
      network: N,
      fixed_ips: [{ subnet_id: N, ip_address: '10.0.0.4' }, { subnet: N }, { ip_address: '10.0.0.5' }],
      allowed_address_pairs: [{ ip_address: '10.0.0.0/24' }],
      security_groups: [],
      replacement_policy: 'AUTO',
    };
    expect(firstBody(port, given)).toEqual({
      port: {
        network_id: N,
        device_id: '',
        device_owner: '',
        security_groups: [],
        admin_state_up: true,
        'binding:vnic_type': 'normal',
        allowed_address_pairs: [{ ip_address: '10.0.0.0/24' }],
        fixed_ips: [{ subnet_id: N, ip_address: '10.0.0.4' }, { subnet_id: N }, { ip_address: '10.0.0.5' }],
        name: mark,
      },
    });
  });

  it('of a port: no list of addresses says nothing, no_fixed_ips says none', () => {
    expect(firstBody(port, { network: N, fixed_ips: [] })['port']).not.toHaveProperty('fixed_ips');
    expect(firstBody(port, { network: N, no_fixed_ips: true })).toMatchObject({ port: { fixed_ips: [] } });
    expect(firstBody(port, { network: N, no_fixed_ips: true })['port']).not.toHaveProperty('no_fixed_ips');
  });

  it('of a router: the gateway goes with it, but after its agents where there are any', () => {
    const gateway = { network: N, external_fixed_ips: [{ subnet: N }] };
    expect(firstBody(router, { external_gateway_info: gateway })).toEqual({
      router: {
        external_gateway_info: { network_id: N, external_fixed_ips: [{ subnet_id: N }] },
        admin_state_up: true,
        name: mark,
      },
    });
    expect(lines(router, { external_gateway_info: { network: N, enable_snat: false }, l3_agent_id: 'A' })).toEqual([
      `POST /v2.0/routers {"router":{"admin_state_up":true,"name":"${mark}"}}`,
      'POST /v2.0/agents/A/l3-routers {"router_id":"ID"}',
      `PUT /v2.0/routers/ID {"router":{"external_gateway_info":{"network_id":"${N}","enable_snat":false}}}`,
    ]);
  });

  it('of a floating address: the mark is always its description', () => {
    const given = { floating_network: N, floating_subnet: N, port_id: N, fixed_ip_address: '10.0.0.4' };
    expect(lines(floatingIp, given)).toEqual([
      `POST /v2.0/floatingips {"floatingip":{"floating_network_id":"${N}","subnet_id":"${N}","port_id":"${N}","fixed_ip_address":"10.0.0.4","description":"${mark}"}}`,
      // A PUT that does not say which of the port's addresses is refused.
      `PUT /v2.0/floatingips/ID {"floatingip":{"description":"","port_id":"${N}","fixed_ip_address":"10.0.0.4"}}`,
    ]);
  });
});

describe('validation', () => {
  it.each<[ResourceType, Parameters<typeof problem>[1], string | undefined]>([
    [net, { value_specs: { mtu: 1 } }, undefined],
    [net, { value_specs: { name: 'x', mtu: 1, tenant_id: 'p' } }, 'name, tenant_id not allowed in value_specs'],
    [subnet, { network: N }, 'At least one of the following properties must be specified: subnetpool, cidr.'],
    [subnet, { network: N, cidr: get('x') }, undefined],
    [
      subnet,
      { network: N, cidr: '10.0.0.0/24', subnetpool: get('pool') },
      'Cannot define the following properties at the same time: subnetpool, cidr.',
    ],
    [
      subnet,
      { network: N, cidr: '10.0.0.0/24', prefixlen: 3 },
      'Cannot define the following properties at the same time: prefixlen, cidr.',
    ],
    [subnet, { network: N, cidr: '10.0.0.0/24', prefixlen: 0 }, undefined],
    [
      subnet,
      { network: N, cidr: '10.0.0.0/24', gateway_ip: '10.0.0' },
      'Gateway IP address "10.0.0" is in invalid format.',
    ],
    [subnet, { network: N, cidr: '10.0.0.0/24', gateway_ip: '' }, undefined],
    [
      subnet,
      { network: N, cidr: '10.0.0.0/24', ipv6_ra_mode: 'slaac' },
      'ipv6_ra_mode and ipv6_address_mode are not supported for ipv4.',
    ],
    [subnet, { network: N, cidr: 'fd00::/64', ip_version: 6, ipv6_ra_mode: 'slaac' }, undefined],
    [
      subnet,
      { network: N, cidr: 'fd00::/64', ip_version: 6, ipv6_ra_mode: 'slaac', ipv6_address_mode: 'dhcpv6-stateful' },
      'When both ipv6_ra_mode and ipv6_address_mode are set, they must be equal.',
    ],
    [
      subnet,
      { network: N, network_id: N, cidr: '10.0.0.0/24' },
      'Cannot define the following properties at the same time: network, network_id',
    ],
    [subnet, { cidr: '10.0.0.0/24' }, 'Property error: : resources.r.properties: : Property network not assigned'],
    [
      port,
      { network: N, fixed_ips: [{ subnet: N }], no_fixed_ips: true },
      'Cannot define the following properties at the same time: fixed_ips, no_fixed_ips.',
    ],
    [
      port,
      { network: N, fixed_ips: [{ subnet: N, subnet_id: N }] },
      'Cannot define the following properties at the same time: fixed_ips.subnet, fixed_ips.subnet_id',
    ],
    [port, { network_id: get('net'), fixed_ips: attr('x', 'y') }, undefined],
    [
      router,
      { distributed: true, ha: true },
      'Cannot define the following properties at the same time: distributed, ha.',
    ],
    [
      router,
      { distributed: true, l3_agent_id: 'a' },
      'Cannot define the following properties at the same time: distributed, l3_agent_id/l3_agent_ids.',
    ],
    [router, { l3_agent_ids: ['a', 'b'] }, 'Non HA routers can only have one L3 agent.'],
    [router, { ha: true, l3_agent_ids: ['a', 'b'] }, undefined],
    [
      floatingIp,
      { floating_network: N, fixed_ip_address: '10.0.0.4' },
      'fixed_ip_address cannot be specified without port_id.',
    ],
    [floatingIp, { floating_network_id: N, port_id: get('p'), fixed_ip_address: '10.0.0.4' }, undefined],
  ])('%# %o', (type, given, text) => {
    expect(problem(type, given)).toBe(text);
  });
});

describe('attributes', () => {
  const thing = { id: 'ID', status: 'ACTIVE', network_id: N, fixed_ips: [{ subnet_id: 'S1' }, { subnet_id: 'S2' }] };
  const made = live(port, { network: N }, { physicalId: 'ID', data: fromPlain(thing) as never });

  it('are the keys of what Neutron shows, `show` is all of it; what it lacks is null', () => {
    expect(port.attribute(made, 'status')).toBe('ACTIVE');
    expect(port.attribute(made, 'qos_policy_id')).toBeNull();
    expect(port.attribute(made, 'other')).toBeUndefined();
    expect(toPlain(port.attribute(made, 'show')!)).toEqual(thing);
    expect(port.referenceId(made)).toBe('ID');
  });

  /** All GETs for one attribute, and what it then is. */
  function read(type: ResourceType, of: typeof made, attribute: string, bodies: Readonly<Record<string, Plain>>) {
    const calls: string[] = [];
    const answers: (Value | undefined)[] = [];
    for (
      let call = type.reads?.next(of, attribute, []);
      call !== undefined;
      call = type.reads?.next(of, attribute, answers)
    ) {
      calls.push(call.path);
      const body = bodies[call.path];
      answers.push(body === undefined ? undefined : fromPlain(body));
    }
    const data = type.reads?.data(of, attribute, answers) ?? of.data;
    return { calls, value: toPlain(type.attribute({ ...of, data }, attribute)!) };
  }
  const bodies = {
    '/v2.0/ports/ID': { port: { ...thing, status: 'DOWN' } },
    [`/v2.0/networks/${N}`]: { network: { id: N } },
    '/v2.0/subnets/S1': { subnet: { id: 'S1' } },
    '/v2.0/subnets/S2': { subnet: { id: 'S2' } },
  };

  it('are asked for as they are now, with whole networks and subnets', () => {
    expect(read(port, made, 'status', bodies)).toEqual({ calls: ['/v2.0/ports/ID'], value: 'DOWN' });
    expect(read(port, made, 'network', bodies)).toEqual({
      calls: ['/v2.0/ports/ID', `/v2.0/networks/${N}`],
      value: { id: N },
    });
    expect(read(port, made, 'subnets', bodies)).toEqual({
      calls: ['/v2.0/ports/ID', '/v2.0/subnets/S1', '/v2.0/subnets/S2'],
      value: [{ id: 'S1' }, { id: 'S2' }],
    });
    expect(read(port, made, 'subnets', { '/v2.0/ports/ID': bodies['/v2.0/ports/ID']! }).value).toBeNull();
  });

  it('that other resources read and Neutron does not show are asked for when the thing was made', () => {
    const neutron = (call: CloudCall): Plain => {
      if (call.method === 'POST') return { port: thing };
      return call.path.startsWith('/v2.0/subnets')
        ? { subnets: [{ id: 'S2' }, { id: 'S3' }, { id: 'S1' }] }
        : { network: { id: N, mtu: 1450 } };
    };
    const asked = (exports: readonly string[]) => walk(port, { network: N }, neutron, exports);
    expect(asked(['status']).calls).toHaveLength(1);
    expect(asked(['subnets']).calls.map(({ path }) => path)).toEqual(['/v2.0/ports', `/v2.0/subnets?network_id=${N}`]);
    const all = asked(['']);
    const of = live(port, { network: N }, all.last);
    expect(all.last.physicalId).toBe('ID');
    expect(toPlain(port.attribute(of, 'subnets')!)).toEqual([{ id: 'S1' }, { id: 'S2' }]);
    expect(toPlain(port.attribute(of, 'network')!)).toEqual({ id: N, mtu: 1450 });
    expect(port.attribute(of, 'status')).toBe('ACTIVE');
  });

  it('segments of a network come with the unnamed ones first', () => {
    const of = live(net, {}, { physicalId: 'ID', data: fromPlain({ id: 'ID' }) as never });
    const segments = [{ id: '1', name: 'x' }, { id: '2', name: null }, { id: '3' }];
    expect(read(net, of, 'segments', { '/v2.0/segments?network_id=ID': { segments } })).toEqual({
      calls: ['/v2.0/segments?network_id=ID'],
      value: [segments[1], segments[2], segments[0]],
    });
    expect(read(net, of, 'segments', {}).value).toBeNull();
    expect(read(net, of, 'mtu', { '/v2.0/networks/ID': { network: { id: 'ID', mtu: 1450 } } }).value).toBe(1450);
  });
});
