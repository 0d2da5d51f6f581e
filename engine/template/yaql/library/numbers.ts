/** Arithmetic, conversion to numbers, bits. */
import { floatNumber } from '../../../values/floats.ts';
import { pyFloat, pyInt, pyRepr } from '../../../values/python.ts';
import {
  absolute,
  add,
  divide,
  modulo,
  multiply,
  negate,
  power,
  round,
  shiftLeft,
  shiftRight,
  subtract,
  toFloat,
  truncated,
} from '../arithmetic.ts';
import { numeric } from '../equality.ts';
import { fail } from '../failure.ts';
import { define, type Overload } from '../signature.ts';
import { typeName } from '../text.ts';
import { optional, param, types } from '../types.ts';
import type { Yaql } from '../values.ts';

const { any, int, number, numberOrNull } = types;
const pair = [param('left', number), param('right', number)] as const;
const bits = [param('left', int), param('right', int)] as const;

const operators: readonly Overload[] = [
  define('#operator_+', 'function', pair, (_, a, b) => add(a, b)),
  define('#operator_-', 'function', pair, (_, a, b) => subtract(a, b)),
  define('#operator_*', 'function', pair, (_, a, b) => multiply(a, b)),
  define('#operator_/', 'function', pair, (_, a, b) => divide(a, b)),
  define('#operator_mod', 'function', pair, (_, a, b) => modulo(a, b)),
  define('#unary_operator_+', 'function', [param('op', number)], (_, a) => a),
  define('#unary_operator_-', 'function', [param('op', number)], (_, a) => negate(a)),
];

const functions: readonly Overload[] = [
  define('abs', 'function', [param('op', number)], (_, a) => absolute(a)),
  define('sign', 'function', [param('num', number)], (_, a) => (a > 0 ? 1n : a < 0 ? -1n : 0n)),
  define(
    'pow',
    'function',
    [param('a', number), param('b', number), optional('c', numberOrNull, null)],
    ({ meter }, a, b, c) => power(a, b, c, meter),
  ),
  define('round', 'function', [param('number', number), optional('ndigits', int, 0n)], (_, a, digits) =>
    round(a, digits),
  ),
  define('int', 'function', [param('value', any)], (_, value) => toInt(value)),
  define('float', 'function', [param('value', any)], (_, value) => toNumber(value)),
  define('hex', 'function', [param('num', numberOrNull)], (_, value) => {
    if (typeof value === 'bigint') return `${value < 0n ? '-' : ''}0x${(absolute(value) as bigint).toString(16)}`;
    throw fail(`'${typeName(value)}' object cannot be interpreted as an integer`);
  }),
  define('isInteger', 'function', [param('value', any)], (_, value) => typeof value === 'bigint'),
  define(
    'isNumber',
    'function',
    [param('value', any)],
    (_, value) => typeof value === 'bigint' || typeof value === 'number',
  ),
  define('bitwiseAnd', 'function', bits, (_, a, b) => a & b),
  define('bitwiseOr', 'function', bits, (_, a, b) => a | b),
  define('bitwiseXor', 'function', bits, (_, a, b) => a ^ b),
  define('bitwiseNot', 'function', [param('arg', int)], (_, a) => ~a),
  define('shiftBitsLeft', 'function', [param('value', int), param('bitsNumber', int)], (_, a, b) => shiftLeft(a, b)),
  define('shiftBitsRight', 'function', [param('value', int), param('bitsNumber', int)], (_, a, b) => shiftRight(a, b)),
];

/** Null is 0; a float is cut, a text is read as Python's int() reads it. */
function toInt(value: Yaql): bigint {
  if (value === null) return 0n;
  if (typeof value === 'string') {
    const read = pyInt(value);
    if (read === undefined) throw fail(`invalid literal for int() with base 10: ${pyRepr(value)}`);
    return read;
  }
  const known = numeric(value);
  if (known === undefined) {
    const wanted = 'a string, a bytes-like object or a real number';
    throw fail(`int() argument must be ${wanted}, not '${typeName(value)}'`);
  }
  return typeof known === 'bigint' ? known : truncated(known);
}

function toNumber(value: Yaql): number {
  if (value === null) return 0;
  if (typeof value === 'string') {
    const read = pyFloat(value);
    if (read === undefined) throw fail(`could not convert string to float: ${pyRepr(value)}`);
    return floatNumber(read);
  }
  const known = numeric(value);
  if (known === undefined) {
    throw fail(`float() argument must be a string or a real number, not '${typeName(value)}'`);
  }
  return toFloat(known);
}

export const numbers: readonly Overload[] = [...operators, ...functions];
