/**
 * How a generation of a stack goes: surveyed, laid out, told, settled one by one, complete; or failed, and rolled back.
 *
 * What is pending is memory. It is found again by a survey, from the rows alone, whenever it is not known.
 */
import type { Uuid } from '../kernel/ids.ts';
import { tellParent } from './child.ts';
import { tidyTask } from './delegation.ts';
import type { PlanMade } from './jobs.ts';
import { isPlan, layOut, layOutAll, type Progress, progressOf, type Surveyed, surveyTask } from './laying.ts';
import type { Pulled } from './messages.ts';
import { emptied } from './plan.ts';
import { decode, isTidying, type ResourceRecord, type StackRecord } from './records.ts';
import { actionTexts, type Pending, type StackTurn } from './stack-turn.ts';
import { tellAgain, tellPending } from './telling.ts';
import type { Known } from './transition.ts';

/** Tells everybody who is told, or is done at once. */
export function goOn(turn: StackTurn): void {
  if (turn.memory.pending?.size === 0) complete(turn);
  else tellPending(turn);
}

/** Finds out how far each resource is in this generation, and what it shall be. */
export function survey(turn: StackTurn): void {
  turn.setMemory({ surveying: turn.record.generation, pending: undefined });
  turn.effect({ do: 'task', cloud: false, run: surveyTask(turn.registry, turn.record) });
}

export function surveyed(turn: StackTurn, { generation, known, before, prior, plan, unchecked }: Surveyed): void {
  if (turn.memory.surveying !== generation || turn.record.generation !== generation) return;
  const { record } = turn;
  if (plan !== undefined && isPlan(plan) && record.laid === generation && lacks(plan, known)) {
    layAgain(turn);
    return;
  }
  turn.setMemory({ unchecked });
  if (plan !== undefined && !isPlan(plan)) {
    turn.setMemory({ surveying: undefined, pending: new Map() });
    failed(turn, `${plan.type}: ${plan.message}`);
    return;
  }
  const isTold = ({ record: { id } }: Known) =>
    record.laid !== generation || before.told === null || before.told.has(id);
  const told = known.filter(isTold);
  if (plan !== undefined) layOut(turn, plan, known, before);
  else layOutAll(turn, known, prior);
  // What failed in an earlier life of this stack's actor.
  const failures = told.map(each => progressOf(record, each.record)).filter(each => each.kind === 'failed');
  for (const { reason } of failures) note(turn, reason);
  const [first] = failures;
  if (first !== undefined && record.action !== 'CHECK') failed(turn, `Resource ${first.reason}`);
  else goOn(turn);
}

export function settle(turn: StackTurn, resource: Uuid, failure: string | undefined, clean: boolean): void {
  const { pending } = turn.memory;
  if (turn.record.status !== 'IN_PROGRESS' || pending === undefined || !pending.has(resource)) return;
  if (failure !== undefined && turn.record.action !== 'CHECK') {
    failed(turn, `Resource ${failure}`);
    return;
  }
  if (failure !== undefined) note(turn, failure);
  else if (!clean) return;
  // Counted in place: nothing else holds this map, and a copy per resource would be quadratic.
  (pending as Map<Uuid, Pending>).delete(resource);
  if (pending.size === 0) complete(turn);
}

/** Failures of a check are gathered (contract: lifecycle §3, 6). */
function note(turn: StackTurn, failure: string): void {
  turn.setMemory({ failures: [...turn.memory.failures, failure] });
}

/** Rows of those that have not settled: a missing one is over; one that never heard is told again. */
export function pulled(turn: StackTurn, message: Pulled): void {
  const { pending } = turn.memory;
  if (pending === undefined || turn.record.status !== 'IN_PROGRESS') return;
  const rows = new Map(message.rows.map(row => [row.key, row]));
  for (const id of message.asked) {
    const waiting = turn.memory.pending?.get(id);
    if (waiting === undefined) continue;
    const row = rows.get(id);
    if (row === undefined && !waiting.order.removed) {
      bornAgain(turn, id);
      return;
    }
    const progress = row === undefined ? settledProgress : progressOf(turn.record, decode.resource(row));
    if (progress.kind === 'under way') {
      if (row !== undefined && unheard(turn.record, decode.resource(row))) tellAgain(turn, waiting);
    } else {
      settle(turn, id, progress.kind === 'failed' ? progress.reason : undefined, true);
    }
  }
}

/** All that it wants was born when it was laid out: what is not there any more went for an earlier generation. */
function lacks({ resources }: PlanMade, known: readonly Known[]): boolean {
  const there = new Set(known.map(({ record }) => record.name));
  return resources.some(({ name }) => !there.has(name));
}

/** As another generation: who took this one up would not hear of neighbours that are born in it. */
function layAgain(turn: StackTurn): void {
  turn.set({ generation: turn.record.generation + 1 });
  survey(turn);
}

/**
 * It is wanted, but went for an earlier generation just before it heard of this one. Its row is over for good, so the
 * same is laid out once more, as another generation, in which a new one is born.
 */
export function bornAgain(turn: StackTurn, resource: Uuid): void {
  const { record, memory } = turn;
  if (record.status !== 'IN_PROGRESS' || memory.pending?.get(resource)?.order.removed !== false) return;
  layAgain(turn);
}

/** It does not know of this generation; or it was born for it and nobody told its owner, who loads it when told. */
function unheard(stack: StackRecord, resource: ResourceRecord): boolean {
  return resource.generation < stack.generation || (resource.action === 'INIT' && !resource.stopped);
}

const settledProgress: Progress = { kind: 'settled' };

export function complete(turn: StackTurn): void {
  const { record, memory } = turn;
  turn.disarmDeadline();
  turn.setMemory({ pending: new Map(), failures: [] });
  if (record.action === 'CHECK' && memory.failures.length > 0) {
    turn.status('CHECK', 'FAILED', `Resource CHECK failed: ${gathered(memory.failures)}`);
    tellParent(turn, turn.record.reason);
    return;
  }
  if (record.action === 'DELETE') {
    turn.set({ deletedAt: Math.floor(turn.context.now() / 1_024) });
    if (record.nesting === null)
      turn.effect({ do: 'name', name: { project: record.project, name: record.name, stack: record.id, gone: true } });
  }
  turn.status(record.action, 'COMPLETE', completed(record.action, memory.unchecked));
  tellParent(turn);
  if (isTidying(turn.record)) tidy(turn);
}

/** Contract: lifecycle §5, check unsupported somewhere. */
function completed(action: StackRecord['action'], unchecked: boolean): string {
  const text = actionTexts.COMPLETE(action);
  return action === 'CHECK' && unchecked ? `${text}. 'CHECK' not fully supported (see resources)` : text;
}

/** Several failures as one text: each without the words that the whole begins with. */
function gathered(failures: readonly string[]): string {
  return failures.map(text => text.replace(/^\w+ failed: /, '')).join('; ');
}

/** The stack is gone; its credential goes with its last debt. */
export function tidy(turn: StackTurn): void {
  if (turn.memory.delegating || !isTidying(turn.record)) return;
  turn.effect({ do: 'task', cloud: true, run: tidyTask(turn.record) });
}

/** FAILED at once; what runs ends, nothing new starts. Then back to what there was before, if that was asked for. */
export function failed(turn: StackTurn, reason: string, abort?: string): void {
  const { action, disableRollback } = turn.record;
  stop(turn, reason, abort);
  if ((action === 'CREATE' || action === 'UPDATE') && !disableRollback) rollBack(turn);
}

/** Stopped by whoever commands it: so are the stacks below. */
export function halt(turn: StackTurn, reason: string): void {
  turn.set({ halted: turn.record.generation });
  stop(turn, reason);
}

/** FAILED at once, and so told to all that may not have settled. */
export function stop(turn: StackTurn, reason: string, abort?: string): void {
  const { record, memory } = turn;
  const { action, generation } = record;
  turn.disarmDeadline();
  turn.set({ stopped: generation });
  turn.status(action, 'FAILED', reason);
  tellParent(turn, reason);
  const message = {
    kind: 'stop',
    generation,
    ...(abort === undefined ? {} : { abort }),
    ...(record.halted === generation ? { down: true } : {}),
  };
  for (const { address } of memory.pending?.values() ?? []) turn.tell(address, message);
  turn.setMemory({ pending: new Map(), failures: [], surveying: undefined });
}

/** A generation towards what there was before the update; to nothing after a create (contract: lifecycle §4). */
export function rollBack(turn: StackTurn): void {
  const { previous } = turn.record;
  turn.begin('ROLLBACK');
  if (previous === null) emptied(turn);
  else turn.set({ breakpoints: undefined, ...previous, previous: null });
  survey(turn);
}
