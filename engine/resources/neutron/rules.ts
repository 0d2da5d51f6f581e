/** Security group rules: what may be in one, and when two are the same to Neutron. */
import { formatAddress, networkOf, parseAddress } from '../../template/addresses.ts';
import type { Value, ValueMap } from '../../values/value.ts';

export const directions = ['ingress', 'egress'];
export const ethertypes = ['IPv4', 'IPv6'];

const names = [
  'ah',
  'dccp',
  'egp',
  'esp',
  'gre',
  'icmp',
  'icmpv6',
  'igmp',
  'ipv6-encap',
  'ipv6-frag',
  'ipv6-icmp',
  'ipv6-nonxt',
  'ipv6-opts',
  'ipv6-route',
  'ospf',
  'pgm',
  'rsvp',
  'sctp',
  'tcp',
  'udp',
  'udplite',
  'vrrp',
];

/** Numbers and names that Neutron knows. */
export const protocols: readonly (number | string)[] = [...Array.from({ length: 256 }, (_, n) => n), ...names];

/** Protocols that have two names. */
const sameProtocol: Readonly<Record<string, string>> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'ipv6-icmp',
  '132': 'sctp',
  icmpv6: 'ipv6-icmp',
};

/** What makes a rule the same as another (409 SecurityGroupRuleExists); the group and the description are not part. */
export function ruleKey(rule: ValueMap): string {
  const text = (name: string): string => plain(rule.get(name) ?? null);
  const protocol = text('protocol').toLowerCase();
  return [
    text('direction'),
    text('ethertype'),
    Object.hasOwn(sameProtocol, protocol) ? sameProtocol[protocol] : protocol,
    text('port_range_min'),
    text('port_range_max'),
    text('remote_group_id'),
    range(text('remote_ip_prefix')),
  ].join(' ');
}

function plain(value: Value): string {
  return typeof value === 'string' || typeof value === 'bigint' ? String(value) : '';
}

/** An address alone is a range of one. */
function range(text: string): string {
  const [host = '', prefix] = text.split('/');
  const address = parseAddress(host);
  if (address === undefined) return text.toLowerCase();
  const length = prefix === undefined ? address.bits : Number(prefix);
  return length <= address.bits ? `${formatAddress(networkOf(address, length))}/${length}` : text;
}

/** Each of them once. */
export function distinct(rules: readonly ValueMap[]): readonly ValueMap[] {
  const byKey = new Map<string, ValueMap>();
  for (const rule of rules) if (!byKey.has(ruleKey(rule))) byKey.set(ruleKey(rule), rule);
  return [...byKey.values()];
}
