/**
 * Keystone's state, apart from HTTP, time and dice: what domains, projects, users, roles, grants and tokens there are.
 *
 * It changes only by `record(event)`, which writes the event to the journal first; replaying a journal's events gives
 * the same state. Secrets are not in it: a password is a salted scrypt hash, a token is known by its SHA-256.
 */
import type { Entry, Recorder } from '../journal.ts';

export interface Domain {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly description: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly domainId: string;
  readonly password: { readonly salt: string; readonly hash: string };
}

export interface Role {
  readonly id: string;
  readonly name: string;
  /** Names of the roles that come with this one. */
  readonly implies: readonly string[];
}

export type Scope =
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'domain'; readonly id: string }
  | { readonly kind: 'system' }
  | { readonly kind: 'unscoped' };

export interface Grant {
  readonly userId: string;
  readonly roleId: string;
  readonly scope: Scope;
}

export interface Token {
  /** SHA-256 of the token, in hex; the token itself is only with whoever was given it. */
  readonly hash: string;
  readonly userId: string;
  readonly methods: readonly string[];
  readonly scope: Scope;
  /** Unix milliseconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly auditIds: readonly string[];
}

export type KeystoneEvent =
  | { readonly kind: 'domain'; readonly domain: Domain }
  | { readonly kind: 'project'; readonly project: Project }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'grant'; readonly grant: Grant }
  | { readonly kind: 'token'; readonly token: Token }
  | { readonly kind: 'revoked'; readonly hash: string };

const service = 'identity';

export class KeystoneState {
  readonly domains = new Map<string, Domain>();
  readonly projects = new Map<string, Project>();
  readonly users = new Map<string, User>();
  readonly roles = new Map<string, Role>();
  readonly grants: Grant[] = [];
  readonly #tokens = new Map<string, Token>();
  #recorder: Recorder | undefined;

  /** From now on every event goes into this journal. What was recorded before is in `snapshot()`. */
  recordTo(recorder: Recorder): void {
    this.#recorder = recorder;
  }

  /** Makes an event happen: into the journal, then into the state. */
  record(event: KeystoneEvent): void {
    this.#recorder?.append({ service, ...event });
    this.#apply(event);
  }

  /** Goes through a journal's entries as it was opened; other services' entries are passed over. */
  replay(entries: readonly Entry[]): void {
    for (const entry of entries) if (entry.service === service) this.#apply(entry as unknown as KeystoneEvent);
  }

  /** The events that make this state, without what is over: expired and revoked tokens. For a shorter journal. */
  snapshot(now: number): Entry[] {
    const events: KeystoneEvent[] = [
      ...[...this.domains.values()].map(domain => ({ kind: 'domain', domain }) as const),
      ...[...this.projects.values()].map(project => ({ kind: 'project', project }) as const),
      ...[...this.users.values()].map(user => ({ kind: 'user', user }) as const),
      ...[...this.roles.values()].map(role => ({ kind: 'role', role }) as const),
      ...this.grants.map(grant => ({ kind: 'grant', grant }) as const),
      ...[...this.#tokens.values()]
        .filter(token => token.expiresAt > now)
        .map(token => ({ kind: 'token', token }) as const),
    ];
    return events.map(event => ({ service, ...event }));
  }

  /** A token that was issued, is not revoked and has not expired. */
  token(hash: string, now: number): Token | undefined {
    const token = this.#tokens.get(hash);
    return token !== undefined && token.expiresAt > now ? token : undefined;
  }

  /** What a user may do in a scope: the granted roles and those that they imply. */
  rolesIn(userId: string, scope: Scope): Role[] {
    if (scope.kind === 'unscoped') return [];
    const found = new Set<Role>();
    const add = (role: Role | undefined): void => {
      if (role === undefined || found.has(role)) return;
      found.add(role);
      for (const name of role.implies) add(this.roleNamed(name));
    };
    for (const grant of this.grants) {
      if (grant.userId === userId && sameScope(grant.scope, scope)) add(this.roles.get(grant.roleId));
    }
    return [...found];
  }

  roleNamed(name: string): Role | undefined {
    return [...this.roles.values()].find(role => role.name === name);
  }

  domainNamed(name: string): Domain | undefined {
    return [...this.domains.values()].find(domain => domain.name === name);
  }

  projectNamed(name: string, domainId: string): Project | undefined {
    return [...this.projects.values()].find(project => project.name === name && project.domainId === domainId);
  }

  userNamed(name: string, domainId: string): User | undefined {
    return [...this.users.values()].find(user => user.name === name && user.domainId === domainId);
  }

  /** The projects in which a user holds any role. */
  projectsOf(userId: string): Project[] {
    return [...this.projects.values()].filter(
      project => this.rolesIn(userId, { kind: 'project', id: project.id }).length > 0,
    );
  }

  #apply(event: KeystoneEvent): void {
    switch (event.kind) {
      case 'domain':
        this.domains.set(event.domain.id, event.domain);
        return;
      case 'project':
        this.projects.set(event.project.id, event.project);
        return;
      case 'user':
        this.users.set(event.user.id, event.user);
        return;
      case 'role':
        this.roles.set(event.role.id, event.role);
        return;
      case 'grant':
        this.grants.push(event.grant);
        return;
      case 'token':
        this.#tokens.set(event.token.hash, event.token);
        return;
      case 'revoked':
        this.#tokens.delete(event.hash);
        return;
    }
  }
}

function sameScope(a: Scope, b: Scope): boolean {
  if (a.kind !== b.kind) return false;
  return 'id' in a && 'id' in b ? a.id === b.id : true;
}
