/** OS::Neutron::QoSMinimumPacketRateRule: how many packets pass for certain (qos-rule.ts). */
import { integer, range } from '../../kit/schema.ts';
import { direction, qosRule } from './qos-rule.ts';

export default qosRule('OS::Neutron::QoSMinimumPacketRateRule', {
  description: 'How many packets pass for certain.',
  since: '19.0.0',
  key: 'minimum_packet_rate_rule',
  properties: {
    min_kpps: integer('How many thousand packets a second.', { update: true }).required().constraints(range(0)),
    direction: direction(['any', 'egress', 'ingress']),
  },
});
