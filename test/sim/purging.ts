/**
 * An operator who purges all the time: contents that no row names go after seconds, not after an hour. Whoever still
 * needs one of them then (a plan on its way, a rollback, a query) finds nothing, and a rule breaks.
 */
import { hybridFromMs } from '../../engine/kernel/clock.ts';
import { limits } from '../../engine/kernel/limits.ts';
import type { MemoryStore } from '../../engine/store/memory.ts';
import { epochMs } from './clock.ts';
import type { Scheduler } from './scheduler.ts';

const everyMs = 7_000;
/** Nothing was written of a tree for so long. */
const quietMs = 3_000;
/** The chaos is over by then, and what came of it. */
const untilMs = 180_000;

/** Begins it; the database itself is asked, as if nobody stood between. */
export function purgeOften(scheduler: Scheduler, memory: MemoryStore): void {
  scheduler.after(everyMs, 'purge', -1, () => {
    void purge(memory, epochMs + scheduler.now - quietMs);
    if (scheduler.now < untilMs) purgeOften(scheduler, memory);
  });
}

async function purge({ upkeep }: MemoryStore, quietSinceMs: number): Promise<void> {
  const roots = await upkeep.stackKeys(undefined, undefined, limits.upkeepBatch);
  await upkeep.purgeContents(roots, hybridFromMs(quietSinceMs), limits.upkeepBatch);
}
