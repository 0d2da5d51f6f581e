/** Who holds which role where. */
import type { Params, Router } from '../router.ts';
import type { Ask } from '../service.ts';
import type { Context } from './context.ts';
import { refuse } from './errors.ts';
import { type Grant, grantId, type KeystoneState, type Scope } from './state.ts';
import { roleView } from './views.ts';

export function assignmentRoutes(router: Router, context: Context): void {
  onOne(router, context, 'project');
  onOne(router, context, 'domain');
  router.on('GET', '/v3/role_assignments', ask => {
    const { query } = ask;
    // Everybody may look at their own project's; what a stranger asks for is an admin's business.
    context.allow(ask, 'identity:list_role_assignments');
    const wanted = (grant: Grant): boolean =>
      fits(query.get('user.id'), grant.userId) &&
      fits(query.get('role.id'), grant.roleId) &&
      fits(query.get('scope.project.id'), grant.scope.kind === 'project' ? grant.scope.id : '') &&
      fits(query.get('scope.domain.id'), grant.scope.kind === 'domain' ? grant.scope.id : '') &&
      (!query.has('scope.system') || grant.scope.kind === 'system');
    const names = query.has('include_names') && query.get('include_names') !== 'false';
    const views = context.state.grants.filter(wanted).map(grant => assignmentView(context.state, grant, ask, names));
    return context.list(ask, 'role_assignments', views);
  });
}

const fits = (wanted: string | null, value: string): boolean => wanted === null || wanted === value;

function onOne(router: Router, context: Context, kind: 'project' | 'domain'): void {
  const { state } = context;
  const path = `/v3/${kind}s/:place/users/:user/roles`;
  const grantOf = ({ place = '', user = '', role = '' }: Params): Grant => {
    const scope: Scope = { kind, id: place };
    if (state.roles.get(role) === undefined) throw refuse.notFound('role', role);
    if (state.users.get(user) === undefined) throw refuse.notFound('user', user);
    if ((kind === 'project' ? state.projects : state.domains).get(place) === undefined)
      throw refuse.notFound(kind, place);
    return { id: grantId(user, role, scope), userId: user, roleId: role, scope };
  };
  const held = (params: Params): Grant => {
    const grant = grantOf(params);
    if (state.grants.get(grant.id) === undefined) throw notHeld(params);
    return grant;
  };
  router
    .on('GET', path, (ask, { place = '', user = '' }) => {
      context.allow(ask, 'identity:list_grants');
      const granted = state.grants.filter(({ id, roleId }) => id === grantId(user, roleId, { kind, id: place }));
      const roles = granted.flatMap(({ roleId }) => state.roles.get(roleId) ?? []);
      return context.list(
        ask,
        'roles',
        roles.map(role => roleView(role, ask.base)),
      );
    })
    .on('PUT', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:create_grant');
      state.grants.put(grantOf(params));
      return { status: 204 };
    })
    .on('HEAD', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:check_grant');
      held(params);
      return { status: 204 };
    })
    .on('DELETE', `${path}/:role`, (ask, params) => {
      context.allow(ask, 'identity:revoke_grant');
      state.grants.drop(held(params).id);
      return { status: 204 };
    });
}

const notHeld = ({ place, user, role }: Params): Error =>
  refuse.notFound('role assignment with role', `${role}, user or group: ${user}, project, domain, or system: ${place}`);

function assignmentView(state: KeystoneState, grant: Grant, { base }: Ask, names: boolean): object {
  const { scope } = grant;
  const user = state.users.get(grant.userId);
  const role = state.roles.get(grant.roleId);
  const domain = (id: string | undefined): object => ({ domain: { id, name: state.domains.get(id ?? '')?.name } });
  const of = (path: string): string => `${base}/v3/${path}/users/${grant.userId}/roles/${grant.roleId}`;
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
    user: { id: grant.userId, ...(names && { name: user?.name, ...domain(user?.domainId) }) },
    role: { id: grant.roleId, ...(names && { name: role?.name }) },
  };
}
