/** Neutron's lists: filters, sorting, pages, and only the fields that were asked for. */
import { str } from '../python.ts';
import type { Ask, Fields, Reply } from '../service.ts';
import type { Attribute, Attributes } from './attributes.ts';
import { boolean } from './attributes.ts';
import { type Kind, refuse } from './errors.ts';

const reserved = ['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir'];
const tagFilters = ['tags', 'tags-any', 'not-tags', 'not-tags-any'];

export interface Listing {
  /** `networks`; in JSON and in links. */
  readonly collection: string;
  readonly kind: Kind;
  readonly attributes: Attributes;
  /** Filters beyond the attributes, such as a port's `fixed_ips`. */
  readonly special?: Readonly<Record<string, (view: Fields, wanted: readonly string[]) => boolean>>;
}

/**
 * The answer to a list. What a row itself carries is looked at before it is made a view: of thousands few are wanted.
 *
 * @param rows what the asker may see.
 * @param view how one is shown.
 * @throws NeutronError 400 for an unknown filter, 404 for an unknown marker.
 */
export function listed<T extends object>(
  ask: Ask,
  listing: Listing,
  rows: readonly T[],
  view: (row: T) => Fields,
): Reply {
  const { collection, attributes, special = {} } = listing;
  const { query } = ask;
  const asked = [...new Set(query.keys())].filter(name => !reserved.includes(name));
  const unknown = asked.filter(
    name => attributes[name]?.filter === undefined && !(name in special) && !tagFilters.includes(name),
  );
  if (unknown.length > 0) {
    throw refuse.badRequest(
      `${str(unknown)} ${unknown.length === 1 ? 'is invalid attribute' : 'are invalid attributes'} for filtering`,
    );
  }
  const tests = asked.map(given => {
    const name = given === 'tenant_id' ? 'project_id' : given;
    return { name, holds: testOf(name, query.getAll(given), attributes[name], special[name]) };
  });
  const isEarly = (name: string): boolean => rows[0] !== undefined && name in rows[0];
  const early = tests.filter(({ name }) => isEarly(name));
  const late = tests.filter(({ name }) => !isEarly(name));
  const found = rows
    .filter(row => early.every(({ holds }) => holds(row as Fields)))
    .map(view)
    .filter(one => late.every(({ holds }) => holds(one)));
  const page = pageOf(ask, listing, sorted(ask, attributes, found));
  const body = { [collection]: page.views.map(one => onlyFields(one, query)) };
  return { status: 200, body: page.links.length === 0 ? body : { ...body, [`${collection}_links`]: page.links } };
}

/** A thing with the fields that the query names, or all. */
export function onlyFields(view: Fields, query: URLSearchParams): Fields {
  const fields = query.getAll('fields').filter(name => name !== '');
  if (fields.length === 0) return view;
  return Object.fromEntries(Object.entries(view).filter(([name]) => fields.includes(name)));
}

type Test = (view: Fields) => boolean;

function testOf(
  name: string,
  wanted: readonly string[],
  attribute: Attribute | undefined,
  special: ((view: Fields, wanted: readonly string[]) => boolean) | undefined,
): Test {
  if (special !== undefined) return view => special(view, wanted);
  if (tagFilters.includes(name)) return tagTest(name, wanted);
  if (attribute?.filter === 'boolean') {
    const values = wanted.map(value => boolean(value, name));
    return view => values.includes(view[name] ?? false);
  }
  // MariaDB's collation: neither case nor blanks at the end matter.
  const alike = (value: string): string => value.toLowerCase().trimEnd();
  const values = new Set(wanted.map(alike));
  return view => {
    const value = view[name];
    return value === null || value === undefined ? values.has('') && value === null : values.has(alike(String(value)));
  };
}

function tagTest(name: string, wanted: readonly string[]): Test {
  const tags = wanted.flatMap(value => value.split(','));
  return view => {
    const has = (tag: string): boolean => ((view['tags'] ?? []) as readonly string[]).includes(tag);
    const holds = name.endsWith('any') ? tags.some(has) : tags.every(has);
    return name.startsWith('not') ? !holds : holds;
  };
}

function sorted(ask: Ask, attributes: Attributes, views: readonly Fields[]): Fields[] {
  const keys = ask.query.getAll('sort_key');
  const directions = ask.query.getAll('sort_dir');
  if (keys.length !== directions.length) {
    throw refuse.badRequest('The number of sort_keys and sort_dirs must be same');
  }
  const unknown = keys.filter(key => attributes[key]?.sort !== true);
  if (unknown.length > 0) throw refuse.badRequest(`${str(unknown)} is invalid attribute for sort_keys`);
  const order = [...keys.map((key, i) => ({ key, sign: directions[i] === 'desc' ? -1 : 1 })), { key: 'id', sign: 1 }];
  return [...views].sort((a, b) => {
    for (const { key, sign } of order) {
      const [one, other] = [a[key] ?? '', b[key] ?? ''] as [string, string];
      if (one !== other) return one < other ? -sign : sign;
    }
    return 0;
  });
}

interface Page {
  readonly views: readonly Fields[];
  readonly links: readonly object[];
}

function pageOf(ask: Ask, { collection, kind }: Listing, views: readonly Fields[]): Page {
  const { query } = ask;
  const limitText = query.get('limit');
  const limit = Number(limitText ?? 0);
  if (limitText !== null && (!/^\d+$/.test(limitText) || !Number.isSafeInteger(limit))) {
    throw refuse.bad('limit', `Limit must be an integer 0 or greater and not '${limitText}'`);
  }
  const marker = query.get('marker');
  const at = marker === null ? -1 : views.findIndex(view => view['id'] === marker);
  if (marker !== null && at < 0) throw refuse.notFound(kind, marker);
  const back = query.get('page_reverse')?.toLowerCase() === 'true';
  const before = views.slice(0, at < 0 ? views.length : at);
  const after = views.slice(at + 1);
  const rest = back ? before : after;
  if (limit === 0) return { views: rest, links: [] };
  const page = back ? rest.slice(-limit) : rest.slice(0, limit);
  const link = (rel: string, more: Record<string, string>): object => {
    const kept = new URLSearchParams([...query].filter(([name]) => name !== 'marker' && name !== 'page_reverse'));
    for (const [name, value] of Object.entries(more)) kept.set(name, value);
    return { rel, href: `${ask.base}/v2.0/${collection.replaceAll('_', '-')}?${kept.toString()}` };
  };
  const links: object[] = [];
  const [first, last] = [page[0], page.at(-1)];
  if (page.length === limit && last !== undefined) links.push(link('next', { marker: String(last['id']) }));
  if (first !== undefined) links.push(link('previous', { marker: String(first['id']), page_reverse: 'True' }));
  else links.push(link('previous', { page_reverse: 'True' }));
  return { views: page, links };
}
