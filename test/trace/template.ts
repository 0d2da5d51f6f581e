/** A stack of 20 resources of six services' kinds, with chains and fan-in: what a small deployment looks like. */
export const resourceCount = 20;

const pair = ['one', 'two', 'three', 'four'] as const;

const resources: Readonly<Record<string, object>> = {
  net: { type: 'OS::Neutron::Net' },
  subnet: {
    type: 'OS::Neutron::Subnet',
    properties: { network: { get_resource: 'net' }, cidr: '10.20.0.0/24' },
  },
  router: {
    type: 'OS::Neutron::Router',
    properties: { external_gateway_info: { network: 'public' } },
  },
  plug: {
    type: 'OS::Neutron::RouterInterface',
    properties: { router: { get_resource: 'router' }, subnet: { get_resource: 'subnet' } },
  },
  rules: {
    type: 'OS::Neutron::SecurityGroup',
    properties: { rules: [{ protocol: 'tcp', port_range_min: 22, port_range_max: 22 }] },
  },
  word: { type: 'OS::Heat::RandomString' },
  ...Object.fromEntries(
    pair.map(n => [
      `port_${n}`,
      {
        type: 'OS::Neutron::Port',
        properties: {
          network: { get_resource: 'net' },
          fixed_ips: [{ subnet: { get_resource: 'subnet' } }],
          security_groups: [{ get_resource: 'rules' }],
        },
      },
    ]),
  ),
  ...Object.fromEntries(
    pair.map(n => [
      `server_${n}`,
      {
        type: 'OS::Nova::Server',
        properties: {
          image: 'cirros',
          flavor: 'm1.tiny',
          networks: [{ port: { get_resource: `port_${n}` } }],
        },
      },
    ]),
  ),
  disk_one: { type: 'OS::Cinder::Volume', properties: { size: 1 } },
  disk_two: { type: 'OS::Cinder::Volume', properties: { size: 1 } },
  attached_one: {
    type: 'OS::Cinder::VolumeAttachment',
    properties: { instance_uuid: { get_resource: 'server_one' }, volume_id: { get_resource: 'disk_one' } },
  },
  attached_two: {
    type: 'OS::Cinder::VolumeAttachment',
    properties: { instance_uuid: { get_resource: 'server_two' }, volume_id: { get_resource: 'disk_two' } },
  },
  address: {
    type: 'OS::Neutron::FloatingIP',
    depends_on: ['plug'],
    properties: { floating_network: 'public', port_id: { get_resource: 'port_one' } },
  },
  all: {
    type: 'OS::Heat::Value',
    properties: { value: pair.map(n => ({ get_attr: [`server_${n}`, 'first_address'] })) },
  },
};

export const template = { heat_template_version: '2021-04-16', resources } as const;
