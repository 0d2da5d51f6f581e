/**
 * An operating-system process of the simulated cluster: what happens to it happens through here.
 *
 * A killed process runs nothing any more: promises that it waits for never settle, callbacks fall on the floor. A
 * paused one (SIGSTOP, a long garbage collection, a laptop lid) runs nothing for a while; then all that came due
 * meanwhile runs, late, in its order. What it had sent before is on its way in either case.
 */
import type { NodeId } from '../../engine/kernel/ids.ts';
import type { Cancel } from '../../engine/kernel/world.ts';
import type { Scheduler } from './scheduler.ts';

export class SimProcess {
  readonly id: NodeId;
  readonly index: number;
  /** Counts lives of the same node, from 1. */
  readonly life: number;
  readonly bornAt: number;
  alive = true;
  pausedUntil = 0;
  private readonly scheduler: Scheduler;
  private backlog: (() => void)[] = [];

  constructor(scheduler: Scheduler, id: NodeId, index: number, life: number) {
    this.scheduler = scheduler;
    this.id = id;
    this.index = index;
    this.life = life;
    this.bornAt = scheduler.now;
  }

  get paused(): boolean {
    return this.pausedUntil > this.scheduler.now || this.backlog.length > 0;
  }

  /** Runs fn in this process after so long, if it lives; later if it is paused then. */
  after(ms: number, label: string, fn: () => void): Cancel {
    let cancelled = false;
    const cancel = this.scheduler.after(ms, label, this.index, () => {
      this.enter(() => {
        if (!cancelled) fn();
      });
    });
    return () => {
      cancelled = true;
      cancel();
    };
  }

  /** Something arrives now. */
  enter(fn: () => void): void {
    if (!this.alive) return;
    if (this.paused) this.backlog.push(fn);
    else fn();
  }

  kill(): void {
    this.alive = false;
    this.backlog = [];
  }

  pause(ms: number): void {
    if (this.paused || !this.alive) return;
    this.pausedUntil = this.scheduler.now + ms;
    this.scheduler.after(ms, 'resume', this.index, () => this.resume());
  }

  private resume(): void {
    if (!this.alive) return;
    const next = this.backlog.shift();
    if (next === undefined) return;
    // One event each, so that promises settle in between, as they would.
    if (this.backlog.length > 0) this.scheduler.after(0.000_1, 'resume', this.index, () => this.resume());
    next();
  }
}

/** What a dead process waits for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
