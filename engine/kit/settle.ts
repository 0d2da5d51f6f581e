/**
 * Steps beside the one that makes a thing: they read what must be known first, or set on it what its create could not
 * say. Both may be called any number of times (Step.repeatable), so nothing of them has to be found after a crash.
 *
 *   reading ─▶ make (the mark is in the call) ─▶ setting: the user's own value goes where the mark stood
 *
 * A crash between making and setting is found by the mark, which is still there (contract: marks, rule 4).
 */
import { invariant } from '../kernel/invariant.ts';
import type { CloudCall } from '../kernel/world.ts';
import { mapOf, type Value, type ValueMap } from '../values/value.ts';
import type { Made, Readiness, Step, StepInput } from './resource.ts';

export interface ReadingStep {
  readonly name: string;
  call(input: StepInput): CloudCall;
  /** What later steps need to know of the answer. Throws LifeFailure where it cannot be read. */
  made(body: Value, input: StepInput): Made;
  /** Where what is read may be a reason to fail; default ready. */
  ready?(body: Value): Readiness;
  /** What is read may be a secret. */
  readonly secret?: boolean;
}

/** A GET before, between or after other steps; there is nothing to undo. */
export function readingStep({ name, call, made, ready, secret }: ReadingStep): Step {
  return { ...repeatable(name, call, made), ...(ready && { ready }), ...(secret && { secret }) };
}

export interface SettingStep {
  readonly name: string;
  /** The earlier step on whose thing something is set. */
  readonly on: string;
  call(thing: Made, input: StepInput): CloudCall;
  /** That thing's data afterwards; default as before. */
  keep?(thing: Made, body: Value, input: StepInput): ValueMap;
}

/** A PUT afterwards, the same however often it comes; it goes with the thing on which it was set. */
export function settingStep({ name, on, call, keep }: SettingStep): Step {
  return repeatable(
    name,
    input => call(latestOf(input, on), input),
    (body, input) => {
      const thing = latestOf(input, on);
      return { physicalId: thing.physicalId, data: keep?.(thing, body, input) ?? thing.data };
    },
  );
}

/** What a preview has in the place of what a step will make: an id in braces, and nothing is known of it. */
export function foreseen(step: string): Made {
  return { physicalId: `{${step}}`, data: mapOf([['@foreseen', true]]) };
}

export function isForeseen({ data }: Made): boolean {
  return data.get('@foreseen') === true;
}

/** What an earlier step made, as the last step that spoke of it left it. */
export function latestOf(input: StepInput, step: string): Made {
  const thing = thingOf(input, step);
  return [...input.made.values()].findLast(made => made.physicalId === thing.physicalId) ?? thing;
}

/** What an earlier step made. */
export function thingOf(input: StepInput, step: string): Made {
  const thing = input.made.get(step);
  invariant(thing !== undefined, `step ${step} comes first`);
  return thing;
}

function repeatable(
  name: string,
  call: (input: StepInput) => CloudCall,
  made: (body: Value, input: StepInput) => Made,
): Step {
  return {
    name,
    service: '',
    unique: false,
    repeatable: true,
    conflict: 'retry',
    create: call,
    made,
    find: call,
    found: made,
    show: (_physicalId, input) => call(input),
    ready: () => ({ kind: 'ready' }),
    remove: () => undefined,
  };
}
