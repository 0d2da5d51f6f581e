/** Updates of servers, volumes and key pairs on the sandbox: each call that changes something, in its order. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Resources, startWatched, type WatchedCloud } from '../../test/support/watched.ts';

let cloud: WatchedCloud;
beforeAll(async () => {
  cloud = await startWatched();
}, 60_000);
afterAll(() => cloud.stop());

const get = (name: string) => ({ get_resource: name });

async function counted(): Promise<Record<string, number>> {
  const lists: readonly (readonly [string, string])[] = [
    ['network', '/v2.0/ports'],
    ['network', '/v2.0/networks'],
    ['compute', '/servers'],
    ['compute', '/os-keypairs'],
    ['volumev3', '/volumes'],
  ];
  const counts: [string, number][] = [];
  for (const [service, path] of lists) {
    const [list] = Object.values(await cloud.read(service, path));
    counts.push([path, (list as readonly unknown[]).length]);
  }
  return Object.fromEntries(counts);
}

async function portsOf(server: string): Promise<readonly Record<string, unknown>[]> {
  const { ports } = await cloud.read('network', `/v2.0/ports?device_id=${server}`);
  return ports as readonly Record<string, unknown>[];
}

const server = (more: object = {}) =>
  [
    'Nova::Server',
    { image: 'cirros', flavor: 'm1.tiny', user_data_format: 'RAW', networks: [{ network: 'private' }], ...more },
  ] as const;

const places: Resources = {
  one: ['Neutron::Net'],
  subnet: ['Neutron::Subnet', { network: get('one'), cidr: '10.8.0.0/24' }],
  two: ['Neutron::Net'],
  other: ['Neutron::Subnet', { network: get('two'), cidr: '10.9.0.0/24' }],
};
const action = (body: string) => `POST /servers/<server>/action ${body}`;

describe('a server, on the sandbox', { timeout: 120_000 }, () => {
  it('is renamed, resized, rebuilt and given another password', async () => {
    const before = await counted();
    const stack = await cloud.create({ server: server({ metadata: { a: '1', b: '2' } }) });
    expect(await stack.update({ server: server({ metadata: { a: '1', b: '2' } }) })).toEqual([]);
    const id = await stack.id('server');
    const changed = server({ name: 'web', metadata: { b: '3' }, tags: ['t'], flavor: 'm1.small', admin_pass: 'pw' });
    const small = ((await cloud.read('compute', '/flavors'))['flavors'] as { name: string; id: string }[]).find(
      ({ name }) => name === 'm1.small',
    )?.id;
    expect(await stack.update({ server: changed })).toEqual([
      'PUT /servers/<server>/metadata {"metadata":{"b":"3"}}',
      'PUT /servers/<server>/tags {"tags":["t"]}',
      'PUT /servers/<server> {"server":{"name":"web"}}',
      action(`{"resize":{"flavorRef":"${small}"}}`),
      action('{"confirmResize":null}'),
      action('{"changePassword":{"adminPass":"pw"}}'),
    ]);
    expect(await stack.id('server')).toBe(id);
    expect(await cloud.read('compute', `/servers/${id}`)).toMatchObject({
      server: { status: 'ACTIVE', name: 'web', metadata: { b: '3' }, flavor: { original_name: 'm1.small' } },
    });
    await stack.remove();
    expect(await counted()).toEqual(before);
  });

  it('is moved from network to network, with ports that are made and taken along', async () => {
    const before = await counted();
    const on = (...networks: readonly object[]): Resources => ({ ...places, server: server({ networks }) });
    const stack = await cloud.create(on({ network: get('one') }, { subnet: get('subnet'), fixed_ip: '10.8.0.50' }));
    const id = await stack.id('server');
    const [first, made] = [...(await portsOf(id))].sort((a, b) =>
      String(a['description']).localeCompare(String(b['description'])),
    );
    expect(await stack.update(on({ subnet: get('subnet'), fixed_ip: '10.8.0.50' }, { network: get('two') }))).toEqual([
      `DELETE /servers/<server>/os-interface/${first?.['id']}`,
      'POST /servers/<server>/os-interface {"interfaceAttachment":{"net_id":"<two>"}}',
    ]);
    expect((await portsOf(id)).map(({ network_id: network }) => network).sort()).toEqual(
      [await stack.id('one'), await stack.id('two')].sort(),
    );

    const lines = await stack.update(on({ network: get('two') }, { subnet: get('other') }));
    expect(lines).toEqual([
      `DELETE /v2.0/ports/${made?.['id']}`,
      expect.stringContaining('POST /v2.0/ports {"port":{"name":"server-port-1","network_id":"<two>"'),
      expect.stringContaining('POST /servers/<server>/os-interface {"interfaceAttachment":{"port_id":'),
    ]);
    expect(await portsOf(id)).toHaveLength(2);
    await stack.remove();
    expect(await counted()).toEqual(before);
  });

  it('that is replaced hands its port on; a rollback brings it back', async () => {
    const before = await counted();
    const with_ = (key: object, more: Resources = {}): Resources => ({
      ...places,
      key: ['Nova::KeyPair', { name: 'watched' }],
      port: ['Neutron::Port', { network: get('one') }],
      server: server({ networks: [{ port: get('port') }, { subnet: get('other'), fixed_ip: '10.9.0.20' }], ...key }),
      ...more,
    });
    const stack = await cloud.create(with_({}));
    const id = await stack.id('server');
    const [own] = (await portsOf(id)).filter(({ description }) => description !== '');
    const failing = with_(
      { key_name: get('key') },
      { wrong: ['Heat::TestResource', { value: get('server'), fail: true }] },
    );
    const taken = await stack.update(failing, {
      rollback: true,
      end: 'ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully',
    });
    expect(await stack.id('server')).toBe(id);
    expect(taken.slice(0, 2)).toEqual([
      'DELETE /servers/<server>/os-interface/<port>',
      `PUT /v2.0/ports/${own?.['id']} {"port":{"fixed_ips":[]}}`,
    ]);
    expect((await portsOf(id)).map(({ id: port }) => port).sort()).toEqual(
      [await stack.id('port'), own?.['id']].sort(),
    );
    expect(await cloud.read('network', `/v2.0/ports/${own?.['id']}`)).toMatchObject({
      port: { fixed_ips: [{ ip_address: '10.9.0.20' }] },
    });

    const lines = await stack.update(with_({ key_name: get('key') }));
    expect(await stack.id('server')).not.toBe(id);
    expect(lines.filter(line => line.includes('/servers'))).toEqual([
      'DELETE /servers/<server>/os-interface/<port>',
      expect.stringContaining('POST /servers '),
      'DELETE /servers/<server>',
    ]);
    expect(await portsOf(await stack.id('server'))).toHaveLength(2);
    await stack.remove();
    expect(await counted()).toEqual(before);
  });
});

describe('a server that its type wants replaced', { timeout: 120_000 }, () => {
  it('lets go of its port once, and takes it back once after a rollback', async () => {
    const before = await counted();
    const with_ = (script: string, more: Resources = {}): Resources => ({
      ...places,
      port: ['Neutron::Port', { network: get('one') }],
      server: server({ networks: [{ port: get('port') }], user_data: script }),
      ...more,
    });
    const stack = await cloud.create(with_('one'));
    const id = await stack.id('server');
    expect((await stack.update(with_('two'))).map(line => line.split(' {')[0])).toEqual([
      'DELETE /servers/<server>/os-interface/<port>',
      'POST /servers',
      'DELETE /servers/<server>',
    ]);
    const second = await stack.id('server');
    expect(second).not.toBe(id);
    const failing = with_('three', { wrong: ['Heat::TestResource', { value: get('server'), fail: true }] });
    const end = 'ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully';
    const lines = await stack.update(failing, { rollback: true, end });
    expect(lines.filter(line => line.includes('<server 2>')).map(line => line.split(' {')[0])).toEqual([
      'DELETE /servers/<server 2>/os-interface/<port>',
      'POST /servers/<server 2>/os-interface',
    ]);
    expect(await stack.id('server')).toBe(second);
    expect(await portsOf(second)).toMatchObject([{ id: await stack.id('port') }]);
    await stack.remove();
    expect(await counted()).toEqual(before);
  });
});

describe('volumes and key pairs, on the sandbox', { timeout: 120_000 }, () => {
  const publicKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8fgO1vWQ8gk0bq0cJ1p6y5L1aEJkqg0nqf2rXy9o2p a@b';

  it('grow in use, are set read-only off their server, are attached anew, and never shrink', async () => {
    const before = await counted();
    const with_ = (volume: object, attachment: object = {}): Resources => ({
      server: server(),
      spare: server(),
      volume: ['Cinder::Volume', { size: 2, ...volume }],
      tie: ['Cinder::VolumeAttachment', { instance_uuid: get('server'), volume_id: get('volume'), ...attachment }],
    });
    const stack = await cloud.create(with_({}));
    expect(await stack.update(with_({ size: 3, name: 'data', metadata: { a: 'b' } }))).toEqual([
      'PUT /volumes/<volume> {"volume":{"name":"data","description":null}}',
      'PUT /volumes/<volume>/metadata {"metadata":{"a":"b"}}',
      'POST /volumes/<volume>/action {"os-extend":{"new_size":3}}',
    ]);
    const named = { name: 'data', metadata: { a: 'b' } };
    await stack.update(with_({ ...named, size: 1 }), {
      end: 'UPDATE_FAILED: Resource UPDATE failed: NotSupported: resources.volume: Shrinking volume is not supported.',
    });
    const volume = await stack.id('volume');
    expect(await stack.update(with_({ ...named, size: 3, read_only: true }))).toEqual([
      'DELETE /servers/<server>/os-volume_attachments/<volume>',
      'POST /volumes/<volume>/action {"os-update_readonly_flag":{"readonly":true}}',
      expect.stringContaining(
        'POST /servers/<server>/os-volume_attachments {"volumeAttachment":{"volumeId":"<volume>"',
      ),
    ]);
    expect(await stack.update(with_({ ...named, size: 3, read_only: true }, { instance_uuid: get('spare') }))).toEqual([
      'DELETE /servers/<server>/os-volume_attachments/<volume>',
      'POST /servers/<spare>/os-volume_attachments {"volumeAttachment":{"volumeId":"<volume>"}}',
    ]);
    expect(await stack.id('volume')).toBe(volume);
    expect(await cloud.read('volumev3', `/volumes/${volume}`)).toMatchObject({
      volume: { size: 3, status: 'in-use', attachments: [{ server_id: await stack.id('spare') }] },
    });
    await stack.remove();
    expect(await counted()).toEqual(before);
  });

  it('of another name are made before the old ones go, of the same name after', async () => {
    const pair = (name: string, more: object = {}): Resources => ({
      pair: ['Nova::KeyPair', { name, public_key: publicKey, ...more }],
    });
    const stack = await cloud.create(pair('first'));
    expect(await stack.update(pair('second'))).toEqual([
      expect.stringContaining('POST /os-keypairs {"keypair":{"name":"<pair 2>"'),
      'DELETE /os-keypairs/<pair>',
    ]);
    expect(await stack.update(pair('second', { type: 'ssh' }))).toEqual([
      'DELETE /os-keypairs/<pair 2>',
      expect.stringContaining('POST /os-keypairs {"keypair":{"name":"<pair 2>"'),
    ]);
    await stack.remove();
  });
});
