/**
 * OS::Keystone::Endpoint: where a service is. Mark: identity.ts. Its name is one of the attributes that Keystone keeps
 * without knowing them, so a list is narrowed by service and interface.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { allowedValues, boolean, string } from '../../kit/schema.ts';
import { type Named, namedSteps, patchSteps } from './identity.ts';

const names = { service: 'service_id', region: 'region_id' } as const;

const endpoint: Named = {
  key: 'endpoint',
  isCommon: true,
  query: properties =>
    `?${new URLSearchParams({
      service_id: textIn(properties, 'service') ?? '',
      interface: textIn(properties, 'interface') ?? '',
    }).toString()}`,
  body: properties =>
    withoutNulls([
      [names.service, textIn(properties, 'service')],
      [names.region, textIn(properties, 'region')],
      ['interface', textIn(properties, 'interface')],
      ['url', textIn(properties, 'url')],
      ['enabled', properties.get('enabled')],
    ]),
  description: () => null,
};

export default resource('OS::Keystone::Endpoint', {
  description: 'Where a service is.',
  className: 'KeystoneEndpoint',
  since: '5.0.0',
  properties: {
    name: string('Its name; by default generated.', { update: true }),
    region: string('The region that it is in.', { update: true }).finds('keystone.region'),
    service: string('The service that is there.', { update: true }).required().finds('keystone.service'),
    interface: string('Who it is for.', { update: true })
      .required()
      .constraints(allowedValues('public', 'internal', 'admin')),
    url: string('Its address.', { update: true }).required(),
    enabled: boolean('Whether the catalog shows it.', { update: true }).default(true).supportedSince('6.0.0'),
  },
  life: {
    kind: 'cloud',
    steps: properties => namedSteps(endpoint, properties),
    update: change => ({ steps: patchSteps(endpoint.key, change, { rename: names }) }),
  },
  show: live => live.data,
});
