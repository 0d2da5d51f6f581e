import { type Behaviour, erase } from '../actors/actor.ts';
import type { Registry } from '../kit/resource.ts';
import { debtBehaviour } from './debt.ts';
import { resourceBehaviour } from './resource.ts';
import { stackBehaviour } from './stack.ts';

/** Commands that un-park a stack (architecture: One bad stack must not spoil its neighbours). */
export const unparks: ReadonlySet<string> = new Set(['remove', 'update', 'order']);

/** What runs each kind of actor, over the types that are registered; a simulator spreads stacks by smaller buckets. */
export function behaviours(registry: Registry, resourcesPerBucket?: number): readonly Behaviour<unknown>[] {
  return [
    erase(stackBehaviour(registry, resourcesPerBucket)),
    erase(resourceBehaviour(registry)),
    erase(debtBehaviour(registry)),
  ];
}
