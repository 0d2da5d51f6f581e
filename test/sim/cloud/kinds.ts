/**
 * Every kind of thing that a cloud of the simulator holds, as a table: where it is, what ties it to a row, what goes
 * with it, what another user makes that looks like it. The books (ledger.ts), the faults and the invariants go by this
 * table alone: a new resource type is a new line here.
 *
 * A thing is accounted for in one of three ways. *Marked*: a field carries the mark that a row intended. *Natural*: it
 * has no mark, but a key that only one thing can have, which follows from a row's properties too (`naturals`). *Owned*:
 * a service made it for another thing, and it goes with that one. Where a thing is tied to another one by a field, the
 * tie has a natural key of its own.
 */
import type { Fields } from '../../cloud/service.ts';
import type { Item } from '../../cloud/table.ts';

/** Where a foreign thing may be, so that it is in nobody's way. */
export interface Place {
  /** A network and a security group of others. */
  readonly network: string;
  readonly group: string;
}

export interface Kind {
  readonly name: string;
  readonly table: string;
  /** Of the requests that make one; the thing's own is below. */
  readonly service: string;
  readonly path: string;
  /** The step that makes it; a server's own ports add their number. */
  readonly step?: string;
  /** Default: what is in the table is there. */
  there?(item: Row): boolean;
  /** Fields in which a mark may stand. */
  marks?(item: Row): readonly unknown[];
  /** Natural keys: the thing is accounted for by the first that a row answers for. */
  keys?(item: Row): readonly string[];
  /** Ids of what it goes with. */
  owners?(item: Row): readonly unknown[];
  /** Natural keys of what it is tied to by now. */
  ties?(item: Row): readonly string[];
  /** Made by a service for everybody, and never taken away. */
  isFurniture?(item: Row): boolean;
  /** What another user asks for at the same time; `shouted` is the request with its mark in capitals. Undefined: nothing. */
  twin?(shouted: Fields, place: Place): Fields | undefined;
  /** It may end in error on purpose. */
  readonly doomable?: true;
  /** A conflict is the end: its types do not try again. */
  readonly brittle?: true;
}

/** A record of one of the machine's tables. */
export type Row = Item & Fields;

const named = ({ name, description }: Row): readonly unknown[] => [name, description];
const listOf = (value: unknown): readonly Fields[] => (Array.isArray(value) ? (value as readonly Fields[]) : []);
const with_ = (body: Fields, key: string, more: Fields): Fields => ({
  [key]: { ...(body[key] as Fields), ...more },
});
const same = (body: Fields): Fields => body;

const nowhere = { 'provider:physical_network': undefined, 'provider:segmentation_id': undefined };
const nameIn = (body: Fields, key: string): string => String((body[key] as Fields)['name']);

const textOf = (fields: unknown, name: string): string =>
  typeof fields === 'object' && fields !== null ? String((fields as Fields)[name] ?? '') : '';

const isFoot = ({ device_owner }: Row): boolean => device_owner === 'network:router_interface';

function sim(name: string): Kind {
  return {
    name,
    table: `sim.${name}s`,
    service: 'sim',
    path: `/${name}s`,
    step: name,
    marks: ({ mark }) => [mark],
    twin: body => with_(body, name, { part: undefined, slot: undefined }),
    doomable: true,
  };
}

function neutron(name: string, table: string, more: Partial<Kind>): Kind {
  return {
    name,
    table: `neutron.${table}`,
    service: 'network',
    path: `/v2.0/${name.replaceAll('_', '-')}s`,
    step: name,
    marks: named,
    twin: same,
    ...more,
  };
}

/** `more`: a region is called by its id; several services and endpoints may have one name. */
function keystone(name: string, more: Partial<Kind> = {}): Kind {
  const extraOf = (extra: unknown): Fields => (extra as Fields | undefined) ?? {};
  return {
    name,
    table: `keystone.${name}s`,
    service: 'identity',
    path: `/${name}s`,
    step: name,
    marks: ({ name, description, extra }) => [name, description, extraOf(extra)['name'], extraOf(extra)['description']],
    // A name can be taken once.
    twin: body => with_(body, name, { name: `${String((body[name] as Fields)['name'])} of others` }),
    brittle: true,
    ...more,
  };
}

export const kinds: readonly Kind[] = [
  sim('part'),
  sim('thing'),
  sim('key'),
  neutron('network', 'networks', {
    // A VLAN is there once.
    twin: body => with_(body, 'network', { 'provider:network_type': undefined, ...nowhere }),
  }),
  neutron('subnet', 'subnets', {
    twin: (body, { network }) => with_(body, 'subnet', { network_id: network }),
  }),
  neutron('port', 'ports', {
    twin: (body, { network }) =>
      with_(body, 'port', { network_id: network, fixed_ips: undefined, security_groups: undefined }),
    keys: row =>
      isFoot(row)
        ? listOf(row['fixed_ips']).map(ip => `interface ${row['device_id']} subnet_id=${String(ip['subnet_id'])}`)
        : [],
    owners: ({ device_id }) => [device_id],
    ties: row => (isFoot(row) ? [`interface ${row['device_id']} port_id=${row.id}`] : []),
  }),
  neutron('router', 'routers', {}),
  neutron('floatingip', 'floatingips', {
    twin: body =>
      with_(body, 'floatingip', { port_id: undefined, fixed_ip_address: undefined, floating_ip_address: undefined }),
    ties: ({ id, port_id }) => (port_id === null ? [] : [`association ${id} ${String(port_id)}`]),
  }),
  neutron('security_group', 'groups', {
    // Of a project that was made here it goes with the project.
    owners: ({ name, project_id }) => (name === 'default' ? [project_id] : []),
    isFurniture: ({ name }) => name === 'default',
  }),
  neutron('security_group_rule', 'rules', {
    marks: ({ description }) => [description],
    keys: row => [ruleKey(row)],
    owners: ({ security_group_id }) => [security_group_id],
    twin: (body, { group }) => with_(body, 'security_group_rule', { security_group_id: group }),
    brittle: true,
  }),
  neutron('address_scope', 'address_scopes', {}),
  neutron('subnetpool', 'subnetpools', {}),
  neutron('segment', 'segments', {
    // Each network begins with one of its own.
    owners: ({ name, description, network_id }) => (name === null && description === null ? [network_id] : []),
    twin: (body, { network }) => with_(body, 'segment', { network_id: network, segmentation_id: undefined }),
  }),
  neutron('policy', 'qos_policies', { path: '/v2.0/qos/policies' }),
  {
    name: 'QoS rule',
    table: 'neutron.qos_rules',
    service: 'network',
    path: '/v2.0/qos/policies/rules', // each policy has its own
    keys: ({ qos_policy_id, type, says }) => [`qos_rule ${qos_policy_id} ${type} ${textOf(says, 'direction')}`],
    owners: ({ qos_policy_id }) => [qos_policy_id],
  },
  {
    name: 'share',
    table: 'neutron.rbac_policies',
    service: 'network',
    path: '/v2.0/rbac-policies',
    keys: row => [`rbac ${row['object_type']} ${row['object_id']} ${row['action']} ${row['target_tenant']}`],
    owners: ({ object_id }) => [object_id],
    // Of the networks that everybody uses.
    isFurniture: ({ target_tenant }) => target_tenant === '*',
  },
  neutron('metering_label', 'metering_labels', {
    path: '/v2.0/metering/metering-labels',
    keys: ({ name, description, shared }) => [`metering_label ${name} ${description} ${shared}`],
  }),
  {
    name: 'metering rule',
    table: 'neutron.metering_rules',
    service: 'network',
    path: '/v2.0/metering/metering-label-rules',
    keys: row => [
      `metering_rule ${row['metering_label_id']} ${row['direction']} ${row['excluded']} ${row['remote_ip_prefix']}`,
    ],
    owners: ({ metering_label_id }) => [metering_label_id],
  },
  // A port is the parent of one.
  neutron('trunk', 'trunks', { twin: () => undefined }),
  {
    name: 'port forwarding',
    table: 'neutron.port_forwardings',
    service: 'network',
    path: '/v2.0/floatingips/port_forwardings', // each floating IP has its own
    keys: row => [`port_forwarding ${row['floatingip_id']} ${row['protocol']} ${row['external_port']}`],
    owners: ({ floatingip_id, internal_port_id }) => [floatingip_id, internal_port_id],
  },
  {
    name: 'server',
    table: 'compute.servers',
    service: 'compute',
    path: '/servers',
    step: 'server',
    there: ({ state }) => state !== 'deleted',
    marks: named,
    ties: ({ id, disks }) => listOf(disks).map(({ volumeId }) => `attachment ${id} ${String(volumeId)}`),
    twin: (body, { network }) =>
      with_(body, 'server', {
        networks: [{ uuid: network }],
        key_name: undefined,
        security_groups: undefined,
      }),
    doomable: true,
  },
  {
    name: 'key pair',
    table: 'compute.keypairs',
    service: 'compute',
    path: '/os-keypairs',
    step: 'keypair',
    keys: ({ name }) => [`keypair ${String(name)}`],
    brittle: true,
  },
  {
    name: 'volume',
    table: 'volumev3.volumes',
    service: 'volumev3',
    path: '/volumes',
    step: 'volume',
    marks: named,
    owners: ({ attachments }) => listOf(attachments).map(({ serverId }) => serverId),
    twin: same,
    doomable: true,
  },
  {
    name: 'flavor',
    table: 'compute.flavors',
    service: 'compute',
    path: '/flavors',
    step: 'flavor',
    marks: named,
    isFurniture: ({ name }) => String(name).startsWith('m1.'),
    // A name and an id can be taken once.
    twin: body => with_(body, 'flavor', { name: `${nameIn(body, 'flavor')} of others`, id: undefined }),
    brittle: true,
  },
  {
    name: 'server group',
    table: 'compute.groups',
    service: 'compute',
    path: '/os-server-groups',
    step: 'server_group',
    marks: named,
    twin: same,
    brittle: true,
  },
  {
    name: 'aggregate',
    table: 'compute.aggregates',
    service: 'compute',
    path: '/os-aggregates',
    step: 'aggregate',
    there: ({ deletedAt }) => deletedAt === undefined,
    keys: ({ name }) => [`aggregate ${String(name)}`],
    brittle: true,
  },
  {
    name: 'volume type',
    table: 'volumev3.types',
    service: 'volumev3',
    path: '/types',
    step: 'volume_type',
    marks: ({ name, extraSpecs }) => [name, ...Object.values(extraSpecs as Fields)],
    isFurniture: ({ name }) => name === '__DEFAULT__' || name === 'lab',
    twin: body => with_(body, 'volume_type', { name: `${nameIn(body, 'volume_type')} of others` }),
    brittle: true,
  },
  {
    name: 'qos specs',
    table: 'volumev3.qos',
    service: 'volumev3',
    path: '/qos-specs',
    step: 'qos_specs',
    marks: ({ name, specs }) => [name, ...Object.values(specs as Fields)],
    twin: body => with_(body, 'qos_specs', { name: `${nameIn(body, 'qos_specs')} of others` }),
    brittle: true,
  },
  {
    name: 'image',
    table: 'image.images',
    service: 'image',
    path: '/v2/images',
    step: 'image',
    marks: ({ tags }) => (Array.isArray(tags) ? tags : []),
    twin: body => ({ ...body, id: undefined }),
    brittle: true,
  },
  keystone('domain'),
  keystone('project'),
  keystone('user'),
  keystone('group'),
  keystone('role'),
  keystone('service', { twin: same }),
  keystone('endpoint', { twin: same }),
  keystone('region', {
    marks: ({ id, description }) => [id, description],
    twin: body => with_(body, 'region', { id: `${String((body['region'] as Fields)['id'])}-of-others` }),
  }),
  {
    name: 'grant',
    table: 'keystone.grants',
    service: 'identity',
    path: '/role_assignments',
    owners: ({ userId }) => [userId],
  },
  {
    name: "group's grant",
    table: 'keystone.groupGrants',
    service: 'identity',
    path: '/role_assignments',
    owners: ({ groupId }) => [groupId],
  },
];

/** Tables of which nothing is anybody's: they are not looked at. */
const unwatched = new Set([
  'keystone.tokens',
  'keystone.trusts',
  'compute.quotas',
  'volumev3.quotas',
  'neutron.quotas',
  'image.graves',
]);

const byTable = new Map(kinds.map(kind => [kind.table, kind]));

/** What is known of the cloud's tables, and of what requests make. */
export interface Lore {
  ofTable(table: string): Kind | undefined;
  ofPost(service: string, method: string, path: string): Kind | undefined;
}

/** Of these kinds alone: whatever else is in a table is an error. */
export const strictLore: Lore = { ofTable: kindOfTable, ofPost: kindOfPost };

/** The kind of a table's records, where it is one of these. */
export function listedKind(table: string): Kind | undefined {
  return byTable.get(table);
}

/** The kind of a table's records; undefined where they are nobody's. @throws for a table that is not known here. */
export function kindOfTable(table: string): Kind | undefined {
  const kind = byTable.get(table);
  if (kind === undefined && !unwatched.has(table)) throw new Error(`which kind of thing is in ${table}?`);
  return kind;
}

/** What a step makes; undefined for one that makes nothing. */
export function kindOfStep(step: string): Kind | undefined {
  const name = step.replace(/^port_\d+$/, 'port');
  return kinds.find(kind => kind.step === name);
}

/** What a request makes. */
export function kindOfPost(service: string, method: string, path: string): Kind | undefined {
  if (method !== 'POST') return undefined;
  return kinds.find(kind => kind.service === service && kind.path === path);
}

/** The kind that a path is of. */
export function kindOfPath(service: string, path: string): Kind | undefined {
  return kinds.find(kind => kind.service === service && (path === kind.path || path.startsWith(`${kind.path}/`)));
}

/** Rules without a mark are told apart by what they let through. */
export function ruleKey(rule: Fields): string {
  const text = (name: string) => String(rule[name] ?? '');
  const range = `${text('port_range_min')}-${text('port_range_max')}`;
  return `rule ${text('security_group_id')} ${text('direction')} ${text('ethertype')} ${text('protocol')} ${range}`;
}
