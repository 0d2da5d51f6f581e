/**
 * The actors' own test actor: a root that gives birth to a chain of counters over several buckets.
 *
 * Each counter waits for the one before it, then adds its place to that one's total, so the last total is right only
 * if every hand-over was. Meanwhile clients add amounts to counters; each amount that was acknowledged is in the row
 * exactly once. The root completes when all have said, or shown in their rows, that they are done.
 */
import { type Behaviour, type Durable, type Effect, type Encoded, erase, turn } from '../../../engine/actors/actor.ts';
import type { Address, Uuid } from '../../../engine/kernel/ids.ts';
import type { Message } from '../../../engine/kernel/world.ts';
import type { Row } from '../../../engine/store/store.ts';

export type CounterMessage =
  | { readonly kind: 'open'; readonly size: number }
  | { readonly kind: 'add'; readonly amount: number }
  | { readonly kind: 'go' }
  | { readonly kind: 'done'; readonly of: Uuid; readonly total: number }
  | { readonly kind: 'woken' }
  | { readonly kind: 'pulled'; readonly asked: readonly Uuid[]; readonly rows: readonly Row[] }
  | { readonly kind: 'elapsed'; readonly tag: string };

export interface RootRecord {
  readonly id: Uuid;
  readonly members: readonly Address[];
  readonly complete: boolean;
}

export interface CounterRecord {
  readonly id: Uuid;
  readonly place: number;
  readonly before: Address | null;
  readonly after: Address | null;
  readonly root: Address;
  readonly total: number | null;
  readonly adds: readonly { readonly request: Uuid; readonly amount: number }[];
}

interface RootState {
  readonly record: RootRecord;
  readonly done: ReadonlySet<Uuid>;
}

interface CounterState {
  readonly record: CounterRecord;
}

const buckets = 4;

function encodeRoot(record: RootRecord): Encoded {
  return {
    unfinished: !record.complete,
    gone: false,
    columns: {
      project: 'p',
      name: record.id,
      owner: null,
      parent_resource: null,
      root: record.id,
      nested_depth: 0,
      username: 'u',
      user_project: null,
      action: 'CREATE',
      status: record.complete ? 'COMPLETE' : 'IN_PROGRESS',
      reason: '',
      created_at: 0,
      updated_at: null,
      deleted_at: null,
      disable_rollback: true,
      timeout_mins: null,
      tags: null,
      generation: 1,
      plans: '',
    },
    state: JSON.stringify(record),
  };
}

function encodeCounter(record: CounterRecord): Encoded {
  const reached = record.total === null ? 0 : 1;
  return {
    unfinished: record.total === null,
    gone: false,
    columns: {
      name: String(record.place),
      type: 'Counter',
      action: 'CREATE',
      status: record.total === null ? 'IN_PROGRESS' : 'COMPLETE',
      reason: '',
      physical_id: null,
      created_at: 0,
      updated_at: 0,
      root: record.root.id,
      generation: 1,
      reached,
      clean: reached,
    },
    state: JSON.stringify(record),
  };
}

export const decodeCounter = (row: Row): CounterRecord => JSON.parse(row.state) as CounterRecord;
export const decodeRoot = (row: Row): RootRecord => JSON.parse(row.state) as RootRecord;

function open(size: number, self: Address, uuid: () => Uuid, request: Uuid | undefined) {
  const members = Array.from(
    { length: size },
    (_, place): Address => ({ kind: 'counter', stack: self.stack, bucket: place % buckets, id: uuid() }),
  );
  const record: RootRecord = { id: self.id, members, complete: false };
  const effects: Effect[] = [];
  members.forEach((address, place) => {
    const value: CounterRecord = {
      id: address.id,
      place,
      before: members[place - 1] ?? null,
      after: members[place + 1] ?? null,
      root: self,
      total: null,
      adds: [],
    };
    effects.push({ do: 'birth', address, durable: { table: 'resources', key: address.id, value }, plan: null });
    effects.push({ do: 'tell', to: address, message: { kind: 'go' } });
  });
  if (request !== undefined) effects.push({ do: 'reply', request, answer: { kind: 'opened' } });
  return turn<RootState>({ record, done: new Set() }, ...effects);
}

function advanceRoot(state: RootState, done: ReadonlySet<Uuid>) {
  if (state.record.complete) return turn(state);
  const complete = state.record.members.every(member => done.has(member.id));
  if (!complete) return turn({ ...state, done });
  const event = {
    resource_name: 'root',
    resource_type: 'Root',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: '',
    physical_id: null,
    properties: null,
  };
  return turn({ record: { ...state.record, complete }, done }, { do: 'event', event });
}

const root: Behaviour<RootState> = {
  kind: 'root',
  table: 'stacks',
  decode: rows => ({ record: decodeRoot(rows[0] as Row), done: new Set() }),
  born: () => {
    throw new Error('a root is opened, not born');
  },
  durable: state => [{ table: 'stacks', key: state.record.id, value: state.record }],
  encode: durable => encodeRoot(durable.value as RootRecord),
  idle: state => state.record.complete,
  pulls: state => (state.record.complete ? [] : state.record.members.filter(member => !state.done.has(member.id))),
  handle: (state, received, context) => {
    const message = received as Message as CounterMessage;
    const { request } = context;
    if (state === undefined) {
      if (message.kind !== 'open') return turn(state);
      return open(message.size, context.self, context.uuid, request);
    }
    if (message.kind === 'open' && request !== undefined) {
      return turn(state, { do: 'reply', request, answer: { kind: 'opened' } });
    }
    if (message.kind === 'done') return advanceRoot(state, new Set([...state.done, message.of]));
    if (message.kind !== 'pulled') return turn(state);
    const reached = message.rows.filter(row => row.columns.reached === 1).map(row => row.key);
    const advanced = advanceRoot(state, new Set([...state.done, ...reached]));
    // The first word may have been lost on its way: whoever is not done is told again.
    const late = state.record.members.filter(
      member => message.asked.includes(member.id) && !reached.includes(member.id),
    );
    const again = late.map((to): Effect => ({ do: 'tell', to, message: { kind: 'go' } }));
    return { state: advanced.state, effects: [...advanced.effects, ...again] };
  },
};

function advanceCounter(state: CounterState, before: number | undefined) {
  const { record } = state;
  if (record.total !== null || before === undefined) return turn(state);
  const total = before + record.place;
  const message = { kind: 'done', of: record.id, total };
  const told = record.after === null ? [record.root] : [record.after, record.root];
  return turn({ record: { ...record, total } }, ...told.map((to): Effect => ({ do: 'tell', to, message })));
}

function add(state: CounterState, amount: number, request: Uuid) {
  const reply: Effect = { do: 'reply', request, answer: { kind: 'added' } };
  if (state.record.adds.some(known => known.request === request)) return turn(state, reply);
  const adds = [...state.record.adds, { request, amount }];
  return turn({ record: { ...state.record, adds } }, reply);
}

const counter: Behaviour<CounterState> = {
  kind: 'counter',
  table: 'resources',
  decode: rows => ({ record: decodeCounter(rows[0] as Row) }),
  born: (durable: Durable) => ({ record: durable.value as CounterRecord }),
  durable: state => [{ table: 'resources', key: state.record.id, value: state.record }],
  encode: durable => encodeCounter(durable.value as CounterRecord),
  idle: state => state.record.total !== null,
  pulls: state => (state.record.total === null && state.record.before !== null ? [state.record.before] : []),
  handle: (state, received, context) => {
    const message = received as Message as CounterMessage;
    if (state === undefined) return turn(state);
    if (message.kind === 'add' && context.request !== undefined) return add(state, message.amount, context.request);
    if (message.kind === 'done') return advanceCounter(state, message.total);
    if (message.kind === 'pulled') {
      const row = message.rows.find(found => found.key === state.record.before?.id);
      return advanceCounter(state, row === undefined ? undefined : (decodeCounter(row).total ?? undefined));
    }
    return advanceCounter(state, state.record.before === null ? 0 : undefined);
  },
};

export function counterBehaviours(): readonly Behaviour<unknown>[] {
  return [erase(root), erase(counter)];
}
