/**
 * Reads a regular expression as Python's `re` (3.11) does, for text patterns.
 *
 * Python's and JavaScript's languages differ where it matters here: `\d` and `\w` know all scripts, `\Z`, `(?P<n>…)`,
 * `(?i)`, `(?(1)…)`, `{,n}`, `$` before a last newline. Throws PatternError in Python's words.
 */
import { limits } from '../kernel/limits.ts';
import { classTest, type Flags, foldedTest, type Node, PatternError, type Test, widthOf } from './pattern-syntax.ts';

const maxDepth = 50;
const maxRepeat = 4_294_967_295;

/** A parsed pattern: its node, how many groups it has, and what a word is to it. */
export interface Parsed {
  readonly node: Node;
  readonly groups: number;
  /** The groups that have names. */
  readonly names: ReadonlyMap<string, number>;
}

const noFlags: Flags = { ascii: false, ignoreCase: false, multiline: false, dotAll: false, verbose: false };

/** Parses a whole pattern; throws PatternError. `flags` are those that a caller of `re.compile` gives. */
export function parsePattern(source: string, flags: Partial<Flags> = {}): Parsed {
  if (source.length > limits.maxPatternSize) throw new PatternError('the pattern is too large');
  return new Parser(Array.from(source), { ...noFlags, ...flags }).whole();
}

const flagLetters: Readonly<Record<string, keyof Flags>> = {
  a: 'ascii',
  i: 'ignoreCase',
  m: 'multiline',
  s: 'dotAll',
  x: 'verbose',
};

const controls: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };

const newline = 10;

class Parser {
  private at = 0;
  /** Where the pattern begins, behind its global flags. */
  private start = 0;
  private depth = 0;
  private groups = 0;
  private readonly open = new Set<number>();
  private readonly named = new Map<string, number>();
  private flags: Flags;
  private readonly source: readonly string[];

  constructor(source: readonly string[], flags: Flags) {
    this.source = source;
    this.flags = flags;
  }

  whole(): Parsed {
    const node = this.either();
    if (this.at < this.source.length) this.fail('unbalanced parenthesis');
    return { node, groups: this.groups, names: this.named };
  }

  private fail(problem: string, at = this.at): never {
    throw new PatternError(`${problem} at position ${at}`);
  }

  private peek(ahead = 0): string | undefined {
    return this.source[this.at + ahead];
  }

  private take(expected: string): boolean {
    if (this.peek() !== expected) return false;
    this.at++;
    return true;
  }

  private either(): Node {
    if (++this.depth > maxDepth) this.fail('pattern is nested too deep');
    const branches = [this.sequence()];
    while (this.take('|')) branches.push(this.sequence());
    this.depth--;
    const [only] = branches;
    return branches.length === 1 && only !== undefined ? only : { kind: 'either', branches };
  }

  private sequence(): Node {
    const items: Node[] = [];
    for (let next = this.peek(); next !== undefined && next !== '|' && next !== ')'; next = this.peek()) {
      if (this.flags.verbose && this.skipBlank()) continue;
      const item = this.item();
      if (item !== undefined) items.push(this.quantified(item));
    }
    return { kind: 'sequence', items };
  }

  /** Under (?x): blanks and comments. */
  private skipBlank(): boolean {
    const next = this.peek();
    if (next === '#') {
      while (this.at < this.source.length && this.peek() !== '\n') this.at++;
      return true;
    }
    if (next === undefined || !' \t\n\r\v\f'.includes(next)) return false;
    this.at++;
    return true;
  }

  private one(test: Test): Node {
    return { kind: 'one', test: this.flags.ignoreCase ? foldedTest(test) : test };
  }

  private literal(point: number): Node {
    return this.one(c => c === point);
  }

  private item(): Node | undefined {
    const from = this.at;
    const next = this.source[this.at++] ?? '';
    const isWord = classTest('w', this.flags.ascii);
    switch (next) {
      case '.':
        return { kind: 'one', test: this.flags.dotAll ? () => true : c => c !== newline };
      case '^':
        return { kind: 'anchor', at: this.flags.multiline ? 'line start' : 'start', isWord };
      case '$':
        return { kind: 'anchor', at: this.flags.multiline ? 'line end' : 'end', isWord };
      case '[':
        return this.set(from);
      case '(':
        return this.group(from);
      case '\\':
        return this.escape(from);
      case '*':
      case '+':
      case '?':
        return this.fail('nothing to repeat', from);
      case '{': {
        this.at = from;
        if (this.counts() !== undefined) this.fail('nothing to repeat', from);
        this.at = from + 1;
        return this.literal(0x7b);
      }
      default:
        return this.literal(next.codePointAt(0) ?? 0);
    }
  }

  private quantified(first: Node): Node {
    while (this.flags.verbose && this.skipBlank());
    const from = this.at;
    const counts = this.counts();
    if (counts === undefined) return first;
    if (first.kind === 'anchor') this.fail('nothing to repeat', from);
    const [min, max] = counts;
    const lazy = this.take('?');
    const possessive = !lazy && this.take('+');
    const again = this.at;
    if (this.counts() !== undefined) this.fail('multiple repeat', again);
    const repeat: Node = { kind: 'repeat', item: first, min, max, lazy };
    return possessive ? { kind: 'atomic', item: repeat } : repeat;
  }

  /** A quantifier's counts, or undefined (and nothing taken) where there is none. */
  private counts(): readonly [number, number] | undefined {
    if (this.take('*')) return [0, Number.POSITIVE_INFINITY];
    if (this.take('+')) return [1, Number.POSITIVE_INFINITY];
    if (this.take('?')) return [0, 1];
    if (this.peek() !== '{') return undefined;
    const from = this.at;
    const found = /^{(\d*)(,?)(\d*)}/.exec(this.source.slice(from, from + 30).join(''));
    if (found === null || found[0] === '{}') return undefined;
    this.at = from + found[0].length;
    const [, low = '', comma = '', high = ''] = found;
    const min = low === '' ? 0 : Number(low);
    const max = high !== '' ? Number(high) : comma === '' ? min : Number.POSITIVE_INFINITY;
    if (min > maxRepeat || (max !== Number.POSITIVE_INFINITY && max > maxRepeat)) {
      this.fail('the repetition number is too large', from);
    }
    if (max < min) this.fail('min repeat greater than max repeat', from);
    return [min, max];
  }

  private group(from: number): Node | undefined {
    if (!this.take('?')) return this.capture(from, undefined);
    const next = this.source[this.at++];
    switch (next) {
      case ':':
        return this.closed(from);
      case '>':
        return { kind: 'atomic', item: this.closed(from) };
      case '#':
        while (this.peek() !== undefined && this.peek() !== ')') this.at++;
        if (!this.take(')')) this.fail('missing ), unterminated comment', from);
        return undefined;
      case '=':
      case '!':
        return { kind: 'look', behind: false, negative: next === '!', item: this.closed(from) };
      case '<':
        return this.lookBehind(from);
      case 'P':
        return this.groupByName(from);
      case '(':
        return this.conditional(from);
      default:
        this.at--;
        return this.inlineFlags(from);
    }
  }

  private closed(from: number): Node {
    const flags = this.flags;
    const node = this.either();
    if (!this.take(')')) this.fail('missing ), unterminated subpattern', from);
    this.flags = flags;
    return node;
  }

  private capture(from: number, name: string | undefined): Node {
    const index = ++this.groups;
    if (name !== undefined) {
      if (this.named.has(name)) this.fail(`redefinition of group name '${name}' as group ${index}`, from);
      this.named.set(name, index);
    }
    this.open.add(index);
    const item = this.closed(from);
    this.open.delete(index);
    return { kind: 'group', index, item };
  }

  private lookBehind(from: number): Node {
    const sign = this.source[this.at++];
    if (sign !== '=' && sign !== '!') this.fail(`unknown extension ?<${sign ?? ''}`, from);
    const item = this.closed(from);
    const [least, most] = widthOf(item);
    if (least !== most) throw new PatternError('look-behind requires fixed-width pattern');
    return { kind: 'look', behind: true, negative: sign === '!', item };
  }

  /** `(?P<name>…)` and `(?P=name)`. */
  private groupByName(from: number): Node {
    const sign = this.source[this.at++];
    const end = this.source.indexOf(sign === '<' ? '>' : ')', this.at);
    if ((sign !== '<' && sign !== '=') || end === -1) this.fail(`unknown extension ?P${sign ?? ''}`, from);
    const name = this.source.slice(this.at, end).join('');
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) this.fail(`bad character in group name '${name}'`);
    this.at = end + 1;
    return sign === '<'
      ? this.capture(from, name)
      : this.sameAs(this.named.get(name), `unknown group name '${name}'`, from);
  }

  private sameAs(group: number | undefined, problem: string, from: number): Node {
    if (group === undefined || group < 1 || group > this.groups) this.fail(problem, from);
    if (this.open.has(group)) this.fail('cannot refer to an open group', from);
    return { kind: 'same as', group, ignoreCase: this.flags.ignoreCase };
  }

  private conditional(from: number): Node {
    const end = this.source.indexOf(')', this.at);
    if (end === -1) this.fail('missing ), unterminated name', from);
    const name = this.source.slice(this.at, end).join('');
    const group = /^\d+$/.test(name) ? Number(name) : this.named.get(name);
    if (group === undefined || group < 1 || group > this.groups) this.fail(`unknown group name '${name}'`, from);
    this.at = end + 1;
    const node = this.closed(from);
    if (node.kind !== 'either') return { kind: 'if matched', group, yes: node, no: { kind: 'sequence', items: [] } };
    const [yes, no, ...more] = node.branches;
    if (yes === undefined || no === undefined || more.length > 0) {
      this.fail('conditional backref with more than two branches', from);
    }
    return { kind: 'if matched', group, yes, no };
  }

  /** `(?i)` for the whole pattern, only at its start; `(?i-s:…)` for a part. */
  private inlineFlags(from: number): Node | undefined {
    let flags = this.flags;
    let on = true;
    for (let letter = this.source[this.at++]; ; letter = this.source[this.at++]) {
      if (letter === '-' && on) on = false;
      else if (letter === ':') break;
      else if (letter === ')' && on && this.at > from + 3) {
        if (from !== this.start || this.depth > 1) this.fail('global flags not at the start of the expression', from);
        this.start = this.at;
        this.flags = flags;
        return undefined;
      } else if (letter === 'u' && on) flags = { ...flags, ascii: false };
      else {
        const flag = letter === undefined ? undefined : flagLetters[letter];
        if (flag === undefined) this.fail(`unknown extension ?${letter ?? ''}`, from);
        flags = { ...flags, [flag]: on };
      }
    }
    const outside = this.flags;
    this.flags = flags;
    const node = this.closed(from);
    this.flags = outside;
    return node;
  }

  private escape(from: number): Node {
    const letter = this.source[this.at++];
    const { ascii } = this.flags;
    const isWord = classTest('w', ascii);
    switch (letter) {
      case undefined:
        return this.fail('bad escape (end of pattern)', from);
      case 'A':
        return { kind: 'anchor', at: 'start', isWord };
      case 'Z':
        return { kind: 'anchor', at: 'very end', isWord };
      case 'b':
        return { kind: 'anchor', at: 'boundary', isWord };
      case 'B':
        return { kind: 'anchor', at: 'no boundary', isWord };
    }
    const shorthand = shorthandTest(letter, ascii);
    if (shorthand !== undefined) return { kind: 'one', test: shorthand };
    if (letter >= '1' && letter <= '9') return this.digits(letter, from);
    return this.literal(this.codePoint(letter, from));
  }

  /** `\1` … `\99` are groups; three octal digits are a character. */
  private digits(first: string, from: number): Node {
    const more = this.source.slice(this.at, this.at + 2).join('');
    if (/^[0-3][0-7]{2}$/.test(first + more)) {
      this.at += 2;
      return this.literal(Number.parseInt(first + more, 8));
    }
    const second = /^\d/.test(more) ? more.slice(0, 1) : '';
    this.at += second.length;
    return this.sameAs(Number(first + second), `invalid group reference ${first}${second}`, from);
  }

  /** What an escape means as one character, in a set or outside; the letter is taken already. */
  private codePoint(letter: string, from: number): number {
    const control = controls[letter];
    if (control !== undefined) return control;
    if (letter === '0') {
      const octal = /^[0-7]{0,2}/.exec(this.source.slice(this.at, this.at + 2).join(''))?.[0] ?? '';
      this.at += octal.length;
      return Number.parseInt(`0${octal}`, 8);
    }
    const length = letter === 'x' ? 2 : letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    if (length > 0) {
      const hex = this.source.slice(this.at, this.at + length).join('');
      const point = Number.parseInt(hex, 16);
      if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < length) this.fail(`incomplete escape \\${letter}${hex}`, from);
      if (point > 0x10ffff) this.fail(`bad escape \\${letter}${hex}`, from);
      this.at += length;
      return point;
    }
    if (/^[0-9a-zA-Z]$/.test(letter)) this.fail(`bad escape \\${letter}`, from);
    return letter.codePointAt(0) ?? 0;
  }

  private set(from: number): Node {
    const negative = this.take('^');
    const tests: Test[] = [];
    for (let first = true; first || this.peek() !== ']'; first = false) {
      const low = this.member(from);
      if (this.peek() !== '-' || this.peek(1) === ']') {
        tests.push(typeof low === 'number' ? c => c === low : low);
        continue;
      }
      this.at++;
      const high = this.member(from);
      if (typeof low !== 'number' || typeof high !== 'number' || high < low) this.fail('bad character range', from);
      tests.push(c => c >= low && c <= high);
    }
    this.at++;
    const any: Test = c => tests.some(test => test(c));
    const inside = this.flags.ignoreCase ? foldedTest(any) : any;
    return { kind: 'one', test: negative ? c => !inside(c) : inside };
  }

  /** One member of a set: a code point, or a class. */
  private member(from: number): number | Test {
    const next = this.source[this.at++];
    if (next === undefined) return this.fail('unterminated character set', from);
    if (next !== '\\') return next.codePointAt(0) ?? 0;
    const letter = this.source[this.at++];
    if (letter === undefined) return this.fail('bad escape (end of pattern)', from);
    if (letter === 'b') return 8;
    const octal = /^[0-7]{1,3}/.exec([letter, ...this.source.slice(this.at, this.at + 2)].join(''))?.[0];
    if (octal !== undefined) {
      this.at += octal.length - 1;
      return Number.parseInt(octal, 8);
    }
    return shorthandTest(letter, this.flags.ascii) ?? this.codePoint(letter, from);
  }
}

function shorthandTest(letter: string, ascii: boolean): Test | undefined {
  if (letter === 'd' || letter === 's' || letter === 'w') return classTest(letter, ascii);
  if (letter !== 'D' && letter !== 'S' && letter !== 'W') return undefined;
  const inside = classTest(letter === 'D' ? 'd' : letter === 'S' ? 's' : 'w', ascii);
  return c => !inside(c);
}
