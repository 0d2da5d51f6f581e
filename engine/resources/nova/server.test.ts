import { describe, expect, it } from 'vitest';
import {
  afterOf,
  attr,
  bodyOf,
  definitions,
  get,
  inputFor,
  mark,
  problem,
  shown,
  stepsFor,
  walk,
} from '../../../test/support/steps.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { serverAttribute, serverReads } from './server-attributes.ts';
import server from './server.ts';

const ids = ['1', '2', '3', '4'].map(n => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
  string,
];
const [image, flavor, net, other] = ids;
const raw = { image, flavor, user_data_format: 'RAW' };

const answer = (call: CloudCall): Plain => {
  if (call.path.startsWith('/v2.0/subnets/')) return { subnet: { id: 's', network_id: net } };
  if (call.path.startsWith('/v2.0/ports')) return { port: { id: 'P' } };
  return { server: { id: 'S', adminPass: 'hidden' } };
};
const calls = (given: PlainMap): string[] => walk(server, { ...raw, ...given }, answer).calls.map(shown);
const posted = (given: PlainMap): CloudCall => {
  const call = walk(server, { ...raw, ...given }, answer).calls.find(({ path }) => path === '/servers');
  if (call === undefined) throw new Error('no server was asked for');
  return call;
};
const serverIn = (given: PlainMap): PlainMap => (bodyOf(posted(given)) as { server: PlainMap }).server;
const version = ({ headers }: CloudCall): string | undefined => headers?.['OpenStack-API-Version'];
const main = (given: PlainMap = {}) => {
  const step = stepsFor(server, { ...raw, ...given }).find(({ name }) => name === 'server');
  if (step === undefined) throw new Error('no step makes the server');
  return step;
};
const value = (plain: Plain) => fromPlain(plain);

describe('a server', () => {
  it('on a network, with a generated name, is one call', () => {
    expect(calls({ networks: [{ network: net }] })).toEqual([
      `POST /servers {"server":{"name":"${mark}","imageRef":"${image}","flavorRef":"${flavor}","min_count":1,"max_count":1,"networks":[{"uuid":"${net}"}]}}`,
    ]);
    expect(version(posted({}))).toBe('compute 2.1');
  });

  it('with the user’s name carries its mark as a description, which becomes the name afterwards', () => {
    const call = posted({ name: ' web ' });
    expect(serverIn({ name: ' web ' })).toMatchObject({ name: 'web', description: mark });
    expect(version(call)).toBe('compute 2.19');
    expect(calls({ name: 'web', tags: ['a', 'b'] }).slice(1)).toEqual([
      'PUT /servers/S {"server":{"description":"web"}}',
      'PUT /servers/S/tags {"tags":["a","b"]}',
    ]);
  });

  it('is asked for as everything says', () => {
    const given = {
      metadata: { text: 't', list: [1, 'a'] },
      scheduler_hints: { group: 'g' },
      personality: { '/etc/motd': 'hi' },
      key_name: 'k',
      availability_zone: 'nova',
      security_groups: [other],
      config_drive: true,
      diskConfig: 'AUTO',
      admin_pass: 'pw',
      user_data: '#!/bin/sh',
    };
    expect(bodyOf(posted(given))).toEqual({
      server: {
        name: mark,
        imageRef: image,
        flavorRef: flavor,
        user_data: Buffer.from('#!/bin/sh').toString('base64'),
        metadata: { text: 't', list: '[1, "a"]' },
        min_count: 1,
        max_count: 1,
        adminPass: 'pw',
        key_name: 'k',
        security_groups: [{ name: other }],
        personality: [{ path: '/etc/motd', contents: Buffer.from('hi').toString('base64') }],
        availability_zone: 'nova',
        'OS-DCF:diskConfig': 'AUTO',
        config_drive: true,
      },
      'os:scheduler_hints': { group: 'g' },
    });
  });

  it('keeps what is shown of it, but for the password', () => {
    const { last } = walk(server, raw, answer);
    expect(last).toEqual({ physicalId: 'S', data: mapOf([['id', 'S']]) });
  });

  it.each<[PlainMap, string, Plain | undefined]>([
    [{ networks: [{ allocate_network: 'auto' }] }, '2.37', 'auto'],
    [{ networks: [{ allocate_network: 'none' }] }, '2.37', 'none'],
    [{ networks: [{ network: net, tag: 't' }] }, '2.42', [{ uuid: net, tag: 't' }]],
    [{ block_device_mapping_v2: [{ image, volume_type: other, boot_index: 0 }], image: null }, '2.67', 'auto'],
    [{ networks: [{ network: net, fixed_ip: '10.0.0.5' }] }, '2.1', [{ uuid: net, fixed_ip: '10.0.0.5' }]],
    [{ networks: [{ port: other }] }, '2.1', [{ port: other }]],
    [{}, '2.1', undefined],
  ])('%j needs API %s', (given, api, networks) => {
    expect(version(posted(given))).toBe(`compute ${api}`);
    expect(serverIn(given)['networks']).toEqual(networks);
  });
});

describe('a server’s ports', () => {
  const subnet = other;

  it('are made where a subnet is asked for, marked in their description', () => {
    const networks = [{ subnet, fixed_ip: '10.0.0.5', floating_ip: image }];
    expect(calls({ networks, security_groups: [flavor] })).toEqual([
      `GET /v2.0/subnets/${subnet}`,
      `POST /v2.0/ports {"port":{"name":"r-port-0","network_id":"${net}","fixed_ips":[{"ip_address":"10.0.0.5","subnet_id":"${subnet}"}],"security_groups":["${flavor}"],"description":"${mark}-port-0"}}`,
      `PUT /v2.0/floatingips/${image} {"floatingip":{"port_id":"P","fixed_ip_address":"10.0.0.5"}}`,
      expect.stringContaining('"networks":[{"port":"P"}]'),
    ]);
  });

  it('take what port_extra_properties say, the user’s description last', () => {
    const extra = {
      value_specs: { description: 'mine', 'binding:profile': {} },
      qos_policy: other,
      no_fixed_ips: true,
      allowed_address_pairs: [{ ip_address: '10.0.0.0/24' }],
    };
    const [first, second] = walk(
      server,
      { ...raw, networks: [{ network: net, port_extra_properties: extra }] },
      answer,
    ).calls;
    expect(bodyOf(first as CloudCall)).toEqual({
      port: {
        name: 'r-port-0',
        network_id: net,
        fixed_ips: [],
        admin_state_up: true,
        'binding:vnic_type': 'normal',
        qos_policy_id: other,
        allowed_address_pairs: [{ ip_address: '10.0.0.0/24' }],
        'binding:profile': {},
        description: `${mark}-port-0`,
      },
    });
    expect(shown(second as CloudCall)).toBe('PUT /v2.0/ports/P {"port":{"description":"mine"}}');
  });

  it('are found by their own mark alone', () => {
    const given = { ...raw, networks: [{ network: net, subnet }] };
    const [step] = stepsFor(server, given);
    const input = inputFor(server, given);
    const twins = [`${mark}-port-1`, `${mark.toUpperCase()}-port-0`, '', null].map((description, i) => ({
      id: `foreign-${i}`,
      name: 'r-port-0',
      description,
    }));
    expect(step?.found(value({ ports: twins }), input)).toBeUndefined();
    expect(
      step?.found(value({ ports: [...twins, { id: 'own', description: `${mark}-port-0` }] }), input),
    ).toMatchObject({
      physicalId: 'own',
    });
    expect(step?.find(input).path).toBe(`/v2.0/ports?description=${mark}-port-0`);
  });
});

describe('a server’s devices', () => {
  it('of the old form are Python’s texts', () => {
    const devices = [
      { device_name: 'vda', volume_id: net, volume_size: 10, delete_on_termination: false },
      { device_name: 'vdb', snapshot_id: other },
    ];
    expect(serverIn({ image: null, block_device_mapping: devices })['block_device_mapping']).toEqual([
      { device_name: 'vda', volume_id: net, volume_size: '10', delete_on_termination: 'False' },
      { device_name: 'vdb', snapshot_id: other },
    ]);
  });

  it('of the new form have their sources’ defaults, the image before them', () => {
    const devices = [
      { volume_id: net, boot_index: -1 },
      { snapshot_id: net, delete_on_termination: true, boot_index: 1 },
      { swap_size: 512 },
      { ephemeral_size: 2, ephemeral_format: 'ext4' },
    ];
    const blank = { source_type: 'blank', destination_type: 'local', boot_index: -1, delete_on_termination: true };
    const volume = { uuid: net, destination_type: 'volume' };
    expect(serverIn({ block_device_mapping_v2: devices })['block_device_mapping_v2']).toEqual([
      { uuid: image, source_type: 'image', destination_type: 'local', boot_index: 0, delete_on_termination: true },
      { ...volume, source_type: 'volume', boot_index: -1, delete_on_termination: false },
      { ...volume, source_type: 'snapshot', boot_index: 1, delete_on_termination: true },
      { ...blank, guest_format: 'swap', volume_size: 512 },
      { ...blank, guest_format: 'ext4', volume_size: 2 },
    ]);
  });
});

describe('a server’s life', () => {
  const ready = (plain: PlainMap) => main().ready(value({ server: plain }));

  it.each(['BUILD', 'REBOOT', 'SHUTOFF', 'VERIFY_RESIZE', 'BUILD(scheduling)'])('waits in %s', status => {
    expect(ready({ status })).toEqual({ kind: 'waiting' });
  });

  it('is ready when it is active, and waits where no status is shown yet', () => {
    expect(ready({ status: 'ACTIVE' }).kind).toBe('ready');
    expect(ready({ id: 'S' }).kind).toBe('waiting');
  });

  it('fails in Heat’s words', () => {
    const fault = { message: 'No valid host was found.', code: 500 };
    expect(ready({ status: 'ERROR', fault })).toEqual({
      kind: 'failed',
      error: 'ResourceInError',
      message: 'Went to status ERROR due to "Message: No valid host was found., Code: 500"',
    });
    expect(ready({ status: 'ERROR' })).toMatchObject({
      message: 'Went to status ERROR due to "Message: Unknown, Code: Unknown"',
    });
    expect(ready({ status: 'PAUSED' })).toEqual({
      kind: 'failed',
      error: 'ResourceUnknownStatus',
      message: 'Server is not active - Unknown status PAUSED due to "Unknown"',
    });
  });

  it('goes when it is deleted, and is forced out of soft deletion', () => {
    const gone = (plain: PlainMap) =>
      main().gone?.(value({ server: { id: 'S', name: 'n', ...plain } }), inputFor(server, raw));
    expect(gone({ status: 'ACTIVE', 'OS-EXT-STS:task_state': 'deleting' })).toEqual({ kind: 'waiting' });
    expect(gone({ status: 'DELETED' })).toEqual({ kind: 'ready' });
    expect(gone({ status: 'ERROR', 'OS-EXT-STS:task_state': 'deleting' })).toEqual({ kind: 'waiting' });
    expect(gone({ status: 'ERROR', fault: { message: 'm', code: 7 } })).toMatchObject({
      error: 'ResourceInError',
      message: 'Went to status ERROR due to "Server n delete failed: (7) m"',
    });
    expect(gone({ status: 'SOFT_DELETED' })).toMatchObject({
      kind: 'staying',
      by: { method: 'POST', path: '/servers/S/action', body: '{"forceDelete":null}' },
    });
  });

  it('is shown by one list for all', () => {
    expect(main().show('S', inputFor(server, raw))).toMatchObject({
      path: '/servers/S',
      poll: { list: '/servers/detail', plural: 'servers', key: 'server', id: 'S', changesSince: true },
    });
  });

  it('is found by its mark byte for byte, whatever Nova lists', () => {
    const input = inputFor(server, raw);
    expect(main().find(input).path).toBe(`/servers/detail?name=%5E${mark}%24`);
    const twins = [`${mark}x`, mark.toUpperCase(), 'x'].map((name, i) => ({ id: `f${i}`, name }));
    expect(main().found(value({ servers: twins }), input)).toBeUndefined();
    const both = ['b', 'a'].map(id => ({ id, name: mark }));
    expect(main().found(value({ servers: [...twins, ...both] }), input)?.physicalId).toBe('a');
  });

  it('with the user’s name is found by its description: a namesake is somebody else’s', () => {
    const given = { ...raw, name: 'a.b(c)' };
    const input = inputFor(server, given);
    const step = main({ name: 'a.b(c)' });
    expect(step.find(input)).toMatchObject({
      path: `/servers/detail?name=${encodeURIComponent('^a\\.b\\(c\\)$')}`,
      headers: { 'OpenStack-API-Version': 'compute 2.19' },
    });
    const namesake = { id: 'f', name: 'a.b(c)', description: 'a.b(c)' };
    expect(step.found(value({ servers: [namesake] }), input)).toBeUndefined();
    expect(
      step.found(value({ servers: [namesake, { id: 'o', name: 'a.b(c)', description: mark }] }), input),
    ).toMatchObject({ physicalId: 'o' });
  });
});

describe('a server comes after', () => {
  const subnetOn = (network: Plain | ReturnType<typeof get>) => ['OS::Neutron::Subnet', { network }] as const;
  const all = (networks: readonly object[]) =>
    definitions({
      server: ['OS::Nova::Server', { networks: networks as never }],
      near: subnetOn(get('net')),
      far: subnetOn(get('other')),
      foot: ['OS::Neutron::RouterInterface', { subnet: get('near') }],
      maybe: subnetOn(attr('net', 'x')),
    });

  it('subnets of its networks, and those nobody knows yet', () => {
    expect(afterOf(server, 'server', all([{ network: get('net') }]))).toEqual(['maybe', 'near']);
    expect(afterOf(server, 'server', all([{ network: 'known' }]))).toEqual([]);
    expect(afterOf(server, 'server', all([{ port: get('p') }]))).toEqual([]);
  });

  it('routers’ interfaces, where it has a floating IP', () => {
    expect(afterOf(server, 'server', all([{ port: get('p'), floating_ip: get('f') }]))).toEqual(['foot']);
  });
});

describe('a server is refused', () => {
  const base = { image, flavor };
  it.each<[Readonly<Record<string, Plain>>, string]>([
    [{ flavor }, 'Neither image nor bootable volume is specified for instance r'],
    [
      { ...base, block_device_mapping: [{ device_name: 'vdb' }] },
      'Either volume_id or snapshot_id must be specified for device mapping vdb',
    ],
    [
      { ...base, block_device_mapping: [{ device_name: 'x', volume_id: net, snapshot_id: net }] },
      'Cannot define the following properties at the same time: volume_id, snapshot_id.',
    ],
    [
      { ...base, block_device_mapping_v2: [{ device_name: 'x' }] },
      'Either volume_id, snapshot_id, image_id, swap_size, ephemeral_size or ephemeral_format must be specified.',
    ],
    [{ ...base, block_device_mapping_v2: [{ volume_id: net }] }, 'Multiple bootable sources for instance r.'],
    [
      { ...base, networks: [{ fixed_ip: '10.0.0.1' }] },
      'One of the properties "network", "port", "allocate_network" or "subnet" should be set for the specified network of server "r".',
    ],
    [
      { ...base, networks: [{ network: net, allocate_network: 'auto' }] },
      'Can not specify "allocate_network" with other keys of networks at the same time.',
    ],
    [
      { ...base, networks: [{ allocate_network: 'auto' }, { network: net }] },
      'Property "allocate_network" can not be specified if multiple network interfaces set for server.',
    ],
    [
      { ...base, networks: [{ port: net, fixed_ip: '10.0.0.1' }] },
      'Cannot define the following properties at the same time: networks/fixed_ip, networks/port.',
    ],
    [
      { ...base, networks: [{ port: net }], security_groups: ['default'] },
      'Cannot define the following properties at the same time: security_groups, networks/port.',
    ],
    [
      { ...base, networks: [{ network: net, floating_ip: net }] },
      'Property "floating_ip" is not supported if only "network" is specified, because the corresponding port can not be retrieved.',
    ],
  ])('%j', (given, text) => {
    expect(problem(server, given)).toBe(text);
  });

  it('for nothing that is right, or not known yet', () => {
    expect(problem(server, { ...base, networks: [{ uuid: net }] })).toBeUndefined();
    expect(problem(server, { flavor, block_device_mapping_v2: [{ volume_id: net }] })).toBeUndefined();
    expect(problem(server, { flavor, image: get('i') as never })).toBeUndefined();
  });
});

describe('a server tells', () => {
  const mac = 'fa:16:3e:00:00:01';
  const address = { addr: '10.0.0.5', version: 4, 'OS-EXT-IPS-MAC:mac_addr': mac };
  const nova = { id: 'S', name: 'n', accessIPv4: '', addresses: { private: [address], a: [] } };
  const live = (data: PlainMap, properties: ValueMap = emptyMap) => ({
    resourceName: 'r',
    physicalId: 'S',
    physicalName: mark,
    properties,
    data: fromPlain(data) as ValueMap,
  });
  const asked = (attribute: string, answers: readonly (Plain | undefined)[]) => {
    const known = answers.map(each => (each === undefined ? undefined : fromPlain(each)));
    const start = live(nova);
    const paths = known.map((_, i) => serverReads.next(start, attribute, known.slice(0, i))?.path);
    const data = serverReads.data(start, attribute, known);
    return {
      paths,
      next: serverReads.next(start, attribute, known),
      value: toPlain(serverAttribute({ ...start, data }, attribute)),
    };
  };

  it('addresses with what belongs to them, by the network’s name and id', () => {
    const subnet = { id: 'sub', cidr: '10.0.0.0/24' };
    const port = {
      port_id: 'P',
      net_id: net,
      mac_addr: mac,
      fixed_ips: [{ subnet_id: 'sub', ip_address: '10.0.0.5' }],
    };
    const answers = [
      { server: nova },
      { interfaceAttachments: [port] },
      { subnets: [subnet] },
      { networks: [{ id: net }] },
    ];
    const { paths, next, value: addresses } = asked('addresses', answers);
    expect(paths).toEqual([
      '/servers/S',
      '/servers/S/os-interface',
      '/v2.0/subnets?id=sub',
      `/v2.0/networks?id=${net}`,
    ]);
    expect(next).toBeUndefined();
    const whole = [{ ...address, port: 'P', subnets: [subnet], network: { id: net } }];
    expect(addresses).toEqual({ private: whole, a: [], [net]: whole });
    expect(asked('networks', answers.slice(0, 2)).value).toEqual({ private: ['10.0.0.5'], a: [], [net]: ['10.0.0.5'] });
  });

  it('plain things from itself, the first address of the last network', () => {
    expect(asked('first_address', [{ server: nova }]).value).toBe('10.0.0.5');
    expect(asked('name', [{ server: nova }]).value).toBe('n');
    expect(asked('tags', [{ server: nova }, { tags: ['x'] }]).value).toEqual(['x']);
    expect(toPlain(serverAttribute(live({}), 'first_address'))).toBe('');
  });

  it('which consoles there are not', () => {
    const none = [undefined, undefined, undefined, undefined, undefined];
    const { paths, value: urls } = asked('console_urls', [{ console: { type: 'novnc', url: 'http://c' } }, ...none]);
    expect(paths.at(0)).toBe('/servers/S/action');
    expect(paths.at(5)).toBe('/servers/S/remote-consoles');
    expect(urls).toMatchObject({ novnc: 'http://c', serial: 'Unavailable console type serial.' });
  });

  it('nothing when it is not there any more', () => {
    for (const name of ['name', 'addresses', 'first_address']) expect(asked(name, [undefined]).value).toBe('');
  });
});
