/** Cinder's types. */
import type { ResourceType } from '../../kit/resource.ts';
import volume from './volume.ts';
import volumeAttachment from './volume-attachment.ts';

export const cinderTypes: readonly ResourceType[] = [volume, volumeAttachment];
