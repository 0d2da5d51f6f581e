/**
 * OS::Neutron::QoSPolicy: rules for how much networks, ports and addresses may carry; for administrators by default.
 *
 * Mark: its name; where the user chose one, its description (thing.ts; marks.md: `GET …/qos/policies?name=`).
 */
import { resource } from '../../kit/declare.ts';
import { attribute, boolean, string } from '../../kit/schema.ts';
import { bodyOf, immediately } from './network.ts';
import { policies } from './qos-rule.ts';
import { thingLife } from './thing.ts';

export default resource('OS::Neutron::QoSPolicy', {
  description: 'Rules for how much networks and ports may carry.',
  since: '6.0.0',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    description: string('What it is for.', { update: true }),
    shared: boolean('Whether all projects may use it.', { update: true }).default(false),
    tenant_id: string('The project that shall own it; for administrators only.'),
  },
  attributes: { rules: attribute('Its rules.', { type: 'list' }) },
  life: thingLife({
    key: 'policy',
    plural: 'policies',
    path: policies,
    body: properties => bodyOf(properties),
    ready: immediately,
    changing: {},
  }),
  show: live => live.data,
});
