/** How a new sandbox is furnished: as `keystone-manage bootstrap` and an operator who installs Heat leave a cloud. */
import type { Beginning } from '../service.ts';
import { hashSecret, newId } from './secrets.ts';
import { grantId, type KeystoneState, type Scope } from './state.ts';

/** Every password of the sandbox. It listens on the loopback interface alone and holds nothing of value. */
export const sandboxPassword = 'password';

interface RoleSeed {
  readonly name: string;
  readonly implies: readonly string[];
  readonly immutable: boolean;
}

const roles: readonly RoleSeed[] = [
  { name: 'admin', implies: ['member'], immutable: true },
  { name: 'member', implies: ['reader'], immutable: true },
  { name: 'reader', implies: [], immutable: true },
  { name: 'service', implies: [], immutable: false },
  { name: 'heat_stack_owner', implies: [], immutable: false },
  { name: 'heat_stack_user', implies: [], immutable: false },
];

const domains = ['Default', 'heat'] as const;
const projects = ['admin', 'demo', 'service'] as const;

interface Seat {
  readonly user: string;
  readonly domain: (typeof domains)[number];
  readonly grants: readonly (readonly [roles: readonly string[], where: string])[];
}

const seats: readonly Seat[] = [
  {
    user: 'admin',
    domain: 'Default',
    grants: [
      [['admin', 'heat_stack_owner'], 'project admin'],
      [['admin'], 'project demo'],
      [['admin'], 'system'],
    ],
  },
  { user: 'demo', domain: 'Default', grants: [[['member', 'heat_stack_owner'], 'project demo']] },
  { user: 'heat', domain: 'Default', grants: [[['admin', 'service'], 'project service']] },
  { user: 'heat_domain_admin', domain: 'heat', grants: [[['admin'], 'domain heat']] },
];

/** Ids of the projects that other services' furniture belongs to. */
export interface Projects {
  readonly adminProjectId: string;
  readonly demoProjectId: string;
}

/** Makes the furniture of a sandbox that has none. */
export function seed(state: KeystoneState, dice: Beginning): Projects {
  const ids = new Map<string, string>();
  const born = (kind: string, name: string, id: string = newId(dice)): string => {
    ids.set(`${kind} ${name}`, id);
    return id;
  };
  const idOf = (key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`the seed names ${key}, which it does not make`);
    return id;
  };
  for (const name of domains) {
    const id = born('domain', name, name === 'Default' ? 'default' : undefined);
    state.domains.put({ id, name, description: name === 'Default' ? 'The default domain' : '' });
  }
  const domainId = idOf('domain Default');
  for (const name of projects) {
    const id = born('project', name);
    const description = name === 'admin' ? 'Bootstrap project for initializing the cloud.' : '';
    state.projects.put({ id, name, domainId, parentId: domainId, description, enabled: true, tags: [], extra: {} });
  }
  for (const role of roles) {
    state.roles.put({ id: born('role', role.name), ...role, domainId: null, description: null, extra: {} });
  }
  for (const { user: name, domain, grants } of seats) {
    const id = born('user', name);
    const password = hashSecret(sandboxPassword, dice);
    const home = idOf(`domain ${domain}`);
    state.users.put({ id, name, domainId: home, enabled: true, defaultProjectId: undefined, password, extra: {} });
    for (const [granted, where] of grants) {
      const scope = scopeOf(where, idOf);
      for (const role of granted) {
        const roleId = idOf(`role ${role}`);
        state.grants.put({ id: grantId(id, roleId, scope), userId: id, roleId, scope });
      }
    }
  }
  return { adminProjectId: idOf('project admin'), demoProjectId: idOf('project demo') };
}

function scopeOf(where: string, idOf: (key: string) => string): Scope {
  if (where === 'system') return { kind: 'system' };
  return { kind: where.startsWith('project ') ? 'project' : 'domain', id: idOf(where) };
}
