/**
 * What a resource is in its service now (contract: rest-api §4.1: every attribute is resolved live).
 *
 * The service is asked as the caller, whose own rights decide what it may see. What to ask for an attribute is the
 * type's to say (kit/live.ts). Where no answer comes, what was kept when the resource was made stands in; where the
 * thing is not there, nothing does.
 */
import type { World } from '../actors/world.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall } from '../kernel/world.ts';
import { refreshed } from '../kit/live.ts';
import type { Live, LiveAnswer, ResourceType } from '../kit/resource.ts';
import { bodyOf, isUnreadable, succeeded } from '../orchestration/answers.ts';
import { callService } from '../orchestration/own-calls.ts';
import type { Caller } from '../../proto/engine.ts';

/** A service did not say whether there is such a thing. */
class NoAnswer extends Error {}

/** The same thing with its data as they are now, for one attribute. */
export async function fresh(
  world: World,
  caller: Caller,
  type: ResourceType,
  live: Live,
  attribute: string,
): Promise<Live> {
  const ask = async (call: CloudCall): Promise<LiveAnswer> => {
    const outcome = await callService(world, caller, `token:${caller.token}`, call, limits.showDeadlineMs);
    const answer = succeeded(outcome);
    if (answer !== undefined) return bodyOf(answer);
    const status = outcome.kind === 'answered' ? outcome.answer.status : 500;
    if (status < 500 && status !== 401 && status !== 403) return undefined;
    throw new NoAnswer();
  };
  try {
    return await refreshed(type, live, attribute, ask);
  } catch (error) {
    if (error instanceof NoAnswer || isUnreadable(error)) return live;
    throw error;
  }
}
