/** Cinder: volumes, their metadata and what is done with them, snapshots, backups, types, limits. */
import type { Call, Part, Said, Side } from './side.ts';

type Volumes = (method: string, path: string, body?: unknown, version?: string) => Promise<Said>;

const nobody = '00000000-1111-4222-8333-444444444444';

export const cinderPart: Part = {
  name: 'Cinder',
  async play(side) {
    const root = `/v3/${side.session('member').projectId}`;
    const volumes: Volumes = (method, path, body, version) => {
      const headers = { accept: 'application/json', ...(version && { 'openstack-api-version': `volume ${version}` }) };
      const call: Call = { headers, ...(body !== undefined && { body }) };
      return side.call('volumev3', method, `${root}${path}`, call);
    };
    await refusals(side, volumes);
    const id = await aVolume(side, volumes, root);
    await metadata(volumes, id);
    await actions(side, volumes, root, id);
    await copies(side, volumes, root, id);
    await volumes('DELETE', `/volumes/${id}`);
    await gone(side, `${root}/volumes/${id}`);
    await volumes('GET', `/volumes/${id}`);
    await volumes('DELETE', `/volumes/${id}`);
    await others(side, volumes);
  },
};

const reaches = (side: Side, path: string, kind: string, status: string) =>
  side.until('volumev3', path, said => String(said.body[kind]?.['status']) === status);
const gone = (side: Side, path: string) => side.until('volumev3', path, said => said.status === 404);

async function refusals(side: Side, volumes: Volumes): Promise<void> {
  await side.call('volumev3', 'GET', '/');
  await volumes('GET', '/nope');
  await volumes('PATCH', '/volumes', {});
  await volumes('GET', '/volumes', undefined, '3.99');
  await volumes('GET', '/volumes', undefined, 'zz');
  await side.call('volumev3', 'GET', `/v3/${side.session('admin').projectId}/volumes`);
  for (const volume of [
    {},
    { size: null },
    { size: 'x' },
    { size: 0 },
    { size: 1.5 },
    { size: 1, name: 'x'.repeat(256) },
    { size: 1, volume_type: 'nope' },
    { size: 1, volume_type: nobody },
    { size: 1, imageRef: 'nope' },
    { size: 1, snapshot_id: nobody },
    { size: 1, source_volid: nobody },
    { size: 1, snapshot_id: 'zz' },
    { size: 1, metadata: { k: 1 } },
    { size: 1, availability_zone: 'zz' },
    { size: 1, multiattach: true },
    { size: 1, nope: 1 },
  ]) {
    await volumes('POST', '/volumes', { volume }, '3.70');
  }
  await volumes('POST', '/volumes', {});
  await volumes('GET', `/volumes/${nobody}`);
  for (const query of ['description=x', 'id=x', 'created_at=zz:2020', 'limit=x', 'limit=-1', 'marker=zz']) {
    await volumes('GET', `/volumes/detail?${query}`, undefined, '3.70');
  }
}

async function aVolume(side: Side, volumes: Volumes, root: string): Promise<string> {
  const mark = { mark: side.run, other: 'x' };
  const volume = { size: 1, name: ` ${side.run} `, description: 'd', metadata: mark };
  const { id } = await volumes('POST', '/volumes', { volume }, '3.70');
  await reaches(side, `${root}/volumes/${id}`, 'volume', 'available');
  for (const version of ['3.0', '3.13', '3.48', '3.63', '3.70']) {
    await volumes('GET', `/volumes/${id}`, undefined, version);
  }
  const wanted = (pairs: object): string => encodeURIComponent(JSON.stringify(pairs));
  for (const query of [
    `metadata=${wanted({ mark: side.run })}`,
    `metadata=${wanted({ mark: 'nope' })}`,
    `name=${side.run}`,
    `name=${side.run}&status=available&status=error`,
    `name=${side.run}&status=error&status=available`,
    `name=${side.run}&status=available,error`,
    `name=${side.run}&status=error`,
    'limit=1',
  ]) {
    await volumes('GET', `/volumes/detail?${query}`, undefined, '3.70');
  }
  await volumes('GET', `/volumes/detail?metadata=${wanted({ mark: side.run })}`);
  await volumes('GET', '/volumes?limit=1');
  await volumes('PUT', `/volumes/${id}`, { volume: { name: 'renamed' } });
  await volumes('PUT', `/volumes/${id}`, { volume: { nope: 1 } });
  return id;
}

async function metadata(volumes: Volumes, id: string): Promise<void> {
  await volumes('GET', `/volumes/${id}/metadata`);
  await volumes('POST', `/volumes/${id}/metadata`, { metadata: { b: 'c' } });
  await volumes('GET', `/volumes/${id}/metadata/b`);
  await volumes('DELETE', `/volumes/${id}/metadata/b`);
  await volumes('DELETE', `/volumes/${id}/metadata/b`);
  await volumes('GET', `/volumes/${id}/metadata/b`);
  await volumes('PUT', `/volumes/${id}/metadata/z`, { meta: { z: '1' } });
  await volumes('PUT', `/volumes/${id}/metadata/z`, { meta: { y: '1' } });
  await volumes('PUT', `/volumes/${id}/metadata`, { metadata: { only: 'this' } });
}

async function actions(side: Side, volumes: Volumes, root: string, id: string): Promise<void> {
  const act = (action: string, given: unknown) => volumes('POST', `/volumes/${id}/action`, { [action]: given });
  await act('nope', {});
  await act('os-extend', { new_size: 1 });
  await act('os-extend', { new_size: 'x' });
  await act('os-extend', {});
  await act('os-extend', { new_size: 2 });
  await reaches(side, `${root}/volumes/${id}`, 'volume', 'available');
  await act('os-update_readonly_flag', { readonly: true });
  await volumes('GET', `/volumes/${id}`);
  await act('os-update_readonly_flag', { readonly: false });
  await act('os-set_bootable', { bootable: true });
  await volumes('GET', `/volumes/${id}`);
  await act('os-retype', { new_type: 'lab', migration_policy: 'never' });
  await act('os-retype', { new_type: 'nope', migration_policy: 'never' });
  await act('os-reset_status', { status: 'error' });
}

async function copies(side: Side, volumes: Volumes, root: string, id: string): Promise<void> {
  await volumes('POST', '/snapshots', { snapshot: { volume_id: nobody } });
  await volumes('POST', '/snapshots', { snapshot: {} });
  const given = { volume_id: id, name: 's', metadata: { a: 'b' } };
  const snapshot = (await volumes('POST', '/snapshots', { snapshot: given }, '3.70')).id;
  await reaches(side, `${root}/snapshots/${snapshot}`, 'snapshot', 'available');
  await volumes('GET', `/snapshots/${snapshot}`, undefined, '3.70');
  await volumes('GET', `/snapshots/detail?volume_id=${id}`);
  await volumes('GET', `/snapshots?volume_id=${id}`);
  await volumes('PUT', `/snapshots/${snapshot}`, { snapshot: { name: 't' } });
  await volumes('GET', `/snapshots/${nobody}`);
  await volumes('DELETE', `/volumes/${id}`);
  await volumes('POST', '/volumes', { volume: { snapshot_id: snapshot, size: 1 } });
  await volumes('POST', '/volumes', { volume: { source_volid: id, size: 1 } });
  const copy = (await volumes('POST', '/volumes', { volume: { snapshot_id: snapshot, name: 'copy' } })).id;
  await reaches(side, `${root}/volumes/${copy}`, 'volume', 'available');
  await volumes('GET', `/volumes/${copy}`);
  await volumes('DELETE', `/volumes/${copy}`);
  await gone(side, `${root}/volumes/${copy}`);
  await volumes('DELETE', `/snapshots/${snapshot}`);
  await gone(side, `${root}/snapshots/${snapshot}`);
  const backup = (await volumes('POST', '/backups', { backup: { volume_id: id, name: 'b' } }, '3.70')).id;
  await reaches(side, `${root}/backups/${backup}`, 'backup', 'available');
  await reaches(side, `${root}/volumes/${id}`, 'volume', 'available');
  await volumes('GET', `/backups/${backup}`, undefined, '3.70');
  await volumes('GET', `/backups/${backup}`);
  await volumes('GET', '/backups/detail?metadata={}', undefined, '3.70');
  await volumes('GET', `/backups/${nobody}`);
  await volumes('PUT', `/backups/${backup}`, { backup: { name: 'c' } }, '3.70');
  await volumes('DELETE', `/backups/${backup}`);
  await gone(side, `${root}/backups/${backup}`);
}

async function others(side: Side, volumes: Volumes): Promise<void> {
  const { projectId } = side.session('member');
  await volumes('GET', '/types');
  await volumes('GET', '/types/default');
  await volumes('GET', '/types/nope');
  await volumes('POST', '/types', { volume_type: { name: 'nope' } });
  await volumes('GET', `/os-quota-sets/${projectId}`);
  await volumes('GET', `/os-quota-sets/${projectId}?usage=true`);
  await volumes('PUT', `/os-quota-sets/${projectId}`, { quota_set: { volumes: 1 } });
  await volumes('GET', '/limits');
  await volumes('GET', '/os-availability-zone');
  await volumes('GET', '/os-services');
  const path = `/v3/${side.session('admin').projectId}/os-quota-sets/${projectId}`;
  await side.call('volumev3', 'PUT', path, { as: 'admin', body: { quota_set: { gigabytes: 1 } } });
  await volumes('POST', '/volumes', { volume: { size: 2 } });
  await side.call('volumev3', 'PUT', path, { as: 'admin', body: { quota_set: { nope: 1 } } });
  await side.call('volumev3', 'DELETE', path, { as: 'admin' });
}
