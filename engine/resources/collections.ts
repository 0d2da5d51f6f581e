/**
 * Every collection in which a type of ours puts its mark (ARCHITECTURE.md, Types and their marks), in the order in which
 * things can go: who uses others comes first. What has no mark of its own (router interfaces, associations, attachments,
 * a group's rules) goes with what it ties; a key pair is its user's, and known by the key alone.
 */
import type { MarkedCollection } from '../kit/collection.ts';

function neutron(
  name: string,
  markFields: readonly string[] = ['name', 'description'],
  list = `/v2.0/${name.replaceAll('_', '-')}`,
): MarkedCollection {
  const where = { projectField: 'project_id', createdField: 'created_at', paged: true };
  return { service: 'network', name, list, one: list, markFields, ...where };
}

/** The mark stands in the name or among keys and values. */
function volumeKind(name: string, path: string, specs: string, query: string): MarkedCollection {
  const headers = { 'OpenStack-API-Version': 'volume 3.0' };
  const markFields = ['name', specs];
  return { service: 'volumev3', name, list: `${path}${query}`, one: path, markFields, paged: false, headers };
}

function keystone(name: string, called = 'name'): MarkedCollection {
  return {
    service: 'identity',
    name,
    list: `/${name}`,
    one: `/${name}`,
    markFields: [called, 'description'],
    paged: false,
  };
}

export const markedCollections: readonly MarkedCollection[] = [
  {
    service: 'compute',
    name: 'servers',
    list: '/servers/detail?all_tenants=1',
    one: '/servers',
    markFields: ['name', 'description'],
    projectField: 'tenant_id',
    createdField: 'created',
    paged: true,
    headers: { 'OpenStack-API-Version': 'compute 2.19' }, // the first that shows descriptions
  },
  {
    service: 'volumev3',
    name: 'volumes',
    list: '/volumes/detail?all_tenants=1',
    one: '/volumes',
    markFields: ['name', 'description'],
    projectField: 'os-vol-tenant-attr:tenant_id',
    createdField: 'created_at',
    paged: true,
    headers: { 'OpenStack-API-Version': 'volume 3.0' },
  },
  {
    service: 'compute',
    name: 'server_groups',
    list: '/os-server-groups?all_projects=True',
    one: '/os-server-groups',
    markFields: ['name'],
    projectField: 'project_id',
    paged: false,
    headers: { 'OpenStack-API-Version': 'compute 2.13' }, // the first that shows projects
  },
  {
    service: 'compute',
    name: 'flavors',
    list: '/flavors?is_public=None',
    one: '/flavors',
    markFields: ['name', 'description'],
    paged: true,
    headers: { 'OpenStack-API-Version': 'compute 2.55' }, // the first that shows descriptions
  },
  volumeKind('qos_specs', '/qos-specs', 'specs', ''),
  volumeKind('volume_types', '/types', 'extra_specs', '?is_public=None'),
  {
    service: 'image',
    name: 'images',
    list: '/v2/images',
    one: '/v2/images',
    markFields: ['tags'],
    projectField: 'owner',
    createdField: 'created_at',
    paged: true,
  },
  neutron('floatingips', ['description']),
  neutron('trunks'),
  neutron('ports'),
  neutron('routers'),
  neutron('subnets'),
  neutron('segments'),
  neutron('networks'),
  neutron('subnetpools'),
  neutron('address_scopes', ['name']),
  neutron('policies', ['name', 'description'], '/v2.0/qos/policies'),
  neutron('metering_labels', ['name'], '/v2.0/metering/metering-labels'),
  neutron('security_group_rules', ['description']),
  neutron('security_groups'),
  keystone('users'),
  keystone('groups'),
  keystone('projects'),
  keystone('roles'),
  keystone('endpoints'),
  keystone('services'),
  keystone('regions', 'id'),
  keystone('domains'),
];
