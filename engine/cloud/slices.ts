/**
 * The things of a long list, cut out of its text.
 *
 * A list of a thousand servers is megabytes of JSON, and of most of them only one word is wanted. So its values are
 * not read: the text is walked once, strings and brackets only, and each thing is a slice of it, which its own
 * resource reads later, lossless. The text must be JSON; of anything else this throws, or slices what reads no better.
 */

export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Text in which a list cannot be found. */
export class Unsliceable extends Error {}

/** Values of an object's members by their keys (those of them that hold no escapes). */
export function membersOf(text: string, object: Span = { start: 0, end: text.length }): ReadonlyMap<string, Span> {
  const members = new Map<string, Span>();
  let i = skipBlanks(text, object.start);
  expect(text, i, '{');
  i = skipBlanks(text, i + 1);
  while (text[i] !== '}') {
    expect(text, i, '"');
    const keyEnd = skipString(text, i);
    const key = text.slice(i + 1, keyEnd - 1);
    i = skipBlanks(text, keyEnd);
    expect(text, i, ':');
    const start = skipBlanks(text, i + 1);
    const end = skipValue(text, start);
    members.set(key, { start, end });
    i = afterItem(text, end, '}');
  }
  return members;
}

/** The items of an array. */
export function itemsOf(text: string, array: Span): readonly Span[] {
  const items: Span[] = [];
  let i = skipBlanks(text, array.start);
  expect(text, i, '[');
  i = skipBlanks(text, i + 1);
  while (text[i] !== ']') {
    const end = skipValue(text, i);
    items.push({ start: i, end });
    i = afterItem(text, end, ']');
  }
  return items;
}

/** The slice as text, where it is a JSON string. */
export function stringAt(text: string, span: Span | undefined): string | undefined {
  if (span === undefined || text[span.start] !== '"') return undefined;
  const value: unknown = JSON.parse(text.slice(span.start, span.end));
  return typeof value === 'string' ? value : undefined;
}

/** At the next item, or at the closing bracket. */
function afterItem(text: string, from: number, close: string): number {
  const i = skipBlanks(text, from);
  if (text[i] === close) return i;
  expect(text, i, ',');
  const next = skipBlanks(text, i + 1);
  if (text[next] === close) throw new Unsliceable(`an item is missing at ${next}`);
  return next;
}

function expect(text: string, i: number, what: string): void {
  if (text[i] !== what) throw new Unsliceable(`no ${what} at ${i}`);
}

function skipBlanks(text: string, from: number): number {
  let i = from;
  while (i < text.length && text.charCodeAt(i) <= 0x20) i++;
  return i;
}

/** Past the closing quote of the string that begins here. */
function skipString(text: string, from: number): number {
  for (let i = from; ; ) {
    const quote = text.indexOf('"', i + 1);
    if (quote === -1) throw new Unsliceable(`a string that begins at ${from} does not end`);
    let escapes = 0;
    while (text[quote - 1 - escapes] === '\\') escapes++;
    if (escapes % 2 === 0) return quote + 1;
    i = quote;
  }
}

const quote = 0x22;
const openers: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const closers: ReadonlySet<number> = new Set([0x5d, 0x7d]);

function skipValue(text: string, from: number): number {
  const first = text.charCodeAt(from);
  if (first === quote) return skipString(text, from);
  if (!openers.has(first)) return skipWord(text, from);
  let depth = 0;
  for (let i = from; i < text.length; ) {
    const unit = text.charCodeAt(i);
    if (unit === quote) {
      i = skipString(text, i);
      continue;
    }
    if (openers.has(unit)) depth++;
    else if (closers.has(unit) && --depth === 0) return i + 1;
    i++;
  }
  throw new Unsliceable(`a value that begins at ${from} does not end`);
}

/** A number, true, false or null. */
function skipWord(text: string, from: number): number {
  let i = from;
  while (i < text.length && !/[\s,\]}]/.test(text.charAt(i))) i++;
  if (i === from) throw new Unsliceable(`no value at ${from}`);
  return i;
}
