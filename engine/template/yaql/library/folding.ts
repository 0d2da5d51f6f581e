/** Collections made into one value or another order: sum, aggregate, orderBy, groupBy, slices. */
import { equals, keyOf, truthy } from '../equality.ts';
import { fail, YaqlFailure } from '../failure.ts';
import { checkMemory, type Meter } from '../meter.ts';
import { alias, define, type Overload, type Site } from '../signature.ts';
import { dictBytes } from '../sizes.ts';
import { all, generated, mapped, sliced, stream } from '../streams.ts';
import { type Lambda, optional, param, types } from '../types.ts';
import { type Collection, each, list, type Order, Ordered, Sequence, tuple, type Yaql } from '../values.ts';

const { any, collection, int, lambda, optionalLambda, ordered } = types;

const items = param('collection', collection);
const predicate = param('predicate', lambda);
const selector = param('selector', lambda);
const initial = optional('initial', any);

/** Python's reduce(). */
function reduced(values: Collection, combine: (total: Yaql, item: Yaql) => Yaql, seed: Yaql | undefined): Yaql {
  let total = seed;
  for (const value of each(values)) total = total === undefined ? value : combine(total, value);
  if (total === undefined) throw fail('reduce() of empty iterable with no initial value');
  return total;
}

const aggregate = define('aggregate', 'method', [items, selector, optional('seed', any)], (_, values, combine, seed) =>
  reduced(values, combine, seed),
);

const folds: readonly Overload[] = [
  aggregate,
  ...alias(aggregate, 'reduce'),
  define('accumulate', 'method', [items, selector, optional('seed', any)], ({ meter }, values, combine, seed) =>
    generated(meter, function* () {
      let total = seed;
      if (total !== undefined) yield total;
      for (const value of each(values)) {
        total = total === undefined ? value : combine(total, value);
        yield total;
      }
      if (total === undefined) throw fail('accumulate() of empty sequence with no initial value');
    }),
  ),
  ...(['#operator_+', 'max', 'min'] as const).map(name =>
    define(name === '#operator_+' ? 'sum' : name, 'method', [items, initial], (site, values, seed) =>
      reduced(values, (total, item) => site.call(name, total, item), seed),
    ),
  ),
];

/** The next of those that are equal by one order decides. */
function compared(site: Site, orders: readonly Order[], a: Yaql, b: Yaql): number {
  for (const { by, isAscending } of orders) {
    const [left, right] = [by(a), by(b)];
    const sign = isAscending ? 1 : -1;
    if (truthy(site.call('#operator_<', left, right))) return -sign;
    if (truthy(site.call('#operator_>', left, right))) return sign;
  }
  return 0;
}

function orderedBy(site: Site, values: Collection, first: Order): Ordered {
  const orders = [first];
  let result: Yaql[] | undefined;
  const read = () => {
    result ??= all(values).sort((a, b) => compared(site, orders, a, b));
    return result[Symbol.iterator]();
  };
  return new Ordered(site.meter, read, order => orders.push(order));
}

const ordering: readonly Overload[] = [
  define('orderBy', 'method', [items, selector], (site, values, by) =>
    orderedBy(site, values, { by, isAscending: true }),
  ),
  define('orderByDescending', 'method', [items, selector], (site, values, by) =>
    orderedBy(site, values, { by, isAscending: false }),
  ),
  define('thenBy', 'method', [param('collection', ordered), selector], (_, values, by) => {
    values.addOrder({ by, isAscending: true });
    return values;
  }),
  define('thenByDescending', 'method', [param('collection', ordered), selector], (_, values, by) => {
    values.addOrder({ by, isAscending: false });
    return values;
  }),
  define('reverse', 'method', [items], ({ meter }, values) =>
    stream('reversed', meter, () => all(values).reverse()[Symbol.iterator]()),
  ),
];

/**
 * What groupBy's last argument makes of a group. It gets the group's list; templates of older yaql expect the pair of
 * key and list and give a pair: tried where the first group cannot be taken otherwise.
 */
function aggregator(aggregate: Lambda | null, meter: Meter): (group: Sequence) => Yaql {
  if (aggregate === null) return group => group;
  let failure: YaqlFailure | undefined;
  let mayBeOlder = true;
  return group => {
    const [key = null, values = null] = group.items;
    if (failure === undefined) {
      const { level } = meter;
      try {
        const result = aggregate(values);
        if (!looksOlder(values, result, meter)) mayBeOlder = false;
        return tuple([key, result]);
      } catch (error) {
        if (!(error instanceof YaqlFailure) || (error.kind !== 'no match' && error.kind !== 'index')) throw error;
        meter.backTo(level);
        failure = error;
      }
    }
    const older = mayBeOlder ? olderResult(aggregate, group, meter) : undefined;
    if (older === undefined) throw failure;
    return older;
  };
}

/** A pair that begins as the group's list of two does: it may have been taken for the pair of key and list. */
function looksOlder(values: Yaql, result: Yaql, meter: Meter): boolean {
  return (
    values instanceof Sequence &&
    result instanceof Sequence &&
    values.items.length === 2 &&
    result.items.length === 2 &&
    equals(values.items[0] ?? null, result.items[0] ?? null, meter)
  );
}

function olderResult(aggregate: Lambda, group: Sequence, meter: Meter): Yaql | undefined {
  const { level } = meter;
  try {
    const result = aggregate(group);
    if (result instanceof Sequence && result.items.length === 2) return result;
    return typeof result === 'string' && [...result].length === 2 ? result : undefined;
  } catch (error) {
    if (!(error instanceof YaqlFailure) || error.kind === 'limit') throw error;
    meter.backTo(level);
    return undefined;
  }
}

const grouping: readonly Overload[] = [
  define(
    'groupBy',
    'method',
    [
      items,
      param('keySelector', lambda),
      optional('valueSelector', optionalLambda, null),
      optional('aggregator', optionalLambda, null),
    ],
    ({ meter }, values, keyBy, valueBy, combine) => {
      const groups = new Map<string, readonly [Yaql, Yaql[]]>();
      let allTexts = true;
      for (const value of each(values)) {
        const item = valueBy === null ? value : valueBy(value);
        const key = keyBy(value);
        const hash = keyOf(key, meter);
        const group = groups.get(hash);
        if (group === undefined) groups.set(hash, [key, [item]]);
        else group[1].push(item);
        allTexts &&= typeof key === 'string';
        checkMemory(dictBytes(groups.size, allTexts));
      }
      const pairs = [...groups.values()].map(([key, group]) => tuple([key, list(group)]));
      const aggregated = aggregator(combine, meter);
      return mapped(tuple(pairs), group => (group instanceof Sequence ? aggregated(group) : group), meter);
    },
  ),
];

/** Groups of neighbours. */
const slicing: readonly Overload[] = [
  define('slice', 'method', [items, param('length', int)], (site, values, length) => {
    if (length < 0n) throw fail('Stop argument for islice() must be None or an integer: 0 <= x <= sys.maxsize.');
    return generated(site.meter, function* () {
      const reader = stream('generator', site.meter, () => each(values));
      for (;;) {
        const part = site.callOn(sliced(reader, 0, Number(length), site.meter), 'toList');
        if (!truthy(part)) return;
        yield part;
      }
    });
  }),
  define('splitWhere', 'method', [items, predicate], (site, values, isBorder) =>
    generated(site.meter, function* () {
      const whole = listed(site, values);
      let start = 0;
      for (const [i, value] of whole.entries()) {
        if (!truthy(isBorder(value))) continue;
        yield tuple(whole.slice(start, i));
        start = i + 1;
      }
      if (start !== whole.length) yield tuple(whole.slice(start));
    }),
  ),
  define('sliceWhere', 'method', [items, predicate], (site, values, kindOf) =>
    generated(site.meter, function* () {
      const whole = listed(site, values);
      let start = 0;
      let before: Yaql | undefined;
      for (const [i, value] of whole.entries()) {
        const kind = kindOf(value);
        if (before !== undefined && !equals(kind, before, site.meter)) {
          yield tuple(whole.slice(start, i));
          start = i;
        }
        before = kind;
      }
      if (start !== whole.length) yield tuple(whole.slice(start));
    }),
  ),
  define('splitAt', 'method', [items, param('index', int)], (site, values, index) => {
    const whole = listed(site, values);
    const at = Number(index < 0n ? (index + BigInt(whole.length) < 0n ? 0n : index + BigInt(whole.length)) : index);
    return list([tuple(whole.slice(0, at)), tuple(whole.slice(at))]);
  }),
];

function listed(site: Site, values: Collection): readonly Yaql[] {
  const whole = site.callOn(values, 'toList');
  return whole instanceof Sequence ? whole.items : [];
}

export const folding: readonly Overload[] = [...folds, ...ordering, ...grouping, ...slicing];
