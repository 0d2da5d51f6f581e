/** Neutron's things that carry no mark: QoS rules, RBAC policies, metering rules, metering labels with a name. */
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  changeOf,
  get,
  inputFor,
  problem,
  shown,
  stepsFor,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ResourceType } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import meteringLabel from './metering-label.ts';
import meteringRule from './metering-rule.ts';
import bandwidthLimit from './qos-bandwidth-limit-rule.ts';
import dscpMarking from './qos-dscp-marking-rule.ts';
import minimumBandwidth from './qos-minimum-bandwidth-rule.ts';
import minimumPacketRate from './qos-minimum-packet-rate-rule.ts';
import rbacPolicy from './rbac-policy.ts';

const P = '00000000-0000-4000-8000-00000000000a';
const N = '00000000-0000-4000-8000-00000000000b';
const policy = `/v2.0/qos/policies/${P}`;
const labels = '/v2.0/metering/metering-labels';
const labelRules = '/v2.0/metering/metering-label-rules';
const share = { object_type: 'network', object_id: N, action: 'access_as_shared', target_tenant: 'T' };
const counted = { metering_label_id: P, remote_ip_prefix: '10.0.0.0/24' };

interface Case {
  readonly type: ResourceType;
  readonly plain: PlainMap;
  readonly list: string;
  readonly plural: string;
  readonly post: string;
  /** What is there of the same key, as the service shows it. */
  readonly same: PlainMap;
  /** What differs in the key. */
  readonly other: PlainMap;
}

const cases: readonly Case[] = [
  {
    type: bandwidthLimit,
    plain: { policy: P, max_kbps: 1000 },
    list: `${policy}/bandwidth_limit_rules`,
    plural: 'bandwidth_limit_rules',
    post: `${policy}/bandwidth_limit_rules {"bandwidth_limit_rule":{"max_kbps":1000,"max_burst_kbps":0,"direction":"egress"}}`,
    same: { max_kbps: 1, direction: 'egress' },
    other: { direction: 'ingress' },
  },
  {
    type: dscpMarking,
    plain: { policy: P, dscp_mark: 8 },
    list: `${policy}/dscp_marking_rules`,
    plural: 'dscp_marking_rules',
    post: `${policy}/dscp_marking_rules {"dscp_marking_rule":{"dscp_mark":8}}`,
    same: { dscp_mark: 16 },
    other: { direction: 'egress' },
  },
  {
    type: minimumBandwidth,
    plain: { policy: P, min_kbps: 10, direction: 'ingress', tenant_id: 'T' },
    list: `${policy}/minimum_bandwidth_rules`,
    plural: 'minimum_bandwidth_rules',
    post: `${policy}/minimum_bandwidth_rules {"minimum_bandwidth_rule":{"min_kbps":10,"direction":"ingress","tenant_id":"T"}}`,
    same: { direction: 'ingress' },
    other: { direction: 'egress' },
  },
  {
    type: minimumPacketRate,
    plain: { policy: P, min_kpps: 10, direction: 'any' },
    list: `${policy}/minimum_packet_rate_rules`,
    plural: 'minimum_packet_rate_rules',
    post: `${policy}/minimum_packet_rate_rules {"minimum_packet_rate_rule":{"min_kpps":10,"direction":"any"}}`,
    same: { direction: 'any' },
    other: { direction: 'egress' },
  },
  {
    type: rbacPolicy,
    plain: share,
    list: `/v2.0/rbac-policies?object_type=network&object_id=${N}&action=access_as_shared&target_tenant=T`,
    plural: 'rbac_policies',
    post: `/v2.0/rbac-policies {"rbac_policy":{"object_type":"network","target_tenant":"T","action":"access_as_shared","object_id":"${N}"}}`,
    same: share,
    other: { ...share, target_tenant: 't' },
  },
  {
    type: meteringRule,
    plain: counted,
    list: `${labelRules}?metering_label_id=${P}`,
    plural: 'metering_label_rules',
    post: `${labelRules} {"metering_label_rule":{"metering_label_id":"${P}","remote_ip_prefix":"10.0.0.0/24","direction":"ingress","excluded":false}}`,
    same: { ...counted, direction: 'ingress', excluded: false },
    other: { ...counted, direction: 'ingress', excluded: true },
  },
  {
    type: meteringLabel,
    plain: { name: 'mine', description: 'own' },
    list: `${labels}?name=mine`,
    plural: 'metering_labels',
    post: `${labels} {"metering_label":{"name":"mine","description":"own","shared":false}}`,
    same: { name: 'mine', description: 'own', shared: false },
    other: { name: 'Mine', description: 'own', shared: false },
  },
];

describe.each(cases.map(each => [each.type.name, each] as const))('%s', (_name, each) => {
  const { type, plain, list, plural, post, same, other } = each;
  /** A list of these, or what was posted as it is shown. */
  const answering =
    (...there: readonly PlainMap[]) =>
    (call: CloudCall): Plain => {
      if (call.method === 'GET') return { [plural]: there };
      const [key = '', sent] = Object.entries(bodyOf(call) as PlainMap)[0] ?? [];
      return { [key]: { id: 'ID', ...(sent as PlainMap) } };
    };

  it('looks who is there, then is made', () => {
    const { calls, last } = walk(type, plain, answering());
    expect(calls.map(shown)).toEqual([`GET ${list}`, `POST ${post}`]);
    expect(last.physicalId).toBe('ID');
  });

  it('is found by its key alone, unless it was there before', () => {
    const [before, make] = stepsFor(type, plain);
    const found = (known: readonly PlainMap[], now: readonly PlainMap[]) => {
      const seen = before!.made(fromPlain({ [plural]: known }), inputFor(type, plain));
      return make!.found(fromPlain({ [plural]: now }), inputFor(type, plain, { before: seen }))?.physicalId;
    };
    expect(shown(make!.find(inputFor(type, plain)))).toBe(`GET ${list}`);
    expect(found([], [{ id: 'B', ...other }])).toBeUndefined();
    expect(
      found(
        [],
        [
          { id: 'B', ...other },
          { id: 'A', ...same },
        ],
      ),
    ).toBe('A');
    expect(found([{ id: 'A', ...same }], [{ id: 'A', ...same }])).toBeUndefined();
    expect(make!.unique).toBe(true);
  });

  it('is taken away by its own path', () => {
    const make = stepsFor(type, plain).at(-1);
    const at = list.split('?')[0];
    expect(shown(make!.remove('ID', inputFor(type, plain))!)).toBe(`DELETE ${at}/ID`);
    expect(shown(make!.show('ID', inputFor(type, plain)))).toBe(`GET ${at}/ID`);
  });
});

/** As `echo`: a list of none, or what was sent. */
function echo(call: CloudCall): Plain {
  if (call.method !== 'GET') {
    const [key = '', sent] = Object.entries(bodyOf(call) as PlainMap)[0] ?? [];
    return { [key]: { id: 'ID', ...(sent as PlainMap) } };
  }
  const plural = call.path.split('?')[0]?.split('/').at(-1)?.replaceAll('-', '_') ?? '';
  return { [plural]: [] };
}

describe('a change of what has no mark', () => {
  it('PUTs what differs', () => {
    const before = { policy: P, max_kbps: 1000 };
    const after = { policy: P, max_kbps: 2000, max_burst_kbps: 5, direction: 'ingress' };
    expect(walkChange(bandwidthLimit, before, after, echo).calls).toEqual([
      `PUT ${policy}/bandwidth_limit_rules/ID {"bandwidth_limit_rule":{"max_kbps":2000,"max_burst_kbps":5,"direction":"ingress"}}`,
    ]);
    expect(walkChange(rbacPolicy, share, { ...share, target_tenant: '*' }, echo).calls).toEqual([
      'PUT /v2.0/rbac-policies/ID {"rbac_policy":{"target_tenant":"*"}}',
    ]);
    expect(walkChange(meteringRule, counted, { ...counted, excluded: true }, echo).calls).toBe('replace');
  });

  it('goes first where another would stand in the same place', () => {
    const prepared = (type: ResourceType, before: PlainMap, after: PlainMap) => {
      const { life } = type;
      if (life.kind !== 'cloud') throw new Error('no cloud');
      return life.prepareReplace?.(changeOf(type, before, after, walk(type, before, echo)));
    };
    const limit = { policy: P, max_kbps: 1 };
    expect(prepared(bandwidthLimit, limit, { ...limit, tenant_id: 'T' })).toBe('first');
    expect(prepared(bandwidthLimit, limit, { ...limit, policy: N })).toBeUndefined();
    expect(prepared(rbacPolicy, share, { ...share, tenant_id: 'T' })).toBe('first');
    expect(prepared(rbacPolicy, share, { ...share, action: 'access_as_external' })).toBeUndefined();
    // Ranges may overlap.
    expect(prepared(meteringRule, counted, { ...counted, remote_ip_prefix: '10.0.0.0/16' })).toBe('first');
    expect(prepared(meteringRule, counted, { ...counted, direction: 'egress' })).toBeUndefined();
  });
});

describe('OS::Neutron::RBACPolicy', () => {
  it('knows what may be done with which kind of thing', () => {
    expect(problem(rbacPolicy, { ...share, action: 'access_as_external' })).toBeUndefined();
    expect(problem(rbacPolicy, { ...share, object_type: 'qos_policy', action: 'access_as_external' })).toBe(
      "Invalid action access_as_external for object type qos_policy. Valid actions :['access_as_shared']",
    );
    expect(problem(rbacPolicy, { ...share, object_type: 'port' })).toContain('is not an allowed value');
    expect(problem(rbacPolicy, { ...share, object_id: get('net') })).toBeUndefined();
  });
});
