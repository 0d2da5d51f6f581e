/**
 * Keystone v3 over HTTP: log in, check and revoke tokens, the catalog, and the reads by which clients turn names into
 * ids. Policy is Keystone's own as far as these routes go: admins read everything, everybody reads what is theirs.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createServer } from '../http.ts';
import { catalogFor, type Service } from './catalog.ts';
import { KeystoneError, refuse } from './errors.ts';
import type { KeystoneState } from './state.ts';
import { type Bearer, bearerOf, issue } from './tokens.ts';
import {
  domainView,
  endpointViews,
  listView,
  projectView,
  regionView,
  roleView,
  serviceView,
  tokenView,
  userView,
  versionView,
} from './views.ts';

export interface KeystoneOptions {
  readonly state: KeystoneState;
  readonly services: readonly Service[];
  /** Unix milliseconds. */
  readonly now: () => number;
}

export function createKeystone(options: KeystoneOptions): FastifyInstance {
  const app = createServer({
    onError: (error, request) => {
      const known = known4xx(error);
      const refused = known.status === 401 ? { 'www-authenticate': `Keystone uri="${baseOf(request)}/v3"` } : {};
      return { status: known.status, body: known.body(), headers: refused };
    },
    onUnknownPath: () => new KeystoneError(404, 'The requested URL was not found on the server.'),
  });
  const keystone = new Keystone(options);
  keystone.discovery(app);
  keystone.tokens(app);
  keystone.own(app);
  keystone.lists(app);
  return app;
}

/** Errors of the framework (a body that is no JSON, too large …) are the client's; anything else is ours: 500. */
function known4xx(error: unknown): KeystoneError {
  if (error instanceof KeystoneError) return error;
  if (error instanceof SyntaxError) return new KeystoneError(400, `Malformed request body: ${error.message}`);
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 400 && status < 500) return new KeystoneError(status, (error as Error).message);
  console.error(error);
  return new KeystoneError(500, 'An unexpected error prevented the server from fulfilling your request.');
}

const baseOf = (request: FastifyRequest): string => `http://${request.host}`;
const urlOf = (request: FastifyRequest): string => `${baseOf(request)}${request.url}`;
const queryOf = (request: FastifyRequest): Readonly<Record<string, unknown>> =>
  request.query as Readonly<Record<string, unknown>>;

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

class Keystone {
  readonly #state: KeystoneState;
  readonly #services: readonly Service[];
  readonly #now: () => number;

  constructor({ state, services, now }: KeystoneOptions) {
    this.#state = state;
    this.#services = services;
    this.#now = now;
  }

  discovery(app: FastifyInstance): void {
    app.get('/', (request, reply) => reply.code(300).send({ versions: { values: [versionView(baseOf(request))] } }));
    app.get('/v3', request => ({ version: versionView(baseOf(request)) }));
    app.get('/healthcheck', (_request, reply) => reply.type('text/plain').send('OK'));
  }

  tokens(app: FastifyInstance): void {
    app.post('/v3/auth/tokens', async (request, reply) => {
      const { id, token } = await issue(this.#state, request.body, this.#now());
      const catalog = 'nocatalog' in queryOf(request) ? undefined : this.#services;
      return reply
        .code(201)
        .header('x-subject-token', id)
        .send(tokenView(this.#state, token, catalog));
    });
    app.get('/v3/auth/tokens', (request, reply) => {
      const { id, subject } = this.#subject(request, 'identity:validate_token');
      const catalog = 'nocatalog' in queryOf(request) ? undefined : this.#services;
      return reply.header('x-subject-token', id).send(tokenView(this.#state, subject.token, catalog));
    });
    app.delete('/v3/auth/tokens', (request, reply) => {
      const { subject } = this.#subject(request, 'identity:revoke_token');
      this.#state.record({ kind: 'revoked', hash: subject.token.hash });
      return reply.code(204).send();
    });
  }

  /** What belongs to the token that asks. */
  own(app: FastifyInstance): void {
    app.get('/v3/auth/catalog', request => {
      const { scope } = this.#bearer(request).token;
      if (scope.kind === 'unscoped') throw refuse.forbidden('identity:get_auth_catalog');
      const catalog = catalogFor(this.#services, scope.kind === 'project' ? scope.id : undefined);
      return { catalog, links: { next: null, self: urlOf(request), previous: null } };
    });
    app.get('/v3/auth/projects', request => {
      const projects = this.#state.projectsOf(this.#bearer(request).user.id);
      return this.#list(request, 'projects', projects, projectView);
    });
    app.get('/v3/auth/domains', request => {
      const userId = this.#bearer(request).user.id;
      const domains = [...this.#state.domains.values()].filter(
        ({ id }) => this.#state.rolesIn(userId, { kind: 'domain', id }).length > 0,
      );
      return this.#list(request, 'domains', domains, domainView);
    });
    app.get('/v3/users/:id/projects', request => {
      const { id } = request.params as { id: string };
      this.#allow(request, 'identity:list_user_projects', bearer => bearer.user.id === id);
      return this.#list(request, 'projects', this.#state.projectsOf(id), projectView);
    });
  }

  lists(app: FastifyInstance): void {
    const { projects, users, roles, domains } = this.#state;
    this.#collection(
      app,
      'project',
      projects,
      projectView,
      ({ token }, id) => 'id' in token.scope && token.scope.id === id,
    );
    this.#collection(app, 'user', users, userView, ({ user }, id) => user.id === id);
    this.#collection(app, 'role', roles, roleView, () => false);
    this.#collection(app, 'domain', domains, domainView, ({ user }, id) => user.domainId === id);
    const byId = new Map(this.#services.map(service => [service.id, service]));
    this.#collection(app, 'service', byId, serviceView, () => false);
    app.get('/v3/endpoints', request => {
      this.#allow(request, 'identity:list_endpoints', () => false);
      const found = this.#services.flatMap(service => endpointViews(service, baseOf(request)));
      return listView(
        'endpoints',
        found.filter(item => matches(item, queryOf(request))),
        urlOf(request),
      );
    });
    app.get('/v3/regions', request => {
      this.#bearer(request);
      return listView('regions', [regionView(baseOf(request))], urlOf(request));
    });
  }

  /** `GET /v3/<kind>s` (for admins) and `GET /v3/<kind>s/{id}` (for admins and whoever it belongs to). */
  #collection<T>(
    app: FastifyInstance,
    kind: string,
    all: ReadonlyMap<string, T>,
    view: (item: T, base: string) => object,
    belongs: (bearer: Bearer, id: string) => boolean,
  ): void {
    app.get(`/v3/${kind}s`, request => {
      this.#allow(request, `identity:list_${kind}s`, () => false);
      return this.#list(request, `${kind}s`, [...all.values()], view);
    });
    app.get(`/v3/${kind}s/:id`, request => {
      const { id } = request.params as { id: string };
      this.#allow(request, `identity:get_${kind}`, bearer => belongs(bearer, id));
      const item = all.get(id);
      if (item === undefined) throw refuse.notFound(kind, id);
      return { [kind]: view(item, baseOf(request)) };
    });
  }

  #list<T>(
    request: FastifyRequest,
    name: string,
    items: readonly T[],
    view: (item: T, base: string) => object,
  ): object {
    const views = items.map(item => view(item, baseOf(request))).filter(item => matches(item, queryOf(request)));
    return listView(name, views, urlOf(request));
  }

  #bearer(request: FastifyRequest): Bearer {
    const bearer = bearerOf(this.#state, header(request, 'x-auth-token'), this.#now());
    if (bearer === undefined) throw refuse.unauthorized();
    return bearer;
  }

  #allow(request: FastifyRequest, action: string, owns: (bearer: Bearer) => boolean): Bearer {
    const bearer = this.#bearer(request);
    if (!bearer.roles.includes('admin') && !owns(bearer)) throw refuse.forbidden(action);
    return bearer;
  }

  /** The token that a request is about; its own bearer, a service or an admin may ask. */
  #subject(request: FastifyRequest, action: string): { id: string; subject: Bearer } {
    const asker = this.#bearer(request);
    const id = header(request, 'x-subject-token');
    const subject = bearerOf(this.#state, id, this.#now());
    const may = asker.roles.includes('admin') || asker.roles.includes('service');
    if (!may && subject?.token.hash !== asker.token.hash) throw refuse.forbidden(action);
    if (id === undefined || subject === undefined) throw refuse.badToken();
    return { id, subject };
  }
}

const filters = ['name', 'domain_id', 'type', 'service_id', 'interface', 'region_id', 'id'] as const;

function matches(item: object, query: Readonly<Record<string, unknown>>): boolean {
  const fields = item as Readonly<Record<string, unknown>>;
  return filters.every(name => query[name] === undefined || fields[name] === undefined || fields[name] === query[name]);
}
