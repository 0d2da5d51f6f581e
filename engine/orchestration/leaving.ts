/**
 * How incarnations go, when nobody uses them any more (users.ts): all of a removed resource, whose row then ends, and
 * all but the current one of any other. The newest goes first.
 *
 * A step whose create nobody saw the answer of is looked for first; what is absent
 * then may still land and becomes a debt, and the delete goes on as if it were gone.
 */
import { addMs } from '../kernel/clock.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudAnswer, CloudCall } from '../kernel/world.ts';
import type { Leaving, Step } from '../kit/resource.ts';
import { bodyOf, isUnreadable, refusalOf, refuses, succeeded } from './answers.ts';
import type { Uuid } from '../kernel/ids.ts';
import { fail, failed, lifeContext, liveOf, policyOf, reasonOf } from './making.ts';
import type { Called, Released } from './messages.ts';
import { isBarred, pausesAt } from './hooks.ts';
import { orderGone } from './ordering.ts';
import { type IncarnationRecord, isReleasable } from './records.ts';
import type { StepRecord } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { pauseFor, retryPauseMs, troubleOf } from './attempts.ts';
import { call, inputOf, stepOf } from './steps.ts';
import { isFree, stillUsing, tellReleased, union } from './users.ts';

/** A removed resource: each incarnation goes as soon as nobody uses it, then its row is over. */
export function leave(turn: ResourceTurn): void {
  const { resource, incarnations } = turn;
  if (resource.failedIn === resource.generation) return;
  if (incarnations.length === 0) {
    end(turn);
    return;
  }
  const next = incarnations.find(({ life }) => life === 'going') ?? incarnations.findLast(({ id }) => isFree(turn, id));
  if (next === undefined || isPaused(turn, next)) return;
  // What has begun to go, for an earlier generation, is past it.
  const isHeld = resource.task === 'DELETE' && next.life !== 'going';
  if (isHeld && (pausesAt(turn, 'pre-delete') || isBarred(turn, 'pre-delete'))) return;
  // Each of them has events of its own. Set once: a turn goes on as long as something changes.
  if (resource.action !== 'DELETE' || resource.status !== 'IN_PROGRESS')
    turn.status('DELETE', 'IN_PROGRESS', 'state changed', null, 'never');
  if (next.life !== 'going') turn.note(next, 'DELETE', 'IN_PROGRESS');
  undo(turn, next);
}

/** A resource that is as it shall be: what it was before goes as soon as nobody uses it. */
export function cleanUp(turn: ResourceTurn): void {
  const { resource, incarnations } = turn;
  if (!isReleasable(resource)) return;
  const others = incarnations.filter(({ id }) => id !== resource.current);
  if (others.length === 0) {
    if (resource.clean === resource.generation) return;
    turn.set({ clean: resource.generation, formerUsers: stillUsing(turn), former: [] });
    turn.tellSettled();
    return;
  }
  const next = others.findLast(({ id }) => isFree(turn, id));
  if (next === undefined || isPaused(turn, next)) return;
  if (isShown(next)) turn.note(next, 'DELETE', 'IN_PROGRESS');
  undo(turn, next);
}

/** What has begun to go ends before anything takes its place. */
export function undo(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (incarnation.life !== 'going' && policyOf(turn, incarnation) === 'Retain') gone(turn, incarnation.id);
  else if (incarnation.child !== null) leaveNested(turn, incarnation);
  else if (incarnation.steps.length > 0) undoSteps(turn, incarnation);
  else leaveLocal(turn, incarnation);
}

/** Its calls rest for a while: nothing of it begins now, and nothing is said to. */
function isPaused(turn: ResourceTurn, { steps }: IncarnationRecord): boolean {
  return steps.length > 0 && turn.isArmed('step');
}

function gone(turn: ResourceTurn, id: Uuid): void {
  const incarnation = turn.setIncarnation(id, { life: 'gone', wait: null });
  turn.setHolds(id, undefined);
  turn.note(incarnation, 'DELETE', 'COMPLETE');
  if (turn.resource.removed) showElder(turn);
  else shownAsGone(turn);
  if (!turn.resource.removed || turn.incarnations.length > 0) tellReleased(turn);
}

/** What is left of a removed resource may stay for long, where those that use it failed: it is shown as what it is. */
function showElder(turn: ResourceTurn): void {
  const elder = turn.incarnations.at(-1);
  if (elder === undefined) return;
  turn.set({ current: elder.id, physicalId: elder.physicalId });
  turn.status('UPDATE', 'COMPLETE', `The Resource ${turn.resource.name} requires replacement.`, null, 'never');
}

/** The resource's own status, where it was going as a whole when a newer generation wanted it again. */
function shownAsGone(turn: ResourceTurn): void {
  const { action, status } = turn.resource;
  if (action !== 'DELETE' || status !== 'IN_PROGRESS') return;
  turn.status('DELETE', 'COMPLETE', 'state changed', null, 'never');
  if (turn.incarnations.length === 0) turn.set({ action: 'INIT', reason: '', physicalId: null, current: null });
}

/** It was more than an attempt of which a debt is left. */
function isShown({ life }: IncarnationRecord): boolean {
  return life !== 'making';
}

function end(turn: ResourceTurn): void {
  const { resource } = turn;
  if (resource.task === 'DELETE' && resource.action !== 'INIT' && pausesAt(turn, 'post-delete')) return;
  if (resource.action === 'DELETE' && resource.status === 'IN_PROGRESS') {
    turn.status('DELETE', 'COMPLETE', 'state changed', null, 'never');
  } else if (resource.action !== 'INIT') {
    turn.status('DELETE', 'IN_PROGRESS');
    turn.status('DELETE', 'COMPLETE');
  }
  turn.set({ absent: true, reached: resource.generation, clean: resource.generation });
  const released: Released = { kind: 'released', generation: resource.generation, resource: resource.id, holds: [] };
  for (const address of union(resource.requires, resource.former)) turn.tell(address, released);
  turn.tellSettled();
}

function leaveNested(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (orderGone(turn, incarnation)) gone(turn, incarnation.id);
}

function leaveLocal(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { life } = turn.type(incarnation.type);
  invariant(life.kind === 'local', 'an incarnation without steps has a local life');
  if (incarnation.life !== 'going') {
    const outcome =
      incarnation.physicalId === null
        ? undefined
        : life.delete?.(liveOf(turn, incarnation), lifeContext(turn, incarnation.physicalName));
    const failed = outcome?.kind === 'failed' ? { error: outcome.error, message: outcome.message } : null;
    const until = addMs(turn.context.now(), outcome?.waitMs ?? 0);
    const wait = outcome !== undefined && (outcome.waitMs > 0 || failed !== null) ? { until, failed } : null;
    leaveWait(turn, turn.setIncarnation(incarnation.id, { life: 'going', work: null, wait }));
    return;
  }
  leaveWait(turn, incarnation);
}

function leaveWait(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { wait } = incarnation;
  if (wait !== null && turn.context.now() < wait.until) {
    turn.arm('wait', wait.until);
    return;
  }
  if (wait?.failed != null) {
    turn.setIncarnation(incarnation.id, { life: 'failed', wait: null });
    failedToGo(turn, incarnation, wait.failed.error, wait.failed.message);
    return;
  }
  gone(turn, incarnation.id);
}

/** A delete that failed: the resource's own status says so, also where a newer generation wants it again meanwhile. */
function failedToGo(turn: ResourceTurn, incarnation: IncarnationRecord, error: string, message: string): void {
  const reason = reasonOf(turn, error, '', message);
  const { removed, action, status } = turn.resource;
  turn.note(incarnation, 'DELETE', 'FAILED', reason);
  if (removed || (action === 'DELETE' && status === 'IN_PROGRESS'))
    turn.status('DELETE', 'FAILED', reason, null, 'never');
  failed(turn, turn.resource.generation, reason, 'DELETE');
}

/** Undoes the last step that may have made something; the incarnation is gone when all are idle. */
function undoSteps(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (isPaused(turn, incarnation)) return;
  if (incarnation.life !== 'going') turn.setIncarnation(incarnation.id, { life: 'going' });
  const record = incarnation.steps.findLast(step => step.state.at !== 'idle');
  if (record === undefined) gone(turn, incarnation.id);
  else undoStepRecord(turn, incarnation, record);
}

/** Undoes one step that may have made something. */
export function undoStepRecord(turn: ResourceTurn, incarnation: IncarnationRecord, record: StepRecord): void {
  if (turn.isArmed('step')) return; // paused
  const step = stepOf(turn, incarnation, record.name);
  const { state } = record;
  if (state.at === 'idle') return;
  if (state.at === 'waiting' || state.at === 'done' || state.at === 'leaving') {
    undoStep(turn, incarnation, step, record, state);
  } else if (step.repeatable) {
    undoStep(turn, incarnation, step, record, { mark: state.mark, physicalId: '', data: '{}' });
  } else {
    turn.setStep(incarnation.id, step.name, {
      at: 'looking',
      mark: state.mark,
      notAfter: state.notAfter,
      looks: state.at === 'looking' ? state.looks : 0,
    });
    call(turn, incarnation.id, step.name, 'find', step.find(inputOf(turn, incarnation, state.mark, step.name)));
  }
}

interface Undone {
  readonly mark: string;
  readonly physicalId: string;
  readonly data: string;
  readonly accepted?: boolean;
}

function undoStep(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  { mark, physicalId, data, accepted = false }: Undone,
): void {
  const input = inputOf(turn, incarnation, mark, step.name);
  const request = accepted ? step.show(physicalId, input) : step.remove(physicalId, input);
  if (request === undefined) {
    turn.setStep(incarnation.id, step.name, { at: 'idle' }, 0);
    return;
  }
  const tries = record.state.at === 'leaving' ? record.tries : 0;
  turn.setStep(incarnation.id, step.name, { at: 'leaving', mark, physicalId, data, accepted }, tries);
  call(turn, incarnation.id, step.name, accepted ? 'show' : 'remove', request);
}

/** What a remove call brought, or a look at what is on its way out. */
export function removed(turn: ResourceTurn, incarnation: IncarnationRecord, called: Called): void {
  const step = stepOf(turn, incarnation, called.step);
  const record = incarnation.steps.find(known => known.name === called.step);
  if (record?.state.at !== 'leaving') return;
  const { state } = record;
  const { outcome } = called;
  const answer = succeeded(outcome);
  if (outcome.kind === 'answered' && outcome.answer.status === 404) {
    turn.setStep(incarnation.id, step.name, { at: 'idle' }, 0);
  } else if (answer !== undefined && called.what === 'show') {
    lingering(turn, incarnation, step, answer);
  } else if (answer !== undefined) {
    if (step.gone === undefined) turn.setStep(incarnation.id, step.name, { at: 'idle' }, 0);
    else turn.setStep(incarnation.id, step.name, { ...state, accepted: true }, 0);
  } else if (called.what === 'remove' && outcome.kind === 'answered' && refuses(outcome.answer)) {
    const { error, message, conflict } = refusalOf(outcome.answer);
    if (conflict && step.conflict !== 'fail' && record.tries < limits.conflictTries)
      retry(turn, incarnation, step, record, `${error}: ${message}`);
    // It may be refused because it is leaving already: an earlier remove's answer was lost.
    else if (step.gone !== undefined && record.tries === 0)
      turn.setStep(incarnation.id, step.name, { ...state, accepted: true }, 1);
    else stays(turn, incarnation, error, message);
  } else {
    turn.armIn('step', retryPauseMs(turn, 0)); // it may or may not have gone: asking again does no harm
    turn.setTrouble(incarnation.id, step.name, troubleOf(outcome));
  }
}

/** It still exists although its remove was accepted. */
function lingering(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, answer: CloudAnswer): void {
  const state = turn.incarnation(incarnation.id)?.steps.find(known => known.name === step.name)?.state;
  const mark = state?.at === 'leaving' ? state.mark : '';
  let readiness: Leaving = { kind: 'waiting' };
  try {
    readiness = step.gone?.(bodyOf(answer), inputOf(turn, incarnation, mark, step.name)) ?? { kind: 'ready' };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  if (readiness.kind === 'ready') turn.setStep(incarnation.id, step.name, { at: 'idle' }, 0);
  else if (readiness.kind === 'waiting') turn.armIn('step', limits.pollMs);
  else if (readiness.kind === 'staying') askAgain(turn, incarnation, step, readiness.by);
  else stays(turn, incarnation, readiness.error, readiness.message);
}

/** It is not on its way out: the remove is called again, and a refusal is then the answer. */
function askAgain(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, by: CloudCall | undefined): void {
  const record = turn.incarnation(incarnation.id)?.steps.find(known => known.name === step.name);
  if (record?.state.at !== 'leaving') return;
  turn.setStep(incarnation.id, step.name, { ...record.state, accepted: false }, record.tries);
  if (by === undefined) turn.armIn('step', limits.pollMs);
  else call(turn, incarnation.id, step.name, 'remove', by);
}

/** The delete failed; the next one asks to remove it again. */
function stays(turn: ResourceTurn, incarnation: IncarnationRecord, error: string, message: string): void {
  const steps = incarnation.steps.map(step =>
    step.state.at === 'leaving' ? { ...step, state: { ...step.state, accepted: false } } : step,
  );
  if (incarnation.life === 'going') {
    turn.setIncarnation(incarnation.id, { life: 'failed', steps });
    failedToGo(turn, incarnation, error, message);
  } else {
    turn.setIncarnation(incarnation.id, { steps });
    fail(turn, error, message); // what is done to it asks for this
  }
}

function retry(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, record: StepRecord, why: string): void {
  turn.setStep(incarnation.id, record.name, record.state, record.tries + 1);
  pauseFor(turn, incarnation, step, retryPauseMs(turn, record.tries), why);
}
