/** AWS's networks on Neutron: which calls, in which order, what is undone and how failures are told. */
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
  walkChange,
} from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { type ChangeSteps, type Made, type ResourceType, stepsOf } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { emptyMap } from '../../values/value.ts';
import eip from './eip.ts';
import eipAssociation from './eip-association.ts';
import internetGateway from './internet-gateway.ts';
import networkInterface from './network-interface.ts';
import routeTable from './route-table.ts';
import securityGroup from './security-group.ts';
import subnet from './subnet.ts';
import subnetRouteTableAssociation from './subnet-route-table-association.ts';
import { tagMap } from './tags.ts';
import vpc from './vpc.ts';
import vpcGatewayAttachment from './vpc-gateway-attachment.ts';

const V = '00000000-0000-4000-8000-00000000000a';
const S = '00000000-0000-4000-8000-00000000000b';
const T = '00000000-0000-4000-8000-00000000000c';
const U = '00000000-0000-4000-8000-00000000000d';
const I = '00000000-0000-4000-8000-00000000000e';
const G = '00000000-0000-4000-8000-00000000000f';

const isMap = (value: Plain | undefined): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What a small Neutron, and Nova, answer: the VPC is V and its router R, out there is X. */
function cloud(call: CloudCall): Plain {
  const { path, method } = call;
  if (method !== 'GET') {
    const body = bodyOf(call);
    const [key = '', inner] = Object.entries(isMap(body) ? body : {})[0] ?? [];
    return isMap(inner) ? { [key]: { id: 'ID', status: 'ACTIVE', floating_ip_address: '172.24.4.9', ...inner } } : {};
  }
  if (path.startsWith('/v2.0/networks?')) {
    return {
      networks: [
        { id: 'X', 'router:external': true },
        { id: V, 'router:external': false },
      ],
    };
  }
  if (path.startsWith('/v2.0/networks/')) return { network: { id: V, name: 'vpc' } };
  if (path.startsWith('/v2.0/routers?name=')) {
    return {
      routers: [
        { id: 'r', name: 'VPC' },
        { id: 'R', name: 'vpc', external_gateway_info: { network_id: 'X' } },
      ],
    };
  }
  if (path.startsWith('/v2.0/routers?id=')) return { routers: [{ id: T }] };
  if (path.startsWith('/v2.0/subnets/')) return { subnet: { id: S, network_id: V } };
  if (path.startsWith('/v2.0/ports?'))
    return {
      ports: [
        { id: 'P', network_id: V },
        { id: 'Q', network_id: V },
      ],
    };
  if (path.startsWith('/v2.0/floatingips?')) return { floatingips: [{ id: 'F' }] };
  if (path.startsWith('/v2.0/floatingips/')) return { floatingip: { id: U, floating_network_id: 'X' } };
  if (path.endsWith('/os-interface')) {
    const fixed = [{ ip_address: 'fd00::5' }, { ip_address: '10.0.0.5' }];
    return {
      interfaceAttachments: [
        { port_id: 'N', fixed_ips: fixed },
        { port_id: 'M', fixed_ips: [] },
      ],
    };
  }
  return {};
}

const lines = (type: ResourceType, plain: PlainMap) => walk(type, plain, cloud).calls.map(shown);

/** What a delete asks for, last step first. */
function undone(type: ResourceType, plain: PlainMap): readonly (string | undefined)[] {
  const { made } = walk(type, plain, cloud);
  const input = inputFor(type, plain, Object.fromEntries(made));
  return stepsFor(type, plain)
    .toReversed()
    .map(step => step.remove(made.get(step.name)?.physicalId ?? '', input))
    .flatMap(call => (call === undefined ? [] : [shown(call)]));
}

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

describe('AWS::EC2::NetworkInterface', () => {
  const plain = { SubnetId: S, PrivateIpAddress: '10.0.0.7' };

  it('is a port on the subnet’s network', () => {
    expect(lines(networkInterface, { ...plain, GroupSet: [G] })).toEqual([
      `GET /v2.0/subnets/${S}`,
      `POST /v2.0/ports {"port":{"admin_state_up":true,"network_id":"${V}","fixed_ips":[{"subnet_id":"${S}",` +
        `"ip_address":"10.0.0.7"}],"security_groups":["${G}"],"name":"${mark}"}}`,
    ]);
    expect(lines(networkInterface, { SubnetId: S, GroupSet: [] })[1]).toContain('"security_groups":[]');
    expect(lines(networkInterface, { SubnetId: S })[1]).not.toContain('security_groups');
    expect(undone(networkInterface, plain)).toEqual(['DELETE /v2.0/ports/ID']);
  });

  it('changes its groups in place, to the default one where none are said', () => {
    const change = (after: PlainMap) =>
      walkChange(networkInterface, { ...plain, GroupSet: [G] }, { ...plain, ...after }, call =>
        call.path.startsWith('/v2.0/security-groups')
          ? { security_groups: [{ id: 'D', name: 'default', tenant_id: null }] }
          : cloud(call),
      ).calls;
    expect(change({ GroupSet: [U] })).toEqual([`PUT /v2.0/ports/ID {"port":{"security_groups":["${U}"]}}`]);
    expect(change({})).toEqual([
      'GET /v2.0/security-groups?name=default',
      'PUT /v2.0/ports/ID {"port":{"security_groups":["D"]}}',
    ]);
    expect(change({ GroupSet: [G], SubnetId: U })).toBe('replace');
  });

  it('lets go of its address before another takes it', () => {
    const { life } = networkInterface;
    const first = walk(networkInterface, plain, cloud);
    const prepared = (after: PlainMap) =>
      life.kind === 'cloud' && life.prepareReplace?.(changeOf(networkInterface, plain, after, first));
    expect(prepared({ ...plain, Description: 'x' })).toMatchObject({
      steps: [{ name: 'addresses' }, { name: 'let_go' }],
    });
    expect(prepared({ ...plain, PrivateIpAddress: '10.0.0.8' })).toBeUndefined();
  });

  it('shows its address', () => {
    const { last } = walk(networkInterface, plain, cloud);
    expect(networkInterface.attribute(live(networkInterface, plain, last), 'PrivateIpAddress')).toBe('10.0.0.7');
  });
});

describe('AWS::EC2::SecurityGroup', () => {
  const neutron = (call: CloudCall): Plain => {
    const body = bodyOf(call) as { security_group_rules?: PlainMap[]; security_group?: PlainMap } | null;
    if (body?.security_group_rules !== undefined) return { security_group_rules: body.security_group_rules };
    if (call.method === 'GET') return { security_group_rules: [] };
    return { security_group: { id: 'ID', security_group_rules: [], ...body?.security_group } };
  };
  const web = { IpProtocol: 'tcp', FromPort: '80', ToPort: '80', CidrIp: '0.0.0.0/0' };
  const posted = (ingress: PlainMap) => {
    const { calls } = walk(securityGroup, { GroupDescription: 'web', SecurityGroupIngress: [ingress] }, neutron);
    return (bodyOf(calls.at(-1)!) as { security_group_rules: PlainMap[] }).security_group_rules[0];
  };

  it('is Neutron’s, its rules in Neutron’s words', () => {
    const { calls } = walk(securityGroup, { GroupDescription: 'web', SecurityGroupIngress: [web] }, neutron);
    expect(calls.map(shown)[0]).toBe(
      `POST /v2.0/security-groups {"security_group":{"description":"web","name":"${mark}"}}`,
    );
    expect(posted(web)).toEqual({
      security_group_id: 'ID',
      direction: 'ingress',
      ethertype: 'IPv4',
      protocol: 'tcp',
      port_range_min: '80',
      port_range_max: '80',
      remote_group_id: null,
      remote_ip_prefix: '0.0.0.0/0',
    });
  });

  it('has no ports below 0, and no range without ports', () => {
    expect(posted({ IpProtocol: 'icmp', FromPort: '-1', ToPort: '-1', CidrIp: '10.0.0.0/8' })).toMatchObject({
      port_range_min: null,
      port_range_max: null,
      remote_ip_prefix: '10.0.0.0/8',
    });
    expect(posted({ IpProtocol: 'tcp', CidrIp: '10.0.0.0/8' })).toMatchObject({ remote_ip_prefix: null });
    expect(posted({ ...web, CidrIp: null, SourceSecurityGroupName: G })).toMatchObject({ remote_group_id: G });
  });

  it('changes the rules that differ', () => {
    const plain = { GroupDescription: 'web', SecurityGroupIngress: [web] };
    const { calls } = walkChange(
      securityGroup,
      plain,
      { ...plain, SecurityGroupIngress: [{ ...web, FromPort: '443', ToPort: '443' }] },
      neutron,
    );
    expect((calls as readonly string[]).map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'GET /v2.0/security-group-rules?security_group_id=ID',
      'GET /v2.0/security-groups/ID',
      'POST /v2.0/security-group-rules',
    ]);
    expect(walkChange(securityGroup, plain, { ...plain, GroupDescription: 'x' }, neutron).calls).toBe('replace');
  });

  it('takes a range or a group', () => {
    const rule = { ...web, SourceSecurityGroupId: get('g') };
    expect(problem(securityGroup, { GroupDescription: 'web', SecurityGroupEgress: [rule as never] })).toBe(
      'SecurityGroupEgress[0]: only one of CidrIp and a source security group may be given.',
    );
  });
});

describe('AWS::EC2::EIP', () => {
  it('is an address of the external network, tied to the instance’s first port', () => {
    const tie = 'PUT /v2.0/floatingips/ID {"floatingip":{"port_id":"N","fixed_ip_address":"10.0.0.5"}}';
    expect(lines(eip, { InstanceId: I })).toEqual([
      'GET /v2.0/networks?router%3Aexternal=True',
      `POST /v2.0/floatingips {"floatingip":{"floating_network_id":"X","description":"${mark}"}}`,
      'PUT /v2.0/floatingips/ID {"floatingip":{"description":""}}',
      `GET /servers/${I}/os-interface`,
      tie,
    ]);
    expect(walkChange(eip, {}, { InstanceId: I }, cloud).calls).toEqual([`GET /servers/${I}/os-interface`, tie]);
    expect(walkChange(eip, { InstanceId: I }, {}, cloud).calls).toEqual([
      'PUT /v2.0/floatingips/ID {"floatingip":{"port_id":null}}',
    ]);
    expect(undone(eip, { InstanceId: I })).toEqual(['DELETE /v2.0/floatingips/ID']);
  });

  it('is referred to by its address, and its id is its AllocationId', () => {
    const { made } = walk(eip, {}, cloud);
    const it = live(eip, {}, made.get('floatingip')!);
    expect(eip.referenceId(it)).toBe('172.24.4.9');
    expect(eip.attribute(it, 'AllocationId')).toBe('ID');
    expect(eip.referenceId({ ...it, data: emptyMap })).toBe('r');
  });

  it('fails for an instance without interfaces', () => {
    const nic = stepsFor(eip, { InstanceId: I }).find(({ name }) => name === 'interfaces')!;
    expect(nic.ready(fromPlain({ interfaceAttachments: [] }))).toEqual({
      kind: 'failed',
      error: 'InterfaceNotFound',
      message: `No network interface found for server ${I}.`,
    });
  });

  it('lets go of the instance before another address takes it, and takes it back', () => {
    const { life } = eip;
    if (life.kind !== 'cloud') throw new Error('eip is of a cloud');
    const first = walk(eip, { InstanceId: I }, cloud);
    const change = changeOf(eip, { InstanceId: I }, { InstanceId: I, Domain: 'vpc' }, first);
    const prepared = life.prepareReplace?.(change) as ChangeSteps;
    expect(prepared.steps.map(({ name }) => name)).toEqual(['untie']);
    expect(life.restorePrevious?.(change.before)?.steps.map(({ name }) => name)).toEqual(['interfaces', 'tie']);
    const bare = changeOf(eip, {}, { Domain: 'vpc' }, walk(eip, {}, cloud));
    expect(life.prepareReplace?.(bare)).toBeUndefined();
  });

  it('for an instance comes after the template’s ways out', () => {
    const all = definitions({
      attach: ['AWS::EC2::VPCGatewayAttachment', { VpcId: V }],
      lead: ['AWS::EC2::SubnetRouteTableAssociation', {}],
      ip: ['AWS::EC2::EIP', { InstanceId: get('i') }],
      spare: ['AWS::EC2::EIP', {}],
      tie: ['AWS::EC2::EIPAssociation', {}],
    });
    expect(afterOf(eip, 'ip', all)).toEqual(['attach', 'lead']);
    expect(afterOf(eip, 'spare', all)).toEqual([]);
    expect(afterOf(eipAssociation, 'tie', all)).toEqual(['attach', 'lead']);
  });
});

describe('AWS::EC2::EIPAssociation', () => {
  const byAddress = { EIP: '172.24.4.9', InstanceId: I };
  const byId = { AllocationId: U, NetworkInterfaceId: S };

  it('ties an address to an instance', () => {
    expect(lines(eipAssociation, byAddress)).toEqual([
      'GET /v2.0/floatingips?floating_ip_address=172.24.4.9',
      `GET /servers/${I}/os-interface`,
      'PUT /v2.0/floatingips/F {"floatingip":{"port_id":"N","fixed_ip_address":"10.0.0.5"}}',
    ]);
    expect(undone(eipAssociation, byAddress)).toEqual(['PUT /v2.0/floatingips/F {"floatingip":{"port_id":null}}']);
    const { last } = walk(eipAssociation, byAddress, cloud);
    expect(last.physicalId).toBe('172.24.4.9');
    expect(eipAssociation.referenceId(live(eipAssociation, byAddress, last))).toBe(mark);
  });

  it('ties an id to a port, after the VPC’s router leads to its network', () => {
    expect(lines(eipAssociation, byId)).toEqual([
      `GET /v2.0/ports?id=${S}`,
      `GET /v2.0/networks/${V}`,
      'GET /v2.0/routers?name=vpc',
      `GET /v2.0/floatingips/${U}`,
      'PUT /v2.0/routers/R {"router":{"external_gateway_info":{"network_id":"X"}}}',
      `PUT /v2.0/floatingips/${U} {"floatingip":{"port_id":"P"}}`,
    ]);
    expect(lines(eipAssociation, { AllocationId: U, InstanceId: I })[0]).toBe(`GET /v2.0/ports?device_id=${I}`);
    expect(walk(eipAssociation, byId, cloud).last.physicalId).toBe(U);
  });

  it('moves in place; with another address for another instance it is another', () => {
    const change = (before: PlainMap, after: PlainMap) => walkChange(eipAssociation, before, after, cloud).calls;
    expect(change(byAddress, { ...byAddress, InstanceId: V })).toHaveLength(3);
    expect(change(byAddress, { ...byAddress, EIP: '172.24.4.10' })[0]).toBe(
      'PUT /v2.0/floatingips/F {"floatingip":{"port_id":null}}',
    );
    expect(change(byAddress, { EIP: '172.24.4.10', InstanceId: V })).toBe('replace');
    expect(change(byId, { AllocationId: V, InstanceId: I })).toBe('replace');
  });

  it('fails where there is no such address, or no port', () => {
    const [floating] = stepsFor(eipAssociation, byAddress);
    expect(floating!.ready(fromPlain({ floatingips: [] }))).toEqual({
      kind: 'failed',
      error: 'EntityMatchNotFound',
      message: "No floatingip matching {'ip_address': '172.24.4.9'}.",
    });
    const [port] = stepsFor(eipAssociation, byId);
    expect(port!.ready(fromPlain({ ports: [] }))).toMatchObject({ kind: 'failed', error: 'NotFound' });
  });

  it('is checked in Heat’s words', () => {
    const either = "Either 'EIP' or 'AllocationId' must be provided.";
    expect(problem(eipAssociation, { InstanceId: I })).toBe(either);
    expect(problem(eipAssociation, { ...byAddress, AllocationId: get('ip') })).toBe(either);
    expect(problem(eipAssociation, { EIP: '1.2.3.4', NetworkInterfaceId: S })).toBe(
      "Must specify 'InstanceId' if you specify 'EIP'.",
    );
    expect(problem(eipAssociation, { AllocationId: U })).toBe(
      'At least one of the following properties must be specified: InstanceId, NetworkInterfaceId.',
    );
    expect(problem(eipAssociation, { AllocationId: get('ip'), InstanceId: get('i') })).toBeUndefined();
  });
});

it('tags are read as pairs, the last of a key', () => {
  const tags = [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: '2' },
    { Key: 'a', Value: '3' },
  ];
  expect(tagMap(fromPlain({ Tags: tags }) as never)).toEqual(fromPlain({ a: '3', b: '2' }));
});
