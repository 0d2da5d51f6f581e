/** What stands in for a password: credentials of any type (ec2 above all), and application credentials. */
import type { Router } from '../router.ts';
import { type Ask, type Fields, isFields } from '../service.ts';
import { bodyOf, booleanOf, type Context, textOf, textOrNull } from './context.ts';
import { refuse } from './errors.ts';
import { hashSecret, newId, newToken, sha256 } from './secrets.ts';
import type { ApplicationCredential, Credential, KeystoneState, Role } from './state.ts';
import { applicationCredentialView, credentialView, ec2View } from './views.ts';

export function credentialRoutes(router: Router, context: Context): void {
  plain(router, context);
  ec2(router, context);
  application(router, context);
}

function plain(router: Router, context: Context): void {
  const { state } = context;
  /** Strangers' credentials and missing ones look the same to all but admins. */
  const found = (ask: Ask, id: string, action: string): Credential => {
    const credential = state.credentials.get(id);
    context.allow(ask, action, ({ user }) => credential?.userId === user.id);
    if (credential === undefined) throw refuse.notFound('credential', id);
    return credential;
  };
  router
    .on('POST', '/v3/credentials', ask => {
      const credential = newCredential(state, ask);
      context.allow(ask, 'identity:create_credential', ({ user }) => user.id === credential.userId);
      return { status: 201, body: { credential: credentialView(state.credentials.put(credential), ask.base) } };
    })
    .on('GET', '/v3/credentials', ask => {
      const { user, roles } = context.bearer(ask);
      const all = roles.some(role => role.name === 'admin');
      const seen = state.credentials.filter(({ userId }) => all || userId === user.id);
      const views = seen.map(credential => credentialView(credential, ask.base));
      return context.list(ask, 'credentials', views);
    })
    .on('GET', '/v3/credentials/:id', (ask, { id = '' }) => {
      const credential = found(ask, id, 'identity:get_credential');
      return { status: 200, body: { credential: credentialView(credential, ask.base) } };
    })
    .on('DELETE', '/v3/credentials/:id', (ask, { id = '' }) => {
      state.credentials.drop(found(ask, id, 'identity:delete_credential').id);
      return { status: 204 };
    });
}

function newCredential(state: KeystoneState, ask: Ask): Credential {
  const body = bodyOf(ask, 'credential');
  const type = textOf(body, 'type');
  const userId = textOf(body, 'user_id');
  const blob = textOf(body, 'blob', 65_535);
  const projectId = textOrNull(body, 'project_id');
  if (type !== 'ec2') return { id: newId(ask), userId, projectId, type, blob };
  if (projectId === null) throw refuse.missing('project_id');
  const access = accessIn(blob);
  if (access === undefined) throw refuse.badRequest('Invalid blob in credential');
  const id = sha256(access);
  if (state.credentials.get(id) !== undefined) {
    throw refuse.conflict('credential', `Duplicate entry found with ID ${id}`);
  }
  return { id, userId, projectId, type, blob };
}

function accessIn(blob: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(blob);
    const access = isFields(parsed) ? parsed['access'] : undefined;
    return typeof access === 'string' ? access : undefined;
  } catch {
    return undefined;
  }
}

/** The extension OS-EC2: the same credentials, by their access key. */
function ec2(router: Router, context: Context): void {
  const { state } = context;
  const path = '/v3/users/:user/credentials/OS-EC2';
  const mayActFor = (ask: Ask, userId: string, action: string): void => {
    context.allow(ask, action, ({ user }) => user.id === userId);
  };
  const found = (userId: string, access: string): Credential => {
    const credential = state.credentials.get(sha256(access));
    if (credential?.type !== 'ec2' || credential.userId !== userId) {
      throw refuse.notFound('credential', sha256(access));
    }
    return credential;
  };
  router
    .on('POST', path, (ask, { user = '' }) => {
      mayActFor(ask, user, 'identity:ec2_create_credential');
      const body = isFields(ask.body) ? ask.body : {};
      const projectId = textOf(body, 'tenant_id');
      if (state.projects.get(projectId) === undefined) throw refuse.notFound('project', projectId);
      const access = newId(ask);
      const blob = JSON.stringify({ access, secret: newId(ask), trust_id: null });
      const credential = { id: sha256(access), userId: user, projectId, type: 'ec2', blob };
      return { status: 201, body: { credential: ec2View(state.credentials.put(credential), ask.base) } };
    })
    .on('GET', path, (ask, { user = '' }) => {
      mayActFor(ask, user, 'identity:ec2_list_credentials');
      const own = state.credentials.filter(({ type, userId }) => type === 'ec2' && userId === user);
      const views = own.map(credential => ec2View(credential, ask.base));
      return context.list(ask, 'credentials', views);
    })
    .on('GET', `${path}/:access`, (ask, { user = '', access = '' }) => {
      mayActFor(ask, user, 'identity:ec2_get_credential');
      return { status: 200, body: { credential: ec2View(found(user, access), ask.base) } };
    })
    .on('DELETE', `${path}/:access`, (ask, { user = '', access = '' }) => {
      mayActFor(ask, user, 'identity:ec2_delete_credential');
      state.credentials.drop(found(user, access).id);
      return { status: 204 };
    });
}

function application(router: Router, context: Context): void {
  const { state } = context;
  const path = '/v3/users/:user/application_credentials';
  const rolesOf = ({ roleIds }: ApplicationCredential): Role[] => roleIds.flatMap(id => state.roles.get(id) ?? []);
  const view = (credential: ApplicationCredential, { base }: Ask): object =>
    applicationCredentialView(credential, rolesOf(credential), base);
  const found = (ask: Ask, userId: string, id: string, action: string): ApplicationCredential => {
    context.allow(ask, action, ({ user }) => user.id === userId);
    const credential = state.applicationCredentials.get(id);
    if (credential === undefined || credential.userId !== userId) throw refuse.notFound('Application Credential', id);
    return credential;
  };
  router
    .on('POST', path, (ask, { user = '' }) => {
      const body = bodyOf(ask, 'application_credential');
      const secret = textOrNull(body, 'secret') ?? newToken(ask);
      const credential = newApplicationCredential(context, ask, user, body, secret);
      state.applicationCredentials.put(credential);
      return { status: 201, body: { application_credential: { ...view(credential, ask), secret } } };
    })
    .on('GET', path, (ask, { user = '' }) => {
      context.allow(ask, 'identity:list_application_credentials', bearer => bearer.user.id === user);
      const own = state.applicationCredentials.filter(({ userId }) => userId === user);
      const views = own.map(credential => view(credential, ask));
      return context.list(ask, 'application_credentials', views);
    })
    .on('GET', `${path}/:id`, (ask, { user = '', id = '' }) => {
      const credential = found(ask, user, id, 'identity:get_application_credential');
      return { status: 200, body: { application_credential: view(credential, ask) } };
    })
    .on('DELETE', `${path}/:id`, (ask, { user = '', id = '' }) => {
      state.applicationCredentials.drop(found(ask, user, id, 'identity:delete_application_credential').id);
      return { status: 204 };
    });
}

const applicationFields = ['name', 'description', 'secret', 'roles', 'expires_at', 'unrestricted', 'access_rules'];

/** Only for oneself, in the project of the token, with roles that one has there. */
function newApplicationCredential(
  context: Context,
  ask: Ask,
  userId: string,
  body: Fields,
  secret: string,
): ApplicationCredential {
  const { state } = context;
  const { user, token, roles } = context.bearer(ask);
  if (user.id !== userId) throw refuse.forbidden('identity:create_application_credential');
  if (token.scope.kind !== 'project') throw refuse.badRequest('The token must be scoped to a project.');
  const name = textOf(body, 'name');
  const unknown = Object.keys(body).find(field => !applicationFields.includes(field));
  if (unknown !== undefined) {
    throw refuse.badRequest(`'${unknown}' is an invalid keyword argument for ApplicationCredentialModel`);
  }
  if (state.applicationCredentials.filter(other => other.userId === userId && other.name === name).length > 0) {
    throw refuse.conflict('application_credential', `Duplicate entry found with name ${name}`);
  }
  const asked = body['roles'] as readonly Fields[] | undefined;
  const given = asked === undefined ? roles : asked.map(role => heldRole(roles, role));
  const expires = textOrNull(body, 'expires_at');
  return {
    id: newId(ask),
    name,
    description: textOrNull(body, 'description'),
    userId,
    projectId: token.scope.id,
    roleIds: given.map(role => role.id),
    unrestricted: 'unrestricted' in body ? booleanOf(body, 'unrestricted', false) : null,
    expiresAt: expires === null ? null : Date.parse(expires),
    secret: hashSecret(secret, ask),
  };
}

function heldRole(roles: readonly Role[], asked: Fields): Role {
  const role = roles.find(({ id, name }) => id === asked['id'] || name === asked['name']);
  if (role === undefined) {
    throw refuse.badRequest(
      `Invalid application credential: Could not find role assignment with role: ${String(asked['id'] ?? asked['name'])}`,
    );
  }
  return role;
}
