/** Groups of users: made and changed by admins, who also put users in and take them out. */
import type { Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import { type Context, domainOf, extraOf, textOf, textOrNull, twin } from './context.ts';
import { KeystoneError, refuse } from './errors.ts';
import { newId } from './secrets.ts';
import { type Group, type KeystoneState, sameName } from './state.ts';
import { groupView } from './views.ts';

const fields = ['id', 'name', 'domain_id', 'description'];

export function newGroup(state: KeystoneState, ask: Ask, body: Fields): Group {
  const name = textOf(body, 'name');
  const domainId = domainOf(state, body);
  mustBeAlone(state, name, domainId);
  const description = textOrNull(body, 'description') ?? '';
  return { id: newId(ask), name, domainId, description, members: [], extra: extraOf(body, fields) };
}

export function changedGroup(state: KeystoneState, body: Fields, was: Group): Group {
  const name = 'name' in body ? textOf(body, 'name') : was.name;
  mustBeAlone(state, name, was.domainId, was.id);
  const description = 'description' in body ? (textOrNull(body, 'description') ?? '') : was.description;
  return { ...was, name, description, extra: { ...was.extra, ...extraOf(body, fields) } };
}

function mustBeAlone(state: KeystoneState, name: string, domainId: string, id?: string): void {
  const others = state.groups.filter(
    group => sameName(group.name, name) && group.domainId === domainId && group.id !== id,
  );
  if (others.length > 0) throw twin('group', name, domainId);
}

export function groupRoutes(router: Router, context: Context): void {
  const { state } = context;
  const pair = (groupId: string, userId: string): { readonly group: Group; readonly isIn: boolean } => {
    const group = state.groups.get(groupId);
    if (state.users.get(userId) === undefined) throw refuse.notFound('user', userId);
    if (group === undefined) throw refuse.notFound('group', groupId);
    return { group, isIn: group.members.includes(userId) };
  };
  const missing = (groupId: string, userId: string) =>
    new KeystoneError(404, `User '${userId}' not found in group '${groupId}'`);
  const path = '/v3/groups/:group/users/:user';
  router
    .on('GET', '/v3/users/:id/groups', (ask, { id = '' }) => {
      context.allow(ask, 'identity:list_groups_for_user', ({ user }) => user.id === id);
      const views = state.groups.filter(({ members }) => members.includes(id));
      return context.list(
        ask,
        'groups',
        views.map(group => ({ ...groupView(group, ask.base), membership_expires_at: null })),
      );
    })
    .on('PUT', path, (ask, { group: groupId = '', user = '' }) => {
      context.allow(ask, 'identity:add_user_to_group');
      const { group, isIn } = pair(groupId, user);
      if (!isIn) state.groups.put({ ...group, members: [...group.members, user] });
      return { status: 204 };
    })
    .on('HEAD', path, (ask, { group = '', user = '' }) => {
      context.allow(ask, 'identity:check_user_in_group');
      if (!pair(group, user).isIn) throw missing(group, user);
      return { status: 204 };
    })
    .on('DELETE', path, (ask, { group: groupId = '', user = '' }) => {
      context.allow(ask, 'identity:remove_user_from_group');
      const { group, isIn } = pair(groupId, user);
      if (!isIn) throw missing(groupId, user);
      state.groups.put({ ...group, members: group.members.filter(member => member !== user) });
      return { status: 204 };
    });
}
