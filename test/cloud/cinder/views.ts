/** Cinder's JSON: one function per shape that a client reads. */
import { isAdmin } from '../service.ts';
import { type Desk, metadataIn } from './desk.ts';
import type { Attachment, Backup, Snapshot, Volume, VolumeType } from './state.ts';

/** Some answers without a body say that they are HTML, the others that they are JSON. */
export const html = { 'content-type': 'text/html; charset=UTF-8' } as const;

/** `2026-11-20T10:00:00.000000`, UTC without saying so. The database drops the fraction that a POST still shows. */
export const time = (ms: number | undefined, exact = false): string | null =>
  ms === undefined ? null : new Date(exact ? ms : Math.floor(ms / 1000) * 1000).toISOString().replace('Z', '000');

export function links({ root }: Pick<Desk, 'root'>, collection: string, id: string): object[] {
  return [
    { rel: 'self', href: `${root}/${collection}/${id}` },
    { rel: 'bookmark', href: `${root.replace('/v3', '')}/${collection}/${id}` },
  ];
}

export function summaryView(desk: Desk, collection: string, { id, name }: { id: string; name: string | null }): object {
  return { id, name, links: links(desk, collection, id) };
}

/** Which answer a view is for: those to POST and PUT say less than GET does. */
export type Occasion = 'created' | 'changed' | 'shown';

/** The volume service that serves all volumes, once they are placed. */
const serviceId = 'f353992c-76d6-43da-a7cf-76bc9b3078e0';

export function volumeView(
  desk: Desk,
  volume: Volume,
  occasion: Occasion = 'shown',
): Readonly<Record<string, unknown>> {
  const { minor, ask } = desk;
  const admin = isAdmin(ask.asker);
  const placed = volume.status !== 'creating';
  const isCopy = volume.snapshotId !== null || volume.sourceId !== null;
  return {
    id: volume.id,
    status: volume.status,
    size: volume.size,
    availability_zone: volume.zone,
    created_at: time(volume.createdAt, occasion === 'created'),
    updated_at: time(volume.updatedAt),
    name: volume.name,
    description: volume.description,
    volume_type: desk.tables.types.get(volume.typeId)?.name ?? null,
    snapshot_id: volume.snapshotId,
    source_volid: volume.sourceId,
    metadata: shownMetadata(volume),
    links: links(desk, 'volumes', volume.id),
    user_id: volume.userId,
    bootable: String(volume.bootable && (placed || isCopy)),
    encrypted: desk.tables.types.get(volume.typeId)?.encryption !== undefined,
    replication_status: null,
    consistencygroup_id: null,
    multiattach: false,
    attachments: volume.attachments
      .filter(one => one.status !== 'reserved')
      .map(one => attachmentView(volume, one, admin)),
    ...(admin && { migration_status: null }),
    ...(minor >= 13 && { group_id: null }),
    ...(admin && minor >= 21 && { provider_id: null }),
    ...(minor >= 48 && { shared_targets: !placed, service_uuid: placed ? serviceId : null }),
    ...(admin && minor >= 61 && { cluster_name: null }),
    ...(minor >= 63 && { volume_type_id: volume.typeId }),
    ...(minor >= 65 && { consumes_quota: true }),
    ...(occasion === 'shown' && extended(volume, admin)),
  };
}

/** Whether it may only be read stands among its metadata, once that was said. */
const shownMetadata = (volume: Volume): object => ({
  ...volume.metadata,
  ...(volume.readonly !== undefined && { readonly: volume.readonly ? 'True' : 'False' }),
});

function extended(volume: Volume, admin: boolean): object {
  return {
    'os-vol-tenant-attr:tenant_id': volume.projectId,
    ...(volume.image !== undefined && volume.status !== 'creating' && { volume_image_metadata: volume.image }),
    ...(admin && {
      'os-vol-host-attr:host': volume.status === 'creating' ? null : 'lab@lab#lab',
      'os-vol-mig-status-attr:migstat': null,
      'os-vol-mig-status-attr:name_id': null,
    }),
  };
}

function attachmentView(volume: Volume, attachment: Attachment, admin: boolean): object {
  return {
    id: volume.id,
    attachment_id: attachment.id,
    volume_id: volume.id,
    server_id: attachment.serverId,
    host_name: admin ? 'lab' : null,
    device: attachment.device,
    attached_at: time(attachment.attachedAt),
  };
}

export function snapshotView({ minor }: Pick<Desk, 'minor'>, snapshot: Snapshot, occasion: Occasion = 'shown'): object {
  return {
    id: snapshot.id,
    created_at: time(snapshot.createdAt, occasion === 'created'),
    updated_at: time(snapshot.updatedAt),
    name: snapshot.name,
    description: snapshot.description,
    volume_id: snapshot.volumeId,
    status: snapshot.status,
    size: snapshot.size,
    metadata: snapshot.metadata,
    ...(minor >= 14 && { group_snapshot_id: null }),
    ...(minor >= 41 && { user_id: snapshot.userId }),
    ...(minor >= 65 && { consumes_quota: true }),
    ...(occasion === 'shown' && {
      'os-extended-snapshot-attributes:project_id': snapshot.projectId,
      'os-extended-snapshot-attributes:progress': snapshot.status === 'available' ? '100%' : '0%',
    }),
  };
}

export function backupView(desk: Desk, backup: Backup): object {
  const admin = isAdmin(desk.ask.asker);
  return {
    id: backup.id,
    status: backup.status,
    size: backup.size,
    object_count: 0,
    availability_zone: null,
    container: backup.container,
    created_at: time(backup.createdAt),
    updated_at: time(backup.updatedAt),
    name: backup.name,
    description: backup.description,
    fail_reason: null,
    volume_id: backup.volumeId,
    links: links(desk, 'backups', backup.id),
    is_incremental: backup.incremental,
    has_dependent_backups: false,
    snapshot_id: backup.snapshotId,
    data_timestamp: time(backup.createdAt),
    ...(desk.minor >= 43 && { metadata: metadataIn(backup.metadata) }),
    ...(admin && desk.minor >= 18 && { 'os-backup-project-attr:project_id': backup.projectId }),
    ...(admin && desk.minor >= 56 && { user_id: backup.userId }),
  };
}

export function typeView(type: VolumeType, admin: boolean): Readonly<Record<string, unknown>> {
  return {
    id: type.id,
    name: type.name,
    is_public: type.isPublic,
    description: type.description,
    extra_specs: admin ? type.extraSpecs : visible(type.extraSpecs),
    ...(admin && { qos_specs_id: type.qosId ?? null }),
    'os-volume-type-access:is_public': type.isPublic,
  };
}

/** Tenants see what a type can do, not how. */
const visible = (specs: Readonly<Record<string, string>>): object =>
  Object.fromEntries(Object.entries(specs).filter(([key]) => key === 'multiattach' || key === 'replication_enabled'));
