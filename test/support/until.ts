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
