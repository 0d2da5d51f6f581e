import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePortBase } from '../../../cli/ports.ts';
import { createCloud, type RealCloud } from '../../../engine/cloud/cloud.ts';
import { passwordCredential } from '../../../engine/cloud/credential.ts';
import type { Cloud, CloudCall } from '../../../engine/kernel/world.ts';
import { createClock } from '../../../engine/real/clock.ts';
import { createDice } from '../../../engine/real/dice.ts';
import { type EngineRig, startEngineRig } from '../../support/engine-rig.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';

/** Every type of Neutron's, and no depends_on. */
const template = `
heat_template_version: 2018-08-31
resources:
  net: {type: OS::Neutron::Net, properties: {name: web, tags: [a, b], value_specs: {description: my net}}}
  back: {type: OS::Neutron::Net}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.77.0.0/24, tags: [s]}}
  backnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: back}, cidr: 10.78.0.0/24, gateway_ip: null}}
  router: {type: OS::Neutron::Router, properties: {external_gateway_info: {network: public}}}
  foot: {type: OS::Neutron::RouterInterface, properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}}
  joined: {type: OS::Neutron::Port, properties: {network: {get_resource: back}}}
  joint: {type: OS::Neutron::RouterInterface, properties: {router: {get_resource: router}, port: {get_resource: joined}}}
  group:
    type: OS::Neutron::SecurityGroup
    properties:
      name: web
      description: own words
      rules:
        - {protocol: tcp, port_range_min: 22, port_range_max: 22, remote_ip_prefix: 0.0.0.0/0}
        - {protocol: icmp}
        - {protocol: icmp}
        - {direction: egress, ethertype: IPv6}
        - {remote_mode: remote_group_id}
  rule:
    type: OS::Neutron::SecurityGroupRule
    properties: {security_group: {get_resource: group}, port_range_min: 443, port_range_max: 443}
  named:
    type: OS::Neutron::SecurityGroupRule
    properties: {security_group: {get_resource: group}, port_range_min: 80, port_range_max: 80, description: mine}
  port:
    type: OS::Neutron::Port
    properties:
      network: {get_resource: net}
      security_groups: [{get_resource: group}, default]
      fixed_ips: [{subnet: {get_resource: subnet}, ip_address: 10.77.0.77}]
  ip: {type: OS::Neutron::FloatingIP, properties: {floating_network: public, port_id: {get_resource: port}}}
  other: {type: OS::Neutron::Port, properties: {network: {get_resource: net}, name: other}}
  kept: {type: OS::Neutron::FloatingIP, properties: {floating_network: public}}
  tie:
    type: OS::Neutron::FloatingIPAssociation
    properties: {floatingip_id: {get_resource: kept}, port_id: {get_resource: other}}
  seen:
    type: OS::Heat::Value
    properties: {value: [{get_attr: [port, subnets, 0, cidr]}, {get_attr: [port, network, name]}, {get_attr: [ip, router_id]}]}
`;

const domain = { id: 'default' };
const credential = passwordCredential({ name: 'demo', domain, password: 'password' }, { name: 'demo', domain });
const collections = [
  'networks',
  'subnets',
  'ports',
  'routers',
  'security-groups',
  'security-group-rules',
  'floatingips',
];
const dataDir = mkdtempSync(join(tmpdir(), 'convect-neutron-'));
let sandbox: Sandbox;
let cloud: RealCloud;
let rig: EngineRig | undefined;

beforeAll(async () => {
  sandbox = await startSandbox({ portBase: await freePortBase(), dataDir });
  cloud = createCloud(
    { authUrl: sandbox.keystoneUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' } },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart: () => true },
  );
});
afterAll(async () => {
  await rig?.stop();
  await cloud.stop();
  await sandbox.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** What the project has, by collection. */
async function counted(): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for (const name of collections) {
    const call: CloudCall = { service: 'network', method: 'GET', path: `/v2.0/${name}` };
    const outcome = await cloud.call(credential, call, 10_000);
    if (outcome.kind !== 'answered') throw new Error(outcome.reason);
    const body = JSON.parse(outcome.answer.body) as Readonly<Record<string, readonly unknown[]>>;
    counts[name] = body[name.replaceAll('-', '_')]?.length ?? -1;
  }
  return counts;
}

/** The cloud, but every third change is done and its answer lost; never twice of the same call. */
function losing(): Cloud & { lost: number } {
  const known = new Set<string>();
  let changes = 0;
  const wrapped = {
    lost: 0,
    async call(...args: Parameters<Cloud['call']>): ReturnType<Cloud['call']> {
      const [, { method, path, body }] = args;
      const outcome = await cloud.call(...args);
      const line = `${method} ${path} ${body}`;
      if (method === 'GET' || known.has(line) || ++changes % 3 !== 0) return outcome;
      known.add(line);
      wrapped.lost += 1;
      return { kind: 'unknown', reason: 'cut' } as const;
    },
  };
  return wrapped;
}

it('makes all of Neutron’s things without a depends_on, and takes all away, whatever answers get lost', async () => {
  const before = await counted();
  const through = losing();
  rig = await startEngineRig(through, credential);
  const stack = await rig.create(template);
  expect(await rig.ended(stack, 'CREATE', 60_000)).toContain('CREATE_COMPLETE');
  const made = Object.fromEntries(Object.entries(await counted()).map(([name, n]) => [name, n - (before[name] ?? 0)]));
  // Rules: four of the group's own, one of which was given twice, and two resources; the default ones are gone.
  expect(made).toEqual({
    networks: 2,
    subnets: 2,
    ports: 4, // three of its own and the router's in the subnet; the router's outside is not the project's
    routers: 1,
    'security-groups': 1,
    'security-group-rules': 6,
    floatingips: 2,
  });
  await rig.remove(stack);
  expect(await rig.ended(stack, 'DELETE', 60_000)).toContain('DELETE_COMPLETE');
  expect(await counted()).toEqual(before);
  expect(through.lost).toBeGreaterThan(10);
}, 120_000);
