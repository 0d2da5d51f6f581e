import { expect, it } from 'vitest';
import { checkRule, protocolOf, type RuleKey, sameRule } from './rules.ts';

const rule = (fields: object): RuleKey =>
  checkRule({
    direction: 'ingress',
    ethertype: 'IPv4',
    protocol: null,
    port_range_min: null,
    port_range_max: null,
    remote_ip_prefix: null,
    remote_group_id: null,
    remote_address_group_id: null,
    ...fields,
  });

const tcp = (fields: object = {}): RuleKey =>
  rule({ protocol: 'tcp', port_range_min: 22, port_range_max: 22, ...fields });

it('takes protocols by name in any case, and by number', () => {
  expect(['TCP', 'icmpv6', 47, '255', null].map(protocolOf)).toEqual(['tcp', 'icmpv6', '47', '255', null]);
  for (const bad of ['any', 256, -1, '']) expect(() => protocolOf(bad)).toThrow('not supported');
});

it('finds that a rule is there already whatever name its protocol has, and only then', () => {
  expect(sameRule(tcp(), tcp({ protocol: '6' }))).toBe(true);
  expect(sameRule(tcp(), tcp({ port_range_max: 23 }))).toBe(false);
  expect(sameRule(tcp(), tcp({ direction: 'egress' }))).toBe(false);
  expect(sameRule(rule({ remote_ip_prefix: '10.0.0.1/8' }), rule({ remote_ip_prefix: '10.0.0.0/8' }))).toBe(false);
  expect(sameRule(rule({ remote_ip_prefix: '10.0.0.1' }), rule({ remote_ip_prefix: '10.0.0.1/32' }))).toBe(true);
});

it('keeps a prefix as it was given, and shows what network it means', () => {
  expect(rule({ remote_ip_prefix: '10.1.2.3/8' })).toMatchObject({
    remote_ip_prefix: '10.1.2.3/8',
    normalized_cidr: '10.0.0.0/8',
  });
});

it.each([
  [{ port_range_min: 22, port_range_max: 22 }, 'Must also specify protocol'],
  [{ protocol: 'tcp', port_range_min: 30, port_range_max: 20 }, 'port_range_min must be <='],
  [{ protocol: 'tcp', port_range_min: 0, port_range_max: 20 }, 'Invalid value for port 0'],
  [{ protocol: 'udp', port_range_min: 5 }, 'port_range_min must be <='],
  [{ protocol: 'icmp', port_range_max: 0 }, 'ICMP code (port-range-max) 0'],
  [{ protocol: 'icmp', port_range_min: 300 }, 'Invalid value for ICMP type (port_range_min) 300'],
  [{ protocol: 'gre', port_range_min: 1, port_range_max: 1 }, 'Ports cannot be specified for protocol 47'],
  [{ remote_ip_prefix: '10.0.0.0/8', remote_group_id: 'x' }, 'Only one of'],
  [{ remote_ip_prefix: '::/0' }, 'Conflicting value ethertype IPv4 for CIDR ::/0'],
  [{ remote_ip_prefix: '10.0.0.0/99' }, 'Invalid CIDR'],
  [{ ethertype: 'arp' }, "ethertype 'arp' not supported"],
])('refuses %j', (fields, message) => {
  expect(() => rule(fields)).toThrow(message);
});
