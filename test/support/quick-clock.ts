/** The machine's clocks, but all time passes so many times as fast: for what waits long between two attempts. */
import { HybridClock } from '../../engine/kernel/clock.ts';
import type { Clock } from '../../engine/kernel/world.ts';
import { createClock } from '../../engine/real/clock.ts';

export function quickClock(factor: number): Clock {
  const real = createClock();
  const [dateMs, monotonicMs] = [Date.now(), real.monotonic()];
  const hybrid = new HybridClock(() => Math.trunc(dateMs + (real.monotonic() - monotonicMs) * factor));
  return {
    now: () => hybrid.now(),
    observe: time => hybrid.observe(time),
    monotonic: () => monotonicMs + (real.monotonic() - monotonicMs) * factor,
    after: (ms, fn) => real.after(ms / factor, fn),
    soon: fn => real.soon(fn),
  };
}
