/**
 * Floats as Python has them: the double that a text means, and the text that Python gives a double.
 *
 * A Float keeps its text so that a document comes back as it went in; where a float becomes part of a string (str(),
 * a message, a map's key) Heat shows Python's repr, and so do we.
 */
import type { Float } from './value.ts';

const digitsForm = /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/;

/** The double a Float means: JSON's numbers, YAML's `.inf`, `.nan`, `1_0.5`, `190:20:30.15`, Python's `inf`, `nan`. */
export function floatNumber(value: Float): number {
  return numberOf(value.float);
}

function numberOf(text: string): number {
  if (digitsForm.test(text)) return Number(text);
  const plain = text.replaceAll('_', '').toLowerCase();
  const sign = plain.startsWith('-') ? -1 : 1;
  const rest = plain.replace(/^[-+]/, '');
  if (/^\.?inf(inity)?$/.test(rest)) return sign * Number.POSITIVE_INFINITY;
  if (rest.includes(':')) return sign * sexagesimal(rest);
  return digitsForm.test(rest) ? sign * Number(rest) : Number.NaN;
}

/** Least digit first, as PyYAML adds them up: floating-point sums depend on the order. */
function sexagesimal(text: string): number {
  let base = 1;
  let sum = 0;
  for (const part of text.split(':').reverse()) {
    sum += Number(part) * base;
    base *= 60;
  }
  return sum;
}

/** Python's repr of a double: shortest digits that read back the same; `1.0`, `1e+16`, `1e-05`, `inf`, `nan`. */
export function doubleRepr(n: number): string {
  if (Number.isNaN(n)) return 'nan';
  if (!Number.isFinite(n)) return n > 0 ? 'inf' : '-inf';
  const sign = n < 0 || Object.is(n, -0) ? '-' : '';
  const [mantissa = '0', power = '0'] = Math.abs(n).toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) return `${sign}${scientific(digits, exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}

function scientific(digits: string, exponent: number): string {
  const tail = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const power = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits[0]}${tail}e${exponent < 0 ? '-' : '+'}${power}`;
}

/** A double as a Value: its repr as text, YAML's words where it is not finite. */
export function floatOf(n: number): Float {
  return { float: Number.isFinite(n) ? doubleRepr(n) : Number.isNaN(n) ? '.nan' : n > 0 ? '.inf' : '-.inf' };
}
