/**
 * A cloud life, step by step, forwards.
 *
 *   idle → intended → waiting → done
 *             │  └──→ looking ──found──→ waiting
 *             │          └──absent──→ idle, in a new incarnation; the old attempt is a debt
 *             │                       (one of its kind: looks again, until the attempt can land no more)
 *             └──refused (4xx)──→ failed | idle (a conflict, a few times)
 *
 * Invariants: only a committed `intended` is called, since a task leaves after the commit; who finds `intended` in a
 * row did not see the answer, and looks by the mark before anything else; absent before `notAfter` proves nothing
 * (architecture: Side effects that survive a crash).
 */
import { addMs, type HybridTime } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant, unreachable } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall, CloudOutcome } from '../kernel/world.ts';
import { physicalName } from '../kit/physical-name.ts';
import { type Made, mainStep, type ResourceType, type Step, type StepInput, stepsOf } from '../kit/resource.ts';
import { writeJson } from '../values/json.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { bodyOf, isMissing, isUnreadable, type Refusal, refusalOf, refuses, succeeded } from './answers.ts';
import { fail, isMade, mapFrom } from './making.ts';
import type { Called } from './messages.ts';
import type { DebtRecord } from './debt-records.ts';
import type { IncarnationRecord } from './records.ts';
import type { StepRecord } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { nameOf, stepsOfWork } from './work-steps.ts';

/** The steps of a type with these properties. */
export function stepsWith(type: ResourceType, properties: ValueMap): readonly Step[] {
  invariant(type.life.kind === 'cloud', `${type.name} has steps`);
  return stepsOf(type.life, properties);
}

/** One of an incarnation's steps, or of what is done to it: those are called `<kind>:<name>`. */
export function stepOf(turn: ResourceTurn, incarnation: IncarnationRecord, name: string): Step {
  const { isWork, bare } = nameOf(name);
  if (isWork) return { ...stepNamed(stepsOfWork(turn, incarnation).steps, bare), name };
  return stepNamed(stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties))), name);
}

/** It goes forwards: it is made, or something is done to it. */
function isForward(turn: ResourceTurn, { id }: IncarnationRecord): boolean {
  const incarnation = turn.incarnation(id);
  return incarnation?.life === 'making' || (incarnation?.work != null && !incarnation.work.failed);
}

export function stepNamed(steps: readonly Step[], name: string): Step {
  const step = steps.find(known => known.name === name);
  invariant(step !== undefined, `step ${name} is declared`);
  return step;
}

/** The main step's thing is the resource's. */
function isMain(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step): boolean {
  const steps = stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties)));
  return mainStep(steps)?.name === step.name;
}

/** The first step that is not done, and what the type says of it. */
export function advanceSteps(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const record = incarnation.steps.find(step => step.state.at !== 'done');
  if (record === undefined) complete(turn, turn.type(incarnation.type), incarnation);
  else advanceStep(turn, incarnation, record);
}

/** Does what comes next for one step. */
export function advanceStep(turn: ResourceTurn, incarnation: IncarnationRecord, record: StepRecord): void {
  if (turn.isArmed('step')) return; // paused
  const step = stepOf(turn, incarnation, record.name);
  const { state } = record;
  switch (state.at) {
    case 'idle':
      intend(turn, incarnation, step, record);
      return;
    case 'intended': // nobody here saw the answer
      if (step.repeatable) {
        intend(turn, incarnation, step, record);
        return;
      }
      turn.setStep(incarnation.id, step.name, { ...state, at: 'looking', looks: 0 });
      look(turn, incarnation, step, state.mark);
      return;
    case 'looking':
      look(turn, incarnation, step, state.mark);
      return;
    case 'waiting':
      call(
        turn,
        incarnation.id,
        step.name,
        'show',
        step.show(state.physicalId, inputOf(turn, incarnation, state.mark, step.name)),
      );
      return;
    case 'leaving':
    case 'done':
      return;
    default:
      unreachable(state, 'a step state');
  }
}

function complete(turn: ResourceTurn, type: ResourceType, incarnation: IncarnationRecord): void {
  const { life } = type;
  invariant(life.kind === 'cloud', `${type.name} has steps`);
  const { physicalId, data } = thingOf(stepsOf(life, mapFrom(turn.clear(incarnation.properties))), incarnation.steps);
  turn.setIncarnation(incarnation.id, { physicalId, data });
  isMade(turn, type);
}

/** The main step's thing, with the data of the last step that speaks of it. */
export function thingOf(
  steps: readonly Step[],
  records: readonly StepRecord[],
): { readonly physicalId: string; readonly data: string } {
  const main = mainStep(steps);
  const own = records.find(step => step.name === main?.name)?.state;
  invariant(own?.at === 'done', 'the main step is done');
  const last = records.findLast(({ state }) => state.at === 'done' && state.physicalId === own.physicalId)?.state;
  return { physicalId: own.physicalId, data: last?.at === 'done' ? last.data : own.data };
}

function intend(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, record: StepRecord): void {
  const mark = markOf(incarnation, step.name);
  const notAfter = landsUntil(turn.context.now());
  turn.setStep(incarnation.id, step.name, { at: 'intended', mark, notAfter });
  call(turn, incarnation.id, record.name, 'create', step.create(inputOf(turn, incarnation, mark, step.name)));
}

/** What is made later than the rest has a mark of its own: what an earlier attempt made is not taken for it. */
function markOf({ physicalName, work }: IncarnationRecord, step: string): string {
  if (!nameOf(step).isWork || work === null) return physicalName;
  return `${physicalName}-${work.generation}${work.attempt === 0 ? '' : `.${work.attempt}`}`;
}

/** Until when a call that starts now may still land: its own deadline, then the service's queues. */
export function landsUntil(now: HybridTime): HybridTime {
  return addMs(now, limits.callDeadlineMs + limits.serviceLimitMs);
}

function look(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, mark: string): void {
  call(turn, incarnation.id, step.name, 'find', step.find(inputOf(turn, incarnation, mark, step.name)));
}

/** What a step is called with. One of an update sees the properties as they shall be. */
export function inputOf(turn: ResourceTurn, incarnation: IncarnationRecord, mark: string, step: string): StepInput {
  const made = new Map<string, Made>();
  for (const { name, state } of incarnation.steps) {
    if (state.at === 'done' || state.at === 'waiting' || state.at === 'leaving') {
      const { bare } = nameOf(name);
      made.delete(bare); // what speaks of a thing last stands last
      made.set(bare, { physicalId: state.physicalId, data: mapFrom(turn.clear(state.data)) });
    }
  }
  const { work } = incarnation;
  const properties = work !== null && nameOf(step).isWork ? work.properties : incarnation.properties;
  return {
    properties: mapFrom(turn.clear(properties)),
    physicalName: incarnation.physicalName,
    mark,
    made,
  };
}

/** One call, after the commit and within the lease; its answer comes back as `called`. */
export function call(
  turn: ResourceTurn,
  incarnation: Uuid,
  step: string,
  what: Called['what'],
  request: CloudCall,
): void {
  turn.setMemory({ busy: true });
  const credential = turn.clear(turn.resource.credential ?? '');
  turn.effect({
    do: 'task',
    cloud: true,
    run: async world => {
      const outcome = await world.cloud.call(credential, request, limits.callDeadlineMs);
      const called: Called = { kind: 'called', incarnation, step, what, outcome };
      return called;
    },
  });
}

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

function exists(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  mark: string,
  made: Made,
  body: Value,
): void {
  const readiness = step.ready(body);
  const known = incarnation.steps.find(({ name }) => name === step.name)?.state;
  if (readiness.kind === 'waiting' && known?.at === 'waiting' && known.physicalId === made.physicalId) {
    turn.armIn('step', limits.pollMs); // nothing new: no row is written for having looked
    turn.setTrouble(incarnation.id, step.name, undefined);
    return;
  }
  const data = turn.kept(writeJson(made.data), incarnation.secret);
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
    const body = bodyOf(answer);
    exists(
      turn,
      incarnation,
      step,
      state.mark,
      step.made(body, inputOf(turn, incarnation, state.mark, step.name)),
      body,
    );
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

/** The same call is made again after a pause, in milliseconds; why is noted. */
export function pauseFor(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  pauseMs: number,
  why: CloudOutcome | string,
): void {
  turn.armIn('step', pauseMs);
  const message = typeof why === 'string' ? why : troubleOf(why);
  turn.setTrouble(incarnation.id, step.name, message, addMs(turn.context.now(), pauseMs));
}

/** In words, why a call that brought this is made again. */
export function troubleOf(outcome: CloudOutcome): string {
  if (outcome.kind !== 'answered') return `no answer: ${outcome.reason}`;
  const { error, message } = refusalOf(outcome.answer);
  return `${error}: ${message}`;
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

/** 2^n seconds and up to two more. */
export function retryPauseMs(turn: ResourceTurn, tries: number): number {
  return 1_000 * 2 ** Math.min(tries, 6) + turn.context.below(2_000);
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
  if (made !== undefined) {
    // The list's entry need not say what the thing itself does: it is shown before it counts as ready.
    const data = turn.kept(writeJson(made.data), incarnation.secret);
    turn.setStep(incarnation.id, step.name, { at: 'waiting', mark: state.mark, physicalId: made.physicalId, data }, 0);
    if (isMain(turn, incarnation, step)) turn.setIncarnation(incarnation.id, { physicalId: made.physicalId });
    return;
  }
  absent(turn, incarnation, step, record);
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
  if (step.unique && isForward(turn, incarnation)) {
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

/** Looks come after 5, 15, 45 s …, the last just after nothing can land any more. Milliseconds from now. */
export function nextLookMs(now: HybridTime, looks: number, notAfter: HybridTime): number {
  const left = (notAfter - now) / 1_024 + 1_000;
  return Math.max(1, Math.min(limits.debtFirstLookMs * limits.debtLookFactor ** Math.min(looks, 8), left));
}

/** The attempt becomes a debt: it may land yet, and nobody waits for it. */
function owe(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, mark: string, notAfter: HybridTime): void {
  const id = turn.context.uuid();
  const made: Record<string, readonly [string, string]> = {};
  for (const { name, state } of incarnation.steps) {
    if (state.at === 'done' || state.at === 'waiting' || state.at === 'leaving')
      made[nameOf(name).bare] = [state.physicalId, state.data];
  }
  const { isWork, bare } = nameOf(step.name);
  const debt: DebtRecord = {
    id,
    type: incarnation.type,
    step: bare,
    service: step.service,
    mark,
    physicalName: incarnation.physicalName,
    properties: isWork ? (incarnation.work?.properties ?? incarnation.properties) : incarnation.properties,
    made,
    credential: turn.resource.credential ?? '',
    notAfter,
    looks: 0,
    lastLook: false,
    over: false,
  };
  const address: Address = { ...turn.context.self, kind: 'debt', id };
  turn.effect({ do: 'birth', address, durable: { table: 'debts', key: id, value: debt }, plan: null });
  turn.tell(address, { kind: 'woken' });
}

/**
 * A new incarnation with a new mark takes over what the old one made. The old one's row ends: what it may still
 * bring is the debt's.
 */
function renew(turn: ResourceTurn, old: IncarnationRecord): void {
  const current = turn.incarnation(old.id);
  invariant(current !== undefined, 'the incarnation that is given up is there');
  const id = turn.context.uuid();
  const type = turn.type(old.type);
  turn.addIncarnation({
    ...current,
    id,
    physicalName: physicalName(turn.resource.stackName, turn.resource.name, id, type.maxNameLength),
    physicalId: null,
  });
  turn.setIncarnation(old.id, {
    life: 'gone',
    physicalId: null,
    steps: current.steps.map(step => ({ ...step, state: { at: 'idle' } })),
  });
  turn.set({ current: id });
  turn.setHolds(id, turn.resource.holds[old.id]);
  turn.setHolds(old.id, undefined);
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
    const body = bodyOf(answer);
    exists(
      turn,
      incarnation,
      step,
      state.mark,
      step.made(body, inputOf(turn, incarnation, state.mark, step.name)),
      body,
    );
  } else if (outcome.kind === 'answered' && outcome.answer.status === 404) {
    turn.setStep(incarnation.id, step.name, { at: 'idle' });
    if (isForward(turn, incarnation)) fail(turn, 'NotFound', `${step.name} is gone before it was ready`);
  } else {
    turn.armIn('step', limits.pollMs);
    turn.setTrouble(incarnation.id, step.name, troubleOf(outcome));
  }
}
