/** Which services a sandbox cloud has, and how a new one is furnished. In process and without I/O: simulators too. */
import { Cinder } from './cinder/cinder.ts';
import { Glance } from './glance/glance.ts';
import type { Service as CatalogService } from './keystone/catalog.ts';
import { type Projects, seed } from './keystone/seed.ts';
import { Keystone } from './keystone/service.ts';
import { KeystoneState } from './keystone/state.ts';
import { Neutron } from './neutron/service.ts';
import { Nova } from './nova/nova.ts';
import { OpenStack } from './openstack.ts';
import type { Beginning, Service } from './service.ts';
import { Tables } from './table.ts';

/** How long things take that a real cloud does not do at once, in milliseconds. */
export interface Delays {
  /** From the POST of a server to ACTIVE. */
  readonly buildMs: number;
  /** Until a server, a volume, a snapshot or a backup is gone. */
  readonly deleteMs: number;
  /** Whatever else is done with a server: attach, detach, stop, resize. */
  readonly actionMs: number;
  /** Until a volume, a snapshot or a backup is available. */
  readonly volumeMs: number;
  readonly importMs: number;
}

/** A brisk cloud: long enough that everything is seen on its way, short enough for a demo. */
export const brisk: Delays = { buildMs: 800, deleteMs: 300, actionMs: 300, volumeMs: 300, importMs: 500 };

export interface Composed {
  readonly cloud: OpenStack;
  readonly keystone: Keystone;
  readonly keystoneState: KeystoneState;
  /** Makes projects, users, networks, images and flavors in a cloud that has nothing yet. */
  furnish(dice: Beginning): Projects;
}

/** A cloud without furniture and without a past; `more` are services beside OpenStack's own, on the same tables. */
export function compose(
  catalog: readonly CatalogService[],
  delays: Delays = brisk,
  more: (tables: Tables) => readonly Service[] = () => [],
): Composed {
  const { buildMs, deleteMs, actionMs, volumeMs, importMs } = delays;
  const tables = new Tables();
  const keystoneState = new KeystoneState(tables);
  const keystone = new Keystone(keystoneState, catalog);
  const neutron = new Neutron(tables);
  const glance = new Glance({ tables, importMs });
  const cinder = new Cinder({ tables, images: glance, delays: { createMs: volumeMs, deleteMs } });
  const nova = new Nova({
    tables,
    network: neutron.forNova,
    volumes: cinder.forNova,
    images: glance,
    delays: { buildMs, deleteMs, actionMs },
  });
  return {
    cloud: new OpenStack(tables, [keystone, neutron, glance, cinder, nova, ...more(tables)]),
    keystone,
    keystoneState,
    furnish(dice) {
      const projects = seed(keystoneState, dice);
      neutron.furnish(dice, projects);
      glance.furnish(dice, projects);
      cinder.furnish(dice);
      nova.furnish();
      return projects;
    },
  };
}
