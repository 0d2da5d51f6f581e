/** Texts. Positions are code points, as Python counts; blanks are Python's. */
import { compareTexts } from '../equality.ts';
import { fail } from '../failure.ts';
import { checkMemory } from '../meter.ts';
import { define, type Overload, type Site } from '../signature.ts';
import { bytesOf } from '../sizes.ts';
import { str } from '../text.ts';
import { find, findLast, replaced, splitAt, splitAtEnd, stripped, substring } from '../pytext.ts';
import { optional, param, rest, types } from '../types.ts';
import { type Collection, each, list, tuple } from '../values.ts';

const { any, bool, collection, dict, int, string, stringOrNull } = types;

const text = param('string', string);
const chars = optional('chars', stringOrNull, null);

const operators: readonly Overload[] = [
  define('#operator_+', 'function', [rest('args', string)], (_, parts) => parts.join('')),
  define('#operator_in', 'function', [param('left', string), param('right', string)], (_, a, b) => b.includes(a)),
  define('#operator_*', 'function', [param('left', string), param('right', int)], (_, a, times) => repeated(a, times)),
  define('#operator_*', 'function', [param('left', int), param('right', string)], (_, times, a) => repeated(a, times)),
];

function repeated(part: string, times: bigint): string {
  const count = times < 0n || part === '' ? 0 : Number(times);
  checkMemory(bytesOf('') + count * (bytesOf(part) - bytesOf('')));
  return part.repeat(count);
}

const cutting: readonly Overload[] = [
  define(
    'split',
    'method',
    [text, optional('separator', stringOrNull, null), optional('maxSplits', int, -1n)],
    (_, value, separator, most) => list(splitAt(value, separator, most)),
  ),
  define(
    'rightSplit',
    'method',
    [text, optional('separator', stringOrNull, null), optional('maxSplits', int, -1n)],
    (_, value, separator, most) => list(splitAtEnd(value, separator, most)),
  ),
  define('substring', 'method', [text, param('start', int), optional('length', int, -1n)], (_, value, start, length) =>
    substring(value, start, length),
  ),
  define('toCharArray', 'method', [text], (_, value) => tuple([...value])),
  define('trim', 'method', [text, chars], (_, value, set) => stripped(value, set, 'both')),
  define('trimLeft', 'method', [text, chars], (_, value, set) => stripped(value, set, 'left')),
  define('trimRight', 'method', [text, chars], (_, value, set) => stripped(value, set, 'right')),
  define('norm', 'both', [param('string', stringOrNull), chars], (_, value, set) =>
    value === null ? null : stripped(value, set, 'both') || null,
  ),
];

const joining: readonly Overload[] = [
  define('concat', 'function', [rest('args', string)], (_, parts) => parts.join('')),
  define('join', 'method', [param('sequence', collection), param('separator', string)], (site, items, separator) =>
    joined(site, items, separator),
  ),
  define('join', 'method', [param('separator', string), param('sequence', collection)], (site, separator, items) =>
    joined(site, items, separator),
  ),
  define('str', 'function', [param('value', any)], ({ meter }, value) => {
    if (value === null) return 'null';
    return typeof value === 'boolean' ? String(value) : str(value, meter);
  }),
];

function joined(site: Site, items: Collection, separator: string): string {
  return Array.from(each(items), item => String(site.call('str', item))).join(separator);
}

const changing: readonly Overload[] = [
  define('toUpper', 'method', [text], (_, value) => value.toUpperCase()),
  define('toLower', 'method', [text], (_, value) => value.toLowerCase()),
  define(
    'replace',
    'method',
    [text, param('old', string), param('new', string), optional('count', int, -1n)],
    (_, value, old, other, count) => replaced(value, old, other, count),
  ),
  define(
    'replace',
    'method',
    [text, param('replacements', dict), optional('count', int, -1n)],
    (site, value, replacements, count) => {
      let result = value;
      for (const [old, other] of replacements.entries.values()) {
        result = replaced(result, String(site.call('str', old)), String(site.call('str', other)), count);
      }
      return result;
    },
  ),
];

const asking: readonly Overload[] = [
  define('len', 'both', [text], (_, value) => BigInt([...value].length)),
  define('isString', 'function', [param('arg', any)], (_, value) => typeof value === 'string'),
  define(
    'isEmpty',
    'both',
    [param('string', stringOrNull), optional('trim', bool, true), chars],
    (_, value, trims, set) => value === null || (trims ? stripped(value, set, 'both') : value) === '',
  ),
  define('startsWith', 'method', [text, rest('prefixes', string)], (_, value, prefixes) =>
    prefixes.some(prefix => value.startsWith(prefix)),
  ),
  define('endsWith', 'method', [text, rest('suffixes', string)], (_, value, suffixes) =>
    suffixes.some(suffix => value.endsWith(suffix)),
  ),
  define('indexOf', 'method', [text, param('sub', string), optional('start', int, 0n)], (_, value, sub, start) =>
    find(value, sub, start),
  ),
  define(
    'indexOf',
    'method',
    [text, param('sub', string), param('start', int), param('length', int)],
    (_, value, sub, start, length) => find(value, sub, ...part(value, start, length)),
  ),
  define(
    'lastIndexOf',
    'method',
    [text, param('sub', string), optional('start', int, 0n)],
    ({ meter }, value, sub, start) => {
      meter.step(backwards(value, sub));
      return findLast(value, sub, start);
    },
  ),
  define(
    'lastIndexOf',
    'method',
    [text, param('sub', string), param('start', int), param('length', int)],
    ({ meter }, value, sub, start, length) => {
      meter.step(backwards(value, sub));
      return findLast(value, sub, ...part(value, start, length));
    },
  ),
];

/** Steps for a search from the end, which compares the text at every place with what is sought. */
function backwards(value: string, sub: string): number {
  return (value.length * sub.length) >> 12;
}

/** From where to where a search with a length goes. */
function part(value: string, start: bigint, length: bigint): [bigint, bigint] {
  const size = BigInt([...value].length);
  const from = start < 0n ? start + size : start;
  return [from, from + (length < 0n ? size - from : length)];
}

/** Python's string module. */
const sets = {
  digits: '0123456789',
  hexdigits: '0123456789abcdefABCDEF',
  asciiLowercase: 'abcdefghijklmnopqrstuvwxyz',
  asciiUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  asciiLetters: 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ',
  letters: undefined,
  octdigits: '01234567',
  punctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  printable:
    '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~ \t\n\r\v\f',
  lowercase: undefined,
  uppercase: undefined,
  whitespace: ' \t\n\r\v\f',
} as const;

const names = Object.keys(sets) as (keyof typeof sets)[];

const characters = define(
  'characters',
  'function',
  names.map(name => optional(name, types.boolOrNull, false)),
  (_, ...wanted) => {
    const found = new Set<string>();
    names.forEach((name, i) => {
      if (wanted[i] !== true) return;
      const set = sets[name];
      // Python 2 had these; Python 3 fails in these words.
      if (set === undefined) throw fail(`module 'string' has no attribute '${name}'`);
      for (const char of set) found.add(char);
    });
    return tuple([...found].sort(compareTexts));
  },
);

export const strings: readonly Overload[] = [...operators, ...cutting, ...joining, ...changing, ...asking, characters];
