/**
 * Values from JSON and as JSON, in the forms that Heat takes and sends; and to and from JavaScript's own data.
 *
 * What is written is always valid JSON, floats as they were written. What JSON has no word for becomes what every
 * reader takes for the nearest thing: an infinity a number too big for a double (`1e999`, which Python and JavaScript
 * read back as infinity), not-a-number null.
 */
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { doubleRepr, floatNumber, floatOf } from './floats.ts';
import { JsonReader } from './json-reader.ts';
import { decodeText } from './syntax.ts';
import { isFloat, isList, type Float, type Value } from './value.ts';

/**
 * Reads one JSON document (RFC 8259) from text or UTF-8 bytes; a byte order mark is skipped.
 * Throws ValueSyntaxError; NaN and Infinity, which Python would take, are no JSON and are refused by name.
 */
export function parseJson(source: string | Uint8Array): Value {
  return new JsonReader(decodeText(source)).document();
}

export interface JsonStyle {
  /** Two blanks per level, a line per item. */
  readonly pretty?: boolean;
  /** Everything but printable ASCII as \uXXXX, in pairs where needed: how Heat sends its answers. */
  readonly asciiOnly?: boolean;
  /** Keys in the order of their code points, as Python sorts them. */
  readonly sortedKeys?: boolean;
  /** `, ` and `: `, as json.dumps writes by default; without it no blanks. */
  readonly pythonSeparators?: boolean;
}

/** JSON text of a value. `JSON.parse` of it gives what toPlain gives, save for doubles that are not finite. */
export function writeJson(value: Value, style: JsonStyle = {}): string {
  return new Writer(style).write(value, '\n');
}

class Writer {
  private readonly pretty: boolean;
  private readonly ascii: boolean;
  private readonly sorted: boolean;
  private readonly comma: string;
  private readonly colon: string;

  constructor(style: JsonStyle) {
    this.pretty = style.pretty ?? false;
    this.ascii = style.asciiOnly ?? false;
    this.sorted = style.sortedKeys ?? false;
    const blanks = (style.pythonSeparators ?? false) && !this.pretty;
    this.comma = blanks ? ', ' : ',';
    this.colon = blanks || this.pretty ? ': ' : ':';
  }

  /** `line` is the newline and indent of the level that the value stands on. */
  write(value: Value, line: string): string {
    if (typeof value === 'string') return this.text(value);
    if (value === null) return 'null';
    if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
    if (isFloat(value)) return floatJson(value);
    return isList(value) ? this.list(value, line) : this.map(value, line);
  }

  private list(items: readonly Value[], line: string): string {
    if (items.length === 0) return '[]';
    const inner = this.pretty ? `${line}  ` : '';
    let out = '[';
    let separator = '';
    for (const item of items) {
      out += separator + inner + this.write(item, inner);
      separator = this.comma;
    }
    return `${out}${this.pretty ? line : ''}]`;
  }

  private map(map: ReadonlyMap<string, Value>, line: string): string {
    if (map.size === 0) return '{}';
    const inner = this.pretty ? `${line}  ` : '';
    let out = '{';
    let separator = '';
    for (const [key, item] of this.sorted ? sortedEntries(map) : map) {
      out += separator + inner + this.text(key) + this.colon + this.write(item, inner);
      separator = this.comma;
    }
    return `${out}${this.pretty ? line : ''}}`;
  }

  private text(text: string): string {
    if (plainAscii.test(text)) return `"${text}"`;
    const quoted = JSON.stringify(text);
    return this.ascii ? asciiJson(quoted) : quoted;
  }
}

/** Needs no escape in any form: most keys and values, at a third of JSON.stringify's cost. */
const plainAscii = /^[ !#-[\]-~]*$/;
const notAscii = /[^ -~]/;
const everyNotAscii = /[^ -~]/g;

/** Escapes all that is not printable ASCII in a JSON text; its pairs become two escapes. */
export function asciiJson(json: string): string {
  if (!notAscii.test(json)) return json;
  return json.replace(everyNotAscii, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

function floatJson(value: Float): string {
  if (jsonNumber.test(value.float)) return value.float;
  const n = floatNumber(value);
  if (Number.isFinite(n)) return doubleRepr(n);
  return Number.isNaN(n) ? 'null' : n > 0 ? '1e999' : '-1e999';
}

function sortedEntries(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => compareText(a, b));
}

/** Python's order of strings: by code points, where JavaScript's `<` goes by UTF-16 units. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Halves of pairs stand for code points above all single units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** What `JSON.parse` gives; a bigint and an undefined property are taken too, the latter as absent. */
export type Plain = null | boolean | number | bigint | string | readonly Plain[] | PlainMap;
export interface PlainMap {
  readonly [key: string]: Plain | undefined;
}

/**
 * A Value of plain data. Safe integers become integers, all other numbers floats (JavaScript cannot tell 1.0 from 1).
 * Throws BrokenInvariant beyond limits.maxValueDepth, so also on data that contains itself.
 */
export function fromPlain(plain: Plain, depth = 0): Value {
  if (plain === null || typeof plain !== 'object') {
    if (typeof plain !== 'number') return plain;
    return Number.isSafeInteger(plain) && !Object.is(plain, -0) ? BigInt(plain) : floatOf(plain);
  }
  invariant(depth < limits.maxValueDepth, `plain data nests no deeper than ${limits.maxValueDepth}`);
  if (isPlainList(plain)) return plain.map(item => fromPlain(item, depth + 1));
  const map = new Map<string, Value>();
  for (const [key, item] of Object.entries(plain)) {
    if (item !== undefined) map.set(key, fromPlain(item, depth + 1));
  }
  return map;
}

function isPlainList(plain: readonly Plain[] | PlainMap): plain is readonly Plain[] {
  return Array.isArray(plain);
}

/** Plain data of a Value: integers beyond 2^53 and long floats lose digits; `__proto__` stays an own key. */
export function toPlain(value: Value): Plain {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  if (isFloat(value)) return floatNumber(value);
  if (isList(value)) return value.map(toPlain);
  const plain: Record<string, Plain> = {};
  for (const [key, item] of value) {
    if (key === '__proto__') {
      Object.defineProperty(plain, key, { value: toPlain(item), enumerable: true, configurable: true, writable: true });
    } else {
      plain[key] = toPlain(item);
    }
  }
  return plain;
}
