/** Cinder's lists: filters, order, pages and links. */
import { isAdmin, isFields } from '../service.ts';
import type { Desk } from './desk.ts';
import { isTrue } from './bodies.ts';
import { refuse } from './errors.ts';

const maxLimit = 1000;
const paging = new Set(['limit', 'marker', 'offset', 'sort', 'sort_key', 'sort_dir', 'all_tenants', 'with_count']);

interface Listed {
  readonly id: string;
  readonly projectId: string;
  readonly name: string | null;
  readonly status: string;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Listing<T> {
  /** `volumes`, and under which path: `volumes/detail`. */
  readonly plural: string;
  readonly path: string;
  /** What a tenant may filter by, at this version of the API. */
  readonly filters: readonly string[];
  readonly view: (item: T) => object;
  /** For a marker that names nothing. */
  readonly missing: (id: string) => Error;
  /** The value of a filter that is no field of every list. */
  readonly field: (item: T, name: string) => string | undefined;
}

/** The answer to a list of this project's things; an admin may ask for `all_tenants`. */
export function listed<T extends Listed>(desk: Desk, items: readonly T[], listing: Listing<T>): object {
  const { query, asker } = desk.ask;
  const everybody = isAdmin(asker) && isTrue(query.get('all_tenants'));
  const filters = allowedFilters(desk, listing.filters);
  const found = items
    .filter(item => everybody || item.projectId === desk.projectId)
    .filter(item => filters.every(([name, value]) => fits(item, name, value, listing.field)))
    .sort(order(query, listing.field));
  const limit = limitIn(query);
  const from = startOf(found, query.get('marker'), listing.missing) + Number(query.get('offset') ?? 0);
  const shown = found.slice(from, from + limit);
  const last = shown.at(-1);
  const more = last !== undefined && shown.length >= limit;
  return {
    [listing.plural]: shown.map(listing.view),
    ...(more && { [`${listing.plural}_links`]: [{ rel: 'next', href: nextOf(desk, listing.path, last.id) }] }),
    ...(desk.minor >= 45 && isTrue(query.get('with_count')) && { count: found.length }),
  };
}

function nextOf({ root, ask }: Desk, path: string, marker: string): string {
  const query = new URLSearchParams(ask.query);
  query.set('marker', marker);
  return `${root}/${path}?${query}`;
}

function limitIn(query: URLSearchParams): number {
  const given = query.get('limit');
  if (given === null) return maxLimit;
  if (!/^-?\d+$/.test(given)) throw refuse.badRequest('limit param must be an integer');
  if (Number(given) < 0) throw refuse.badRequest('limit param must be positive');
  return Math.min(Number(given), maxLimit);
}

function startOf(items: readonly Listed[], marker: string | null, missing: (id: string) => Error): number {
  if (marker === null) return 0;
  const found = items.findIndex(item => item.id === marker);
  if (found < 0) throw missing(marker);
  return found + 1;
}

/** Up to 3.30 what is unknown is passed over; from 3.31 on it is an error. Admins may ask for any field. */
function allowedFilters({ ask, minor }: Desk, known: readonly string[]): [string, string][] {
  const names = [...new Set(ask.query.keys())].filter(name => !paging.has(name));
  const unknown = names.filter(name => !known.includes(name.replace(/~$/, '')));
  if (minor >= 31 && unknown.length > 0 && !isAdmin(ask.asker)) {
    throw refuse.badRequest(`Invalid filters ${unknown.join(', ')} are found in query options.`);
  }
  const used = names.filter(name => !unknown.includes(name) || isAdmin(ask.asker));
  // Given twice, the last one counts.
  const filters = used.map(name => [name, ask.query.getAll(name).at(-1) ?? ''] as [string, string]);
  for (const [name, value] of filters) if (isTime(name)) comparisonsIn(value);
  return filters;
}

const isTime = (filter: string): filter is 'created_at' | 'updated_at' =>
  filter === 'created_at' || filter === 'updated_at';

function fits<T extends Listed>(item: T, filter: string, value: string, field: Listing<T>['field']): boolean {
  const like = filter.endsWith('~');
  const name = like ? filter.slice(0, -1) : filter;
  if (name === 'metadata') return fitsMetadata(item, value);
  if (isTime(name)) {
    const at = name === 'created_at' ? item.createdAt : item.updatedAt;
    return at !== undefined && comparisonsIn(value).every(compare => compare(Math.floor(at / 1000) * 1000));
  }
  const found = name === 'name' ? item.name : name === 'status' ? item.status : field(item, name);
  if (found === undefined || found === null) return false;
  const text = found.toLowerCase();
  return like ? text.includes(value.toLowerCase()) : sameText(text, value);
}

/** As MariaDB compares: without case, without blanks at the end. */
const sameText = (lower: string, wanted: string): boolean => lower.trimEnd() === wanted.toLowerCase().trimEnd();

/** `{"key": "value"}`, in JSON or as Python prints it. */
function fitsMetadata(item: Listed, wanted: string): boolean {
  const pairs = dictionary(wanted);
  return pairs !== undefined && Object.entries(pairs).every(([key, value]) => item.metadata[key] === String(value));
}

function dictionary(text: string): Readonly<Record<string, unknown>> | undefined {
  for (const json of [text, text.replaceAll("'", '"')]) {
    try {
      const value: unknown = JSON.parse(json);
      return isFields(value) ? value : undefined;
    } catch {
      // Perhaps the other spelling.
    }
  }
  return undefined;
}

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

/** `gt:2026-11-20T10:00:00,lt:…` @throws Refusal 400 for an unknown operator, and for what is no time. */
function comparisonsIn(filter: string): ((at: number) => boolean)[] {
  return filter.split(',').map(one => {
    const [operator = ''] = one.split(':');
    const text = one.slice(operator.length + 1);
    const compare = operators[operator];
    if (compare === undefined) throw refuse.badRequest(`Invalid ${operator} operator`);
    const wanted = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
    if (Number.isNaN(wanted)) throw refuse.badRequest(`Invalid ${text} value`);
    return at => compare(at, wanted);
  });
}

/** The newest first, unless it says otherwise. */
function order<T extends Listed>(query: URLSearchParams, field: Listing<T>['field']): (a: T, b: T) => number {
  const [key = 'created_at', dir = 'desc'] = query.get('sort')?.split(',')[0]?.split(':') ?? [
    query.get('sort_key') ?? 'created_at',
    query.get('sort_dir') ?? 'desc',
  ];
  const sign = dir === 'asc' ? 1 : -1;
  const keyOf = (item: T): string | number => {
    if (key === 'created_at') return item.createdAt;
    if (key === 'updated_at') return item.updatedAt ?? 0;
    if (key === 'id') return item.id;
    return (key === 'name' ? item.name : key === 'status' ? item.status : field(item, key)) ?? '';
  };
  return (a, b) => {
    const [one, two] = [keyOf(a), keyOf(b)];
    if (one !== two) return one < two ? -sign : sign;
    return a.id < b.id ? -sign : sign;
  };
}
