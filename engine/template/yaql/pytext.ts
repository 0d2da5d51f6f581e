/** Python's methods of texts, by code points, with its blanks. What would grow beyond all bounds is refused first. */
import { fail } from './failure.ts';
import { checkMemory } from './meter.ts';

/** Python's str.isspace(), a character. */
const blank = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Python's strip() and its like; null: blanks. */
export function stripped(text: string, chars: string | null, side: 'both' | 'left' | 'right'): string {
  const points = [...text];
  const set = chars === null ? undefined : new Set(chars);
  const goes = (char: string | undefined) => char !== undefined && (set?.has(char) ?? blank.test(char));
  let [from, to] = [0, points.length];
  while (side !== 'right' && from < to && goes(points[from])) from++;
  while (side !== 'left' && from < to && goes(points[to - 1])) to--;
  return points.slice(from, to).join('');
}

/** Python's split(): null cuts at runs of blanks; a negative number of cuts is any number. */
export function splitAt(text: string, separator: string | null, most: bigint): string[] {
  const left = most < 0n ? Number.POSITIVE_INFINITY : Number(most);
  if (separator === null) return splitAtBlanks([...text], left);
  if (separator === '') throw fail('empty separator');
  const parts = text.split(separator);
  if (parts.length - 1 <= left) return parts;
  return [...parts.slice(0, left), parts.slice(left).join(separator)];
}

function splitAtBlanks(points: readonly string[], most: number): string[] {
  const parts: string[] = [];
  let i = 0;
  for (;;) {
    while (i < points.length && blank.test(points[i] ?? '')) i++;
    if (i >= points.length) return parts;
    const from = i;
    if (parts.length >= most) return [...parts, stripped(points.slice(from).join(''), null, 'right')];
    while (i < points.length && !blank.test(points[i] ?? '')) i++;
    parts.push(points.slice(from, i).join(''));
  }
}

/** Python's rsplit(). */
export function splitAtEnd(text: string, separator: string | null, most: bigint): string[] {
  const left = most < 0n ? Number.POSITIVE_INFINITY : Number(most);
  if (separator === null) {
    const turned = splitAtBlanks([...text].reverse(), left);
    return turned.map(part => [...part].reverse().join('')).reverse();
  }
  if (separator === '') throw fail('empty separator');
  const parts = text.split(separator);
  if (parts.length - 1 <= left) return parts;
  const cut = parts.length - left;
  return [parts.slice(0, cut).join(separator), ...parts.slice(cut)];
}

/** yaql's substring(): a negative length is all, a negative start counts from the end; then Python's slice. */
export function substring(text: string, start: bigint, length: bigint): string {
  const points = [...text];
  const size = BigInt(points.length);
  const from = start < 0n ? start + size : start;
  const to = from + (length < 0n ? size : length);
  return points.slice(bounded(from, size), bounded(to, size)).join('');
}

/** A position as Python's slices take it: negative ones count from the end, all are within. */
export function bounded(position: bigint, size: bigint): number {
  const from = position < 0n ? position + size : position;
  return Number(from < 0n ? 0n : from > size ? size : from);
}

/** Python's find(): the first place, or -1. */
export function find(text: string, sub: string, start: bigint, end?: bigint): bigint {
  const { part, offset } = within(text, start, end);
  if (part === undefined) return -1n;
  const at = part.indexOf(sub);
  return at < 0 ? -1n : BigInt(offset + pointsIn(part.slice(0, at)));
}

/** Python's rfind(). */
export function findLast(text: string, sub: string, start: bigint, end?: bigint): bigint {
  const { part, offset } = within(text, start, end);
  if (part === undefined) return -1n;
  const at = part.lastIndexOf(sub);
  return at < 0 ? -1n : BigInt(offset + pointsIn(part.slice(0, at)));
}

/** What is searched, and where it begins; nothing where it would begin behind the end. */
function within(text: string, start: bigint, end: bigint | undefined): { part: string | undefined; offset: number } {
  const points = [...text];
  const size = BigInt(points.length);
  const offset = bounded(start, size);
  const to = end === undefined ? points.length : bounded(end, size);
  return { part: start > size || offset > to ? undefined : points.slice(offset, to).join(''), offset };
}

/** How many characters, as Python counts. */
export function pointsIn(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Python's replace(): a negative count is all. An empty old text is found around every character. */
export function replaced(text: string, old: string, other: string, count: bigint): string {
  if (count === 0n) return text;
  const pieces = old === '' ? ['', ...text, ''] : text.split(old);
  const times = count < 0n ? pieces.length - 1 : Math.min(pieces.length - 1, Number(count));
  checkMemory(text.length + times * (other.length - old.length));
  const head = pieces.slice(0, times + 1).join(other);
  const tail = pieces.slice(times + 1);
  return tail.length === 0 ? head : [head, ...tail].join(old);
}
