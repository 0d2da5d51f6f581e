/**
 * AWS::EC2::Volume: Cinder's volume in AWS's words, by the same steps (cinder/volume.ts, which says how it is marked).
 *
 * A snapshot is a backup there; its tags are metadata; it is described by its physical name. Nothing of it may change.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import { integer, range, string } from '../../kit/schema.ts';
import { lifeThrough } from '../../kit/through.ts';
import { mapOf, type ValueMap } from '../../values/value.ts';
import { volumeLife } from '../cinder/volume.ts';
import { tagMap, tags } from './tags.ts';

const physicalName = '@physical_name';

function asVolume(properties: ValueMap): ValueMap {
  return withoutNulls([
    ['size', properties.get('Size')],
    ['availability_zone', textIn(properties, 'AvailabilityZone')],
    ['backup_id', textIn(properties, 'SnapshotId')],
    ['description', textIn(properties, physicalName)],
    ['metadata', tagMap(properties)],
  ]);
}

export default resource('AWS::EC2::Volume', {
  description: 'A block device that instances can have attached.',
  properties: {
    AvailabilityZone: string('Where the volume is.', { immutable: true }).required(),
    Size: integer('How big it is, in GB.', { immutable: true }).constraints(range(1)),
    SnapshotId: string('The backup that it is made of.', { immutable: true }).finds('cinder.backup'),
    Tags: tags('Tags; they are its metadata.', { immutable: true }),
  },
  life: {
    ...lifeThrough(volumeLife, asVolume),
    chosen: (_properties, context) => mapOf([[physicalName, context.physicalName]]),
  },
});
