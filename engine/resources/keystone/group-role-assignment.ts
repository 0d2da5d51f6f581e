/** OS::Keystone::GroupRoleAssignment: roles that a group, which is there already, holds here and there (roles.ts). */
import { resource } from '../../kit/declare.ts';
import { string } from '../../kit/schema.ts';
import { assignmentSteps, changedAssignments, rolesProperty, validateRoles } from './roles.ts';

export default resource('OS::Keystone::GroupRoleAssignment', {
  description: 'Roles of a group.',
  className: 'KeystoneGroupRoleAssignment',
  since: '5.0.0',
  properties: {
    group: string('The group that holds them.', { update: true }).required().finds('keystone.group'),
    roles: rolesProperty,
  },
  validate: validateRoles,
  life: {
    kind: 'cloud',
    steps: properties => assignmentSteps('group', properties),
    update: change => changedAssignments('group', change),
    // Taking the old ones away later would take the new ones.
    prepareReplace: () => 'first',
    whenFailed: 'look',
  },
  // As in Heat it has no id of its own.
  referenceId: live => live.resourceName,
});
