/** Who holds which role where. */
import type { Params, Router } from '../router.ts';
import type { Ask } from '../service.ts';
import type { Context } from './context.ts';
import { refuse } from './errors.ts';
import { grantId, type KeystoneState, type Scope } from './state.ts';
import { roleView } from './views.ts';

type Holder = 'user' | 'group';

/** Who holds what where, whichever the kind. */
interface Held {
  readonly id: string;
  readonly holder: Holder;
  readonly holderId: string;
  readonly roleId: string;
  readonly scope: Scope;
}

function allHeld(state: KeystoneState): Held[] {
  return [
    ...state.grants.all().map(({ userId, ...grant }): Held => ({ ...grant, holder: 'user', holderId: userId })),
    ...state.groupGrants.all().map(({ groupId, ...grant }): Held => ({ ...grant, holder: 'group', holderId: groupId })),
  ];
}

export function assignmentRoutes(router: Router, context: Context): void {
  for (const kind of ['project', 'domain'] as const) {
    for (const holder of ['user', 'group'] as const) onOne(router, context, kind, holder);
  }
  router.on('GET', '/v3/role_assignments', ask => {
    const { query } = ask;
    // Everybody may look at their own project's; what a stranger asks for is an admin's business.
    context.allow(ask, 'identity:list_role_assignments');
    const wanted = ({ holder, holderId, roleId, scope }: Held): boolean =>
      fits(query.get('user.id'), holder === 'user' ? holderId : '') &&
      fits(query.get('group.id'), holder === 'group' ? holderId : '') &&
      fits(query.get('role.id'), roleId) &&
      fits(query.get('scope.project.id'), scope.kind === 'project' ? scope.id : '') &&
      fits(query.get('scope.domain.id'), scope.kind === 'domain' ? scope.id : '') &&
      (!query.has('scope.system') || scope.kind === 'system');
    const names = query.has('include_names') && query.get('include_names') !== 'false';
    const views = allHeld(context.state)
      .filter(wanted)
      .map(held => assignmentView(context.state, held, ask, names));
    return context.list(ask, 'role_assignments', views);
  });
}

const fits = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;

function onOne(router: Router, context: Context, kind: 'project' | 'domain', holder: Holder): void {
  const { state } = context;
  const path = `/v3/${kind}s/:place/${holder}s/:holder/roles`;
  const grants = holder === 'user' ? state.grants : state.groupGrants;
  const grantOf = ({ place = '', holder: holderId = '', role = '' }: Params): Omit<Held, 'holder'> => {
    const scope: Scope = { kind, id: place };
    if (state.roles.get(role) === undefined) throw refuse.notFound('role', role);
    if ((holder === 'user' ? state.users : state.groups).get(holderId) === undefined)
      throw refuse.notFound(holder, holderId);
    if ((kind === 'project' ? state.projects : state.domains).get(place) === undefined)
      throw refuse.notFound(kind, place);
    return { id: grantId(holderId, role, scope), holderId, roleId: role, scope };
  };
  const held = (params: Params): string => {
    const { id } = grantOf(params);
    if (grants.get(id) === undefined) throw notHeld(params);
    return id;
  };
  router
    .on('GET', path, (ask, { place = '', holder: holderId = '' }) => {
      context.allow(ask, 'identity:list_grants');
      const granted = allHeld(state).filter(
        each => each.holder === holder && each.id === grantId(holderId, each.roleId, { kind, id: place }),
      );
      const roles = granted.flatMap(({ roleId }) => state.roles.get(roleId) ?? []);
      return context.list(
        ask,
        'roles',
        roles.map(role => roleView(role, ask.base)),
      );
    })
    .on('PUT', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:create_grant');
      const { holderId, ...grant } = grantOf(params);
      if (holder === 'user') state.grants.put({ ...grant, userId: holderId });
      else state.groupGrants.put({ ...grant, groupId: holderId });
      return { status: 204 };
    })
    .on('HEAD', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:check_grant');
      held(params);
      return { status: 204 };
    })
    .on('DELETE', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:revoke_grant');
      grants.drop(held(params));
      return { status: 204 };
    });
}

const notHeld = ({ place, holder, role }: Params): Error =>
  refuse.notFound(
    'role assignment with role',
    `${role}, user or group: ${holder}, project, domain, or system: ${place}`,
  );

function assignmentView(state: KeystoneState, grant: Held, { base }: Ask, names: boolean): object {
  const { scope, holder, holderId } = grant;
  const whose = (holder === 'user' ? state.users : state.groups).get(holderId);
  const role = state.roles.get(grant.roleId);
  const domain = (id: string | undefined): object => ({ domain: { id, name: state.domains.get(id ?? '')?.name } });
  const of = (path: string): string => `${base}/v3/${path}/${holder}s/${holderId}/roles/${grant.roleId}`;
  const place = ((): { readonly scope: object; readonly link: string } => {
    if (scope.kind === 'project') {
      const project = state.projects.get(scope.id);
      const more = names ? { name: project?.name, ...domain(project?.domainId) } : {};
      return { scope: { project: { id: scope.id, ...more } }, link: of(`projects/${scope.id}`) };
    }
    if (scope.kind === 'domain') {
      const more = names ? { name: state.domains.get(scope.id)?.name } : {};
      return { scope: { domain: { id: scope.id, ...more } }, link: of(`domains/${scope.id}`) };
    }
    return { scope: { system: { all: true } }, link: of('system') };
  })();
  return {
    links: { assignment: place.link },
    scope: place.scope,
    [holder]: { id: holderId, ...(names && { name: whose?.name, ...domain(whose?.domainId) }) },
    role: { id: grant.roleId, ...(names && { name: role?.name }) },
  };
}
