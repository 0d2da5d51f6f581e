/** switch, coalesce and their like: arguments are evaluated one by one until it is decided. */
import { truthy } from '../equality.ts';
import type { Overload } from '../signature.ts';
import { define } from '../signature.ts';
import { generated } from '../streams.ts';
import { param, rest, types } from '../types.ts';

const { int, lambda, pair } = types;

export const branching: readonly Overload[] = [
  define(
    'switch',
    'function',
    [rest('args', pair)],
    (_, pairs) => pairs.find(({ from }) => truthy(from()))?.to() ?? null,
    { takesEntries: true },
  ),
  define('selectCase', 'function', [rest('args', lambda)], (_, cases) => {
    const first = cases.findIndex(isTrue => truthy(isTrue()));
    return BigInt(first < 0 ? cases.length : first);
  }),
  define('selectAllCases', 'function', [rest('args', lambda)], ({ meter }, cases) =>
    generated(meter, function* () {
      for (const [i, isTrue] of cases.entries()) if (truthy(isTrue())) yield BigInt(i);
    }),
  ),
  define('examine', 'function', [rest('args', lambda)], ({ meter }, cases) =>
    generated(meter, function* () {
      for (const isTrue of cases) yield truthy(isTrue());
    }),
  ),
  define('switchCase', 'method', [param('case', int), rest('args', lambda)], (_, index, cases) => {
    const chosen = index >= 0n && index < cases.length ? cases[Number(index)] : cases.at(-1);
    return chosen === undefined ? null : chosen();
  }),
  define('coalesce', 'function', [rest('args', lambda)], (_, values) => {
    for (const value of values) {
      const found = value();
      if (found !== null) return found;
    }
    return null;
  }),
];
