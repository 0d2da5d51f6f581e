/**
 * Python's ways with values, where Heat's clients can see them: str() and repr() in texts, `==` in conditions,
 * truth, and what int() and float() read (contract: templates §3, §4, §5).
 */
import { limits } from '../kernel/limits.ts';
import { doubleRepr, floatNumber, floatOf } from './floats.ts';
import { isFloat, isList, isMap, isNumber, type Float, type Value, type ValueMap } from './value.ts';

/** Python's str(): `True`, `None`, `1.0`, `[1, 'a']`, `{'a': 1}`; a string is itself. */
export function pyStr(value: Value): string {
  return typeof value === 'string' ? value : pyRepr(value);
}

/** Python's repr(): as str(), with strings in quotes. */
export function pyRepr(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return stringRepr(value);
  if (isFloat(value)) return doubleRepr(floatNumber(value));
  if (isList(value)) return `[${value.map(pyRepr).join(', ')}]`;
  return `{${[...value].map(([key, item]) => `${stringRepr(key)}: ${pyRepr(item)}`).join(', ')}}`;
}

/** Controls, format characters, unassigned ones, and all blanks but the common one: what str.isprintable() denies. */
const escaped = /[\\\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function stringRepr(text: string): string {
  const body = text.replace(escaped, char => shortEscapes.get(char) ?? codeEscape(char.codePointAt(0) ?? 0));
  if (!body.includes("'")) return `'${body}'`;
  return body.includes('"') ? `'${body.replaceAll("'", "\\'")}'` : `"${body}"`;
}

function codeEscape(code: number): string {
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** The name of the Python type: `NoneType`, `bool`, `int`, `float`, `str`, `list`, `dict`. */
export function pyType(value: Value): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  if (typeof value === 'string') return 'str';
  if (isFloat(value)) return 'float';
  return isList(value) ? 'list' : 'dict';
}

/** Python's ==: 1 == 1.0 == True, '1' != 1, maps regardless of order. */
export function pyEquals(a: Value, b: Value): boolean {
  const [left, right] = [numeric(a), numeric(b)];
  if (left !== undefined && right !== undefined) return numbersEqual(left, right);
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => pyEquals(item, b[i] ?? null));
  return isMap(a) && isMap(b) && mapsEqual(a, b);
}

function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'bigint') return value;
  return value !== null && typeof value === 'object' && isFloat(value) ? floatNumber(value) : undefined;
}

/** Exact, as in Python: 2^53 + 1 is not the double 2^53. */
function numbersEqual(a: bigint | number, b: bigint | number): boolean {
  if (typeof a === typeof b) return a === b;
  const [whole, double] = typeof a === 'bigint' ? [a, b] : [b, a];
  return Number.isInteger(double) && BigInt(double) === whole;
}

function mapsEqual(a: ValueMap, b: ValueMap): boolean {
  if (a.size !== b.size) return false;
  for (const [key, item] of a) {
    const other = b.get(key);
    if (other === undefined || !pyEquals(item, other)) return false;
  }
  return true;
}

/** Python's truth: None, False, zeros and what is empty are false; not-a-number is true. */
export function pyTruthy(value: Value): boolean {
  if (value === null || typeof value === 'boolean') return value === true;
  if (typeof value === 'string') return value !== '';
  if (isNumber(value)) return !numbersEqual(numeric(value) ?? 0n, 0n);
  return isList(value) ? value.length > 0 : value.size > 0;
}

// JavaScript's \s has U+FEFF too much. int() and float() do not skip the four ASCII separators that strip() strips.
const skippable = /[\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const strippable = new RegExp(`${skippable.source}|[\\x1c-\\x1f]`);

/** Python's str.strip(). */
export function pyStrip(text: string): string {
  return without(text, strippable);
}

/** By hand: `/blank+$/` takes quadratic time on a long run of blanks inside a text. */
function without(text: string, blank: RegExp): string {
  let from = 0;
  let to = text.length;
  while (from < to && blank.test(text.charAt(from))) from++;
  while (from < to && blank.test(text.charAt(to - 1))) to--;
  return text.slice(from, to);
}

const digitRun = '\\d+(?:_\\d+)*';
const intForm = new RegExp(`^[-+]?${digitRun}$`);
const floatForm = new RegExp(`^[-+]?(?:${digitRun}(?:\\.(?:${digitRun})?)?|\\.${digitRun})(?:[eE][-+]?${digitRun})?$`);
const wordForm = /^([-+]?)(inf|infinity|nan)$/i;

/**
 * Python's int(str): blanks around, one sign, single underscores between digits, digits of any script, leading zeros.
 * Undefined where Python raises ValueError, for more than limits.maxNumberDigits digits too.
 */
export function pyInt(text: string): bigint | undefined {
  const plain = asciiDigits(without(text, skippable));
  if (!intForm.test(plain)) return undefined;
  const digits = plain.replace(/[-+_]/g, '');
  if (digits.length > limits.maxNumberDigits) return undefined;
  return plain.startsWith('-') ? -BigInt(digits) : BigInt(digits);
}

/** Python's float(str), `inf` and `nan` too; the Float has Python's repr as its text. Undefined for a ValueError. */
export function pyFloat(text: string): Float | undefined {
  const plain = asciiDigits(without(text, skippable));
  if (floatForm.test(plain)) return floatOf(Number(plain.replaceAll('_', '')));
  const word = wordForm.exec(plain);
  if (!word) return undefined;
  if (word[2]?.toLowerCase() === 'nan') return floatOf(Number.NaN);
  return floatOf(word[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY);
}

/** What Heat makes of a number's text: an int, else a float; undefined: `could not convert string to float: …`. */
export function pyNumber(text: string): bigint | Float | undefined {
  return pyInt(text) ?? pyFloat(text);
}

const otherDigit = /(?![0-9])\p{Nd}/gu;
const anyDigit = /^\p{Nd}$/u;

/** Every script's decimal digits as 0–9. They stand in Unicode in runs of ten, zero first. */
function asciiDigits(text: string): string {
  return text.replace(otherDigit, digit => {
    const code = digit.codePointAt(0) ?? 0;
    let before = 0;
    while (anyDigit.test(String.fromCodePoint(code - before - 1))) before++;
    return String(before % 10);
  });
}
