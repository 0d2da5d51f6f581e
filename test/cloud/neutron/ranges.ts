/** Sets of addresses as CIDRs: joined, and what is left of them. Pure; as Python's netaddr counts. */
import type { Cidr, Version } from './addresses.ts';

const bitsOf = (version: Version): number => (version === 4 ? 32 : 128);

interface Span {
  readonly first: bigint;
  readonly last: bigint;
}

/** The same addresses in as few CIDRs as can be, lowest first. All of one version. */
export function joined(cidrs: readonly Cidr[]): Cidr[] {
  const [one] = cidrs;
  return one === undefined ? [] : spans(cidrs).flatMap(span => cidrsOf(one.version, span));
}

/** What of the first is not in the others, in as few CIDRs as can be, lowest first. */
export function left(cidrs: readonly Cidr[], taken: readonly Cidr[]): Cidr[] {
  const [one] = cidrs;
  if (one === undefined) return [];
  let free: Span[] = spans(cidrs);
  for (const hole of taken.filter(({ version }) => version === one.version)) {
    free = free.flatMap(span => without(span, hole));
  }
  return free.flatMap(span => cidrsOf(one.version, span));
}

/** True where each address of the first is in one of the others. */
export function within(cidrs: readonly Cidr[], others: readonly Cidr[]): boolean {
  return left(cidrs, others).length === 0;
}

function spans(cidrs: readonly Cidr[]): Span[] {
  const found: { first: bigint; last: bigint }[] = [];
  for (const { first, last } of [...cidrs].sort((a, b) => (a.first < b.first ? -1 : 1))) {
    const before = found.at(-1);
    if (before === undefined || first > before.last + 1n) found.push({ first, last });
    else if (last > before.last) before.last = last;
  }
  return found;
}

function without({ first, last }: Span, hole: Span): Span[] {
  if (hole.last < first || hole.first > last) return [{ first, last }];
  return [
    { first, last: hole.first - 1n },
    { first: hole.last + 1n, last },
  ].filter(span => span.first <= span.last);
}

/** The largest blocks that begin where the one before ended. */
function cidrsOf(version: Version, { first, last }: Span): Cidr[] {
  const bits = bitsOf(version);
  const found: Cidr[] = [];
  for (let from = first; from <= last; ) {
    let prefix = bits;
    while (prefix > 0) {
      const size = 1n << BigInt(bits - prefix + 1);
      if (from % size !== 0n || from + size - 1n > last) break;
      prefix -= 1;
    }
    const to = from + (1n << BigInt(bits - prefix)) - 1n;
    found.push({ version, first: from, last: to, prefix });
    from = to + 1n;
  }
  return found;
}
