/**
 * Sweeping: rows that are over are physically deleted by their owner, limits.goneKeptMs later, under its fence.
 *
 * They are kept that long because a claimer or a slow reader may still hold what led to them. A sweep takes a bounded
 * number of rows and comes again at once while there is more; one that fails is made up by the next.
 */
import { addMs } from '../kernel/clock.ts';
import type { Session } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Cancel } from '../kernel/world.ts';
import type { World } from './world.ts';

export class Sweeper {
  private readonly world: World;
  private readonly session: Session;
  private cancel: Cancel | undefined;
  private stopped = false;

  constructor(world: World, session: Session) {
    this.world = world;
    this.session = session;
  }

  start(): void {
    this.next(limits.sweepEveryMs);
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private next(ms: number): void {
    if (!this.stopped) this.cancel = this.world.clock.after(ms, () => void this.sweep());
  }

  private async sweep(): Promise<void> {
    const { clock, store } = this.world;
    let swept = 0;
    try {
      swept = await store.sweep(this.session, addMs(clock.now(), -limits.goneKeptMs), limits.sweepRows);
    } catch {
      // unreachable: the next sweep finds the same rows
    }
    this.next(swept >= limits.sweepRows ? limits.sweepAgainMs : limits.sweepEveryMs);
  }
}
