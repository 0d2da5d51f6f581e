/** What Keystone's handlers have in common: the state, who asks, who may, lists and their filters. */
import { type Ask, type Fields, isFields, type Reply } from '../service.ts';
import { catalogOf, type Service } from './catalog.ts';
import { refuse } from './errors.ts';
import { sha256 } from './secrets.ts';
import { type KeystoneState, sameName } from './state.ts';
import { type Bearer, bearerOf } from './tokens.ts';
import { listView } from './views.ts';

/** What a list may be narrowed by. Names are compared as the database does, without case; unknown ones are ignored. */
const filters = ['name', 'domain_id', 'type', 'service_id', 'interface', 'region_id', 'enabled', 'user_id'] as const;

export class Context {
  readonly state: KeystoneState;
  readonly #own: readonly Service[];

  /** @param own the sandbox's services. */
  constructor(state: KeystoneState, own: readonly Service[]) {
    this.state = state;
    this.#own = own;
  }

  /** All that the catalog has now. */
  get services(): readonly Service[] {
    return catalogOf(this.state, this.#own);
  }

  /** @throws KeystoneError 401 without a good token, 404 where it was got by a trust that is no more. */
  bearer(ask: Ask): Bearer {
    const id = ask.headers['x-auth-token'];
    const bearer = bearerOf(this.state, id, ask.now);
    if (bearer !== undefined) return bearer;
    const trustId = id === undefined ? undefined : this.state.token(sha256(id), ask.now)?.trustId;
    if (trustId !== undefined && this.state.trust(trustId, ask.now) === undefined) {
      throw refuse.notFound('trust', trustId);
    }
    throw refuse.unauthorized();
  }

  /** Admins may do everything, others what `owns` says. */
  allow(ask: Ask, action: string, owns: (bearer: Bearer) => boolean = () => false): Bearer {
    const bearer = this.bearer(ask);
    if (!isAdminBearer(bearer) && !owns(bearer)) throw refuse.forbidden(action);
    return bearer;
  }

  /** `{<name>: [...]}` of the views that the query's filters leave. */
  list(ask: Ask, name: string, views: readonly object[]): Reply {
    const left = views.filter(view => matches(view as Fields, ask.query));
    return { status: 200, body: listView(name, left, `${ask.base}${ask.path}${queryText(ask)}`) };
  }
}

export const isAdminBearer = ({ roles }: Bearer): boolean => roles.some(role => role.name === 'admin');

function queryText({ query }: Ask): string {
  const text = query.toString();
  return text === '' ? '' : `?${text}`;
}

function matches(view: Fields, query: URLSearchParams): boolean {
  const tags = query.get('tags');
  if (tags !== null && !tags.split(',').every(tag => (view['tags'] as readonly string[] | undefined)?.includes(tag))) {
    return false;
  }
  return filters.every(name => {
    const wanted = query.get(name);
    const value = view[name];
    if (wanted === null || value === undefined) return true;
    return name === 'enabled' ? String(value) === wanted.toLowerCase() : sameName(String(value), wanted);
  });
}

/** `{<kind>: {...}}` of a body. */
export function bodyOf(ask: Ask, kind: string): Fields {
  const inner = isFields(ask.body) ? ask.body[kind] : undefined;
  if (!isFields(inner)) throw refuse.missing(kind);
  return inner;
}

/** A string of a length from 1 to `most`. */
export function textOf(fields: Fields, field: string, most = 255): string {
  const value = fields[field];
  if (value === undefined) throw refuse.missing(field);
  if (typeof value !== 'string') throw refuse.wrong(field, value, "is not of type 'string'");
  if (value.length > most) throw refuse.wrong(field, value, 'is too long');
  if (value.trim() === '')
    throw refuse.wrong(field, value, value === '' ? 'is too short' : "does not match '[\\\\S]+'");
  return value;
}

export function booleanOf(fields: Fields, field: string, otherwise: boolean): boolean {
  const value = fields[field] ?? otherwise;
  if (typeof value !== 'boolean') throw refuse.wrong(field, value, "is not of type 'boolean'");
  return value;
}

export function textOrNull(fields: Fields, field: string): string | null {
  const value = fields[field] ?? null;
  if (value !== null && typeof value !== 'string') throw refuse.wrong(field, value, "is not of type 'string', 'null'");
  return value;
}

/** What of a body is none of Keystone's own fields: it is kept and shown. */
export function extraOf(fields: Fields, known: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([field]) => !known.includes(field)));
}

/** The domain that a body names. @throws KeystoneError 400 for one that there is not. */
export function domainOf(state: KeystoneState, body: Fields): string {
  const id = textOrNull(body, 'domain_id') ?? 'default';
  if (state.domains.get(id) === undefined) throw refuse.badRequest(`Could not find domain: ${id}.`);
  return id;
}

/** The refusal of a second one of a name. */
export function twin(kind: string, name: string, domainId?: string): Error {
  const where = domainId === undefined ? '' : ` at domain ID ${domainId}`;
  return refuse.conflict(kind, `Duplicate entry found with name ${name}${where}`);
}
