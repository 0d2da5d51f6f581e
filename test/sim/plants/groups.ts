/** Bugs in what a resource says beside its properties: batches, hooks, what stays, whose it is. */
import { type Behaviour, erase } from '../../../engine/actors/actor.ts';
import type { Message } from '../../../engine/kernel/world.ts';
import type { ChildSettled, Pulled } from '../../../engine/orchestration/messages.ts';
import { decode, type StackRecord } from '../../../engine/orchestration/records.ts';
import type { ResourceState } from '../../../engine/orchestration/resource-turn.ts';
import type { Row } from '../../../engine/store/store.ts';
import { emptyMap } from '../../../engine/values/value.ts';
import { group } from '../nests.ts';
import type { Plant } from './plant.ts';

/** A group's members are all made and changed at once. */
export const batchOfAll: Plant = {
  name: 'batch-of-all',
  rule: 'a batch changes no more members than its policy says',
  noticedBy: ['batches keep their size'],
  builtIn: type => {
    const { life } = type;
    if (type.name !== group || life.kind !== 'nested') return type;
    const plan: typeof life.plan = (properties, context) =>
      life.plan(properties, { ...context, updatePolicy: emptyMap });
    return { ...type, life: { ...life, plan } };
  },
};

/** A batch that was taken counts as one that ended well. */
export const batchUnended: Plant = {
  name: 'batch-unended',
  rule: 'a batch comes after the one before has ended',
  noticedBy: ['batches keep their size', 'ends as it deserves', 'answered is kept'],
  behaviour: behaviour =>
    hearing(behaviour, 'resource', message => {
      if (message.kind !== 'pulled') return message;
      const pulled = message as Pulled;
      const said: Pulled = { ...pulled, rows: pulled.rows.map(ended) };
      return said;
    }),
};

function ended(row: Row): Row {
  if (row.table !== 'stacks') return row;
  const record = decode.stack(row);
  if (record.nesting?.what !== 'define') return row;
  const settled = { order: record.nesting.taken, failure: null };
  const said: StackRecord = { ...record, nesting: { ...record.nesting, settled } };
  return { ...row, state: JSON.stringify(said) };
}

/** Whatever a command that came to the nested stack directly made of an order, its parent takes it for done. */
export const batchUndone: Plant = {
  name: 'batch-undone',
  rule: 'an order that a direct command cut short or undid has failed',
  from: 300,
  noticedBy: ['batches keep their size', 'ends as it deserves'],
  behaviour: behaviour =>
    hearing(behaviour, 'resource', message => {
      if (message.kind === 'pulled') {
        const pulled = message as Pulled;
        const said: Pulled = { ...pulled, rows: pulled.rows.map(undone) };
        return said;
      }
      const { failure, ...rest } = message as ChildSettled;
      return message.kind === 'childSettled' && isUndoing(failure) ? rest : message;
    }),
};

function isUndoing(failure: string | null | undefined): boolean {
  return failure === 'Stack UPDATE cancelled';
}

function undone(row: Row): Row {
  if (row.table !== 'stacks') return row;
  const record = decode.stack(row);
  const { nesting } = record;
  if (nesting?.settled == null || !isUndoing(nesting.settled.failure)) return row;
  const said: StackRecord = { ...record, nesting: { ...nesting, settled: { ...nesting.settled, failure: null } } };
  return { ...row, state: JSON.stringify(said) };
}

/** A resource that waits at a hook goes on by itself. */
export const hookPassed: Plant = {
  name: 'hook-passed',
  rule: 'a resource goes on past its hook when it is let',
  noticedBy: ['hooks hold'],
  behaviour: behaviour =>
    believing(behaviour, state => {
      const { hooks } = state.resource;
      if (hooks == null || hooks.at === null) return state;
      return { ...state, resource: { ...state.resource, hooks: { at: null, passed: [...hooks.passed, hooks.at] } } };
    }),
};

/** What shall stay goes as everything else. */
export const retainForgotten: Plant = {
  name: 'retain-forgotten',
  rule: 'a thing whose policy is Retain stays',
  noticedBy: ['what is retained stays'],
  behaviour: behaviour =>
    believing(behaviour, state => {
      const incarnations = state.incarnations.map(each =>
        each.external === undefined && each.life === 'live' && state.resource.removed ? { ...each, frozen: '' } : each,
      );
      return { ...state, incarnations };
    }),
};

function believing(behaviour: Behaviour<unknown>, change: (state: ResourceState) => ResourceState): Behaviour<unknown> {
  if (behaviour.kind !== 'resource') return behaviour;
  return erase({
    ...behaviour,
    handle: (given, message, context) => {
      const state = given as ResourceState | undefined;
      return behaviour.handle(state === undefined ? state : change(state), message, context);
    },
  });
}

function hearing(
  behaviour: Behaviour<unknown>,
  kind: string,
  change: (message: Message) => Message,
): Behaviour<unknown> {
  if (behaviour.kind !== kind) return behaviour;
  return erase({
    ...behaviour,
    handle: (state, message, context) => behaviour.handle(state, change(message), context),
  });
}
