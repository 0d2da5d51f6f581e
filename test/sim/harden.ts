/**
 * What a behaviour meets in a simulated node: every message as it would come from another node, every value frozen,
 * and now and then a handler that throws, which must cost its stack a strike and nobody else anything.
 */
import type { Behaviour } from '../../engine/actors/actor.ts';
import type { Message } from '../../engine/kernel/world.ts';
import type { Cluster } from './cluster.ts';
import { throughWire } from './network.ts';

/** Thrown by the simulator in place of a bug. */
export class InjectedBug extends Error {
  override readonly name = 'InjectedBug';
}

export function harden<S>(behaviour: Behaviour<S>, cluster: Cluster): Behaviour<S> {
  const { wire } = cluster.options;
  return {
    ...behaviour,
    handle: (state, message, context) => {
      if (cluster.poison.mayHit(context.self.stack) && cluster.faults.roll('handler-throws')) {
        cluster.poison.hit(context.self.stack);
        throw new InjectedBug('a handler threw');
      }
      return behaviour.handle(state, received(throughWire(wire, context.self, message)), context);
    },
  };
}

/** Frozen as deep as it goes: a handler that changes what it was given fails at once. */
function received(message: Message): Message {
  freeze(message);
  return message;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  if (value instanceof Map || value instanceof Set) return;
  for (const inner of Object.values(value)) freeze(inner);
}
