/** What a new server's block device mappings ask for: volumes that are there, and volumes that Nova makes. */
import { type Fields, isFields } from '../service.ts';
import type { Volume } from '../cinder/state.ts';
import { isTrue } from './bodies.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { Disk } from './state.ts';

/** `/dev/sda` is the root disk. */
export const deviceName = (index: number): string => `/dev/sd${String.fromCharCode(97 + index)}`;

interface Mapping {
  readonly source: 'volume' | 'snapshot' | 'image' | 'blank';
  readonly id: string;
  readonly local: boolean;
  readonly size: number | undefined;
  readonly boot: number | null;
  readonly device: string | undefined;
  readonly deletes: boolean;
  readonly tag: string | null;
  readonly type: string | undefined;
}

/**
 * Reserves or makes the volumes of a server; they are attached when it is built.
 *
 * @throws Refusal 400 for a mapping that names nothing or a volume that is not free.
 */
export function disksOf(desk: Desk, given: Fields, serverId: string, imageId: string): Disk[] {
  const [old, v2] = [given['block_device_mapping'], given['block_device_mapping_v2']];
  const lists = [old, v2].map(list => (Array.isArray(list) ? list.filter(isFields) : []));
  const [legacy = [], modern = []] = lists;
  if (legacy.length > 0 && modern.length > 0) {
    throw refuse.badRequest('Using different block_device_mapping syntaxes is not allowed in the same request.');
  }
  const mappings = [...legacy.map(fromLegacy), ...modern.map(one => fromV2(one))];
  const boots = mappings.filter(({ boot }) => boot === 0);
  if (boots.length > 1 || (mappings.length > 0 && boots.length === 0 && imageId === '')) {
    throw refuse.badRequest(
      'Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination is not valid.',
    );
  }
  const first = imageId === '' || boots.length > 0 ? 0 : 1;
  const remote = mappings.filter(({ local }) => !local);
  const inOrder = [...remote].sort((a, b) => Number(b.boot === 0) - Number(a.boot === 0));
  return inOrder.map((mapping, i) => diskOf(desk, mapping, serverId, deviceName(first + i), imageId === ''));
}

function diskOf(desk: Desk, mapping: Mapping, serverId: string, device: string, rootIsMapped: boolean): Disk {
  const volume = volumeFor(desk, mapping, rootIsMapped);
  const attachmentId = desk.volumes.reserve(volume, serverId, desk.ask);
  return {
    volumeId: volume.id,
    attachmentId,
    device: mapping.device ?? device,
    bootIndex: mapping.boot,
    deleteOnTermination: mapping.deletes,
    tag: mapping.tag,
  };
}

function volumeFor(desk: Desk, mapping: Mapping, rootIsMapped: boolean): Volume {
  const { ask, volumes, projectId } = desk;
  if (mapping.source === 'volume') {
    const volume = volumes.volume(mapping.id, projectId);
    if (volume === undefined) {
      const isRoot = mapping.boot === 0 && rootIsMapped;
      throw refuse.badRequest(
        isRoot
          ? `Block Device Mapping is Invalid: failed to get volume ${mapping.id}.`
          : `Volume ${mapping.id} could not be found.`,
      );
    }
    if (volume.status !== 'available') {
      throw refuse.badRequest(
        `Invalid volume: volume ${volume.id} is not available. Status is currently: ${volume.status}`,
      );
    }
    return volume;
  }
  const image = mapping.source === 'image' ? desk.images.image(mapping.id) : undefined;
  if (mapping.source === 'image' && image === undefined) {
    throw refuse.badRequest(`Block Device Mapping is Invalid: failed to get image ${mapping.id}.`);
  }
  const snapshotSize = mapping.source === 'snapshot' ? volumes.snapshotSize(mapping.id, projectId) : undefined;
  if (mapping.source === 'snapshot' && snapshotSize === undefined) {
    throw refuse.badRequest(`Block Device Mapping is Invalid: failed to get snapshot ${mapping.id}.`);
  }
  const size = mapping.size ?? snapshotSize;
  if (size === undefined) {
    const kind = mapping.source === 'blank' ? 'Blank volumes' : 'Images';
    throw refuse.badRequest(
      `Block Device Mapping is Invalid: ${kind} with destination_type 'volume' need to have a non-zero size specified`,
    );
  }
  const source = {
    snapshotId: mapping.source === 'snapshot' ? mapping.id : null,
    volumeId: null,
    image,
    size: undefined,
  };
  const name = mapping.source === 'blank' ? `${ask.newId()}-blank-vol` : '';
  return volumes.create({ name, description: '', metadata: {}, size, source }, mapping.type, ask);
}

function fromLegacy(given: Fields): Mapping {
  const text = (field: string): string | undefined => {
    const value = given[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const snapshot = text('snapshot_id');
  const device = text('device_name');
  const boot = device === 'vda' || device === '/dev/vda' ? 0 : null;
  return {
    source: snapshot === undefined ? 'volume' : 'snapshot',
    id: snapshot ?? text('volume_id') ?? '',
    local: false,
    size: given['volume_size'] === undefined ? undefined : Number(given['volume_size']),
    boot,
    device: device === undefined || device.startsWith('/dev/') ? device : `/dev/${device}`,
    deletes: isTrue(given['delete_on_termination'] ?? false),
    tag: null,
    type: undefined,
  };
}

function fromV2(given: Fields): Mapping {
  const text = (field: string): string | undefined => {
    const value = given[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const source = (text('source_type') ?? 'blank') as Mapping['source'];
  const destination = text('destination_type') ?? (source === 'image' || source === 'blank' ? 'local' : 'volume');
  const id = text('uuid') ?? text(`${source}_id`) ?? '';
  if (source !== 'blank' && id === '') {
    throw refuse.badRequest('Block Device Mapping is Invalid: Missing device UUID.');
  }
  const boot = given['boot_index'];
  const size = given['volume_size'];
  return {
    source,
    id,
    local: destination === 'local',
    size: size === undefined || size === null ? undefined : Number(size),
    boot: boot === undefined || boot === null ? null : Number(boot),
    device: text('device_name'),
    deletes: isTrue(given['delete_on_termination'] ?? false),
    tag: text('tag') ?? null,
    type: text('volume_type'),
  };
}
