/** Nova's types that only an administrator may use, and server groups. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';

const quota = thing('compute', '/os-quota-sets/{project}', 'quota_set');
const access = thing('compute', '/flavors/{id}/os-flavor-access', 'flavor_access');
const group = thing('compute', '/os-server-groups/{id}', 'server_group');
const aggregate = thing('compute', '/os-aggregates/{id}', 'aggregate');
/** Since networks are Neutron's, and files are not put into servers any more. */
const shownNoMore = { unseen: 'later versions of Nova show it no more' } as const;

export const novaAdminEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Nova::Flavor',
    as: 'admin',
    around: { one: made('OS::Keystone::Project', {}), other: made('OS::Keystone::Project', {}) },
    properties: {
      name: '$stack-size',
      ram: 128,
      vcpus: 1,
      disk: 1,
      is_public: false,
      tenants: [ref('one')],
      extra_specs: { 'colour:of': 'red', 'shape:of': 'round' },
    },
    thing: thing('compute', '/flavors/{id}', 'flavor'),
    updates: {
      extra_specs: to({ 'colour:of': 'blue' }),
      tenants: to([ref('other')], { thing: access, at: '', is: [{ tenant_id: ref('other') }] }),
    },
    replaces: {
      ram: to(256),
      flavorid: to('$stack-id', { at: 'id' }),
      is_public: to(true, { at: 'os-flavor-access:is_public', with: { tenants: [], flavorid: null } }),
      name: to('$stack-measure'),
      vcpus: to(2),
      disk: to(2),
      swap: to(64),
      ephemeral: to(1, { at: 'OS-FLV-EXT-DATA:ephemeral' }),
    },
  },
  {
    type: 'OS::Nova::ServerGroup',
    properties: { policies: ['soft-anti-affinity'] },
    thing: group,
    replaces: {
      policies: to(['anti-affinity'], { at: 'policy', is: 'anti-affinity' }),
      rules: to({ max_server_per_host: 3 }),
      name: to('$stack-band'),
    },
  },
  {
    type: 'OS::Nova::HostAggregate',
    about: 'of a host',
    as: 'admin',
    properties: { name: '$stack-fast', metadata: { disk: 'ssd' } },
    thing: aggregate,
    updates: {
      name: to('$stack-faster'),
      hosts: to(['lab']),
      metadata: to({ disk: 'nvme' }),
      availability_zone: cannot('a host with servers changes its zone no more'),
    },
    replaces: cannot('each of its properties may be changed'),
  },
  {
    type: 'OS::Nova::HostAggregate',
    about: 'of a zone, without a host',
    as: 'admin',
    properties: { name: '$stack-slow', availability_zone: '$stack-here' },
    thing: aggregate,
    updates: { availability_zone: to('$stack-there') },
    replaces: cannot('each of its properties may be changed'),
  },
  {
    type: 'OS::Nova::Quota',
    as: 'admin',
    around: { project: made('OS::Keystone::Project', {}), other: made('OS::Keystone::Project', {}) },
    properties: { project: ref('project'), cores: 10 },
    thing: quota,
    updates: {
      cores: to(20),
      fixed_ips: to(21, shownNoMore),
      floating_ips: to(22, shownNoMore),
      instances: to(23),
      injected_files: to(4, shownNoMore),
      injected_file_content_bytes: to(2048, shownNoMore),
      injected_file_path_bytes: to(128, shownNoMore),
      key_pairs: to(24),
      metadata_items: to(25),
      ram: to(26_000),
      security_groups: to(27, shownNoMore),
      security_group_rules: to(28, shownNoMore),
      server_groups: to(29),
      server_group_members: to(-1),
    },
    replaces: {
      project: to(ref('other'), {
        thing: thing('compute', '/os-quota-sets/{other}', 'quota_set'),
        at: 'cores',
        is: 20,
      }),
    },
  },
];
