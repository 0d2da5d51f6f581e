/**
 * OS::Neutron::AddressScope: pools of addresses between which a router may pass packets as they are.
 *
 * Mark: its name; it has nothing else that is free, so one that the user named is made under the mark and named by a
 * PUT (marks.md: `GET …/address-scopes?name=`, PUT name 200).
 */
import { resource } from '../../kit/declare.ts';
import { allowedValues, boolean, integer, string } from '../../kit/schema.ts';
import { bodyOf, immediately } from './network.ts';
import { thingLife } from './thing.ts';

export default resource('OS::Neutron::AddressScope', {
  description: 'Subnet pools whose addresses are one of a kind among them.',
  since: '6.0.0',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    shared: boolean('Whether all projects may use it; for administrators by default.', { update: true }).default(false),
    tenant_id: string('The project that shall own it; for administrators only.').finds('keystone.project'),
    ip_version: integer('4 or 6.').default(4).constraints(allowedValues(4, 6)),
  },
  life: thingLife({
    key: 'address_scope',
    path: '/v2.0/address-scopes',
    undescribed: true,
    body: properties => bodyOf(properties),
    ready: immediately,
    changing: {},
  }),
  show: live => live.data,
});
