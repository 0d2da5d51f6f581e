/** Collections asked item by item: where, select, first, any … Streams give what is asked for, and only that. */
import { equals, keyOf, truthy } from '../equality.ts';
import { fail } from '../failure.ts';
import { checkMemory } from '../meter.ts';
import { alias, define, type Overload } from '../signature.ts';
import { setSize } from '../sizes.ts';
import { all, filtered, generated, mapped, memorized, sliced, stream } from '../streams.ts';
import { optional, param, rest, types } from '../types.ts';
import { type Collection, each, isCollection, list, type Yaql } from '../values.ts';

const { any, collection, int, intOrNull, lambda, optionalLambda } = types;

const items = param('collection', collection);
const predicate = param('predicate', lambda);
const selector = param('selector', lambda);

const where = define('where', 'method', [items, predicate], ({ meter }, values, isWanted) =>
  filtered(values, isWanted, meter),
);

const select = define('select', 'method', [items, selector], ({ meter }, values, change) =>
  mapped(values, change, meter),
);

const limit = define('limit', 'method', [items, param('count', int)], ({ meter }, values, most) => {
  if (most < 0n) throw fail('Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.');
  return sliced(values, 0, Number(most), meter);
});

const passing: readonly Overload[] = [
  where,
  ...alias(where, 'filter'),
  select,
  ...alias(select, 'map'),
  limit,
  ...alias(limit, 'take'),
  define('skip', 'method', [items, param('count', int)], ({ meter }, values, least) => {
    if (least < 0n) {
      throw fail('Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.');
    }
    return sliced(values, Number(least), Number.POSITIVE_INFINITY, meter);
  }),
  define('takeWhile', 'method', [items, predicate], ({ meter }, values, goesOn) =>
    stream('itertools.takewhile', meter, function* () {
      for (const value of each(values)) {
        if (!truthy(goesOn(value))) return;
        yield value;
      }
    }),
  ),
  define('skipWhile', 'method', [items, predicate], ({ meter }, values, isSkipped) =>
    stream('itertools.dropwhile', meter, function* () {
      let skips = true;
      for (const value of each(values)) {
        skips &&= truthy(isSkipped(value));
        if (!skips) yield value;
      }
    }),
  ),
  define('append', 'both', [items, rest('args', any)], ({ meter }, values, more) =>
    generated(meter, function* () {
      yield* each(values);
      yield* more;
    }),
  ),
  define('concat', 'both', [rest('collections', collection)], ({ meter }, parts) =>
    stream('itertools.chain', meter, function* () {
      for (const part of parts) yield* each(part);
    }),
  ),
  define('distinct', 'both', [items, optional('keySelector', optionalLambda, null)], ({ meter }, values, keyBy) =>
    generated(meter, function* () {
      const seen = new Set<string>();
      for (const value of each(values)) {
        const key = keyOf(keyBy === null ? value : keyBy(value), meter);
        if (seen.has(key)) continue;
        seen.add(key);
        checkMemory(setSize(seen.size));
        yield value;
      }
    }),
  ),
  define('enumerate', 'both', [items, optional('start', intOrNull, 0n)], ({ meter }, values, start) => {
    if (start === null) throw fail("'NoneType' object cannot be interpreted as an integer");
    return generated(meter, function* () {
      let i = start;
      for (const value of each(values)) yield list([i++, value]);
    });
  }),
  define('selectMany', 'method', [items, selector], ({ meter }, values, change) =>
    generated(meter, function* () {
      for (const value of each(values)) {
        const inner = change(value);
        if (isCollection(inner)) yield* each(inner);
        else yield inner;
      }
    }),
  ),
  define('memorize', 'method', [items], ({ meter }, values) => memorized(values, meter)),
];

const asking: readonly Overload[] = [
  define('any', 'both', [items, optional('predicate', optionalLambda, null)], (_, values, isWanted) => {
    for (const value of each(values)) if (isWanted === null || truthy(isWanted(value))) return true;
    return false;
  }),
  define('all', 'both', [items, optional('predicate', optionalLambda, null)], (_, values, isWanted) => {
    for (const value of each(values)) if (!truthy(isWanted === null ? value : isWanted(value))) return false;
    return true;
  }),
  define('count', 'method', [items], (_, values) => BigInt(all(values).length)),
  define('first', 'method', [items, optional('default', any)], (_, values, fallback) => {
    for (const value of each(values)) return value;
    return orEmpty(fallback);
  }),
  define('last', 'method', [items, optional('default', any)], (_, values, fallback) => {
    const [last = orEmpty(fallback)] = all(values).slice(-1);
    return last;
  }),
  define('single', 'method', [items], (_, values) => {
    const reader = each(values);
    const first = reader.next();
    if (first.done === true) return orEmpty(undefined);
    if (reader.next().done !== true) throw fail('Collection contains more than one item', 'empty');
    return first.value;
  }),
  define('indexOf', 'method', [items, param('item', any)], ({ meter }, values, wanted) =>
    firstPlace(values, value => equals(value, wanted, meter)),
  ),
  define('lastIndexOf', 'method', [items, param('item', any)], ({ meter }, values, wanted) =>
    lastPlace(values, value => equals(value, wanted, meter)),
  ),
  define('indexWhere', 'method', [items, predicate], (_, values, isWanted) =>
    firstPlace(values, value => truthy(isWanted(value))),
  ),
  define('lastIndexWhere', 'method', [items, predicate], (_, values, isWanted) =>
    lastPlace(values, value => truthy(isWanted(value))),
  ),
];

/** Python's StopIteration has no text; somebody who reads it deserves one. */
function orEmpty(fallback: Yaql | undefined): Yaql {
  if (fallback === undefined) throw fail('The collection is empty', 'empty');
  return fallback;
}

function firstPlace(values: Collection, isWanted: (value: Yaql) => boolean): bigint {
  let i = 0n;
  for (const value of each(values)) {
    if (isWanted(value)) return i;
    i++;
  }
  return -1n;
}

function lastPlace(values: Collection, isWanted: (value: Yaql) => boolean): bigint {
  let found = -1n;
  let i = 0n;
  for (const value of each(values)) {
    if (isWanted(value)) found = i;
    i++;
  }
  return found;
}

export const queries: readonly Overload[] = [...passing, ...asking];
