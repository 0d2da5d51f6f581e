/**
 * Stacks that were left alone: woken after they were parked, or ended where they hang.
 *
 *   wake  ─▶ un-parked when it is loaded ─▶ survey, as after a restart ─▶ those that have something to do: Wake
 *   reset ─▶ FAILED, told to whoever pends ─▶ those that have something to do: Stop, given up
 *
 * What has something to do is found in the rows: of a parked stack nothing is in memory, on no node. A message loads it
 * there, and what un-parks one un-parks all, since the stack's row says that it is parked.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import { limits } from '../kernel/limits.ts';
import type { Sleepers, Stop } from './messages.ts';
import { isTidying } from './records.ts';
import type { StackTurn } from './stack-turn.ts';
import { stop, survey, tidy } from './stack-progress.ts';

/** Heat's words for a stack whose status an operator has reset (heat-manage reset_stack_status). */
const resetReason = 'Stack status manually reset';

/** Goes on from the rows. */
export function wake(turn: StackTurn): void {
  const { record } = turn.memory;
  if (record !== undefined && isTidying(record)) tidy(turn);
  if (record?.status !== 'IN_PROGRESS') return;
  turn.armDeadline();
  survey(turn);
}

/** The same, with all that is unfinished of it. */
export function rouse(turn: StackTurn): void {
  wake(turn);
  findSleepers(turn, false);
}

/** What is under way is over: it fails, and nobody waits for what hangs. Nothing is rolled back. */
export function giveUpAll(turn: StackTurn): void {
  const { status, generation } = turn.record;
  if (status === 'IN_PROGRESS') {
    turn.set({ halted: generation });
    stop(turn, resetReason, resetReason);
  }
  findSleepers(turn, true);
}

function findSleepers(turn: StackTurn, toStop: boolean): void {
  const { id } = turn.record;
  const where = [
    { column: 'stack', in: [id] },
    { column: 'unfinished', in: [true] },
  ];
  const run = async (world: World): Promise<Sleepers> => {
    const addresses: Sleepers['addresses'][number][] = [];
    let after: Sleepers['addresses'][number]['id'] | undefined;
    do {
      const limit = limits.storePageRows;
      const page = { where, limit, ...(after !== undefined && { after }) };
      const rows = await untilAvailable(world, () => world.store.select('resources', page));
      for (const { kind, stack, bucket, actor } of rows) addresses.push({ kind, stack, bucket, id: actor });
      after = rows.length < limit ? undefined : rows.at(-1)?.key;
    } while (after !== undefined);
    return { kind: 'sleepers', addresses, stop: toStop };
  };
  turn.effect({ do: 'task', cloud: false, run });
}

/** They are told; who knows it already is told in vain. */
export function roused(turn: StackTurn, { addresses, stop: toStop }: Sleepers): void {
  const { generation, halted, stopped } = turn.record;
  // A newer action began meanwhile: that one tells them.
  if (toStop && stopped !== generation) return;
  const down = halted === generation ? { down: true } : {};
  const end: Stop = { kind: 'stop', generation, abort: resetReason, ...down };
  for (const address of addresses) turn.tell(address, toStop ? end : { kind: 'wake' });
}
