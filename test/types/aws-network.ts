/** AWS's types that are networks: VPCs and what is in them, interfaces, groups, addresses. */
import { attr, cannot, made, type Parts, ref, thing, to, type TypeEntry } from './form.ts';
import { place } from './neutron.ts';

const tags = to([{ Key: 'colour', Value: 'blue' }], { unseen: 'no service is told of tags' });
const router = thing('network', '/v2.0/routers/{table}', 'router');
const vpc = made('AWS::EC2::VPC', {});
const range = (of: string, second: number, third = 0) =>
  made('AWS::EC2::Subnet', { VpcId: ref(of), CidrBlock: `10.${second}.${third}.0/24` });
const table = (of: string) => made('AWS::EC2::RouteTable', { VpcId: ref(of) });
const feetOf = (of: string) => thing('network', `/v2.0/ports?device_id={${of}}`, 'ports');

const vpcs: readonly TypeEntry[] = [
  {
    type: 'AWS::EC2::VPC',
    properties: { CidrBlock: '10.84.0.0/16' },
    thing: thing('network', '/v2.0/networks/{id}', 'network'),
    replaces: {
      CidrBlock: to('10.85.0.0/16', { unseen: 'only the ranges of its subnets count' }),
      Tags: tags,
    },
  },
  {
    type: 'AWS::EC2::Subnet',
    around: { vpc, other: vpc },
    properties: { VpcId: ref('vpc'), CidrBlock: '10.86.0.0/24', AvailabilityZone: 'nova' },
    thing: thing('network', '/v2.0/subnets/{id}', 'subnet'),
    replaces: {
      CidrBlock: to('10.86.1.0/24', { at: 'cidr' }),
      AvailabilityZone: to('elsewhere', { unseen: 'no service is told of it' }),
      VpcId: to(ref('other'), { at: 'network_id' }),
      Tags: tags,
    },
  },
  { type: 'AWS::EC2::InternetGateway', properties: {}, replaces: { Tags: tags } },
  {
    type: 'AWS::EC2::VPCGatewayAttachment',
    around: {
      vpc,
      other: vpc,
      table: table('vpc'),
      other_table: table('other'),
      igw: made('AWS::EC2::InternetGateway'),
      second_igw: made('AWS::EC2::InternetGateway'),
    },
    properties: { VpcId: ref('vpc'), InternetGatewayId: ref('igw') },
    thing: router,
    replaces: {
      InternetGatewayId: to(ref('second_igw'), { at: 'external_gateway_info.enable_snat', is: true }),
      VpcId: to(ref('other'), {
        thing: thing('network', '/v2.0/routers/{other_table}', 'router'),
        at: 'external_gateway_info.enable_snat',
        is: true,
      }),
    },
  },
  {
    type: 'AWS::EC2::RouteTable',
    around: { vpc, other: vpc },
    properties: { VpcId: ref('vpc') },
    thing: thing('network', '/v2.0/routers/{id}', 'router'),
    replaces: { VpcId: to(ref('other'), { unseen: 'a router does not say whose it is' }), Tags: tags },
  },
  {
    type: 'AWS::EC2::SubnetRouteTableAssociation',
    around: {
      vpc,
      subnet: range('vpc', 87),
      second: range('vpc', 87, 1),
      table: table('vpc'),
      other: table('vpc'),
    },
    properties: { RouteTableId: ref('table'), SubnetId: ref('subnet') },
    thing: feetOf('table'),
    replaces: {
      RouteTableId: to(ref('other'), { thing: feetOf('other'), at: '0.fixed_ips.0.subnet_id', is: ref('subnet') }),
      SubnetId: to(ref('second'), { thing: feetOf('other'), at: '0.fixed_ips.0.subnet_id' }),
    },
  },
];

const rules = (direction: string) =>
  thing('network', `/v2.0/security-group-rules?security_group_id={id}&direction=${direction}`, 'security_group_rules');
const open = (port: number) => ({ IpProtocol: 'tcp', FromPort: `${port}`, ToPort: `${port}`, CidrIp: '10.0.0.0/8' });
const shownOpen = (port: number) => ({ protocol: 'tcp', port_range_min: port, remote_ip_prefix: '10.0.0.0/8' });

const doors: readonly TypeEntry[] = [
  {
    type: 'AWS::EC2::NetworkInterface',
    around: {
      ...place(88),
      more: made('OS::Neutron::Subnet', { network: ref('net'), cidr: '10.88.1.0/24' }),
      group: made('AWS::EC2::SecurityGroup', { GroupDescription: 'guard' }),
    },
    properties: { SubnetId: ref('subnet'), PrivateIpAddress: '10.88.0.30' },
    thing: thing('network', '/v2.0/ports/{id}', 'port'),
    updates: { GroupSet: to([ref('group')], { at: 'security_groups' }) },
    replaces: {
      PrivateIpAddress: to('10.88.0.31', { at: 'fixed_ips.0.ip_address' }),
      Description: to('said', { unseen: 'no service is told of it' }),
      SubnetId: to(ref('more'), { at: 'fixed_ips.0.subnet_id', with: { PrivateIpAddress: '10.88.1.31' } }),
      Tags: tags,
    },
  },
  {
    type: 'AWS::EC2::SecurityGroup',
    properties: { GroupDescription: 'guard', SecurityGroupIngress: [open(22), open(80)] },
    thing: rules('ingress'),
    updates: {
      SecurityGroupIngress: to([open(80), open(443)], { at: '', is: [shownOpen(80), shownOpen(443)] }),
      SecurityGroupEgress: to([open(53)], { thing: rules('egress'), at: '', is: [shownOpen(53)] }),
    },
    replaces: {
      GroupDescription: to('other', {
        thing: thing('network', '/v2.0/security-groups/{id}', 'security_group'),
        at: 'description',
      }),
      VpcId: to('any', { unseen: 'no service is told of it' }),
    },
  },
];

const instance = made('OS::Nova::Server', {
  image: 'cirros',
  flavor: 'm1.tiny',
  networks: [{ subnet: ref('subnet') }],
});

/** Instances behind a router to the external network. */
const behind = (second: number, servers: readonly string[]): Parts => ({
  ...place(second),
  router: made('OS::Neutron::Router', { external_gateway_info: { network: 'public' } }),
  foot: made('OS::Neutron::RouterInterface', { router: ref('router'), subnet: ref('subnet') }),
  ...Object.fromEntries(servers.map(name => [name, instance])),
});

const beside = { depends_on: ['foot'] };
const address = made('AWS::EC2::EIP', {}, beside);
const floating = (of: string) => thing('network', `/v2.0/floatingips/{${of}}`, 'floatingip');

const addresses: readonly TypeEntry[] = [
  {
    type: 'AWS::EC2::EIP',
    around: behind(89, ['server', 'second']),
    properties: { InstanceId: ref('server') },
    beside,
    thing: floating('id'),
    updates: { InstanceId: to(ref('second'), { at: 'port_details.device_id' }) },
    replaces: { Domain: to('vpc', { at: 'port_details.device_id', is: ref('second') }) },
  },
  {
    type: 'AWS::EC2::EIPAssociation',
    about: 'of an address',
    around: { ...behind(90, ['server', 'second']), ip: address, spare: address },
    properties: { EIP: ref('ip'), InstanceId: ref('server') },
    beside,
    thing: floating('ip'),
    updates: {
      InstanceId: to(ref('second'), { at: 'port_details.device_id' }),
      EIP: to(ref('spare'), {
        with: { InstanceId: ref('server') },
        thing: floating('spare'),
        at: 'port_details.device_id',
        is: ref('server'),
        replaces: true,
        wave: 2,
      }),
    },
    replaces: cannot('each property alone is changed in place'),
  },
  {
    type: 'AWS::EC2::EIPAssociation',
    about: 'of an allocation',
    around: {
      vpc,
      subnet: range('vpc', 91),
      nic: made('AWS::EC2::NetworkInterface', { SubnetId: ref('subnet') }),
      second: made('AWS::EC2::NetworkInterface', { SubnetId: ref('subnet') }),
      ip: made('AWS::EC2::EIP'),
      spare: made('AWS::EC2::EIP'),
    },
    properties: { AllocationId: attr('ip', 'AllocationId'), NetworkInterfaceId: ref('nic') },
    thing: floating('ip'),
    updates: {
      NetworkInterfaceId: to(ref('second'), { at: 'port_id' }),
      AllocationId: to(attr('spare', 'AllocationId'), {
        with: { NetworkInterfaceId: ref('nic') },
        thing: floating('spare'),
        at: 'port_id',
        is: ref('nic'),
        replaces: true,
        wave: 2,
      }),
    },
    replaces: cannot('each property alone is changed in place'),
  },
];

export const awsNetworkEntries: readonly TypeEntry[] = [...vpcs, ...doors, ...addresses];
