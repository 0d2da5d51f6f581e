/** AWS's VPCs on Neutron: which calls, in which order, what is undone and how failures are told. */
import { describe, expect, it } from 'vitest';
import {
  afterOf,
  bodyOf,
  changeOf,
  definitions,
  get,
  inputFor,
  linesOf,
  live,
  mark,
  problem,
  propertiesOf,
  shown,
  stepsFor,
  walk,
} from '../../../test/support/steps.ts';
import { S, T, U, V, cloud, lines, undone } from '../../../test/support/vpc-cloud.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { type Made, stepsOf } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { emptyMap } from '../../values/value.ts';
import internetGateway from './internet-gateway.ts';
import routeTable from './route-table.ts';
import subnet from './subnet.ts';
import subnetRouteTableAssociation from './subnet-route-table-association.ts';
import vpc from './vpc.ts';
import vpcGatewayAttachment from './vpc-gateway-attachment.ts';

describe('AWS::EC2::VPC', () => {
  it('is a network and a router of its name, which carries its own mark', () => {
    expect(lines(vpc, { CidrBlock: '10.0.0.0/16' })).toEqual([
      `POST /v2.0/networks {"network":{"name":"${mark}"}}`,
      `POST /v2.0/routers {"router":{"name":"${mark}","description":"${mark}"}}`,
      'PUT /v2.0/routers/ID {"router":{"description":""}}',
    ]);
    expect(undone(vpc, {})).toEqual(['DELETE /v2.0/routers/ID', 'DELETE /v2.0/networks/ID']);
  });

  it('calls a router that is made later by the network’s name, and finds it by its own mark', () => {
    const [, router] = stepsFor(vpc, {});
    const made = { network: { physicalId: 'ID', data: fromPlain({ name: 'older' }) as never } };
    const input = { ...inputFor(vpc, {}, made), mark: 'newer' };
    expect(bodyOf(router!.create(input))).toEqual({ router: { name: 'older', description: 'newer' } });
    expect(shown(router!.find(input))).toBe('GET /v2.0/routers?description=newer');
  });

  it('is its network', () => {
    expect(walk(vpc, {}, cloud).made.get('network')?.physicalId).toBe('ID');
    expect(stepsFor(vpc, {})[0]!.main).toBe(true);
    expect(problem(vpc, { InstanceTenancy: 'dedicated' })).toContain('Property InstanceTenancy not implemented yet');
    expect(problem(vpc, { Tags: [{ Key: 'a', Value: 'b' }] })).toBeUndefined();
  });
});

describe('AWS::EC2::Subnet', () => {
  const plain = { VpcId: V, CidrBlock: '10.0.1.0/24', AvailabilityZone: 'nova' };

  it('gets a foot of the VPC’s router, which is found by the network’s name, byte for byte', () => {
    expect(lines(subnet, plain)).toEqual([
      `GET /v2.0/networks/${V}`,
      'GET /v2.0/routers?name=vpc',
      `POST /v2.0/subnets {"subnet":{"network_id":"${V}","cidr":"10.0.1.0/24","ip_version":4,"name":"${mark}"}}`,
      'PUT /v2.0/routers/R/add_router_interface {"subnet_id":"ID"}',
    ]);
    expect(undone(subnet, plain)).toEqual([
      'PUT /v2.0/routers/R/remove_router_interface {"subnet_id":"ID"}',
      'DELETE /v2.0/subnets/ID',
    ]);
  });

  it('has none where the network has no router', () => {
    const bare = (call: CloudCall): Plain => (call.path.startsWith('/v2.0/routers?') ? { routers: [] } : cloud(call));
    const { calls, made } = walk(subnet, plain, bare);
    expect(calls.map(shown).at(-1)).toBe('GET /v2.0/subnets/ID');
    const input = inputFor(subnet, plain, Object.fromEntries(made));
    expect(stepsFor(subnet, plain).at(-1)!.remove('interface', input)).toBeUndefined();
  });

  it('fails where several routers have the name', () => {
    const [, router] = stepsFor(subnet, plain);
    const twins = {
      routers: [
        { id: 'a', name: 'x' },
        { id: 'b', name: 'y' },
        { id: 'c', name: 'x' },
      ],
    };
    expect(router!.ready(fromPlain(twins))).toEqual({
      kind: 'failed',
      error: 'Error',
      message: 'Multiple routers found with name x',
    });
    expect(router!.ready(fromPlain({ routers: twins.routers.slice(1) })).kind).toBe('ready');
  });

  it('sees after a refusal whether the foot is there', () => {
    const { made } = walk(subnet, plain, cloud);
    const foot = stepsFor(subnet, plain).at(-1)!;
    const input = inputFor(subnet, plain, Object.fromEntries(made));
    const port = { device_id: 'R', device_owner: 'network:router_interface', fixed_ips: [{ subnet_id: 'ID' }] };
    expect([foot.unique, foot.repeatable, shown(foot.find(input))]).toEqual([
      true,
      true,
      'GET /v2.0/ports?device_id=R',
    ]);
    expect(foot.found(fromPlain({ ports: [port] }), input)).toBeDefined();
    expect(foot.found(fromPlain({ ports: [{ ...port, fixed_ips: [{ subnet_id: S }] }] }), input)).toBeUndefined();
  });

  it('shows the zone that it was given, and lets go of a range that another wants', () => {
    const { last } = walk(subnet, plain, cloud);
    expect(subnet.attribute(live(subnet, plain, last), 'AvailabilityZone')).toBe('nova');
    const prepared = (after: PlainMap) =>
      subnet.life.kind === 'cloud' &&
      subnet.life.prepareReplace?.(changeOf(subnet, plain, after, walk(subnet, plain, cloud)));
    expect(prepared({ ...plain, AvailabilityZone: 'other' })).toBe('first');
    expect(prepared({ ...plain, CidrBlock: '10.0.2.0/24' })).toBeUndefined();
  });
});

describe('ways out', () => {
  it('an Internet gateway is nothing but a name', () => {
    const { life } = internetGateway;
    const context = {
      resourceName: 'r',
      stackName: 's',
      physicalName: mark,
      stackTimeoutMs: 1,
      below: () => 0,
      uuid: () => '',
    };
    expect(life.kind === 'local' && life.create(emptyMap, context)).toEqual({
      kind: 'done',
      waitMs: 0,
      value: { physicalId: mark, data: emptyMap },
    });
  });

  it('an attachment waits for the VPC’s route tables', () => {
    const all = definitions({
      vpc: ['AWS::EC2::VPC', {}],
      a: ['AWS::EC2::RouteTable', { VpcId: get('vpc') }],
      b: ['AWS::EC2::RouteTable', { VpcId: 'other' }],
      it: ['AWS::EC2::VPCGatewayAttachment', { VpcId: get('vpc', 'elsewhere') }],
    });
    expect(afterOf(vpcGatewayAttachment, 'it', all)).toEqual(['a']);
  });

  it('and gives those of them that are routers a gateway, as long as it is there', () => {
    const required = new Map([
      ['vpc', V],
      ['igw', 's-igw-abcdefghijkl'],
      ['table', T],
    ]);
    const properties = propertiesOf(vpcGatewayAttachment, { VpcId: V }, [], required);
    const steps = vpcGatewayAttachment.life.kind === 'cloud' ? stepsOf(vpcGatewayAttachment.life, properties) : [];
    const made = new Map<string, Made>();
    expect(linesOf(steps, properties, made, cloud)).toEqual([
      'GET /v2.0/networks?router%3Aexternal=True',
      `GET /v2.0/routers?id=${V}&id=${T}`,
      `GET /v2.0/routers?id=${V}`,
      `PUT /v2.0/routers/${T} {"router":{"external_gateway_info":{"network_id":"X"}}}`,
    ]);
    const input = { properties, physicalName: mark, mark, made };
    expect(steps.map(step => step.remove('', input)).map(call => call && shown(call))).toEqual([
      undefined,
      undefined,
      undefined,
      `PUT /v2.0/routers/${T} {"router":{"external_gateway_info":{}}}`,
    ]);
    expect(made.get('external')?.physicalId).toBe(mark);
    expect(steps[0]!.main).toBe(true);
    const it = live(vpcGatewayAttachment, { VpcId: V }, made.get('external')!);
    expect(vpcGatewayAttachment.referenceId(it)).toBe('r');
  });

  it('there must be one external network', () => {
    const [external] = stepsFor(vpcGatewayAttachment, { VpcId: V });
    const of = (...networks: PlainMap[]) => external!.ready(fromPlain({ networks }));
    const out = { id: 'X', 'router:external': true };
    expect(of(out, { id: 'Y', 'router:external': false }).kind).toBe('ready');
    expect(of(out, out)).toEqual({ kind: 'failed', error: 'Error', message: 'Expected 1 external network, found 2' });
    expect(of()).toMatchObject({ message: 'Expected 1 external network, found 0' });
  });

  it('a route table has the gateway that the VPC’s router has', () => {
    expect(lines(routeTable, { VpcId: V }).slice(2)).toEqual([
      `POST /v2.0/routers {"router":{"name":"${mark}"}}`,
      'PUT /v2.0/routers/ID {"router":{"external_gateway_info":{"network_id":"X"}}}',
    ]);
    const bare = (call: CloudCall): Plain => (call.path.startsWith('/v2.0/routers?') ? { routers: [] } : cloud(call));
    expect(walk(routeTable, { VpcId: V }, bare).calls.map(shown).at(-1)).toBe('GET /v2.0/routers/ID');
    expect(undone(routeTable, { VpcId: V })).toEqual(['DELETE /v2.0/routers/ID']);
  });
});

describe('AWS::EC2::SubnetRouteTableAssociation', () => {
  const plain = { RouteTableId: T, SubnetId: S };

  it('moves the subnet from the VPC’s router to the table’s, and back', () => {
    expect(lines(subnetRouteTableAssociation, plain)).toEqual([
      `GET /v2.0/subnets/${S}`,
      `GET /v2.0/networks/${V}`,
      'GET /v2.0/routers?name=vpc',
      `PUT /v2.0/routers/R/remove_router_interface {"subnet_id":"${S}"}`,
      `PUT /v2.0/routers/${T}/add_router_interface {"subnet_id":"${S}"}`,
    ]);
    expect(undone(subnetRouteTableAssociation, plain)).toEqual([
      `PUT /v2.0/routers/${T}/remove_router_interface {"subnet_id":"${S}"}`,
      `PUT /v2.0/routers/R/add_router_interface {"subnet_id":"${S}"}`,
    ]);
  });

  it('sees after a refusal whether it holds, on the way there and back', () => {
    const { made } = walk(subnetRouteTableAssociation, plain, cloud);
    const [, , , leave, enter] = stepsFor(subnetRouteTableAssociation, plain);
    const input = inputFor(subnetRouteTableAssociation, plain, Object.fromEntries(made));
    const on = (router: string) =>
      fromPlain({
        ports: [{ device_id: router, device_owner: 'network:router_interface', fixed_ips: [{ subnet_id: S }] }],
      });
    const none = fromPlain({ ports: [] });
    expect([leave!.found(none, input) !== undefined, leave!.found(on('R'), input)]).toEqual([true, undefined]);
    expect([enter!.found(none, input), enter!.found(on(T), input) !== undefined]).toEqual([undefined, true]);
    expect([leave!.gone!(on('R'), input).kind, leave!.gone!(none, input).kind]).toEqual(['ready', 'staying']);
    expect([enter!.gone!(on(T), input).kind, enter!.gone!(none, input).kind]).toEqual(['staying', 'ready']);
  });

  it('lets go of the subnet before another takes it', () => {
    const { life } = subnetRouteTableAssociation;
    const first = walk(subnetRouteTableAssociation, plain, cloud);
    const prepared = (after: PlainMap) =>
      life.kind === 'cloud' && life.prepareReplace?.(changeOf(subnetRouteTableAssociation, plain, after, first));
    expect(prepared({ ...plain, RouteTableId: U })).toBe('first');
    expect(prepared({ ...plain, SubnetId: U })).toBeUndefined();
  });
});
