/** Whole stacks of the cloud's types on the sandbox: made, found as they were asked for, and gone again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBase } from '../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../../test/cloud/sandbox.ts';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { createCloud, type RealCloud } from '../cloud/cloud.ts';
import { passwordCredential } from '../cloud/credential.ts';
import type { CloudCall } from '../kernel/world.ts';
import { createClock } from '../real/clock.ts';
import { createDice } from '../real/dice.ts';

const admin = passwordCredential(
  { name: 'admin', password: 'password', domain: { id: 'default' } },
  { name: 'admin', domain: { id: 'default' } },
);

const folder = mkdtempSync(join(tmpdir(), 'on-sandbox-'));
let sandbox: Sandbox;
let cloud: RealCloud;
let rig: EngineRig;

beforeAll(async () => {
  sandbox = await startSandbox({ portBase: await freePortBase(), dataDir: folder });
  cloud = createCloud(
    { authUrl: sandbox.keystoneUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' } },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart: () => true },
  );
  rig = await startEngineRig(cloud, admin);
}, 30_000);

afterAll(async () => {
  await rig.stop();
  await cloud.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

const collections: readonly Pick<CloudCall, 'service' | 'path'>[] = [
  { service: 'compute', path: '/servers/detail' },
  { service: 'compute', path: '/os-keypairs' },
  { service: 'network', path: '/v2.0/ports' },
  { service: 'network', path: '/v2.0/networks' },
  { service: 'network', path: '/v2.0/floatingips' },
  { service: 'volumev3', path: '/volumes/detail' },
  { service: 'image', path: '/v2/images' },
  { service: 'identity', path: '/projects' },
  { service: 'identity', path: '/users' },
  { service: 'identity', path: '/roles' },
];

async function read(call: Pick<CloudCall, 'service' | 'path'>): Promise<Record<string, unknown>> {
  const outcome = await cloud.call(admin, { method: 'GET', ...call }, 10_000);
  if (outcome.kind !== 'answered' || outcome.answer.status !== 200) throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.answer.body);
}

/** Everything that there is of each kind: how many. */
async function counted(): Promise<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const each of collections) {
    const list = Object.values(await read(each)).find(value => Array.isArray(value));
    counts.push([`${each.service}${each.path}`, (list as readonly unknown[]).length]);
  }
  return Object.fromEntries(counts);
}

async function listed(service: string, path: string, plural: string): Promise<Record<string, unknown>[]> {
  return (await read({ service, path }))[plural] as Record<string, unknown>[];
}

/** Makes the stack, looks, takes it away; what there was before is there afterwards. */
async function madeAndGone(template: string, look: () => Promise<void>): Promise<void> {
  const before = await counted();
  const stack = await rig.create(template, true);
  expect(await rig.ended(stack, 'CREATE', 60_000)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
  await look();
  await rig.remove(stack);
  expect(await rig.ended(stack, 'DELETE', 60_000)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
  expect(await counted()).toEqual(before);
  expect(rig.problems).toEqual([]);
}

describe('on the sandbox', () => {
  it('a server has the ports, devices and words that it was asked for', { timeout: 90_000 }, async () => {
    const template = `
heat_template_version: 2018-08-31
resources:
  key: {type: OS::Nova::KeyPair, properties: {name: own-key, save_private_key: true}}
  net: {type: OS::Neutron::Net}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.7.0.0/24}}
  router: {type: OS::Neutron::Router, properties: {external_gateway_info: {network: public}}}
  foot: {type: OS::Neutron::RouterInterface, properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}}
  fip: {type: OS::Neutron::FloatingIP, properties: {floating_network: public}}
  volume: {type: OS::Cinder::Volume, properties: {size: 1, name: data, description: mine, metadata: {a: b}}}
  plain: {type: OS::Nova::Server, properties: {image: cirros, flavor: m1.tiny, networks: [{network: {get_resource: net}}]}}
  server:
    type: OS::Nova::Server
    properties:
      name: my (server)
      image: cirros
      flavor: m1.tiny
      key_name: {get_resource: key}
      tags: [one, two]
      metadata: {n: 1, t: text}
      networks:
        - {subnet: {get_resource: subnet}, fixed_ip: 10.7.0.77, floating_ip: {get_resource: fip}}
  attach:
    type: OS::Cinder::VolumeAttachment
    properties: {instance_uuid: {get_resource: server}, volume_id: {get_resource: volume}}
`;
    await madeAndGone(template, async () => {
      const servers = await listed('compute', '/servers/detail', 'servers');
      const server = servers.find(each => each['name'] === 'my (server)');
      expect(server).toMatchObject({ status: 'ACTIVE', key_name: 'own-key', metadata: { n: '1', t: 'text' } });
      expect(servers.find(each => /-plain-[a-z2-7]{12}$/.test(String(each['name'])))).toBeDefined();
      expect(await read({ service: 'compute', path: `/servers/${String(server?.['id'])}/tags` })).toEqual({
        tags: ['one', 'two'],
      });
      const [port] = await listed('network', '/v2.0/ports?name=server-port-0', 'ports');
      expect(port).toMatchObject({ device_id: server?.['id'], fixed_ips: [{ ip_address: '10.7.0.77' }] });
      const [floating] = await listed('network', '/v2.0/floatingips', 'floatingips');
      expect(floating).toMatchObject({ port_id: port?.['id'], fixed_ip_address: '10.7.0.77' });
      const volumes = await listed('volumev3', '/volumes/detail', 'volumes');
      expect(volumes).toMatchObject([{ name: 'data', description: 'mine', status: 'in-use', metadata: { a: 'b' } }]);
    });
  });

  it('projects, users and roles are there with the user’s own words', { timeout: 60_000 }, async () => {
    const template = `
heat_template_version: 2018-08-31
resources:
  project: {type: OS::Keystone::Project, properties: {name: team, description: ours}}
  role: {type: OS::Keystone::Role}
  user:
    type: OS::Keystone::User
    properties:
      name: somebody
      password: secret-enough
      default_project: {get_resource: project}
      roles: [{role: {get_resource: role}, project: {get_resource: project}}]
`;
    await madeAndGone(template, async () => {
      const [project] = await listed('identity', '/projects?name=team', 'projects');
      expect(project).toMatchObject({ description: 'ours', enabled: true });
      const [user] = await listed('identity', '/users?name=somebody', 'users');
      expect(user).toMatchObject({ description: '', default_project_id: project?.['id'] });
      const query = `?user.id=${String(user?.['id'])}&scope.project.id=${String(project?.['id'])}`;
      expect(await listed('identity', `/role_assignments${query}`, 'role_assignments')).toHaveLength(1);
    });
  });
});
