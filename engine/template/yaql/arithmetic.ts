/** Python's numbers: whole ones of any length, floats, and the errors that reckoning with them ends in. */
import { limits } from '../../kernel/limits.ts';
import { fail } from './failure.ts';
import type { Meter } from './meter.ts';
import { floorDiv } from './moment.ts';

export type Num = bigint | number;

const tooMuch = () => fail('Expression consumed too much memory', 'limit');
/** Bits beyond which a whole number is more than any evaluation may hold. */
const mostBits = BigInt(limits.yaqlMemoryQuota) * 8n;

/** A float of a whole number, where it has one. */
export function toFloat(value: Num): number {
  const n = Number(value);
  if (typeof value === 'bigint' && !Number.isFinite(n)) throw fail('int too large to convert to float');
  return n;
}

/** Both whole, or both floats. */
function both<T>(a: Num, b: Num, whole: (a: bigint, b: bigint) => T, float: (a: number, b: number) => T): T {
  return typeof a === 'bigint' && typeof b === 'bigint' ? whole(a, b) : float(toFloat(a), toFloat(b));
}

export function add(a: Num, b: Num): Num {
  return both<Num>(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  );
}

export function subtract(a: Num, b: Num): Num {
  return both<Num>(
    a,
    b,
    (x, y) => x - y,
    (x, y) => x - y,
  );
}

export function multiply(a: Num, b: Num): Num {
  return both<Num>(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
  );
}

/** Whole numbers are divided down. */
export function divide(a: Num, b: Num): Num {
  return both<Num>(
    a,
    b,
    (x, y) => {
      if (y === 0n) throw fail('integer division or modulo by zero');
      return floorDiv(x, y);
    },
    (x, y) => {
      if (y === 0) throw fail('float division by zero');
      return x / y;
    },
  );
}

/** The sign is the divisor's. */
export function modulo(a: Num, b: Num): Num {
  return both<Num>(
    a,
    b,
    (x, y) => {
      if (y === 0n) throw fail('integer modulo by zero');
      return x - floorDiv(x, y) * y;
    },
    (x, y) => {
      if (y === 0) throw fail('float modulo');
      const rest = x % y;
      if (rest === 0) return y < 0 ? -0 : 0;
      return rest < 0 !== y < 0 ? rest + y : rest;
    },
  );
}

export function negate(a: Num): Num {
  return typeof a === 'bigint' ? -a : -a;
}

export function absolute(a: Num): Num {
  return typeof a === 'bigint' ? (a < 0n ? -a : a) : Math.abs(a);
}

export function power(a: Num, b: Num, modulus: Num | null, meter: Meter): Num {
  if (modulus !== null) return modularPower(a, b, modulus, meter);
  if (typeof a === 'bigint' && typeof b === 'bigint' && b >= 0n) {
    const base = absolute(a);
    const bits = base > 1n ? BigInt(base.toString(2).length - 1) * b : 0n;
    if (bits > mostBits) throw tooMuch();
    meter.step(Number(bits) >> 5);
    return a ** b;
  }
  const [x, y] = [toFloat(a), toFloat(b)];
  if (x === 0 && y < 0) throw fail('0.0 cannot be raised to a negative power');
  if (x < 0 && !Number.isInteger(y))
    throw fail('The power of a negative number is no number here: it would be complex');
  const result = x ** y;
  if (!Number.isFinite(result) && Number.isFinite(x) && Number.isFinite(y)) {
    throw fail("(34, 'Numerical result out of range')");
  }
  // Python: 1 to the power of whatever is 1.
  return x === 1 ? 1 : result;
}

function modularPower(a: Num, b: Num, modulus: Num, meter: Meter): bigint {
  if (typeof a !== 'bigint' || typeof b !== 'bigint' || typeof modulus !== 'bigint') {
    throw fail('pow() 3rd argument not allowed unless all arguments are integers');
  }
  if (modulus === 0n) throw fail('pow() 3rd argument cannot be 0');
  let exponent = b < 0n ? -b : b;
  const size = modulus < 0n ? -modulus : modulus;
  // A call must not take seconds.
  if (exponent > 1n << 4_096n || size > 1n << 4_096n) throw tooMuch();
  let base = b < 0n ? inverse(a, size, meter) : a;
  let result = 1n;
  base = ((base % size) + size) % size;
  const stepsEach = 1 + (size.toString(16).length >> 5);
  for (; exponent > 0n; exponent >>= 1n) {
    meter.step(stepsEach);
    if (exponent & 1n) result = (result * base) % size;
    base = (base * base) % size;
  }
  return modulo(result % size, modulus) as bigint;
}

function inverse(a: bigint, size: bigint, meter: Meter): bigint {
  let [old, rest] = [((a % size) + size) % size, size];
  let [s, t] = [1n, 0n];
  while (rest !== 0n) {
    meter.step();
    const quotient = old / rest;
    [old, rest] = [rest, old - quotient * rest];
    [s, t] = [t, s - quotient * t];
  }
  if (old !== 1n) throw fail('base is not invertible for the given modulus');
  return s;
}

export function shiftLeft(value: bigint, bits: bigint): bigint {
  if (bits < 0n) throw fail('negative shift count');
  if (value !== 0n && bits > mostBits) throw tooMuch();
  return value << bits;
}

export function shiftRight(value: bigint, bits: bigint): bigint {
  if (bits < 0n) throw fail('negative shift count');
  return bits > mostBits ? (value < 0n ? -1n : 0n) : value >> bits;
}

/** Python's round(): to the even one of two that are equally near. A float stays a float. */
export function round(value: Num, digits: bigint): Num {
  if (typeof value === 'bigint') return digits >= 0n ? value : roundInt(value, digits);
  if (!Number.isFinite(value) || digits > 323n) return value;
  if (digits < -309n) return value < 0 ? -0 : 0;
  return roundFloat(value, Number(digits));
}

function roundInt(value: bigint, digits: bigint): bigint {
  // Less than half of the unit, which is not even made.
  if (-digits > BigInt(absolute(value).toString(10).length)) return 0n;
  const unit = 10n ** -digits;
  return toEven(value, unit) * unit;
}

/** The whole number nearest to value / unit. */
function toEven(value: bigint, unit: bigint): bigint {
  const down = floorDiv(value, unit);
  const twice = 2n * (value - down * unit);
  if (twice === unit) return down + (down & 1n);
  return twice > unit ? down + 1n : down;
}

/** Exactly, from the double's own fraction. */
function roundFloat(value: number, digits: number): number {
  let [numerator, denominator] = fractionOf(Math.abs(value));
  if (digits >= 0) numerator *= 10n ** BigInt(digits);
  else denominator *= 10n ** BigInt(-digits);
  const whole = toEven(numerator, denominator);
  const rounded = Number(`${whole}e${-digits}`);
  if (!Number.isFinite(rounded)) throw fail('rounded value too large to represent');
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}

function fractionOf(value: number): [bigint, bigint] {
  let exponent = 0;
  let mantissa = value;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return [BigInt(mantissa), 1n << BigInt(exponent)];
}

/** Python's int() of a float. */
export function truncated(value: number): bigint {
  if (Number.isNaN(value)) throw fail('cannot convert float NaN to integer');
  if (!Number.isFinite(value)) throw fail('cannot convert float infinity to integer');
  return BigInt(Math.trunc(value));
}
