/** Volumes: created, listed, shown, changed, deleted. */
import type { Image } from '../glance/state.ts';
import { type Fields, isAdmin, isFields, type Reply } from '../service.ts';
import { changedVolume, isTrue, newVolume } from './bodies.ts';
import { bodyOf, type Desk, isUuid, metadataIn, own, text, volumeOf, withinQuota } from './desk.ts';
import { refuse } from './errors.ts';
import { listed } from './list.ts';
import { defaultType, type Volume, type VolumeType, zone } from './state.ts';
import { html, summaryView, volumeView } from './views.ts';

export function listVolumes(desk: Desk, detail: boolean): Reply {
  const filters = ['name', 'status', 'metadata', 'bootable', 'migration_status', 'availability_zone'];
  if (desk.minor >= 10) filters.push('group_id');
  if (desk.minor >= 60) filters.push('created_at', 'updated_at');
  const body = listed(desk, desk.tables.volumes.all(), {
    plural: 'volumes',
    missing: refuse.volume,
    path: detail ? 'volumes/detail' : 'volumes',
    filters,
    view: volume => (detail ? volumeView(desk, volume) : summaryView(desk, 'volumes', volume)),
    field: (volume, name) => fieldOf(volume, name),
  });
  return { status: 200, body };
}

function fieldOf(volume: Volume, name: string): string | undefined {
  const fields: Readonly<Record<string, string>> = {
    id: volume.id,
    description: volume.description ?? '',
    bootable: String(volume.bootable),
    availability_zone: volume.zone,
    size: String(volume.size),
    project_id: volume.projectId,
  };
  return fields[name];
}

export const showVolume = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { volume: volumeView(desk, volumeOf(desk, id)) },
});

export function createVolume(desk: Desk): Reply {
  const hints = { 'OS-SCH-HNT:scheduler_hints': { type: ['object', 'null'] as const } };
  const given = bodyOf(desk, 'volume', newVolume(desk.minor), hints);
  if (isTrue(given['multiattach'])) throw refuse.badRequest(noMultiattach);
  const type = typeIn(desk, given['volume_type']);
  const source = sourceIn(desk, given);
  const size = sizeOf(given['size'], source);
  checkSource(source, size);
  if (typeof given['availability_zone'] === 'string' && given['availability_zone'] !== zone) {
    throw refuse.badRequest(`Availability zone '${given['availability_zone']}' is invalid.`);
  }
  withinQuota(desk, desk.projectId, 'volumes', 'gigabytes', size);
  const volume = addVolume(desk, {
    name: text(given['name'] ?? given['display_name'], 'name'),
    description: text(given['description'] ?? given['display_description'], 'description'),
    metadata: metadataIn(given['metadata']),
    size,
    type,
    source,
  });
  return { status: 202, body: { volume: volumeView(desk, volume, 'created') } };
}

const noMultiattach =
  'multiattach parameter has been removed. The default behavior is to use multiattach enabled volume types. ' +
  'Contact your administrator to create a multiattach enabled volume type and use it to create multiattach volumes.';

export interface Source {
  readonly snapshotId: string | null;
  readonly volumeId: string | null;
  readonly image: Image | undefined;
  /** GB; undefined where the source does not say. */
  readonly size: number | undefined;
}

export interface NewVolume {
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly size: number;
  readonly type: VolumeType;
  readonly source: Source;
}

/** Puts a volume that is being created into the tables. */
export function addVolume({ tables, ask, delays, projectId }: Desk, given: NewVolume): Volume {
  const { source } = given;
  const ofSnapshot = source.snapshotId === null ? undefined : tables.snapshots.get(source.snapshotId)?.volumeId;
  const origin = tables.volumes.get(source.volumeId ?? ofSnapshot ?? '');
  return tables.volumes.put({
    id: ask.newId(),
    projectId,
    userId: ask.asker.userId,
    name: given.name,
    description: given.description,
    metadata: given.metadata,
    status: 'creating',
    size: given.size,
    createdAt: ask.now,
    updatedAt: undefined,
    due: { at: ask.now + delays.createMs, status: ask.doomed === true ? 'error' : 'available' },
    zone,
    typeId: given.type.id,
    snapshotId: source.snapshotId,
    sourceId: source.volumeId,
    image: source.image === undefined ? origin?.image : imageMetadata(source.image),
    bootable: source.image !== undefined || origin?.bootable === true,
    readonly: undefined,
    attachments: [],
  });
}

function imageMetadata(image: Image): Readonly<Record<string, string>> {
  return {
    image_id: image.id,
    image_name: image.name ?? '',
    checksum: image.content?.checksum ?? '',
    container_format: image.containerFormat ?? '',
    disk_format: image.diskFormat ?? '',
    min_disk: String(image.minDisk),
    min_ram: String(image.minRam),
    size: String(image.content?.size ?? 0),
    ...image.extra,
  };
}

export function typeIn({ tables }: Pick<Desk, 'tables'>, given: unknown): VolumeType {
  const wanted = typeof given === 'string' && given !== '' ? given : defaultType;
  const found = tables.types.get(wanted) ?? tables.types.all().find(type => type.name === wanted);
  if (found === undefined) throw isUuid(wanted) ? refuse.type(wanted) : refuse.typeNamed(wanted);
  return found;
}

function sourceIn(desk: Desk, given: Fields): Source {
  const nothing: Source = { snapshotId: null, volumeId: null, image: undefined, size: undefined };
  const id = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [snapshotId, volumeId, backupId] = [id('snapshot_id'), id('source_volid'), id('backup_id')];
  const [snapshot, volume] = [
    snapshotId && own(desk, desk.tables.snapshots.get(snapshotId), () => refuse.snapshot(snapshotId)),
    volumeId && volumeOf(desk, volumeId),
  ];
  const imageRef = id('imageRef') ?? id('image_id');
  const image = imageRef === undefined ? undefined : imageIn(desk, imageRef);
  if (snapshot) return { ...nothing, snapshotId: snapshot.id, size: snapshot.size };
  if (volume) return { ...nothing, volumeId: volume.id, size: volume.size };
  if (image !== undefined) return { ...nothing, image };
  if (backupId === undefined) return nothing;
  const backup = own(desk, desk.tables.backups.get(backupId), () => refuse.backup(backupId));
  return { ...nothing, size: backup.size };
}

/** An id, an URL that ends in one, or a name. */
function imageIn({ images, ask }: Desk, ref: string): Image {
  const byId = images.image(ref.split('/').at(-1) ?? '');
  const found = byId === undefined ? images.named(ref) : [byId];
  const seen = found.filter(
    image => isAdmin(ask.asker) || image.visibility === 'public' || image.owner === ask.asker.projectId,
  );
  const [image] = seen;
  if (image === undefined) throw refuse.badRequest('Invalid image identifier or unable to access requested image.');
  return image;
}

function sizeOf(given: unknown, source: Source): number {
  const size = given === null || given === undefined ? source.size : Number(given);
  if (size === undefined) throw refuse.malformed();
  return size;
}

function checkSource({ image, snapshotId, volumeId, size: least }: Source, size: number): void {
  if (least !== undefined && size < least && (snapshotId ?? volumeId) !== null) {
    const [smaller, original] =
      snapshotId === null ? ['original volume size ', 'volume'] : ['the snapshot size', 'snapshot'];
    throw refuse.invalidInput(
      `Volume size '${size}'GB cannot be smaller than ${smaller} ${least}GB. They must be >= original ${original} size.`,
    );
  }
  if (image === undefined) return;
  if (image.status !== 'active') throw refuse.invalidInput(`Image ${image.id} is not active.`);
  const needed = Math.ceil((image.content?.size ?? 0) / 2 ** 30);
  if (needed > size) {
    throw refuse.invalidInput(`Size of specified image ${needed}GB is larger than volume size ${size}GB.`);
  }
  if (image.minDisk > size) {
    const least = `the image minDisk size ${image.minDisk}GB`;
    throw refuse.invalidInput(`Volume size ${size}GB cannot be smaller than ${least}.`);
  }
}

export function changeVolume(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'volume', changedVolume);
  const volume = volumeOf(desk, id);
  const [name, description] = [
    given['name'] ?? given['display_name'],
    given['description'] ?? given['display_description'],
  ];
  const changed = desk.tables.volumes.put({
    ...volume,
    ...(name !== undefined && { name: text(name, 'name') }),
    ...(description !== undefined && { description: text(description, 'description') }),
    ...(isFields(given['metadata']) && { metadata: metadataIn(given['metadata']) }),
    updatedAt: desk.ask.now,
  });
  return { status: 200, body: { volume: volumeView(desk, changed, 'changed') } };
}

const deletable = ['available', 'error', 'error_restoring', 'error_extending', 'error_managing'];
const notDeletable =
  `Volume status must be ${deletable.join(' or ')} and must not be migrating, attached, belong to a group, ` +
  'have snapshots, awaiting a transfer, or be disassociated from snapshots after volume transfer.';

/** No host was found for it yet: deleting it needs nobody but the API. */
const isUnplaced = ({ ask, delays }: Desk, volume: Volume): boolean =>
  volume.status === 'creating' && ask.now < volume.createdAt + delays.createMs / 2;

export function deleteVolume(desk: Desk, id: string): Reply {
  const { query, now, asker } = desk.ask;
  const volume = volumeOf(desk, id);
  if (isUnplaced(desk, volume)) {
    desk.tables.volumes.drop(id);
    return { status: 202, headers: html };
  }
  const force = desk.minor >= 23 && isTrue(query.get('force')) && isAdmin(asker);
  const snapshots = desk.tables.snapshots.filter(one => one.volumeId === id);
  const held = volume.attachments.some(one => one.status === 'attached' || one.status === 'detaching');
  if (held || (!force && !deletable.includes(volume.status))) throw refuse.invalidVolume(notDeletable);
  if (snapshots.length > 0 && !isTrue(query.get('cascade'))) throw refuse.invalidVolume(notDeletable);
  const due = { at: now + desk.delays.deleteMs, status: 'gone' };
  for (const snapshot of snapshots) desk.tables.snapshots.put({ ...snapshot, status: 'deleting', due });
  desk.tables.volumes.put({ ...volume, status: 'deleting', updatedAt: now, due });
  return { status: 202, headers: html };
}
