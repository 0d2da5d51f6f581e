/**
 * What a resource does next, from its state alone: goes on with what is under way, begins, cleans up, leaves, or waits.
 */
import { act, ask, waitsFor } from './acting.ts';
import { adopt, isAdopting } from './adopting.ts';
import { converge } from './converging.ts';
import { pausesBefore } from './hooks.ts';
import { cleanUp, leave, undo } from './leaving.ts';
import { abort, awaitLocal } from './making.ts';
import { type IncarnationRecord, isActing } from './records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { advanceNested, isOutdated, stopGivenUp, supersede } from './nesting.ts';
import { advanceSteps } from './steps.ts';
import { advanceWork } from './working.ts';

/** As Heat names what it gives up. */
function abortText(turn: ResourceTurn, why: string): string {
  const { resource, context } = turn;
  const { className } = turn.type();
  const task = resource.status === 'IN_PROGRESS' ? resource.action.toLowerCase() : 'create';
  const thing = task === 'create' || resource.physicalId === null ? '' : ` [${resource.physicalId}]`;
  return `Task ${task} from ${className} "${resource.name}"${thing} Stack "${resource.stackName}" [${context.self.stack}] ${why}`;
}

/** Does what can be done now. */
export function advance(turn: ResourceTurn): void {
  // A loop, since what one step records another acts on; a state that waits for a call, a timer or others ends it.
  for (let last: unknown; last !== turn.finish().state && !turn.busy && !turn.resource.absent; ) {
    last = turn.finish().state;
    once(turn);
  }
}

/** Something of it may begin: its stack goes on, it has not failed, and all that it waits for is there. */
export function mayStart(turn: ResourceTurn): boolean {
  const { resource, allowed } = turn;
  if (resource.stopped || resource.failedIn === resource.generation || !allowed) return false;
  if (resource.credential === null && turn.type().life.kind !== 'local') return false; // its stack will tell
  return waitsFor(resource).every(({ id }) => turn.ready.has(id));
}

function once(turn: ResourceTurn): void {
  const { resource, current, worked } = turn;
  const running = current?.life === 'making' ? current : worked;
  if (running === undefined) turn.disarm('deadline');
  if (resource.removed) {
    leave(turn);
  } else if (running !== undefined) {
    run(turn, running);
  } else {
    const going = turn.incarnations.find(({ life }) => life === 'going');
    if (going !== undefined && resource.failedIn !== resource.generation) undo(turn, going);
    else if (resource.reached === resource.generation) cleanUp(turn);
    else if (mayStart(turn) && !pausesBefore(turn)) goFor(turn);
  }
}

/** What is under way goes on, also after its stack failed, or a newer generation came. */
function run(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (turn.resource.stopped && endsInTime(turn)) return;
  if (isAdopting(incarnation)) {
    adopt(turn, incarnation);
    return;
  }
  if (incarnation.child !== null) {
    const isOver = isOutdated(turn, incarnation) && !isActing(turn.resource.task);
    if (isOver && mayStart(turn) && !pausesBefore(turn)) {
      supersede(turn, incarnation);
      goFor(turn);
    } else {
      advanceNested(turn, incarnation);
    }
    return;
  }
  if (incarnation.work?.kind === 'check') ask(turn, incarnation);
  else if (incarnation.work !== null) advanceWork(turn, incarnation);
  else if (incarnation.steps.length > 0) advanceSteps(turn, incarnation);
  else awaitLocal(turn);
}

function goFor(turn: ResourceTurn): void {
  if (isActing(turn.resource.task)) act(turn);
  else converge(turn);
}

/**
 * What runs may end by itself after its stack failed, but no later than the action's time: nobody else waits for it.
 * True if the time is over, and it with it.
 */
function endsInTime(turn: ResourceTurn): boolean {
  const { deadline } = turn.resource;
  if (turn.context.now() < deadline) {
    turn.arm('deadline', deadline);
    return false;
  }
  giveUp(turn, 'Timed out');
  return true;
}

export function giveUp(turn: ResourceTurn, why: string): void {
  abort(turn, abortText(turn, why));
  stopGivenUp(turn);
}
