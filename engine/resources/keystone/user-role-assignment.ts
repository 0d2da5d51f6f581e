/** OS::Keystone::UserRoleAssignment: roles that a user, which is there already, holds here and there (roles.ts). */
import { resource } from '../../kit/declare.ts';
import { string } from '../../kit/schema.ts';
import { assignmentSteps, changedAssignments, rolesProperty, validateRoles } from './roles.ts';

export default resource('OS::Keystone::UserRoleAssignment', {
  description: 'Roles of a user.',
  className: 'KeystoneUserRoleAssignment',
  since: '5.0.0',
  properties: {
    user: string('The user that holds them.', { update: true }).required().finds('keystone.user'),
    roles: rolesProperty,
  },
  validate: validateRoles,
  life: {
    kind: 'cloud',
    steps: properties => assignmentSteps('user', properties),
    update: change => changedAssignments('user', change),
    // Taking the old ones away later would take the new ones.
    prepareReplace: () => 'first',
    whenFailed: 'look',
  },
  // As in Heat it has no id of its own.
  referenceId: live => live.resourceName,
});
