/** Making and reading maps and sets. */
import { keyOf } from './equality.ts';
import { fail } from './failure.ts';
import type { Meter } from './meter.ts';
import { repr } from './text.ts';
import { Dict, SetOf, type Yaql } from './values.ts';

/** Later ones win, at the place of the first, as in Python. */
export function dictOf(entries: Iterable<readonly [Yaql, Yaql]>, meter: Meter, isFrozen = true): Dict {
  const map = new Map<string, readonly [Yaql, Yaql]>();
  for (const [key, value] of entries) put(map, key, value, meter);
  return new Dict(map, isFrozen);
}

/** An equal key stays as it was first written. */
export function put(map: Map<string, readonly [Yaql, Yaql]>, key: Yaql, value: Yaql, meter: Meter): void {
  const hash = keyOf(key, meter);
  map.set(hash, [map.get(hash)?.[0] ?? key, value]);
}

export function setOf(items: Iterable<Yaql>, meter: Meter): SetOf {
  const map = new Map<string, Yaql>();
  for (const item of items) {
    const hash = keyOf(item, meter);
    if (!map.has(hash)) map.set(hash, item);
  }
  return new SetOf(map);
}

/** undefined: there is no such key. */
export function lookup(dict: Dict, key: Yaql, meter: Meter): Yaql | undefined {
  return dict.entries.get(keyOf(key, meter))?.[1];
}

/** A null that is there counts. */
export function lookupOr(dict: Dict, key: Yaql, fallback: Yaql, meter: Meter): Yaql {
  const value = lookup(dict, key, meter);
  return value === undefined ? fallback : value;
}

/** Fails with the key, as Python's KeyError shows it. */
export function lookupOrFail(dict: Dict, key: Yaql, meter: Meter): Yaql {
  const value = lookup(dict, key, meter);
  if (value === undefined) throw fail(repr(key, meter), 'index');
  return value;
}
