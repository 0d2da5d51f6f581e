/**
 * Steps that ask a service to do something with a thing that is there, and then wait until it is done: resize, suspend,
 * extend, detach.
 *
 *   POST (the action) ──accepted──▶ GET (the thing), again and again ──ready──▶ done
 *         └──refused──▶ GET: does it hold already? ──yes──▶ go on as accepted
 *                                   └──no──▶ a conflict: once more after a pause; else failed with the service's words
 *
 * Whoever did not see the answer sends the action again. A service that has begun with it, or done it, refuses the
 * second one; so a refusal is looked into once before it counts (Step.unique with Step.repeatable).
 */
import type { CloudCall } from '../kernel/world.ts';
import { isMap, type Value, type ValueMap } from '../values/value.ts';
import type { Made, Readiness, Step, StepInput } from './resource.ts';
import { latestOf } from './settle.ts';

export interface ActionStep {
  readonly name: string;
  /** The earlier step with whose thing something is done. */
  readonly on: string;
  call(thing: Made, input: StepInput): CloudCall;
  /** What is watched until `ready`. */
  show(thing: Made, input: StepInput): CloudCall;
  /** Of what is shown. */
  ready(body: Value): Readiness;
  /** Of what is shown after a refusal: it is being done, or is done, by an earlier attempt. */
  holds(body: Value, input: StepInput): boolean;
  /** The thing's data, of what is shown; default as before. */
  keep?(thing: Made, body: Value): ValueMap;
}

export function actionStep({ name, on, call, show, ready, holds, keep }: ActionStep): Step {
  const made = (body: Value, input: StepInput): Made => {
    const thing = latestOf(input, on);
    const data = isBlank(body) ? thing.data : (keep?.(thing, body) ?? thing.data);
    return { physicalId: thing.physicalId, data };
  };
  return {
    name,
    service: '',
    unique: true,
    repeatable: true,
    conflict: 'retry',
    create: input => call(latestOf(input, on), input),
    made,
    find: input => show(latestOf(input, on), input),
    found: (body, input) => (holds(body, input) ? made(body, input) : undefined),
    show: (_physicalId, input) => show(latestOf(input, on), input),
    ready: body => (isBlank(body) ? { kind: 'waiting' } : ready(body)),
    remove: () => undefined,
  };
}

export interface OnceStep {
  readonly name: string;
  /** The earlier step with whose thing something is done. */
  readonly on: string;
  call(thing: Made, input: StepInput): CloudCall;
  /** Asked where the call is refused. */
  look(thing: Made, input: StepInput): CloudCall;
  /** Of the look's answer: it is so already. */
  holds(body: Value, input: StepInput): boolean;
  /** The thing's data afterwards; default as before. */
  keep?(thing: Made, body: Value): ValueMap;
}

/** A call that is done when it is answered, and is refused where what it asks for is so already: a member joins, or leaves. */
export function onceStep({ look, ...rest }: OnceStep): Step {
  return { ...actionStep({ ...rest, show: look, ready: () => isDone }), conflict: 'fail', ready: () => isDone };
}

const isDone: Readiness = { kind: 'ready' };

/** Most actions are accepted without a word. */
function isBlank(body: Value): boolean {
  return body === null || (isMap(body) && body.size === 0);
}
