/**
 * What a step's call brought, on the way forwards: a create, a look by the mark, a look at what is being made.
 *
 * Each answer only changes the step's record (steps.ts draws the states); whether to go on is decided by the resource
 * afterwards. An answer that cannot be read says nothing, as one that never came.
 */
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudAnswer, CloudOutcome } from '../kernel/world.ts';
import type { Made, Step } from '../kit/resource.ts';
import { writeJson } from '../values/json.ts';
import { bodyOf, isMissing, isUnreadable, type Refusal, refusalOf, refuses, succeeded } from './answers.ts';
import { fail } from './making.ts';
import type { Called } from './messages.ts';
import type { IncarnationRecord } from './records.ts';
import type { StepRecord } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { nameOf } from './work-steps.ts';
import { inputOf, isForward, isMain, stepOf } from './steps.ts';
import { nextLookMs, owe, pauseFor, renew, retryPauseMs, troubleOf } from './attempts.ts';

/** What a create, find or show call brought. Whether to go on is `advance`'s to decide. */
export function stepCalled(turn: ResourceTurn, incarnation: IncarnationRecord, called: Called): void {
  const step = stepOf(turn, incarnation, called.step);
  const record = incarnation.steps.find(known => known.name === called.step);
  invariant(record !== undefined, 'a call is of a step');
  const take = (outcome: CloudOutcome): void => {
    if (called.what === 'create') created(turn, incarnation, step, record, outcome);
    else if (called.what === 'find') found(turn, incarnation, step, record, outcome);
    else shown(turn, incarnation, step, record, outcome);
  };
  try {
    take(called.outcome);
  } catch (error) {
    // An answer that cannot be read says nothing: as if none had come.
    if (!isUnreadable(error)) throw error;
    take({ kind: 'unknown', reason: error.message });
  }
}

/** The answer shows the thing itself: it is ready, or waited for, or failed. */
function exists(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  mark: string,
  answer: CloudAnswer,
): void {
  const body = bodyOf(answer);
  const made = step.made(body, inputOf(turn, incarnation, mark, step.name));
  const readiness = step.ready(body);
  const known = incarnation.steps.find(({ name }) => name === step.name)?.state;
  if (readiness.kind === 'waiting' && known?.at === 'waiting' && known.physicalId === made.physicalId) {
    turn.armIn('step', limits.pollMs); // nothing new: no row is written for having looked
    turn.setTrouble(incarnation.id, step.name, undefined);
    return;
  }
  const data = turn.kept(writeJson(made.data), incarnation.secret || step.secret === true);
  const at = readiness.kind === 'ready' ? 'done' : 'waiting';
  turn.setStep(incarnation.id, step.name, { at, mark, physicalId: made.physicalId, data }, 0);
  if (isMain(turn, incarnation, step)) turn.setIncarnation(incarnation.id, { physicalId: made.physicalId });
  if (readiness.kind === 'failed' && isForward(turn, incarnation)) fail(turn, readiness.error, readiness.message);
  if (readiness.kind === 'waiting') turn.armIn('step', limits.pollMs);
}

function created(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  outcome: CloudOutcome,
): void {
  const { state } = record;
  if (state.at !== 'intended') return;
  const answer = succeeded(outcome);
  if (answer !== undefined) {
    exists(turn, incarnation, step, state.mark, answer);
    return;
  }
  if (outcome.kind === 'unsent') {
    if (outcome.crowded === true) anotherTurn(turn, incarnation, step, outcome);
    else again(turn, incarnation, step, record, 'ConnectFailure', outcome.reason);
    return;
  }
  if (outcome.kind === 'answered' && refuses(outcome.answer)) {
    const refused = refusalOf(outcome.answer);
    const second = refused.conflict && (record.tries > 0 || step.conflict !== 'fail');
    if (step.unique && (step.repeatable || second)) {
      // It may be an earlier attempt's, which by now has landed or never will: one look says whose it is.
      turn.setStep(incarnation.id, step.name, {
        ...state,
        at: 'looking',
        looks: 0,
        notAfter: turn.context.now(),
        refused,
      });
      return;
    }
    refusedFor(turn, incarnation, step, record, refused);
    return;
  }
  if (step.repeatable) {
    turn.setStep(incarnation.id, step.name, state, record.tries + 1);
    if (isForward(turn, incarnation)) pauseFor(turn, incarnation, step, retryPauseMs(turn, record.tries), outcome);
    return;
  }
  turn.setStep(incarnation.id, step.name, { ...state, at: 'looking', looks: 0 });
  turn.setTrouble(incarnation.id, step.name, troubleOf(outcome));
}

/** The service said no, and nothing of ours is there. */
function refusedFor(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  { error, message, conflict }: Refusal,
): void {
  if (conflict && step.conflict !== 'fail') {
    again(turn, incarnation, step, record, error, message);
    return;
  }
  turn.setStep(incarnation.id, step.name, { at: 'idle' });
  if (isForward(turn, incarnation)) fail(turn, error, message);
}

/**
 * Nothing was made: once more after a pause, a few times (contract: lifecycle §6, CREATE retries). An earlier call of a
 * repeatable step may have brought what this one did not: it counts as made until it is undone.
 */
function again(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  error: string,
  message: string,
): void {
  const { state } = record;
  const kept = step.repeatable && state.at === 'intended' ? state : ({ at: 'idle' } as const);
  turn.setStep(incarnation.id, step.name, kept, record.tries + 1);
  if (!isForward(turn, incarnation)) return;
  if (record.tries >= limits.conflictTries) fail(turn, error, message);
  else pauseFor(turn, incarnation, step, retryPauseMs(turn, record.tries), `${error}: ${message}`);
}

/** Its turn did not come in time: as if it had not been tried, so that a long queue fails nobody. */
function anotherTurn(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, outcome: CloudOutcome): void {
  turn.setStep(incarnation.id, step.name, { at: 'idle' });
  if (isForward(turn, incarnation)) pauseFor(turn, incarnation, step, turn.context.below(1_000), outcome);
}

function found(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  outcome: CloudOutcome,
): void {
  const { state } = record;
  if (state.at !== 'looking') return;
  const answer = succeeded(outcome);
  if (state.refused !== undefined && outcome.kind === 'answered' && refuses(outcome.answer)) {
    refusedFor(turn, incarnation, step, record, state.refused); // where it would be is nothing
    return;
  }
  if (isMissing(outcome)) {
    absent(turn, incarnation, step, record); // nor is anything that would be in it
    return;
  }
  if (answer === undefined) {
    turn.setStep(incarnation.id, step.name, { ...state, looks: state.looks + 1 });
    // The look failed, it says nothing.
    pauseFor(turn, incarnation, step, retryPauseMs(turn, Math.min(state.looks, 3)), outcome);
    return;
  }
  const body = bodyOf(answer);
  const made = step.found(body, inputOf(turn, incarnation, state.mark, step.name));
  if (made !== undefined && !isAnothers(turn, incarnation, made)) {
    // The list's entry need not say what the thing itself does: it is shown before it counts as ready.
    const data = turn.kept(writeJson(made.data), incarnation.secret);
    turn.setStep(incarnation.id, step.name, { at: 'waiting', mark: state.mark, physicalId: made.physicalId, data }, 0);
    if (isMain(turn, incarnation, step)) turn.setIncarnation(incarnation.id, { physicalId: made.physicalId });
    return;
  }
  absent(turn, incarnation, step, record);
}

/** What has no mark may be another incarnation's by now: then it is not this one's. */
function isAnothers({ incarnations }: ResourceTurn, { id }: IncarnationRecord, { physicalId }: Made): boolean {
  return incarnations.some(other => other.id !== id && other.physicalId === physicalId);
}

function absent(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, record: StepRecord): void {
  const { state } = record;
  invariant(state.at === 'looking', 'who finds nothing was looking');
  if (state.refused !== undefined) {
    refusedFor(turn, incarnation, step, record, state.refused);
    return;
  }
  const settledNow = turn.context.now() > state.notAfter;
  if (settledNow) {
    // It can land no more. A unique thing that somebody else holds stays a conflict.
    again(turn, incarnation, step, record, 'Conflict', `${step.name} could not be created`);
    return;
  }
  // Of what can be there only once the next one is made only when this one can come no more.
  if (step.unique && (isForward(turn, incarnation) || !turn.resource.removed)) {
    turn.setStep(incarnation.id, step.name, { ...state, looks: state.looks + 1 });
    turn.armIn('step', nextLookMs(turn.context.now(), state.looks, state.notAfter));
    return;
  }
  owe(turn, incarnation, step, state.mark, state.notAfter);
  turn.setStep(incarnation.id, step.name, { at: 'idle' });
  const { work } = incarnation;
  if (nameOf(step.name).isWork && work !== null)
    turn.setIncarnation(incarnation.id, { work: { ...work, attempt: work.attempt + 1 } });
  else if (isForward(turn, incarnation)) renew(turn, incarnation);
}

function shown(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  record: StepRecord,
  outcome: CloudOutcome,
): void {
  const { state } = record;
  if (state.at !== 'waiting') return;
  const answer = succeeded(outcome);
  if (answer !== undefined) {
    exists(turn, incarnation, step, state.mark, answer);
  } else if (outcome.kind === 'answered' && outcome.answer.status === 404) {
    turn.setStep(incarnation.id, step.name, { at: 'idle' });
    if (isForward(turn, incarnation)) fail(turn, 'NotFound', `${step.name} is gone before it was ready`);
  } else {
    turn.armIn('step', limits.pollMs);
    turn.setTrouble(incarnation.id, step.name, troubleOf(outcome));
  }
}
