/** Ranges of addresses as numbers: whether some are in others. */
import { networkOf, parseAddress } from '../../template/addresses.ts';

interface Block {
  readonly first: bigint;
  readonly end: bigint;
  readonly bits: number;
}

function blockOf(cidr: string): Block | undefined {
  const [host = '', prefix] = cidr.split('/');
  const address = parseAddress(host);
  if (address === undefined) return undefined;
  const prefixLength = prefix === undefined ? address.bits : Number(prefix);
  const { value } = networkOf(address, prefixLength);
  return { first: value, end: value + (1n << BigInt(address.bits - prefixLength)), bits: address.bits };
}

/** True where each address of the old prefixes is in a new one; neighbours count as one. */
export function coveredBy(old: readonly string[], next: readonly string[]): boolean {
  const blocks = next.flatMap(cidr => blockOf(cidr) ?? []).sort((a, b) => (a.first < b.first ? -1 : 1));
  return old.every(cidr => {
    const block = blockOf(cidr);
    if (block === undefined) return false;
    let reached = block.first;
    for (const { first, end, bits: kind } of blocks) {
      if (kind === block.bits && first <= reached && end > reached) reached = end;
    }
    return reached >= block.end;
  });
}
