/** Backups of volumes, and volumes made from them. */
import { isFields, type Reply } from '../service.ts';
import { changedBackup, isTrue, newBackup, restore } from './bodies.ts';
import { bodyOf, type Desk, metadataIn, own, text, volumeOf, withinQuota } from './desk.ts';
import { refuse } from './errors.ts';
import { listed } from './list.ts';
import type { Backup } from './state.ts';
import { backupView, summaryView } from './views.ts';
import { addVolume, typeIn } from './volumes.ts';

const backupOf = (desk: Desk, id: string): Backup => own(desk, desk.tables.backups.get(id), () => refuse.backup(id));

export function listBackups(desk: Desk, detail: boolean): Reply {
  const body = listed(desk, desk.tables.backups.all(), {
    plural: 'backups',
    missing: refuse.backup,
    path: detail ? 'backups/detail' : 'backups',
    filters: ['name', 'status', 'volume_id'],
    view: backup => (detail ? backupView(desk, backup) : summaryView(desk, 'backups', backup)),
    field: (backup, name) => (name === 'volume_id' ? backup.volumeId : undefined),
  });
  return { status: 200, body };
}

export const showBackup = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { backup: backupView(desk, backupOf(desk, id)) },
});

export function createBackup(desk: Desk): Reply {
  const given = bodyOf(desk, 'backup', newBackup(desk.minor));
  const volume = volumeOf(desk, String(given['volume_id']));
  const snapshotId = typeof given['snapshot_id'] === 'string' ? given['snapshot_id'] : null;
  if (snapshotId !== null) own(desk, desk.tables.snapshots.get(snapshotId), () => refuse.snapshot(snapshotId));
  if (volume.status !== 'available' && !(isTrue(given['force'] ?? false) && volume.status === 'in-use')) {
    throw refuse.invalidVolume(
      `Volume to be backed up must be available or in-use, but the current status is "${volume.status}".`,
    );
  }
  withinQuota(desk, desk.projectId, 'backups', 'backup_gigabytes', volume.size);
  const { ask, delays } = desk;
  const due = { at: ask.now + delays.createMs, status: volume.status };
  desk.tables.volumes.put({ ...volume, status: 'backing-up', due });
  const backup = desk.tables.backups.put({
    id: ask.newId(),
    projectId: desk.projectId,
    userId: ask.asker.userId,
    name: text(given['name'], 'name'),
    description: text(given['description'], 'description'),
    metadata: metadataIn(given['metadata']),
    status: 'creating',
    size: volume.size,
    createdAt: ask.now,
    updatedAt: undefined,
    due: { at: ask.now + delays.createMs, status: 'available' },
    volumeId: volume.id,
    snapshotId,
    incremental: isTrue(given['incremental'] ?? false),
    container: text(given['container'], 'container'),
  });
  return { status: 202, body: { backup: summaryView(desk, 'backups', backup) } };
}

export function changeBackup(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'backup', changedBackup(desk.minor));
  const { name, description, metadata } = given;
  const backup = desk.tables.backups.put({
    ...backupOf(desk, id),
    ...(name !== undefined && { name: text(name, 'name') }),
    ...(description !== undefined && { description: text(description, 'description') }),
    ...(isFields(metadata) && { metadata: metadataIn(metadata) }),
    updatedAt: desk.ask.now,
  });
  return { status: 200, body: { backup: summaryView(desk, 'backups', backup) } };
}

export function deleteBackup(desk: Desk, id: string): Reply {
  const backup = backupOf(desk, id);
  if (!['available', 'error'].includes(backup.status)) {
    throw refuse.invalidBackup('Backup status must be available or error');
  }
  const due = { at: desk.ask.now + desk.delays.deleteMs, status: 'gone' };
  desk.tables.backups.put({ ...backup, status: 'deleting', due });
  return { status: 202 };
}

export function restoreBackup(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'restore', restore);
  const backup = backupOf(desk, id);
  if (backup.status !== 'available') throw refuse.invalidBackup('Backup status must be available');
  const wanted = given['volume_id'];
  const volume =
    typeof wanted === 'string' ? volumeOf(desk, wanted) : restored(desk, backup, text(given['name'], 'name'));
  if (volume.status !== 'available' && volume.status !== 'creating') {
    throw refuse.invalidVolume('Volume to be restored to must be available');
  }
  if (volume.size < backup.size) {
    throw refuse.invalidVolume(`volume size ${volume.size} is too small to restore backup of size ${backup.size}.`);
  }
  const at = desk.ask.now + desk.delays.createMs;
  desk.tables.backups.put({ ...backup, status: 'restoring', due: { at, status: 'available' } });
  desk.tables.volumes.put({ ...volume, status: 'restoring-backup', due: { at, status: 'available' } });
  return { status: 202, body: { restore: { backup_id: id, volume_id: volume.id, volume_name: volume.name } } };
}

function restored(desk: Desk, backup: Backup, name: string | null) {
  return addVolume(desk, {
    name: name ?? `restore_backup_${backup.id}`,
    description: 'auto-created_from_restore_from_backup',
    metadata: { src_backup_id: backup.id },
    size: backup.size,
    type: typeIn(desk, undefined),
    source: { snapshotId: null, volumeId: null, image: undefined, size: undefined },
  });
}
