/**
 * OS::Neutron::MeteringRule: which traffic a label counts, or leaves out.
 *
 * It carries no mark: a label has one rule for a range and a direction, and no two that overlap (409
 * MeteringLabelRuleOverlaps), so it is known by them (keyed.ts).
 */
import { resource } from '../../kit/declare.ts';
import { allowedValues, attribute, boolean, string } from '../../kit/schema.ts';
import type { ValueMap } from '../../values/value.ts';
import { keyedLife } from './keyed.ts';
import { bodyOf } from './network.ts';

const place = ['metering_label_id', 'direction', 'excluded'];
const agree = (names: readonly string[]) => (one: ValueMap, other: ValueMap) =>
  names.every(name => one.get(name) === other.get(name));

export default resource('OS::Neutron::MeteringRule', {
  description: 'Which traffic a metering label counts.',
  since: '2014.1',
  properties: {
    metering_label_id: string('Id of its label.').required(),
    remote_ip_prefix: string('The range on the other side.').required(),
    direction: string('Which way.').default('ingress').constraints(allowedValues('ingress', 'egress')),
    excluded: boolean('Whether it is left out.').default('False'),
  },
  attributes: {
    direction: attribute('Which way.', { type: 'string' }),
    excluded: attribute('Whether it is left out.', { type: 'string' }),
    metering_label_id: attribute('Id of its label.', { type: 'string' }),
    remote_ip_prefix: attribute('The range on the other side.', { type: 'string' }),
  },
  life: keyedLife({
    key: 'metering_label_rule',
    path: () => '/v2.0/metering/metering-label-rules',
    body: properties => bodyOf(properties),
    filters: ['metering_label_id'],
    same: agree([...place, 'remote_ip_prefix']),
    clashes: agree(place),
  }),
  show: live => live.data,
});
