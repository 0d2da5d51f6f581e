import { beforeEach, expect, it } from 'vitest';
import { Glance } from '../glance/glance.ts';
import { Tables } from '../table.ts';
import { admin, Bench, type Json, stranger, tenant } from '../testing.ts';
import { Cinder } from './cinder.ts';

let bench: Bench;
let cinder: Cinder;
let image = '';
const root = `/v3/${tenant.projectId}`;

beforeEach(() => {
  const tables = new Tables();
  const glance = new Glance({ tables, importMs: 500 });
  cinder = new Cinder({ tables, images: glance, delays: { createMs: 300, deleteMs: 200 } });
  bench = new Bench(tables, [glance, cinder]);
  glance.furnish(bench, { adminProjectId: admin.projectId ?? '' });
  cinder.furnish(bench);
  image = glance.named('cirros')[0]?.id ?? '';
});

const ask = (request: string, body?: unknown, minor?: number) =>
  bench.ask('volumev3', request.replace(' /', ` ${root}/`), body, {
    headers: minor === undefined ? {} : { 'openstack-api-version': `volume 3.${minor}` },
  });
const create = (volume: object) => ask('POST /volumes', { volume }).json['volume'] as Json;
const show = (id: unknown) => ask(`GET /volumes/${id}`).json['volume'] as Json;
const found = (query: string, minor?: number) =>
  (ask(`GET /volumes/detail${query}`, undefined, minor).json['volumes'] as unknown as { name: string }[]).map(
    v => v.name,
  );
const message = (reply: { json: Json }) => Object.values(reply.json)[0]?.['message'];

it('creates a volume, which is available when its time has come', () => {
  const volume = create({ size: 1, name: 'v', metadata: { k: 'mark' } });
  expect(volume).toMatchObject({
    status: 'creating',
    volume_type: 'lab',
    size: 1,
    metadata: { k: 'mark' },
    bootable: 'false',
  });
  bench.pass(299);
  expect(show(volume['id'])['status']).toBe('creating');
  bench.pass(1);
  expect(show(volume['id'])).toMatchObject({ status: 'available', updated_at: '2026-11-20T10:00:00.000000' });
  expect(show(volume['id'])['os-vol-tenant-attr:tenant_id']).toBe(tenant.projectId);
});

it('finds a volume by its metadata, in either spelling, and never by half of it', () => {
  create({ size: 1, name: 'ours', metadata: { k: 'mark', other: 'x' } });
  create({ size: 1, name: 'theirs', metadata: { k: 'mark2' } });
  expect(found(`?metadata=${encodeURIComponent('{"k":"mark"}')}`)).toEqual(['ours']);
  expect(found(`?metadata=${encodeURIComponent("{'k': 'mark2'}")}`)).toEqual(['theirs']);
  expect(found('?name=OURS')).toEqual(['ours']);
  // Of a filter given twice the last one counts.
  expect(found('?status=available&status=creating')).toHaveLength(2);
  expect(found('?status=creating&status=available')).toEqual([]);
  expect(found('?status=available,creating')).toEqual([]);
  // The trap that marks.md names: what 3.0 does not know it ignores.
  expect(found('?description=nothing')).toHaveLength(2);
  expect(ask('GET /volumes/detail?description=nothing', undefined, 70).status).toBe(400);
  expect(ask('GET /volumes/detail?id=x', undefined, 70).status).toBe(400);
});

it('deletes what is free, and only that', () => {
  const { id } = create({ size: 1 });
  bench.pass(150);
  expect(message(ask(`DELETE /volumes/${id}`))).toMatch(/^Invalid volume: Volume status must be available or error/);
  bench.pass(150);
  expect(ask(`DELETE /volumes/${id}`).status).toBe(202);
  expect(show(id)['status']).toBe('deleting');
  bench.pass(200);
  expect(ask(`GET /volumes/${id}`)).toMatchObject({
    status: 404,
    body: { itemNotFound: { code: 404, message: `Volume ${id} could not be found.` } },
  });
});

it('drops at once a volume for which no host was found yet', () => {
  const { id } = create({ size: 1 });
  expect(ask(`DELETE /volumes/${id}`).status).toBe(202);
  expect(ask(`GET /volumes/${id}`).status).toBe(404);
});

it('refuses malformed volumes in the words of its schema', () => {
  const wrong = (volume: object, minor?: number) => message(ask('POST /volumes', { volume }, minor));
  expect(wrong({ size: 'x' })).toBe("Invalid input for field/attribute size. Value: x. 'x' does not match '^[0-9]+$'");
  expect(wrong({ size: 0 })).toMatch('less than the minimum of 1');
  expect(wrong({})).toMatch('The server could not comply with the request');
  expect(wrong({ size: 1, name: 'x'.repeat(256) })).toMatch('name has 256 characters, more than 255.');
  expect(wrong({ size: 1, volume_type: 'nope' })).toBe('Volume type with name nope could not be found.');
  expect(wrong({ size: 1, imageRef: 'nope' })).toMatch('Invalid image identifier');
  expect(wrong({ size: 1, metadata: { k: 1 } })).toMatch("1 is not of type 'string'");
  expect(wrong({ size: 1, foo: 1 }, 70)).toMatch("'foo' was unexpected");
  expect(ask('POST /volumes', { volume: { size: 1, foo: 1 } }).status).toBe(202);
  expect(ask('POST /volumes', {}).status).toBe(400);
});

it('makes volumes of images, snapshots and volumes', () => {
  const boot = create({ size: 1, imageRef: image });
  bench.pass(300);
  expect(show(boot['id'])).toMatchObject({ bootable: 'true' });
  expect(show(boot['id'])['volume_image_metadata']).toMatchObject({ image_name: 'cirros', image_id: image });
  const snapshot = ask('POST /snapshots', { snapshot: { volume_id: boot['id'], name: 's' } });
  expect(snapshot).toMatchObject({ status: 202, body: { snapshot: { status: 'creating', size: 1 } } });
  bench.pass(300);
  const id = (snapshot.json['snapshot'] as Json)['id'];
  expect(create({ snapshot_id: id })).toMatchObject({ size: 1, snapshot_id: id });
  expect(create({ source_volid: boot['id'], size: 2 })).toMatchObject({ size: 2, source_volid: boot['id'] });
  expect(ask(`DELETE /volumes/${boot['id']}`).status).toBe(400);
  expect(ask(`DELETE /volumes/${boot['id']}?cascade=true`).status).toBe(202);
});

it('is held by one server at a time', () => {
  const { id } = create({ size: 1 });
  bench.pass(300);
  const volume = cinder.forNova.volume(String(id), tenant.projectId ?? '');
  if (volume === undefined) throw new Error('no volume');
  cinder.forNova.reserve(volume, 'server', bench);
  expect(show(id)).toMatchObject({ status: 'reserved', attachments: [] });
  cinder.forNova.attach(volume.id, 'server', '/dev/vdb', bench.now);
  expect(show(id)).toMatchObject({ status: 'in-use', attachments: [{ server_id: 'server', device: '/dev/vdb' }] });
  expect(ask(`DELETE /volumes/${id}`).status).toBe(400);
  cinder.forNova.beginDetaching(volume.id, 'server', bench.now);
  expect(show(id)['status']).toBe('detaching');
  cinder.forNova.detach(volume.id, 'server', bench.now);
  expect(show(id)).toMatchObject({ status: 'available', attachments: [] });
});

it('extends, and takes metadata key by key', () => {
  const { id } = create({ size: 2, metadata: { a: '1' } });
  bench.pass(300);
  expect(ask(`POST /volumes/${id}/action`, { 'os-extend': { new_size: 1 } }).status).toBe(400);
  expect(ask(`POST /volumes/${id}/action`, { 'os-extend': { new_size: 3 } }).status).toBe(202);
  expect(show(id)).toMatchObject({ status: 'extending', size: 3 });
  bench.pass(300);
  expect(show(id)).toMatchObject({ status: 'available', size: 3 });
  expect(ask(`DELETE /volumes/${id}/metadata/a`).status).toBe(200);
  expect(ask(`DELETE /volumes/${id}/metadata/a`).status).toBe(404);
  expect(ask(`POST /volumes/${id}/metadata`, { metadata: { b: '2' } }).json).toEqual({ metadata: { b: '2' } });
});

it('backs up and restores', () => {
  const { id } = create({ size: 1, name: 'v' });
  bench.pass(300);
  const made = ask('POST /backups', { backup: { volume_id: id, name: 'b' } }).json['backup'] as Json;
  expect(Object.keys(made)).toEqual(['id', 'name', 'links']);
  expect(show(id)['status']).toBe('backing-up');
  bench.pass(300);
  expect(ask(`GET /backups/${made['id']}`).json['backup']).toMatchObject({ status: 'available', volume_id: id });
  const restored = ask(`POST /backups/${made['id']}/restore`, { restore: { name: 'again' } });
  expect(restored).toMatchObject({ status: 202, body: { restore: { volume_name: 'again' } } });
});

it('keeps to quotas', () => {
  const limits = { quota_set: { volumes: 1, gigabytes: 5 } };
  const adminRoot = `/v3/${admin.projectId}`;
  const set = bench.ask('volumev3', `PUT ${adminRoot}/os-quota-sets/${tenant.projectId}`, limits, { as: admin });
  expect(set.status).toBe(200);
  expect(ask('POST /volumes', { volume: { size: 6 } })).toMatchObject({ status: 413, headers: { 'retry-after': '0' } });
  expect(ask('POST /volumes', { volume: { size: 1 } }).status).toBe(202);
  expect(message(ask('POST /volumes', { volume: { size: 1 } }))).toBe(
    "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded for quota 'volumes'.",
  );
});

it('pages, hides other projects’ volumes, and knows its versions', () => {
  for (const name of ['a', 'b', 'c']) {
    bench.pass(1000);
    create({ size: 1, name });
  }
  const first = ask('GET /volumes?limit=2').json;
  expect((first['volumes'] as unknown as { name: string }[]).map(one => one.name)).toEqual(['c', 'b']);
  const links = first['volumes_links'] as unknown as { href: string }[];
  const next = new URL(links[0]?.href ?? '');
  expect(bench.ask('volumev3', `GET ${next.pathname}${next.search}`).json['volumes']).toHaveLength(1);
  expect(ask('GET /volumes?marker=nope').status).toBe(404);
  const others = bench.ask('volumev3', `GET /v3/${stranger.projectId}/volumes`, undefined, { as: stranger });
  expect(others.json['volumes']).toEqual([]);
  expect(bench.ask('volumev3', `GET ${root}/volumes`, undefined, { as: stranger }).status).toBe(400);
  expect(ask('GET /volumes', undefined, 71).status).toBe(406);
  expect(ask('GET /volumes', undefined, 59).headers).toMatchObject({ 'openstack-api-version': 'volume 3.59' });
});
