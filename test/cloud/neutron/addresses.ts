/** IP addresses and networks as whole numbers: parsed, printed as Python's netaddr does, counted. */

export type Version = 4 | 6;

export interface Address {
  readonly version: Version;
  readonly value: bigint;
}

export interface Cidr {
  readonly version: Version;
  /** The network's own address: the bits behind the prefix are 0. */
  readonly first: bigint;
  readonly last: bigint;
  readonly prefix: number;
}

const bitsOf = (version: Version): number => (version === 4 ? 32 : 128);

/** Undefined for what is no address. */
export function parseAddress(text: string): Address | undefined {
  const value = text.includes(':') ? parse6(text) : parse4(text);
  return value === undefined ? undefined : { version: text.includes(':') ? 6 : 4, value };
}

function parse4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every(part => /^\d{1,3}$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function parse6(text: string): bigint | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return undefined;
  const all = [...left, ...Array<string>(tail === undefined ? 0 : gap).fill('0'), ...right];
  if (!all.every(group => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** The shortest form of RFC 5952. */
export function printAddress({ version, value }: Address): string {
  if (version === 4) return [24n, 16n, 8n, 0n].map(shift => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((value >> BigInt(112 - 16 * i)) & 65_535n).toString(16));
  const zeros = longestZeros(groups);
  if (zeros.length < 2) return groups.join(':');
  return `${groups.slice(0, zeros.start).join(':')}::${groups.slice(zeros.start + zeros.length).join(':')}`;
}

function longestZeros(groups: readonly string[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** `10.0.0.5/24` is the network 10.0.0.0/24. Undefined for what is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', prefixText, more] = text.split('/');
  const at = parseAddress(address);
  if (at === undefined || more !== undefined || (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText))) {
    return undefined;
  }
  const bits = bitsOf(at.version);
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return undefined;
  const size = 1n << BigInt(bits - prefix);
  const first = (at.value / size) * size;
  return { version: at.version, first, last: first + size - 1n, prefix };
}

export const printCidr = ({ version, first, prefix }: Cidr): string =>
  `${printAddress({ version, value: first })}/${prefix}`;

export const overlap = (a: Cidr, b: Cidr): boolean => a.version === b.version && a.first <= b.last && b.first <= a.last;

export const contains = (cidr: Cidr, address: Address): boolean =>
  cidr.version === address.version && cidr.first <= address.value && address.value <= cidr.last;

/** The addresses that hosts may have: without IPv4's network and broadcast addresses, IPv6's own. */
export function hosts(cidr: Cidr): { readonly first: bigint; readonly last: bigint } {
  if (cidr.version === 6) return { first: cidr.prefix < 127 ? cidr.first + 1n : cidr.first, last: cidr.last };
  return cidr.prefix >= 31 ? cidr : { first: cidr.first + 1n, last: cidr.last - 1n };
}

/** The address that a host of this MAC gives itself in an IPv6 network (RFC 4291, modified EUI-64). */
export function eui64(cidr: Cidr, mac: string): bigint {
  const bytes = mac.split(':').map(part => Number.parseInt(part, 16));
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = bytes;
  const low = [a ^ 2, b, c, 0xff, 0xfe, d, e, f].reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return cidr.first + low;
}
