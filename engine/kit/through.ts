/**
 * One type's life by another type's properties: AWS::EC2::Instance is Nova's server, said in other words.
 *
 * The inner life sees its own properties alone; the rows keep what the user said. Pure, like the view itself: the same
 * properties always give the same inner ones.
 */
import { pyEquals } from '../values/python.ts';
import type { ValueMap } from '../values/value.ts';
import {
  type Change,
  type ChangeSteps,
  type CloudLife,
  type Live,
  type Step,
  type StepInput,
  stepsOf,
} from './resource.ts';

/** A type's properties, with what was chosen (`@…`), as the inner type has them. */
export type View = (properties: ValueMap) => ValueMap;

export function lifeThrough(inner: CloudLife, view: View): CloudLife {
  const { chosen, update, prepareReplace, restorePrevious, check, suspend, resume, whenFailed, lost } = inner;
  const through = <T extends string | undefined>(said: ChangeSteps | T): ChangeSteps | T =>
    typeof said === 'object' ? changeThrough(said, view) : said;
  return {
    kind: 'cloud',
    steps: properties => stepsOf(inner, view(properties)).map(step => stepThrough(step, view)),
    ...(chosen && { chosen: (properties, context) => chosen(view(properties), context) }),
    ...(update && { update: change => through(update(seenChange(change, view))) }),
    ...(prepareReplace && { prepareReplace: change => through(prepareReplace(seenChange(change, view))) }),
    ...(restorePrevious && {
      restorePrevious: (live, successor) => {
        const steps = restorePrevious(seenLive(live, view), successor && seenLive(successor, view));
        return steps && changeThrough(steps, view);
      },
    }),
    ...(whenFailed && { whenFailed }),
    ...(lost && { lost }),
    ...(check && { check: (body, live) => check(body, seenLive(live, view)) }),
    ...(suspend && { suspend: live => changeThrough(suspend(seenLive(live, view)), view) }),
    ...(resume && { resume: live => changeThrough(resume(seenLive(live, view)), view) }),
  };
}

/** A step that sees the inner properties. */
export function stepThrough(step: Step, view: View): Step {
  const seen = (input: StepInput): StepInput => ({ ...input, properties: view(input.properties) });
  const { gone } = step;
  return {
    ...step,
    create: input => step.create(seen(input)),
    made: (body, input) => step.made(body, seen(input)),
    find: input => step.find(seen(input)),
    found: (body, input) => step.found(body, seen(input)),
    show: (physicalId, input) => step.show(physicalId, seen(input)),
    remove: (physicalId, input) => step.remove(physicalId, seen(input)),
    ...(gone && { gone: (body, input) => gone(body, seen(input)) }),
  };
}

export function seenLive(live: Live, view: View): Live {
  return { ...live, properties: view(live.properties) };
}

/** What differs is what the inner type sees to differ. */
function seenChange(change: Change, view: View): Change {
  const [before, after] = [seenLive(change.before, view), view(change.after)];
  const names = [...new Set([...before.properties.keys(), ...after.keys()])];
  const changed = names.filter(name => !pyEquals(before.properties.get(name) ?? null, after.get(name) ?? null));
  return { ...change, before, after, changed: new Set(changed) };
}

function changeThrough(said: ChangeSteps, view: View): ChangeSteps {
  return { ...said, steps: said.steps.map(step => stepThrough(step, view)) };
}
