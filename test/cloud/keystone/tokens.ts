/**
 * Who gets a token, and what a token is worth.
 *
 * A token lives an hour; one that was got with another ends with it. A token that was got by a trust is worth what the
 * trust gives, for as long as it stands and the trustor has it to give; whether the tokens by which the trust was made
 * still live does not matter. Every refusal of a proof is the same 401, whatever was wrong, so that nobody learns which
 * users and projects exist.
 */
import type { Ask, Beginning } from '../service.ts';
import { refuse } from './errors.ts';
import { type AskedScope, type DomainReference, type Proof, type Reference, readAuthRequest } from './request.ts';
import { newAuditId, newToken, secretFits, sha256 } from './secrets.ts';
import type { ApplicationCredential, KeystoneState, Role, Scope, Token, Trust, User } from './state.ts';

export const tokenLifeMs = 3_600_000;

/** Who is behind a request. */
export interface Bearer {
  readonly token: Token;
  readonly user: User;
  readonly roles: readonly Role[];
}

interface Proven {
  readonly user: User;
  /** The token that proved it, if one did. */
  readonly earlier: Token | undefined;
  readonly credential: ApplicationCredential | undefined;
}

/**
 * Checks the proofs of a request's body and makes a token.
 *
 * @returns the token itself, which is kept nowhere else, and what is recorded of it.
 * @throws KeystoneError 400 for a malformed body, 401 where a proof or the scope does not hold, 403 for what a trust
 * does not allow.
 */
export function issue(state: KeystoneState, ask: Ask): { id: string; bearer: Bearer } {
  const request = readAuthRequest(ask.body);
  const proven = request.proofs.map(proof => prove(state, proof, ask.now));
  const [first] = proven;
  if (first === undefined || proven.some(other => other.user.id !== first.user.id)) throw refuse.unauthorized();
  const earlier = proven.map(one => one.earlier).filter(token => token !== undefined);
  if (earlier.some(token => token.trustId !== undefined)) throw refuse.trustForToken();
  const credential = proven.find(one => one.credential !== undefined)?.credential;
  const parent = earlier[0]?.auditIds.at(-1);
  const id = newToken(ask);
  const token: Token = {
    id: sha256(id),
    methods: [...new Set([...request.proofs.map(proof => proof.method), ...earlier.flatMap(one => one.methods)])],
    issuedAt: ask.now,
    expiresAt: Math.min(ask.now + tokenLifeMs, ...earlier.map(one => one.expiresAt)),
    auditIds: parent === undefined ? [newAuditId(ask)] : [newAuditId(ask), parent],
    ...worth(state, first.user, request.scope, credential, ask),
  };
  state.tokens.put(token);
  const bearer = bearerOf(state, id, ask.now);
  if (bearer === undefined) throw refuse.unauthorized();
  if (token.scope.kind !== 'unscoped' && bearer.roles.length === 0) throw refuse.unauthorized();
  return { id, bearer };
}

/** Who bears this token; undefined when it is not good (any more). */
export function bearerOf(state: KeystoneState, id: string | undefined, now: number): Bearer | undefined {
  if (id === undefined) return undefined;
  const token = state.token(sha256(id), now);
  const user = token && state.users.get(token.userId);
  if (token === undefined || user === undefined || !user.enabled) return undefined;
  const { scope } = token;
  if (scope.kind === 'project' && state.projects.get(scope.id)?.enabled !== true) return undefined;
  if (token.trustId !== undefined) {
    const trust = state.trust(token.trustId, now);
    const roles = trust && trustedRoles(state, trust);
    return roles && { token, user, roles };
  }
  if (token.applicationCredentialId !== undefined) {
    const credential = state.applicationCredentials.get(token.applicationCredentialId);
    return credential && { token, user, roles: keptRoles(state, credential.roleIds, user.id, scope) };
  }
  return { token, user, roles: state.rolesIn(user.id, scope) };
}

type Worth = Pick<Token, 'userId' | 'scope' | 'trustId' | 'applicationCredentialId'>;

function worth(
  state: KeystoneState,
  user: User,
  asked: AskedScope,
  credential: ApplicationCredential | undefined,
  { now }: Beginning,
): Worth {
  if (credential !== undefined) {
    const scope = { kind: 'project', id: credential.projectId } as const;
    return { userId: user.id, scope, applicationCredentialId: credential.id };
  }
  if (asked.kind !== 'trust') return { userId: user.id, scope: resolveScope(state, asked) };
  const trust = state.trust(asked.id, now);
  if (trust === undefined) throw refuse.unauthorized();
  if (trust.trusteeId !== user.id || trustedRoles(state, trust) === undefined) throw refuse.plainlyForbidden();
  const scope: Scope = trust.projectId === null ? { kind: 'unscoped' } : { kind: 'project', id: trust.projectId };
  return { userId: trust.impersonation ? trust.trustorId : user.id, scope, trustId: trust.id };
}

/** What a trust gives; undefined when the trustor has it no longer. */
function trustedRoles(state: KeystoneState, trust: Trust): readonly Role[] | undefined {
  if (trust.projectId === null) return [];
  if (state.users.get(trust.trustorId)?.enabled !== true || !state.users.get(trust.trusteeId)?.enabled)
    return undefined;
  const roles = keptRoles(state, trust.roleIds, trust.trustorId, { kind: 'project', id: trust.projectId });
  return trust.roleIds.every(id => roles.some(role => role.id === id)) ? roles : undefined;
}

/** Those of the roles, with what they imply, that the user still has in the scope. */
function keptRoles(state: KeystoneState, roleIds: readonly string[], userId: string, scope: Scope): readonly Role[] {
  const having = new Set(state.rolesIn(userId, scope));
  return state.withImplied(roleIds).filter(role => having.has(role));
}

function prove(state: KeystoneState, proof: Proof, now: number): Proven {
  switch (proof.method) {
    case 'token': {
      const bearer = bearerOf(state, proof.token, now);
      if (bearer === undefined) throw refuse.unauthorized();
      return { user: bearer.user, earlier: bearer.token, credential: undefined };
    }
    case 'password': {
      const user = findUser(state, proof.user);
      const fits = secretFits(proof.password, user?.password);
      if (!fits || user?.enabled !== true) throw refuse.unauthorized();
      return { user, earlier: undefined, credential: undefined };
    }
    case 'application_credential': {
      const credential = findCredential(state, proof.credential);
      const fits = secretFits(proof.secret, credential?.secret);
      const user = credential && state.users.get(credential.userId);
      const over = (credential?.expiresAt ?? Number.POSITIVE_INFINITY) <= now;
      if (!fits || over || user?.enabled !== true) throw refuse.unauthorized();
      return { user, earlier: undefined, credential };
    }
  }
}

function findCredential(
  state: KeystoneState,
  asked: { readonly id: string } | { readonly name: string; readonly user: Reference },
): ApplicationCredential | undefined {
  if ('id' in asked) return state.applicationCredentials.get(asked.id);
  const user = findUser(state, asked.user);
  return state.applicationCredentials.filter(({ name, userId }) => name === asked.name && userId === user?.id)[0];
}

function findUser(state: KeystoneState, asked: Reference): User | undefined {
  if (asked.by === 'id') return state.users.get(asked.id);
  const domainId = findDomain(state, asked.domain);
  return domainId === undefined ? undefined : state.userNamed(asked.name, domainId);
}

function findDomain(state: KeystoneState, asked: DomainReference): string | undefined {
  return (asked.by === 'id' ? state.domains.get(asked.id) : state.domainNamed(asked.name))?.id;
}

function findProject(state: KeystoneState, asked: Reference): string | undefined {
  if (asked.by === 'id') return state.projects.get(asked.id)?.id;
  const domainId = findDomain(state, asked.domain);
  return domainId === undefined ? undefined : state.projectNamed(asked.name, domainId)?.id;
}

function resolveScope(state: KeystoneState, asked: Exclude<AskedScope, { kind: 'trust' }>): Scope {
  switch (asked.kind) {
    case 'unscoped':
    case 'system':
      return { kind: asked.kind };
    case 'project':
      return { kind: 'project', id: findProject(state, asked.project) ?? unknownScope() };
    case 'domain':
      return { kind: 'domain', id: findDomain(state, asked.domain) ?? unknownScope() };
  }
}

function unknownScope(): never {
  throw refuse.unauthorized();
}
