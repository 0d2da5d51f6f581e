/**
 * Durable timers, for actors that rest meanwhile: a row in `timers` with the time at which its actor is woken.
 *
 * The row is one of the actor's own durable values, so it is set, moved and ended by the same commits as all else.
 * Every node looks for due ones in its shards once in limits.timerLookMs; a look that fails is made up by the next.
 */
import { msOf } from '../kernel/clock.ts';
import type { Shard } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Cancel } from '../kernel/world.ts';
import type { Row } from '../store/store.ts';
import type { World } from './world.ts';

export interface TimerHost {
  readonly world: World;
  owned(): readonly Shard[];
  /** The actor of this timer's row is due. */
  due(row: Row): void;
}

export class DurableTimers {
  private readonly host: TimerHost;
  private cancel: Cancel | undefined;
  private stopped = false;

  constructor(host: TimerHost) {
    this.host = host;
  }

  start(): void {
    if (this.stopped) return;
    this.cancel = this.host.world.clock.after(limits.timerLookMs, () => void this.look());
  }

  stop(): void {
    this.stopped = true;
    this.cancel?.();
  }

  private async look(): Promise<void> {
    const shards = this.host.owned();
    try {
      if (shards.length > 0) {
        const below = msOf(this.host.world.clock.now()) + 1;
        const rows = await this.host.world.store.select('timers', {
          where: [
            { column: 'shard', in: shards },
            { column: 'at', below },
          ],
          limit: limits.loadBatch,
        });
        for (const row of rows) this.host.due(row);
      }
    } catch {
      // unreachable: the next look finds the same rows
    }
    this.start();
  }
}
