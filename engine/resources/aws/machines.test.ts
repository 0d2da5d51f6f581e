/** Instances, volumes and attachments: the calls of Nova's and Cinder's types, from AWS's properties. */
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  changeOf,
  inputFor,
  live,
  mark,
  problem,
  propertiesOf,
  shown,
  stepsFor,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import { differences } from '../../kit/change.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Made } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import attachment from './volume-attachment.ts';
import instance from './instance.ts';
import volume from './volume.ts';

const [one, two, three] = ['1', '2', '3'].map(n => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
];
const v = (plain: Plain) => fromPlain(plain);
const made = (physicalId: string, data: PlainMap = {}): Made => ({ physicalId, data: v(data) as Made['data'] });

describe('an instance', () => {
  const given = { ImageId: one, InstanceType: two };
  const answer = ({ method, path, service }: CloudCall): Plain => {
    if (service === 'network' && path.startsWith('/v2.0/subnets/')) return { subnet: { id: three, network_id: 'N' } };
    if (path.startsWith('/v2.0/ports?')) return { ports: [] };
    if (service === 'network') return { port: { id: 'P' } };
    if (path.endsWith('/os-interface')) return { interfaceAttachment: { port_id: 'P' } };
    if (path.includes('/os-volume_attachments')) {
      return method === 'GET' ? { volumeAttachments: [] } : { volumeAttachment: { id: 'A' } };
    }
    return { server: { id: 'S', status: 'ACTIVE' } };
  };
  const calls = (more: PlainMap) => walk(instance, { ...given, ...more }, answer).calls;
  const server = (more: PlainMap): PlainMap => {
    const call = calls(more).find(each => each.path === '/servers');
    return (bodyOf(call!) as { readonly server: PlainMap }).server;
  };

  it('is Nova’s server, with a generated name', () => {
    expect(calls({}).map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /servers']);
    expect(server({ KeyName: 'k', AvailabilityZone: 'z', Tags: [{ Key: 'a', Value: 'b' }] })).toMatchObject({
      name: mark,
      imageRef: one,
      flavorRef: two,
      key_name: 'k',
      availability_zone: 'z',
      metadata: { a: 'b' },
    });
    expect(server({})['metadata']).toBeUndefined();
    expect(instance.maxNameLength).toBe(53);
  });

  it('has user data for heat-cfntools, with the account ec2-user', () => {
    const text = Buffer.from(String(server({ UserData: 'echo hello' })['user_data']), 'base64').toString();
    expect(text).toContain('echo hello');
    expect(text).toContain('user: ec2-user');
    expect(text).toContain('loguserdata.py');
  });

  it('has groups, hints and devices in Nova’s words', () => {
    const { calls: all } = walk(
      instance,
      {
        ...given,
        SecurityGroups: [one],
        SecurityGroupIds: [two],
        NovaSchedulerHints: [
          { Key: 'different_host', Value: 'a' },
          { Key: 'different_host', Value: 'b' },
          { Key: 'group', Value: three },
        ],
        BlockDeviceMappings: [{ DeviceName: 'vdb', Ebs: { SnapshotId: three, VolumeSize: '2' } }],
      },
      answer,
    );
    expect(bodyOf(all[0]!)).toMatchObject({
      server: {
        security_groups: [{ name: one }, { name: two }],
        block_device_mapping: [
          { device_name: 'vdb', snapshot_id: three, volume_size: '2', delete_on_termination: 'True' },
        ],
      },
      'os:scheduler_hints': { different_host: ['a', 'b'], group: three },
    });
  });

  it('gets ports that are there, by the order of their devices, or one in its subnet', () => {
    const ports = [
      { NetworkInterfaceId: one, DeviceIndex: '1' },
      { NetworkInterfaceId: two, DeviceIndex: '0' },
    ];
    expect(server({ NetworkInterfaces: ports })['networks']).toEqual([{ port: two }, { port: one }]);
    expect(server({ NetworkInterfaces: [one], SubnetId: three })['networks']).toEqual([{ port: one }]);
    const all = calls({ SubnetId: three, SecurityGroups: [one] });
    expect(all.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `GET /v2.0/subnets/${three}`,
      'POST /v2.0/ports',
      'POST /servers',
    ]);
    expect(bodyOf(all[1]!)).toMatchObject({
      port: { name: 'r-port-0', network_id: 'N', fixed_ips: [{ subnet_id: three }], security_groups: [one] },
    });
    expect(server({ SubnetId: three })['networks']).toEqual([{ port: 'P' }]);
  });

  it('gets its volumes once it runs, and lets go of them before it goes', () => {
    const Volumes = [
      { VolumeId: one, Device: '/dev/vdb' },
      { VolumeId: two, Device: '/dev/vdc' },
    ];
    expect(calls({ Volumes }).slice(1).map(shown)).toEqual([
      'GET /servers/S/os-volume_attachments',
      `POST /servers/S/os-volume_attachments {"volumeAttachment":{"volumeId":"${one}","device":"/dev/vdb"}}`,
      'GET /servers/S/os-volume_attachments',
      `POST /servers/S/os-volume_attachments {"volumeAttachment":{"volumeId":"${two}","device":"/dev/vdc"}}`,
    ]);
    const steps = stepsFor(instance, { ...given, Volumes });
    expect(steps.filter(step => step.main).map(step => step.name)).toEqual(['server']);
    const input = inputFor(instance, { ...given, Volumes }, { server: made('S') });
    const last = steps.find(step => step.name === 'volume_1')!;
    expect(shown(last.remove(two, input)!)).toBe(`DELETE /servers/S/os-volume_attachments/${two}`);
  });

  it('is resized, tagged and moved in place; all else makes another', () => {
    const changed = (before: PlainMap, after: PlainMap) =>
      walkChange(instance, { ...given, ...before }, { ...given, ...after }, answer).calls;
    expect(changed({}, { InstanceType: three })).toEqual([
      `POST /servers/S/action {"resize":{"flavorRef":"${three}"}}`,
      'POST /servers/S/action {"confirmResize":null}',
    ]);
    expect(changed({ Tags: [{ Key: 'a', Value: 'b' }] }, {})[0]).toBe('PUT /servers/S/metadata {"metadata":{}}');
    const moved = changed({ NetworkInterfaces: [one] }, { NetworkInterfaces: [two] });
    expect(moved).toContain(`POST /servers/S/os-interface {"interfaceAttachment":{"port_id":"${two}"}}`);
    expect(changed({}, { UserData: 'other' })).toBe('replace');
    expect(changed({ KeyName: 'a' }, { KeyName: 'b' })).toBe('replace');
  });

  it('that is replaced lets go of its ports first, and of its volumes with all of it', () => {
    if (instance.life.kind !== 'cloud') throw new Error('no cloud life');
    const prepared = (more: PlainMap) => {
      const before = { ...given, ...more };
      const change = changeOf(instance, before, { ...before, KeyName: 'k' }, walk(instance, before, answer));
      return instance.life.kind === 'cloud' ? instance.life.prepareReplace?.(change) : undefined;
    };
    expect(prepared({})).toBeUndefined();
    expect(prepared({ NetworkInterfaces: [one] })).toMatchObject({ steps: [{ name: 'held' }, { name: 'detach_0' }] });
    expect(prepared({ Volumes: [{ VolumeId: one, Device: '/dev/vdb' }] })).toBe('first');
  });

  it('tells its first address, and where it was to be', () => {
    const addresses = { b: [{ addr: '10.0.0.2' }], a: [{ addr: '10.0.0.1' }] };
    const told = (data: PlainMap, name: string) =>
      instance.attribute(live(instance, { ...given, AvailabilityZone: 'z' }, made('S', data)), name);
    expect(['PublicIp', 'PrivateIp', 'PublicDnsName', 'PrivateDnsName'].map(name => told({ addresses }, name))).toEqual(
      Array(4).fill('10.0.0.2'),
    );
    expect(told({}, 'PublicIp')).toBe('0.0.0.0');
    expect(told({}, 'AvailabilityZone')).toBe('z');
  });

  it.each<[PlainMap, string | RegExp | undefined]>([
    [{}, undefined],
    [{ NetworkInterfaces: [one], SecurityGroups: ['g'] }, /SecurityGroups\/SecurityGroupIds.*NetworkInterfaces/],
    [
      { BlockDeviceMappings: [{ DeviceName: 'vdb' }] },
      'Ebs is missing, this is required when specifying BlockDeviceMappings.',
    ],
    [
      { BlockDeviceMappings: [{ DeviceName: 'vdb', Ebs: { VolumeSize: '1' } }] },
      'SnapshotId is missing, this is required when specifying BlockDeviceMappings.',
    ],
    [{ Monitoring: true }, /Monitoring/],
  ])('is checked: %j', (more, message) => {
    const said = problem(instance, { ...given, ...more });
    if (message === undefined) expect(said).toBeUndefined();
    else expect(said).toMatch(message);
  });
});

describe('a volume', () => {
  const answer = ({ path }: CloudCall): Plain =>
    path.includes('/backups/') ? { restore: { volume_id: 'V' } } : { volume: { id: 'V' } };
  const calls = (given: PlainMap) => walk(volume, { AvailabilityZone: 'nova', ...given }, answer).calls.map(shown);

  it('is Cinder’s, called and described by its physical name; a snapshot is a backup', () => {
    expect(calls({ Size: 2, Tags: [{ Key: 'a', Value: 'b' }] })).toEqual([
      `POST /volumes {"volume":{"size":2,"availability_zone":"nova","metadata":{"a":"b"},"name":"${mark}","description":"${mark}"}}`,
    ]);
    expect(calls({ SnapshotId: one })).toEqual([
      `POST /backups/${one}/restore {"restore":{"name":"${mark}"}}`,
      `PUT /volumes/V {"volume":{"description":"${mark}"}}`,
    ]);
  });

  it('may not change', () => {
    const [before, after] = [{ Size: 1 }, { Size: 2 }].map(more =>
      propertiesOf(volume, { AvailabilityZone: 'nova', ...more }),
    );
    expect([...differences(volume, before!, after!).immutable]).toEqual(['Size']);
  });
});

it('an attachment is Cinder’s, and may not change', () => {
  const given = { InstanceId: one, VolumeId: two, Device: '/dev/vdc' };
  const answer = ({ method }: CloudCall): Plain =>
    method === 'GET' ? { volumeAttachments: [] } : { volumeAttachment: { id: two } };
  expect(walk(attachment, given, answer).calls.map(shown)).toEqual([
    `GET /servers/${one}/os-volume_attachments`,
    `POST /servers/${one}/os-volume_attachments {"volumeAttachment":{"volumeId":"${two}","device":"/dev/vdc"}}`,
  ]);
  expect(problem(attachment, { ...given, Device: '/dev/vda' })).toMatch('vd[b-z]');
  const main = stepsFor(attachment, given).find(step => step.main)!;
  const input = inputFor(attachment, given, { before: made('', { attached: false }) });
  expect(main.found(v({ volumeAttachments: [{ volumeId: two }] }), input)?.physicalId).toBe(two);
});
