/** Bugs in how a stack becomes another one. */
import { type Behaviour, erase } from '../../../engine/actors/actor.ts';
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { Message } from '../../../engine/kernel/world.ts';
import type { Order, Pulled, Released } from '../../../engine/orchestration/messages.ts';
import { decode, type StackRecord } from '../../../engine/orchestration/records.ts';
import type { ResourceState, UserView } from '../../../engine/orchestration/resource-turn.ts';
import type { StackState } from '../../../engine/orchestration/stack-turn.ts';
import { usersOf } from '../../../engine/orchestration/users.ts';
import type { Row } from '../../../engine/store/store.ts';
import type { Plant } from './plant.ts';

/** A resource that takes its state, or a message, for another one. */
function deluded(
  behaviour: Behaviour<unknown>,
  state: (state: ResourceState) => ResourceState,
  message: (message: Message) => Message = same => same,
): Behaviour<unknown> {
  if (behaviour.kind !== 'resource') return behaviour;
  return erase({
    ...behaviour,
    handle: (given, said, context) => {
      const known = given as ResourceState | undefined;
      return behaviour.handle(known === undefined ? known : state(known), message(said), context);
    },
  });
}

/** What others were made with goes as soon as they have heard of the generation, though they still use it. */
export const cleanBeforeMoved: Plant = {
  name: 'clean-before-moved',
  rule: 'an incarnation goes when nobody holds it any more',
  noticedBy: ['dependency order'],
  behaviour: behaviour =>
    deluded(
      behaviour,
      state => ({ ...state, users: new Map([...state.users].map(([id, view]) => [id, { ...view, holds: [] }])) }),
      message => (message.kind === 'released' ? nothingHeld(message as Released) : message),
    ),
};

function nothingHeld(message: Released): Message {
  const released: Released = { ...message, holds: [] };
  return released;
}

/** Who was told of this generation and has not taken it up counts as somebody who uses nothing. */
export const unheardUser: Plant = {
  name: 'unheard-user',
  rule: 'a user whose row is below this generation counts as using all that it required',
  noticedBy: ['dependency order'],
  more: { 'message-delayed': 2, 'message-dropped': 2 },
  behaviour: behaviour =>
    deluded(behaviour, state => {
      const { generation } = state.resource;
      const free: UserView = { generation, holds: [], gone: false, version: Number.MAX_SAFE_INTEGER };
      const users = new Map(state.users);
      for (const { id } of usersOf(state.resource)) {
        const view = users.get(id);
        if (view === undefined || (!view.gone && view.generation < generation)) users.set(id, free);
      }
      return { ...state, users };
    }),
};

/** Once there is another one, the old incarnation is not thought of any more. */
export const forgetIncarnation: Plant = {
  name: 'forget-incarnation',
  rule: 'a resource is clean when no incarnation but its current one is left',
  noticedBy: ['ends as it deserves', 'cloud matches rows', 'nested stacks have parents', 'dependency order'],
  behaviour: behaviour =>
    deluded(behaviour, state => {
      const { current, reached, generation, removed } = state.resource;
      if (removed || reached !== generation) return state;
      return { ...state, incarnations: state.incarnations.filter(({ id, life }) => id === current || life === 'gone') };
    }),
};

/** Whoever is done holds what it was told of since it was loaded, and so nothing after a restart. */
export const holdsFromMemory: Plant = {
  name: 'holds-from-memory',
  rule: 'what an incarnation uses is kept from when it was begun',
  noticedBy: ['dependency order'],
  behaviour: behaviour => {
    if (behaviour.kind !== 'resource') return behaviour;
    return erase({
      ...behaviour,
      handle: (given, message, context) => {
        const turn = behaviour.handle(given, message, context);
        const [was, now] = [given as ResourceState | undefined, turn.state as ResourceState | undefined];
        if (now === undefined || was === undefined) return turn;
        const { current, reached, generation, holds, removed } = now.resource;
        if (current === null || removed || reached !== generation || was.resource.reached === reached) return turn;
        const told = [...now.ready.values()].map(({ incarnation }) => incarnation);
        return { ...turn, state: { ...now, resource: { ...now.resource, holds: { ...holds, [current]: told } } } };
      },
    });
  },
};

/** A stack that is to go before it came leaves no word of that. */
export const orphanChild: Plant = {
  name: 'orphan-child',
  rule: 'a delete of a nested stack that never came leaves a row of a deleted one',
  noticedBy: ['nested stacks have parents'],
  more: { 'message-delayed': 2, 'message-reordered': 3 },
  behaviour: behaviour => {
    if (behaviour.kind !== 'stack') return behaviour;
    return erase({
      ...behaviour,
      handle: (given, message, context) => {
        const state = given as StackState | undefined;
        const { what, order, parent } = message as unknown as Order;
        if (message.kind !== 'order' || what !== 'delete' || state?.record !== undefined)
          return behaviour.handle(given, message, context);
        const settled = { kind: 'childSettled', child: context.self.stack, order, there: true };
        return { state: given, effects: [{ do: 'tell', to: parent, message: settled }] };
      },
    });
  },
};

/** Resources do not hear that their stack has stopped, nor read it. */
export const lostStop: Plant = {
  name: 'lost-stop',
  rule: 'who missed that its stack has stopped reads it from the row',
  noticedBy: ['every stack ends', 'events once', 'ends as it deserves', 'events in order'],
  behaviour: behaviour => {
    if (behaviour.kind !== 'resource') return behaviour;
    return erase({
      ...behaviour,
      handle: (state, message, context) => {
        if (message.kind === 'stop' && state !== undefined) return { state, effects: [] };
        const heard = message.kind === 'pulled' ? going(message as Pulled, context.self.stack) : message;
        return behaviour.handle(state, heard, context);
      },
    });
  },
};

function going(message: Pulled, stack: Uuid): Message {
  const pulled: Pulled = { ...message, rows: message.rows.map(row => (row.key === stack ? goingRow(row) : row)) };
  return pulled;
}

/** The stack's row as if nothing had stopped it. */
function goingRow(row: Row): Row {
  if (row.table !== 'stacks') return row;
  const record: StackRecord = { ...decode.stack(row), stopped: 0 };
  return { ...row, state: JSON.stringify(record) };
}
