/**
 * What a create would make, stack in stack (contract: rest-api §3.5): a resource that is a stack is shown as the list of
 * what is in there, planned as the resource would order it. One of which that cannot be told yet is shown as it is.
 */
import type { World } from '../actors/world.ts';
import { isHeatError } from '../kernel/errors.ts';
import { LifeFailure, type Registry, type ResourceType } from '../kit/resource.ts';
import { childJob } from '../orchestration/child-plan.ts';
import { planFor } from '../orchestration/fetching.ts';
import type { PlanMade, PlannedResource } from '../orchestration/jobs.ts';
import { facadeText, updatePolicyIn } from '../orchestration/plan-facts.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import { emptyMap } from '../values/value.ts';
import type { PreviewedResource, ResourcePreviewed, StackIdentity } from '../../proto/engine.ts';
import { previewedResources } from './preview.ts';

export interface TreeAbout {
  readonly world: World;
  readonly registry: Registry;
  readonly isAdmin: boolean;
  /** As whom services are asked. */
  readonly credential: string;
  readonly timeoutMins: number | null;
}

/** All resources of the plan, which is of a stack of that name. */
export async function previewTree(
  about: TreeAbout,
  plan: PlanMade,
  identity: StackIdentity,
  depth = 0,
): Promise<readonly PreviewedResource[]> {
  const entries = previewedResources(about.registry, plan);
  const found: PreviewedResource[] = [];
  for (const [i, planned] of plan.resources.entries()) {
    const entry = entries[i];
    if (entry === undefined) continue;
    const type = planned.nested ? about.registry.get(planned.implementation) : undefined;
    const stack = { ...identity, name: `${identity.name}-${planned.name}` };
    const child = type === undefined ? undefined : await childOf(about, { plan, planned, type, entry, stack, depth });
    if (child === undefined) found.push(entry);
    else found.push({ stack, parentResource: planned.name, nested: await previewTree(about, child, stack, depth + 1) });
  }
  return found;
}

interface Nested {
  readonly plan: PlanMade;
  readonly planned: PlannedResource;
  readonly type: ResourceType;
  readonly entry: ResourcePreviewed;
  readonly stack: StackIdentity;
  readonly depth: number;
}

/** Undefined where it cannot be planned before something else is made. */
async function childOf(
  { world, isAdmin, credential, timeoutMins }: TreeAbout,
  { plan, planned, type: { life }, entry, stack, depth }: Nested,
): Promise<PlanMade | undefined> {
  if (life.kind !== 'nested' || life.apart === true) return undefined;
  try {
    const { definitions } = life.plan(entry.properties, {
      resourceName: planned.name,
      updatePolicy: updatePolicyIn(planned.policies),
      stackTimeoutMs: timeoutMs(timeoutMins),
      kept: emptyMap,
      previous: undefined,
      members: [],
    });
    const last = definitions.at(-1);
    if (last === undefined) return undefined;
    const { template, parameters, entry: way } = last;
    const asked = {
      template: template.kind === 'text' ? template.text : undefined,
      file: template.kind === 'file' ? template.name : undefined,
      parameters,
      entry: way,
      timeoutMins: last.timeoutMins ?? timeoutMins,
    };
    const job = childJob(asked, {
      stackId: 'None',
      stackName: stack.name,
      projectId: stack.project,
      depth: depth + 1,
      others: 0,
      parentResource: planned.name,
      environment: plan.environment,
      files: plan.files,
      isAdmin,
      extended: plan.facts.extended === true,
      facade: facadeText(entry.metadata, planned.deletionPolicy, updatePolicyIn(planned.policies)),
    });
    const made = await planFor(world, job, credential);
    if (isHeatError(made)) throw made;
    return made;
  } catch (error) {
    if (error instanceof LifeFailure || isHeatError(error)) return undefined;
    throw error;
  }
}
