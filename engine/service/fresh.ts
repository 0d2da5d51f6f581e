/**
 * What a resource is in its service now (contract: rest-api §4.1: every attribute is resolved live).
 *
 * The service is asked as the caller, whose own rights decide what it may see. Where no answer comes, what was kept
 * when the resource was made stands in; where the thing is not there, nothing does.
 */
import type { World } from '../actors/world.ts';
import { limits } from '../kernel/limits.ts';
import { type Live, type Made, type ResourceType, stepsOf } from '../kit/resource.ts';
import { bodyOf, isUnreadable, succeeded } from '../orchestration/answers.ts';
import type { IncarnationRecord } from '../orchestration/records.ts';
import type { Caller } from '../../proto/engine.ts';
import { opened } from './live.ts';

/** The same thing with its data as they are now; undefined where the service says that there is none. */
export async function fresh(
  world: World,
  caller: Caller,
  type: ResourceType,
  incarnation: IncarnationRecord,
  live: Live,
): Promise<Live | undefined> {
  if (type.life.kind !== 'cloud') return live;
  const steps = stepsOf(type.life, live.properties);
  const step = steps.at(-1);
  const state = incarnation.steps.at(-1)?.state;
  if (step === undefined || state === undefined || state.at === 'idle') return live;
  const made = new Map<string, Made>();
  for (const { name, state: known } of incarnation.steps) {
    if ('physicalId' in known) made.set(name, { physicalId: known.physicalId, data: opened(world, known.data) });
  }
  const input = { properties: live.properties, physicalName: live.physicalName, mark: state.mark, made };
  const call = step.show(live.physicalId, input);
  const outcome = await world.cloud.call(`token:${caller.token}`, call, limits.showDeadlineMs);
  if (outcome.kind === 'answered' && outcome.answer.status === 404) return undefined;
  const answer = succeeded(outcome);
  if (answer === undefined) return live;
  try {
    return { ...live, data: step.made(bodyOf(answer), input).data };
  } catch (error) {
    if (isUnreadable(error)) return live;
    throw error;
  }
}
