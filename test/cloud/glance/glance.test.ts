import { beforeEach, expect, it } from 'vitest';
import { Tables } from '../table.ts';
import { admin, Bench, stranger, tenant } from '../testing.ts';
import { Glance } from './glance.ts';

let bench: Bench;
let tables: Tables;
const id = 'aaaaaaaa-1111-4222-8333-bbbbbbbbbbbb';
const patch = { headers: { 'content-type': 'application/openstack-images-v2.1-json-patch' } };
const raw = { disk_format: 'raw', container_format: 'bare' };

beforeEach(() => {
  tables = new Tables();
  const glance = new Glance({ tables, importMs: 500 });
  bench = new Bench(tables, [glance]);
  glance.furnish(bench, { adminProjectId: admin.projectId ?? '' });
});

const ask = (request: string, body?: unknown, how = {}) => bench.ask('image', request, body, how);
const names = (query: string, as = tenant) =>
  (ask(`GET /v2/images${query}`, undefined, { as }).json['images'] as unknown as { name: string }[]).map(
    one => one.name,
  );

it('has an image that everybody sees, and takes the id that a client chooses, once', () => {
  expect(names('')).toEqual(['cirros']);
  const made = ask('POST /v2/images', { id, name: 'mine', colour: 'red', tags: ['b'] });
  expect(made).toMatchObject({
    status: 201,
    body: { id, status: 'queued', visibility: 'shared', colour: 'red', size: null },
  });
  expect(made.headers).toMatchObject({ location: `http://cloud/v2/images/${id}` });
  expect(ask('POST /v2/images', { id }).status).toBe(409);
  expect(ask(`DELETE /v2/images/${id}`).status).toBe(204);
  expect(ask(`GET /v2/images/${id}`).status).toBe(404);
  // The trap that marks.md names: an id stays used.
  expect(ask('POST /v2/images', { id })).toMatchObject({ status: 409 });
  expect(ask('POST /v2/images', { id: 'short' }).status).toBe(400);
});

it('refuses what is not the client’s to say, and changes nothing then', () => {
  expect(ask('POST /v2/images', { file: 'x' }).status).toBe(403);
  expect(ask('POST /v2/images', { os_glance_x: 'x' }).status).toBe(403);
  expect(ask('POST /v2/images', { visibility: 'public' }).status).toBe(403);
  expect(ask('POST /v2/images', { min_ram: 'much' }).status).toBe(400);
  expect(ask('POST /v2/images', { custom: 5 }).status).toBe(400);
  expect(names('')).toEqual(['cirros']);
});

it('says no as its web framework does: in HTML, JSON or plain text', () => {
  const [html, json, plain] = ['*/*', 'application/json', ''].map(accept =>
    ask('GET /v2/images/nope', undefined, { headers: accept === '' ? {} : { accept } }),
  );
  expect(html?.body).toBe(
    '<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n' +
      '  No image found with ID nope<br /><br />\n\n\n\n </body>\n</html>',
  );
  expect(json?.body).toEqual({
    message: 'No image found with ID nope<br /><br />\n\n\n',
    code: '404 Not Found',
    title: 'Not Found',
  });
  expect(plain?.body).toBe('404 Not Found\n\nNo image found with ID nope\n\n   ');
});

it('changes by JSON patch, property by property', () => {
  ask('POST /v2/images', { id, name: 'mine', colour: 'red' });
  bench.pass(2000);
  const changes = [
    { op: 'replace', path: '/name', value: 'yours' },
    { op: 'remove', path: '/colour' },
    { op: 'add', path: '/shape', value: 'round' },
  ];
  const changed = ask(`PATCH /v2/images/${id}`, changes, patch);
  expect(changed).toMatchObject({
    status: 200,
    body: { name: 'yours', shape: 'round', updated_at: '2026-11-20T10:00:02Z' },
  });
  expect(changed.json['colour']).toBeUndefined();
  expect(ask(`PATCH /v2/images/${id}`, [{ op: 'remove', path: '/colour' }], patch).status).toBe(409);
  expect(ask(`PATCH /v2/images/${id}`, [{ op: 'replace', path: '/status', value: 'x' }], patch).status).toBe(403);
  expect(ask(`PATCH /v2/images/${id}`, [], {}).status).toBe(415);
});

it('imports without a byte: queued, importing, active when its time has come', () => {
  ask('POST /v2/images', { id, name: 'web', ...raw });
  const method = { name: 'web-download', uri: 'http://example.org/image.raw' };
  expect(ask(`POST /v2/images/${id}/import`, { method }).status).toBe(202);
  expect(ask(`GET /v2/images/${id}`).json['status']).toBe('importing');
  bench.pass(499);
  expect(ask(`GET /v2/images/${id}`).json['status']).toBe('importing');
  bench.pass(1);
  expect(ask(`GET /v2/images/${id}`).json).toMatchObject({ status: 'active', size: 0 });
  expect(ask(`POST /v2/images/${id}/import`, { method }).status).toBe(409);
  const other = ask('POST /v2/images', { name: 'no formats' }).json['id'];
  expect(ask(`POST /v2/images/${other}/import`, { method }).status).toBe(409);
  const bad = { name: 'web-download', uri: 'file:///etc/passwd' };
  const third = ask('POST /v2/images', raw).json['id'];
  expect(ask(`POST /v2/images/${third}/import`, { method: bad }).status).toBe(400);
});

it('keeps of an upload its size and digests', () => {
  ask('POST /v2/images', { id, ...raw });
  expect(ask(`PUT /v2/images/${id}/file`, new Uint8Array([97])).status).toBe(204);
  expect(ask(`GET /v2/images/${id}`).json).toMatchObject({
    status: 'active',
    size: 1,
    checksum: '0cc175b9c0f1b6a831c399e269772661',
    stores: 'file',
  });
  expect(ask(`PUT /v2/images/${id}/file`, new Uint8Array([98])).status).toBe(409);
});

it('lists by filters, in order and in pages', () => {
  for (const name of ['a', 'b', 'c']) {
    bench.pass(1000);
    ask('POST /v2/images', { name, tags: [name], colour: name === 'a' ? 'red' : 'blue' });
  }
  expect(names('')).toEqual(['c', 'b', 'a', 'cirros']);
  expect(names('?name=A')).toEqual(['a']);
  expect(names('?tag=b')).toEqual(['b']);
  expect(names('?colour=blue')).toEqual(['c', 'b']);
  expect(names('?status=in:active,killed')).toEqual(['cirros']);
  expect(names('?sort=name:asc&limit=2')).toEqual(['a', 'b']);
  expect(names('?created_at=gt:2026-11-20T10:00:01Z')).toEqual(['c', 'b']);
  const first = ask('GET /v2/images?limit=2').json;
  expect(first['next']).toMatch(/^\/v2\/images\?limit=2&marker=/);
  expect(names(String(first['next']).slice('/v2/images'.length))).toEqual(['a', 'cirros']);
  expect(ask('GET /v2/images?marker=nope').status).toBe(400);
  expect(ask('GET /v2/images?changes-since=2020').status).toBe(400);
});

it('shows a shared image to whoever accepted it, and to nobody else', () => {
  ask('POST /v2/images', { id, name: 'ours' });
  expect(names('', stranger)).toEqual(['cirros']);
  const project = stranger.projectId;
  expect(ask(`POST /v2/images/${id}/members`, { member: project }).status).toBe(200);
  expect(ask(`POST /v2/images/${id}/members`, { member: project }).status).toBe(409);
  expect(names('', stranger)).toEqual(['cirros']);
  expect(ask(`GET /v2/images/${id}`, undefined, { as: stranger }).status).toBe(200);
  ask(`PUT /v2/images/${id}/members/${project}`, { status: 'accepted' }, { as: stranger });
  expect(names('', stranger)).toEqual(['ours', 'cirros']);
  expect(ask(`DELETE /v2/images/${id}`, undefined, { as: stranger }).status).toBe(403);
});

it('comes back from its journal', () => {
  ask('POST /v2/images', { id, name: 'kept' });
  const again = new Tables();
  again.replay(tables.snapshot());
  const other = new Bench(again, [new Glance({ tables: again, importMs: 1 })]);
  expect(other.ask('image', `GET /v2/images/${id}`).json['name']).toBe('kept');
});
