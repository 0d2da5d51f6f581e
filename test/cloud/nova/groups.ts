/**
 * Server groups: which servers shall be together, or apart. Nobody is refused for it: this cloud says that it has one
 * host, but as many servers fit apart as there are.
 */
import type { Schema } from '../schema.ts';
import { isAdmin, type Reply } from '../service.ts';
import { newServerGroup } from './bodies.ts';
import { bodyOf, type Desk, limitsOf } from './desk.ts';
import { refuse } from './errors.ts';
import type { ServerGroup } from './state.ts';

function membersOf({ tables }: Desk, group: ServerGroup): readonly string[] {
  return tables.living
    .all(group.projectId)
    .filter(server => server.groupId === group.id)
    .map(({ id }) => id);
}

function view(desk: Desk, group: ServerGroup): object {
  const { id, name, policy, rules, projectId, userId } = group;
  const members = membersOf(desk, group);
  const owner = { project_id: projectId, user_id: userId };
  if (desk.minor >= 64) return { id, name, policy, rules, members, ...owner };
  return { id, name, policies: [policy], members, metadata: {}, ...(desk.minor >= 13 && owner) };
}

export function listGroups(desk: Desk): Reply {
  const { query, asker } = desk.ask;
  const strange = [...query.keys()].find(key => !['all_projects', 'limit', 'offset'].includes(key));
  if (strange !== undefined) {
    throw refuse.badRequest(`Additional properties are not allowed ('${strange}' was unexpected)`);
  }
  const all = isAdmin(asker) && query.has('all_projects');
  const groups = desk.tables.groups.filter(group => all || group.projectId === desk.projectId);
  const from = Number(query.get('offset') ?? 0);
  const shown = groups.slice(from, from + Number(query.get('limit') ?? 1000));
  return { status: 200, body: { server_groups: shown.map(group => view(desk, group)) } };
}

export function createGroup(desk: Desk): Reply {
  const schema: Schema = newServerGroup(desk.minor);
  const given = bodyOf(desk, 'server_group', schema);
  const most = limitsOf(desk, desk.projectId)['server_groups'] ?? -1;
  const ours = desk.tables.groups.filter(group => group.projectId === desk.projectId).length;
  if (most >= 0 && ours >= most) throw refuse.denied('Quota exceeded, too many server groups.');
  const policies = Array.isArray(given['policies']) ? given['policies'] : [];
  const policy = String(desk.minor >= 64 ? given['policy'] : (policies[0] ?? 'anti-affinity'));
  const rules = (given['rules'] ?? {}) as Readonly<Record<string, unknown>>;
  if (Object.keys(rules).length > 0 && policy !== 'anti-affinity') {
    throw refuse.badRequest('Only anti-affinity policy supports rules.');
  }
  const group = desk.tables.groups.put({
    id: desk.ask.newId(),
    projectId: desk.projectId,
    userId: desk.ask.asker.userId,
    name: String(given['name']),
    policy,
    rules,
  });
  return { status: 200, body: { server_group: view(desk, group) } };
}

/** @throws Refusal 404 for one that is not there, or another project's. */
function groupOf({ tables, ask, projectId }: Desk, id: string): ServerGroup {
  const group = tables.groups.get(id);
  if (group !== undefined && (group.projectId === projectId || isAdmin(ask.asker))) return group;
  throw refuse.notFound(`Instance group ${id} could not be found.`);
}

export const showGroup = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { server_group: view(desk, groupOf(desk, id)) },
});

export function deleteGroup(desk: Desk, id: string): Reply {
  desk.tables.groups.drop(groupOf(desk, id).id);
  return { status: 204 };
}
