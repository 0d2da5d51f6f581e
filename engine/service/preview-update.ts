/**
 * PUT and PATCH of …/preview (contract: rest-api §3.6): what an update would change, resource by resource, and why.
 *
 * Planned as the update is (orchestration/plan.ts), told apart by the same function (transition.ts); what each becomes
 * is its outlook (outlook.ts). It is not refused while the stack is suspended or on its way out, as in Heat.
 */
import type { World } from '../actors/world.ts';
import { isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { planUpdate } from '../orchestration/plan.ts';
import type { Caller, ChangePreviewed, StackChange, UpdatePreview } from '../../proto/engine.ts';
import type { FoundStack } from './access.ts';
import { updateOf } from './commands.ts';
import { type Level, levelOf } from './preview-levels.ts';

/**
 * `withNested`: with what changes in the stacks below. Throws what an update is refused with, but for the guards;
 * NotSupported for a change that a type refuses.
 */
export async function previewUpdate(
  world: World,
  registry: Registry,
  caller: Caller,
  { record, identity }: FoundStack,
  change: StackChange,
  withNested: boolean,
): Promise<UpdatePreview> {
  const made = await planUpdate(world, record, await updateOf(world, caller, change));
  if (isHeatError(made)) throw made;
  const plan = { ...made, environment: world.vault.open(made.environment), outputs: world.vault.open(made.outputs) };
  const { nestedDepth: depth } = record;
  const level = await levelOf(
    { world, registry, caller, change, until: world.clock.monotonic() + limits.previewReadsMs },
    { record, identity, depth, parentResource: undefined },
    plan,
  );
  return withNested ? merged(level) : level.lists;
}

function merged(level: Level): UpdatePreview {
  const all = levelsIn(level);
  const of = (fate: keyof UpdatePreview): readonly ChangePreviewed[] => all.flatMap(({ lists }) => lists[fate]);
  return {
    unchanged: of('unchanged'),
    updated: of('updated'),
    replaced: of('replaced'),
    added: of('added'),
    deleted: of('deleted'),
  };
}

function levelsIn(level: Level): readonly Level[] {
  return [level, ...level.below.flatMap(levelsIn)];
}
