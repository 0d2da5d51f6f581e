/**
 * Who gets a token, and what a token is worth.
 *
 * A token lives an hour; one that was got with another ends with it. Every refusal is the same 401, whatever was wrong,
 * so that nobody learns which users and projects exist.
 */
import { refuse } from './errors.ts';
import type { AskedScope, DomainReference, Proof, Reference } from './request.ts';
import { readAuthRequest } from './request.ts';
import { newAuditId, newToken, passwordFits, tokenHash } from './secrets.ts';
import type { KeystoneState, Scope, Token, User } from './state.ts';

export const tokenLifeMs = 3_600_000;

/** Who is behind a request. */
export interface Bearer {
  readonly token: Token;
  readonly user: User;
  readonly roles: readonly string[];
}

interface Proven {
  readonly user: User;
  /** The token that proved it, if one did. */
  readonly earlier: Token | undefined;
}

/**
 * Checks the proofs of a request's body and makes a token.
 *
 * @returns the token itself, which is kept nowhere else, and what is recorded of it.
 * @throws KeystoneError 400 for a malformed body, 401 where a proof or the scope does not hold.
 */
export async function issue(state: KeystoneState, body: unknown, now: number): Promise<{ id: string; token: Token }> {
  const request = readAuthRequest(body);
  const proven: Proven[] = [];
  for (const proof of request.proofs) proven.push(await prove(state, proof, now));
  const [first] = proven;
  if (first === undefined || proven.some(other => other.user.id !== first.user.id)) throw refuse.unauthorized();
  const scope = resolveScope(state, request.scope);
  if (scope.kind !== 'unscoped' && state.rolesIn(first.user.id, scope).length === 0) throw refuse.unauthorized();
  const earlier = proven.map(one => one.earlier).filter(token => token !== undefined);
  const id = newToken();
  const parent = earlier[0]?.auditIds.at(-1);
  const token: Token = {
    hash: tokenHash(id),
    userId: first.user.id,
    methods: [...new Set([...request.proofs.map(proof => proof.method), ...earlier.flatMap(one => one.methods)])],
    scope,
    issuedAt: now,
    expiresAt: Math.min(now + tokenLifeMs, ...earlier.map(one => one.expiresAt)),
    auditIds: parent === undefined ? [newAuditId()] : [newAuditId(), parent],
  };
  state.record({ kind: 'token', token });
  return { id, token };
}

/** Who bears this token; undefined when it is not good (any more). */
export function bearerOf(state: KeystoneState, id: string | undefined, now: number): Bearer | undefined {
  if (id === undefined) return undefined;
  const token = state.token(tokenHash(id), now);
  const user = token && state.users.get(token.userId);
  return token && user && { token, user, roles: state.rolesIn(user.id, token.scope).map(role => role.name) };
}

async function prove(state: KeystoneState, proof: Proof, now: number): Promise<Proven> {
  if (proof.method === 'token') {
    const bearer = bearerOf(state, proof.token, now);
    if (bearer === undefined) throw refuse.unauthorized();
    return { user: bearer.user, earlier: bearer.token };
  }
  const user = findUser(state, proof.user);
  if (!(await passwordFits(proof.password, user)) || user === undefined) throw refuse.unauthorized();
  return { user, earlier: undefined };
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

function resolveScope(state: KeystoneState, asked: AskedScope): Scope {
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
