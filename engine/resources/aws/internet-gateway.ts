/** AWS::EC2::InternetGateway: nothing of its own; AWS::EC2::VPCGatewayAttachment leads to the external network. */
import { resource } from '../../kit/declare.ts';
import { emptyMap } from '../../values/value.ts';
import { unseenTags } from './tags.ts';

export default resource('AWS::EC2::InternetGateway', {
  description: 'The way to the external network.',
  properties: { Tags: unseenTags },
  life: {
    kind: 'local',
    create: (_properties, { physicalName }) => ({
      kind: 'done',
      waitMs: 0,
      value: { physicalId: physicalName, data: emptyMap },
    }),
  },
});
