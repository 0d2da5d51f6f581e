/**
 * OS::Keystone::User: who may log in.
 *
 *   user ─▶ [description] ─▶ [group_i] ─▶ [role_i]
 *
 * Mark: identity.ts. Groups and roles are PUT, which is the same however often it comes; they go with the user. In a
 * change those that are new are PUT and those that went are DELETEd, after the PATCH of the rest; a second DELETE is
 * refused with 404, and then it is looked whether it holds. Its password is in the properties, so all of it is sealed.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Change, ChangeSteps, Step } from '../../kit/resource.ts';
import { attribute, boolean, list, map, since, string } from '../../kit/schema.ts';
import { latestOf, settingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { changedTexts } from '../../kit/updates.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { freesName, identity, type Named, namedSteps, oneOf, patchSteps } from './identity.ts';

const user: Named = {
  key: 'user',
  body: properties =>
    withoutNulls([
      ['domain_id', textIn(properties, 'domain')],
      ['enabled', properties.get('enabled')],
      ['email', textIn(properties, 'email')],
      ['password', textIn(properties, 'password')],
      ['default_project_id', textIn(properties, 'default_project')],
    ]),
  description: properties => textIn(properties, 'description') ?? '',
};

function membership(group: string, userId: string): string {
  return `/groups/${encodeURIComponent(group)}/users/${encodeURIComponent(userId)}`;
}

function join(group: string, name: string): Step {
  return settingStep({
    name,
    on: user.key,
    call: ({ physicalId }) => identity('PUT', membership(group, physicalId)),
  });
}

function part(group: string, name: string): Step {
  return endStep(name, {
    call: userId => identity('DELETE', membership(group, userId)),
    look: userId => identity('GET', `${oneOf(user.key, userId)}/groups`),
    holds: body => !thingsIn(body, 'groups').some(each => each.get('id') === group),
  });
}

/** Where an assignment is, e.g. `projects/<id>`, and which role it is. */
function placeOf(assignment: ValueMap): { readonly kind: string; readonly id: string; readonly role: string } {
  const project = textIn(assignment, 'project');
  const role = textIn(assignment, 'role') ?? '';
  if (project !== undefined) return { kind: 'project', id: project, role };
  return { kind: 'domain', id: textIn(assignment, 'domain') ?? '', role };
}

function assignmentPath(assignment: ValueMap, userId: string): string {
  const { kind, id, role } = placeOf(assignment);
  return `/${kind}s/${id}/users/${encodeURIComponent(userId)}/roles/${role}`;
}

function grant(assignment: ValueMap, name: string): Step {
  return settingStep({
    name,
    on: user.key,
    call: ({ physicalId }) => identity('PUT', assignmentPath(assignment, physicalId)),
  });
}

function revoke(assignment: ValueMap, name: string): Step {
  const { kind, id, role } = placeOf(assignment);
  return endStep(name, {
    call: userId => identity('DELETE', assignmentPath(assignment, userId)),
    look: userId =>
      identity('GET', `/role_assignments?user.id=${encodeURIComponent(userId)}&role.id=${role}&scope.${kind}.id=${id}`),
    holds: body => thingsIn(body, 'role_assignments').length === 0,
  });
}

interface End {
  call(userId: string): CloudCall;
  look(userId: string): CloudCall;
  /** It has ended, by the answer to the look. */
  holds(body: Value): boolean;
}

/** Ends something; where that is refused, it may have ended already. */
function endStep(name: string, { call, look, holds }: End): Step {
  return {
    ...settingStep({ name, on: user.key, call: ({ physicalId }) => call(physicalId) }),
    unique: true,
    conflict: 'fail',
    find: input => look(thingOf(input, user.key).physicalId),
    show: (_physicalId, input) => look(thingOf(input, user.key).physicalId),
    found: (body, input) => (holds(body) ? latestOf(input, user.key) : undefined),
  };
}

function update(change: Change): ChangeSteps {
  const { before, after } = change;
  const groups = changedTexts(change, 'groups');
  const key = (assignment: ValueMap) => assignmentPath(assignment, '');
  const [old, now] = [mapsIn(before.properties, 'roles'), mapsIn(after, 'roles')];
  const differing = (these: readonly ValueMap[], those: readonly ValueMap[]) =>
    these.filter(each => !those.some(other => key(other) === key(each)));
  return {
    steps: [
      ...patchSteps(user.key, change, {
        rename: { domain: 'domain_id', default_project: 'default_project_id' },
        without: ['groups', 'roles'],
      }),
      ...groups.added.map((group, i) => join(group, `join_${i}`)),
      ...groups.removed.map((group, i) => part(group, `part_${i}`)),
      ...differing(now, old).map((assignment, i) => grant(assignment, `grant_${i}`)),
      ...differing(old, now).map((assignment, i) => revoke(assignment, `revoke_${i}`)),
    ],
  };
}

/** Throws ResourcePropertyConflict and StackValidationFailed in Heat's words. */
function validate(properties: ReadonlyMap<string, Expr>): void {
  const roles = properties.get('roles') ?? [];
  if (isCall(roles) || !isList(roles as Value)) return;
  for (const assignment of roles as readonly Expr[]) {
    if (!isMap(assignment as Value)) continue;
    const said = (name: string) => ((assignment as ExprMap).get(name) ?? null) !== null;
    if (said('project') && said('domain')) {
      throw errors.ResourcePropertyConflict({ properties: ['project', 'domain'] });
    }
    if (said('project') || said('domain')) continue;
    const role = (assignment as ExprMap).get('role');
    throw errors.StackValidationFailed({
      message: `Either project or domain must be specified for role ${typeof role === 'string' ? role : 'None'}`,
    });
  }
}

export default resource('OS::Keystone::User', {
  description: 'Who may log in.',
  className: 'KeystoneUser',
  since: '2015.1',
  secret: true,
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    domain: string('The domain that it is in.', { update: true }).default('default').finds('keystone.domain'),
    description: string('Who it is.', { update: true }).default(''),
    enabled: boolean('Whether it can log in.', { update: true }).default(true),
    email: string('Its mail address.', { update: true }),
    password: string('Its password.', { update: true }),
    default_project: string('The project that it logs in to.', { update: true }).finds('keystone.project'),
    groups: list('Groups that it is in.', { update: true }).of(string().finds('keystone.group')),
    roles: list('What it is, and where.', { update: true }).of(
      map().with({
        role: string('The role.').required().finds('keystone.role'),
        project: string('The project that it has the role in.').finds('keystone.project'),
        domain: string('The domain that it has the role in.').finds('keystone.domain'),
      }),
    ),
  },
  attributes: {
    name: attribute('Its name.', { type: 'string', support: since('9.0.0') }),
    default_project_id: attribute('The project that it logs in to.', { type: 'string', support: since('9.0.0') }),
    domain_id: attribute('The domain that it is in.', { type: 'string', support: since('9.0.0') }),
    enabled: attribute('Whether it can log in.', { type: 'boolean', support: since('9.0.0') }),
    password_expires_at: attribute('When its password ends.', { type: 'string', support: since('9.0.0') }),
  },
  validate,
  life: {
    kind: 'cloud',
    steps: properties => [
      ...namedSteps(user, properties),
      ...textsIn(properties, 'groups').map((group, i) => join(group, `group_${i}`)),
      ...mapsIn(properties, 'roles').map((assignment, i) => grant(assignment, `role_${i}`)),
    ],
    update,
    prepareReplace: freesName,
  },
  show: live => live.data,
});
