import { beforeEach, expect, it } from 'vitest';
import { Cinder } from '../cinder/cinder.ts';
import { Glance } from '../glance/glance.ts';
import { Neutron } from '../neutron/service.ts';
import { Tables } from '../table.ts';
import { admin, Bench, type Json, stranger, tenant } from '../testing.ts';
import { Nova } from './nova.ts';

let bench: Bench;
let tables: Tables;
let image = '';
let net = '';

function cloudOn(on: Tables): { bench: Bench; glance: Glance; cinder: Cinder; nova: Nova; neutron: Neutron } {
  const neutron = new Neutron(on);
  const glance = new Glance({ tables: on, importMs: 500 });
  const cinder = new Cinder({ tables: on, images: glance, delays: { createMs: 300, deleteMs: 200 } });
  const delays = { buildMs: 800, deleteMs: 300, actionMs: 200 };
  const nova = new Nova({ tables: on, network: neutron.forNova, volumes: cinder.forNova, images: glance, delays });
  return { bench: new Bench(on, [neutron, glance, cinder, nova]), neutron, glance, cinder, nova };
}

beforeEach(() => {
  tables = new Tables();
  const cloud = cloudOn(tables);
  bench = cloud.bench;
  const projects = { adminProjectId: admin.projectId ?? '', demoProjectId: tenant.projectId ?? '' };
  cloud.glance.furnish(bench, projects);
  cloud.cinder.furnish(bench);
  cloud.nova.furnish();
  image = cloud.glance.named('cirros')[0]?.id ?? '';
  net = network('net', '192.168.1.0/24');
});

function network(name: string, cidr: string): string {
  const made = bench.ask('network', 'POST /v2.0/networks', { network: { name } });
  const id = String((made.json['network'] as Json)['id']);
  bench.ask('network', 'POST /v2.0/subnets', { subnet: { network_id: id, cidr, ip_version: 4 } });
  return id;
}

const port = (fields: object = {}): string => {
  const made = bench.ask('network', 'POST /v2.0/ports', { port: { network_id: net, ...fields } });
  return String((made.json['port'] as Json)['id']);
};
const portNow = (id: string) => bench.ask('network', `GET /v2.0/ports/${id}`).json['port'] as Json;

const ask = (request: string, body?: unknown, minor = 93, as = tenant) =>
  bench.ask('compute', request.replace(' /', ' /v2.1/'), body, {
    as,
    headers: { 'openstack-api-version': `compute 2.${minor}` },
  });
const boot = (server: object = {}, minor = 93) =>
  ask('POST /servers', { server: { name: 's', flavorRef: '3', imageRef: image, networks: 'none', ...server } }, minor);
const create = (server: object = {}): string => String((boot(server).json['server'] as Json)['id']);
const show = (id: string, minor = 93) => ask(`GET /servers/${id}`, undefined, minor).json['server'] as Json;
const message = (reply: { json: Json }) => Object.values(reply.json)[0]?.['message'];
const names = (query: string, minor = 93, as = tenant) =>
  (ask(`GET /servers${query}`, undefined, minor, as).json['servers'] as unknown as { name: string }[]).map(s => s.name);

it('builds a server: accepted at once, its port later, active when its time has come', () => {
  const made = boot({
    networks: [{ uuid: net, tag: 'nic' }],
    tags: ['b', 'a'],
    metadata: { k: 'v' },
    description: 'd',
  });
  expect(made).toMatchObject({ status: 202, body: { server: { 'OS-DCF:diskConfig': 'MANUAL' } } });
  const id = String((made.json['server'] as Json)['id']);
  expect(show(id)).toMatchObject({
    status: 'BUILD',
    'OS-EXT-STS:task_state': 'scheduling',
    addresses: {},
    tags: ['a', 'b'],
    metadata: { k: 'v' },
    hostId: '',
  });
  bench.pass(200);
  expect(show(id)['OS-EXT-STS:task_state']).toBe('spawning');
  bench.pass(599);
  expect(show(id)['status']).toBe('BUILD');
  bench.pass(1);
  const active = show(id);
  expect(active).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:power_state': 1, flavor: { original_name: 'm1.tiny' } });
  const addresses = active['addresses']?.['net'] as unknown as object[];
  expect(addresses).toMatchObject([{ version: 4, 'OS-EXT-IPS:type': 'fixed' }]);
  const [nic] = ask(`GET /servers/${id}/os-interface`).json['interfaceAttachments'] as unknown as Json[];
  expect(nic).toMatchObject({ net_id: net, port_state: 'ACTIVE', tag: 'nic' });
  expect(portNow(String(nic?.['port_id']))).toMatchObject({ device_id: id, device_owner: 'compute:nova' });
});

it('deletes with a stay in `deleting`, and then shows a server only to those who ask for changes', () => {
  const id = create({ networks: [{ uuid: net }] });
  bench.pass(800);
  const [nic] = ask(`GET /servers/${id}/os-interface`).json['interfaceAttachments'] as unknown as Json[];
  const before = '2026-11-20T10:00:00Z';
  expect(ask(`DELETE /servers/${id}`).status).toBe(204);
  expect(show(id)).toMatchObject({ status: 'ACTIVE', 'OS-EXT-STS:task_state': 'deleting' });
  expect(ask(`DELETE /servers/${id}`).status).toBe(204);
  bench.pass(300);
  expect(message(ask(`GET /servers/${id}`))).toBe(`Instance ${id} could not be found.`);
  expect(ask(`DELETE /servers/${id}`).status).toBe(404);
  expect(names('')).toEqual([]);
  const [gone] = ask(`GET /servers/detail?changes-since=${before}`).json['servers'] as unknown as Json[];
  expect(gone).toMatchObject({ id, status: 'DELETED', metadata: {}, addresses: {} });
  expect(names('?changes-since=2026-11-20T11:00:00Z')).toEqual([]);
  expect(bench.ask('network', `GET /v2.0/ports/${nic?.['port_id']}`).status).toBe(404);
  bench.pass(3_600_000);
  expect(names(`?changes-since=${before}`)).toEqual([]);
});

it('lets go of a port that was given, and refuses one that is in use', () => {
  const given = port({ name: 'mine' });
  const id = create({ networks: [{ port: given }] });
  bench.pass(800);
  const second = boot({ networks: [{ port: given }] });
  expect(second).toMatchObject({
    status: 409,
    body: { conflictingRequest: { message: `Port ${given} is still in use.` } },
  });
  ask(`DELETE /servers/${id}`);
  bench.pass(300);
  expect(portNow(given)).toMatchObject({ name: 'mine', device_id: '', device_owner: '', status: 'DOWN' });
  const twice = boot({ networks: [{ port: given }, { port: given }] });
  expect(message(twice)).toMatch('was specified twice');
});

it('gives a port that two servers asked for to the first; the other ends in error', () => {
  const given = port();
  const first = create({ networks: [{ port: given }] });
  const second = create({ networks: [{ port: given }] });
  bench.pass(800);
  expect(show(first)['status']).toBe('ACTIVE');
  expect(show(second)).toMatchObject({
    status: 'ERROR',
    fault: { code: 500, message: `Build of instance ${second} aborted: Port ${given} is still in use.` },
  });
  ask(`DELETE /servers/${second}`);
  bench.pass(300);
  expect(portNow(given)['device_id']).toBe(first);
});

it('lets things happen in the order of their times, also when it was not asked for long', () => {
  const given = port();
  const first = create({ networks: [{ port: given }] });
  bench.pass(800);
  ask(`DELETE /servers/${first}`);
  bench.now += 50;
  // Its port is asked for while the first still holds it: refused. After that it is free for whoever comes.
  expect(boot({ networks: [{ port: given }] }).status).toBe(409);
  bench.pass(250);
  const second = create({ networks: [{ port: given }] });
  bench.now += 100;
  const third = create({ networks: [{ port: given }] });
  bench.pass(10_000);
  expect(show(second)['status']).toBe('ACTIVE');
  expect(show(third)['status']).toBe('ERROR');
});

it('refuses what is not there or malformed in its own words', () => {
  const wrong = (server: object) => message(boot(server));
  expect(wrong({ flavorRef: '99' })).toBe('Flavor 99 could not be found.');
  expect(wrong({ imageRef: net })).toBe('Can not find requested image');
  expect(wrong({ imageRef: 'x' })).toMatch("'x' is not valid under any of the given schemas");
  expect(wrong({ imageRef: undefined })).toBe('Missing imageRef attribute');
  expect(wrong({ key_name: 'zz' })).toBe('Invalid key_name provided.');
  expect(wrong({ networks: [{ uuid: image }] })).toBe(`Network ${image} could not be found.`);
  expect(wrong({ networks: [{ port: image }] })).toBe(`Port id ${image} could not be found.`);
  expect(wrong({ security_groups: [{ name: 'zz' }] })).toBe("Unable to find security_group with name or id 'zz'");
  expect(wrong({ tags: ['a/b'] })).toBe(
    "Invalid input for field/attribute 0. Value: a/b. 'a/b' does not match '^[^,/]*$'",
  );
  expect(wrong({ metadata: { a: 1 } })).toBe(
    "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'",
  );
  expect(message(ask('POST /servers', { server: { name: 's', flavorRef: '3', imageRef: image } }))).toMatch(
    "'networks' is a required property",
  );
  expect(names('')).toEqual([]);
});

it('keeps to the versions of its API', () => {
  expect(boot({ tags: ['t'] }, 51).status).toBe(400);
  expect(boot({ personality: [] }, 57).status).toBe(400);
  expect(boot({ personality: [] }, 56).status).toBe(202);
  const id = create({ description: 'd' });
  expect(show(id, 18)['description']).toBeUndefined();
  expect(show(id, 25)['tags']).toBeUndefined();
  expect(show(id, 46)['flavor']).toMatchObject({ id: '3' });
  expect(show(id, 1)['locked']).toBeUndefined();
  expect(ask('GET /servers', undefined, 94).status).toBe(406);
  expect(ask('GET /servers', undefined, 60).headers).toMatchObject({ 'openstack-api-version': 'compute 2.60' });
});

it('finds by a name that is a regular expression, by tags, by status; and ignores what it does not know', () => {
  create({ name: 'web-1', tags: ['x'] });
  create({ name: 'web-10', tags: ['x', 'y'] });
  create({ name: 'db', tags: ['y'] });
  expect(names('?name=WEB-1').sort()).toEqual(['web-1', 'web-10']);
  expect(names('?name=^web-1$')).toEqual(['web-1']);
  expect(ask('GET /servers?name=(').status).toBe(400);
  expect(names('?tags=x,y')).toEqual(['web-10']);
  expect(names('?not-tags=y')).toEqual(['web-1']);
  expect(names('?tags=x', 25)).toHaveLength(3);
  expect(names('?status=ACTIVE')).toEqual([]);
  expect(names('?status=ACTIVE&status=BUILD')).toHaveLength(3);
  expect(names('?description=nothing&metadata=x')).toHaveLength(3);
  expect(ask('GET /servers?status=zz').status).toBe(400);
  expect(names('', 93, stranger)).toEqual([]);
  expect(names('?all_tenants=1', 93, admin)).toHaveLength(3);
});

it('pages', () => {
  for (const name of ['a', 'b', 'c']) {
    bench.pass(1000);
    create({ name });
  }
  const first = ask('GET /servers?limit=2').json;
  expect(names('?limit=2')).toEqual(['c', 'b']);
  const [link] = first['servers_links'] as unknown as { href: string }[];
  const next = new URL(link?.href ?? '');
  const rest = bench.ask('compute', `GET ${next.pathname}${next.search}`).json['servers'];
  expect(rest).toMatchObject([{ name: 'a' }]);
  expect(message(ask('GET /servers?marker=zz'))).toBe('marker [zz] not found');
});

it('attaches and detaches volumes: reserved, in-use, detaching, available', () => {
  const id = create();
  bench.pass(800);
  const root = `/v3/${tenant.projectId}`;
  const made = bench.ask('volumev3', `POST ${root}/volumes`, { volume: { size: 1 } });
  const volume = String((made.json['volume'] as Json)['id']);
  const status = () => (bench.ask('volumev3', `GET ${root}/volumes/${volume}`).json['volume'] as Json)['status'];
  const attach = () => ask(`POST /servers/${id}/os-volume_attachments`, { volumeAttachment: { volumeId: volume } }, 60);
  expect(message(attach())).toMatch("status must be 'available'. Currently in 'creating' status");
  bench.pass(300);
  expect(attach().json['volumeAttachment']).toEqual({ id: volume, serverId: id, volumeId: volume, device: '/dev/sdb' });
  expect(status()).toBe('reserved');
  expect(message(attach())).toBe(`Invalid volume: volume ${volume} is already attached to instances: ${id}`);
  bench.pass(200);
  expect(status()).toBe('in-use');
  expect(show(id)['os-extended-volumes:volumes_attached']).toMatchObject([{ id: volume }]);
  expect(ask(`DELETE /servers/${id}/os-volume_attachments/${volume}`).status).toBe(202);
  expect(status()).toBe('detaching');
  expect(ask(`DELETE /servers/${id}/os-volume_attachments/${volume}`).status).toBe(400);
  bench.pass(200);
  expect(status()).toBe('available');
  expect(ask(`DELETE /servers/${id}/os-volume_attachments/${volume}`).status).toBe(404);
});

it('boots from a volume that it makes, and deletes it with the server when asked to', () => {
  const mapping = {
    boot_index: 0,
    uuid: image,
    source_type: 'image',
    destination_type: 'volume',
    volume_size: 2,
    delete_on_termination: true,
  };
  const id = create({ imageRef: undefined, block_device_mapping_v2: [mapping] });
  bench.pass(800);
  expect(show(id)).toMatchObject({ status: 'ACTIVE', image: '' });
  const volumes = () => bench.ask('volumev3', `GET /v3/${tenant.projectId}/volumes/detail`).json['volumes'];
  expect(volumes()).toMatchObject([
    { size: 2, status: 'in-use', bootable: 'true', attachments: [{ device: '/dev/sda' }] },
  ]);
  ask(`DELETE /servers/${id}`);
  bench.pass(300);
  bench.pass(200);
  expect(volumes()).toEqual([]);
});

it('attaches and detaches interfaces, by port and by network', () => {
  const id = create();
  bench.pass(800);
  const given = port();
  const byPort = ask(`POST /servers/${id}/os-interface`, { interfaceAttachment: { port_id: given } });
  expect(byPort).toMatchObject({
    status: 200,
    body: { interfaceAttachment: { port_id: given, port_state: 'ACTIVE' } },
  });
  const again = ask(`POST /servers/${id}/os-interface`, { interfaceAttachment: { port_id: given } });
  expect(again.status).toBe(409);
  const byNet = ask(`POST /servers/${id}/os-interface`, { interfaceAttachment: { net_id: net } }).json;
  const made = String((byNet['interfaceAttachment'] as Json)['port_id']);
  expect(show(id)['addresses']?.['net']).toHaveLength(2);
  for (const one of [given, made]) expect(ask(`DELETE /servers/${id}/os-interface/${one}`).status).toBe(202);
  expect(show(id)['addresses']).toEqual({});
  expect(portNow(given)['device_id']).toBe('');
  expect(bench.ask('network', `GET /v2.0/ports/${made}`).status).toBe(404);
});

it('stops, starts, suspends, resumes and resizes, each from its own states', () => {
  const id = create();
  bench.pass(800);
  const act = (action: string, given: unknown = null) => ask(`POST /servers/${id}/action`, { [action]: given });
  expect(message(act('resume'))).toBe(`Cannot 'resume' instance ${id} while it is in vm_state active`);
  expect(act('os-stop').status).toBe(202);
  expect(message(act('os-stop'))).toBe(`Cannot 'stop' instance ${id} while it is in task_state powering-off`);
  bench.pass(200);
  expect(show(id)['status']).toBe('SHUTOFF');
  act('os-start');
  bench.pass(200);
  act('suspend');
  bench.pass(200);
  expect(show(id)['status']).toBe('SUSPENDED');
  act('resume');
  bench.pass(200);
  expect(act('resize', { flavorRef: '3' }).status).toBe(400);
  act('resize', { flavorRef: '4' });
  expect(show(id)['status']).toBe('RESIZE');
  bench.pass(200);
  expect(show(id)).toMatchObject({ status: 'VERIFY_RESIZE', flavor: { original_name: 'm1.small' } });
  act('revertResize');
  expect(show(id)['status']).toBe('REVERT_RESIZE');
  bench.pass(200);
  expect(show(id)).toMatchObject({ status: 'ACTIVE', flavor: { original_name: 'm1.tiny' } });
  expect(message(act('nonsense'))).toBe('There is no such action: nonsense');
});

it('takes key pairs by name, and says so when a name is taken', () => {
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMslJDYdfC994lXVw0zZTmx3qn9+uUOIlzJ8+Qb4rYI9 lab';
  const make = (keypair: object, minor = 93) => ask('POST /os-keypairs', { keypair }, minor);
  expect(make({ name: 'kp', public_key: key })).toMatchObject({
    status: 201,
    body: { keypair: { name: 'kp', fingerprint: '48:8c:30:9d:19:05:3f:39:88:b3:a3:e9:d2:ba:b4:80', type: 'ssh' } },
  });
  expect(message(make({ name: 'kp', public_key: key }))).toBe("Key pair 'kp' already exists.");
  expect(message(make({ name: 'bad', public_key: 'bad' }))).toBe(
    'Keypair data is invalid: failed to generate fingerprint',
  );
  expect(make({ name: 'none' }).status).toBe(400);
  const made = make({ name: 'made' }, 91).json['keypair'];
  expect(String(made?.['private_key'])).toMatch('BEGIN RSA PRIVATE KEY');
  expect(ask('GET /os-keypairs/made').json['keypair']?.['private_key']).toBeUndefined();
  expect(ask('DELETE /os-keypairs/kp').status).toBe(204);
  expect(message(ask('DELETE /os-keypairs/kp'))).toBe('Keypair kp not found for user u-demo');
});

it('ends in error what an injected fault dooms, and has made no port for it', () => {
  const server = { name: 's', flavorRef: '3', imageRef: image, networks: [{ uuid: net }] };
  const made = bench.ask('compute', 'POST /v2.1/servers', { server }, { doomed: true });
  const id = String((made.json['server'] as Json)['id']);
  expect(made.status).toBe(202);
  bench.pass(200);
  expect(show(id)).toMatchObject({ status: 'ERROR', fault: { code: 500 } });
  expect(bench.ask('network', `GET /v2.0/ports?network_id=${net}`).json['ports']).toEqual([]);
  expect(ask(`DELETE /servers/${id}`).status).toBe(204);
});

it('keeps to quotas', () => {
  const set = ask(`PUT /os-quota-sets/${tenant.projectId}`, { quota_set: { instances: 1, cores: 8 } }, 93, admin);
  expect(set.status).toBe(200);
  create();
  const refused = boot();
  expect(refused.status).toBe(403);
  expect(message(refused)).toBe('Quota exceeded for instances: Requested 1, but already used 1 of 1 instances');
});

it('comes back from its journal in the middle of a build', () => {
  const id = create({ networks: [{ uuid: net }] });
  bench.pass(100);
  const again = new Tables();
  again.replay(tables.snapshot());
  const other = cloudOn(again).bench;
  other.now = bench.now;
  other.pass(700);
  const shown = other.ask('compute', `GET /v2.1/servers/${id}`).json['server'];
  expect(shown).toMatchObject({ status: 'ACTIVE', addresses: { net: [{ version: 4 }] } });
});
