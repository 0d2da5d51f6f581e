/**
 * OS::Keystone::User: who may log in.
 *
 *   user ─▶ [description] ─▶ [group_i] ─▶ [role_i]
 *
 * Mark: identity.ts. Groups and roles are PUT, which is the same however often it comes; they go with the user. Its
 * password is in the properties, so all of it is sealed.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Step } from '../../kit/resource.ts';
import { attribute, boolean, list, map, since, string } from '../../kit/schema.ts';
import { settingStep } from '../../kit/settle.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { identity, type Named, namedSteps } from './identity.ts';

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

function groupStep(group: string, index: number): Step {
  return settingStep({
    name: `group_${index}`,
    on: user.key,
    call: ({ physicalId }) =>
      identity('PUT', `/groups/${encodeURIComponent(group)}/users/${encodeURIComponent(physicalId)}`),
  });
}

function roleStep(assignment: ValueMap, index: number): Step {
  const [project, domain] = [textIn(assignment, 'project'), textIn(assignment, 'domain')];
  const scope = project === undefined ? `/domains/${domain ?? ''}` : `/projects/${project}`;
  return settingStep({
    name: `role_${index}`,
    on: user.key,
    call: ({ physicalId }) =>
      identity('PUT', `${scope}/users/${encodeURIComponent(physicalId)}/roles/${textIn(assignment, 'role') ?? ''}`),
  });
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
      ...textsIn(properties, 'groups').map(groupStep),
      ...mapsIn(properties, 'roles').map(roleStep),
    ],
  },
  show: live => live.data,
});
