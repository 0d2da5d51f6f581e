/**
 * Keystone v3 as a service of the sandbox: logging in and checking tokens, the catalog, projects, users, roles and who
 * holds them, trusts, ec2 and application credentials. Policy is Keystone's own as far as these routes go: admins do
 * everything, everybody reads what is theirs.
 */
import { Router } from '../router.ts';
import type { Ask, Asker, Reply, Service } from '../service.ts';
import { assignmentRoutes } from './assignment-routes.ts';
import { authRoutes } from './auth-routes.ts';
import type { Service as CatalogService } from './catalog.ts';
import { catalogRoutes } from './catalog-routes.ts';
import { Context } from './context.ts';
import { credentialRoutes } from './credential-routes.ts';
import { KeystoneError, refuse } from './errors.ts';
import { resourceRoutes } from './resource-routes.ts';
import type { KeystoneState } from './state.ts';
import { bearerOf } from './tokens.ts';
import { trustRoutes } from './trust-routes.ts';

export class Keystone implements Service {
  readonly type = 'identity';
  readonly #state: KeystoneState;
  readonly #router = new Router();

  constructor(state: KeystoneState, services: readonly CatalogService[]) {
    this.#state = state;
    const context = new Context(state, services);
    for (const routes of [authRoutes, resourceRoutes, catalogRoutes, assignmentRoutes, trustRoutes, credentialRoutes]) {
      routes(this.#router, context);
    }
  }

  /** Keystone checks tokens itself, in its own words. */
  isOpen(): boolean {
    return true;
  }

  handle(ask: Ask): Reply {
    try {
      return this.#answer(ask);
    } catch (error) {
      if (!(error instanceof KeystoneError)) throw error;
      const headers = error.status === 401 ? { 'www-authenticate': `Keystone uri="${ask.base}/v3"` } : {};
      return { status: error.status, body: error.body(), headers };
    }
  }

  problem(status: number, message: string): Reply {
    const error = message.startsWith('Malformed request body')
      ? refuse.expecting('valid JSON', 'request body')
      : new KeystoneError(status, message);
    return { status: error.status, body: error.body() };
  }

  advance(): void {
    // Tokens and trusts are over by comparing times; nothing else becomes due.
  }

  /** Who bears this token, for the other services. */
  authenticate(token: string | undefined, now: number): Asker | undefined {
    const bearer = bearerOf(this.#state, token, now);
    if (bearer === undefined) return undefined;
    const { scope } = bearer.token;
    return {
      userId: bearer.user.id,
      projectId: scope.kind === 'project' ? scope.id : undefined,
      roles: bearer.roles.map(role => role.name),
    };
  }

  /** HEAD is GET without the body, unless there is a route for it. */
  #answer(ask: Ask): Reply {
    const found = this.#router.match(ask.method, ask.path);
    if (found.kind === 'found') return found.handler(ask, found.params);
    const got = ask.method === 'HEAD' ? this.#router.match('GET', ask.path) : found;
    if (got.kind === 'found') return bodiless(got.handler(ask, got.params));
    if (got.kind === 'no method') {
      return { status: 405, body: { message: 'The method is not allowed for the requested URL.' } };
    }
    return { status: 404, body: notFoundPage, headers: { 'content-type': 'text/html; charset=utf-8' } };
  }
}

const bodiless = ({ status, headers }: Reply): Reply => ({ status, ...(headers && { headers }) });

const notFoundPage = `<!doctype html>
<html lang=en>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.</p>
`;
