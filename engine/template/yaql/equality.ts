/** Python's ==, hash and truth of yaql's values. Every part that is looked at counts a step: values may share parts. */
import { fail } from './failure.ts';
import type { Meter } from './meter.ts';
import { Moment, TimeSpan } from './moment.ts';
import { typeName } from './text.ts';
import { Dict, each, isSet, Regex, Sequence, SetOf, View, type Yaql } from './values.ts';

/** 1 == 1.0 == True, '1' is another; a list is no tuple; maps and sets regardless of order; streams by identity. */
export function equals(a: Yaql, b: Yaql, meter: Meter): boolean {
  meter.step();
  if (a === b) return true;
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return compareNumbers(left, right) === 0;
  if (a instanceof Sequence) {
    if (!(b instanceof Sequence) || a.type !== b.type || a.items.length !== b.items.length) return false;
    return a.items.every((item, i) => equals(item, b.items[i] ?? null, meter));
  }
  if (a instanceof Dict) return b instanceof Dict && dictsEqual(a, b, meter);
  if (isSet(a)) return isSet(b) && isSubset(a, b, meter) && isSubset(b, a, meter);
  if (a instanceof Moment) return b instanceof Moment && a.compare(b) === 0;
  if (a instanceof TimeSpan) return b instanceof TimeSpan && a.micros === b.micros;
  return a instanceof Regex && b instanceof Regex && a.source === b.source && sameFlags(a, b);
}

function sameFlags(a: Regex, b: Regex): boolean {
  return (['ignoreCase', 'multiline', 'dotAll'] as const).every(flag => a.flags[flag] === b.flags[flag]);
}

function dictsEqual(a: Dict, b: Dict, meter: Meter): boolean {
  if (a.entries.size !== b.entries.size) return false;
  for (const [hash, [, value]] of a.entries) {
    const other = b.entries.get(hash);
    if (other === undefined || !equals(value, other[1], meter)) return false;
  }
  return true;
}

/** Whether all of a set's items are in another. */
export function isSubset(a: SetOf | View, b: SetOf | View, meter: Meter): boolean {
  for (const item of each(a)) if (!setHas(b, item, meter)) return false;
  return true;
}

/** Whether a set has an item. `items()` are compared one by one, as their values may be no keys. */
export function setHas(set: SetOf | View, item: Yaql, meter: Meter): boolean {
  if (set instanceof SetOf) return set.items.has(keyOf(item, meter));
  if (set.shows === 'keys') return set.of.entries.has(keyOf(item, meter));
  for (const own of each(set)) if (equals(own, item, meter)) return true;
  return false;
}

/** A boolean, an int or a float as a number to reckon with. */
export function numeric(value: Yaql): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return typeof value === 'bigint' || typeof value === 'number' ? value : undefined;
}

/** Exact between ints and floats. NaN: no order at all. */
export function compareNumbers(a: bigint | number, b: bigint | number): number {
  return a < b ? -1 : a > b ? 1 : Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0;
}

/** By code points, as Python orders texts. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  const isHalf = (code: number) => code >= 0xdc00 && code <= 0xdfff;
  if (i > 0 && (isHalf(a.charCodeAt(i)) || isHalf(b.charCodeAt(i)))) i--;
  return (a.codePointAt(i) ?? -1) - (b.codePointAt(i) ?? -1) < 0 ? -1 : 1;
}

const identities = new WeakMap<object, string>();
let identitiesGiven = 0;

/** The same for equal values; throws, in Python's words, for what cannot be a key. */
export function keyOf(value: Yaql, meter: Meter): string {
  meter.step();
  if (typeof value === 'string') {
    meter.step(value.length >> 5);
    return `s${value.length}:${value}`;
  }
  if (value === null) return 'null';
  const number = numeric(value);
  if (number !== undefined) return numberKey(number);
  if (value instanceof Sequence && value.type === 'tuple') {
    return `(${value.items.map(item => keyOf(item, meter)).join(',')})`;
  }
  if (value instanceof Dict && value.isFrozen) {
    const pairs = [...value.entries].map(([hash, [, item]]) => `${hash}=${keyOf(item, meter)}`);
    return `{${pairs.sort().join(',')}}`;
  }
  if (value instanceof SetOf) return `<${[...value.items.keys()].sort().join(',')}>`;
  if (value instanceof Moment) return `m${value.micros}`;
  if (value instanceof TimeSpan) return `t${value.micros}`;
  if (value instanceof Sequence || value instanceof Dict || (value instanceof View && value.shows !== 'values')) {
    throw fail(`unhashable type: '${typeName(value)}'`);
  }
  return typeof value === 'object' ? identity(value) : '';
}

function numberKey(value: bigint | number): string {
  return typeof value === 'number' && !Number.isInteger(value) ? `n${value}` : `n${BigInt(value)}`;
}

/** What is only equal to itself. */
function identity(value: object): string {
  const known = identities.get(value);
  if (known !== undefined) return known;
  const given = `#${++identitiesGiven}`;
  identities.set(value, given);
  return given;
}

/** What Python's bool() says. */
export function truthy(value: Yaql): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'bigint') return value !== 0n;
  if (typeof value === 'number') return value !== 0;
  if (value instanceof Sequence) return value.items.length > 0;
  if (value instanceof Dict) return value.entries.size > 0;
  if (value instanceof SetOf) return value.items.size > 0;
  if (value instanceof View) return value.of.entries.size > 0;
  return value instanceof TimeSpan ? value.micros !== 0n : true;
}
