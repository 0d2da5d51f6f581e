/** Whether the things that a plan's `external_id`s name are there (contract: lifecycle §6): asked as the user. */
import type { World } from '../actors/world.ts';
import { errors, type HeatError, isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { mainStep, type Registry, stepsOf } from '../kit/resource.ts';
import type { CloudCall } from '../kernel/world.ts';
import { emptyMap } from '../values/value.ts';
import type { PlanMade, PlannedResource } from './jobs.ts';
import { callService } from './own-calls.ts';

/** StackValidationFailed for the first that its service does not know; no answer is no refusal: it is asked again later. */
async function checkExternals(
  world: World,
  registry: Registry,
  project: string,
  credential: string,
  plan: PlanMade,
): Promise<HeatError | undefined> {
  for (const resource of plan.resources) {
    const { externalId, type } = resource;
    const call = externalId === undefined ? undefined : showCall(registry, resource, externalId);
    if (call === undefined) continue;
    const asker = { project, isAdmin: false };
    const outcome = await callService(world, asker, credential, call, limits.callDeadlineMs);
    if (outcome.kind !== 'answered' || outcome.answer.status !== 404) continue;
    const message = `Invalid external resource: Resource ${externalId} (${type}) can not be found.`;
    return errors.StackValidationFailed({ message });
  }
  return undefined;
}

/** A task that plans for a user, and then looks for what its plan only watches. */
export function lookingForExternals<T extends { readonly plan: PlanMade | HeatError }>(
  registry: Registry,
  { project, credential }: { readonly project: string; readonly credential?: string | undefined },
  planning: (world: World) => Promise<T>,
): (world: World) => Promise<T> {
  return async world => {
    const made = await planning(world);
    const { plan } = made;
    if (credential === undefined || isHeatError(plan)) return made;
    const fault = await checkExternals(world, registry, project, world.vault.open(credential), plan);
    return fault === undefined ? made : { ...made, plan: fault };
  };
}

function showCall(registry: Registry, { implementation }: PlannedResource, id: string): CloudCall | undefined {
  const life = registry.get(implementation)?.life;
  if (life?.kind !== 'cloud') return undefined;
  const steps = stepsOf(life, emptyMap);
  return mainStep(steps)?.show(id, { properties: emptyMap, physicalName: '', mark: '', made: new Map() });
}
