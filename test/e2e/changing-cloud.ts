/** The stack that scenario `update` changes, and the requests that each of its changes takes. */

/** What differs between the stack's templates. */
export interface Shape {
  readonly flavor: string;
  readonly portName: string;
  readonly network: string;
  readonly nameservers: readonly string[];
  /** The server is on the second network too. */
  readonly onBoth: boolean;
  readonly gigabytes: number;
  readonly key: string;
  readonly members: number;
  readonly userData: string;
  readonly fails: boolean;
}

export const atFirst: Shape = {
  flavor: 'm1.tiny',
  portName: 'door',
  network: 'garden',
  nameservers: [],
  onBoth: false,
  gigabytes: 1,
  key: 'first',
  members: 2,
  userData: 'one',
  fails: false,
};

const get = (resource: string) => ({ get_resource: resource });

/** A template as JSON. Names of key pairs are one user's own; `run` keeps those of two runs apart. */
export function templateOf(shape: Shape, run: string): object {
  const networks = [{ port: get('port') }, ...(shape.onBoth ? [{ network: get('other') }] : [])];
  const member = { image: 'cirros', flavor: 'm1.tiny', networks: [{ allocate_network: 'none' }] };
  const resource = (type: string, properties: object = {}) => ({ type: `OS::${type}`, properties });
  return {
    heat_template_version: '2018-08-31',
    resources: {
      net: resource('Neutron::Net', { name: shape.network }),
      subnet: resource('Neutron::Subnet', {
        network: get('net'),
        cidr: '10.8.0.0/24',
        dns_nameservers: shape.nameservers,
      }),
      other: resource('Neutron::Net'),
      other_subnet: resource('Neutron::Subnet', { network: get('other'), cidr: '10.9.0.0/24' }),
      port: resource('Neutron::Port', {
        name: shape.portName,
        network: get('net'),
        fixed_ips: [{ subnet: get('subnet'), ip_address: '10.8.0.20' }],
      }),
      key: resource('Nova::KeyPair', { name: `${run}-${shape.key}` }),
      server: resource('Nova::Server', {
        image: 'cirros',
        flavor: shape.flavor,
        key_name: get('key'),
        user_data_format: 'RAW',
        user_data: shape.userData,
        networks,
      }),
      volume: resource('Cinder::Volume', { size: shape.gigabytes }),
      tie: resource('Cinder::VolumeAttachment', { instance_uuid: get('server'), volume_id: get('volume') }),
      group: resource('Heat::ResourceGroup', {
        count: shape.members,
        resource_def: { type: 'OS::Nova::Server', properties: member },
      }),
      last: {
        ...resource('Heat::TestResource', { value: get('server'), fail: shape.fails }),
        depends_on: ['tie'],
      },
    },
    outputs: {
      address: { value: { get_attr: ['port', 'fixed_ips', 0, 'ip_address'] } },
      members: { value: { get_attr: ['group', 'refs'] } },
    },
  };
}

/** `compute POST /servers`; with `nova: ` before it where Nova asks, and only the lab's logs show it. */
type Line = string;

export interface Change {
  readonly about: string;
  readonly to: Partial<Shape>;
  /** With what status it ends; UPDATE_COMPLETE unless said. */
  readonly end?: string;
  /** The requests that change something; names stand for physical ids, `<server 2>` for what took the place. */
  readonly lines: readonly Line[];
}

const times = (count: number, line: Line): readonly Line[] => Array.from({ length: count }, () => line);
const resize = times(2, 'compute POST /servers/<server>/action'); // resize, confirmResize

export const creating: readonly Line[] = [
  ...times(2, 'network POST /networks'),
  ...times(2, 'network POST /subnets'),
  'network POST /ports',
  // Their own names are descriptions until they are known.
  'network PUT /networks/<net>',
  'network PUT /ports/<port>',
  'compute POST /os-keypairs',
  ...times(3, 'compute POST /servers'),
  'volumev3 POST /volumes',
  'compute POST /servers/<server>/os-volume_attachments',
];

export const changes: readonly Change[] = [
  { about: 'nothing', to: {}, lines: [] },
  { about: 'flavor resize', to: { flavor: 'm1.small' }, lines: resize },
  {
    about: 'a port, a network and a subnet changed in place',
    to: { portName: 'gate', network: 'park', nameservers: ['9.9.9.9'] },
    lines: ['network PUT /ports/<port>', 'network PUT /networks/<net>', 'network PUT /subnets/<subnet>'],
  },
  {
    about: 'the server on a second network',
    to: { onBoth: true },
    lines: ['compute POST /servers/<server>/os-interface', 'nova: network POST /ports'],
  },
  {
    about: 'the server off the second network',
    to: { onBoth: false },
    lines: ['compute DELETE /servers/<server>/os-interface/<id>', 'nova: network DELETE /ports/<id>'],
  },
  { about: 'volume grown in use', to: { gigabytes: 2 }, lines: ['volumev3 POST /volumes/<volume>/action'] },
  {
    about: 'key pair renamed, by which the server is replaced, with its port and its volume',
    to: { key: 'second' },
    lines: [
      'compute POST /os-keypairs',
      'compute DELETE /servers/<server>/os-interface/<port>',
      'compute POST /servers',
      'compute DELETE /servers/<server>/os-volume_attachments/<volume>',
      'compute POST /servers/<server 2>/os-volume_attachments',
      'compute DELETE /servers/<server>',
      'compute DELETE /os-keypairs/<key>',
    ],
  },
  {
    about: 'the server replaced, then something fails: rolled back to the server that was there',
    to: { userData: 'two', fails: true },
    end: 'ROLLBACK_COMPLETE',
    lines: [
      'compute DELETE /servers/<server 2>/os-interface/<port>',
      'compute POST /servers',
      'compute DELETE /servers/<server 2>/os-volume_attachments/<volume>',
      'compute POST /servers/<id>/os-volume_attachments',
      'compute DELETE /servers/<id>/os-volume_attachments/<volume>',
      'compute POST /servers/<server 2>/os-volume_attachments',
      'compute DELETE /servers/<id>/os-interface/<port>',
      'compute POST /servers/<server 2>/os-interface',
      'compute DELETE /servers/<id>',
    ],
  },
  { about: 'group 2 → 5', to: { members: 5 }, lines: times(3, 'compute POST /servers') },
  { about: 'group 5 → 1', to: { members: 1 }, lines: times(4, 'compute DELETE /servers/<id>') },
];

export const deleting: readonly Line[] = [
  'compute DELETE /servers/<server 2>/os-volume_attachments/<volume>',
  'compute DELETE /servers/<server 2>',
  'compute DELETE /servers/<id>',
  'compute DELETE /os-keypairs/<key 2>',
  'volumev3 DELETE /volumes/<volume>',
  'network DELETE /ports/<port>',
  'network DELETE /subnets/<subnet>',
  'network DELETE /subnets/<other_subnet>',
  'network DELETE /networks/<net>',
  'network DELETE /networks/<other>',
];
