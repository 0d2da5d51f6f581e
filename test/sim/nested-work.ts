/** What a user does to a nested stack behind its parent's back: Heat lets them, by the stack's own id. */
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { Act, Cancel, Update, WireMessage } from '../../engine/orchestration/messages.ts';
import type { Row } from '../../engine/store/store.ts';
import type { Books } from './books.ts';
import type { SimDice } from './dice.ts';

export const nestedKinds = [
  'delete of a nested stack',
  'update of a nested stack',
  'cancel of a nested stack',
  'suspend, resume or check of a nested stack',
] as const;

export type NestedKind = (typeof nestedKinds)[number];

export interface NestedWork {
  readonly kind: NestedKind;
  readonly child: Uuid;
  readonly message: WireMessage;
}

/** Nested stacks of this root's tree that are there. */
export function nestedIn(books: Books, root: Uuid): readonly Row[] {
  const isThere = ({ columns }: Row) => columns.owner !== null && columns.deleted_at === null;
  return [...books.stacks.values()].filter(row => row.columns.root === root && row.key !== root && isThere(row));
}

/** A nested stack and all stacks that it is in. */
export function above(books: Books, child: Uuid): readonly Uuid[] {
  const found: Uuid[] = [];
  for (let id: Uuid | null = child; id !== null; id = (books.stacks.get(id)?.columns.owner ?? null) as Uuid | null)
    found.push(id);
  return found;
}

/** Something that is done to one of these stacks. */
export function nestedWork(dice: SimDice, children: readonly Row[], environment: string): NestedWork {
  const child = dice.pick(children).key;
  const drawn = dice.unit();
  if (drawn < 0.25) return { kind: 'delete of a nested stack', child, message: { kind: 'remove' } };
  if (drawn < 0.5) return { kind: 'update of a nested stack', child, message: again(environment) };
  if (drawn < 0.75)
    return { kind: 'cancel of a nested stack', child, message: { kind: 'cancel', rollback: dice.chance(0.5) } };
  const message: Act = { kind: 'act', action: dice.pick(['SUSPEND', 'RESUME', 'CHECK'] as const) };
  return { kind: 'suspend, resume or check of a nested stack', child, message };
}

/** Something that is done to a group's stack in the middle of its batches: mostly what undoes one. */
export function betweenBatches(dice: SimDice, child: Row, environment: string): NestedWork {
  const { action, status } = child.columns;
  const isUpdating = action === 'UPDATE' && status === 'IN_PROGRESS';
  if (!isUpdating || dice.chance(0.4)) return nestedWork(dice, [child], environment);
  const message: Cancel = { kind: 'cancel', rollback: dice.chance(0.7) };
  return { kind: 'cancel of a nested stack', child: child.key, message };
}

/** To what it is already: its generation rises, and what failed is made anew. */
function again(environment: string): Update {
  return {
    kind: 'update',
    existing: true,
    isAdmin: true,
    environment,
    files: '{}',
    clearParameters: [],
    tagged: false,
    tags: [],
    converge: false,
  };
}
