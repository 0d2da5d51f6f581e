/** How a new sandbox is furnished: as `keystone-manage bootstrap` and an operator who installs Heat leave a cloud. */
import { hashPassword, newId } from './secrets.ts';
import type { KeystoneState, Scope } from './state.ts';

/** Every password of the sandbox. It listens on the loopback interface alone and holds nothing of value. */
export const sandboxPassword = 'password';

const roles: readonly (readonly [name: string, implies: readonly string[]])[] = [
  ['admin', ['member']],
  ['member', ['reader']],
  ['reader', []],
  ['service', []],
  ['heat_stack_owner', []],
  ['heat_stack_user', []],
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

/** Records the furniture of a sandbox that has none. */
export async function seed(state: KeystoneState): Promise<void> {
  const ids = new Map<string, string>();
  const born = (kind: string, name: string, id: string = newId()): string => {
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
    const description = name === 'Default' ? 'The default domain' : 'Users and projects of stacks';
    state.record({ kind: 'domain', domain: { id, name, description } });
  }
  for (const name of projects) {
    const project = { id: born('project', name), name, domainId: idOf('domain Default'), description: '' };
    state.record({ kind: 'project', project });
  }
  for (const [name, implies] of roles) state.record({ kind: 'role', role: { id: born('role', name), name, implies } });
  for (const { user: name, domain, grants } of seats) {
    const password = await hashPassword(sandboxPassword);
    const user = { id: born('user', name), name, domainId: idOf(`domain ${domain}`), password };
    state.record({ kind: 'user', user });
    for (const [granted, where] of grants) {
      const scope = scopeOf(where, idOf);
      for (const role of granted) {
        state.record({ kind: 'grant', grant: { userId: user.id, roleId: idOf(`role ${role}`), scope } });
      }
    }
  }
}

function scopeOf(where: string, idOf: (key: string) => string): Scope {
  if (where === 'system') return { kind: 'system' };
  return { kind: where.startsWith('project ') ? 'project' : 'domain', id: idOf(where) };
}
