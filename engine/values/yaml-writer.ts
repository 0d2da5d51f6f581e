/**
 * Values as YAML, to the letter as PyYAML's safe dumper (over libyaml) writes them: block style, keys in the order of
 * their code points, ASCII alone, lines folded at 80 columns where a text has a blank there.
 *
 * What a text needs decides its form: plain where it reads back as that text, else in single quotes; in double quotes
 * where it holds what only escapes can say.
 */
import { compareText } from './json.ts';
import { doubleRepr, floatNumber } from './floats.ts';
import { isFloat, isList, isMap, type Float, type Value, type ValueMap } from './value.ts';
import { plainTag } from './yaml-scalars.ts';

/** The document of a value; it ends with a line's end. */
export function writeYaml(value: Value): string {
  const writer = new Writer();
  writer.node(value, -1, 'root');
  return writer.text;
}

const bestWidth = 80;
const step = 2;
const longestSimpleKey = 128;

type Place = 'root' | 'item' | 'value' | 'key';
type Form = 'plain' | 'single' | 'double';

class Writer {
  private out = '';
  private column = 0;
  /** The last that was written lets a token follow. */
  private whitespace = true;
  /** Nothing but indentation and indicators stands on the line. */
  private indention = true;

  /** `indent` is that of what it stands in; -1 at the root. */
  node(value: Value, indent: number, place: Place): void {
    if (isList(value)) this.list(value, indent, place);
    else if (isMap(value)) this.map(value, indent);
    else this.scalar(value, indent, place);
  }

  get text(): string {
    return `${this.out}\n`;
  }

  private list(items: readonly Value[], indent: number, place: Place): void {
    if (items.length === 0) {
      this.indicator('[]', true, false, false);
      return;
    }
    // A list in a map does not move in, but where a complex key stands before it.
    const stays = place === 'value' && !this.indention;
    const inner = indent < 0 ? 0 : stays ? indent : indent + step;
    for (const item of items) {
      this.toIndent(inner);
      this.indicator('-', true, false, true);
      this.node(item, inner, 'item');
    }
  }

  private map(map: ValueMap, indent: number): void {
    if (map.size === 0) {
      this.indicator('{}', true, false, false);
      return;
    }
    const inner = indent < 0 ? 0 : indent + step;
    for (const [key, value] of [...map].sort(([a], [b]) => compareText(a, b))) {
      this.toIndent(inner);
      if (isSimpleKey(key)) {
        this.string(key, inner, true);
        this.indicator(':', false, false, false);
      } else {
        this.indicator('?', true, false, true);
        this.node(key, inner, 'key');
        this.toIndent(inner);
        this.indicator(':', true, false, true);
      }
      this.node(value, inner, 'value');
    }
  }

  private scalar(value: Exclude<Value, ValueMap | readonly Value[]>, indent: number, place: Place): void {
    if (typeof value === 'string') this.string(value, place === 'root' ? 0 : indent, false);
    else this.token(isFloat(value) ? floatText(value) : String(value));
  }

  private token(text: string): void {
    if (!this.whitespace) this.put(' ');
    this.put(text);
    this.whitespace = false;
    this.indention = false;
  }

  private string(text: string, indent: number, isKey: boolean): void {
    const form = formOf(text, isKey);
    const inner = indent + step;
    if (form === 'plain') this.plain(text, inner, !isKey);
    else if (form === 'single') this.single(text, inner, !isKey);
    else this.double(text, inner, !isKey);
  }

  private plain(text: string, indent: number, folds: boolean): void {
    if (!this.whitespace) this.put(' ');
    const chars = [...text];
    chars.forEach((char, i) => {
      if (folds && isFoldable(chars, i) && this.column > bestWidth) this.toIndent(indent);
      else this.put(char);
    });
    this.whitespace = false;
    this.indention = false;
  }

  /** The end of a line counts only as the second of two. */
  private single(text: string, indent: number, folds: boolean): void {
    this.indicator("'", true, false, false);
    const chars = [...text];
    let afterBreak = false;
    chars.forEach((char, i) => {
      if (char === '\n') {
        if (!afterBreak) this.lineBreak();
        this.lineBreak();
        this.indention = true;
        afterBreak = true;
        return;
      }
      if (afterBreak) this.toIndent(indent);
      afterBreak = false;
      if (folds && isFoldable(chars, i) && isWithin(chars, i) && this.column > bestWidth) {
        this.toIndent(indent);
        return;
      }
      this.put(char === "'" ? "''" : char);
      if (char !== ' ') this.indention = false;
    });
    if (afterBreak) this.toIndent(indent);
    this.indicator("'", false, false, false);
    this.indention = false;
  }

  private double(text: string, indent: number, folds: boolean): void {
    this.indicator('"', true, false, false);
    const chars = [...text];
    chars.forEach((char, i) => {
      if (char !== ' ') {
        this.put(isWritten(char) ? char : escapeOf(char));
      } else if (folds && chars[i - 1] !== ' ' && isWithin(chars, i) && this.column > bestWidth) {
        this.toIndent(indent);
        if (chars[i + 1] === ' ') this.put('\\');
      } else {
        this.put(char);
      }
    });
    this.indicator('"', false, false, false);
    this.indention = false;
  }

  private put(text: string): void {
    this.out += text;
    this.column += text.length;
  }

  private lineBreak(): void {
    this.out += '\n';
    this.column = 0;
  }

  private indicator(text: string, needsBlank: boolean, whitespace: boolean, indention: boolean): void {
    if (needsBlank && !this.whitespace) this.put(' ');
    this.put(text);
    this.whitespace = whitespace;
    this.indention = this.indention && indention;
  }

  private toIndent(indent: number): void {
    if (!this.indention || this.column > indent || (this.column === indent && !this.whitespace)) this.lineBreak();
    if (this.column < indent) this.put(' '.repeat(indent - this.column));
    this.whitespace = true;
    this.indention = true;
  }
}

/** A single blank. */
function isFoldable(chars: readonly string[], i: number): boolean {
  return chars[i] === ' ' && chars[i - 1] !== ' ' && chars[i + 1] !== ' ';
}

/** Neither the first nor the last. */
function isWithin(chars: readonly string[], i: number): boolean {
  return i > 0 && i < chars.length - 1;
}

function isSimpleKey(key: string): boolean {
  return !/[\r\n\x85\u2028\u2029]/.test(key) && Buffer.byteLength(key, 'utf8') <= longestSimpleKey;
}

function floatText(value: Float): string {
  const n = floatNumber(value);
  if (Number.isNaN(n)) return '.nan';
  if (!Number.isFinite(n)) return n > 0 ? '.inf' : '-.inf';
  const text = doubleRepr(n);
  return text.includes('.') ? text : text.replace('e', '.0e');
}

const dateForm =
  /^(?:\d{4}-\d\d-\d\d|\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)$/;
const otherMeaning = /^[!&*]$/;
/** What cannot begin a plain text, stand within it, or both. */
const indicators = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \t\r\n]|$)|:(?:[ \t\r\n]|$)|[ \t\r\n]#/;

function formOf(text: string, isKey: boolean): Form {
  if (text === '') return 'single';
  const chars = [...text];
  const needsEscapes = chars.some(char => char !== '\n' && !(char >= ' ' && char <= '~')) || / \n/.test(text);
  const isMultiline = text.includes('\n');
  if (!needsEscapes && !isMultiline && !/^ | $/.test(text) && !indicators.test(text)) {
    if (plainTag(text) === 'str' && !dateForm.test(text) && !otherMeaning.test(text)) return 'plain';
  }
  return needsEscapes || /\n /.test(text) || (isKey && isMultiline) ? 'double' : 'single';
}

function isWritten(char: string): boolean {
  return char >= ' ' && char <= '~' && char !== '"' && char !== '\\';
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\x1b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\x85', '\\N'],
  ['\xa0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
]);

function escapeOf(char: string): string {
  const short = escapes.get(char);
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase();
  if (code < 0x100) return `\\x${hex.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
