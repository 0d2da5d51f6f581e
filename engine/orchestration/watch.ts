/** What whoever watches is told of stacks and resources: for spans and measures; nothing is decided by it. */
import type { Watch } from '../actors/actor.ts';
import { addMs, msOf } from '../kernel/clock.ts';
import type { ResourceState } from './resource-turn.ts';
import { type StackState, timeoutMs } from './stack-turn.ts';

export const stackWatch: Watch<StackState> = {
  describe: ({ record }) =>
    record === undefined
      ? {}
      : {
          'convect.name': record.name,
          'convect.generation': record.generation,
          'convect.status': `${record.action}_${record.status}`,
        },
  ended: (before, { record }) => {
    const was = before?.record ?? record;
    if (record === undefined || was === undefined || record.status === 'IN_PROGRESS') return undefined;
    // A stack that is nothing but resources that need no time is born, and done, in one turn.
    const hasEnded = before?.record === undefined || was.status === 'IN_PROGRESS';
    if (!hasEnded) return undefined;
    const beganAt = msOf(addMs(record.deadline, -timeoutMs(record.timeoutMins)));
    return { action: record.action, status: record.status, beganAt };
  },
};

export const resourceWatch: Watch<ResourceState> = {
  describe: ({ resource: { name, type, generation, action, status } }) => ({
    'convect.name': name,
    'convect.type': type,
    'convect.generation': generation,
    'convect.status': `${action}_${status}`,
  }),
};
