import { setTimeout as sleep } from 'node:timers/promises';

/** Resolves, with how many milliseconds it took, once it holds. Rejects, naming `what`, when it does not in time. */
export async function until(what: string, holds: () => boolean, ms = 20_000): Promise<number> {
  const began = performance.now();
  while (!holds()) {
    if (performance.now() - began > ms) throw new Error(`${what}: not within ${ms} ms`);
    await sleep(10);
  }
  return performance.now() - began;
}

/** What it resolves with, once it does: a call with a deadline may fail on a busy machine, and may be asked again. */
export async function eventually<T>(call: () => Promise<T>, ms = 15_000): Promise<T> {
  const began = performance.now();
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (performance.now() - began > ms) throw error;
      await sleep(50);
    }
  }
}
