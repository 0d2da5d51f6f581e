/** Seconds as templates write them, for types that wait. */
import { limits } from '../../kernel/limits.ts';
import { floatNumber, floatOf } from '../../values/floats.ts';
import { isFloat, type Value } from '../../values/value.ts';

/** A number's double; booleans count as in Python; undefined for what is no number. */
export function toDouble(value: Value | undefined): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value !== undefined && value !== null && isFloat(value) ? floatNumber(value) : undefined;
}

/** The result of arithmetic as Python has it: whole where all operands were whole, else a float. */
export function numberLike(n: number, operands: readonly (Value | undefined)[]): Value {
  const whole = operands.every(operand => typeof operand === 'bigint' || typeof operand === 'boolean');
  return whole && Number.isSafeInteger(n) ? BigInt(n) : floatOf(n);
}

/** Seconds in whole milliseconds, at most limits.longestWaitMs; `undefined` for not-a-number. */
export function toMillis(seconds: number): number | undefined {
  if (Number.isNaN(seconds)) return undefined;
  return Math.min(Math.ceil(Math.max(0, seconds) * 1_000), limits.longestWaitMs);
}
