/** OS::Keystone::Service: an entry of the catalog. Mark: identity.ts; several may have the same name and type. */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { boolean, string } from '../../kit/schema.ts';
import { type Named, namedSteps, patchSteps } from './identity.ts';

const service: Named = {
  key: 'service',
  isCommon: true,
  body: properties =>
    withoutNulls([
      ['type', textIn(properties, 'type')],
      ['enabled', properties.get('enabled')],
    ]),
  description: properties => textIn(properties, 'description') ?? null,
};

export default resource('OS::Keystone::Service', {
  description: 'An entry of the catalog.',
  className: 'KeystoneService',
  since: '5.0.0',
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    description: string('What it does.', { update: true }),
    type: string('What kind of service it is, e.g. compute.', { update: true }).required(),
    enabled: boolean('Whether the catalog shows it.', { update: true }).default(true).supportedSince('6.0.0'),
  },
  life: {
    kind: 'cloud',
    steps: properties => namedSteps(service, properties),
    update: change => ({ steps: patchSteps(service.key, change) }),
  },
  show: live => live.data,
});
