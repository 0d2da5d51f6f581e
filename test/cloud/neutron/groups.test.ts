import { beforeEach, expect, it } from 'vitest';
import { Tables } from '../table.ts';
import { Bench, type Json } from '../testing.ts';
import { Neutron } from './service.ts';

let bench: Bench;
let group = '';

beforeEach(() => {
  const tables = new Tables();
  bench = new Bench(tables, [new Neutron(tables)]);
  const made = bench.ask('network', 'POST /v2.0/security-groups', { security_group: { name: 'g' } });
  group = String(made.json['security_group']?.['id']);
});

const rule = (port: number, fields: object = {}) => {
  const range = { protocol: 'tcp', port_range_min: port, port_range_max: port };
  return { security_group_id: group, direction: 'ingress', ...range, ...fields };
};
const post = (items: unknown) =>
  bench.ask('network', 'POST /v2.0/security-group-rules', { security_group_rules: items });
const ports = () => {
  const { json } = bench.ask('network', `GET /v2.0/security-group-rules?security_group_id=${group}&direction=ingress`);
  const rules = json['security_group_rules'] as unknown as { port_range_min: number }[];
  return rules.map(each => each.port_range_min).sort();
};
const type = (reply: { json: Json }) => reply.json['NeutronError']?.['type'];

it('makes several rules at once', () => {
  const reply = post([rule(1), rule(2)]);
  expect(reply.status).toBe(201);
  expect(reply.json['security_group_rules']).toMatchObject([{ port_range_min: 1 }, { port_range_min: 2 }]);
  expect(ports()).toEqual([1, 2]);
});

it('makes none where one cannot be', () => {
  post([rule(2)]);
  for (const [items, error] of [
    [[rule(3), rule(2)], 'SecurityGroupRuleExists'],
    [[rule(4), rule(4)], 'DuplicateSecurityGroupRuleInPost'],
    [[rule(5), rule(6, { security_group_id: 'other' })], 'SecurityGroupNotSingleGroupRules'],
    [[rule(7), rule(8, { protocol: 'bogus' })], 'SecurityGroupRuleInvalidProtocol'],
    [[rule(9, { foo: 1 })], 'HTTPBadRequest'],
    [[], 'HTTPBadRequest'],
    [[5], 'HTTPBadRequest'],
    [5, 'HTTPBadRequest'],
  ] as const) {
    expect(type(post(items))).toBe(error);
  }
  expect(ports()).toEqual([2]);
});
