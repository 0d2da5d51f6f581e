/** Keystone's types beside projects, users and roles: groups, domains, the catalog, assignments, and hidden types. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';

const everything = 'each of its properties may be changed';

/** Who holds a role in a project, by what Keystone lists of the holder. */
const held = (holder: 'user' | 'group', whose: string) => ({
  thing: thing('identity', `/role_assignments?${holder}.id={${whose}}`, 'role_assignments'),
  at: '',
  is: [{ role: { id: ref('role') }, scope: { project: { id: ref('other') } } }],
});

const around = {
  role: made('OS::Keystone::Role', {}),
  project: made('OS::Keystone::Project', {}),
  other: made('OS::Keystone::Project', {}),
};

export const keystoneMoreEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Keystone::Group',
    as: 'admin',
    around,
    properties: {
      name: '$stack-reapers',
      description: 'they reap',
      domain: 'default',
      roles: [{ role: ref('role'), project: ref('project') }],
    },
    thing: thing('identity', '/groups/{id}', 'group'),
    updates: {
      name: to('$stack-sowers'),
      description: to('they sow'),
      roles: to([{ role: ref('role'), project: ref('other') }], held('group', 'id')),
      domain: cannot('Keystone moves nothing to another domain'),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::GroupRoleAssignment',
    as: 'admin',
    around: { ...around, group: made('OS::Keystone::Group', {}), second: made('OS::Keystone::Group', {}) },
    properties: { group: ref('group'), roles: [{ role: ref('role'), project: ref('project') }] },
    thing: thing('identity', '/role_assignments?group.id={group}', 'role_assignments'),
    updates: {
      roles: to([{ role: ref('role'), project: ref('other') }], held('group', 'group')),
      group: to(ref('second'), {
        ...held('group', 'second'),
        wave: 2,
        not: { lab: 'Heat leaves the roles with the first group' },
      }),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::UserRoleAssignment',
    as: 'admin',
    around: {
      ...around,
      user: made('OS::Keystone::User', {}),
      second: made('OS::Keystone::User', {}),
    },
    properties: { user: ref('user'), roles: [{ role: ref('role'), project: ref('project') }] },
    thing: thing('identity', '/role_assignments?user.id={user}', 'role_assignments'),
    updates: {
      roles: to([{ role: ref('role'), project: ref('other') }], held('user', 'user')),
      user: to(ref('second'), {
        ...held('user', 'second'),
        wave: 2,
        not: { lab: 'Heat leaves the roles with the first user' },
      }),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::Domain',
    as: 'admin',
    // Keystone deletes none that is enabled.
    properties: { name: '$stack-county', description: 'hilly', enabled: false },
    thing: thing('identity', '/domains/{id}', 'domain'),
    updates: {
      name: to('$stack-shire'),
      description: to('flat'),
      enabled: cannot('one that is enabled could not be deleted'),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::Service',
    as: 'admin',
    properties: { name: '$stack-mill', type: 'milling', description: 'grinds', enabled: true },
    thing: thing('identity', '/services/{id}', 'service'),
    updates: {
      name: to('$stack-bakery'),
      type: to('baking'),
      description: to('bakes'),
      enabled: to(false),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::Endpoint',
    as: 'admin',
    around: {
      mill: made('OS::Keystone::Service', { type: 'milling' }),
      bakery: made('OS::Keystone::Service', { type: 'baking' }),
      region: made('OS::Keystone::Region', {}),
    },
    properties: {
      name: '$stack-door',
      service: ref('mill'),
      interface: 'public',
      url: 'http://mill.example.org',
      region: 'RegionOne',
      enabled: true,
    },
    thing: thing('identity', '/endpoints/{id}', 'endpoint'),
    updates: {
      name: to('$stack-gate'),
      service: to(ref('bakery'), { at: 'service_id' }),
      interface: to('internal'),
      url: to('http://bakery.example.org'),
      region: to(ref('region'), { at: 'region_id' }),
      enabled: to(false),
    },
    replaces: cannot(everything),
  },
  {
    type: 'OS::Keystone::Region',
    as: 'admin',
    around: { above: made('OS::Keystone::Region', {}) },
    properties: { id: '$stack-valley', description: 'low', enabled: true },
    thing: thing('identity', '/regions/{id}', 'region'),
    updates: {
      description: to('lower'),
      parent_region: to(ref('above'), { at: 'parent_region_id' }),
      enabled: to(false),
    },
    replaces: { id: to('$stack-hill') },
  },
];
