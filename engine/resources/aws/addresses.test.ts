/** AWS's interfaces, groups and addresses on Neutron: which calls, in which order, what is undone. */
import { describe, expect, it } from 'vitest';
import {
  afterOf,
  bodyOf,
  changeOf,
  definitions,
  get,
  live,
  mark,
  problem,
  shown,
  stepsFor,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import { G, I, S, U, V, cloud, lines, undone } from '../../../test/support/vpc-cloud.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ChangeSteps } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { emptyMap } from '../../values/value.ts';
import eip from './eip.ts';
import eipAssociation from './eip-association.ts';
import networkInterface from './network-interface.ts';
import securityGroup from './security-group.ts';
import { tagMap } from './tags.ts';

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
