/** OS::Keystone::Group: users who hold roles together. Mark: identity.ts; its roles, which go with it: roles.ts. */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { string } from '../../kit/schema.ts';
import { freesName, type Named, namedSteps, patchSteps } from './identity.ts';
import { roleChanges, rolesProperty, roleSteps, validateRoles } from './roles.ts';

const group: Named = {
  key: 'group',
  body: properties => withoutNulls([['domain_id', textIn(properties, 'domain')]]),
  description: properties => textIn(properties, 'description') ?? '',
};

export default resource('OS::Keystone::Group', {
  description: 'Users who hold roles together.',
  className: 'KeystoneGroup',
  since: '2015.1',
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    domain: string('The domain that it is in.', { update: true }).default('default').finds('keystone.domain'),
    description: string('What it is for.', { update: true }).default(''),
    roles: rolesProperty,
  },
  validate: validateRoles,
  life: {
    kind: 'cloud',
    steps: properties => [...namedSteps(group, properties), ...roleSteps('group', properties)],
    update: change => ({
      steps: [...patchSteps(group.key, change, { without: ['roles'] }), ...roleChanges('group', change)],
    }),
    prepareReplace: freesName,
  },
  show: live => live.data,
});
