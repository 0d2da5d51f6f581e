/** Which services a sandbox cloud has, and how a new one is furnished. In process and without I/O: simulators too. */
import type { Service as CatalogService } from './keystone/catalog.ts';
import { type Projects, seed } from './keystone/seed.ts';
import { Keystone } from './keystone/service.ts';
import { KeystoneState } from './keystone/state.ts';
import { Neutron } from './neutron/service.ts';
import { OpenStack } from './openstack.ts';
import type { Beginning } from './service.ts';
import { Tables } from './table.ts';

export interface Composed {
  readonly cloud: OpenStack;
  readonly keystone: Keystone;
  readonly keystoneState: KeystoneState;
  /** Makes projects, users, networks, images and flavors in a cloud that has nothing yet. */
  furnish(dice: Beginning): Projects;
}

/** A cloud without furniture and without a past. */
export function compose(catalog: readonly CatalogService[]): Composed {
  const tables = new Tables();
  const keystoneState = new KeystoneState(tables);
  const keystone = new Keystone(keystoneState, catalog);
  const neutron = new Neutron(tables);
  return {
    cloud: new OpenStack(tables, [keystone, neutron]),
    keystone,
    keystoneState,
    furnish(dice) {
      const projects = seed(keystoneState, dice);
      neutron.furnish(dice, projects);
      return projects;
    },
  };
}
