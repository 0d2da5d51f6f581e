/** Snapshots of volumes. */
import type { Reply } from '../service.ts';
import { changedThing, isTrue, newSnapshot } from './bodies.ts';
import { bodyOf, type Desk, metadataIn, own, text, volumeOf, withinQuota } from './desk.ts';
import { refuse } from './errors.ts';
import { listed } from './list.ts';
import type { Snapshot } from './state.ts';
import { html, snapshotView } from './views.ts';

const snapshotOf = (desk: Desk, id: string): Snapshot =>
  own(desk, desk.tables.snapshots.get(id), () => refuse.snapshot(id));

export function listSnapshots(desk: Desk, detail: boolean): Reply {
  const filters = ['name', 'status', 'volume_id', 'availability_zone'];
  if (desk.minor >= 22) filters.push('metadata');
  const body = listed(desk, desk.tables.snapshots.all(), {
    plural: 'snapshots',
    missing: refuse.snapshot,
    path: detail ? 'snapshots/detail' : 'snapshots',
    filters,
    view: snapshot => snapshotView(desk, snapshot, detail ? 'shown' : 'changed'),
    field: (snapshot, name) => (name === 'volume_id' ? snapshot.volumeId : undefined),
  });
  return { status: 200, body };
}

export const showSnapshot = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { snapshot: snapshotView(desk, snapshotOf(desk, id)) },
});

export function createSnapshot(desk: Desk): Reply {
  const given = bodyOf(desk, 'snapshot', newSnapshot);
  const volume = volumeOf(desk, String(given['volume_id']));
  const force = isTrue(given['force'] ?? false) || desk.minor >= 66;
  if (volume.status !== 'available' && !(force && volume.status === 'in-use')) {
    throw refuse.invalidVolume(
      `Volume ${volume.id} status must be available, but current status is: ${volume.status}.`,
    );
  }
  withinQuota(desk, desk.projectId, 'snapshots', 'gigabytes', volume.size);
  const { ask, delays } = desk;
  const snapshot = desk.tables.snapshots.put({
    id: ask.newId(),
    projectId: desk.projectId,
    userId: ask.asker.userId,
    name: text(given['name'] ?? given['display_name'], 'name'),
    description: text(given['description'], 'description'),
    metadata: metadataIn(given['metadata']),
    status: 'creating',
    size: volume.size,
    createdAt: ask.now,
    updatedAt: undefined,
    due: { at: ask.now + delays.createMs, status: 'available' },
    volumeId: volume.id,
  });
  return { status: 202, body: { snapshot: snapshotView(desk, snapshot, 'created') } };
}

export function changeSnapshot(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'snapshot', changedThing);
  const [name, description] = [
    given['name'] ?? given['display_name'],
    given['description'] ?? given['display_description'],
  ];
  const snapshot = desk.tables.snapshots.put({
    ...snapshotOf(desk, id),
    ...(name !== undefined && { name: text(name, 'name') }),
    ...(description !== undefined && { description: text(description, 'description') }),
    updatedAt: desk.ask.now,
  });
  return { status: 200, body: { snapshot: snapshotView(desk, snapshot, 'changed') } };
}

export function deleteSnapshot(desk: Desk, id: string): Reply {
  const snapshot = snapshotOf(desk, id);
  if (!['available', 'error'].includes(snapshot.status)) {
    throw refuse.invalidSnapshot('Snapshot status must be available or error, and must not be part of a group.');
  }
  const due = { at: desk.ask.now + desk.delays.deleteMs, status: 'gone' };
  desk.tables.snapshots.put({ ...snapshot, status: 'deleting', due });
  return { status: 202, headers: html };
}
