/** AWS::EC2::VolumeAttachment: a volume on an instance, by the steps of Cinder's (cinder/volume-attachment.ts). */
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import { allowedPattern, string } from '../../kit/schema.ts';
import { attachmentLife } from '../cinder/volume-attachment.ts';

export default resource('AWS::EC2::VolumeAttachment', {
  description: 'A volume on an instance.',
  properties: {
    InstanceId: string('The instance.', { immutable: true }).required().finds('nova.server'),
    VolumeId: string('The volume.', { immutable: true }).required().finds('cinder.volume'),
    Device: string('The device that the guest shall see it as.', { immutable: true })
      .required()
      .constraints(allowedPattern('/dev/vd[b-z]')),
  },
  life: attachmentLife({
    server: ({ properties }) => textIn(properties, 'InstanceId') ?? '',
    volume: ({ properties }) => textIn(properties, 'VolumeId') ?? '',
    device: ({ properties }) => textIn(properties, 'Device'),
  }),
});
