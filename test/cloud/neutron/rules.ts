/** What a security group rule may say, and when two say the same. Pure; the checks come in Neutron's order. */
import { str } from '../python.ts';
import type { Fields } from '../service.ts';
import { parseCidr, printCidr } from './addresses.ts';
import { NeutronError } from './errors.ts';
import type { Rule } from './state.ts';

export type RuleKey = Pick<
  Rule,
  | 'direction'
  | 'ethertype'
  | 'protocol'
  | 'port_range_min'
  | 'port_range_max'
  | 'remote_ip_prefix'
  | 'normalized_cidr'
  | 'remote_group_id'
  | 'remote_address_group_id'
>;

/** Names in the order in which Neutron lists them, with their numbers. */
const protocols: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ip: 4,
  ipip: 4,
  'ipv6-encap': 41,
  'ipv6-frag': 44,
  'ipv6-icmp': 58,
  icmpv6: 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  'ipv6-route': 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

const withPorts = new Set([33, 132, 6, 17, 136]);
const icmps = new Set([1, 58]);

const bad = (type: string, message: string): NeutronError => new NeutronError(400, type, message);

/** A protocol's name in lower case, or its number as text. */
export function protocolOf(value: unknown): string | null {
  if (value === null) return null;
  const text = String(value).toLowerCase();
  if (text in protocols || (/^\d+$/.test(text) && Number(text) <= 255)) return text;
  const names = [null, ...Object.keys(protocols)];
  throw bad(
    'SecurityGroupRuleInvalidProtocol',
    `Security group rule protocol ${String(value)} not supported. Only protocol values ${str(names)} and ` +
      'integer representations [0 to 255] are supported.',
  );
}

const numberOf = (protocol: string | null): number | undefined =>
  protocol === null ? undefined : (protocols[protocol] ?? Number(protocol));

/**
 * The rule that the fields of a body mean.
 *
 * @throws NeutronError 400 where they contradict each other.
 */
export function checkRule(fields: Fields): RuleKey {
  const protocol = fields['protocol'] as string | null;
  const ethertype = ethertypeOf(fields['ethertype']);
  const [min, max] = [portOf(fields['port_range_min']), portOf(fields['port_range_max'])];
  const prefix = prefixOf(fields['remote_ip_prefix']);
  const remotes = ['remote_ip_prefix', 'remote_group_id', 'remote_address_group_id'];
  if (remotes.filter(name => fields[name] !== null).length > 1) {
    const names = 'remote_ip_prefix or remote_group_id or remote_address_group_id';
    throw bad('SecurityGroupMultipleRemoteEntites', `Only one of ${names} may be provided.`);
  }
  checkPorts(protocol, min, max);
  const cidr = prefix === null ? undefined : parseCidr(prefix);
  if (prefix !== null && cidr !== undefined && `IPv${cidr.version}` !== ethertype) {
    const message = `Conflicting value ethertype ${ethertype} for CIDR ${prefix}`;
    throw bad('SecurityGroupRuleParameterConflict', message);
  }
  return {
    direction: String(fields['direction']),
    ethertype,
    protocol,
    port_range_min: min,
    port_range_max: max,
    remote_ip_prefix: prefix,
    normalized_cidr: cidr === undefined ? null : printCidr(cidr),
    remote_group_id: fields['remote_group_id'] as string | null,
    remote_address_group_id: fields['remote_address_group_id'] as string | null,
  };
}

function ethertypeOf(given: unknown): string {
  const found = ['IPv4', 'IPv6'].find(type => type.toLowerCase() === String(given).toLowerCase());
  if (found !== undefined) return found;
  throw bad(
    'SecurityGroupRuleInvalidEtherType',
    `Security group rule for ethertype '${String(given)}' not supported. Allowed values are ['IPv4', 'IPv6'].`,
  );
}

function portOf(given: unknown): number | null {
  if (given === null || given === undefined) return null;
  if (typeof given === 'number' && Number.isInteger(given) && given >= -1 && given <= 65_535) return given;
  throw bad('SecurityGroupInvalidPortValue', `Invalid value for port ${str(given)}`);
}

/** A single address is a network of one. */
function prefixOf(given: unknown): string | null {
  if (given === null) return null;
  const text = String(given);
  const cidr = parseCidr(text);
  if (cidr === undefined) throw bad('InvalidCIDR', `Invalid CIDR ${text} given as IP prefix.`);
  return text.includes('/') ? text : printCidr(cidr);
}

function checkPorts(protocol: string | null, min: number | null, max: number | null): void {
  if (min === null && max === null) return;
  const number = numberOf(protocol);
  if (number === undefined) {
    throw bad('SecurityGroupProtocolRequiredWithPorts', 'Must also specify protocol if port range is given.');
  }
  if (withPorts.has(number)) {
    if (min === null || max === null || min > max) {
      const message = 'For TCP/UDP protocols, port_range_min must be <= port_range_max';
      throw bad('SecurityGroupInvalidPortRange', message);
    }
    if (min === 0 || max === 0) throw bad('SecurityGroupInvalidPortValue', 'Invalid value for port 0');
    return;
  }
  if (!icmps.has(number)) {
    throw bad(
      'SecurityGroupInvalidProtocolForPort',
      `Ports cannot be specified for protocol ${number}. Ports are only supported for DCCP, SCTP, TCP, UDP, UDPLITE.`,
    );
  }
  if (min === null) {
    const message = `ICMP code (port-range-max) ${max} is provided but ICMP type (port-range-min) is missing.`;
    throw bad('SecurityGroupMissingIcmpType', message);
  }
  for (const [attribute, field, value] of [
    ['port_range_min', 'type', min],
    ['port_range_max', 'code', max],
  ] as const) {
    if (value === null || (value >= 0 && value <= 255)) continue;
    const message = `Invalid value for ICMP ${field} (${attribute}) ${value}. It must be 0 to 255.`;
    throw bad('SecurityGroupInvalidIcmpValue', message);
  }
}

/** True where Neutron finds that the rule exists: everything but the description is the same. */
export function sameRule(a: RuleKey, b: RuleKey): boolean {
  return (
    a.direction === b.direction &&
    a.ethertype === b.ethertype &&
    numberOf(a.protocol) === numberOf(b.protocol) &&
    a.port_range_min === b.port_range_min &&
    a.port_range_max === b.port_range_max &&
    a.remote_ip_prefix === b.remote_ip_prefix &&
    a.remote_group_id === b.remote_group_id &&
    a.remote_address_group_id === b.remote_address_group_id
  );
}
