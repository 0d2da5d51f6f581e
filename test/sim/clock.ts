/** A node's clock over virtual time: its wall clock is off by its own skew, and timers are never early but may be late. */
import { HybridClock, type HybridTime } from '../../engine/kernel/clock.ts';
import type { Cancel, Clock } from '../../engine/kernel/world.ts';
import type { SimDice } from './dice.ts';
import type { SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** Unix milliseconds at which virtual time begins. */
export const epochMs = 1_780_000_000_000;

export class SimClock implements Clock {
  private readonly scheduler: Scheduler;
  private readonly process: SimProcess;
  private readonly dice: SimDice;
  private readonly hybrid: HybridClock;

  constructor(scheduler: Scheduler, process: SimProcess, dice: SimDice, skewMs: number) {
    this.scheduler = scheduler;
    this.process = process;
    this.dice = dice;
    this.hybrid = new HybridClock(() => epochMs + scheduler.now + skewMs);
  }

  now(): HybridTime {
    return this.hybrid.now();
  }

  observe(time: HybridTime): void {
    this.hybrid.observe(time);
  }

  /** One scale for all nodes; nothing compares two nodes' readings. */
  monotonic(): number {
    return this.scheduler.now;
  }

  after(ms: number, fn: () => void): Cancel {
    return this.process.after(Math.max(0, ms) + this.dice.skewed(0, 3), 'timer', fn);
  }

  soon(fn: () => void): void {
    this.process.after(0, 'soon', fn);
  }
}
