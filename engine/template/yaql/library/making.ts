/** Collections made of several, or of nothing: join, zip, range, generate, mergeWith. */
import { keyOf, truthy } from '../equality.ts';
import { fail } from '../failure.ts';
import { dictOf } from '../maps.ts';
import { checkMemory } from '../meter.ts';
import { define, type Overload, type Site } from '../signature.ts';
import { queueSize, setSize } from '../sizes.ts';
import { all, generated, memorized, stream } from '../streams.ts';
import { type Lambda, named, optional, param, rest, types } from '../types.ts';
import { Dict, each, isCollection, isSet, Sequence, tuple, type Yaql } from '../values.ts';
import { typeName } from '../text.ts';

const { any, bool, collection, dict, int, lambda, optionalLambda } = types;

const items = param('collection', collection);

const several: readonly Overload[] = [
  define(
    'join',
    'method',
    [
      param('collection1', collection),
      param('collection2', collection),
      param('predicate', lambda),
      param('selector', lambda),
    ],
    ({ meter }, left, right, fits, change) =>
      generated(meter, function* () {
        const others = memorized(right, meter);
        for (const one of each(left)) {
          for (const other of each(others)) if (truthy(fits(one, other))) yield change(one, other);
        }
      }),
  ),
  define('zip', 'method', [rest('collections', collection)], ({ meter }, parts) =>
    stream('zip', meter, function* () {
      const readers = parts.map(part => each(part));
      for (;;) {
        const row: Yaql[] = [];
        for (const reader of readers) {
          const item = reader.next();
          if (item.done === true) return;
          row.push(item.value);
        }
        yield tuple(row);
      }
    }),
  ),
  define('zipLongest', 'method', [rest('collections', collection), named('kwargs', any)], ({ meter }, parts, given) =>
    stream('itertools.zip_longest', meter, function* () {
      const filler = given.get('default') ?? null;
      const readers = parts.map(part => each(part));
      for (;;) {
        const row = readers.map(reader => reader.next());
        if (row.every(item => item.done === true)) return;
        yield tuple(row.map(item => (item.done === true ? filler : item.value)));
      }
    }),
  ),
  define(
    'mergeWith',
    'method',
    [
      param('dict', dict),
      param('another', dict),
      optional('listMerger', optionalLambda, null),
      optional('itemMerger', optionalLambda, null),
      optional('maxLevels', int, 0n),
    ],
    (site, one, other, listMerger, itemMerger, maxLevels) =>
      merged(site, one, other, listMerger, itemMerger, maxLevels),
  ),
  define('defaultIfEmpty', 'method', [items, param('default', collection)], ({ meter }, values, fallback) => {
    if (values instanceof Sequence || isSet(values)) return truthy(values) ? values : fallback;
    const kept = memorized(values, meter);
    return each(kept).next().done === true ? fallback : kept;
  }),
];

/** Maps are merged into one another so many levels deep (0: all), lists joined, of others the second taken. */
function merged(
  site: Site,
  one: Dict,
  other: Dict,
  listMerger: Lambda | null,
  itemMerger: Lambda | null,
  levels: bigint,
): Dict {
  const both = (a: Yaql, b: Yaql): Yaql => {
    if (levels !== 1n && b instanceof Dict) {
      if (!(a instanceof Dict)) throw unlike(a, b);
      return merged(site, a, b, listMerger, itemMerger, levels === 0n ? 0n : levels - 1n);
    }
    if (levels !== 1n && b instanceof Sequence) {
      if (!(a instanceof Sequence)) throw unlike(a, b);
      if (listMerger !== null) return listMerger(a, b);
      if (a.type !== b.type) throw fail(`can only concatenate ${a.type} (not "${b.type}") to ${a.type}`);
      return site.callOn(site.call('distinct', tuple([...a.items, ...b.items])), 'toList');
    }
    return itemMerger === null ? b : itemMerger(a, b);
  };
  const entries = [...one.entries].map(([hash, [key, value]]): [Yaql, Yaql] => {
    const twin = other.entries.get(hash);
    return [key, twin === undefined ? value : both(value, twin[1])];
  });
  const added = [...other.entries].filter(([hash]) => !one.entries.has(hash)).map(([, entry]) => entry);
  return dictOf([...entries, ...added], site.meter, false);
}

function unlike(a: Yaql, b: Yaql) {
  const [left, right] = [a, b].map(value => {
    const name = typeName(value);
    return `<class '${name === 'FrozenDict' ? 'yaql.language.utils.FrozenDict' : name}'>`;
  });
  return fail(`Cannot merge ${left} with ${right}`);
}

function* counted(start: bigint, stop: bigint | undefined, step: bigint): Generator<Yaql, void, undefined> {
  for (let i = start; stop === undefined || (step > 0n ? i < stop : i > stop); i += step) yield i;
}

const endless: readonly Overload[] = [
  define('range', 'function', [param('stop', int)], ({ meter }, stop) =>
    stream('range_iterator', meter, () => counted(0n, stop, 1n)),
  ),
  define(
    'range',
    'function',
    [param('start', int), param('stop', int), optional('step', int, 1n)],
    ({ meter }, start, stop, step) => {
      if (step === 0n) throw fail('range() arg 3 must not be zero');
      return stream('range_iterator', meter, () => counted(start, stop, step));
    },
  ),
  define('sequence', 'function', [optional('start', int, 0n), optional('step', int, 1n)], ({ meter }, start, step) =>
    stream('itertools.count', meter, () => counted(start, undefined, step)),
  ),
  define('repeat', 'method', [param('value', any), optional('times', int, -1n)], ({ meter }, value, times) =>
    stream('itertools.repeat', meter, function* () {
      for (let i = 0n; times < 0n || i < times; i++) yield value;
    }),
  ),
  define('cycle', 'method', [items], ({ meter }, values) =>
    stream('itertools.cycle', meter, function* () {
      const whole: Yaql[] = [];
      for (const value of each(values)) {
        whole.push(value);
        yield value;
      }
      while (whole.length > 0) yield* whole;
    }),
  ),
];

/** Items that came before, where none shall come twice. */
class Past {
  private readonly keys = new Set<string>();

  /** Whether an item is new; it is not afterwards. */
  takes(key: string): boolean {
    if (this.keys.has(key)) return false;
    this.keys.add(key);
    checkMemory(setSize(this.keys.size));
    return true;
  }
}

const generating: readonly Overload[] = [
  define(
    'generate',
    'function',
    [
      param('initial', any),
      param('predicate', lambda),
      param('producer', lambda),
      optional('selector', optionalLambda, null),
      optional('decycle', bool, false),
    ],
    ({ meter }, initial, goesOn, produce, change, decycle) =>
      generated(meter, function* () {
        const past = new Past();
        for (let item = initial; truthy(goesOn(item)); item = produce(item)) {
          if (decycle && !past.takes(keyOf(item, meter))) return;
          yield change === null ? item : change(item);
        }
      }),
  ),
  define(
    'generateMany',
    'function',
    [
      param('initial', any),
      param('producer', lambda),
      optional('selector', optionalLambda, null),
      optional('decycle', bool, false),
      optional('depthFirst', bool, false),
    ],
    ({ meter }, initial, produce, change, decycle, depthFirst) =>
      generated(meter, function* () {
        const past = new Past();
        const queue: Yaql[] = [initial];
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
          if (decycle && !past.takes(keyOf(item, meter))) continue;
          yield change === null ? item : change(item);
          const made = produce(item);
          const next = isCollection(made) ? all(made) : notIterable(made);
          if (depthFirst) queue.unshift(...next);
          else queue.push(...next);
          checkMemory(queueSize(queue.length));
        }
      }),
  ),
];

/** Python can also read a text's characters and a map's keys. */
function notIterable(value: Yaql): Yaql[] {
  if (typeof value === 'string') return [...value];
  if (value instanceof Dict) return [...value.entries.values()].map(([key]) => key);
  throw fail(`'${typeName(value)}' object is not iterable`);
}

export const making: readonly Overload[] = [...several, ...endless, ...generating];
