/**
 * Loading actors, many at a time: those that are asked for in one turn of the event loop come in one statement.
 *
 * An actor whose stack has a commit under way is loaded after it: its memory was dropped in between, and rows read
 * earlier would be older than what is about to be in. A database that cannot be reached is asked again.
 */
import { limits } from '../kernel/limits.ts';
import type { Row } from '../store/store.ts';
import type { Activation } from './activation.ts';
import type { Lane } from './lane.ts';
import { untilAvailable } from './retry.ts';
import type { World } from './world.ts';

export interface LoaderHost {
  readonly world: World;
  laneOf(activation: Activation): Lane;
  /** Rows are in; `parked` is the error id of a parked stack. */
  loaded(activation: Activation, rows: readonly Row[], parked: string | undefined): void;
}

export class Loader {
  private readonly host: LoaderHost;
  private wanted: Activation[] = [];

  constructor(host: LoaderHost) {
    this.host = host;
  }

  request(activation: Activation): void {
    this.wanted.push(activation);
    if (this.wanted.length === 1) {
      this.host.world.clock.soon(() => {
        const batch = this.wanted;
        this.wanted = [];
        void this.load(batch);
      });
    }
  }

  private async load(batch: readonly Activation[]): Promise<void> {
    await Promise.all(batch.map(activation => this.host.laneOf(activation).quiet(activation.address.stack)));
    for (let i = 0; i < batch.length; i += limits.loadBatch) await this.some(batch.slice(i, i + limits.loadBatch));
  }

  private async some(batch: readonly Activation[]): Promise<void> {
    const { world } = this.host;
    const live = batch.filter(activation => activation.phase === 'loading');
    if (live.length === 0) return;
    const { rows, parked } = await untilAvailable(world, () =>
      world.store.load(live.map(activation => activation.address.id)),
    );
    const byActor = new Map<string, Row[]>(live.map(activation => [activation.address.id, []]));
    for (const row of rows) {
      world.clock.observe(row.clock);
      byActor.get(row.actor)?.push(row);
    }
    for (const activation of live) {
      if (activation.phase !== 'loading') continue;
      this.host.loaded(activation, byActor.get(activation.address.id) ?? [], parked.get(activation.address.stack));
    }
  }
}
