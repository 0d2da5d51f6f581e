/** Address scopes, subnet pools, provider networks, segments, QoS policies and metering labels without a name. */
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  changeOf,
  inputFor,
  mark,
  problem,
  shown,
  stepsFor,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ResourceType } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import addressScope from './address-scope.ts';
import meteringLabel from './metering-label.ts';
import { coveredBy } from './prefixes.ts';
import port from './port.ts';
import providerNet from './provider-net.ts';
import qosPolicy from './qos-policy.ts';
import securityGroup from './security-group.ts';
import segment from './segment.ts';
import subnet from './subnet.ts';
import subnetPool from './subnet-pool.ts';

const N = '00000000-0000-4000-8000-00000000000a';
const S = '00000000-0000-4000-8000-00000000000b';
const prefixes = ['10.0.0.0/16'];

function echo(call: CloudCall): Plain {
  const body = (bodyOf(call) ?? {}) as PlainMap;
  const [key = '', sent] = Object.entries(body)[0] ?? [];
  return typeof sent === 'object' && sent !== null && !Array.isArray(sent)
    ? { [key]: { id: 'ID', status: 'ACTIVE', ...sent } }
    : body;
}

/** With the type's name in front, for the test's title. */
const titled = <T extends readonly [ResourceType, ...unknown[]]>(cases: readonly T[]): (readonly [string, T])[] =>
  cases.map(each => [each[0].name, each] as const);

const lines = (type: ResourceType, plain: PlainMap) => walk(type, plain, echo).calls.map(shown);
const changed = (type: ResourceType, before: PlainMap, after: PlainMap) => walkChange(type, before, after, echo).calls;

describe('what is made', () => {
  it.each(
    titled<[ResourceType, PlainMap, readonly string[]]>([
      [
        addressScope,
        {},
        [`POST /v2.0/address-scopes {"address_scope":{"shared":false,"ip_version":4,"name":"${mark}"}}`],
      ],
      [
        addressScope,
        { name: 'mine', ip_version: 6 },
        [
          `POST /v2.0/address-scopes {"address_scope":{"name":"${mark}","shared":false,"ip_version":6}}`,
          'PUT /v2.0/address-scopes/ID {"address_scope":{"name":"mine"}}',
        ],
      ],
      [
        subnetPool,
        { prefixes, address_scope: S, default_prefixlen: 24, tags: ['t'] },
        [
          `POST /v2.0/subnetpools {"subnetpool":{"prefixes":["10.0.0.0/16"],"address_scope_id":"${S}","default_prefixlen":24,"is_default":false,"shared":false,"name":"${mark}"}}`,
          'PUT /v2.0/subnetpools/ID/tags {"tags":["t"]}',
        ],
      ],
      [
        providerNet,
        { network_type: 'vlan', physical_network: 'physnet1', segmentation_id: '101', router_external: true },
        [
          `POST /v2.0/networks {"network":{"provider:network_type":"vlan","provider:physical_network":"physnet1","provider:segmentation_id":"101","admin_state_up":true,"shared":true,"router:external":true,"name":"${mark}"}}`,
        ],
      ],
      [
        segment,
        { network: N, network_type: 'vxlan', name: 'mine', description: 'own' },
        [
          `POST /v2.0/segments {"segment":{"network_id":"${N}","network_type":"vxlan","name":"mine","description":"${mark}"}}`,
          'PUT /v2.0/segments/ID {"segment":{"description":"own"}}',
        ],
      ],
      [
        qosPolicy,
        { description: 'own' },
        [`POST /v2.0/qos/policies {"policy":{"description":"own","shared":false,"name":"${mark}"}}`],
      ],
      [
        meteringLabel,
        { description: 'own' },
        [
          `POST /v2.0/metering/metering-labels {"metering_label":{"description":"own","shared":false,"name":"${mark}"}}`,
        ],
      ],
    ]),
  )('%s %o', (_name, [type, plain, calls]) => expect(lines(type, plain)).toEqual(calls));

  it('is found by its mark: in the name of an address scope that the user named', () => {
    const plain = { name: 'mine' };
    const [scope] = stepsFor(addressScope, plain);
    const input = inputFor(addressScope, plain);
    expect(shown(scope!.find(input))).toBe(`GET /v2.0/address-scopes?name=${mark}`);
    const listed = {
      address_scopes: [
        { id: 'a', name: 'mine' },
        { id: 'b', name: mark },
      ],
    };
    expect(scope!.found(fromPlain(listed), input)?.physicalId).toBe('b');
    const [policy] = stepsFor(qosPolicy, plain);
    const policies = { policies: [{ id: 'p', name: 'mine', description: mark }] };
    expect(policy!.found(fromPlain(policies), inputFor(qosPolicy, plain))?.physicalId).toBe('p');
  });
});

describe('what is changed', () => {
  it.each(
    titled<[ResourceType, PlainMap, PlainMap, readonly string[] | 'replace']>([
      [
        addressScope,
        { name: 'a' },
        { shared: true },
        [`PUT /v2.0/address-scopes/ID {"address_scope":{"shared":true,"name":"${mark}"}}`],
      ],
      [addressScope, {}, { ip_version: 6 }, 'replace'],
      [
        subnetPool,
        { prefixes, address_scope: S, tags: ['a'] },
        { prefixes: ['10.0.0.0/15'], tags: ['b'], default_quota: 9 },
        [
          'PUT /v2.0/subnetpools/ID/tags {"tags":["b"]}',
          'PUT /v2.0/subnetpools/ID {"subnetpool":{"prefixes":["10.0.0.0/15"],"default_quota":9,"address_scope_id":null}}',
        ],
      ],
      [
        providerNet,
        { network_type: 'vlan', physical_network: 'p', segmentation_id: '1' },
        { network_type: 'vlan', physical_network: 'p', segmentation_id: '2', router_external: true, shared: false },
        ['PUT /v2.0/networks/ID {"network":{"provider:segmentation_id":"2","shared":false,"router:external":true}}'],
      ],
      [
        segment,
        { network: N, network_type: 'vxlan', description: 'a' },
        { network: N, network_type: 'vxlan', name: 'b' },
        ['PUT /v2.0/segments/ID {"segment":{"name":"b","description":""}}'],
      ],
      [
        qosPolicy,
        { shared: true },
        { description: 'x' },
        ['PUT /v2.0/qos/policies/ID {"policy":{"description":"x","shared":false}}'],
      ],
      [meteringLabel, {}, { shared: true }, 'replace'],
    ]),
  )('%s %o', (_name, [type, before, after, calls]) => expect(changed(type, before, after)).toEqual(calls));

  it('is not a pool that would lose addresses', () => {
    const message =
      "Property prefixes updated value ['10.0.0.0/17'] should be superset of existing value ['10.0.0.0/16'].";
    expect(() => changed(subnetPool, { prefixes }, { prefixes: ['10.0.0.0/17'] })).toThrow(message);
  });

  it('goes first where its place can be taken once', () => {
    const prepared = (type: ResourceType, before: PlainMap, after: PlainMap) => {
      const { life } = type;
      if (life.kind !== 'cloud') throw new Error('no cloud');
      return life.prepareReplace?.(changeOf(type, before, after, walk(type, before, echo)));
    };
    const vlan = { network: N, network_type: 'vlan', physical_network: 'p', segmentation_id: 7 };
    expect(prepared(segment, vlan, { ...vlan, network: S })).toBe('first');
    expect(prepared(segment, vlan, { ...vlan, segmentation_id: 8 })).toBeUndefined();
    // All subnets of a network are of one pool, or of none.
    const pooled = { network: N, subnetpool: S };
    expect(prepared(subnet, pooled, { ...pooled, subnetpool: N })).toBe('first');
    expect(prepared(subnet, pooled, { network: N, cidr: '10.0.0.0/24' })).toBe('first');
    expect(prepared(subnet, pooled, { ...pooled, prefixlen: 27 })).toBeUndefined();
    expect(prepared(subnet, pooled, { network: S, subnetpool: N })).toBeUndefined();
    const flat = { network_type: 'flat', physical_network: 'p' };
    expect(prepared(providerNet, flat, { ...flat, tenant_id: 'T' })).toBe('first');
    expect(prepared(providerNet, { network_type: 'vxlan' }, { network_type: 'vxlan', tenant_id: 'T' })).toBeUndefined();
  });
});

describe('prefixes', () => {
  it.each<[readonly string[], readonly string[], boolean]>([
    [['10.0.0.0/24'], ['10.0.0.0/24'], true],
    [['10.0.0.0/23'], ['10.0.1.0/24', '10.0.0.0/24'], true],
    [['10.0.0.0/23'], ['10.0.0.0/24'], false],
    [['10.0.0.5/24'], ['10.0.0.0/16', '10.1.0.0/16'], true],
    [['::/64'], ['0.0.0.0/0'], false],
    [['2001:db8::/48'], ['2001:db8::/32'], true],
    [['10.0.0.0/24', '10.9.0.0/24'], ['10.0.0.0/24'], false],
  ])('%o are in %o: %s', (old, next, are) => expect(coveredBy(old, next)).toBe(are));
});

describe('what is refused before anything is asked', () => {
  const vlan = { network: N, network_type: 'vlan', physical_network: 'p', segmentation_id: 7 };
  const flat = { network: N, network_type: 'flat', physical_network: 'p' };
  const bounds = (min: number, def: number, max: number) => ({
    prefixes,
    min_prefixlen: min,
    default_prefixlen: def,
    max_prefixlen: max,
  });
  it.each(
    titled<[ResourceType, Readonly<Record<string, Plain>>, string | undefined]>([
      [subnetPool, bounds(8, 24, 32), undefined],
      [subnetPool, bounds(0, 24, 0), undefined],
      [subnetPool, bounds(28, 0, 24), 'Illegal prefix bounds: max_prefixlen=24, min_prefixlen=28.'],
      [subnetPool, bounds(8, 28, 24), 'Illegal prefix bounds: max_prefixlen=24, default_prefixlen=28.'],
      [subnetPool, bounds(26, 24, 28), 'Illegal prefix bounds: min_prefixlen=26, default_prefixlen=24.'],
      [providerNet, { network_type: 'vlan', physical_network: 'p', segmentation_id: '7' }, undefined],
      [
        providerNet,
        { network_type: 'flat', segmentation_id: '7' },
        'segmentation_id not allowed for flat network type.',
      ],
      [segment, vlan, undefined],
      [segment, flat, undefined],
      [
        segment,
        { network: N, network_type: 'vlan', segmentation_id: 7 },
        'physical_network is required for vlan provider network.',
      ],
      [segment, { ...flat, network_type: 'vlan' }, 'segmentation_id is required for vlan provider network.'],
      [segment, { ...flat, segmentation_id: 7 }, 'segmentation_id is prohibited for flat provider network.'],
      [segment, { ...flat, network_type: 'gre' }, 'physical_network is prohibited for gre provider network.'],
      [
        segment,
        { ...vlan, segmentation_id: 4095 },
        'Up to 4094 VLAN network segments can exist on each physical_network.',
      ],
    ]),
  )('%s %o', (_name, [type, plain, message]) => expect(problem(type, plain)).toBe(message));
});

describe('a change of what others use too', () => {
  it('reads first what somebody else may have written or use', () => {
    const profiled = (profile: PlainMap) => ({ network: N, value_specs: { 'binding:profile': profile } });
    const answer = (call: CloudCall): Plain =>
      call.method === 'GET' ? { port: { id: 'ID', 'binding:profile': { a: 1, b: 2, nova: 'x' } } } : echo(call);
    const merged = walkChange(port, profiled({ a: 1, b: 2 }), profiled({ b: 3, c: 4 }), answer);
    expect(merged.calls).toEqual([
      'GET /v2.0/ports/ID',
      'PUT /v2.0/ports/ID {"port":{"binding:profile":{"b":3,"nova":"x","c":4}}}',
    ]);
    const { calls, steps } = walkChange(securityGroup, {}, { stateful: false }, echo);
    expect(calls).toEqual([
      'GET /v2.0/ports?security_groups=ID&fields=id',
      'PUT /v2.0/security-groups/ID {"security_group":{"stateful":false}}',
    ]);
    expect(steps[0]!.ready(fromPlain({ ports: [] })).kind).toBe('ready');
    expect(steps[0]!.ready(fromPlain({ ports: [{ id: 'p' }] }))).toMatchObject({ error: 'NotSupported' });
  });
});
