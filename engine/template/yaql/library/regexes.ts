/** Regular expressions: Python's, matched in bounded time (template/pattern.ts). */
import { compilePattern, PatternError, type Span, type Spans } from '../../pattern.ts';
import { fail } from '../failure.ts';
import { dictOf } from '../maps.ts';
import { define, type Overload, type Site } from '../signature.ts';
import { checkMemory, type Meter } from '../meter.ts';
import { replacement } from '../replacement.ts';
import type { Scope } from '../scope.ts';
import { generated } from '../streams.ts';
import { typeName } from '../text.ts';
import { optional, param, types } from '../types.ts';
import { list, Regex, type RegexFlags, type Yaql } from '../values.ts';

const { any, boolOrNull, int, optionalScopedLambda, regex, scopedLambda, string } = types;

const plain: RegexFlags = { ignoreCase: false, multiline: false, dotAll: false };

function compiled(source: string, meter: Meter, flags: RegexFlags = plain): Regex {
  const key = `${flags.ignoreCase}${flags.multiline}${flags.dotAll}${source}`;
  const known = meter.patterns.get(key);
  if (known !== undefined) return known;
  try {
    const made = new Regex(source, compilePattern(source, flags), flags);
    meter.step(made.pattern.size);
    meter.patterns.set(key, made);
    return made;
  } catch (error) {
    if (error instanceof PatternError) throw fail(error.message);
    throw error;
  }
}

/** A text as the matcher reads it. */
function pointsOf(text: string): number[] {
  return Array.from(text, char => char.codePointAt(0) ?? 0);
}

function slice(text: readonly number[], [from, to]: Span): string {
  let part = '';
  for (let i = from; i < to; i++) part += String.fromCodePoint(text[i] ?? 0);
  return part;
}

const stepsOfMatching = 20;

function search(found: Regex, text: readonly number[], meter: Meter, from = 0, notEmptyAt?: number): Spans | undefined {
  const result = found.pattern.search(text, from, notEmptyAt);
  if (result === 'too long') throw fail(`The regular expression takes too long: ${found.source}`, 'limit');
  meter.step(1 + Math.ceil(result.steps / stepsOfMatching));
  return result.spans;
}

/** All matches, as Python's finditer(). */
function* matches(found: Regex, text: readonly number[], meter: Meter): Generator<Spans, void, undefined> {
  let at = 0;
  let notEmptyAt: number | undefined;
  while (at <= text.length) {
    const spans = search(found, text, meter, at, notEmptyAt);
    if (spans === undefined) return;
    const [[from, to]] = spans;
    yield spans;
    notEmptyAt = from === to ? to : undefined;
    at = to;
  }
}

function isFound(found: Regex, text: string, meter: Meter): boolean {
  return search(found, pointsOf(text), meter) !== undefined;
}

/** `$` (or `$1`) is the match, `$2` the first group …; a group with a name is `$name`, too. */
function publish(scope: Scope, found: Regex, text: readonly number[], match: Spans, meter: Meter): void {
  const record = (span: Span) =>
    dictOf(
      [
        ['value', span[0] < 0 ? null : slice(text, span)],
        ['start', BigInt(span[0])],
        ['end', BigInt(span[1])],
      ],
      meter,
      false,
    );
  scope.publish(match.map(record));
  for (const [name, i] of found.pattern.names) scope.set(`$${name}`, record(match[i] ?? [-1, -1]));
}

function show(
  site: Site,
  found: Regex,
  text: readonly number[],
  match: Spans,
  selector: ((scope: Scope) => Yaql) | null,
): Yaql {
  if (selector === null) return slice(text, match[0]);
  const scope = site.scope.inner();
  publish(scope, found, text, match, site.meter);
  return selector(scope);
}

const tests: readonly Overload[] = [
  define('matches', 'method', [param('regexp', regex), param('string', string)], ({ meter }, found, text) =>
    isFound(found, text, meter),
  ),
  define('matches', 'method', [param('string', string), param('regexp', string)], ({ meter }, text, source) =>
    isFound(compiled(source, meter), text, meter),
  ),
  ...(['#operator_=~', '#operator_!~'] as const).flatMap(name => {
    const wanted = name === '#operator_=~';
    return [
      define(
        name,
        'function',
        [param('string', string), param('regexp', regex)],
        ({ meter }, text, found) => isFound(found, text, meter) === wanted,
      ),
      define(
        name,
        'function',
        [param('string', string), param('pattern', string)],
        ({ meter }, text, source) => isFound(compiled(source, meter), text, meter) === wanted,
      ),
    ];
  }),
];

const searches: readonly Overload[] = [
  define(
    'search',
    'method',
    [param('regexp', regex), param('string', string), optional('selector', optionalScopedLambda, null)],
    (site, found, string_, selector) => {
      const text = pointsOf(string_);
      const match = search(found, text, site.meter);
      return match === undefined ? null : show(site, found, text, match, selector);
    },
  ),
  define(
    'searchAll',
    'method',
    [param('regexp', regex), param('string', string), optional('selector', optionalScopedLambda, null)],
    (site, found, string_, selector) =>
      generated(site.meter, function* () {
        const text = pointsOf(string_);
        for (const match of matches(found, text, site.meter)) yield show(site, found, text, match, selector);
      }),
  ),
];

/** A text with its first `count` matches (0: all) replaced. `other` also gets how many pieces stand before. */
function substituted(
  site: Site,
  found: Regex,
  string_: string,
  count: bigint,
  other: (match: Spans, text: readonly number[], before: number) => string,
): string {
  if (count < 0n) return string_;
  const text = pointsOf(string_);
  const pieces: string[] = [];
  let [at, size, done] = [0, 0, 0n];
  for (const match of matches(found, text, site.meter)) {
    if (count > 0n && done >= count) break;
    const [[from, to]] = match;
    if (at < from) pieces.push(slice(text, [at, from]));
    const piece = other(match, text, pieces.length);
    size += from - at + piece.length;
    checkMemory(size);
    pieces.push(piece);
    at = to;
    done++;
  }
  return pieces.join('') + slice(text, [at, text.length]);
}

function replaceAll(site: Site, found: Regex, text: string, template: string, count: bigint): string {
  const make = replacement(template, found.pattern);
  return substituted(site, found, text, count, (match, points) =>
    make(i => {
      const span = match[i] ?? [-1, -1];
      return span[0] < 0 ? '' : slice(points, span);
    }),
  );
}

function replaceBy(site: Site, found: Regex, text: string, change: (scope: Scope) => Yaql, count: bigint): string {
  return substituted(site, found, text, count, (match, points, before) => {
    const changed = show(site, found, points, match, change);
    if (typeof changed === 'string') return changed;
    throw fail(`sequence item ${before}: expected str instance, ${typeName(changed)} found`);
  });
}

/** Python's re.split(): what groups took stands between the parts; 0: cut wherever it matches. */
function split(site: Site, found: Regex, string_: string, most: bigint): Yaql {
  if (most < 0n) return list([string_]);
  const text = pointsOf(string_);
  const parts: Yaql[] = [];
  let at = 0;
  let cuts = 0n;
  for (const [whole, ...groups] of matches(found, text, site.meter)) {
    if (most > 0n && cuts >= most) break;
    parts.push(slice(text, [at, whole[0]]));
    for (const group of groups) parts.push(group[0] < 0 ? null : slice(text, group));
    at = whole[1];
    cuts++;
  }
  return list([...parts, slice(text, [at, text.length])]);
}

/** Each both ways round: `regex.split(text)`, `text.split(regex)`. */
const changes: readonly Overload[] = [
  define(
    'split',
    'method',
    [param('regexp', regex), param('string', string), optional('maxSplit', int, 0n)],
    (site, found, text, most) => split(site, found, text, most),
  ),
  define(
    'split',
    'method',
    [param('string', string), param('regexp', regex), optional('maxSplit', int, 0n)],
    (site, text, found, most) => split(site, found, text, most),
  ),
  define(
    'replace',
    'method',
    [param('regexp', regex), param('string', string), param('repl', string), optional('count', int, 0n)],
    (site, found, text, template, count) => replaceAll(site, found, text, template, count),
  ),
  define(
    'replace',
    'method',
    [param('string', string), param('regexp', regex), param('repl', string), optional('count', int, 0n)],
    (site, text, found, template, count) => replaceAll(site, found, text, template, count),
  ),
  define(
    'replaceBy',
    'method',
    [param('regexp', regex), param('string', string), param('repl', scopedLambda), optional('count', int, 0n)],
    (site, found, text, change, count) => replaceBy(site, found, text, change, count),
  ),
  define(
    'replaceBy',
    'method',
    [param('string', string), param('regexp', regex), param('repl', scopedLambda), optional('count', int, 0n)],
    (site, text, found, change, count) => replaceBy(site, found, text, change, count),
  ),
];

const making: readonly Overload[] = [
  define(
    'regex',
    'function',
    [
      param('pattern', string),
      optional('ignoreCase', boolOrNull, false),
      optional('multiLine', boolOrNull, false),
      optional('dotAll', boolOrNull, false),
    ],
    ({ meter }, source, ignoreCase, multiline, dotAll) =>
      compiled(source, meter, {
        ignoreCase: ignoreCase === true,
        multiline: multiline === true,
        dotAll: dotAll === true,
      }),
  ),
  define('escapeRegex', 'function', [param('string', string)], (_, text) =>
    text.replace(/[()[\]{}?*+\-|^$\\.&~# \t\n\r\v\f]/g, char => `\\${char}`),
  ),
  define('isRegex', 'function', [param('value', any)], (_, value) => value instanceof Regex),
];

export const regexes: readonly Overload[] = [...making, ...tests, ...searches, ...changes];
