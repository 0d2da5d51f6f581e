/** Stacks of AWS's networks, and of Neutron's links, on the sandbox: made, changed, and gone again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePortBase } from '../../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../../../test/cloud/sandbox.ts';
import { type EngineRig, startEngineRig } from '../../../test/support/engine-rig.ts';
import { createCloud, type RealCloud } from '../../cloud/cloud.ts';
import { passwordCredential } from '../../cloud/credential.ts';
import { createClock } from '../../real/clock.ts';
import { createDice } from '../../real/dice.ts';

const member = passwordCredential(
  { name: 'demo', password: 'password', domain: { id: 'default' } },
  { name: 'demo', domain: { id: 'default' } },
);

const folder = mkdtempSync(join(tmpdir(), 'aws-'));
let sandbox: Sandbox;
let cloud: RealCloud;
let rig: EngineRig;

beforeAll(async () => {
  sandbox = await startSandbox({ portBase: await freePortBase(), dataDir: folder });
  cloud = createCloud(
    { authUrl: sandbox.keystoneUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' } },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart: () => true },
  );
  rig = await startEngineRig(cloud, member);
}, 60_000);

afterAll(async () => {
  await rig.stop();
  await cloud.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

type Row = Record<string, unknown>;

async function read(path: string): Promise<Row> {
  const outcome = await cloud.call(member, { service: 'network', method: 'GET', path: `/v2.0/${path}` }, 10_000);
  if (outcome.kind !== 'answered' || outcome.answer.status !== 200) throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.answer.body);
}

const all = async (path: string): Promise<Row[]> =>
  (await read(path))[(path.split('?')[0] ?? '').replaceAll('-', '_')] as Row[];
const one = async (collection: string, id: string | undefined): Promise<Row> =>
  Object.values(await read(`${collection}/${String(id)}`))[0] as Row;

const collections = ['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security-groups', 'trunks'];

async function counted(): Promise<readonly number[]> {
  return Promise.all(collections.map(async path => (await all(path)).length));
}

const done = (action: string) => `${action}_COMPLETE: Stack ${action} completed successfully`;

async function gone(stack: Awaited<ReturnType<EngineRig['create']>>, before: readonly number[]): Promise<void> {
  await rig.remove(stack);
  expect(await rig.ended(stack, 'DELETE', 120_000)).toBe(done('DELETE'));
  expect(await counted()).toEqual(before);
  expect(rig.problems).toEqual([]);
}

const feet = async (router: string | undefined): Promise<unknown[]> =>
  (await all(`ports?device_id=${String(router)}`))
    .filter(port => port['device_owner'] === 'network:router_interface')
    .map(port => (port['fixed_ips'] as Row[])[0]?.['subnet_id']);

const vpc = (port: string, table: string) => `
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  vpc: {Type: 'AWS::EC2::VPC', Properties: {CidrBlock: 10.0.0.0/16, Tags: [{Key: a, Value: b}]}}
  plain: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: {Ref: vpc}, CidrBlock: 10.0.1.0/24, AvailabilityZone: nova}}
  led: {Type: 'AWS::EC2::Subnet', Properties: {VpcId: {Ref: vpc}, CidrBlock: 10.0.2.0/24}}
  igw: {Type: 'AWS::EC2::InternetGateway'}
  attach:
    Type: AWS::EC2::VPCGatewayAttachment
    Properties: {VpcId: {Ref: vpc}, InternetGatewayId: {Ref: igw}}
  table: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: {Ref: vpc}}}
  other: {Type: 'AWS::EC2::RouteTable', Properties: {VpcId: {Ref: vpc}}}
  lead:
    Type: AWS::EC2::SubnetRouteTableAssociation
    Properties: {RouteTableId: {Ref: ${table}}, SubnetId: {Ref: led}}
  group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: web
      VpcId: {Ref: vpc}
      SecurityGroupIngress:
        - {IpProtocol: tcp, FromPort: '${port}', ToPort: '${port}', CidrIp: 0.0.0.0/0}
        - {IpProtocol: icmp, FromPort: '-1', ToPort: '-1', CidrIp: 10.0.0.0/8}
        - {IpProtocol: udp, FromPort: '53', ToPort: '53', SourceSecurityGroupId: {Ref: inner}}
  inner: {Type: 'AWS::EC2::SecurityGroup', Properties: {GroupDescription: inner}}
  nic:
    Type: AWS::EC2::NetworkInterface
    Properties: {SubnetId: {Ref: led}, GroupSet: [{Ref: group}], PrivateIpAddress: 10.0.2.77}
  server:
    Type: OS::Nova::Server
    Properties: {image: cirros, flavor: m1.tiny, networks: [{port: {Ref: nic}}]}
  eip: {Type: 'AWS::EC2::EIP', Properties: {InstanceId: {Ref: server}}}
  spare: {Type: 'AWS::EC2::EIP'}
  second: {Type: 'AWS::EC2::NetworkInterface', Properties: {SubnetId: {Ref: plain}}}
  tie:
    Type: AWS::EC2::EIPAssociation
    Properties: {AllocationId: {'Fn::GetAtt': [spare, AllocationId]}, NetworkInterfaceId: {Ref: second}}
`;

it('a VPC with its subnets, route tables, gateway and addresses', { timeout: 180_000 }, async () => {
  const before = await counted();
  const stack = await rig.create(vpc('80', 'table'));
  expect(await rig.ended(stack, 'CREATE', 120_000)).toBe(done('CREATE'));
  const ids = await rig.physicalIds(stack);
  const id = (name: string): string => ids.get(name) ?? '';
  const net = await one('networks', id('vpc'));
  const [router] = await all(`routers?name=${String(net['name'])}`);
  expect(router).toMatchObject({ name: net['name'], description: '' });
  expect(await feet(String(router?.['id']))).toEqual([id('plain')]);
  expect(await feet(id('table'))).toEqual([id('led')]);
  expect(await feet(id('other'))).toEqual([]);
  const [external] = await all('networks?router:external=True');
  for (const table of ['table', 'other']) {
    expect(await one('routers', id(table))).toMatchObject({
      external_gateway_info: { network_id: external?.['id'] },
    });
  }
  const rules = (await one('security-groups', id('group')))['security_group_rules'] as Row[];
  const ingress = rules.filter(rule => rule['direction'] === 'ingress');
  expect(ingress.map(rule => [rule['protocol'], rule['port_range_min'], rule['remote_ip_prefix']]).sort()).toEqual([
    ['icmp', null, '10.0.0.0/8'],
    ['tcp', 80, '0.0.0.0/0'],
    ['udp', 53, null],
  ]);
  expect(ingress.find(rule => rule['protocol'] === 'udp')?.['remote_group_id']).toBe(id('inner'));
  expect(await one('ports', id('nic'))).toMatchObject({
    device_id: id('server'),
    security_groups: [id('group')],
    fixed_ips: [{ ip_address: '10.0.2.77' }],
  });
  expect(await one('floatingips', id('eip'))).toMatchObject({ port_id: id('nic'), router_id: id('table') });
  expect(await one('floatingips', id('spare'))).toMatchObject({ port_id: id('second'), router_id: router?.['id'] });
  expect(id('tie')).toBe(id('spare'));
  await gone(stack, before);
});

it('rules, and the route table that serves a subnet, change', { timeout: 180_000 }, async () => {
  const before = await counted();
  // Without what holds the subnet's way out.
  const short = (port: string, table: string) => vpc(port, table).replace(/ {2}eip:[\s\S]*/, '');
  const stack = await rig.create(short('80', 'table'));
  expect(await rig.ended(stack, 'CREATE', 120_000)).toBe(done('CREATE'));
  const made = await rig.physicalIds(stack);
  await rig.update(stack, short('443', 'other'));
  expect(await rig.ended(stack, 'UPDATE', 120_000)).toBe(done('UPDATE'));
  const ids = await rig.physicalIds(stack);
  expect(ids.get('group')).toBe(made.get('group'));
  expect(await feet(ids.get('table'))).toEqual([]);
  expect(await feet(ids.get('other'))).toEqual([ids.get('led')]);
  const rules = (await one('security-groups', ids.get('group')))['security_group_rules'] as Row[];
  expect(
    rules
      .map(rule => rule['port_range_min'])
      .filter(Boolean)
      .sort(),
  ).toEqual([443, 53]);
  expect(rules.filter(rule => rule['direction'] === 'egress')).toHaveLength(2);
  await gone(stack, before);
});

const links = (hop: string, number: number, port: number) => `
heat_template_version: 2018-08-31
resources:
  net: {type: OS::Neutron::Net}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.7.0.0/24}}
  router: {type: OS::Neutron::Router, properties: {external_gateway_info: {network: public}}}
  foot: {type: OS::Neutron::RouterInterface, properties: {router: {get_resource: router}, subnet: {get_resource: subnet}}}
  one: {type: OS::Neutron::ExtraRoute, properties: {router_id: {get_resource: router}, destination: 10.50.0.0/24, nexthop: 10.7.0.5}}
  set:
    type: OS::Neutron::ExtraRouteSet
    properties:
      router: {get_resource: router}
      routes:
        - {destination: 10.51.0.0/24, nexthop: 10.7.0.6}
        - {destination: 10.52.0.0/24, nexthop: ${hop}}
  parent: {type: OS::Neutron::Port, properties: {network: {get_resource: net}}}
  child: {type: OS::Neutron::Port, properties: {network: {get_resource: net}}}
  trunk:
    type: OS::Neutron::Trunk
    properties:
      name: mine
      description: own words
      port: {get_resource: parent}
      sub_ports: [{port: {get_resource: child}, segmentation_type: vlan, segmentation_id: ${number}}]
  inside: {type: OS::Neutron::Port, properties: {network: {get_resource: net}}}
  ip: {type: OS::Neutron::FloatingIP, properties: {floating_network: public}}
  forward:
    type: OS::Neutron::FloatingIPPortForward
    properties:
      floating_ip: {get_resource: ip}
      internal_port: {get_resource: inside}
      internal_ip_address: {get_attr: [inside, fixed_ips, 0, ip_address]}
      internal_port_number: 22
      external_port: ${port}
      protocol: tcp
`;

it('routes, a trunk and a forwarded port', { timeout: 180_000 }, async () => {
  const before = await counted();
  const stack = await rig.create(links('10.7.0.7', 5, 2222));
  expect(await rig.ended(stack, 'CREATE', 120_000)).toBe(done('CREATE'));
  const ids = await rig.physicalIds(stack);
  const hops = async (): Promise<unknown[]> =>
    ((await one('routers', ids.get('router')))['routes'] as Row[]).map(route => route['nexthop']).sort();
  expect(await hops()).toEqual(['10.7.0.5', '10.7.0.6', '10.7.0.7']);
  const sub = { port_id: ids.get('child'), segmentation_type: 'vlan', segmentation_id: 5 };
  expect(await one('trunks', ids.get('trunk'))).toMatchObject({
    name: 'mine',
    description: 'own words',
    port_id: ids.get('parent'),
    sub_ports: [sub],
  });
  const forwarded = async (): Promise<unknown> =>
    ((await one('floatingips', ids.get('ip')))['port_forwardings'] as Row[]).map(row => row['external_port']);
  expect(await forwarded()).toEqual([2222]);
  await rig.update(stack, links('10.7.0.8', 6, 80));
  expect(await rig.ended(stack, 'UPDATE', 120_000)).toBe(done('UPDATE'));
  expect(await rig.physicalIds(stack)).toEqual(ids);
  expect(await hops()).toEqual(['10.7.0.5', '10.7.0.6', '10.7.0.8']);
  expect(await one('trunks', ids.get('trunk'))).toMatchObject({ sub_ports: [{ ...sub, segmentation_id: 6 }] });
  expect(await forwarded()).toEqual([80]);
  await gone(stack, before);
});
