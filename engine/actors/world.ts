import type { Ports } from '../kernel/world.ts';
import type { Store } from '../store/store.ts';

/** All that a run can differ by. Only composition roots and the simulator make one. */
export interface World extends Ports {
  readonly store: Store;
}
