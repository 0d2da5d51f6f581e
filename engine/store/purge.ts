/**
 * A whole purge, batch by batch: deleted stacks, events of living ones beyond those that are kept, contents of versions
 * that no stack has any more. It may be stopped anywhere and begun again; each batch says how far it is.
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { PurgeScope, Purged, Upkeep } from './upkeep.ts';

export interface PurgeOptions extends PurgeScope {
  /** How many events a living stack keeps. */
  readonly keepEvents: number;
  /** Trees that were written since then keep all their contents: somebody may still read what they were. */
  readonly quietSince: HybridTime;
  /** Rows that one statement may delete. */
  readonly batch: number;
}

/** Resolves when nothing is left to delete; `tell` hears after each batch what went so far. */
export async function purge(upkeep: Upkeep, options: PurgeOptions, tell: (soFar: Purged) => void): Promise<Purged> {
  const { batch, keepEvents, project } = options;
  let sum: Purged = { stacks: 0, events: 0, contents: 0 };
  const add = (more: Partial<Purged>): boolean => {
    const { stacks = 0, events = 0, contents = 0 } = more;
    if (stacks + events + contents === 0) return false;
    sum = { stacks: sum.stacks + stacks, events: sum.events + events, contents: sum.contents + contents };
    tell(sum);
    return true;
  };
  while (add(await upkeep.purgeStacks(options, batch)));
  for await (const stacks of stackPages(upkeep, project)) {
    while (add({ events: await upkeep.trimEvents(stacks, keepEvents, batch) }));
    while (add({ contents: await upkeep.purgeContents(stacks, options.quietSince, batch) }));
  }
  return sum;
}

async function* stackPages(upkeep: Upkeep, project: string | undefined): AsyncIterable<readonly Uuid[]> {
  let after: Uuid | undefined;
  do {
    const page = await upkeep.stackKeys(project, after, limits.upkeepRoots);
    after = page.at(-1);
    if (page.length > 0) yield page;
  } while (after !== undefined);
}
