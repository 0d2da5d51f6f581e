/** OS::Neutron::QoSBandwidthLimitRule: how much at most passes, one way (qos-rule.ts). */
import { integer, range, since } from '../../kit/schema.ts';
import { direction, qosRule } from './qos-rule.ts';

export default qosRule('OS::Neutron::QoSBandwidthLimitRule', {
  description: 'How much at most passes.',
  since: '6.0.0',
  key: 'bandwidth_limit_rule',
  properties: {
    max_kbps: integer('How many kilobits a second.', { update: true }).required().constraints(range(0)),
    max_burst_kbps: integer('How many kilobits at once.', { update: true }).default(0).constraints(range(0)),
    direction: direction(['egress', 'ingress'], since('13.0.0')),
  },
});
