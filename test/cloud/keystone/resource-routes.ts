/** Domains, projects, users, groups and roles: read and written by admins. */
import type { Params, Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import type { Table } from '../table.ts';
import { bodyOf, booleanOf, type Context, domainOf, extraOf, textOf, textOrNull, twin } from './context.ts';
import { refuse } from './errors.ts';
import { changedGroup, groupRoutes, newGroup } from './groups.ts';
import { hashSecret, newId } from './secrets.ts';
import { type Domain, type KeystoneState, type Project, type Role, sameName, type User } from './state.ts';
import type { Bearer } from './tokens.ts';
import { domainView, groupView, projectView, roleView, userView } from './views.ts';

interface Kind<T extends { readonly id: string }> {
  readonly kind: string;
  readonly table: Table<T>;
  readonly view: (item: T, base: string) => object;
  /** Whose it is, besides an admin's. */
  readonly belongs: (bearer: Bearer, id: string) => boolean;
  /** How it is made and changed, where it can be. */
  readonly write?: {
    readonly create: (ask: Ask, body: Fields) => T;
    readonly change: (ask: Ask, body: Fields, was: T) => T;
    readonly drop: (id: string) => void;
  };
}

export function resourceRoutes(router: Router, context: Context): void {
  const { state } = context;
  collection(router, context, {
    kind: 'project',
    table: state.projects,
    view: projectView,
    belongs: ({ token }, id) => 'id' in token.scope && token.scope.id === id,
    write: {
      create: (ask, body) => newProject(state, ask, body),
      change: (_ask, body, was) => changedProject(state, body, was),
      drop: id => state.dropProject(id),
    },
  });
  collection(router, context, {
    kind: 'user',
    table: state.users,
    view: userView,
    belongs: ({ user }, id) => user.id === id,
    write: {
      create: (ask, body) => newUser(state, ask, body),
      change: (ask, body, was) => changedUser(state, ask, body, was),
      drop: id => state.dropUser(id),
    },
  });
  collection(router, context, {
    kind: 'group',
    table: state.groups,
    view: groupView,
    belongs: () => false,
    write: {
      create: (ask, body) => newGroup(state, ask, body),
      change: (_ask, body, was) => changedGroup(state, body, was),
      drop: id => state.dropGroup(id),
    },
  });
  collection(router, context, {
    kind: 'role',
    table: state.roles,
    view: roleView,
    belongs: () => false,
    write: {
      create: (ask, body) => newRole(state, ask, body),
      change: (_ask, body, was) => changedRole(state, body, was),
      drop: id => state.dropRole(id),
    },
  });
  collection(router, context, {
    kind: 'domain',
    table: state.domains,
    view: domainView,
    belongs: ({ user }, id) => user.domainId === id,
    write: {
      create: (ask, body) => newDomain(state, ask, body),
      change: (_ask, body, was) => changedDomain(state, body, was),
      drop: id => dropDomain(state, id),
    },
  });
  groupRoutes(router, context);
  lists(router, context);
}

function collection<T extends { readonly id: string }>(router: Router, context: Context, what: Kind<T>): void {
  const { kind, table, view, belongs, write } = what;
  const found = ({ id = '' }: Params): T => {
    const item = table.get(id);
    if (item === undefined) throw refuse.notFound(kind, id);
    return item;
  };
  router
    .on('GET', `/v3/${kind}s`, ask => {
      context.allow(ask, `identity:list_${kind}s`);
      const views = table.all().map(item => view(item, ask.base));
      return context.list(ask, `${kind}s`, views);
    })
    .on('GET', `/v3/${kind}s/:id`, (ask, params) => {
      context.allow(ask, `identity:get_${kind}`, bearer => belongs(bearer, params['id'] ?? ''));
      return { status: 200, body: { [kind]: view(found(params), ask.base) } };
    });
  if (write === undefined) return;
  router
    .on('POST', `/v3/${kind}s`, ask => {
      context.allow(ask, `identity:create_${kind}`);
      const item = table.put(write.create(ask, bodyOf(ask, kind)));
      return { status: 201, body: { [kind]: view(item, ask.base) } };
    })
    .on('PATCH', `/v3/${kind}s/:id`, (ask, params) => {
      context.allow(ask, `identity:update_${kind}`);
      const item = table.put(write.change(ask, bodyOf(ask, kind), found(params)));
      const shown = view(item, ask.base);
      const extra = 'extra' in item ? (item.extra as Fields) : {};
      const told = kind === 'project' || (kind !== 'role' && Object.keys(extra).length > 0);
      return { status: 200, body: { [kind]: told ? { ...shown, extra } : shown } };
    })
    .on('DELETE', `/v3/${kind}s/:id`, (ask, params) => {
      context.allow(ask, `identity:delete_${kind}`);
      write.drop(found(params).id);
      return { status: 204 };
    });
}

function newDomain(state: KeystoneState, ask: Ask, body: Fields): Domain {
  const name = textOf(body, 'name', 64);
  if (state.domainNamed(name) !== undefined) throw twin('domain', name);
  const enabled = booleanOf(body, 'enabled', true);
  return { id: newId(ask), name, description: textOrNull(body, 'description') ?? '', enabled };
}

/** Keystone wants it to be disabled first: all that is in it goes with it. */
function dropDomain(state: KeystoneState, id: string): void {
  if (state.domains.get(id)?.enabled !== false) throw refuse.enabledDomain();
  state.dropDomain(id);
}

function changedDomain(state: KeystoneState, body: Fields, was: Domain): Domain {
  const name = 'name' in body ? textOf(body, 'name', 64) : was.name;
  const other = state.domainNamed(name);
  if (other !== undefined && other.id !== was.id) throw twin('domain', name);
  return {
    ...was,
    name,
    description: 'description' in body ? (textOrNull(body, 'description') ?? '') : was.description,
    enabled: booleanOf(body, 'enabled', was.enabled ?? true),
  };
}

const projectFields = [
  'id',
  'name',
  'domain_id',
  'parent_id',
  'description',
  'enabled',
  'is_domain',
  'tags',
  'options',
];

function newProject(state: KeystoneState, ask: Ask, body: Fields): Project {
  const name = textOf(body, 'name', 64);
  const enabled = booleanOf(body, 'enabled', true);
  const domainId = domainOf(state, body);
  const parentId = textOrNull(body, 'parent_id') ?? domainId;
  if (parentId !== domainId && state.projects.get(parentId) === undefined) throw refuse.notFound('project', parentId);
  const id = newId(ask);
  if (state.projectNamed(name, domainId) !== undefined) throw twinProject(name, id);
  const tags = (body['tags'] ?? []) as readonly string[];
  const description = textOrNull(body, 'description') ?? '';
  return { id, name, domainId, parentId, description, enabled, tags, extra: extraOf(body, projectFields) };
}

function changedProject(state: KeystoneState, body: Fields, was: Project): Project {
  mustStay(body, was);
  const name = 'name' in body ? textOf(body, 'name', 64) : was.name;
  const twin = state.projectNamed(name, was.domainId);
  if (twin !== undefined && twin.id !== was.id) throw twinProject(name, was.id);
  return {
    ...was,
    name,
    description: 'description' in body ? (textOrNull(body, 'description') ?? '') : was.description,
    enabled: booleanOf(body, 'enabled', was.enabled),
    tags: (body['tags'] ?? was.tags) as readonly string[],
    extra: { ...was.extra, ...extraOf(body, projectFields) },
  };
}

function mustStay(body: Fields, was: { readonly domainId: string }): void {
  if ((textOrNull(body, 'domain_id') ?? was.domainId) !== was.domainId)
    throw refuse.badRequest('Cannot change Domain ID');
}

const twinProject = (name: string, id: string): Error =>
  refuse.conflict(
    'project',
    'it is not permitted to have two projects with either the same name or same id in the same domain: ' +
      `name is ${name}, project id ${id}`,
  );

const userFields = ['id', 'name', 'domain_id', 'default_project_id', 'enabled', 'password', 'options', 'federated'];

function newUser(state: KeystoneState, ask: Ask, body: Fields): User {
  const name = textOf(body, 'name');
  const enabled = booleanOf(body, 'enabled', true);
  const domainId = domainOf(state, body);
  if (state.userNamed(name, domainId) !== undefined) throw twin('user', name, domainId);
  const password = textOrNull(body, 'password');
  return {
    id: newId(ask),
    name,
    domainId,
    enabled,
    defaultProjectId: textOrNull(body, 'default_project_id') ?? undefined,
    password: password === null ? undefined : hashSecret(password, ask),
    extra: extraOf(body, userFields),
  };
}

function changedUser(state: KeystoneState, ask: Ask, body: Fields, was: User): User {
  mustStay(body, was);
  const name = 'name' in body ? textOf(body, 'name') : was.name;
  const other = state.userNamed(name, was.domainId);
  if (other !== undefined && other.id !== was.id) throw twin('user', name, was.domainId);
  const password = textOrNull(body, 'password');
  const project = 'default_project_id' in body ? textOrNull(body, 'default_project_id') : was.defaultProjectId;
  return {
    ...was,
    name,
    enabled: booleanOf(body, 'enabled', was.enabled),
    defaultProjectId: project ?? undefined,
    password: password === null ? was.password : hashSecret(password, ask),
    extra: { ...was.extra, ...extraOf(body, userFields) },
  };
}

const roleFields = ['id', 'name', 'domain_id', 'description', 'options'];

function newRole(state: KeystoneState, ask: Ask, body: Fields): Role {
  const name = textOf(body, 'name');
  const domainId = textOrNull(body, 'domain_id');
  const isTwin = (role: Role): boolean => sameName(role.name, name) && role.domainId === domainId;
  if (state.roles.filter(isTwin).length > 0) throw twin('role', name);
  const description = textOrNull(body, 'description');
  const extra = extraOf(body, roleFields);
  return { id: newId(ask), name, domainId, description, immutable: false, implies: [], extra };
}

function changedRole(state: KeystoneState, body: Fields, was: Role): Role {
  const name = 'name' in body ? textOf(body, 'name') : was.name;
  const isTwin = (role: Role): boolean =>
    sameName(role.name, name) && role.domainId === was.domainId && role.id !== was.id;
  if (state.roles.filter(isTwin).length > 0) throw twin('role', name);
  const description = 'description' in body ? textOrNull(body, 'description') : was.description;
  return { ...was, name, description, extra: { ...was.extra, ...extraOf(body, roleFields) } };
}

function lists(router: Router, context: Context): void {
  const { state } = context;
  router.on('GET', '/v3/users/:id/projects', (ask, { id = '' }) => {
    context.allow(ask, 'identity:list_user_projects', ({ user }) => user.id === id);
    const views = state.projectsOf(id).map(project => projectView(project, ask.base));
    return context.list(ask, 'projects', views);
  });
}
