/** OS::Neutron::QoSDscpMarkingRule: the class that packets are marked with (qos-rule.ts). */
import { allowedValues, integer } from '../../kit/schema.ts';
import { qosRule } from './qos-rule.ts';

const marks = [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 46, 48, 56];

export default qosRule('OS::Neutron::QoSDscpMarkingRule', {
  description: 'The class that packets are marked with.',
  since: '7.0.0',
  key: 'dscp_marking_rule',
  properties: {
    dscp_mark: integer('The mark.', { update: true })
      .required()
      .constraints(allowedValues(...marks)),
  },
});
