/**
 * OS::Keystone::Domain: a space of names for projects, users and groups. Mark: identity.ts.
 *
 * Keystone does not delete a domain that is enabled, and all that is in it with it; Heat does not disable it first, and
 * neither is that done here: who wants it gone sets `enabled: false` (contract: resource-types §6).
 */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { boolean, string } from '../../kit/schema.ts';
import { freesName, type Named, namedSteps, patchSteps } from './identity.ts';

const domain: Named = {
  key: 'domain',
  body: properties => withoutNulls([['enabled', properties.get('enabled')]]),
  description: properties => textIn(properties, 'description') ?? '',
};

export default resource('OS::Keystone::Domain', {
  description: 'A space of names for projects, users and groups.',
  className: 'KeystoneDomain',
  since: '8.0.0',
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    description: string('What it is for.', { update: true }),
    enabled: boolean('Whether its users can log in. One that is enabled cannot be deleted.', { update: true }).default(
      true,
    ),
  },
  life: {
    kind: 'cloud',
    steps: properties => namedSteps(domain, properties),
    update: change => ({ steps: patchSteps(domain.key, change) }),
    prepareReplace: freesName,
  },
  show: live => live.data,
});
