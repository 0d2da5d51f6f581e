/** Volume types, quotas, limits and what else Cinder says of itself. */
import { isAdmin, type Reply } from '../service.ts';
import { isTrue, newType } from './bodies.ts';
import { adminOnly, bodyOf, type Desk, limitsOf, metadataIn, text, usageOf } from './desk.ts';
import { refuse } from './errors.ts';
import { defaultType, type VolumeType, zone } from './state.ts';
import { typeView } from './views.ts';

const shownType = ({ ask }: Desk, type: VolumeType): Readonly<Record<string, unknown>> =>
  typeView(type, isAdmin(ask.asker));

export function listTypes(desk: Desk): Reply {
  const { query, asker } = desk.ask;
  const name = query.get('name');
  const all = /^(none|null)$/i.test(query.get('is_public') ?? '') || query.get('is_public') === 'False';
  const types = desk.tables.types
    .filter(type => type.isPublic || (isAdmin(asker) ? all : mayUse(desk, type)))
    .filter(type => name === null || type.name.toLowerCase() === name.toLowerCase())
    .reverse();
  return { status: 200, body: { volume_types: types.map(type => shownType(desk, type)) } };
}

/** A private type is for the projects that it was given to. */
const mayUse = ({ projectId }: Desk, { projects = [] }: VolumeType): boolean => projects.includes(projectId);

export function showType(desk: Desk, id: string): Reply {
  const wanted = id === 'default' ? desk.tables.types.all().find(type => type.name === defaultType)?.id : id;
  const type = desk.tables.types.get(wanted ?? '');
  if (type === undefined || !(type.isPublic || isAdmin(desk.ask.asker) || mayUse(desk, type))) throw refuse.type(id);
  const { 'os-volume-type-access:is_public': access, ...shown } = shownType(desk, type);
  return {
    status: 200,
    body: { volume_type: id === 'default' ? shown : { ...shown, 'os-volume-type-access:is_public': access } },
  };
}

export function createType(desk: Desk): Reply {
  adminOnly(desk, 'volume_extension:type_create');
  const given = bodyOf(desk, 'volume_type', newType);
  const name = text(given['name'], 'name') ?? '';
  if (desk.tables.types.all().some(type => type.name.toLowerCase() === name.toLowerCase()))
    throw refuse.typeExists(name);
  const type = desk.tables.types.put({
    id: desk.ask.newId(),
    name,
    description: text(given['description'], 'description'),
    isPublic: isTrue(given['os-volume-type-access:is_public'] ?? true),
    extraSpecs: metadataIn(given['extra_specs']),
  });
  return { status: 200, body: { volume_type: shownType(desk, type) } };
}

export function deleteType(desk: Desk, id: string): Reply {
  adminOnly(desk, 'volume_extension:type_delete');
  if (desk.tables.types.get(id) === undefined) throw refuse.type(id);
  if (desk.tables.volumes.all().some(volume => volume.typeId === id)) {
    throw refuse.badRequest(
      `Target volume type is still in use. Volume Type ${id} deletion is not allowed with volumes present with the type.`,
    );
  }
  desk.tables.types.drop(id);
  return { status: 202 };
}

export function showQuota(desk: Desk, projectId: string): Reply {
  if (projectId !== desk.projectId) adminOnly(desk, 'volume_extension:quotas:show');
  const limits = limitsOf(desk, projectId);
  if (!isTrue(desk.ask.query.get('usage'))) return { status: 200, body: { quota_set: { id: projectId, ...limits } } };
  const used = usageOf(desk, projectId);
  const pairs = Object.entries(limits).map(([name, limit]) => [name, { limit, in_use: used[name] ?? 0, reserved: 0 }]);
  return { status: 200, body: { quota_set: { id: projectId, ...Object.fromEntries(pairs) } } };
}

export function setQuota(desk: Desk, projectId: string): Reply {
  adminOnly(desk, 'volume_extension:quotas:update');
  const given = bodyOf(desk, 'quota_set', { type: 'object' });
  const known = limitsOf(desk, projectId);
  const bad = Object.keys(given).filter(name => !(name in known) && name !== 'tenant_id' && name !== 'force');
  if (bad.length > 0) throw refuse.invalidInput(`Bad key(s) in quota set: ${bad.join(', ')}`);
  const numbers = Object.entries(given).filter(([name]) => name in known);
  const limits = { ...known, ...Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])) };
  desk.tables.quotas.put({ id: projectId, limits });
  return { status: 200, body: { quota_set: limits } };
}

export function deleteQuota(desk: Desk, projectId: string): Reply {
  adminOnly(desk, 'volume_extension:quotas:delete');
  desk.tables.quotas.drop(projectId);
  return { status: 200 };
}

export function showLimits(desk: Desk): Reply {
  const [limits, used] = [limitsOf(desk, desk.projectId), usageOf(desk, desk.projectId)];
  const absolute = {
    totalSnapshotsUsed: used['snapshots'],
    maxTotalBackups: limits['backups'],
    maxTotalVolumeGigabytes: limits['gigabytes'],
    maxTotalSnapshots: limits['snapshots'],
    maxTotalBackupGigabytes: limits['backup_gigabytes'],
    totalBackupGigabytesUsed: used['backup_gigabytes'],
    maxTotalVolumes: limits['volumes'],
    totalVolumesUsed: used['volumes'],
    totalBackupsUsed: used['backups'],
    totalGigabytesUsed: used['gigabytes'],
  };
  return { status: 200, body: { limits: { rate: [], absolute } } };
}

export const zones: Reply = {
  status: 200,
  body: { availabilityZoneInfo: [{ zoneName: zone, zoneState: { available: true } }] },
};

/** For admins: that a volume service is up. */
export function listServices(desk: Desk): Reply {
  adminOnly(desk, 'volume_extension:services:index');
  const wanted = desk.ask.query.get('binary');
  const at = new Date(desk.ask.now).toISOString().replace('Z', '000');
  const services = ['cinder-scheduler', 'cinder-volume', 'cinder-backup']
    .filter(binary => wanted === null || wanted === binary)
    .map(binary => ({
      binary,
      host: binary === 'cinder-volume' ? 'lab@lab' : 'lab',
      zone,
      status: 'enabled',
      state: 'up',
      updated_at: at,
      disabled_reason: null,
    }));
  return { status: 200, body: { services } };
}

const aliases = [
  'backups',
  'encryption',
  'os-availability-zone',
  'os-quota-sets',
  'os-types-extra-specs',
  'os-types-manage',
  'os-volume-actions',
  'os-volume-type-access',
  'qos-specs',
  'scheduler-hints',
];

export const extensions: Reply = {
  status: 200,
  body: {
    extensions: aliases.map(alias => ({
      alias,
      name: alias,
      description: '',
      updated: '2012-08-14T00:00:00+00:00',
      links: [],
    })),
  },
};
