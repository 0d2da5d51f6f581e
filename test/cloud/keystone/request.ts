/** The body of POST /v3/auth/tokens, read strictly: what is missing is named, what is unknown is refused. */
import { refuse } from './errors.ts';

/** A name that is only unique within a domain, or an id. */
export type Reference =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'name'; readonly name: string; readonly domain: DomainReference };

export type DomainReference =
  | { readonly by: 'id'; readonly id: string }
  | { readonly by: 'name'; readonly name: string };

export type Proof =
  | { readonly method: 'password'; readonly user: Reference; readonly password: string }
  | { readonly method: 'token'; readonly token: string }
  | {
      readonly method: 'application_credential';
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: Reference };
      readonly secret: string;
    };

export type AskedScope =
  | { readonly kind: 'project'; readonly project: Reference }
  | { readonly kind: 'domain'; readonly domain: DomainReference }
  | { readonly kind: 'system' }
  | { readonly kind: 'trust'; readonly id: string }
  | { readonly kind: 'unscoped' };

export interface AuthRequest {
  readonly proofs: readonly Proof[];
  readonly scope: AskedScope;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads the body of a request for a token.
 *
 * @throws KeystoneError 400 where a field is missing or of the wrong kind, 401 for an unknown method.
 */
export function readAuthRequest(body: unknown): AuthRequest {
  const auth = fields(fields(body, 'request body')['auth'], 'auth', 'request body');
  const identity = fields(auth['identity'], 'identity', 'auth');
  const methods = identity['methods'];
  if (!Array.isArray(methods) || methods.length === 0) throw refuse.expecting('methods', 'identity');
  const proofs = [...new Set(methods)].map(method => readProof(method, identity));
  return { proofs, scope: readScope(auth['scope']) };
}

function readProof(method: unknown, identity: Fields): Proof {
  if (method === 'password') {
    const user = fields(fields(identity['password'], 'password', 'identity')['user'], 'user', 'password');
    return { method, user: reference(user, 'user'), password: text(user['password'], 'password', 'user') };
  }
  if (method === 'token') {
    const token = fields(identity['token'], 'token', 'identity');
    return { method, token: text(token['id'], 'id', 'token') };
  }
  if (method === 'application_credential') {
    const given = fields(identity['application_credential'], 'application_credential', 'identity');
    const secret = text(given['secret'], 'secret', 'application_credential');
    if ('id' in given) return { method, credential: { id: text(given['id'], 'id', 'application_credential') }, secret };
    const name = text(given['name'], 'id or name', 'application_credential');
    const user = reference(fields(given['user'], 'user', 'application_credential'), 'user');
    return { method, credential: { name, user }, secret };
  }
  throw refuse.unsupportedMethod();
}

function readScope(given: unknown): AskedScope {
  if (given === undefined || given === null || given === 'unscoped') return { kind: 'unscoped' };
  const scope = fields(given, 'scope', 'auth');
  if ('project' in scope) {
    return { kind: 'project', project: reference(fields(scope['project'], 'project', 'scope'), 'project') };
  }
  if ('domain' in scope) return { kind: 'domain', domain: domain(scope['domain'], 'scope') };
  if ('system' in scope) {
    if (fields(scope['system'], 'system', 'scope')['all'] !== true) throw refuse.expecting('all', 'system');
    return { kind: 'system' };
  }
  if ('OS-TRUST:trust' in scope) {
    return { kind: 'trust', id: text(fields(scope['OS-TRUST:trust'], 'OS-TRUST:trust', 'scope')['id'], 'id', 'trust') };
  }
  if ('unscoped' in scope) return { kind: 'unscoped' };
  throw refuse.expecting('project, domain or system', 'scope');
}

function reference(given: Fields, target: string): Reference {
  if ('id' in given) return { by: 'id', id: text(given['id'], 'id', target) };
  const name = text(given['name'], 'id or name', target);
  return { by: 'name', name, domain: domain(given['domain'], target) };
}

function domain(given: unknown, target: string): DomainReference {
  const found = fields(given, 'domain', target);
  if ('id' in found) return { by: 'id', id: text(found['id'], 'id', 'domain') };
  return { by: 'name', name: text(found['name'], 'id or name', 'domain') };
}

function fields(value: unknown, attribute: string, target = 'the request'): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refuse.expecting(attribute, target);
  return value as Fields;
}

function text(value: unknown, attribute: string, target: string): string {
  if (typeof value !== 'string' || value === '') throw refuse.expecting(attribute, target);
  return value;
}
