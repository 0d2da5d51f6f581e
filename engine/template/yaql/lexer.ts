/**
 * The words of a yaql expression (yaql 2.0's language reference), one at a time: what stands behind a mistake is
 * never looked at, so the first mistake is the one that is told. Positions are code points, as Python counts.
 */
import { limits } from '../../kernel/limits.ts';
import { pyInt } from '../../values/python.ts';
import { fail } from './failure.ts';
import { pointsIn } from './pytext.ts';

export type Token =
  | { readonly kind: 'constant'; readonly value: null | boolean | bigint | number | string; readonly at: number }
  /** A bare word; `name` of a function, with its parenthesis; a variable with its `$`. */
  | { readonly kind: 'word' | 'function' | 'variable'; readonly value: string; readonly at: number }
  /** An operator, `=>`, a bracket or a comma. */
  | { readonly kind: 'sign'; readonly value: string; readonly at: number }
  | { readonly kind: 'end' };

const letter = '[\\p{L}\\p{N}_]';
/** The first that fits wins, in this order. None tries a text in more than one way: an expression may be half a megabyte long. */
const forms = {
  variable: new RegExp(`\\$${letter}*`, 'uy'),
  number: new RegExp(`\\p{Nd}+(?:\\.\\p{Nd}+)?(?!${letter})`, 'uy'),
  function: new RegExp(`(?!\\p{Nd})${letter}+\\(`, 'uy'),
  word: new RegExp(`(?!__)(?!\\p{Nd})${letter}+`, 'uy'),
  quoted: /'(?:[^'\\]|\\[^\n])*'/uy,
  doubleQuoted: /"(?:[^"\\]|\\[^\n])*"/uy,
  verbatim: /`(?:[^`\\]|\\[^\n])*`/uy,
  sign: /\?\.|=~|!~|->|=>|>=|<=|!=|[.+\-*/><=()\],}[{]/uy,
} as const;

const wordOperators = new Set(['mod', 'in', 'not', 'and', 'or']);
const wordConstants: ReadonlyMap<string, null | boolean> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A function that gives the next token at each call. It throws a failure for what no token begins with. */
export function lexer(source: string): () => Token {
  let at = 0;
  let place = 0;
  const match = (form: RegExp): string | undefined => {
    form.lastIndex = at;
    return form.exec(source)?.[0];
  };
  return () => {
    for (; ' \t\r\n'.includes(source[at] ?? 'x'); place++) at++;
    if (at >= source.length) return { kind: 'end' };
    for (const [form, pattern] of Object.entries(forms) as [keyof typeof forms, RegExp][]) {
      const text = match(pattern);
      if (text === undefined) continue;
      const from = place;
      at += text.length;
      place += pointsIn(text);
      return token(form, text, from);
    }
    const char = String.fromCodePoint(source.codePointAt(at) ?? 0);
    throw fail(`Lexical error: illegal character '${char}' at position ${place}`, 'syntax');
  };
}

function token(form: keyof typeof forms, text: string, at: number): Token {
  switch (form) {
    case 'variable':
    case 'sign':
      return { kind: form, value: text, at };
    case 'function':
      return { kind: 'function', value: text.slice(0, -1), at };
    case 'number':
      return { kind: 'constant', value: numberOf(text), at };
    case 'word': {
      if (wordOperators.has(text)) return { kind: 'sign', value: text, at };
      const constant = wordConstants.get(text);
      return constant === undefined ? { kind: 'word', value: text, at } : { kind: 'constant', value: constant, at };
    }
    case 'verbatim':
      return { kind: 'constant', value: text.slice(1, -1).replaceAll('\\`', '`'), at };
    default:
      return { kind: 'constant', value: unescaped(text.slice(1, -1)), at };
  }
}

function numberOf(text: string): bigint | number {
  if (text.includes('.')) return Number(text);
  const whole = pyInt(text);
  if (whole !== undefined) return whole;
  throw fail(`The number ${text.slice(0, 20)}… has more than ${limits.maxNumberDigits} digits`, 'syntax');
}

const escapes = /\\U[^\n]{8}|\\u[^\n]{4}|\\x[^\n]{2}|\\[0-7]{1,3}|\\N\{[^}]{1,100}\}|\\[\\'"abfnrtv]/gu;
const shortEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** As in Python's own literals; a backslash before anything else stays. */
function unescaped(text: string): string {
  return text.replace(escapes, found => {
    const kind = found[1] ?? '';
    if (kind === 'N') throw fail(`Characters by their names are not known: ${found}`, 'syntax');
    if (/[0-7]/.test(kind)) return String.fromCodePoint(Number.parseInt(found.slice(1), 8));
    if (!'Uux'.includes(kind)) return shortEscapes[kind] ?? kind;
    const digits = found.slice(2);
    const point = /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : Number.POSITIVE_INFINITY;
    if (point > 0x10ffff) throw fail(`${found} is no character`, 'syntax');
    return String.fromCodePoint(point);
  });
}
