/** OS::Neutron::QoSMinimumBandwidthRule: how much passes for certain, one way (qos-rule.ts). */
import { integer, range } from '../../kit/schema.ts';
import { direction, qosRule } from './qos-rule.ts';

export default qosRule('OS::Neutron::QoSMinimumBandwidthRule', {
  description: 'How much passes for certain.',
  since: '14.0.0',
  key: 'minimum_bandwidth_rule',
  properties: {
    min_kbps: integer('How many kilobits a second.', { update: true }).required().constraints(range(0)),
    direction: direction(['egress', 'ingress']),
  },
});
