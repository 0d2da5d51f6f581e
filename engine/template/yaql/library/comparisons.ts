/** `=`, `!=`, `<` and its like, `and`, `or`, `not`, max and min of two, bool. Null is less than everything else. */
import { compareNumbers, compareTexts, equals, isSubset, truthy } from '../equality.ts';
import { define, type Overload } from '../signature.ts';
import { param, types } from '../types.ts';
import { isCollection, sizeOf } from '../values.ts';

const { any, lambda, moment, notNull, null: nothing, number, set, string, timeSpan } = types;

type Order = '<' | '<=' | '>' | '>=';
const orders: readonly Order[] = ['<', '<=', '>', '>='];

/** Whether an order holds where the left is less (-1), equal (0), greater (1), or none of it. */
function holds(order: Order, comparison: number): boolean {
  if (order === '<') return comparison < 0;
  if (order === '<=') return comparison <= 0;
  return order === '>' ? comparison > 0 : comparison >= 0;
}

function ordering(order: Order): readonly Overload[] {
  const name = `#operator_${order}`;
  return [
    define(name, 'function', [param('left', notNull), param('right', nothing)], () => holds(order, 1)),
    define(name, 'function', [param('left', nothing), param('right', notNull)], () => holds(order, -1)),
    define(name, 'function', [param('left', nothing), param('right', nothing)], () => holds(order, 0)),
    define(name, 'function', [param('left', string), param('right', string)], (_, a, b) =>
      holds(order, compareTexts(a, b)),
    ),
    define(name, 'function', [param('left', number), param('right', number)], (_, a, b) =>
      holds(order, compareNumbers(a, b)),
    ),
    define(name, 'function', [param('dt1', moment), param('dt2', moment)], (_, a, b) => holds(order, a.compare(b))),
    define(name, 'function', [param('ts1', timeSpan), param('ts2', timeSpan)], (_, a, b) =>
      holds(order, compareNumbers(a.micros, b.micros)),
    ),
    define(name, 'function', [param('left', set), param('right', set)], ({ meter }, a, b) => {
      const [inner, outer] = order.startsWith('<') ? [a, b] : [b, a];
      const isProper = order.length === 1 && sizeOf(inner) === sizeOf(outer);
      return !isProper && isSubset(inner, outer, meter);
    }),
  ];
}

const logic: readonly Overload[] = [
  define('*equal', 'function', [param('left', any), param('right', any)], ({ meter }, a, b) => equals(a, b, meter)),
  define(
    '*not_equal',
    'function',
    [param('left', any), param('right', any)],
    ({ meter }, a, b) => !equals(a, b, meter),
  ),
  define('#operator_and', 'function', [param('left', lambda), param('right', lambda)], (_, left, right) => {
    const value = left();
    return truthy(value) ? right() : value;
  }),
  define('#operator_or', 'function', [param('left', lambda), param('right', lambda)], (_, left, right) => {
    const value = left();
    return truthy(value) ? value : right();
  }),
  define('#unary_operator_not', 'function', [param('arg', any)], (_, value) => !truthy(value)),
  define('bool', 'function', [param('value', any)], (_, value) => truthy(value)),
  define('isBoolean', 'function', [param('value', any)], (_, value) => typeof value === 'boolean'),
  define('isIterable', 'function', [param('value', any)], (_, value) => isCollection(value)),
  define('max', 'function', [param('a', any), param('b', any)], (site, a, b) =>
    truthy(site.call('#operator_>', b, a)) ? b : a,
  ),
  define('min', 'function', [param('a', any), param('b', any)], (site, a, b) =>
    truthy(site.call('#operator_>', b, a)) ? a : b,
  ),
];

export const comparisons: readonly Overload[] = [...orders.flatMap(ordering), ...logic];
