/**
 * A JSON reader that loses nothing, straight from the bytes of a body.
 *
 * `JSON.parse` turns 1.0 into 1, drops digits of 12345678901234567890, moves integer-like keys to the front and gives
 * `__proto__` to a setter. Here integers become bigint, other numbers keep their text, maps keep the order of their
 * keys (of a key that comes twice the first place and the last value, as in Python's dict).
 *
 * Bodies come from anyone, so it is bounded in depth and digits, and refuses what a row could not hold (NUL, half a
 * surrogate pair) with its place. Messages are those of Python's json, which Heat's clients know. One pass, no
 * backtracking: time grows with the text alone.
 */
import { limits } from '../kernel/limits.ts';
import { isHigh, isLow, jsonSyntaxError, type SyntaxKind } from './syntax.ts';
import type { Float, Value, ValueList, ValueMap } from './value.ts';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const backslash = 0x5c;
const openList = 0x5b;
const closeList = 0x5d;
const openMap = 0x7b;
const closeMap = 0x7d;
const minus = 0x2d;
const point = 0x2e;
const zero = 0x30;

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

function isDigit(unit: number): boolean {
  return unit >= zero && unit <= 0x39;
}

/** Reads one document; made for it and thrown away after. */
export class JsonReader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The whole text as one value. Throws ValueSyntaxError. */
  document(): Value {
    this.blanks();
    const value = this.value();
    this.blanks();
    if (this.at < this.text.length) this.fail('Extra data');
    return value;
  }

  private blanks(): void {
    const { text } = this;
    for (;;) {
      const unit = text.charCodeAt(this.at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.at++;
    }
  }

  private value(): Value {
    const unit = this.text.charCodeAt(this.at);
    if (unit === quote) return this.string();
    if (unit === openMap) return this.map();
    if (unit === openList) return this.list();
    if (unit === minus || isDigit(unit)) return this.number();
    return this.word();
  }

  private word(): Value {
    const { text, at } = this;
    if (text.startsWith('null', at)) return this.skip(4, null);
    if (text.startsWith('true', at)) return this.skip(4, true);
    if (text.startsWith('false', at)) return this.skip(5, false);
    for (const name of ['NaN', 'Infinity', '-Infinity']) {
      if (text.startsWith(name, at)) this.fail(`${name} is not a JSON number`, at, 'refused');
    }
    if (text.charCodeAt(at) === 0) this.fail('NUL character', at, 'refused');
    return this.fail('Expecting value');
  }

  private skip<V extends Value>(length: number, value: V): V {
    this.at += length;
    return value;
  }

  private enter(): void {
    if (++this.depth > limits.maxValueDepth) {
      this.fail(`Lists and maps nested deeper than ${limits.maxValueDepth}`, this.at, 'refused');
    }
    this.at++;
    this.blanks();
  }

  private leave(): void {
    this.depth--;
    this.at++;
  }

  private list(): ValueList {
    const items: Value[] = [];
    this.enter();
    if (this.text.charCodeAt(this.at) !== closeList) {
      for (;;) {
        items.push(this.value());
        this.blanks();
        const unit = this.text.charCodeAt(this.at);
        if (unit === closeList) break;
        if (unit !== comma) this.fail("Expecting ',' delimiter");
        this.at++;
        this.blanks();
      }
    }
    this.leave();
    return items;
  }

  private map(): ValueMap {
    const entries = new Map<string, Value>();
    this.enter();
    if (this.text.charCodeAt(this.at) !== closeMap) {
      for (;;) {
        if (this.text.charCodeAt(this.at) !== quote) this.fail('Expecting property name enclosed in double quotes');
        const key = this.string();
        this.blanks();
        if (this.text.charCodeAt(this.at) !== colon) this.fail("Expecting ':' delimiter");
        this.at++;
        this.blanks();
        entries.set(key, this.value());
        this.blanks();
        const unit = this.text.charCodeAt(this.at);
        if (unit === closeMap) break;
        if (unit !== comma) this.fail("Expecting ',' delimiter");
        this.at++;
        this.blanks();
      }
    }
    this.leave();
    return entries;
  }

  private string(): string {
    const { text } = this;
    const start = this.at + 1;
    for (let i = start; ; i++) {
      const unit = text.charCodeAt(i);
      if (unit === quote) {
        this.at = i + 1;
        return text.slice(start, i);
      }
      if (unit === backslash) return this.escapedString(start, i);
      if (!(unit >= 0x20)) this.badUnit(start - 1, i);
    }
  }

  /** The rest of a string from its first backslash on. */
  private escapedString(start: number, firstEscape: number): string {
    const { text } = this;
    let out = text.slice(start, firstEscape);
    let i = firstEscape;
    for (;;) {
      const unit = text.charCodeAt(i);
      if (unit === quote) {
        this.at = i + 1;
        return out;
      }
      if (unit === backslash) {
        const simple = escapes.get(text.charAt(i + 1));
        if (simple !== undefined) {
          out += simple;
          i += 2;
        } else {
          const code = this.unicodeEscape(start - 1, i);
          out += code;
          i += code.length * 6;
        }
      } else {
        const from = i;
        while (text.charCodeAt(i) >= 0x20 && text.charCodeAt(i) !== quote && text.charCodeAt(i) !== backslash) i++;
        if (i === from) this.badUnit(start - 1, i);
        out += text.slice(from, i);
      }
    }
  }

  /** A code point of `\uXXXX` or of two of them; the result's length says how many were read. */
  private unicodeEscape(open: number, at: number): string {
    if (at + 1 >= this.text.length) this.fail('Unterminated string starting at', open);
    if (this.text.charAt(at + 1) !== 'u') this.fail('Invalid \\escape', at);
    const unit = this.hex4(at);
    if (unit === 0) this.fail('NUL character (\\u0000)', at, 'refused');
    if (isLow(unit)) this.fail('Half a surrogate pair', at, 'refused');
    if (!isHigh(unit)) return String.fromCharCode(unit);
    if (!this.text.startsWith('\\u', at + 6)) this.fail('Half a surrogate pair', at, 'refused');
    const second = this.hex4(at + 6);
    if (!isLow(second)) this.fail('Half a surrogate pair', at, 'refused');
    return String.fromCharCode(unit, second);
  }

  private hex4(at: number): number {
    const hex = this.text.slice(at + 2, at + 6);
    if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.fail('Invalid \\uXXXX escape', at + 1);
    return Number.parseInt(hex, 16);
  }

  private badUnit(open: number, at: number): never {
    if (at >= this.text.length) this.fail('Unterminated string starting at', open);
    if (this.text.charCodeAt(at) === 0) this.fail('NUL character', at, 'refused');
    return this.fail('Invalid control character at', at);
  }

  private number(): bigint | Float {
    const { text } = this;
    const start = this.at;
    let i = text.charCodeAt(start) === minus ? start + 1 : start;
    if (!isDigit(text.charCodeAt(i))) return this.noNumber(start);
    // A leading zero ends the integer, as the grammar has it: `012` is 0 and then extra data.
    if (text.charCodeAt(i) === zero) i++;
    else while (isDigit(text.charCodeAt(i))) i++;
    const integerEnd = i;
    if (text.charCodeAt(i) === point && isDigit(text.charCodeAt(i + 1))) {
      i += 2;
      while (isDigit(text.charCodeAt(i))) i++;
    }
    i = this.exponentEnd(i);
    if (i - start > limits.maxNumberDigits) {
      this.fail(`Number of more than ${limits.maxNumberDigits} digits`, start, 'refused');
    }
    this.at = i;
    if (i > integerEnd) return { float: text.slice(start, i) };
    // Up to 15 digits a double is exact, and this way is several times faster than through a long text.
    return i - start < 16 ? BigInt(Number(text.slice(start, i))) : BigInt(text.slice(start, i));
  }

  private noNumber(start: number): never {
    if (this.text.startsWith('-Infinity', start)) this.fail('-Infinity is not a JSON number', start, 'refused');
    return this.fail('Expecting value', start);
  }

  private exponentEnd(at: number): number {
    const { text } = this;
    if ((text.charCodeAt(at) | 0x20) !== 0x65) return at;
    const sign = text.charCodeAt(at + 1);
    let i = sign === 0x2b || sign === minus ? at + 2 : at + 1;
    if (!isDigit(text.charCodeAt(i))) return at;
    while (isDigit(text.charCodeAt(i))) i++;
    return i;
  }

  private fail(problem: string, at: number = this.at, kind: SyntaxKind = 'syntax'): never {
    throw jsonSyntaxError(problem, this.text, at, kind);
  }
}
