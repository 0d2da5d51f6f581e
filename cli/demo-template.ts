/**
 * The stack of `npm run demo`: two servers in a network of their own, one reachable from outside and with a volume.
 *
 * Nothing in it says `depends_on`: what must be there first follows from what a resource is given, and where that does
 * not say it (a floating address needs the router's interface) from what its type knows.
 */
export const demoTemplate = `heat_template_version: 2018-08-31

description: Two servers in a network of their own, one of them reachable from outside and with a volume.

parameters:
  image:
    type: string
    default: cirros
    constraints: [{custom_constraint: glance.image}]
  flavor:
    type: string
    default: m1.tiny
    constraints: [{custom_constraint: nova.flavor}]
  public:
    type: string
    default: public
    constraints: [{custom_constraint: neutron.network}]

resources:
  network:
    type: OS::Neutron::Net

  subnet:
    type: OS::Neutron::Subnet
    properties:
      network: {get_resource: network}
      cidr: 192.168.77.0/24

  router:
    type: OS::Neutron::Router
    properties:
      external_gateway_info: {network: {get_param: public}}

  router_interface:
    type: OS::Neutron::RouterInterface
    properties:
      router: {get_resource: router}
      subnet: {get_resource: subnet}

  ssh:
    type: OS::Neutron::SecurityGroup
    properties:
      rules: [{protocol: tcp, port_range_min: 22, port_range_max: 22}]

  port:
    type: OS::Neutron::Port
    properties:
      network: {get_resource: network}
      security_groups: [{get_resource: ssh}]

  web:
    type: OS::Nova::Server
    properties:
      image: {get_param: image}
      flavor: {get_param: flavor}
      networks: [{port: {get_resource: port}}]

  worker:
    type: OS::Nova::Server
    properties:
      image: {get_param: image}
      flavor: {get_param: flavor}
      networks: [{network: {get_resource: network}}]
      metadata: {web: {get_attr: [web, first_address]}}

  volume:
    type: OS::Cinder::Volume
    properties:
      size: 1

  attachment:
    type: OS::Cinder::VolumeAttachment
    properties:
      instance_uuid: {get_resource: web}
      volume_id: {get_resource: volume}

  address:
    type: OS::Neutron::FloatingIP
    properties:
      floating_network: {get_param: public}
      port_id: {get_resource: port}

outputs:
  address:
    description: Where the web server is reached from outside
    value: {get_attr: [address, floating_ip_address]}
  inside:
    description: The two servers' addresses in their network
    value:
      web: {get_attr: [web, first_address]}
      worker: {get_attr: [worker, first_address]}
`;
