/** AWS's instances, volumes and what ties them. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';
import { place } from './neutron.ts';

const interfaces = thing('compute', '/servers/{id}/os-interface', 'interfaceAttachments');
const instance = { ImageId: 'cirros', InstanceType: 'm1.tiny' };
const volume = made('AWS::EC2::Volume', { AvailabilityZone: 'nova', Size: 1 });

export const awsMachineEntries: readonly TypeEntry[] = [
  {
    type: 'AWS::EC2::Instance',
    around: {
      ...place(71),
      other: made('OS::Neutron::Net'),
      other_subnet: made('OS::Neutron::Subnet', { network: ref('other'), cidr: '10.72.0.0/24' }),
      port: made('OS::Neutron::Port', { network: ref('net') }, { depends_on: ['subnet'] }),
      key: made('OS::Nova::KeyPair', { name: '$stack-key' }),
      group: made('OS::Neutron::SecurityGroup', { name: '$stack-guard' }),
    },
    properties: {
      ...instance,
      AvailabilityZone: 'nova',
      SubnetId: ref('subnet'),
      SecurityGroupIds: [ref('group')],
      Tags: [{ Key: 'colour', Value: 'red' }],
      UserData: 'echo one',
    },
    beside: { depends_on: ['other_subnet'] },
    thing: thing('compute', '/servers/{id}', 'server'),
    updates: {
      Tags: to([{ Key: 'shape', Value: 'round' }], { at: 'metadata', is: { shape: 'round' } }),
      SubnetId: to(ref('other_subnet'), { thing: interfaces, at: '', is: [{ net_id: ref('other') }] }),
      InstanceType: to('m1.small', { at: 'flavor.original_name', wave: 2 }),
      NetworkInterfaces: cannot('shown apart: with a subnet it counts alone'),
    },
    replaces: {
      UserData: to('echo two', { at: 'name', is: {} }),
      KeyName: to(ref('key'), { at: 'key_name' }),
    },
    varying: ['PublicIp', 'PrivateIp', 'PublicDnsName', 'PrivateDnsName'],
  },
  {
    type: 'AWS::EC2::Instance',
    about: 'with a port and a volume',
    around: {
      ...place(73),
      port: made('OS::Neutron::Port', { network: ref('net') }, { depends_on: ['subnet'] }),
      spare: made('OS::Neutron::Port', { network: ref('net') }, { depends_on: ['subnet'] }),
      volume,
      band: made('OS::Nova::ServerGroup', { policies: ['soft-affinity'] }),
    },
    properties: {
      ...instance,
      NovaSchedulerHints: [{ Key: 'group', Value: ref('band') }],
      NetworkInterfaces: [ref('port')],
      Volumes: [{ VolumeId: ref('volume'), Device: '/dev/vdb' }],
    },
    thing: thing('compute', '/servers/{id}', 'server'),
    updates: {
      NetworkInterfaces: to([ref('spare')], { thing: interfaces, at: '', is: [{ port_id: ref('spare') }] }),
    },
    replaces: { UserData: to('echo two', { at: 'name', is: {} }) },
    varying: ['PublicIp', 'PrivateIp', 'PublicDnsName', 'PrivateDnsName'],
  },
  {
    type: 'AWS::EC2::Volume',
    properties: { AvailabilityZone: 'nova', Size: 1, Tags: [{ Key: 'colour', Value: 'red' }] },
    thing: thing('volumev3', '/volumes/{id}', 'volume'),
    replaces: cannot('nothing of it may change'),
  },
  {
    type: 'AWS::EC2::VolumeAttachment',
    around: {
      server: made('OS::Nova::Server', {
        image: 'cirros',
        flavor: 'm1.tiny',
        networks: [{ allocate_network: 'none' }],
      }),
      volume,
    },
    properties: { InstanceId: ref('server'), VolumeId: ref('volume'), Device: '/dev/vdb' },
    replaces: cannot('nothing of it may change'),
  },
];
