/** Sets. What `keys()` and `items()` give are sets to compare and to ask, but have none of their methods, as in Python. */
import { setHas } from '../equality.ts';
import { fail } from '../failure.ts';
import { setOf } from '../maps.ts';
import type { Meter } from '../meter.ts';
import { define, type Overload } from '../signature.ts';
import { generated, unrolled } from '../streams.ts';
import { typeName } from '../text.ts';
import { param, rest, types } from '../types.ts';
import { each, isSet, SetOf, sizeOf, type View, type Yaql } from '../values.ts';

const { any, collection, set } = types;

const pair = [param('left', set), param('right', set)] as const;
const own = param('set', set);

/** What has Python's methods of sets. */
function real(value: SetOf | View, method: string): SetOf {
  if (value instanceof SetOf) return value;
  throw fail(`'${typeName(value)}' object has no attribute '${method}'`);
}

function united(a: SetOf, b: Iterable<Yaql>, meter: Meter): SetOf {
  return setOf([...a.items.values(), ...b], meter);
}

function keep(a: SetOf | View, isKept: (item: Yaql) => boolean, meter: Meter): SetOf {
  return setOf(
    [...each(a)].filter(item => isKept(item)),
    meter,
  );
}

export const sets: readonly Overload[] = [
  define('set', 'function', [rest('args', any)], (site, values) =>
    site.callOn(
      generated(site.meter, () => unrolled(values)),
      'toSet',
    ),
  ),
  define('toSet', 'method', [param('collection', collection)], ({ meter }, values) => setOf(each(values), meter)),
  define('isSet', 'function', [param('arg', any)], (_, value) => isSet(value)),
  define('len', 'both', [own], (_, value) => BigInt(sizeOf(value) ?? 0)),
  define('union', 'method', pair, ({ meter }, a, b) => united(real(a, 'union'), each(b), meter)),
  define('intersect', 'method', pair, ({ meter }, a, b) =>
    keep(real(a, 'intersection'), item => setHas(b, item, meter), meter),
  ),
  define('difference', 'method', pair, ({ meter }, a, b) =>
    keep(real(a, 'difference'), item => !setHas(b, item, meter), meter),
  ),
  define('#operator_-', 'function', pair, ({ meter }, a, b) =>
    keep(real(a, 'difference'), item => !setHas(b, item, meter), meter),
  ),
  define('symmetricDifference', 'method', pair, ({ meter }, a, b) => {
    const left = real(a, 'symmetric_difference');
    const only = keep(left, item => !setHas(b, item, meter), meter);
    return united(only, keep(b, item => !setHas(left, item, meter), meter).items.values(), meter);
  }),
  define('add', 'method', [own, rest('values', any)], ({ meter }, value, more) =>
    united(real(value, 'union'), setOf(more, meter).items.values(), meter),
  ),
  define('remove', 'method', [own, rest('values', any)], ({ meter }, value, less) => {
    const gone = setOf(less, meter);
    return keep(real(value, 'difference'), item => !setHas(gone, item, meter), meter);
  }),
];
