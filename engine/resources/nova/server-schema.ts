/** What an OS::Nova::Server may be given, and what it tells (contract: resource-schemas.json). */
import {
  allowedValues,
  attribute,
  boolean,
  custom,
  integer,
  length,
  list,
  map,
  type PropertySchemas,
  range,
  string,
  type SupportStatus,
  since,
} from '../../kit/schema.ts';

/** Hidden now, deprecated before. */
function hidden(version: string, deprecated: string, before: string | undefined, message?: string): SupportStatus {
  const previous: SupportStatus = {
    status: 'DEPRECATED',
    version: deprecated,
    message,
    previous: before === undefined ? undefined : since(before),
  };
  return { status: 'HIDDEN', version, message, previous };
}

const device = map().with({
  device_name: string('The name under which the volume is attached, e.g. vda.').required(),
  volume_id: string('The volume to boot from; either this or snapshot_id.').finds('cinder.volume'),
  snapshot_id: string('The snapshot to make a volume from.').finds('cinder.snapshot'),
  volume_size: integer('The size of the volume, in GB.'),
  delete_on_termination: boolean('Whether the volume goes with the server.'),
});

const deviceV2 = map().with({
  device_name: string('The name under which the device is attached, e.g. vda.'),
  volume_id: string('The volume to attach, bootable or not.').finds('cinder.volume'),
  image_id: string('The id of the image to make a volume from.')
    .finds('glance.image')
    .status({
      status: 'HIDDEN',
      version: '9.0.0',
      previous: {
        status: 'DEPRECATED',
        version: '7.0.0',
        message: 'Use property image.',
        previous: since('5.0.0'),
      },
    }),
  image: string('The image to make a volume from, by name or id.').finds('glance.image').supportedSince('7.0.0'),
  snapshot_id: string('The snapshot to make a volume from.').finds('cinder.snapshot'),
  swap_size: integer('The size of a swap device, in MB.'),
  ephemeral_size: integer('The size of a local ephemeral device, in GB.').constraints(range(1)).supportedSince('8.0.0'),
  ephemeral_format: string('The file system of the ephemeral device.')
    .constraints(allowedValues('ext2', 'ext3', 'ext4', 'xfs', 'ntfs'))
    .supportedSince('8.0.0'),
  device_type: string('What the guest sees it as.').constraints(allowedValues('cdrom', 'disk')),
  disk_bus: string('The bus of the device.').constraints(
    allowedValues('ide', 'lame_bus', 'sata', 'scsi', 'usb', 'virtio'),
  ),
  boot_index: integer('The order in which devices are booted from: 0 first, -1 never.'),
  volume_size: integer('The size of the device, in GB.'),
  delete_on_termination: boolean('Whether the volume goes with the server.'),
  volume_type: string('The type of the volume that is made.').finds('cinder.vtype').supportedSince('26.0.0'),
});

const extraProperties = map('More of the port that is made for this network.', { update: true })
  .with({
    value_specs: map('Further parameters of the port, as Neutron names them.', { update: true }).default({}),
    admin_state_up: boolean('Whether the port is up.', { update: true }).default(true),
    mac_address: string('Its MAC address.').constraints(custom('mac_addr')),
    allowed_address_pairs: list('Further addresses that may pass through it.', { update: true }).of(
      map().with({
        mac_address: string('A MAC address; default the port’s own.').constraints(custom('mac_addr')),
        ip_address: string('An IP address or a range of them.').required().constraints(custom('ip_or_cidr')),
      }),
    ),
    'binding:vnic_type': string('How the port is bound.', { update: true })
      .default('normal')
      .constraints(
        allowedValues('normal', 'direct', 'macvtap', 'direct-physical', 'baremetal', 'virtio-forwarder', 'smart-nic'),
      )
      .supportedSince('2015.1'),
    port_security_enabled: boolean('Whether security groups hold on it.', { update: true }).supportedSince('5.0.0'),
    qos_policy: string('Its QoS policy, by name or id.', { update: true })
      .finds('neutron.qos_policy')
      .supportedSince('6.0.0'),
    propagate_uplink_status: boolean('Whether it shows the state of the link below it.', {
      update: true,
    }).supportedSince('15.0.0'),
    no_fixed_ips: boolean('Whether it has no address at all.', { update: true })
      .default(false)
      .supportedSince('16.0.0'),
  })
  .supportedSince('6.0.0');

const network = map().with({
  uuid: string('The id of a network.')
    .finds('neutron.network')
    .status(hidden('5.0.0', '2014.1', undefined, 'Use property network.')),
  network: string('A network to be on, by name or id.').finds('neutron.network'),
  allocate_network: string('Instead of networks: let Nova choose, or have none.', { update: true })
    .constraints(allowedValues('none', 'auto'))
    .supportedSince('9.0.0'),
  fixed_ip: string('The address on that network.').constraints(custom('ip_addr')),
  port: string('An existing port to take, by name or id.').finds('neutron.port'),
  port_extra_properties: extraProperties,
  subnet: string('The subnet that the address is from, by name or id.')
    .resolves('neutron.subnet')
    .supportedSince('5.0.0'),
  floating_ip: string('A floating IP to associate with the port.')
    .resolves('neutron.floating_ip')
    .supportedSince('6.0.0'),
  tag: string('A tag of the device that the guest can read.').supportedSince('9.0.0'),
});

const swiftData = map('Where the deployment’s data are kept in Swift.', { update: true })
  .default({})
  .with({
    container: string('The container.').constraints(length(1)),
    object: string('The object.').constraints(length(1)),
  })
  .supportedSince('9.0.0');

export const properties: PropertySchemas = {
  name: string('The name of the server; by default generated.', { update: true }),
  image: string('The image to boot from, by name or id.', { update: true }).finds('glance.image'),
  block_device_mapping: list('Volumes to boot from or to attach.').of(device),
  block_device_mapping_v2: list('Devices to boot from or to attach.').of(deviceV2).supportedSince('2015.1'),
  flavor: string('The flavor, by name or id.', { update: true }).required().finds('nova.flavor'),
  flavor_update_policy: string('How another flavor is brought about.', { update: true })
    .default('RESIZE')
    .constraints(allowedValues('RESIZE', 'REPLACE')),
  image_update_policy: string('How another image is brought about.', { update: true })
    .default('REBUILD')
    .constraints(allowedValues('REBUILD', 'REPLACE', 'REBUILD_PRESERVE_EPHEMERAL')),
  key_name: string('The key pair that goes on the server.').constraints(custom('nova.keypair')),
  admin_user: string('The administrator of the guest.').status(
    hidden('5.0.0', '2014.1', '2013.2', 'The image has a default user of its own.'),
  ),
  availability_zone: string('Where the server is placed.'),
  security_groups: list('Security groups, by name or id; not together with ports.')
    .default([])
    .resolves('neutron.security_group'),
  networks: list('The networks that the server is on, in order.', { update: true }).of(network),
  scheduler_hints: map('Hints for the placement of the server.'),
  metadata: map('Keys and values, shown with the server and readable in it.', { update: true }).default({}),
  user_data_format: string('How user_data are made into what the guest gets.')
    .default('HEAT_CFNTOOLS')
    .constraints(allowedValues('HEAT_CFNTOOLS', 'RAW', 'SOFTWARE_CONFIG')),
  software_config_transport: string('How the guest gets its software deployments.', { update: true })
    .default('POLL_SERVER_CFN')
    .constraints(allowedValues('POLL_SERVER_CFN', 'POLL_SERVER_HEAT', 'POLL_TEMP_URL', 'ZAQAR_MESSAGE')),
  user_data_update_policy: string('How other user_data are brought about.', { update: true })
    .default('REPLACE')
    .constraints(allowedValues('REPLACE', 'IGNORE', 'REBUILD'))
    .supportedSince('6.0.0'),
  user_data: string('What the guest runs when it first boots.', { update: true }).default(''),
  reservation_id: string('An id for the set of servers that is asked for.'),
  config_drive: boolean('Whether the guest has a config drive.'),
  diskConfig: string('How the disk is partitioned.').constraints(allowedValues('AUTO', 'MANUAL')),
  personality: map('Files to put into the guest: path and content.')
    .default({})
    .status({ status: 'DEPRECATED', version: '12.0.0', message: 'Use user_data or metadata instead.' }),
  admin_pass: string('The administrator’s password.', { update: true }),
  tags: list('Tags of the server.', { update: true }).of(string()).supportedSince('8.0.0'),
  deployment_swift_data: swiftData,
};

const accessStatus: SupportStatus = { status: 'DEPRECATED', version: '14.0.0', previous: since('2015.1') };

export const attributes = {
  name: attribute('The name of the server.', { type: 'string' }),
  addresses: attribute('Addresses by network, with ports, subnets and the network; by its name and by its id.', {
    type: 'map',
    support: { status: 'SUPPORTED', version: '11.0.0', previous: { status: 'SUPPORTED' } },
  }),
  networks: attribute('Addresses by network, by its name and by its id.', { type: 'map' }),
  first_address: attribute('The first address of the first network.', {
    support: hidden('5.0.0', '2014.2', '2013.2', 'Use the networks attribute instead.'),
  }),
  instance_name: attribute('What the hypervisor calls the server.', { type: 'string' }),
  accessIPv4: attribute('An IPv4 address by which it can be reached, if one was set.', {
    type: 'string',
    support: accessStatus,
  }),
  accessIPv6: attribute('An IPv6 address by which it can be reached, if one was set.', {
    type: 'string',
    support: accessStatus,
  }),
  console_urls: attribute('URLs of its consoles, by kind.', { type: 'map', support: since('2015.1') }),
  tags: attribute('Tags of the server.', { type: 'list', support: since('8.0.0') }),
  os_collect_config: attribute('What os-collect-config in the guest is configured with.', {
    type: 'map',
    cache: 'none',
    support: since('9.0.0'),
  }),
};
