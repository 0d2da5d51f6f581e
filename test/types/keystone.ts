/** Keystone's types: an administrator's. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';

export const keystoneEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Keystone::Project',
    as: 'admin',
    around: { parent: made('OS::Keystone::Project', {}) },
    properties: { name: '$stack-field', description: 'ploughed', enabled: true, domain: 'default', tags: ['one'] },
    thing: thing('identity', '/projects/{id}', 'project'),
    updates: {
      name: to('$stack-meadow'),
      description: to('mown'),
      enabled: to(false),
      tags: to(['blue', 'green']),
      domain: cannot('Keystone moves nothing to another domain'),
    },
    replaces: { parent: to(ref('parent'), { at: 'parent_id' }) },
  },
  {
    type: 'OS::Keystone::User',
    as: 'admin',
    around: {
      project: made('OS::Keystone::Project', {}),
      other: made('OS::Keystone::Project', {}),
      role: made('OS::Keystone::Role', {}),
    },
    properties: {
      name: '$stack-ann',
      description: 'a gardener',
      email: 'ann@example.org',
      password: 'a-first-password',
      enabled: true,
      default_project: ref('project'),
    },
    thing: thing('identity', '/users/{id}', 'user'),
    updates: {
      name: to('$stack-bob'),
      description: to('a farmer'),
      email: to('bob@example.org'),
      password: to('another-password', { unseen: 'Keystone tells nobody a password' }),
      enabled: to(false),
      default_project: to(ref('other'), { at: 'default_project_id' }),
      roles: to([{ role: ref('role'), project: ref('project') }], {
        thing: thing('identity', '/role_assignments?user.id={id}', 'role_assignments'),
        at: '',
        is: [{ role: { id: ref('role') }, scope: { project: { id: ref('project') } } }],
      }),
      groups: cannot('shown with the group that it names'),
      domain: cannot('Keystone moves nothing to another domain'),
    },
    replaces: cannot('each of its properties may be changed'),
  },
  {
    type: 'OS::Keystone::Role',
    as: 'admin',
    properties: { name: '$stack-reaper' },
    thing: thing('identity', '/roles/{id}', 'role'),
    updates: { name: to('$stack-sower') },
    replaces: { domain: to('default', { at: 'domain_id' }) },
  },
];
