/** Bugs in how side effects survive a crash. */
import { erase } from '../../../engine/actors/actor.ts';
import { addMs } from '../../../engine/kernel/clock.ts';
import type { CloudOutcome, Message } from '../../../engine/kernel/world.ts';
import type { Step } from '../../../engine/kit/resource.ts';
import type { Called } from '../../../engine/orchestration/messages.ts';
import { isList, isMap, mapOf } from '../../../engine/values/value.ts';
import type { Plant } from './plant.ts';

/** A create without an answer is taken for one that was never sent. */
export const createWithoutLook: Plant = {
  name: 'create-without-look',
  rule: 'who got no answer looks by the mark before anything else',
  noticedBy: ['cloud matches rows', 'cloud is accounted for', 'ends as it deserves'],
  behaviour: behaviour =>
    erase({
      ...behaviour,
      handle: (state, message, context) => behaviour.handle(state, unsent(message), context),
    }),
};

function unsent(message: Message): Message {
  if (message.kind !== 'called') return message;
  const called = message as Called;
  if (called.what !== 'create' || !isAmbiguous(called.outcome)) return message;
  return { ...called, outcome: { kind: 'unsent', reason: 'no answer' } } as Message;
}

function isAmbiguous(outcome: CloudOutcome): boolean {
  return outcome.kind === 'unknown' || (outcome.kind === 'answered' && outcome.answer.status >= 500);
}

const longAfterMs = 600_000;

/** A debt's first look counts as its last. */
export const noNotAfter: Plant = {
  name: 'no-not-after',
  rule: 'absent before notAfter proves nothing',
  from: 30,
  noticedBy: ['cloud is accounted for', 'cloud matches rows'],
  more: { 'cloud-lands-late': 3 },
  behaviour: behaviour =>
    behaviour.kind !== 'debt'
      ? behaviour
      : erase({
          ...behaviour,
          handle: (state, message, context) => {
            const now = () => (message.kind === 'elapsed' ? addMs(context.now(), longAfterMs) : context.now());
            return behaviour.handle(state, message, { ...context, now });
          },
        }),
};

/** The first thing of a list is taken for ours. */
export const adoptForeign: Plant = {
  name: 'adopt-foreign',
  rule: 'what is found is ours only if its mark is, byte for byte',
  noticedBy: ['foreign things untouched', 'cloud matches rows', 'cloud is accounted for', 'ends as it deserves'],
  more: { 'cloud-twin': 3 },
  type: type => {
    if (type.life.kind !== 'cloud' || typeof type.life.steps === 'function') return type;
    return { ...type, life: { kind: 'cloud', steps: type.life.steps.map(credulous) } };
  },
};

function credulous(step: Step): Step {
  return {
    ...step,
    found: (body, input) => {
      const list = isMap(body) ? body.get(`${step.name}s`) : undefined;
      const first = list !== undefined && isList(list) ? list[0] : undefined;
      return first === undefined ? undefined : step.made(mapOf([[step.name, first]]), input);
    },
  };
}
