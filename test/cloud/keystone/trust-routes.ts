/**
 * Trusts: a user (the trustor) lets another (the trustee) act for them in a project, with some of their roles.
 *
 * Measured on Keystone 3.14: extra attributes are kept and shown; a trust stands whatever becomes of the tokens of the
 * trustor; the trustor, the trustor as impersonated by the trust's own token, and an admin may delete it; its tokens
 * end with it.
 */
import type { Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import { bodyOf, booleanOf, type Context, extraOf, isAdminBearer, textOf, textOrNull } from './context.ts';
import { refuse } from './errors.ts';
import { newId } from './secrets.ts';
import type { KeystoneState, Role, Trust } from './state.ts';
import type { Bearer } from './tokens.ts';
import { listView, roleView, trustView, wholeTrustView } from './views.ts';

const fields = [
  'id',
  'trustor_user_id',
  'trustee_user_id',
  'project_id',
  'impersonation',
  'roles',
  'expires_at',
  'remaining_uses',
  'allow_redelegation',
  'redelegation_count',
];

export function trustRoutes(router: Router, context: Context): void {
  const { state } = context;
  const rolesOf = (trust: Trust): Role[] => trust.roleIds.flatMap(id => state.roles.get(id) ?? []);
  const found = (ask: Ask, id: string): { trust: Trust; bearer: Bearer } => {
    const bearer = context.bearer(ask);
    const trust = state.trust(id, ask.now);
    if (trust === undefined) throw refuse.notFound('trust', id);
    return { trust, bearer };
  };
  const shown = (ask: Ask, id: string, action: string): Trust => {
    const { trust, bearer } = found(ask, id);
    const mine = [trust.trustorId, trust.trusteeId].includes(bearer.user.id);
    if (!mine && !isAdminBearer(bearer)) throw refuse.forbidden(action);
    return trust;
  };
  router
    .on('POST', '/v3/OS-TRUST/trusts', ask => {
      const trust = state.trusts.put(newTrust(context, ask));
      return { status: 201, body: { trust: wholeTrustView(trust, rolesOf(trust), ask.base) } };
    })
    .on('GET', '/v3/OS-TRUST/trusts', ask => {
      const trusts = listed(context, ask).map(trust => trustView(trust, ask.base));
      return context.list(ask, 'trusts', trusts);
    })
    .on('GET', '/v3/OS-TRUST/trusts/:id', (ask, { id = '' }) => {
      const trust = shown(ask, id, 'identity:get_trust');
      return { status: 200, body: { trust: wholeTrustView(trust, rolesOf(trust), ask.base) } };
    })
    .on('GET', '/v3/OS-TRUST/trusts/:id/roles', (ask, { id = '' }) => {
      const trust = shown(ask, id, 'identity:list_roles_for_trust');
      const roles = rolesOf(trust).map(role => roleView(role, ask.base));
      return { status: 200, body: listView('roles', roles, `${ask.base}/v3/${id}/roles`) };
    })
    .on('DELETE', '/v3/OS-TRUST/trusts/:id', (ask, { id = '' }) => {
      const { trust, bearer } = found(ask, id);
      if (bearer.user.id !== trust.trustorId && !isAdminBearer(bearer)) throw refuse.forbidden('identity:delete_trust');
      state.trusts.drop(id);
      return { status: 204 };
    });
}

/** As the trustor or the trustee one sees one's own; all of them, or another's, only an admin. */
function listed(context: Context, ask: Ask): Trust[] {
  const trustor = ask.query.get('trustor_user_id');
  const trustee = ask.query.get('trustee_user_id');
  const action =
    trustor !== null
      ? 'identity:list_trusts_for_trustor'
      : trustee !== null
        ? 'identity:list_trusts_for_trustee'
        : 'identity:list_trusts';
  context.allow(ask, action, ({ user }) => user.id === (trustor ?? trustee));
  const { state } = context;
  const all = state.trusts.filter(({ id }) => state.trust(id, ask.now) !== undefined);
  // With both, Keystone looks at the trustor alone.
  if (trustor !== null) return all.filter(({ trustorId }) => trustorId === trustor);
  return trustee === null ? all : all.filter(({ trusteeId }) => trusteeId === trustee);
}

/** @throws KeystoneError 400, 403 or 404 where it may not be. */
function newTrust(context: Context, ask: Ask): Trust {
  const { state } = context;
  const bearer = context.bearer(ask);
  const body = bodyOf(ask, 'trust');
  const trustorId = textOf(body, 'trustor_user_id', 64);
  const trusteeId = textOf(body, 'trustee_user_id', 64);
  if (!('impersonation' in body)) throw refuse.missing('impersonation');
  const impersonation = booleanOf(body, 'impersonation', false);
  const projectId = textOrNull(body, 'project_id');
  if (bearer.token.trustId !== undefined) throw refuse.plainlyForbidden();
  if (bearer.user.id !== trustorId) throw refuse.forbidden('identity:create_trust');
  if (state.users.get(trusteeId) === undefined) throw refuse.notFound('user', trusteeId);
  if (projectId !== null && state.projects.get(projectId) === undefined) throw refuse.notFound('project', projectId);
  const roleIds = projectId === null ? [] : trustRoles(state, body, trustorId, projectId);
  const expiresAt = expiryOf(body, ask.now);
  const trust = { trustorId, trusteeId, projectId, impersonation, roleIds, expiresAt, extra: extraOf(body, fields) };
  if (expiresAt !== null && state.trusts.filter(other => isTwin(other, trust)).length > 0) {
    throw refuse.conflict('trust', 'Duplicate entry');
  }
  return { id: newId(ask), ...trust };
}

function isTwin(other: Trust, trust: Omit<Trust, 'id'>): boolean {
  return (
    other.trustorId === trust.trustorId &&
    other.trusteeId === trust.trusteeId &&
    other.projectId === trust.projectId &&
    other.impersonation === trust.impersonation &&
    other.expiresAt === trust.expiresAt
  );
}

/** The roles that are given; only those that the trustor has. */
function trustRoles(state: KeystoneState, body: Fields, trustorId: string, projectId: string): string[] {
  const asked = (body['roles'] ?? []) as readonly Fields[];
  if (asked.length === 0) throw refuse.forbidden('At least one role should be specified');
  const having = new Set(state.rolesIn(trustorId, { kind: 'project', id: projectId }).map(role => role.id));
  return asked.map(role => {
    const id = 'id' in role ? String(role['id']) : idOfRole(state, String(role['name']));
    if (!having.has(id)) throw refuse.notFound('role', id);
    return id;
  });
}

function idOfRole(state: KeystoneState, name: string): string {
  const role = state.roleNamed(name);
  if (role === undefined) throw refuse.undefinedRole(name);
  return role.id;
}

/** Whole seconds, as Keystone keeps it. */
function expiryOf(body: Fields, now: number): number | null {
  const text = textOrNull(body, 'expires_at');
  if (text === null) return null;
  const at = Math.floor(Date.parse(text) / 1000) * 1000;
  if (Number.isNaN(at)) throw refuse.badRequest(`Invalid input for field 'expires_at': '${text}'.`);
  if (at <= now) throw refuse.badRequest('The expiration time is in the past.');
  return at;
}
