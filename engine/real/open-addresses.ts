/**
 * Which addresses the engine may fetch a user's documents from.
 *
 * A user names a URL, and the engine asks for it from inside the cloud's network: without a bound that is a way to
 * whatever trusts its neighbours. Closed unless opened: the own machine, links, the metadata services of clouds, groups,
 * and prefixes that carry an IPv4 address inside. Networks of one's own (10.0.0.0/8 and its like) are open, since a
 * private cloud's templates lie there; `deny` closes what should not be.
 */
import { BlockList, isIP } from 'node:net';

/** Addresses or networks: `10.1.2.3`, `10.0.0.0/8`, `fd00::/8`. */
export interface AddressRules {
  /** Open, whatever else is said. */
  readonly allow?: readonly string[];
  /** Closed beside those that are closed anyway. */
  readonly deny?: readonly string[];
}

const closed: readonly string[] = [
  '0.0.0.0/8', // this host
  '127.0.0.0/8',
  '169.254.0.0/16', // links, and on nearly every cloud the metadata service
  '100.100.100.200', // a metadata service
  '192.0.0.0/24', // protocol assignments, a metadata service among them
  '224.0.0.0/4',
  '240.0.0.0/4', // reserved, and broadcast
  '::/128',
  '::1/128',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
  'fd00:ec2::254', // a metadata service
  '::/96', // these have an IPv4 address inside, which need not be an open one
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001::/32',
  '2002::/16',
];

/** Whether an address is closed. Throws RangeError for a rule that is neither an address nor a network. */
export function closedAddresses({ allow = [], deny = [] }: AddressRules): (address: string) => boolean {
  const open = listOf(allow);
  const shut = listOf([...closed, ...deny]);
  return address => {
    const family = isIP(address);
    if (family === 0) return true;
    const kind = family === 4 ? 'ipv4' : 'ipv6';
    return !open.check(address, kind) && shut.check(address, kind);
  };
}

function listOf(rules: readonly string[]): BlockList {
  const list = new BlockList();
  for (const rule of rules) {
    const [address = '', length] = rule.split('/');
    const family = isIP(address);
    const bits = family === 4 ? 32 : 128;
    const prefix = length === undefined ? bits : Number(length);
    if (family === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > bits || length === '') {
      throw new RangeError(`${rule} is no address and no network such as 10.0.0.0/8`);
    }
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
