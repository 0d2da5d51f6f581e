/**
 * Fn::Cidr: the first so many networks of a size inside of a block; the size is given in host bits: 8 is a /24.
 *
 * Heat has no such function: it is CloudFormation's, as AWS documents it.
 */
import { pyInt, pyStr } from '../../values/python.ts';
import { isList, type Value } from '../../values/value.ts';
import { formatAddress, networkOf, parseAddress } from '../addresses.ts';
import { failure, intrinsic } from './function.ts';

const most = 256n;

export const cidr = intrinsic({
  id: 'Fn::Cidr',
  make(args, name) {
    if (Array.isArray(args) && (args.length === 2 || args.length === 3)) return;
    throw failure.value(`Arguments to "${name}" must be of the form [ipBlock, count, cidrBits]`);
  },
  apply(args, name) {
    const [block = null, howMany = null, hostBits] = isList(args) ? args : [];
    const { address, prefix } = blockOf(block, name);
    const count = whole(howMany);
    if (count === undefined || count < 1n || count > most) {
      throw failure.value(`The count of "${name}" must be from 1 to ${most}, not ${pyStr(howMany)}`);
    }
    // A whole byte of an IPv4 address, or the half of an IPv6 address that a host has.
    const bits = hostBits === undefined ? (address.bits === 32 ? 8n : 64n) : whole(hostBits);
    if (bits === undefined || bits < 0n || bits > BigInt(address.bits - prefix)) {
      const range = `from 0 to ${address.bits - prefix} in a /${prefix}`;
      throw failure.value(`The cidrBits of "${name}" must be ${range}, not ${pyStr(hostBits ?? bits ?? null)}`);
    }
    if (count << bits > 1n << BigInt(address.bits - prefix)) {
      throw failure.value(`"${name}": ${pyStr(block)} has no room for ${count} networks of ${bits} bits`);
    }
    const first = networkOf(address, prefix).value;
    const networks = Array.from({ length: Number(count) }, (_, i) => first + (BigInt(i) << bits));
    const length = BigInt(address.bits) - bits;
    return networks.map(value => `${formatAddress({ bits: address.bits, value })}/${length}`);
  },
});

function blockOf(block: Value, name: string) {
  const [text = '', length = ''] = typeof block === 'string' ? block.split('/') : [];
  const address = parseAddress(text);
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (address === undefined || prefix < 0 || prefix > address.bits) {
    throw failure.value(`The ipBlock of "${name}" must be a network such as 10.0.0.0/16, not ${pyStr(block)}`);
  }
  return { address, prefix };
}

function whole(value: Value): bigint | undefined {
  if (typeof value === 'bigint') return value;
  return typeof value === 'string' ? pyInt(value) : undefined;
}
