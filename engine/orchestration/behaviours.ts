import { type Behaviour, erase } from '../actors/actor.ts';
import type { Spread } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { debtBehaviour } from './debt.ts';
import { resourceBehaviour } from './resource.ts';
import { stackBehaviour } from './stack.ts';

/** Commands that un-park a stack (architecture: One bad stack must not spoil its neighbours). */
export const unparks: ReadonlySet<string> = new Set(['remove', 'update', 'order', 'wake', 'reset']);

/** What runs each kind of actor, over the types that are registered. */
export function behaviours(registry: Registry, spread?: Spread): readonly Behaviour<unknown>[] {
  return [erase(stackBehaviour(registry, spread)), erase(resourceBehaviour(registry)), erase(debtBehaviour(registry))];
}
