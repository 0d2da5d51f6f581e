/** Nova: servers from POST to 404, their ports and volumes, lists, actions, key pairs, flavors, limits. */
import type { Call, Part, Said, Side, User } from './side.ts';

export type Compute = (method: string, path: string, body?: unknown, version?: string, as?: User) => Promise<Said>;

export const newest = '2.93';

export function computeOf(side: Side): Compute {
  return (method, path, body, version = newest, as = 'member') => {
    const headers = { accept: 'application/json', 'openstack-api-version': `compute ${version}` };
    const call: Call = { as, headers, ...(body !== undefined && { body }) };
    return side.call('compute', method, `/v2.1${path}`, call);
  };
}

interface Furniture {
  readonly image: string;
  readonly flavor: string;
  readonly network: string;
}

/** What both clouds have, under different ids. */
export async function furnitureOf(side: Side): Promise<Furniture> {
  const first = async (service: string, path: string, kind: string, name: string): Promise<string> => {
    const body = await side.quietly(service, 'GET', path);
    const found = (body[kind] as unknown as { id: string; name: string }[]).find(one => one.name === name);
    if (found === undefined) throw new Error(`${side.name} has no ${name}`);
    if (found.id.length > 8) side.names.set(found.id, `<${name}>`);
    return found.id;
  };
  return {
    image: await first('image', '/v2/images?name=cirros', 'images', 'cirros'),
    flavor: await first('compute', '/v2.1/flavors', 'flavors', 'm1.tiny'),
    network: await first('network', '/v2.0/networks?name=private', 'networks', 'private'),
  };
}

const nobody = '00000000-1111-4222-8333-444444444444';

export const novaPart: Part = {
  name: 'Nova',
  async play(side) {
    const compute = computeOf(side);
    const furniture = await furnitureOf(side);
    await refusals(side, compute, furniture);
    await keyPairs(compute);
    await aServer(side, compute, furniture);
    await others(side, compute);
  },
};

async function refusals(side: Side, compute: Compute, { image, flavor, network }: Furniture): Promise<void> {
  await side.call('compute', 'GET', '/');
  await compute('GET', '/');
  await compute('GET', '/nope');
  await compute('PATCH', '/servers', {});
  await compute('GET', '/servers', undefined, '2.99');
  await compute('GET', '/servers', undefined, 'zz');
  await compute('POST', '/servers', {});
  await compute('POST', '/servers', { server: {} });
  const base = { name: 'x', flavorRef: flavor, imageRef: image, networks: 'none' };
  for (const given of [
    { name: '' },
    { flavorRef: '99' },
    { imageRef: 'nope' },
    { imageRef: nobody },
    { imageRef: '' },
    { networks: 'nope' },
    { networks: [{ uuid: nobody }] },
    { networks: [{ port: nobody }] },
    { networks: [{ uuid: 'nope' }] },
    { networks: [{}] },
    { key_name: 'nope' },
    { security_groups: [{ name: 'nope' }] },
    { availability_zone: 'nope' },
    { metadata: { a: 1 } },
    { tags: ['a/b'] },
    { nope: 1 },
    { min_count: 2, max_count: 1 },
    { personality: [] },
    { block_device_mapping_v2: [{ boot_index: 0, uuid: nobody, source_type: 'volume', destination_type: 'volume' }] },
    { 'OS-DCF:diskConfig': 'nope' },
  ]) {
    await compute('POST', '/servers', { server: { ...base, ...given } });
  }
  await compute('POST', '/servers', { server: { name: 'x', flavorRef: flavor, networks: 'none' } });
  await compute('POST', '/servers', { server: { name: 'x', flavorRef: flavor, imageRef: image } });
  await compute('POST', '/servers', { server: { ...base, tags: ['a'] } }, '2.51');
  await compute('POST', '/servers', { server: { ...base, networks: [{ uuid: network, tag: 'x' }] } }, '2.1');
  await compute('GET', `/servers/${nobody}`);
  await compute('DELETE', `/servers/${nobody}`);
  for (const query of ['name=(', 'marker=nope', 'status=nope', 'limit=x', 'changes-since=nope']) {
    await compute('GET', `/servers/detail?${query}`);
  }
}

async function keyPairs(compute: Compute): Promise<void> {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMslJDYdfC994lXVw0zZTmx3qn9+uUOIlzJ8+Qb4rYI9 lab';
  for (const keypair of [
    {},
    { name: 'k' },
    { name: 'k', public_key: 'bad' },
    { name: 'k', public_key: key },
    { name: 'k', public_key: key },
    { name: 'bad/name', public_key: key },
    { name: 'k', public_key: key, type: 'nope' },
  ]) {
    await compute('POST', '/os-keypairs', { keypair });
  }
  await compute('GET', '/os-keypairs/k');
  await compute('GET', '/os-keypairs/k', undefined, '2.1');
  await compute('GET', '/os-keypairs');
  await compute('GET', '/os-keypairs?marker=nope');
  await compute('DELETE', '/os-keypairs/k');
  await compute('DELETE', '/os-keypairs/k');
  await compute('GET', '/os-keypairs/k');
  await compute('POST', '/os-keypairs', { keypair: { name: 'made' } }, '2.1');
  await compute('DELETE', '/os-keypairs/made', undefined, '2.1');
}

export const becomes = (side: Side, id: string, status: string) =>
  side.until(
    'compute',
    `/v2.1/servers/${id}`,
    ({ body }) =>
      String(body['server']?.['status']) === status && (body['server']?.['OS-EXT-STS:task_state'] as unknown) === null,
  );

async function aServer(side: Side, compute: Compute, { image, flavor, network }: Furniture): Promise<void> {
  const given = {
    name: `${side.run} one`,
    flavorRef: flavor,
    imageRef: image,
    networks: [{ uuid: network, tag: 'nic' }],
    metadata: { k: 'v' },
    tags: ['t1'],
    description: 'd',
  };
  const { id } = await compute('POST', '/servers', { server: given });
  await becomes(side, id, 'ACTIVE');
  for (const version of ['2.1', '2.3', '2.9', '2.26', '2.47', '2.73', newest]) {
    await compute('GET', `/servers/${id}`, undefined, version);
  }
  await compute('GET', `/servers/${id}/ips`);
  await compute('GET', `/servers/${id}/ips/private`);
  await compute('GET', `/servers/${id}/ips/nope`);
  await listed(side, compute, id);
  await labels(compute, id);
  await moves(side, compute, id);
  await compute('DELETE', `/servers/${id}`);
  await compute('DELETE', `/servers/${id}`);
  await side.until('compute', `/v2.1/servers/${id}`, ({ status }) => status === 404);
  await compute('GET', `/servers/${id}`);
  await compute('DELETE', `/servers/${id}`);
  await compute('GET', `/servers?name=${side.run}`);
  await compute('GET', `/servers/detail?name=${side.run}&changes-since=2020-01-01T00:00:00Z`);
}

async function listed(side: Side, compute: Compute, id: string): Promise<void> {
  for (const query of [
    `name=${side.run}`,
    `name=^${side.run}$`,
    'name=CONTRACT-',
    'tags=t1',
    'tags=t1,t2',
    'tags-any=t1,t2',
    'not-tags=t1',
    'status=ACTIVE',
    'status=BUILD&status=ACTIVE',
    'status=ERROR',
    'description=nope',
    'limit=1',
    `marker=${id}`,
    'changes-since=2020-01-01T00:00:00Z',
    'changes-since=2099-01-01T00:00:00Z',
    'changes-since=2020-01-02T00:00:00Z&changes-before=2020-01-01T00:00:00Z',
  ]) {
    await compute('GET', `/servers?${query}`);
  }
  await compute('GET', '/servers/detail');
  await compute('GET', '/servers/detail', undefined, '2.1');
}

async function labels(compute: Compute, id: string): Promise<void> {
  await compute('PUT', `/servers/${id}`, { server: { name: 'renamed', description: null } });
  await compute('PUT', `/servers/${id}`, { server: { name: 'again' } }, '2.1');
  await compute('PUT', `/servers/${id}`, { server: { nope: 1 } });
  await compute('GET', `/servers/${id}/metadata`);
  await compute('POST', `/servers/${id}/metadata`, { metadata: { b: 'c' } });
  await compute('GET', `/servers/${id}/metadata/b`);
  await compute('PUT', `/servers/${id}/metadata/b`, { meta: { b: 'd' } });
  await compute('DELETE', `/servers/${id}/metadata/b`);
  await compute('DELETE', `/servers/${id}/metadata/b`);
  await compute('GET', `/servers/${id}/metadata/b`);
  await compute('PUT', `/servers/${id}/metadata`, { metadata: { only: 'this' } });
  await compute('GET', `/servers/${id}/tags`);
  await compute('PUT', `/servers/${id}/tags/t2`);
  await compute('PUT', `/servers/${id}/tags/t2`);
  await compute('GET', `/servers/${id}/tags/t2`);
  await compute('DELETE', `/servers/${id}/tags/t2`);
  await compute('DELETE', `/servers/${id}/tags/t2`);
  await compute('GET', `/servers/${id}/tags/t2`);
  await compute('PUT', `/servers/${id}/tags`, { tags: ['z', 'y'] });
  await compute('DELETE', `/servers/${id}/tags`);
}

async function moves(side: Side, compute: Compute, id: string): Promise<void> {
  const act = (action: string, given: unknown = null) => compute('POST', `/servers/${id}/action`, { [action]: given });
  await act('nope');
  await act('resume');
  await act('os-start');
  await act('confirmResize');
  await act('os-getConsoleOutput', {});
  await act('os-getConsoleOutput', { length: 1 });
  await act('resize', { flavorRef: '3' });
  await act('resize', { flavorRef: 'nope' });
  await act('reboot', { type: 'nope' });
  await act('suspend');
  await becomes(side, id, 'SUSPENDED');
  await compute('GET', `/servers/${id}`);
  await act('suspend');
  await act('resume');
  await becomes(side, id, 'ACTIVE');
  await act('resize', { flavorRef: '4' });
  await becomes(side, id, 'VERIFY_RESIZE');
  await compute('GET', `/servers/${id}`);
  await act('confirmResize');
  await becomes(side, id, 'ACTIVE');
  await act('os-stop');
  await becomes(side, id, 'SHUTOFF');
  await compute('GET', `/servers/${id}`);
  await act('reboot', { type: 'SOFT' });
  await act('os-start');
  await becomes(side, id, 'ACTIVE');
  await act('reboot', { type: 'HARD' });
  await becomes(side, id, 'ACTIVE');
}

async function others(side: Side, compute: Compute): Promise<void> {
  const { projectId } = side.session('member');
  await compute('GET', '/flavors');
  await compute('GET', '/flavors/detail', undefined, '2.1');
  await compute('GET', '/flavors/3');
  await compute('GET', '/flavors/3', undefined, '2.1');
  await compute('GET', '/flavors/nope');
  await compute('POST', '/flavors', { flavor: { name: 'x', ram: 1, vcpus: 1, disk: 1 } });
  await compute('GET', '/limits');
  await compute('GET', '/limits', undefined, '2.1');
  await compute('GET', '/os-availability-zone');
  await compute('GET', '/os-availability-zone/detail');
  await compute('GET', '/os-availability-zone/detail', undefined, newest, 'admin');
  for (const version of ['2.1', '2.36', newest])
    await compute('GET', `/os-quota-sets/${projectId}`, undefined, version);
  await compute('PUT', `/os-quota-sets/${projectId}`, { quota_set: { instances: 1 } });
  await compute('PUT', `/os-quota-sets/${projectId}`, { quota_set: { instances: 0 } }, newest, 'admin');
  const { image, flavor } = await furnitureOf(side);
  const server = { name: 'x', flavorRef: flavor, imageRef: image, networks: 'none' };
  await compute('POST', '/servers', { server });
  await compute('PUT', `/os-quota-sets/${projectId}`, { quota_set: { nope: 1 } }, newest, 'admin');
  await compute('DELETE', `/os-quota-sets/${projectId}`, undefined, newest, 'admin');
  await compute('GET', '/os-services');
}
