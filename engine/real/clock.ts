import { HybridClock, type HybridTime } from '../kernel/clock.ts';
import type { Cancel, Clock } from '../kernel/world.ts';

/** setTimeout's longest delay; a longer one would fire at once. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's clocks and the event loop. Timers do not keep the process alive: servers do. */
export function createClock(): Clock {
  const hybrid = new HybridClock(() => Date.now());
  return {
    now: () => hybrid.now(),
    observe: (time: HybridTime) => hybrid.observe(time),
    monotonic: () => performance.now(),
    after: (ms, fn) => after(ms, fn),
    soon: fn => {
      setImmediate(fn);
    },
  };
}

function after(ms: number, fn: () => void): Cancel {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    const now = Math.min(left, longestTimeoutMs);
    timer = setTimeout(() => (left > now ? arm(left - now) : fn()), Math.max(0, now)).unref();
  };
  arm(ms);
  return () => clearTimeout(timer);
}
