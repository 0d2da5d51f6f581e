/** Keystone's JSON: one function per shape that a client reads. */
import { catalogFor, type Endpoint, type Service } from './catalog.ts';
import type {
  ApplicationCredential,
  Credential,
  Domain,
  Group,
  KeystoneState,
  Project,
  Region,
  Role,
  Trust,
  User,
} from './state.ts';
import type { Bearer } from './tokens.ts';

/** `2026-11-20T10:00:00.000000Z`. */
const time = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

const self = (url: string): object => ({ links: { self: url } });

/** The body of an issued or validated token; the catalog is there for whoever did not ask to leave it out. */
export function tokenView(state: KeystoneState, bearer: Bearer, catalog: readonly Service[] | undefined): object {
  const { token, user, roles } = bearer;
  const projectId = token.scope.kind === 'project' ? token.scope.id : undefined;
  const scoped = token.scope.kind !== 'unscoped';
  return {
    token: {
      methods: token.methods,
      user: { domain: named(state.domains.get(user.domainId)), ...named(user), password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: time(token.expiresAt),
      issued_at: time(token.issuedAt),
      ...scopeView(state, bearer),
      ...originView(state, bearer),
      ...(scoped && { roles: roles.map(token.trustId === undefined ? named : bareRoleView) }),
      ...(scoped && catalog && { catalog: catalogFor(catalog, projectId) }),
    },
  };
}

/** By which trust or application credential a token was got. */
function originView(state: KeystoneState, { token }: Bearer): object {
  const trust = token.trustId === undefined ? undefined : state.trusts.get(token.trustId);
  const { applicationCredentialId } = token;
  const credential =
    applicationCredentialId === undefined ? undefined : state.applicationCredentials.get(applicationCredentialId);
  return {
    ...(trust && {
      'OS-TRUST:trust': {
        id: trust.id,
        trustor_user: { id: trust.trustorId },
        trustee_user: { id: trust.trusteeId },
        impersonation: trust.impersonation,
      },
    }),
    ...(credential && {
      application_credential: {
        id: credential.id,
        name: credential.name,
        restricted: credential.unrestricted !== true,
      },
    }),
  };
}

/** Tokens by trust say nothing of `is_domain`. */
function scopeView(state: KeystoneState, { token: { scope, trustId } }: Bearer): object {
  switch (scope.kind) {
    case 'unscoped':
      return {};
    case 'system':
      return { system: { all: true } };
    case 'domain':
      return { domain: named(state.domains.get(scope.id)), is_domain: true };
    case 'project': {
      const project = state.projects.get(scope.id);
      const domain = named(project && state.domains.get(project.domainId));
      return { project: { domain, ...named(project) }, ...(trustId === undefined && { is_domain: false }) };
    }
  }
}

function named(what: { readonly id: string; readonly name: string } | undefined): object {
  return { id: what?.id, name: what?.name };
}

export function projectView(project: Project, base: string): object {
  return {
    ...project.extra,
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    description: project.description,
    enabled: project.enabled,
    parent_id: project.parentId,
    is_domain: false,
    tags: project.tags,
    options: {},
    ...self(`${base}/v3/projects/${project.id}`),
  };
}

export function userView(user: User, base: string): object {
  return {
    ...user.extra,
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: user.enabled,
    ...(user.defaultProjectId !== undefined && { default_project_id: user.defaultProjectId }),
    password_expires_at: null,
    options: {},
    ...self(`${base}/v3/users/${user.id}`),
  };
}

export function groupView({ id, name, domainId, description, extra }: Group, base: string): object {
  return { ...extra, id, name, domain_id: domainId, description, ...self(`${base}/v3/groups/${id}`) };
}

export function roleView(role: Role, base: string): object {
  return { ...bareRoleView(role), ...self(`${base}/v3/roles/${role.id}`) };
}

function bareRoleView({ id, name, domainId, description, immutable, extra }: Role): object {
  return { ...extra, id, name, domain_id: domainId, description, options: immutable ? { immutable } : {} };
}

export function trustView(trust: Trust, base: string): object {
  return {
    ...trust.extra,
    id: trust.id,
    trustor_user_id: trust.trustorId,
    trustee_user_id: trust.trusteeId,
    project_id: trust.projectId,
    impersonation: trust.impersonation,
    expires_at: trust.expiresAt === null ? null : time(trust.expiresAt),
    remaining_uses: null,
    deleted_at: null,
    redelegated_trust_id: null,
    redelegation_count: 0,
    ...self(`${base}/v3/OS-TRUST/trusts/${trust.id}`),
  };
}

/** What is shown of one trust, with its roles. (Keystone's own link to the roles lacks a part of the path.) */
export function wholeTrustView(trust: Trust, roles: readonly Role[], base: string): object {
  return {
    ...trustView(trust, base),
    roles: roles.map(role => roleView(role, base)),
    roles_links: { self: `${base}/v3/${trust.id}/roles`, next: null, previous: null },
  };
}

export function credentialView({ id, userId, projectId, type, blob }: Credential, base: string): object {
  return { id, user_id: userId, project_id: projectId, type, blob, ...self(`${base}/v3/credentials/${id}`) };
}

/** A credential of type ec2 as the OS-EC2 extension shows it. */
export function ec2View({ userId, projectId, blob }: Credential, base: string): object {
  const { access, secret, trust_id } = JSON.parse(blob) as { access: string; secret: string; trust_id?: string };
  const links = self(`${base}/v3/users/${userId}/credentials/OS-EC2/${access}`);
  return { user_id: userId, tenant_id: projectId, access, secret, trust_id: trust_id ?? null, ...links };
}

export function applicationCredentialView(
  credential: ApplicationCredential,
  roles: readonly Role[],
  base: string,
): object {
  return {
    id: credential.id,
    name: credential.name,
    description: credential.description,
    user_id: credential.userId,
    project_id: credential.projectId,
    system: null,
    expires_at: credential.expiresAt === null ? null : time(credential.expiresAt),
    unrestricted: credential.unrestricted,
    roles: roles.map(bareRoleView),
    ...self(`${base}/v3/application_credentials/${credential.id}`),
  };
}

export function domainView({ id, name, description, enabled = true }: Domain, base: string): object {
  return { id, name, description, enabled, tags: [], options: {}, ...self(`${base}/v3/domains/${id}`) };
}

export function serviceView({ id, type, name, enabled = true, extra }: Service, base: string): object {
  return { ...extra, id, type, name, enabled, ...self(`${base}/v3/services/${id}`) };
}

export function endpointView(endpoint: Endpoint, base: string): object {
  const { id, serviceId, face, regionId, url, enabled = true, extra } = endpoint;
  return {
    ...extra,
    id,
    interface: face,
    region_id: regionId,
    region: regionId,
    service_id: serviceId,
    url,
    enabled,
    ...self(`${base}/v3/endpoints/${id}`),
  };
}

export function regionView({ id, description = '', parentId = null, extra }: Region, base: string): object {
  return { ...extra, id, description, parent_region_id: parentId, ...self(`${base}/v3/regions/${id}`) };
}

/** A list as Keystone sends it: its items under their name, and links, although it never pages. */
export function listView(name: string, items: readonly object[], url: string): object {
  return { [name]: items, links: { next: null, self: url, previous: null } };
}

/** What `GET /v3` says of the version; clients look here before they log in. */
export function versionView(base: string): object {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${base}/v3/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  };
}
