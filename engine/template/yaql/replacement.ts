/** What `re.sub` puts in a match's place: a text with `\1`, `\g<1>`, `\g<name>` and Python's escapes. */
import type { Pattern } from '../pattern.ts';
import { fail } from './failure.ts';

const controls: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

type Part = string | number;

/** Reads a template; gives what makes the text of a match, from its groups' texts. */
export function replacement(template: string, pattern: Pattern): (group: (index: number) => string) => string {
  const parts: Part[] = [];
  let at = 0;
  const form = /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-3][0-7]{2}|[1-9][0-9]?)|([\s\S])|$)/gu;
  for (const found of template.matchAll(form)) {
    parts.push(template.slice(at, found.index), partOf(found, pattern));
    at = found.index + found[0].length;
  }
  parts.push(template.slice(at));
  return group => parts.map(part => (typeof part === 'string' ? part : group(part))).join('');
}

function partOf(found: RegExpMatchArray & { readonly index: number }, pattern: Pattern): Part {
  const [whole, name, digits, char] = found;
  const place = `at position ${found.index}`;
  if (name !== undefined) return groupOf(name, pattern, found.index + 3);
  if (digits !== undefined) {
    if (digits.startsWith('0') || digits.length === 3) {
      const code = Number.parseInt(digits, 8);
      if (code > 0o377) throw fail(`octal escape value \\${digits} outside of range 0-0o377 ${place}`);
      return String.fromCodePoint(code);
    }
    const index = Number(digits);
    if (index > pattern.groups) throw fail(`invalid group reference ${index} at position ${found.index + 1}`);
    return index;
  }
  if (char === undefined) throw fail(`bad escape (end of pattern) ${place}`);
  const control = controls[char];
  if (control !== undefined) return control;
  if (char === 'g') throw fail(`missing < at position ${found.index + 2}`);
  if (/[a-zA-Z]/.test(char)) throw fail(`bad escape ${whole} ${place}`);
  return whole;
}

function groupOf(name: string, pattern: Pattern, at: number): number {
  if (name === '') throw fail(`missing group name at position ${at}`);
  const index = /^\d+$/.test(name) ? Number(name) : pattern.names.get(name);
  if (index === undefined) {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw fail(`bad character in group name '${name}' at position ${at}`);
    throw fail(`unknown group name '${name}'`);
  }
  if (index > pattern.groups) throw fail(`invalid group reference ${index} at position ${at}`);
  return index;
}
