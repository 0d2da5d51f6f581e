/** OS::Keystone::Role: what a user may be in a project. Mark: identity.ts. */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { string } from '../../kit/schema.ts';
import { freesName, type Named, namedSteps, patchSteps } from './identity.ts';

/** A role's description cannot be null. */
const role: Named = {
  key: 'role',
  body: properties => withoutNulls([['domain_id', textIn(properties, 'domain')]]),
  description: properties => (textIn(properties, 'name') === undefined ? null : ''),
};

export default resource('OS::Keystone::Role', {
  description: 'What a user may be in a project.',
  className: 'KeystoneRole',
  since: '2015.1',
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    domain: string('The domain that it is of; by default it is of all.')
      .finds('keystone.domain')
      .supportedSince('16.0.0'),
  },
  life: {
    kind: 'cloud',
    steps: properties => namedSteps(role, properties),
    update: change => ({ steps: patchSteps(role.key, change) }),
    prepareReplace: freesName,
  },
  show: live => live.data,
});
