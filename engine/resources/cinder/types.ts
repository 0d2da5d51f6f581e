/** Cinder's types. */
import type { ResourceType } from '../../kit/resource.ts';
import encryptedVolumeType from './encrypted-volume-type.ts';
import qosAssociation from './qos-association.ts';
import qosSpecs from './qos-specs.ts';
import quota from './quota.ts';
import volumeAttachment from './volume-attachment.ts';
import volumeType from './volume-type.ts';
import volume from './volume.ts';

export const cinderTypes: readonly ResourceType[] = [
  encryptedVolumeType,
  qosAssociation,
  qosSpecs,
  quota,
  volume,
  volumeAttachment,
  volumeType,
];
