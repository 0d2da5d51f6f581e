/** Stacks of what administrators make of Neutron's, on the sandbox: made, changed, used by name, and gone again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBase } from '../../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../../../test/cloud/sandbox.ts';
import { type EngineRig, startEngineRig } from '../../../test/support/engine-rig.ts';
import { createCloud, type RealCloud } from '../../cloud/cloud.ts';
import { passwordCredential } from '../../cloud/credential.ts';
import { createClock } from '../../real/clock.ts';
import { createDice } from '../../real/dice.ts';

const admin = passwordCredential(
  { name: 'admin', password: 'password', domain: { id: 'default' } },
  { name: 'admin', domain: { id: 'default' } },
);

const folder = mkdtempSync(join(tmpdir(), 'neutron-on-sandbox-'));
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

interface Thing {
  readonly [field: string]: unknown;
}

async function listed(path: string): Promise<readonly Thing[]> {
  const outcome = await cloud.call(admin, { method: 'GET', service: 'network', path: `/v2.0${path}` }, 10_000);
  if (outcome.kind !== 'answered' || outcome.answer.status !== 200) throw new Error(JSON.stringify(outcome));
  const list = Object.values(JSON.parse(outcome.answer.body) as Record<string, unknown>).find(Array.isArray);
  return list as readonly Thing[];
}

const collections = [
  '/networks',
  '/subnets',
  '/segments',
  '/address-scopes',
  '/subnetpools',
  '/qos/policies',
  '/rbac-policies',
  '/metering/metering-labels',
  '/metering/metering-label-rules',
];
const counted = async (): Promise<readonly number[]> =>
  Promise.all(collections.map(async path => (await listed(path)).length));

const template = (rest: string): string => `heat_template_version: 2018-08-31\nresources:\n${rest}`;

const providers = (kbps: number, prefix: string, name: string, vlan: number, target: string) =>
  template(`
  scope: {type: OS::Neutron::AddressScope, properties: {name: ${name}-scope}}
  pool:
    type: OS::Neutron::SubnetPool
    properties: {name: lab-pool, prefixes: [${prefix}], address_scope: {get_resource: scope}, default_prefixlen: 26, tags: [t]}
  policy: {type: OS::Neutron::QoSPolicy, properties: {name: lab-qos, description: ${name}}}
  limit: {type: OS::Neutron::QoSBandwidthLimitRule, properties: {policy: {get_resource: policy}, max_kbps: ${kbps}}}
  dscp: {type: OS::Neutron::QoSDscpMarkingRule, properties: {policy: {get_resource: policy}, dscp_mark: 8}}
  least: {type: OS::Neutron::QoSMinimumBandwidthRule, properties: {policy: {get_resource: policy}, min_kbps: 1, direction: ingress}}
  packets: {type: OS::Neutron::QoSMinimumPacketRateRule, properties: {policy: {get_resource: policy}, min_kpps: 1, direction: any}}
  net: {type: OS::Neutron::Net, properties: {qos_policy: {get_resource: policy}}}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, subnetpool: {get_resource: pool}}}
  vlan:
    type: OS::Neutron::ProviderNet
    properties: {name: ${name}-vlan, network_type: vlan, physical_network: physnet1, segmentation_id: ${vlan}, shared: false}
  routed: {type: OS::Neutron::ProviderNet, properties: {network_type: vxlan}}
  segment:
    type: OS::Neutron::Segment
    properties: {network: {get_resource: routed}, network_type: vxlan, name: ${name}-segment, description: ${name}}
  on_segment:
    type: OS::Neutron::Subnet
    properties: {network: {get_resource: routed}, cidr: 10.99.0.0/24, segment: {get_resource: segment}}
  share:
    type: OS::Neutron::RBACPolicy
    properties: {object_type: network, object_id: {get_resource: net}, action: access_as_shared, target_tenant: ${target}}
  label: {type: OS::Neutron::MeteringLabel, properties: {name: ${name}-label, description: mine}}
  rule:
    type: OS::Neutron::MeteringRule
    properties: {metering_label_id: {get_resource: label}, remote_ip_prefix: ${prefix}}
outputs:
  rules: {value: {get_attr: [policy, rules]}}
`);

describe('on the sandbox', () => {
  it('all of them are made, changed where they are, used by their names, and gone', { timeout: 120_000 }, async () => {
    const before = await counted();
    const stack = await rig.create(providers(1000, '10.40.0.0/16', 'a', 301, 'somebody'), true);
    expect(await rig.ended(stack, 'CREATE', 60_000)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const first = await rig.physicalIds(stack);
    const one = async (path: string, name: string) =>
      (await listed(path)).find(thing => thing['id'] === first.get(name)) ?? {};
    expect(await one('/address-scopes', 'scope')).toMatchObject({ name: 'a-scope', ip_version: 4 });
    expect(await one('/subnetpools', 'pool')).toMatchObject({ description: '', tags: ['t'], default_prefixlen: '26' });
    expect(await one('/subnets', 'subnet')).toMatchObject({ cidr: '10.40.0.0/26', subnetpool_id: first.get('pool') });
    expect(await one('/networks', 'net')).toMatchObject({
      qos_policy_id: first.get('policy'),
      ipv4_address_scope: first.get('scope'),
    });
    const policy = await one('/qos/policies', 'policy');
    expect((policy['rules'] as readonly Thing[]).map(rule => rule['type']).sort()).toEqual([
      'bandwidth_limit',
      'dscp_marking',
      'minimum_bandwidth',
      'minimum_packet_rate',
    ]);
    expect(await one('/segments', 'segment')).toMatchObject({ name: 'a-segment', description: 'a' });
    expect(await one('/subnets', 'on_segment')).toMatchObject({ segment_id: first.get('segment') });
    expect(await one('/metering/metering-labels', 'label')).toMatchObject({ name: 'a-label', description: 'mine' });

    const user = await rig.create(
      template(`
  net: {type: OS::Neutron::Net, properties: {qos_policy: lab-qos}}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, subnetpool: lab-pool, prefixlen: 28}}
  share:
    type: OS::Neutron::RBACPolicy
    properties: {object_type: qos_policy, object_id: lab-qos, action: access_as_shared, target_tenant: somebody}
`),
      true,
    );
    expect(await rig.ended(user, 'CREATE', 60_000)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const used = await rig.physicalIds(user);
    const shares = await listed(`/rbac-policies?object_id=${first.get('policy')}`);
    expect(shares.map(share => [share['id'], share['object_type']])).toEqual([[used.get('share'), 'qos_policy']]);
    await rig.remove(user);
    expect(await rig.ended(user, 'DELETE', 60_000)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');

    await rig.update(stack, providers(2000, '10.40.0.0/15', 'b', 302, 'another'), { isAdmin: true });
    expect(await rig.ended(stack, 'UPDATE', 60_000)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    const second = await rig.physicalIds(stack);
    const replaced = [...second].filter(([name, id]) => first.get(name) !== id).map(([name]) => name);
    expect(replaced.sort()).toEqual(['label', 'rule']);
    expect(await one('/address-scopes', 'scope')).toMatchObject({ name: 'b-scope' });
    expect(await one('/subnetpools', 'pool')).toMatchObject({ prefixes: ['10.40.0.0/15'] });
    expect(await one('/networks', 'vlan')).toMatchObject({ name: 'b-vlan', 'provider:segmentation_id': 302 });
    expect(await one('/rbac-policies', 'share')).toMatchObject({ target_tenant: 'another' });

    await rig.remove(stack);
    expect(await rig.ended(stack, 'DELETE', 60_000)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(await counted()).toEqual(before);
    expect(rig.problems).toEqual([]);
  });
});
