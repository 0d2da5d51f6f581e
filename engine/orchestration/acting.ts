/**
 * Suspending, resuming and checking a resource (contract: lifecycle §6, §10): nothing is made, nothing is compared.
 *
 * Suspending goes from users to what they require, the other two the other way. A type that has no such step only
 * changes its state. A check that fails holds nobody up: the stack gathers all of them.
 */
import { addMs } from '../kernel/clock.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { canCheck, type ChangeSteps, type LocalOutcome, mainStep } from '../kit/resource.ts';
import { bodyOf, isUnreadable, refusalOf, refuses, succeeded } from './answers.ts';
import { failed, lifeContext, liveOf, mapFrom, reasonOf } from './making.ts';
import type { Called } from './messages.ts';
import { type IncarnationRecord, isActing, type ResourceAction } from './records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { call, inputOf, stepOf, stepsWith } from './steps.ts';
import { startWork } from './working.ts';

/** Whom it waits for in this generation. */
export function waitsFor({
  task,
  requires,
  requiredBy,
}: ResourceTurn['resource']): ResourceTurn['resource']['requires'] {
  return task === 'SUSPEND' ? requiredBy : requires;
}

export function act(turn: ResourceTurn): void {
  const { resource, current } = turn;
  const action = resource.task as 'SUSPEND' | 'RESUME' | 'CHECK';
  if (resource.action === action && resource.status === 'COMPLETE' && current?.generation === resource.generation) {
    acted(turn);
  } else if (action === 'CHECK') {
    check(turn, current);
  } else if (!mayAct(turn, action)) {
    const invalid = `State ('${resource.action}', '${resource.status}') invalid for ${action.toLowerCase()}`;
    failed(turn, resource.generation, reasonOf(turn, 'Error', '', invalid), action);
  } else {
    begin(turn, action, current);
  }
}

function mayAct({ resource, current }: ResourceTurn, action: 'SUSPEND' | 'RESUME'): boolean {
  if (current === undefined || current.life !== 'live') return false;
  if (resource.action === action) return true;
  return resource.status === 'COMPLETE' && (action === 'SUSPEND' || resource.action === 'SUSPEND');
}

function begin(turn: ResourceTurn, action: 'SUSPEND' | 'RESUME', current: IncarnationRecord | undefined): void {
  invariant(current !== undefined, 'what may act is there');
  turn.status(action, 'IN_PROGRESS');
  turn.setIncarnation(current.id, { generation: turn.resource.generation });
  const { life } = turn.type(current.type);
  const live = liveOf(turn, current);
  const kind = action === 'SUSPEND' ? 'suspend' : 'resume';
  let steps: ChangeSteps | undefined;
  let takes: LocalOutcome<null> | undefined;
  if (life.kind === 'cloud') steps = life[kind]?.(live);
  if (life.kind === 'local') takes = life[kind]?.(live, lifeContext(turn, current.physicalName));
  if (takes !== undefined) {
    startWork(turn, current, kind, { steps: [] });
    const failed = takes.kind === 'failed' ? { error: takes.error, message: takes.message } : null;
    turn.setIncarnation(current.id, { wait: { until: addMs(turn.context.now(), takes.waitMs), failed } });
  } else if (life.kind === 'nested') {
    startWork(turn, current, kind, { steps: [] });
  } else if (steps === undefined) {
    turn.status(action, 'COMPLETE');
  } else {
    startWork(turn, current, kind, steps);
  }
}

function check(turn: ResourceTurn, current: IncarnationRecord | undefined): void {
  const { resource } = turn;
  // What is there may be of another type than what its definition says: an update failed before it was replaced.
  const type = turn.type(current?.type);
  const { life } = type;
  const checks = canCheck(type);
  if (current === undefined || current.life !== 'live') {
    if (checks) failCheck(turn, current, 'Error', `Can not check ${resource.name}, resource not created yet.`);
    else if (resource.action === 'INIT') acted(turn);
    else unsupported(turn, current);
  } else if (checks) {
    turn.status('CHECK', 'IN_PROGRESS', 'state changed', null, 'again');
    startWork(turn, current, 'check', { steps: [] });
    if (life.kind !== 'nested') ask(turn, current);
  } else {
    unsupported(turn, current);
  }
}

function unsupported(turn: ResourceTurn, current: IncarnationRecord | undefined): void {
  const { generation, order } = turn.resource;
  if (current !== undefined) turn.setIncarnation(current.id, { generation });
  turn.status('CHECK', 'COMPLETE', `CHECK not supported for ${order.alias ?? order.type}`);
  acted(turn);
}

/** Looks at its thing; what is shown comes back to `checked`. */
export function ask(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (turn.isArmed('step')) return; // paused
  const main = mainStep(stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties))));
  const { physicalId, physicalName } = incarnation;
  invariant(main !== undefined && physicalId !== null, 'what is checked has a thing');
  call(
    turn,
    incarnation.id,
    main.name,
    'show',
    main.show(physicalId, inputOf(turn, incarnation, physicalName, main.name)),
  );
}

export function checked(turn: ResourceTurn, incarnation: IncarnationRecord, called: Called): void {
  const { outcome } = called;
  if (outcome.kind === 'answered' && refuses(outcome.answer)) {
    const { error, message } = refusalOf(outcome.answer);
    failCheck(turn, incarnation, error, message);
    return;
  }
  const said = faultIn(turn, incarnation, called);
  if (said === undefined) {
    turn.armIn('step', limits.pollMs); // no answer says nothing
  } else if (said.fault === undefined) {
    const generation = incarnation.work?.generation ?? turn.resource.generation;
    turn.setIncarnation(incarnation.id, { work: null, unsound: '', generation });
    turn.status('CHECK', 'COMPLETE');
    acted(turn);
  } else {
    failCheck(turn, incarnation, 'Error', said.fault);
  }
}

/** What its type finds wrong with what is shown; undefined where nothing can be read. */
function faultIn(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  { outcome, step }: Called,
): { readonly fault: string | undefined } | undefined {
  const { life } = turn.type(incarnation.type);
  const answer = succeeded(outcome);
  if (answer === undefined || life.kind !== 'cloud') return undefined;
  try {
    const body = bodyOf(answer);
    const input = inputOf(turn, incarnation, incarnation.physicalName, step);
    const { data } = stepOf(turn, incarnation, step).made(body, input);
    return { fault: life.check?.(body, { ...liveOf(turn, incarnation), data }) };
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return undefined;
  }
}

function failCheck(
  turn: ResourceTurn,
  incarnation: IncarnationRecord | undefined,
  error: string,
  message: string,
): void {
  const generation = incarnation?.work?.generation ?? turn.resource.generation;
  const reason = reasonOf(turn, error, '', message);
  if (incarnation !== undefined) turn.setIncarnation(incarnation.id, { work: null, unsound: 'CHECK', generation });
  turn.status('CHECK', 'FAILED', reason, null, 'again');
  if (isActing(turn.resource.task)) turn.set({ failedIn: generation, failure: `CHECK failed: ${reason}` });
  acted(turn);
}

/**
 * It has done what this generation is about: whoever waits for it goes on. That settles nothing of what earlier ones
 * left open: only who was as it shall be before still is.
 */
export function acted(turn: ResourceTurn): void {
  if (!isActing(turn.resource.task)) return; // a newer generation is about something else
  const { generation, clean } = turn.resource;
  turn.set({ reached: generation, clean: clean === generation - 1 ? generation : clean });
  tellActed(turn);
  turn.tellSettled(turn.resource.failedIn === generation ? turn.resource.failure : undefined);
}

export function tellActed(turn: ResourceTurn): void {
  const { generation, id, task, requires, requiredBy } = turn.resource;
  const ready = { kind: 'ready', generation, resource: id, incarnation: id, exported: '{}' };
  for (const address of task === 'SUSPEND' ? requires : requiredBy) turn.tell(address, ready);
}

/** The state that a user says it is in (contract: rest-api §4.1, mark unhealthy). */
export function marked(turn: ResourceTurn, unhealthy: boolean, reason: string): void {
  const { current } = turn;
  const action: ResourceAction = 'CHECK';
  if (current !== undefined) turn.setIncarnation(current.id, { unsound: unhealthy ? 'CHECK' : '' });
  turn.status(action, unhealthy ? 'FAILED' : 'COMPLETE', reason);
}
