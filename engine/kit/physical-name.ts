/**
 * Physical names: what a resource is called in its service (contract: lifecycle §6).
 *
 * `<stack>-<resource>-<short id>`; the short id is the 60 random bits of the incarnation's uuid, so two incarnations
 * never share a name, and the name marks what is ours.
 */
import { invariant } from '../kernel/invariant.ts';

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** Twelve characters of base32 (RFC 4648, lower case) for the 60 random bits in a version 4 uuid's time fields. */
export function shortId(uuid: string): string {
  const found = /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i.exec(uuid);
  invariant(found !== null, 'a short id is made of a version 4 uuid');
  const [, low = '', middle = '', high = ''] = found;
  // In two halves of 30 bits, which fit the integers that are shifted fast.
  const below = Number.parseInt(low, 16);
  const top = (Number.parseInt(high, 16) << 18) | (Number.parseInt(middle, 16) << 2) | (below >>> 30);
  return sixOf(top) + sixOf(below);
}

/** The lower 30 bits. */
function sixOf(bits: number): string {
  let text = '';
  for (let shift = 25; shift >= 0; shift -= 5) text += alphabet[(bits >>> shift) & 31];
  return text;
}

/**
 * The name for one incarnation. Longer than `limit` characters, the front is cut out but for its first two, since the
 * end is what makes it unique: `st-…resource-abcdefghijkl`.
 */
export function physicalName(stack: string, resource: string, uuid: string, limit = 255): string {
  return reduced(`${stack}-${resource}-${shortId(uuid)}`, limit);
}

/** Cuts a name to a limit: the first two characters, a dash, and as much of the end as fits. */
export function reduced(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const characters = Array.from(name);
  if (characters.length <= limit) return name;
  invariant(limit > 4, 'a name limit leaves room for a tail');
  return `${characters.slice(0, 2).join('')}-${characters.slice(characters.length - (limit - 3)).join('')}`;
}
