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

/**
 * How many resources count with those of a stack: all of its tree outside of it and what is below it. `near` is a stack
 * of the tree: itself, or its parent where it is not there yet. A stack that is shown as a root counts for itself, as
 * one does that Heat makes through an API.
 */
export async function resourcesBeside(world: World, near: Uuid, stack: Uuid): Promise<number> {
  const head = await headOf(world, near);
  if (head === stack) return 0;
  const others = await stacksBelow(world, head, { shown: true, except: stack });
  const ids = [head, ...others.map(row => row.key)];
  return untilAvailable(world, () => world.store.count('resources', [{ column: 'stack', in: ids }]));
}

/** The nearest stack upwards that is shown as a root. */
async function headOf(world: World, stack: Uuid): Promise<Uuid> {
  for (let head = stack; ; ) {
    const [row] = await untilAvailable(world, () => world.store.read('stacks', [head]));
    const owner = row?.columns['nested_depth'] === 0 ? null : (row?.columns['owner'] ?? null);
    if (owner === null) return head;
    head = owner as Uuid;
  }
}
