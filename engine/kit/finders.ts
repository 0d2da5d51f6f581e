/**
 * Finders: how a name becomes an id, one table (contract: resource-types, translation rules; templates §4.1).
 *
 * The same table answers custom constraints ("is there such a network?") and resolves properties before a resource is
 * made, so a name that was accepted is the id that is used. What looks like a uuid is taken for an id as it is: ids of
 * resources of the same stack come that way, and asking for each would double the calls.
 */
import type { CloudCall } from '../kernel/world.ts';
import { pyRepr } from '../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';

export interface Finder {
  /** As messages name it: `The Network (x) could not be found.` */
  readonly entity: string;
  readonly service: string;
  /** The collection; a thing by id is at `<path>/<id>`. */
  readonly path: string;
  /** Around a list and around one; '' where one stands bare (Glance). */
  readonly plural: string;
  readonly key: string;
  /** The query that filters a list by name; undefined: none does, all are listed and compared. */
  readonly byName: ((name: string) => string) | undefined;
  /** What the property gets: `id`, or `name` for things whose name is their id. */
  readonly gives: 'id' | 'name';
  /** Whatever the list holds will do: the text itself is used, and it is only asked whether there is such a thing. */
  readonly anyOf?: true;
  /** How Heat's client says, while a stack is planned, that there is none; default as `entity` says. */
  readonly missing?: (text: string) => string;
}

const byNameQuery = (name: string): string => `?name=${encodeURIComponent(name)}`;

function network(entity: string, plural: string, key: string, path = `/v2.0/${plural.replaceAll('_', '-')}`): Finder {
  const missing = (text: string): string => `Unable to find ${key} with name or id '${text}'`;
  return { entity, service: 'network', path, plural, key, byName: byNameQuery, gives: 'id', missing };
}

function volume(entity: string, plural: string, key: string): Finder {
  return { entity, service: 'volumev3', path: `/${plural}`, plural, key, byName: byNameQuery, gives: 'id' };
}

function identity(entity: string, plural: string, key: string): Finder {
  return { entity, service: 'identity', path: `/${plural}`, plural, key, byName: byNameQuery, gives: 'id' };
}

export const finders: Readonly<Record<string, Finder>> = {
  'neutron.network': network('Network', 'networks', 'network'),
  'nova.network': network('Network', 'networks', 'network'),
  'neutron.subnet': network('Subnet', 'subnets', 'subnet'),
  'neutron.port': network('Port', 'ports', 'port'),
  'neutron.router': network('Router', 'routers', 'router'),
  'neutron.security_group': network('SecurityGroup', 'security_groups', 'security_group'),
  'neutron.subnetpool': network('SubnetPool', 'subnetpools', 'subnetpool'),
  'neutron.address_scope': network('AddressScope', 'address_scopes', 'address_scope'),
  'neutron.qos_policy': network('QoSPolicy', 'policies', 'policy', '/v2.0/qos/policies'),
  'neutron.segment': network('Segment', 'segments', 'segment'),
  'neutron.floating_ip': {
    ...network('FloatingIP', 'floatingips', 'floatingip'),
    byName: ip => `?floating_ip_address=${encodeURIComponent(ip)}`,
  },
  'nova.flavor': {
    entity: 'Flavor',
    service: 'compute',
    path: '/flavors',
    plural: 'flavors',
    key: 'flavor',
    byName: () => '?is_public=None', // private ones too; Nova heeds it of admins alone
    gives: 'id',
    missing: name => `No Flavor matching {'name': ${pyRepr(name)}}. (HTTP 404)`,
  },
  'nova.server': {
    entity: 'Server',
    service: 'compute',
    path: '/servers',
    plural: 'servers',
    key: 'server',
    byName: name => `?name=${encodeURIComponent(`^${escaped(name)}$`)}`,
    gives: 'id',
  },
  'nova.host': {
    entity: 'Host',
    service: 'compute',
    path: '/os-hypervisors',
    plural: 'hypervisors',
    key: 'hypervisor',
    byName: name => `?hypervisor_hostname_pattern=${encodeURIComponent(name)}`, // 404 where none has it in its name
    gives: 'name',
    anyOf: true,
  },
  'nova.keypair': {
    entity: 'Key',
    service: 'compute',
    path: '/os-keypairs',
    plural: 'keypairs',
    key: 'keypair',
    byName: undefined,
    gives: 'name',
  },
  'glance.image': {
    entity: 'Image',
    service: 'image',
    path: '/v2/images',
    plural: 'images',
    key: '',
    byName: byNameQuery,
    gives: 'id',
    missing: name => `No images matching {'name': ${pyRepr(name)}}.`,
  },
  'cinder.volume': volume('Volume', 'volumes', 'volume'),
  'cinder.snapshot': volume('VolumeSnapshot', 'snapshots', 'snapshot'),
  'cinder.backup': volume('VolumeBackup', 'backups', 'backup'),
  'cinder.vtype': {
    ...volume('VolumeType', 'types', 'volume_type'),
    plural: 'volume_types',
    byName: () => '?is_public=None', // private ones too; Cinder heeds it of admins alone
  },
  'cinder.qos_specs': {
    ...volume('QoSSpecs', 'qos_specs', 'qos_specs'),
    path: '/qos-specs',
    byName: undefined, // `name=` finds nothing
  },
  'keystone.domain': identity('KeystoneDomain', 'domains', 'domain'),
  'keystone.project': identity('KeystoneProject', 'projects', 'project'),
  'keystone.user': identity('KeystoneUser', 'users', 'user'),
  'keystone.group': identity('KeystoneGroup', 'groups', 'group'),
  'keystone.role': identity('KeystoneRole', 'roles', 'role'),
  'keystone.region': { ...identity('KeystoneRegion', 'regions', 'region'), byName: undefined },
  'keystone.service': identity('KeystoneService', 'services', 'service'),
};

/** A regular expression that matches the text itself: Nova's name filter is one. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const uuidLike = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** True where the text is taken for an id without asking. */
export function looksLikeId(text: string): boolean {
  return uuidLike.test(text);
}

/** Looks by id, then by name; ids first, as Heat does. */
export function byId(finder: Finder, text: string, cacheMs: number): CloudCall {
  return { service: finder.service, method: 'GET', path: `${finder.path}/${encodeURIComponent(text)}`, cacheMs };
}

export function byName(finder: Finder, text: string, cacheMs: number): CloudCall {
  return { service: finder.service, method: 'GET', path: `${finder.path}${finder.byName?.(text) ?? ''}`, cacheMs };
}

/** The one thing of `byId`'s answer; undefined where the body holds none. */
export function shownThing(finder: Finder, body: Value): ValueMap | undefined {
  if (!isMap(body)) return undefined;
  const thing = finder.key === '' ? body : (body.get(finder.key) ?? null);
  return isMap(thing) ? thing : undefined;
}

/** Things of `byName`'s answer whose name (or address) is exactly this: a service's filter is never the proof. */
export function namedThings(finder: Finder, body: Value, text: string): readonly ValueMap[] {
  const list = isMap(body) ? (body.get(finder.plural) ?? null) : null;
  if (!isList(list)) return [];
  if (finder.anyOf) return list.filter(isMap).slice(0, 1);
  return list
    .map(item =>
      isMap(item) && finder.gives === 'name' && isMap(item.get(finder.key) ?? null)
        ? (item.get(finder.key) as ValueMap)
        : item,
    )
    .filter(isMap)
    .filter(thing => thing.get('name') === text || thing.get('floating_ip_address') === text);
}
