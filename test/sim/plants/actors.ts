/** Bugs in the runtime, the placement and the handlers. */
import { erase } from '../../../engine/actors/actor.ts';
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { Message } from '../../../engine/kernel/world.ts';
import type { Cluster } from '../cluster.ts';
import { forward } from './forward.ts';
import type { Plant } from './plant.ts';

/** A hand-off gives the keys back before the database forgets whose they were. */
export const releaseOrder: Plant = {
  name: 'release-order',
  rule: 'release in the database first, then in the directory',
  noticedBy: ['released before given back'],
  store: (store, _cluster, slot) =>
    forward(store, {
      release: async (me, shards) => {
        await slot.directory?.drop(shards);
        await store.release(me, shards);
      },
    }),
};

/** Tasks begin with the turn that asks for them. */
export const effectsBeforeCommit: Plant = {
  name: 'effects-before-commit',
  rule: 'what leaves a stack waits for the commit of its turn',
  noticedBy: ['effects after commit'],
  behaviour: (behaviour, _cluster, slot) =>
    erase({
      ...behaviour,
      handle: (state, message, context) => {
        const turn = behaviour.handle(state, message, context);
        const effects = turn.effects.map(effect => {
          const { world } = slot;
          if (effect.do !== 'task' || world === undefined) return effect;
          const early = effect.run(world);
          return { ...effect, run: () => early };
        });
        return { ...turn, effects };
      },
    }),
};

/** A message of an older generation counts as one of this. */
export const oldGeneration: Plant = {
  name: 'old-generation',
  rule: 'a message of a lower generation is dropped',
  noticedBy: [
    'ends as it deserves',
    'every stack ends',
    'dependency order',
    'events in order',
    'cloud matches rows',
    'nothing parked',
  ],
  more: { 'message-delayed': 2, 'message-repeated': 3 },
  behaviour: (behaviour, cluster) => {
    const newest = generationsOf(cluster);
    return erase({
      ...behaviour,
      handle: (state, message, context) =>
        behaviour.handle(state, asNewest(newest, context.self.stack, message), context),
    });
  },
};

const generations = new WeakMap<Cluster, Map<Uuid, number>>();

function generationsOf(cluster: Cluster): Map<Uuid, number> {
  const known = generations.get(cluster) ?? new Map<Uuid, number>();
  generations.set(cluster, known);
  return known;
}

function asNewest(newest: Map<Uuid, number>, stack: Uuid, message: Message): Message {
  if (!('generation' in message) || typeof message.generation !== 'number') return message;
  const generation = Math.max(newest.get(stack) ?? 0, message.generation);
  newest.set(stack, generation);
  // A surveyed stack and an order speak for themselves; what others report of themselves is taken as of now.
  if (!['settled', 'ready', 'released', 'stop'].includes(message.kind)) return message;
  const changed: Message & { readonly generation: number } = { ...message, generation };
  return changed;
}

/** Some stacks meet a handler that throws, each time. */
export const throwInHandler: Plant = {
  name: 'throw-in-handler',
  rule: 'a handler that throws costs its stack strikes, and is seen',
  noticedBy: ['nothing parked', 'every stack ends'],
  behaviour: behaviour =>
    erase({
      ...behaviour,
      handle: (state, message, context) => {
        if (behaviour.kind === 'resource' && later.has(message.kind) && chosen(context.self.stack)) {
          throw new Error('planted');
        }
        return behaviour.handle(state, message, context);
      },
    }),
};

/** Some stacks meet a handler that never comes back: the watchdog notes a strike and ends the process. */
export const spinInHandler: Plant = {
  name: 'spin-in-handler',
  rule: 'a turn that holds the loop costs its stack a strike and the node its life',
  noticedBy: ['nothing parked', 'every stack ends'],
  behaviour: (behaviour, cluster, slot) =>
    erase({
      ...behaviour,
      handle: (state, message, context) => {
        if (behaviour.kind === 'resource' && later.has(message.kind) && chosen(context.self.stack)) {
          cluster.spin(slot, context.self.stack);
          throw new Error('nothing comes after a handler that spins');
        }
        return behaviour.handle(state, message, context);
      },
    }),
};

/** What comes when the stack is in the database already: before, there is nothing to park. */
const later: ReadonlySet<string> = new Set(['called', 'elapsed', 'pulled']);

function chosen(stack: Uuid): boolean {
  return stack.charCodeAt(0) % 2 === 0;
}
