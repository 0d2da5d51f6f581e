/** Lists and maps: making, reading, changing copies of them. */
import { equals, keyOf, setHas } from '../equality.ts';
import { fail } from '../failure.ts';
import { dictOf, lookup, lookupOr, lookupOrFail, put } from '../maps.ts';
import { checkMemory } from '../meter.ts';
import { define, type Overload, type Site } from '../signature.ts';
import { bytesOf, dictSize } from '../sizes.ts';
import { all, generated, stream, unrolled } from '../streams.ts';
import { typeName } from '../text.ts';
import { optional, param, rest, types } from '../types.ts';
import { type Collection, Dict, each, isSet, list, Sequence, Stream, tuple, View, type Yaql } from '../values.ts';

const { any, collection, dict, int, inOrder, lambda, optionalLambda, rule, sequence } = types;

const items = param('collection', collection);
const map = param('dict', dict);
const position = param('position', int);
const count = optional('count', int, 1n);

function* flattened(values: Collection): Generator<Yaql, void, undefined> {
  for (const value of each(values)) {
    if (value instanceof Sequence || value instanceof View || value instanceof Stream || isSet(value)) {
      yield* flattened(value);
    } else yield value;
  }
}

const lists: readonly Overload[] = [
  define('#list', 'function', [rest('args', any)], (_, values) => {
    checkMemory(...values.map(bytesOf));
    return tuple(values);
  }),
  define('list', 'function', [rest('args', any)], (site, values) =>
    site.callOn(
      generated(site.meter, () => unrolled(values)),
      'toList',
    ),
  ),
  define('toList', 'method', [items], (_, values) =>
    values instanceof Sequence && values.type === 'tuple' ? values : tuple(all(values)),
  ),
  define('flatten', 'method', [items], ({ meter }, values) => generated(meter, () => flattened(values))),
  define('#indexer', 'function', [param('list', sequence), param('index', int)], (_, values, index) => {
    const at = index < 0n ? index + BigInt(values.items.length) : index;
    const item = at < 0n ? undefined : values.items[Number(at)];
    if (item === undefined) throw fail(`${values.type} index out of range`, 'index');
    return item;
  }),
  define('#operator_in', 'function', [param('value', any), items], (site, value, values) => has(site, values, value)),
  define('contains', 'method', [items, param('value', any)], (site, values, value) => has(site, values, value)),
  define('#operator_+', 'function', [param('left', collection), param('right', collection)], (site, a, b) =>
    combined(site, a, b),
  ),
  define('#operator_*', 'function', [param('left', sequence), param('right', int)], (_, values, times) =>
    repeated(values, times),
  ),
  define('#operator_*', 'function', [param('left', int), param('right', sequence)], (_, times, values) =>
    repeated(values, times),
  ),
  define('isList', 'function', [param('arg', any)], (_, value) => value instanceof Sequence),
  define('len', 'both', [param('sequence', sequence)], (_, values) => BigInt(values.items.length)),
  define('len', 'both', [param('collection', types.iterator)], (_, values) => BigInt(all(values).length)),
];

function has({ meter }: Site, values: Collection, wanted: Yaql): boolean {
  if (isSet(values)) return setHas(values, wanted, meter);
  for (const value of each(values)) if (equals(value, wanted, meter)) return true;
  return false;
}

/** Tuples give a tuple, sets a set; everything else is read one after the other. */
function combined(site: Site, a: Collection, b: Collection): Yaql {
  if (a instanceof Sequence && b instanceof Sequence && a.type === 'tuple' && b.type === 'tuple') {
    checkMemory(bytesOf(a), bytesOf(b));
    return tuple([...a.items, ...b.items]);
  }
  if (isSet(a) && isSet(b) && !(a instanceof View) && !(b instanceof View)) {
    checkMemory(bytesOf(a), bytesOf(b));
    return site.callOn(a, 'union', b);
  }
  return stream('itertools.chain', site.meter, function* () {
    yield* each(a);
    yield* each(b);
  });
}

function repeated(values: Sequence, times: bigint): Sequence {
  const copies = times < 0n || values.items.length === 0 ? 0 : Number(times);
  // yaql's own reckoning, which comes second, lets short lists grow without end.
  checkMemory(40 + 8 * copies * values.items.length);
  checkMemory((1 - Number(times)) * 56, Number(times) * bytesOf(values));
  return new Sequence(
    Array.from({ length: copies * values.items.length }, (_, i) => values.items[i % values.items.length] ?? null),
    values.type,
  );
}

const maps: readonly Overload[] = [
  ...['#map', 'dict'].map(name =>
    define(
      name,
      'function',
      [rest('args', rule)],
      ({ meter }, rules) => {
        checkMemory(...rules.map(bytesOf));
        return dictOf(
          rules.map(({ from, to }) => [from, to]),
          meter,
        );
      },
      { takesEntries: true },
    ),
  ),
  define(
    'dict',
    'function',
    [param('items', collection)],
    (site, values) => {
      const entries = new Map<string, readonly [Yaql, Yaql]>();
      for (const value of each(values)) {
        const [key, item] = twoOf(value);
        put(entries, key, item, site.meter);
        checkMemory(dictSize(entries));
      }
      return new Dict(entries);
    },
    { takesEntries: true },
  ),
  define(
    'toDict',
    'method',
    [items, param('keySelector', lambda), optional('valueSelector', optionalLambda, null)],
    ({ meter }, values, keyBy, valueBy) => {
      const entries = new Map<string, readonly [Yaql, Yaql]>();
      for (const value of each(values)) {
        const key = keyBy(value);
        put(entries, key, valueBy === null ? value : valueBy(value), meter);
        checkMemory(dictSize(entries));
      }
      return new Dict(entries, false);
    },
  ),
  define('#indexer', 'function', [map, param('key', any)], ({ meter }, of, key) => lookupOrFail(of, key, meter)),
  define('#indexer', 'function', [map, param('key', any), param('default', any)], ({ meter }, of, key, fallback) =>
    lookupOr(of, key, fallback, meter),
  ),
  define('get', 'method', [map, param('key', any), optional('default', any, null)], ({ meter }, of, key, fallback) =>
    lookupOr(of, key, fallback, meter),
  ),
  define('keys', 'method', [map], (_, of) => new View(of, 'keys')),
  define('values', 'method', [map], (_, of) => new View(of, 'values')),
  define('items', 'method', [map], (_, of) => new View(of, 'items')),
  define(
    'containsKey',
    'method',
    [map, param('key', any)],
    ({ meter }, of, key) => lookup(of, key, meter) !== undefined,
  ),
  define('containsValue', 'method', [map, param('value', any)], (site, of, value) =>
    has(site, new View(of, 'values'), value),
  ),
  define('isDict', 'function', [param('arg', any)], (_, value) => value instanceof Dict),
  define('len', 'both', [map], (_, of) => BigInt(of.entries.size)),
];

/** The first two of what is to be an entry; more are not looked at. */
function twoOf(value: Yaql): [Yaql, Yaql] {
  const parts =
    typeof value === 'string' ? [...value] : value instanceof Dict ? each(new View(value, 'keys')) : iterated(value);
  const [key, item] = parts;
  if (key === undefined || item === undefined) throw fail('An entry of dict() must have a key and a value', 'empty');
  return [key, item];
}

function iterated(value: Yaql): Iterable<Yaql> {
  if (value instanceof Sequence || value instanceof View || value instanceof Stream || isSet(value)) return each(value);
  throw fail(`'${typeName(value)}' object is not iterable`);
}

/** A copy with these entries, too. */
function extended(site: Site, of: Dict, more: Iterable<readonly [Yaql, Yaql]>): Dict {
  return dictOf([...of.entries.values(), ...more], site.meter);
}

/** A copy without some keys, which is Python's dict. */
function without(site: Site, of: Dict, keys: Iterable<Yaql>): Dict {
  const entries = new Map(of.entries);
  for (const key of keys) entries.delete(keyOf(key, site.meter));
  return new Dict(entries, false);
}

const mapChanges: readonly Overload[] = [
  define(
    'set',
    'method',
    [map, param('key', any), param('value', any)],
    (site, of, key, value) => {
      checkMemory(bytesOf(of), bytesOf(key), bytesOf(value));
      return extended(site, of, [[key, value]]);
    },
    { takesEntries: true },
  ),
  define(
    'set',
    'method',
    [map, param('replacements', dict)],
    (site, of, others) => {
      checkMemory(bytesOf(of), bytesOf(others));
      return extended(site, of, others.entries.values());
    },
    { takesEntries: true },
  ),
  define(
    'set',
    'method',
    [map, rest('args', rule)],
    (site, of, rules) => {
      checkMemory(bytesOf(of), ...rules.map(bytesOf));
      return extended(
        site,
        of,
        rules.map(({ from, to }) => [from, to]),
      );
    },
    { takesEntries: true },
  ),
  define('delete', 'method', [map, rest('keys', any)], (site, of, keys) => without(site, of, keys)),
  define('deleteAll', 'method', [map, param('keys', collection)], (site, of, keys) => without(site, of, each(keys))),
  define('#operator_+', 'function', [param('left', dict), param('right', dict)], (site, a, b) => {
    checkMemory(bytesOf(a), bytesOf(b));
    return extended(site, a, b.entries.values());
  }),
];

/** Whether a place is among `count` from `from` on; a negative count means all of them. */
function isWithin(i: bigint, from: bigint, amount: bigint): boolean {
  return i >= from && (amount < 0n || i < from + amount);
}

function replacedItems(values: Collection, from: bigint, amount: bigint, others: Iterable<Yaql>): () => Iterator<Yaql> {
  return function* () {
    let i = 0n;
    let isDone = false;
    for (const value of each(values)) {
      if (!isWithin(i++, from, amount)) yield value;
      else if (!isDone) {
        isDone = true;
        yield* others;
      }
    }
  };
}

function* inserted(values: Collection, at: bigint, others: () => Iterable<Yaql>): Generator<Yaql, void, undefined> {
  let i = 0n;
  for (const value of each(values)) {
    if (i++ === at) yield* others();
    yield value;
  }
  if (at > i - 1n) yield* others();
}

const listChanges: readonly Overload[] = [
  define('delete', 'method', [items, position, count], ({ meter }, values, at, amount) =>
    generated(meter, replacedItems(values, at, amount, [])),
  ),
  define('replace', 'method', [items, position, param('value', any), count], ({ meter }, values, at, other, amount) =>
    generated(meter, replacedItems(values, at, amount, [other])),
  ),
  define(
    'replaceMany',
    'method',
    [items, position, param('values', collection), count],
    ({ meter }, values, at, others, amount) => generated(meter, replacedItems(values, at, amount, each(others))),
  ),
  define(
    'insert',
    'method',
    [param('collection', inOrder), position, param('value', any)],
    ({ meter }, values, at, other) => generated(meter, () => inserted(values, at, () => [other])),
  ),
  define('insert', 'method', [param('collection', sequence), position, param('value', any)], (_, values, at, other) => {
    const copy = [...values.items];
    copy.splice(at < -copy.length ? 0 : at > copy.length ? copy.length : Number(at), 0, other);
    return list(copy);
  }),
  define('insertMany', 'method', [items, position, param('values', collection)], ({ meter }, values, at, others) =>
    generated(meter, function* () {
      if (at < 0n) yield* each(others);
      yield* inserted(values, at, () => each(others));
    }),
  ),
];

export const collections: readonly Overload[] = [...lists, ...maps, ...mapChanges, ...listChanges];
