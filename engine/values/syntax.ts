/** What both readers throw: a text that is no document, or one that we refuse to read, with its place. */
export type SyntaxKind =
  /** The text does not follow the format's grammar. */
  | 'syntax'
  /** The grammar is fine, but it holds what is not taken: NUL, half a surrogate pair, too deep, too many digits. */
  | 'refused';

export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1, in code points. */
  readonly column: number;
  /** From 0, in code points, over the whole text. */
  readonly char: number;
}

/** A document that cannot be read. `message` names what is wrong and where; `problem` is the first half alone. */
export class ValueSyntaxError extends Error {
  override readonly name = 'ValueSyntaxError';
  readonly kind: SyntaxKind;
  readonly problem: string;
  readonly line: number;
  readonly column: number;

  constructor(kind: SyntaxKind, problem: string, place: Place, message: string) {
    super(message);
    this.kind = kind;
    this.problem = problem;
    this.line = place.line;
    this.column = place.column;
  }
}

/** Where a UTF-16 offset lies; offsets past the end count as the end. */
export function placeAt(source: string, offset: number): Place {
  const end = Math.min(offset, source.length);
  let line = 1;
  let lineStart = 0;
  for (let at = source.indexOf('\n'); at !== -1 && at < end; at = source.indexOf('\n', at + 1)) {
    line++;
    lineStart = at + 1;
  }
  return { line, column: codePoints(source, lineStart, end) + 1, char: codePoints(source, 0, end) };
}

function codePoints(source: string, from: number, to: number): number {
  let count = to - from;
  for (let i = from + 1; i < to; i++) {
    if (isLow(source.charCodeAt(i)) && isHigh(source.charCodeAt(i - 1))) count--;
  }
  return count;
}

export function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

export function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

/** In the words of Python's json: `Expecting value: line 1 column 5 (char 4)`. */
export function jsonSyntaxError(
  problem: string,
  source: string,
  offset: number,
  kind: SyntaxKind = 'syntax',
): ValueSyntaxError {
  const place = placeAt(source, offset);
  return new ValueSyntaxError(
    kind,
    problem,
    place,
    `${problem}: line ${place.line} column ${place.column} (char ${place.char})`,
  );
}

const snippetWidth = 71;

/** In the shape of PyYAML's marked errors: the problem, `in "<unicode string>", line 3, column 5:`, the line, a caret. */
export function yamlSyntaxError(
  problem: string,
  source: string,
  offset: number,
  kind: SyntaxKind = 'syntax',
): ValueSyntaxError {
  const at = Math.min(offset, source.length);
  const place = placeAt(source, at);
  const lineStart = source.lastIndexOf('\n', at - 1) + 1;
  const newline = source.indexOf('\n', at);
  const lineEnd = newline === -1 ? source.length : newline;
  const from = Math.max(lineStart, at - Math.floor(snippetWidth / 2));
  const to = Math.min(lineEnd, from + snippetWidth);
  const head = `${from > lineStart ? ' ... ' : ''}${visible(source.slice(from, at))}`;
  const tail = `${visible(source.slice(at, to))}${to < lineEnd ? ' ... ' : ''}`;
  const where = `  in "<unicode string>", line ${place.line}, column ${place.column}:`;
  const message = `${problem}\n${where}\n    ${head}${tail}\n    ${' '.repeat(head.length)}^`;
  return new ValueSyntaxError(kind, problem, place, message);
}

/** Control characters and halves of pairs would spoil a terminal or a JSON answer. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}]/gu, '?');
}

/**
 * The text of a body: strict UTF-8, a byte order mark at its start dropped.
 * Throws ValueSyntaxError at the first byte that is not UTF-8, and at half a surrogate pair in a string.
 */
export function decodeText(source: string | Uint8Array): string {
  if (typeof source === 'string') {
    const half = /\p{Surrogate}/u.exec(source);
    if (half) throw jsonSyntaxError('Half a surrogate pair', source, half.index, 'refused');
    return source.startsWith('\ufeff') ? source.slice(1) : source;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(source);
  } catch {
    const bad = firstBadByte(source);
    const good = new TextDecoder().decode(source.subarray(0, bad));
    const byte = (source[bad] ?? 0).toString(16).padStart(2, '0');
    throw jsonSyntaxError(`Not UTF-8 (byte 0x${byte})`, good, good.length, 'refused');
  }
}

/** Where the first sequence begins that is not UTF-8 (Unicode 15, table 3-7); only asked when there is one. */
function firstBadByte(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = bytes[at + 1] ?? 0;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}
