/** The stacks of a tree, by their rows: from the root down, owner by owner. */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Row } from '../store/store.ts';

export interface Below {
  /** How many levels down; absent: all. */
  readonly levels?: number;
  /** Stacks that were deleted, too. */
  readonly withDeleted?: boolean;
  /** Without stacks that are shown as roots, and what is below those. */
  readonly shown?: boolean;
  /** Not this one, nor what is below it. */
  readonly except?: Uuid;
}

/** The rows of all stacks below one, level by level. */
export async function stacksBelow(world: World, stack: Uuid, below: Below = {}): Promise<readonly Row[]> {
  const { levels = Number.POSITIVE_INFINITY, withDeleted = false, shown = false, except } = below;
  const found: Row[] = [];
  let owners: readonly Uuid[] = [stack];
  for (let level = 0; level < levels && owners.length > 0; level++) {
    const where = [
      { column: 'owner', in: [...owners] },
      ...(withDeleted ? [] : [{ column: 'deleted_at', in: [null] }]),
    ];
    const rows = await untilAvailable(world, () => world.store.select('stacks', { where }));
    const kept = rows.filter(row => row.key !== except && !(shown && row.columns['nested_depth'] === 0));
    found.push(...kept);
    owners = kept.map(row => row.key);
  }
  return found;
}

/** How many resources the tree has outside of one of its nested stacks and what is below that. */
export async function resourcesBeside(world: World, root: Uuid, stack: Uuid): Promise<number> {
  if (root === stack) return 0;
  const others = await stacksBelow(world, root, { except: stack });
  const ids = [root, ...others.map(row => row.key)];
  return untilAvailable(world, () => world.store.count('resources', [{ column: 'stack', in: ids }]));
}
