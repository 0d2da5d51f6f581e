/** The parts of a Python regular expression, as the parser (pattern-parser.ts) hands them to the matcher. */

/** One code point. */
export type Test = (codePoint: number) => boolean;

export type Anchor = 'start' | 'line start' | 'end' | 'very end' | 'line end' | 'boundary' | 'no boundary';

export type Node =
  | { readonly kind: 'one'; readonly test: Test }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'either'; readonly branches: readonly Node[] }
  | { readonly kind: 'repeat'; readonly item: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'group'; readonly index: number; readonly item: Node }
  | { readonly kind: 'atomic'; readonly item: Node }
  | { readonly kind: 'look'; readonly behind: boolean; readonly negative: boolean; readonly item: Node }
  | { readonly kind: 'same as'; readonly group: number; readonly ignoreCase: boolean }
  | { readonly kind: 'if matched'; readonly group: number; readonly yes: Node; readonly no: Node }
  | { readonly kind: 'anchor'; readonly at: Anchor; readonly isWord: Test };

export interface Flags {
  readonly ascii: boolean;
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly verbose: boolean;
}

/** A pattern that Python would not compile, or that is too large for us. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const unicodeDigit = /^\p{Nd}$/u;
const unicodeWord = /^[\p{L}\p{N}_]$/u;
const spaces = new Set([
  ...[0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000],
  ...Array.from({ length: 5 }, (_, i) => 0x09 + i),
  ...Array.from({ length: 4 }, (_, i) => 0x1c + i),
  ...Array.from({ length: 11 }, (_, i) => 0x2000 + i),
]);

function isAsciiDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isAsciiWord(c: number): boolean {
  return isAsciiDigit(c) || (c >= 0x41 && c <= 0x5a) || c === 0x5f || (c >= 0x61 && c <= 0x7a);
}

/** What `\d`, `\s` and `\w` take: any script's unless the pattern says ASCII. */
export function classTest(letter: 'd' | 's' | 'w', ascii: boolean): Test {
  if (letter === 'd') return ascii ? isAsciiDigit : c => (c < 0x80 ? isAsciiDigit(c) : unicodeDigit.test(text(c)));
  if (letter === 's') return ascii ? c => c === 0x20 || (c >= 0x09 && c <= 0x0d) : c => spaces.has(c);
  return ascii ? isAsciiWord : c => (c < 0x80 ? isAsciiWord(c) : unicodeWord.test(text(c)));
}

/** The same test for either case of a letter. */
export function foldedTest(test: Test): Test {
  return c => test(c) || test(otherCase(c, 'lower')) || test(otherCase(c, 'upper'));
}

export function otherCase(c: number, to: 'lower' | 'upper'): number {
  const changed = to === 'lower' ? text(c).toLowerCase() : text(c).toUpperCase();
  const point = changed.codePointAt(0);
  return point === undefined || text(point) !== changed ? c : point;
}

function text(c: number): string {
  return String.fromCodePoint(c);
}

const nodesWithin = (node: Node): readonly Node[] => {
  switch (node.kind) {
    case 'sequence':
      return node.items;
    case 'either':
      return node.branches;
    case 'repeat':
    case 'group':
    case 'atomic':
    case 'look':
      return [node.item];
    case 'if matched':
      return [node.yes, node.no];
    default:
      return [];
  }
};

/** Whether what matches may depend on what a group took; if not, a (place, position) that failed once fails always. */
export function remembers(node: Node): boolean {
  return node.kind === 'same as' || node.kind === 'if matched' || nodesWithin(node).some(remembers);
}

/** The least and the most code points that a node can take; the most may be infinite. */
export function widthOf(node: Node): readonly [number, number] {
  switch (node.kind) {
    case 'one':
      return [1, 1];
    case 'sequence':
      return node.items.map(widthOf).reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0]);
    case 'either':
      return widest(node.branches.map(widthOf));
    case 'if matched':
      return widest([node.yes, node.no].map(widthOf));
    case 'repeat': {
      const [least, most] = widthOf(node.item);
      return [least * node.min, most === 0 ? 0 : most * node.max];
    }
    case 'group':
    case 'atomic':
      return widthOf(node.item);
    case 'same as':
      return [0, Number.POSITIVE_INFINITY];
    case 'look':
    case 'anchor':
      return [0, 0];
  }
}

function widest(widths: readonly (readonly [number, number])[]): readonly [number, number] {
  return [Math.min(...widths.map(w => w[0])), Math.max(...widths.map(w => w[1]))];
}
