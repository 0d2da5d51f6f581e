/**
 * Python's fnmatch, by which an environment's hooks and restricted actions name resources: `*`, `?`, `[a-z]`, `[!a-z]`.
 *
 * Matched without an expression: one made of a pattern such as `*a*a*a*a*b` takes as long as its author wants.
 */

type Test = (char: string) => boolean;
type Token = '*' | Test;

/** Whether the whole name fits, capitals as they are. */
export function globMatches(pattern: string, name: string): boolean {
  return isGlob(pattern) ? fits(tokensOf([...pattern]), [...name]) : pattern === name;
}

/** The same of one pattern and many names. */
export function globOf(pattern: string): (name: string) => boolean {
  if (!isGlob(pattern)) return name => name === pattern;
  const tokens = tokensOf([...pattern]);
  return name => fits(tokens, [...name]);
}

/** Whether it may fit other names than itself. */
export function isGlob(pattern: string): boolean {
  return /[*?[]/.test(pattern);
}

function fits(tokens: readonly Token[], chars: readonly string[]): boolean {
  let [token, char] = [0, 0];
  /** Behind the last `*`, and what it has taken so far: if the rest does not fit, it takes one more. */
  let star: { readonly token: number; char: number } | undefined;
  while (char < chars.length) {
    const test = tokens[token];
    if (test === '*') {
      token += 1;
      star = { token, char };
    } else if (test?.(chars[char] ?? '') === true) {
      token += 1;
      char += 1;
    } else if (star !== undefined) {
      star.char += 1;
      ({ token, char } = star);
    } else return false;
  }
  return tokens.slice(token).every(rest => rest === '*');
}

function tokensOf(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? '';
    if (c === '*') {
      if (tokens.at(-1) !== '*') tokens.push('*');
    } else if (c === '?') tokens.push(() => true);
    else {
      const end = c === '[' ? setEnd(pattern, i) : undefined;
      if (end === undefined) tokens.push(char => char === c);
      else {
        tokens.push(setOf(pattern.slice(i + 1, end)));
        i = end;
      }
    }
  }
  return tokens;
}

/** Where the set that begins here ends: at the first `]` that is not the first in it; undefined: it is no set. */
function setEnd(pattern: readonly string[], start: number): number | undefined {
  const from = pattern[start + 1] === '!' ? start + 3 : start + 2;
  const end = pattern.indexOf(']', from);
  return end === -1 ? undefined : end;
}

function setOf(inside: readonly string[]): Test {
  const negated = inside[0] === '!';
  const chars = negated ? inside.slice(1) : inside;
  const ranges: [string, string][] = [];
  for (let i = 0; i < chars.length; i++) {
    const [from = '', dash, to] = chars.slice(i, i + 3);
    if (dash === '-' && to !== undefined) {
      ranges.push([from, to]);
      i += 2;
    } else ranges.push([from, from]);
  }
  return char => ranges.some(([from, to]) => codeOf(from) <= codeOf(char) && codeOf(char) <= codeOf(to)) !== negated;
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0;
