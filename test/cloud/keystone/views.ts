/** Keystone's JSON: one function per shape that a client reads. */
import { catalogFor, endpointId, interfaces, region, type Service } from './catalog.ts';
import type { Domain, KeystoneState, Project, Role, Token, User } from './state.ts';

/** `2026-11-20T10:00:00.000000Z`. */
const time = (ms: number): string => new Date(ms).toISOString().replace('Z', '000Z');

const self = (url: string): object => ({ links: { self: url } });

/** The body of an issued or validated token; the catalog is there for whoever did not ask to leave it out. */
export function tokenView(state: KeystoneState, token: Token, catalog: readonly Service[] | undefined): object {
  const user = state.users.get(token.userId);
  const projectId = token.scope.kind === 'project' ? token.scope.id : undefined;
  const scoped = token.scope.kind !== 'unscoped';
  return {
    token: {
      methods: token.methods,
      user: user && { domain: named(state.domains.get(user.domainId)), ...named(user), password_expires_at: null },
      audit_ids: token.auditIds,
      expires_at: time(token.expiresAt),
      issued_at: time(token.issuedAt),
      ...scopeView(state, token),
      ...(scoped && { roles: state.rolesIn(token.userId, token.scope).map(named) }),
      ...(scoped && catalog && { catalog: catalogFor(catalog, projectId) }),
    },
  };
}

function scopeView(state: KeystoneState, { scope }: Token): object {
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
      return { project: { domain, ...named(project) }, is_domain: false };
    }
  }
}

function named(what: { readonly id: string; readonly name: string } | undefined): object {
  return { id: what?.id, name: what?.name };
}

export function projectView(project: Project, base: string): object {
  return {
    id: project.id,
    name: project.name,
    domain_id: project.domainId,
    description: project.description,
    enabled: true,
    parent_id: project.domainId,
    is_domain: false,
    tags: [],
    options: {},
    ...self(`${base}/v3/projects/${project.id}`),
  };
}

export function userView(user: User, base: string): object {
  return {
    id: user.id,
    name: user.name,
    domain_id: user.domainId,
    enabled: true,
    password_expires_at: null,
    options: {},
    ...self(`${base}/v3/users/${user.id}`),
  };
}

export function roleView(role: Role, base: string): object {
  const { id, name } = role;
  return { id, name, domain_id: null, description: null, options: {}, ...self(`${base}/v3/roles/${id}`) };
}

export function domainView(domain: Domain, base: string): object {
  const { id, name, description } = domain;
  return { id, name, description, enabled: true, tags: [], options: {}, ...self(`${base}/v3/domains/${id}`) };
}

export function serviceView({ id, type, name }: Service, base: string): object {
  return { id, type, name, enabled: true, ...self(`${base}/v3/services/${id}`) };
}

export function endpointViews(service: Service, base: string): object[] {
  return interfaces.map(face => {
    const id = endpointId(service, face);
    return {
      id,
      interface: face,
      region_id: region,
      region,
      service_id: service.id,
      url: service.url,
      enabled: true,
      ...self(`${base}/v3/endpoints/${id}`),
    };
  });
}

export function regionView(base: string): object {
  return { id: region, description: '', parent_region_id: null, ...self(`${base}/v3/regions/${region}`) };
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
