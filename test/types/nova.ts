/** Nova's types that every cloud's users have: servers and key pairs. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';
import { place } from './neutron.ts';

const server = thing('compute', '/servers/{id}', 'server');
const interfaces = thing('compute', '/servers/{id}/os-interface', 'interfaceAttachments');
const publicKey = (name: string): string =>
  `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMslJDYdfC994lXVw0zZTmx3qn9+uUOIlzJ8+Qb4rYI9 ${name}`;
const alone = [{ allocate_network: 'none' }];

export const novaEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Nova::KeyPair',
    properties: { name: '$stack-key', public_key: publicKey('one') },
    thing: thing('compute', '/os-keypairs/{id}', 'keypair'),
    replaces: {
      name: to('$stack-lock', { at: 'name' }),
      public_key: to(publicKey('two'), { at: 'public_key', with: { name: '$stack-bolt' } }),
    },
  },
  {
    type: 'OS::Nova::KeyPair',
    about: 'made by Nova',
    heatRefuses: 'it asks for the newest Nova, which makes no keys',
    properties: { name: '$stack-made', save_private_key: true },
    thing: thing('compute', '/os-keypairs/{id}', 'keypair'),
    replaces: {
      save_private_key: to(false, { with: { name: '$stack-public' } }),
      type: to('ssh', { at: 'type', with: { name: '$stack-typed' } }),
    },
    varying: ['public_key', 'private_key'],
  },
  {
    type: 'OS::Nova::Server',
    around: {
      ...place(63),
      other: made('OS::Neutron::Net'),
      other_subnet: made('OS::Neutron::Subnet', { network: ref('other'), cidr: '10.64.0.0/24' }),
      key: made('OS::Nova::KeyPair', { name: '$stack-key', public_key: publicKey('one') }),
      lock: made('OS::Nova::KeyPair', { name: '$stack-lock', public_key: publicKey('two') }),
      group: made('OS::Neutron::SecurityGroup', { name: '$stack-guard' }),
    },
    properties: {
      name: '$stack-one',
      image: 'cirros',
      flavor: 'm1.tiny',
      key_name: ref('key'),
      networks: [{ subnet: ref('subnet') }],
      security_groups: [ref('group')],
      metadata: { colour: 'red' },
      user_data_format: 'RAW',
      user_data: 'one',
      user_data_update_policy: 'IGNORE',
      config_drive: true,
      diskConfig: 'AUTO',
      tags: ['one'],
    },
    beside: { depends_on: ['other_subnet'] },
    thing: server,
    updates: {
      name: to('$stack-two'),
      metadata: to({ colour: 'blue', shape: 'round' }),
      tags: to(['blue', 'green']),
      networks: to([{ subnet: ref('subnet') }, { network: ref('other') }], {
        thing: interfaces,
        at: '',
        is: [{ net_id: ref('net') }, { net_id: ref('other') }],
      }),
      user_data: to('two', { unseen: 'as its policy says, it is not brought about' }),
      flavor: to('m1.small', { at: 'flavor.original_name', wave: 2 }),
      admin_pass: to('another-password', { unseen: 'nobody tells a password', wave: 3 }),
      user_data_update_policy: to('REBUILD', { unseen: 'Heat alone follows it', wave: 3 }),
      flavor_update_policy: to('REPLACE', { unseen: 'Heat alone follows it', wave: 3 }),
      image_update_policy: to('REBUILD_PRESERVE_EPHEMERAL', { unseen: 'Heat alone follows it', wave: 3 }),
      image: cannot('there is one image on either cloud'),
      software_config_transport: cannot('shown with the software deployments that use it'),
      deployment_swift_data: cannot('neither cloud has a Swift'),
    },
    replaces: {
      key_name: to(ref('lock'), { with: { flavor_update_policy: 'RESIZE' } }),
      config_drive: to(false),
    },
    varying: ['addresses', 'networks', 'first_address', 'instance_name', 'console_urls'],
  },
  {
    type: 'OS::Nova::Server',
    about: 'from a volume, with more disks',
    around: {
      root: made('OS::Cinder::Volume', { image: 'cirros', size: 1 }),
      more: made('OS::Cinder::Volume', { size: 1 }),
    },
    properties: {
      flavor: 'm1.tiny',
      networks: alone,
      block_device_mapping_v2: [
        { volume_id: ref('root'), boot_index: 0 },
        { volume_id: ref('more'), boot_index: -1 },
      ],
      availability_zone: 'nova',
    },
    thing: server,
    replaces: {
      block_device_mapping_v2: to([{ image: 'cirros', volume_size: 1, boot_index: 0, delete_on_termination: true }]),
      diskConfig: to('MANUAL', { at: 'OS-DCF:diskConfig' }),
      user_data_format: to('RAW'),
      security_groups: to(['default']),
    },
    varying: ['addresses', 'networks', 'first_address', 'instance_name', 'console_urls'],
  },
];
