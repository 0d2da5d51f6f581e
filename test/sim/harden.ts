/**
 * What a behaviour meets in a simulated node: many messages as they would come from another node, every value frozen,
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

/** Of messages within a node, so many are carried as between nodes: bytes and back cost more than most turns. */
const carriedShare = 0.25;

export function harden<S>(behaviour: Behaviour<S>, cluster: Cluster): Behaviour<S> {
  const { wire } = cluster.options;
  const { dice } = cluster.links;
  return {
    ...behaviour,
    handle: (state, message, context) => {
      if (cluster.poison.mayHit(context.self.stack) && cluster.faults.roll('handler-throws')) {
        cluster.poison.hit(context.self.stack);
        throw new InjectedBug('a handler threw');
      }
      const isCarried = dice.chance(carriedShare);
      return behaviour.handle(state, received(isCarried ? throughWire(wire, context.self, message) : message), context);
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
