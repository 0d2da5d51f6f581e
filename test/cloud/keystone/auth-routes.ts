/** Versions, tokens, and what belongs to the token that asks. */
import type { Router } from '../router.ts';
import type { Ask } from '../service.ts';
import { catalogFor, type Service } from './catalog.ts';
import { type Context, isAdminBearer } from './context.ts';
import { refuse } from './errors.ts';
import { type Bearer, bearerOf, issue } from './tokens.ts';
import { domainView, projectView, tokenView, versionView } from './views.ts';

export function authRoutes(router: Router, context: Context): void {
  versions(router);
  tokens(router, context);
  own(router, context);
}

function versions(router: Router): void {
  router
    .on('GET', '/', ({ base }) => ({
      status: 300,
      body: { versions: { values: [versionView(base)] } },
      headers: { location: `${base}/v3/` },
    }))
    .on('GET', '/v3', ({ base }) => ({ status: 200, body: { version: versionView(base) } }))
    .on('GET', '/healthcheck', () => ({ status: 200, body: 'OK', headers: { 'content-type': 'text/plain' } }));
}

function tokens(router: Router, context: Context): void {
  const { state } = context;
  router
    .on('POST', '/v3/auth/tokens', ask => {
      const { id, bearer } = issue(state, ask);
      const body = tokenView(state, bearer, catalogAsked(ask, context));
      return { status: 201, body, headers: { 'x-subject-token': id } };
    })
    .on('GET', '/v3/auth/tokens', ask => {
      const { id, subject } = subjectOf(ask, context, 'identity:validate_token');
      const body = tokenView(state, subject, catalogAsked(ask, context));
      return { status: 200, body, headers: { 'x-subject-token': id } };
    })
    .on('DELETE', '/v3/auth/tokens', ask => {
      state.tokens.drop(subjectOf(ask, context, 'identity:revoke_token').subject.token.id);
      return { status: 204 };
    });
}

const catalogAsked = ({ query }: Ask, context: Context): readonly Service[] | undefined =>
  query.has('nocatalog') ? undefined : context.services;

/** The token that a request is about; its own bearer, a service or an admin may ask. */
function subjectOf(ask: Ask, context: Context, action: string): { id: string; subject: Bearer } {
  const asker = context.bearer(ask);
  const id = ask.headers['x-subject-token'];
  const subject = bearerOf(context.state, id, ask.now);
  const may = isAdminBearer(asker) || asker.roles.some(role => role.name === 'service');
  if (!may && subject?.token.id !== asker.token.id) throw refuse.forbidden(action);
  if (id === undefined || subject === undefined) throw refuse.badToken();
  return { id, subject };
}

function own(router: Router, context: Context): void {
  const { state } = context;
  router
    .on('GET', '/v3/auth/catalog', ask => {
      const { scope } = context.bearer(ask).token;
      if (scope.kind === 'unscoped') throw refuse.forbidden('identity:get_auth_catalog');
      const catalog = catalogFor(context.services, scope.kind === 'project' ? scope.id : undefined);
      return { status: 200, body: { catalog, links: { next: null, self: `${ask.base}${ask.path}`, previous: null } } };
    })
    .on('GET', '/v3/auth/projects', ask => {
      const { user } = context.bearer(ask);
      const projects = state.projectsOf(user.id).map(project => projectView(project, ask.base));
      return context.list(ask, 'projects', projects);
    })
    .on('GET', '/v3/auth/domains', ask => {
      const { user } = context.bearer(ask);
      const domains = state.domains.filter(({ id }) => state.rolesIn(user.id, { kind: 'domain', id }).length > 0);
      return context.list(
        ask,
        'domains',
        domains.map(domain => domainView(domain, ask.base)),
      );
    })
    .on('GET', '/v3/auth/system', ask => {
      const { user } = context.bearer(ask);
      const system = state.rolesIn(user.id, { kind: 'system' }).length > 0 ? [{ all: true }] : [];
      return { status: 200, body: { system, links: { self: `${ask.base}${ask.path}` } } };
    });
}
