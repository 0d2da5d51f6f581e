/**
 * The types of engine.ts as text and back, nothing lost: JSON, with a word for what JSON has none for.
 *
 *   bigint {"i": "12"}   Map {"m": [key, value, key, value …]}   Set {"s": […]}   any other object {"o": {…}}
 *
 * So template values keep their digits and the order of their keys, and `__proto__` stays a key. A property that is
 * undefined is left out, which reads the same.
 */

type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Far beyond what values may nest (kernel/limits.ts): what is deeper contains itself. */
const maxDepth = 500;

/** Text that is none of ours, or data that has no text. */
export class TextError extends Error {
  override readonly name = 'TextError';
}

/** Throws TextError for a function, a symbol, a number that is not finite and what contains itself. */
export function writeText(data: unknown): string {
  return JSON.stringify(plain(data, 0));
}

/** Throws TextError. What it gives is to be taken for the type that was written. */
export function readText(text: string): unknown {
  let read: Plain;
  try {
    read = JSON.parse(text) as Plain;
  } catch {
    throw new TextError('text that is no JSON');
  }
  return revived(read);
}

function plain(data: unknown, depth: number): Plain {
  if (depth > maxDepth) throw new TextError('data without an end');
  switch (typeof data) {
    case 'boolean':
    case 'string':
      return data;
    case 'undefined':
      return null;
    case 'bigint':
      return { i: data.toString() };
    case 'number':
      if (!Number.isFinite(data)) throw new TextError('a number that is not finite');
      return data;
    case 'object':
      return data === null ? null : objectText(data, depth + 1);
    default:
      throw new TextError(`a ${typeof data}`);
  }
}

function objectText(data: object, depth: number): Plain {
  if (Array.isArray(data)) return data.map(item => plain(item, depth));
  if (data instanceof Map) return { m: [...data].flatMap(([key, value]) => [plain(key, depth), plain(value, depth)]) };
  if (data instanceof Set) return { s: [...data].map(item => plain(item, depth)) };
  const entries = Object.entries(data).filter(([, value]) => value !== undefined);
  return { o: Object.fromEntries(entries.map(([key, value]) => [key, plain(value, depth)])) };
}

function revived(read: Plain): unknown {
  if (typeof read !== 'object' || read === null) return read;
  if (isList(read)) return read.map(revived);
  const [tag, inner] = Object.entries(read)[0] ?? [];
  if (tag === 'i' && typeof inner === 'string' && /^-?\d+$/.test(inner)) return BigInt(inner);
  if (typeof inner === 'object' && inner !== null) {
    if (isList(inner)) {
      if (tag === 'm') return mapOf(inner);
      if (tag === 's') return new Set(inner.map(revived));
    } else if (tag === 'o') {
      return Object.fromEntries(Object.entries(inner).map(([key, value]) => [key, revived(value)]));
    }
  }
  throw new TextError(`an object of no kind: ${String(tag).slice(0, 20)}`);
}

function mapOf(flat: readonly Plain[]): ReadonlyMap<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i + 1 < flat.length; i += 2) map.set(revived(flat[i] ?? null), revived(flat[i + 1] ?? null));
  return map;
}

function isList(read: Plain): read is readonly Plain[] {
  return Array.isArray(read);
}
