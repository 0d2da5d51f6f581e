/** Glance's list: who sees which image, filters, order and pages. */
import type { Ask, Asker } from '../service.ts';
import { isAdmin } from '../service.ts';
import { GlanceRefusal, refuse } from './errors.ts';
import type { Image } from './state.ts';
import { imageView, time } from './views.ts';

const defaultLimit = 25;
const maxLimit = 1000;
const sortKeys = ['name', 'status', 'container_format', 'disk_format', 'size', 'id', 'created_at', 'updated_at'];
const notFilters = new Set([
  'limit',
  'marker',
  'sort',
  'sort_key',
  'sort_dir',
  'member_status',
  'os_hidden',
  'visibility',
]);
const listable = new Set(['id', 'name', 'status', 'container_format', 'disk_format']);

export const mayRead = (image: Image, asker: Asker): boolean =>
  isAdmin(asker) ||
  image.visibility === 'public' ||
  image.visibility === 'community' ||
  image.owner === asker.projectId ||
  (image.visibility === 'shared' && image.members.some(member => member.id === asker.projectId));

export const mayWrite = (image: Image, asker: Asker): boolean => isAdmin(asker) || image.owner === asker.projectId;

/** The answer to GET /v2/images. */
export function listed(images: readonly Image[], ask: Ask): object {
  const { query } = ask;
  const fitting = images.filter(image => isListed(image, ask) && fits(image, query)).sort(order(query));
  const limit = limitIn(query);
  const from = startOf(fitting, query.get('marker'));
  const shown = fitting.slice(from, from + limit);
  const last = shown.at(-1);
  const rest = new URLSearchParams([...query].filter(([name]) => name !== 'marker'));
  const first = rest.size > 0 ? `/v2/images?${rest}` : '/v2/images';
  const next = new URLSearchParams([...rest, ['marker', last?.id ?? '']]);
  return {
    images: shown.map(imageView),
    first,
    schema: '/v2/schemas/images',
    ...(last !== undefined && shown.length === limit && { next: `/v2/images?${next}` }),
  };
}

function limitIn(query: URLSearchParams): number {
  const given = query.get('limit');
  if (given === null) return defaultLimit;
  if (!/^[+-]?\d+$/.test(given)) throw new GlanceRefusal(400, 'limit param must be an integer');
  if (Number(given) < 0) throw new GlanceRefusal(400, 'limit param must be positive');
  return Math.min(Number(given), maxLimit);
}

function startOf(images: readonly Image[], marker: string | null): number {
  if (marker === null) return 0;
  const found = images.findIndex(image => image.id === marker);
  if (found < 0) throw new GlanceRefusal(400, refuse.notFound(marker).message);
  return found + 1;
}

/** Without a filter: what is public, what is the asker's own, and what was shared with him and accepted. */
function isListed(image: Image, { asker, query }: Ask): boolean {
  const visibility = query.get('visibility') || undefined;
  if (visibility !== undefined && !['community', 'public', 'private', 'shared', 'all'].includes(visibility)) {
    throw new GlanceRefusal(400, `Invalid visibility value: ${visibility}`);
  }
  if (!mayRead(image, asker)) return false;
  if ((query.get('os_hidden') ?? 'false').toLowerCase() !== String(image.hidden)) return false;
  if (visibility === 'all') return true;
  if (visibility !== undefined) return image.visibility === visibility;
  if (isAdmin(asker)) return image.visibility !== 'community' || image.owner === asker.projectId;
  if (image.owner === asker.projectId || image.visibility === 'public') return true;
  return image.members.some(member => member.id === asker.projectId && member.status === 'accepted');
}

function fits(image: Image, query: URLSearchParams): boolean {
  if (query.has('changes-since')) {
    throw new GlanceRefusal(400, 'The "changes-since" filter is no longer available on v2.');
  }
  return [...query].every(([name, value]) => notFilters.has(name) || fitsOne(image, name, value));
}

function fitsOne(image: Image, name: string, value: string): boolean {
  if (name === 'tag') return image.tags.includes(value);
  if (name === 'created_at') return fitsTime(image.createdAt, name, value);
  if (name === 'updated_at') return fitsTime(image.updatedAt, name, value);
  if (name === 'size_min') return (image.content?.size ?? 0) >= Number(value);
  if (name === 'size_max') return (image.content?.size ?? 0) <= Number(value);
  const found = imageView(image)[name];
  const text = typeof found === 'string' ? found : found === undefined || found === null ? undefined : String(found);
  if (text === undefined) return false;
  const wanted = listable.has(name) && value.startsWith('in:') ? split(value.slice(3)) : [value];
  // The database compares without case, as it does everywhere.
  return wanted.some(one => one.toLowerCase() === text.toLowerCase());
}

/** `a,"b,c"`: values may be quoted. */
const split = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|([^,]+)/g)].map(match => match[1] ?? match[2] ?? '');

const operators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  eq: (a, b) => a === b,
  neq: (a, b) => a !== b,
  gt: (a, b) => a > b,
  gte: (a, b) => a >= b,
  lt: (a, b) => a < b,
  lte: (a, b) => a <= b,
};

function fitsTime(at: number, field: string, filter: string): boolean {
  const [, name = 'eq', text = ''] = /^(?:([a-z]+):)?(.*)$/s.exec(filter) ?? [];
  const compare = operators[name];
  const wanted = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);
  if (compare === undefined) throw new GlanceRefusal(400, 'Unable to filter on a unknown operator.');
  if (Number.isNaN(wanted)) {
    throw new GlanceRefusal(400, `Bad "${field}" query filter format. Use ISO 8601 DateTime notation.`);
  }
  return compare(Date.parse(time(at)), wanted);
}

function order(query: URLSearchParams): (a: Image, b: Image) => number {
  const pairs = (query.get('sort') ?? '')
    .split(',')
    .filter(Boolean)
    .map(pair => pair.split(':'));
  const keys = pairs.length > 0 ? pairs.map(([key = '']) => key.trim()) : query.getAll('sort_key');
  const dirs = pairs.length > 0 ? pairs.map(([, dir = 'desc']) => dir.trim()) : query.getAll('sort_dir');
  for (const key of keys) {
    if (sortKeys.includes(key)) continue;
    const available = sortKeys.join(', ');
    throw new GlanceRefusal(400, `Invalid sort key: ${key}. It must be one of the following: ${available}.`);
  }
  for (const dir of dirs) {
    if (dir !== 'asc' && dir !== 'desc') throw new GlanceRefusal(400, `Invalid sort direction: ${dir}`);
  }
  const by = keys.length > 0 ? keys : ['created_at'];
  const signs = by.map((_key, i) => ((dirs[i] ?? dirs[0] ?? 'desc') === 'asc' ? 1 : -1));
  return (a, b) => {
    const [one, two] = [imageView(a), imageView(b)];
    for (const [i, key] of by.entries()) {
      const sign = signs[i] ?? 1;
      const order = compared(one[key], two[key]);
      if (order !== 0) return order * sign;
    }
    return a.createdAt === b.createdAt ? compared(b.id, a.id) : b.createdAt - a.createdAt;
  };
}

function compared(a: unknown, b: unknown): number {
  if (a === b) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a ?? '') < String(b ?? '') ? -1 : 1;
}
