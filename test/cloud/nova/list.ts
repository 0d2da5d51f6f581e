/** GET /servers and /servers/detail: filters, `changes-since`, order and pages. */
import { repr } from '../python.ts';
import { isAdmin, type Reply } from '../service.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { Server } from './state.ts';
import { isStatus, statusOf } from './statuses.ts';
import { basicView, serverView } from './views.ts';

const maxLimit = 1000;

export function listServers(desk: Desk, detail: boolean): Reply {
  const { query, asker } = desk.ask;
  const fits = filterOf(desk);
  const everybody = isAdmin(asker) && /^(1|true|t|yes|y|on|)$/i.test(query.get('all_tenants') ?? 'no');
  const found = desk.tables.servers
    .all()
    .filter(server => (everybody || server.projectId === desk.projectId) && fits(server))
    .sort(order(query));
  const limit = limitIn(query);
  const from = startOf(found, query.get('marker'));
  const shown = found.slice(from, from + limit);
  const last = shown.at(-1);
  const path = detail ? 'servers/detail' : 'servers';
  const body = {
    servers: shown.map(server => (detail ? serverView(desk, server, { listed: true }) : basicView(desk, server))),
    ...(last !== undefined &&
      shown.length === limit && { servers_links: [{ rel: 'next', href: nextOf(desk, path, last.id) }] }),
  };
  return { status: 200, body };
}

/** The link to the next page: as the request was, sorted by name, from the last one shown on. */
export function nextOf({ ask }: Pick<Desk, 'ask'>, path: string, marker: string): string {
  const query = new URLSearchParams([...ask.query].sort(([a], [b]) => (a < b ? -1 : 1)));
  query.set('marker', marker);
  return `${ask.base}/v2.1/${path}?${query}`;
}

/** At most a thousand. @throws Refusal 400 for what is no number. */
export function limitIn(query: URLSearchParams): number {
  const given = query.get('limit');
  if (given === null || given === '') return maxLimit;
  if (!/^\d+$/.test(given)) {
    throw refuse.badRequest(
      `Invalid input for query parameters limit. Value: ${given}. ${repr(given)} does not match '^[0-9]*$'`,
    );
  }
  return Math.min(Number(given) || maxLimit, maxLimit);
}

function startOf(servers: readonly Server[], marker: string | null): number {
  if (marker === null) return 0;
  const found = servers.findIndex(({ id }) => id === marker);
  if (found < 0) throw refuse.marker(marker);
  return found + 1;
}

type Fits = (server: Server) => boolean;

/**
 * What the query asks for. What it does not know it ignores, as Nova does (marks: `description`, `uuid`, `metadata`).
 *
 * @throws Refusal 400 for a name that is no regular expression, a time that is none, an unknown status.
 */
function filterOf({ ask, minor }: Desk): Fits {
  const { query, asker } = ask;
  const admin = isAdmin(asker);
  const [since, before] = [timeIn(query, 'changes-since'), timeIn(query, 'changes-before')];
  if (since !== undefined && before !== undefined && before < since) {
    throw refuse.badRequest('The value of changes-since must be less than or equal to changes-before.');
  }
  const filters: Fits[] = [];
  const changes = since !== undefined || before !== undefined;
  const deleted = admin && /^(1|true|t|yes|y|on)$/i.test(query.get('deleted') ?? '');
  if (!changes) filters.push(({ state }) => (state === 'deleted') === deleted);
  if (since !== undefined) filters.push(({ updatedAt }) => floor(updatedAt) >= since);
  if (before !== undefined) filters.push(({ updatedAt }) => floor(updatedAt) <= before);
  const statuses = query.getAll('status');
  if (statuses.length > 0) filters.push(statusFilter(statuses, minor, admin));
  const name = query.get('name');
  if (name !== null) filters.push(nameFilter(name));
  if (minor >= 26) filters.push(...tagFilters(query));
  for (const [parameter, field] of Object.entries(exact)) {
    const wanted = query.getAll(parameter);
    if (wanted.length > 0) filters.push(server => wanted.includes(field(server)));
  }
  for (const [parameter, field] of Object.entries(admin ? exactForAdmins : {})) {
    const wanted = query.getAll(parameter);
    if (wanted.length > 0) filters.push(server => wanted.includes(field(server)));
  }
  return server => filters.every(fits => fits(server));
}

const exact: Readonly<Record<string, (server: Server) => string>> = {
  image: server => server.imageId,
  flavor: server => server.flavor.id,
  reservation_id: server => server.reservationId,
  user_id: server => server.userId,
  key_name: server => server.keyName ?? '',
};

const exactForAdmins: Readonly<Record<string, (server: Server) => string>> = {
  uuid: server => server.id,
  project_id: server => server.projectId,
  tenant_id: server => server.projectId,
  vm_state: server => server.state,
  task_state: server => server.task ?? '',
};

const floor = (ms: number): number => Math.floor(ms / 1000) * 1000;

function timeIn(query: URLSearchParams, name: string): number | undefined {
  const given = query.get(name);
  if (given === null) return undefined;
  const at = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(given) ? given : `${given}Z`);
  if (Number.isNaN(at)) {
    throw refuse.badRequest(
      `Invalid input for query parameters ${name}. Value: ${given}. ${repr(given)} is not a 'date-time'`,
    );
  }
  return at;
}

function statusFilter(given: readonly string[], minor: number, admin: boolean): Fits {
  const wanted = given.map(status => status.toUpperCase());
  if (!wanted.some(isStatus)) {
    if (minor >= 38) throw refuse.badRequest('Invalid status value');
    return () => false;
  }
  if (wanted.every(status => status === 'DELETED') && !admin) {
    throw refuse.denied('Only administrators may list deleted instances');
  }
  return server => wanted.includes(statusOf(server));
}

/** A regular expression, found anywhere in the name, without case: so a name is no proof of anything. */
function nameFilter(pattern: string): Fits {
  try {
    const regex = new RegExp(pattern, 'i');
    return ({ name }) => regex.test(name);
  } catch {
    throw refuse.badRequest(
      `Invalid input for query parameters name. Value: ${pattern}. ${repr(pattern)} is not a 'regex'`,
    );
  }
}

function tagFilters(query: URLSearchParams): Fits[] {
  const kinds: Readonly<Record<string, (has: readonly boolean[]) => boolean>> = {
    tags: has => has.every(Boolean),
    'tags-any': has => has.some(Boolean),
    'not-tags': has => !has.every(Boolean),
    'not-tags-any': has => !has.some(Boolean),
  };
  return Object.entries(kinds).flatMap(([parameter, test]) => {
    const given = query.get(parameter);
    if (given === null) return [];
    const wanted = given.split(',');
    return [({ tags }: Server) => test(wanted.map(tag => tags.includes(tag)))];
  });
}

/** The newest first, unless it says otherwise; equals in a fixed order, so that pages do not overlap. */
function order(query: URLSearchParams): (a: Server, b: Server) => number {
  const key = query.get('sort_key') ?? 'created_at';
  const sign = query.get('sort_dir') === 'asc' ? 1 : -1;
  const keyOf = (server: Server): string | number => {
    if (key === 'updated_at') return server.updatedAt;
    if (key === 'display_name') return server.name;
    return key === 'uuid' ? server.id : server.createdAt;
  };
  return (a, b) => {
    const [one, two] = [keyOf(a), keyOf(b)];
    if (one !== two) return one < two ? -sign : sign;
    return a.id < b.id ? -sign : sign;
  };
}
