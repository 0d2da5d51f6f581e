/**
 * Keystone's state, apart from HTTP, time and dice: domains, projects, users, roles, who holds which, tokens, trusts and
 * the credentials that stand in for a password.
 *
 * Secrets are not in it where Keystone does not give them back: a password and an application credential's secret are
 * salted scrypt hashes, a token is known by its SHA-256. An ec2 credential's secret is: signatures are checked with it.
 */
import type { Fields } from '../service.ts';
import type { Table, Tables } from '../table.ts';
import type { Endpoint } from './catalog.ts';

export interface Domain {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Undefined: it is. */
  readonly enabled?: boolean;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly parentId: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
  /** Attributes that Keystone does not know but keeps. */
  readonly extra: Fields;
}

export interface Hashed {
  readonly salt: string;
  readonly hash: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly enabled: boolean;
  readonly defaultProjectId: string | undefined;
  /** Undefined: nobody logs in with a password. */
  readonly password: Hashed | undefined;
  readonly extra: Fields;
}

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly description: string;
  /** Ids of its users. */
  readonly members: readonly string[];
  readonly extra: Fields;
}

export interface Role {
  readonly id: string;
  readonly name: string;
  readonly domainId: string | null;
  readonly description: string | null;
  readonly immutable: boolean;
  /** Names of the roles that come with this one. */
  readonly implies: readonly string[];
  readonly extra: Fields;
}

export type Scope =
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'domain'; readonly id: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'unscoped' };

export interface Grant {
  /** grantId of the rest: granting again changes nothing. */
  readonly id: string;
  readonly userId: string;
  readonly roleId: string;
  readonly scope: Scope;
}

/** What all users of a group hold. */
export interface GroupGrant {
  /** grantId of the rest. */
  readonly id: string;
  readonly groupId: string;
  readonly roleId: string;
  readonly scope: Scope;
}

export interface Token {
  /** SHA-256 of the token, in hex; the token itself is only with whoever was given it. */
  readonly id: string;
  readonly userId: string;
  readonly methods: readonly string[];
  readonly scope: Scope;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly auditIds: readonly string[];
  /** Got by a trust: it is worth what the trust gives, and ends with it. */
  readonly trustId?: string;
  /** Got by an application credential: likewise. */
  readonly applicationCredentialId?: string;
}

export interface Trust {
  readonly id: string;
  readonly trustorId: string;
  readonly trusteeId: string;
  readonly projectId: string | null;
  readonly impersonation: boolean;
  readonly roleIds: readonly string[];
  /** Unix milliseconds. */
  readonly expiresAt: number | null;
  readonly extra: Fields;
}

export interface Credential {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string | null;
  readonly type: string;
  readonly blob: string;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly userId: string;
  readonly projectId: string;
  readonly roleIds: readonly string[];
  readonly unrestricted: boolean | null;
  /** Unix milliseconds. */
  readonly expiresAt: number | null;
  readonly secret: Hashed;
}

/** A service beside the sandbox's own. */
export interface RegisteredService {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Undefined: it is. */
  readonly enabled?: boolean;
  readonly extra?: Fields;
}

export interface Region {
  readonly id: string;
  readonly description?: string;
  readonly parentId?: string | null;
  readonly extra?: Fields;
}

/** The id of a grant: what is granted to whom, where. */
export function grantId(holderId: string, roleId: string, scope: Scope): string {
  return `${holderId} ${roleId} ${scope.kind} ${'id' in scope ? scope.id : ''}`;
}

/** As MariaDB compares what Keystone keeps in it. */
export const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

export class KeystoneState {
  readonly domains: Table<Domain>;
  readonly projects: Table<Project>;
  readonly users: Table<User>;
  readonly groups: Table<Group>;
  readonly roles: Table<Role>;
  readonly grants: Table<Grant>;
  readonly groupGrants: Table<GroupGrant>;
  readonly tokens: Table<Token>;
  readonly trusts: Table<Trust>;
  readonly credentials: Table<Credential>;
  readonly applicationCredentials: Table<ApplicationCredential>;
  readonly services: Table<RegisteredService>;
  /** Of those, and of the sandbox's own where an admin changed them. */
  readonly endpoints: Table<Endpoint>;
  readonly regions: Table<Region>;

  constructor(tables: Tables) {
    this.domains = tables.table('keystone.domains');
    this.projects = tables.table('keystone.projects');
    this.users = tables.table('keystone.users');
    this.groups = tables.table('keystone.groups');
    this.roles = tables.table('keystone.roles');
    this.grants = tables.table('keystone.grants');
    this.groupGrants = tables.table('keystone.groupGrants');
    this.tokens = tables.table('keystone.tokens');
    this.trusts = tables.table('keystone.trusts');
    this.credentials = tables.table('keystone.credentials');
    this.applicationCredentials = tables.table('keystone.applicationCredentials');
    this.services = tables.table('keystone.services');
    this.endpoints = tables.table('keystone.endpoints');
    this.regions = tables.table('keystone.regions');
  }

  /** A token that was issued, is not revoked and has not expired. */
  token(hash: string, now: number): Token | undefined {
    const token = this.tokens.get(hash);
    return token !== undefined && token.expiresAt > now ? token : undefined;
  }

  /** A trust that has not expired. */
  trust(id: string, now: number): Trust | undefined {
    const trust = this.trusts.get(id);
    return trust !== undefined && (trust.expiresAt ?? Number.POSITIVE_INFINITY) > now ? trust : undefined;
  }

  /** What a user may do in a scope: the granted roles and those that they imply. */
  rolesIn(userId: string, scope: Scope): Role[] {
    if (scope.kind === 'unscoped') return [];
    const own = this.grants.filter(grant => grant.userId === userId && sameScope(grant.scope, scope));
    const groups = this.groupGrants.filter(
      grant => sameScope(grant.scope, scope) && this.groups.get(grant.groupId)?.members.includes(userId) === true,
    );
    return this.withImplied([...own, ...groups].map(grant => grant.roleId));
  }

  /** The roles of these ids, and those that come with them. */
  withImplied(roleIds: readonly string[]): Role[] {
    const found = new Set<Role>();
    const add = (role: Role | undefined): void => {
      if (role === undefined || found.has(role)) return;
      found.add(role);
      for (const name of role.implies) add(this.roleNamed(name));
    };
    for (const id of roleIds) add(this.roles.get(id));
    return [...found];
  }

  roleNamed(name: string): Role | undefined {
    return this.roles.filter(role => role.name === name)[0];
  }

  domainNamed(name: string): Domain | undefined {
    return this.domains.filter(domain => sameName(domain.name, name))[0];
  }

  projectNamed(name: string, domainId: string): Project | undefined {
    return this.projects.filter(project => sameName(project.name, name) && project.domainId === domainId)[0];
  }

  userNamed(name: string, domainId: string): User | undefined {
    return this.users.filter(user => sameName(user.name, name) && user.domainId === domainId)[0];
  }

  /** The projects in which a user holds any role. */
  projectsOf(userId: string): Project[] {
    return this.projects.filter(({ id }) => this.rolesIn(userId, { kind: 'project', id }).length > 0);
  }

  /** Takes away a user and all that hangs on it. */
  dropUser(id: string): void {
    this.users.drop(id);
    for (const group of this.groups.filter(({ members }) => members.includes(id))) {
      this.groups.put({ ...group, members: group.members.filter(member => member !== id) });
    }
    dropAll(this.grants, grant => grant.userId === id);
    dropAll(this.tokens, token => token.userId === id);
    dropAll(this.trusts, trust => trust.trustorId === id || trust.trusteeId === id);
    dropAll(this.credentials, credential => credential.userId === id);
    dropAll(this.applicationCredentials, credential => credential.userId === id);
  }

  /** Takes away a group; its users stay. */
  dropGroup(id: string): void {
    this.groups.drop(id);
    dropAll(this.groupGrants, grant => grant.groupId === id);
  }

  /** Takes away a service and its endpoints. */
  dropService(id: string): void {
    this.services.drop(id);
    dropAll(this.endpoints, endpoint => endpoint.serviceId === id);
  }

  /** Takes away a project and all that hangs on it. */
  dropProject(id: string): void {
    const isIts = (scope: Scope): boolean => scope.kind === 'project' && scope.id === id;
    this.projects.drop(id);
    dropAll(this.grants, ({ scope }) => isIts(scope));
    dropAll(this.groupGrants, ({ scope }) => isIts(scope));
    dropAll(this.tokens, ({ scope }) => isIts(scope));
    dropAll(this.trusts, trust => trust.projectId === id);
    dropAll(this.credentials, credential => credential.projectId === id);
    dropAll(this.applicationCredentials, credential => credential.projectId === id);
  }

  dropDomain(id: string): void {
    this.domains.drop(id);
    for (const user of this.users.filter(({ domainId }) => domainId === id)) this.dropUser(user.id);
    for (const project of this.projects.filter(({ domainId }) => domainId === id)) this.dropProject(project.id);
    for (const group of this.groups.filter(({ domainId }) => domainId === id)) this.dropGroup(group.id);
    for (const role of this.roles.filter(({ domainId }) => domainId === id)) this.dropRole(role.id);
    const isIts = (scope: Scope): boolean => scope.kind === 'domain' && scope.id === id;
    dropAll(this.grants, ({ scope }) => isIts(scope));
    dropAll(this.groupGrants, ({ scope }) => isIts(scope));
  }

  dropRole(id: string): void {
    this.roles.drop(id);
    dropAll(this.grants, grant => grant.roleId === id);
    dropAll(this.groupGrants, grant => grant.roleId === id);
  }

  /** Forgets tokens that are over: for a shorter journal. */
  dropExpired(now: number): void {
    dropAll(this.tokens, token => token.expiresAt <= now);
  }
}

function dropAll<T extends { readonly id: string }>(table: Table<T>, goes: (item: T) => boolean): void {
  for (const { id } of table.filter(goes)) table.drop(id);
}

function sameScope(a: Scope, b: Scope): boolean {
  if (a.kind !== b.kind) return false;
  return 'id' in a && 'id' in b ? a.id === b.id : true;
}
