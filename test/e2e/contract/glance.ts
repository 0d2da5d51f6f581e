/** Glance: images with ids of the client's own, patches, filters, members, imports, and its ways to say no. */
import { randomUUID } from 'node:crypto';
import type { Part, Said, Side } from './side.ts';

const json = { accept: 'application/json' };
const patch = { ...json, 'content-type': 'application/openstack-images-v2.1-json-patch' };

export const glancePart: Part = {
  name: 'Glance',
  async play(side) {
    const image = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = json) =>
      side.call('image', method, `/v2${path}`, { headers, ...(body !== undefined && { body }) });
    await refusals(image);
    const id = randomUUID();
    side.names.set(id, '<our image>');
    const raw = { disk_format: 'raw', container_format: 'bare' };
    await image('POST', '/images', { id, name: side.run, colour: 'red', tags: ['b', 'a'], ...raw });
    await image('POST', '/images', { id });
    await image('GET', `/images/${id}`);
    await lists(side, image, id);
    await patches(image, id);
    await members(side, image, id);
    await bytes(image, id);
    await endings(image, id);
  },
};

type Image = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Said>;

async function refusals(image: Image): Promise<void> {
  for (const accept of ['*/*', 'application/json', 'text/plain'])
    await image('GET', '/images/nope', undefined, { accept });
  await image('GET', '/nope');
  await image('PATCH', '/images', []);
  await image('GET', '/info/import');
  for (const body of [
    { id: 'short' },
    { name: 'x'.repeat(256) },
    { status: 'active' },
    { file: 'x' },
    { visibility: 'public' },
    { visibility: 'nobody' },
    { min_ram: 'much' },
    { custom: 5 },
    { os_glance_x: 'x' },
    { location: 'x' },
    { disk_format: 'zz' },
    { owner: 'somebody' },
  ]) {
    await image('POST', '/images', body);
  }
  for (const query of [
    'visibility=zz',
    'sort_key=zz',
    'sort_dir=zz',
    'changes-since=2020',
    'limit=x',
    'limit=-1',
    'marker=nope',
    'created_at=zz:2020-01-01T00:00:00Z',
    'created_at=gt:zz',
  ]) {
    await image('GET', `/images?${query}`);
  }
}

async function lists(side: Side, image: Image, id: string): Promise<void> {
  const mine = encodeURIComponent(side.run);
  for (const query of [
    `name=${mine}`,
    `name=${mine}&tag=a`,
    `name=${mine}&tag=nope`,
    `name=${mine}&colour=red`,
    `name=${mine}&colour=blue`,
    `id=in:${id},${id}`,
    `name=${mine}&status=in:queued,active`,
    `name=${mine}&status=active`,
    `name=${mine}&limit=1`,
    `name=${mine}&created_at=gt:2020-01-01T00:00:00Z`,
    `name=${mine}&created_at=lt:2020-01-01T00:00:00Z`,
    `name=${mine}&visibility=shared`,
    `name=${mine}&visibility=private`,
    `name=${mine}&sort=name:asc`,
    'name=cirros&visibility=public&limit=1',
  ]) {
    const said = await image('GET', `/images?${query}`);
    const cirros = said.body['images']?.[0]?.['id'] as unknown as string | undefined;
    if (query.startsWith('name=cirros') && cirros !== undefined) side.names.set(cirros, '<cirros>');
  }
}

async function patches(image: Image, id: string): Promise<void> {
  for (const body of [
    [{ op: 'replace', path: '/name', value: 'y' }],
    [{ op: 'add', path: '/shape', value: 'round' }],
    [{ op: 'add', path: '/shape', value: 'square' }],
    [{ op: 'remove', path: '/shape' }],
    [{ op: 'remove', path: '/shape' }],
    [{ op: 'replace', path: '/nope', value: 'x' }],
    [{ op: 'replace', path: '/status', value: 'x' }],
    [{ op: 'replace', path: '/min_disk', value: 'x' }],
    [{ op: 'remove', path: '/disk_format' }],
    [{ op: 'nope', path: '/name' }],
    [{ op: 'replace', path: 'name', value: 'x' }],
    [{ op: 'replace', path: '/name' }],
    {},
    [],
  ]) {
    await image('PATCH', `/images/${id}`, body, patch);
  }
  await image('PATCH', `/images/${id}`, []);
  await image('PUT', `/images/${id}/tags/new`);
  await image('DELETE', `/images/${id}/tags/new`);
  await image('DELETE', `/images/${id}/tags/new`);
}

async function members(side: Side, image: Image, id: string): Promise<void> {
  const member = side.session('admin').projectId;
  await image('GET', `/images/${id}/members`);
  await image('POST', `/images/${id}/members`, { member });
  await image('POST', `/images/${id}/members`, { member });
  await image('GET', `/images/${id}/members`);
  await image('PUT', `/images/${id}/members/${member}`, { status: 'accepted' });
  const path = `/v2/images/${id}/members/${member}`;
  await side.call('image', 'PUT', path, { as: 'admin', body: { status: 'accepted' }, headers: json });
  await side.call('image', 'PUT', path, { as: 'admin', body: { status: 'zz' }, headers: json });
  await image('GET', `/images/${id}/members/nope`);
  await image('DELETE', `/images/${id}/members/${member}`);
  await image('DELETE', `/images/${id}/members/${member}`);
}

async function bytes(image: Image, id: string): Promise<void> {
  for (const method of [
    { name: 'web-download', uri: 'file:///etc/passwd' },
    { name: 'web-download', uri: 'http://example.org:81/' },
    { name: 'nope' },
    { name: 'glance-direct' },
    {},
  ]) {
    await image('POST', `/images/${id}/import`, { method });
  }
  await image('POST', `/images/${id}/import`, {});
  const octets = { ...json, 'content-type': 'application/octet-stream' };
  await image('PUT', `/images/${id}/file`, new Uint8Array([97]), octets);
  await image('GET', `/images/${id}`);
  await image('PUT', `/images/${id}/file`, new Uint8Array([97]), octets);
  await image('POST', `/images/${id}/import`, { method: { name: 'web-download', uri: 'http://example.org/x' } });
  await image('POST', `/images/${id}/actions/deactivate`);
  await image('GET', `/images/${id}`);
  await image('POST', `/images/${id}/actions/reactivate`);
}

async function endings(image: Image, id: string): Promise<void> {
  await image('DELETE', '/images/nope');
  await image('PATCH', `/images/${id}`, [{ op: 'replace', path: '/protected', value: true }], patch);
  await image('DELETE', `/images/${id}`);
  await image('PATCH', `/images/${id}`, [{ op: 'replace', path: '/protected', value: false }], patch);
  await image('DELETE', `/images/${id}`);
  await image('GET', `/images/${id}`);
  // An id stays used: a new attempt needs a new one.
  await image('POST', '/images', { id });
}
