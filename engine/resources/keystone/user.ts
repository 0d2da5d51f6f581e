/**
 * OS::Keystone::User: who may log in.
 *
 *   user ─▶ [description] ─▶ [group_i] ─▶ [role_i]
 *
 * Mark: identity.ts; roles: roles.ts. A group is PUT, which is the same however often it comes; it goes with the user.
 * In a change those that are new are PUT and those that went are DELETEd, after the PATCH of the rest. Its password is
 * in the properties, so all of it is sealed.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Change, ChangeSteps, Step } from '../../kit/resource.ts';
import { attribute, boolean, list, since, string } from '../../kit/schema.ts';
import { settingStep } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { changedTexts } from '../../kit/updates.ts';
import { endStep, freesName, identity, type Named, namedSteps, oneOf, patchSteps } from './identity.ts';
import { roleChanges, rolesProperty, roleSteps, validateRoles } from './roles.ts';

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
  return endStep(name, user.key, {
    call: userId => identity('DELETE', membership(group, userId)),
    look: userId => identity('GET', `${oneOf(user.key, userId)}/groups`),
    holds: body => !thingsIn(body, 'groups').some(each => each.get('id') === group),
  });
}

function update(change: Change): ChangeSteps {
  const groups = changedTexts(change, 'groups');
  return {
    steps: [
      ...patchSteps(user.key, change, {
        rename: { domain: 'domain_id', default_project: 'default_project_id' },
        without: ['groups', 'roles'],
      }),
      ...groups.added.map((group, i) => join(group, `join_${i}`)),
      ...groups.removed.map((group, i) => part(group, `part_${i}`)),
      ...roleChanges('user', change),
    ],
  };
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
    roles: rolesProperty,
  },
  attributes: {
    name: attribute('Its name.', { type: 'string', support: since('9.0.0') }),
    default_project_id: attribute('The project that it logs in to.', { type: 'string', support: since('9.0.0') }),
    domain_id: attribute('The domain that it is in.', { type: 'string', support: since('9.0.0') }),
    enabled: attribute('Whether it can log in.', { type: 'boolean', support: since('9.0.0') }),
    password_expires_at: attribute('When its password ends.', { type: 'string', support: since('9.0.0') }),
  },
  validate: validateRoles,
  life: {
    kind: 'cloud',
    steps: properties => [
      ...namedSteps(user, properties),
      ...textsIn(properties, 'groups').map((group, i) => join(group, `group_${i}`)),
      ...roleSteps('user', properties),
    ],
    update,
    prepareReplace: freesName,
  },
  show: live => live.data,
});
