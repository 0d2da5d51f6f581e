/**
 * The query string, by Heat's rules (contract: rest-api §1): an empty value counts as not given, the last of several
 * wins where one is meant, booleans are `true` and `false` in any case, integers are written as Python writes them.
 */
import { errors } from '../engine/kernel/errors.ts';
import { isMap, type Value } from '../engine/values/value.ts';

const integer = /^(?:0|-?[1-9]\d*)$/;
/** Beyond this no count of rows can reach; larger numbers mean the same. */
const maxCount = 2_147_483_647;

export class Query {
  readonly pairs: readonly (readonly [string, string])[];

  /** Throws BadRequest for a NUL, which no store takes. */
  constructor(text: string) {
    this.pairs = [...new URLSearchParams(text)];
    for (const [name, value] of this.pairs) {
      if (name.includes('\0') || value.includes('\0')) {
        throw errors.BadRequest({
          message: `NUL in the query parameter ${JSON.stringify(name.replaceAll('\0', ''))}.`,
        });
      }
    }
  }

  names(): readonly string[] {
    return [...new Set(this.pairs.map(([name]) => name))];
  }

  all(name: string): readonly string[] {
    return this.pairs.filter(([key, value]) => key === name && value !== '').map(([, value]) => value);
  }

  one(name: string): string | undefined {
    return this.all(name).at(-1);
  }

  /** Throws BadRequest for what is neither true nor false. */
  bool(name: string): boolean | undefined {
    const text = this.one(name);
    return text === undefined ? undefined : extractBool(name, text);
  }

  /** A number of rows or levels, at least 0. Throws BadRequest for anything else. */
  count(name: string): number | undefined {
    const text = this.one(name);
    return text === undefined ? undefined : Math.min(extractCount(name, text), maxCount);
  }

  /** Throws ValueError for what is neither asc nor desc. */
  descending(): boolean | undefined {
    const text = this.one('sort_dir');
    if (text === undefined || text === 'asc') return text === undefined ? undefined : false;
    if (text === 'desc') return true;
    throw errors.ValueError({ message: `Unknown sort direction "${text}" in "sort_dir", must be one of: asc, desc.` });
  }
}

/** A boolean, or the word for one. Throws BadRequest. */
export function extractBool(name: string, value: string): boolean {
  const word = value.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  throw errors.BadRequest({
    message: `Unrecognized value "${value}" for "${name}", acceptable values are: true, false.`,
  });
}

/** An integer of at least 0 from its text. Throws BadRequest. */
export function extractCount(name: string, text: string): number {
  if (!integer.test(text)) throw errors.BadRequest({ message: `Only integer is acceptable by '${name}'.` });
  if (text.startsWith('-')) {
    const message = `Value '${text}' is invalid for '${name}' which only accepts non-negative integer.`;
    throw errors.BadRequest({ message });
  }
  return Number(text);
}

/** A comma-separated list of tags; blanks after a comma do not count. Throws BadRequest for one of over 80 characters. */
export function extractTags(text: string, maxLength: number): readonly string[] {
  const tags = text.split(',').map((tag, i) => (i === 0 ? tag : tag.trimStart()));
  for (const tag of tags) {
    if ([...tag].length <= maxLength) continue;
    throw errors.BadRequest({ message: `Invalid tag, "${tag}" is longer than ${maxLength} characters` });
  }
  return tags;
}

const combined = /^(?:(.*?)_)?(COMPLETE|FAILED|IN_PROGRESS)$/s;

/** Splits `CREATE_COMPLETE` into action and status; both columns' filters, as far as they were asked for. */
export function splitStatuses(texts: readonly string[]): { actions: readonly string[]; statuses: readonly string[] } {
  const actions: string[] = [];
  const statuses: string[] = [];
  for (const text of texts) {
    const [, action, status] = combined.exec(text) ?? [];
    statuses.push(status ?? text);
    if (action) actions.push(action);
  }
  return { actions, statuses };
}

/** What a value is, in words for a person. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'boolean') return 'a boolean';
  if (Array.isArray(value)) return 'a list';
  return isMap(value) ? 'a map' : 'a number';
}
