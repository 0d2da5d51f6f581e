/**
 * Sweeping: rows that are over are physically deleted by their owner, limits.goneKeptMs later, under its fence.
 *
 * They are kept that long because a claimer or a slow reader may still hold what led to them. A sweep takes a bounded
 * number of rows and comes again at once while there is more; one that fails is made up by the next.
 *
 * With it go the oldest events of stacks that have too many (contract: lifecycle §5, max_events_per_stack). Only stacks
 * that wrote some lately are looked at: their events are counted here, in memory. A count that is lost with its node
 * costs nothing but that a stack is trimmed later.
 */
import { addMs } from '../kernel/clock.ts';
import type { Session, Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Cancel } from '../kernel/world.ts';
import type { World } from './world.ts';

export class Sweeper {
  private readonly world: World;
  private readonly session: Session;
  /** Events since it was last looked how many the stack has. */
  private readonly written = new Map<Uuid, number>();
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

  /** So many events of the stack were committed. */
  wrote(stack: Uuid, events: number): void {
    if (events === 0) return;
    const known = this.written.get(stack);
    if (known === undefined && this.written.size >= limits.eventCountsKept) this.written.clear();
    this.written.set(stack, (known ?? 0) + events);
  }

  private next(ms: number): void {
    if (!this.stopped) this.cancel = this.world.clock.after(ms, () => void this.sweep());
  }

  private async sweep(): Promise<void> {
    const { clock, store } = this.world;
    let swept = 0;
    try {
      swept = await store.sweep(this.session, addMs(clock.now(), -limits.goneKeptMs), limits.sweepRows);
      await this.trim();
    } catch {
      // unreachable: the next sweep finds the same rows
    }
    this.next(swept >= limits.sweepRows ? limits.sweepAgainMs : limits.sweepEveryMs);
  }

  private async trim(): Promise<void> {
    const busy = [...this.written].filter(([, events]) => events >= limits.eventsUntilTrim);
    for (const [stack] of busy) {
      this.written.delete(stack);
      let more = true;
      while (more && !this.stopped) {
        const { maxEventsPerStack, eventPurgeBatch } = limits;
        more = (await this.world.store.trimEvents(stack, maxEventsPerStack, eventPurgeBatch)) >= eventPurgeBatch;
      }
    }
  }
}
