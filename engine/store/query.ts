/**
 * What a Select means, in TypeScript: the memory store runs it, the SQL store's statements must mean the same.
 *
 * Order of texts is that of their code points (UTF-8's byte order), whatever collation a database was made with;
 * uuids are lower-case hex, so their order is that of their bytes; false is before true; nulls are last ascending
 * and first descending. A condition on a null column holds for `in` with a null among its values and for `notIn`
 * without; for nothing else.
 */
import type { Field } from './columns.ts';
import type { Condition, Select } from './store.ts';
import type { ColumnValue } from './tables.ts';

/** Where a UTF-16 unit stands in the order of code points: surrogates come after all others. */
function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit > 0xdfff ? unit - 0x800 : unit + 0x2000;
}

/** Negative, zero or positive, by code points; JavaScript's own `<` goes by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

function compareSome(a: string | number | boolean, b: string | number | boolean): number {
  if (typeof a === 'string' && typeof b === 'string') return a === b ? 0 : compareText(a, b);
  return Number(a) - Number(b);
}

/** Ascending order of column values, null last. */
export function compareValues(a: ColumnValue, b: ColumnValue): number {
  if (a === null || b === null) return (a === null ? 1 : 0) - (b === null ? 1 : 0);
  return compareSome(a, b);
}

function holds(condition: Condition, value: ColumnValue): boolean {
  if ('in' in condition) return condition.in.includes(value);
  if ('notIn' in condition) return !condition.notIn.includes(value);
  if (value === null) return false;
  if ('contains' in condition) return typeof value === 'string' && value.includes(condition.contains);
  if ('above' in condition) return condition.above !== null && compareSome(value, condition.above) > 0;
  return condition.below !== null && compareSome(value, condition.below) < 0;
}

/** How a select finds columns of its rows, and the one by which rows that are otherwise equal are ordered. */
export interface Shape<R> {
  readonly field: (name: string) => Field<R>;
  readonly key: (row: R) => string;
}

/** A test for all conditions at once. Throws BrokenInvariant for a column that cannot be selected by. */
export function filterOf<R>(shape: Shape<R>, where: readonly Condition[]): (row: R) => boolean {
  const tests = where.map(condition => {
    const { of } = shape.field(condition.column);
    return (row: R) => holds(condition, of(row));
  });
  return row => tests.every(test => test(row));
}

/** The order of a select; the key, ascending, is the last resort. */
export function orderOf<R>(shape: Shape<R>, order: Select['order'] = []): (a: R, b: R) => number {
  const parts = order.map(({ column, descending }) => ({
    of: shape.field(column).of,
    sign: descending === true ? -1 : 1,
  }));
  return (a, b) => {
    for (const { of, sign } of parts) {
      const compared = compareValues(of(a), of(b));
      if (compared !== 0) return compared * sign;
    }
    return compareText(shape.key(a), shape.key(b));
  };
}

/** The page of a select: `rows` hold the conditions already; `after` is the row of the select's `after`, where it is known. */
export function pageOf<R>(
  rows: R[],
  compare: (a: R, b: R) => number,
  after: R | undefined,
  limit: number | undefined,
): R[] {
  const rest = after === undefined ? rows : rows.filter(row => compare(row, after) > 0);
  rest.sort(compare);
  return limit === undefined ? rest : rest.slice(0, limit);
}
