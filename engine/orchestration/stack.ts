/**
 * The stack actor: turns a template into resources, and knows when they are done.
 *
 *   create ─▶ plan (a task) ─▶ ONE commit: stack, resources, name, first events ─▶ answer
 *          ─▶ Converge to each ─▶ Settled from each ─▶ COMPLETE
 *                                     └─ a failure ─▶ FAILED, Stop to all, rollback if it was asked for
 *   delete ─▶ a generation in which nothing is wanted ─▶ answer ─▶ survey ─▶ Converge{removed} to each …
 *
 * Progress is not written: it is counted from the resources' rows, by a survey, whenever memory does not know it
 * (after a restart, at the start of a delete). What was told and not heard of is pulled, and told again.
 */
import type { Behaviour } from '../actors/actor.ts';
import { untilAvailable } from '../actors/retry.ts';
import { addMs } from '../kernel/clock.ts';
import { errors, isHeatError } from '../kernel/errors.ts';
import { type Address, bucketSize, type Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';

import type { Row } from '../store/store.ts';
import type { Converge, Create, Elapsed, Pulled, Remove, Settled, Woken } from './messages.ts';
import { birth } from './birth.ts';
import { type Delegated, type Tidied, tidyTask, traded } from './delegation.ts';
import { emptied, type Planned, planTask } from './plan.ts';
import { decode, encodeStack, isTidying, type ResourceRecord, type StackRecord } from './records.ts';
import { type Pending, type StackState, StackTurn, unborn } from './stack-turn.ts';
import { tellPending, withCredential } from './telling.ts';

/** A survey's result: all resources of the stack that are not over. */
export interface Surveyed {
  readonly kind: 'surveyed';
  readonly generation: number;
  readonly rows: readonly Row[];
}

type StackMessage = Create | Remove | Settled | Woken | Pulled | Elapsed | Planned | Surveyed | Delegated | Tidied;
type Handlers = {
  readonly [K in StackMessage['kind']]: (turn: StackTurn, message: Extract<StackMessage, { kind: K }>) => void;
};

const handlers: Handlers = {
  create: (turn, message) => {
    const request = requestOf(turn);
    if (turn.memory.record !== undefined) {
      answerRepeated(turn, request);
      return;
    }
    if (turn.memory.planning !== undefined) {
      turn.effect({ do: 'reply', request, answer: errors.ActionInProgress({ stack: message.name, action: 'CREATE' }) });
      return;
    }
    turn.setMemory({ planning: request });
    turn.effect({ do: 'task', cloud: false, run: planTask(turn.context.self.id, request, message) });
  },
  planned: (turn, message) => {
    if (turn.memory.planning !== message.request) return;
    turn.setMemory({ planning: undefined });
    if (isHeatError(message.plan)) {
      turn.effect({ do: 'reply', request: message.request, answer: message.plan });
      return;
    }
    birth(turn, message.request, message.command, message.plan);
    if (turn.memory.pending?.size === 0) complete(turn);
  },
  remove: turn => {
    const request = requestOf(turn);
    const { record } = turn.memory;
    if (record?.answers.some(answer => answer.request === request)) {
      turn.reply(request, { kind: 'removing' });
      return;
    }
    if (record === undefined || record.deletedAt !== null) {
      turn.effect({
        do: 'reply',
        request,
        answer: errors.EntityNotFound({ entity: 'Stack', name: record?.name ?? turn.context.self.id }),
      });
      return;
    }
    if (!turn.keepAnswer(request)) {
      const message = 'Too many requests for this stack in the last minutes.';
      turn.effect({ do: 'reply', request, answer: errors.TooManyRequests({ message }) });
      return;
    }
    if (!(record.action === 'DELETE' && record.status === 'IN_PROGRESS')) {
      if (record.status === 'IN_PROGRESS') turn.status(record.action, 'FAILED', `Stack ${record.action} cancelled`);
      turn.begin('DELETE');
      survey(turn);
    }
    turn.reply(request, { kind: 'removing' });
  },
  settled: (turn, message) => {
    if (message.generation === turn.memory.record?.generation)
      settle(turn, message.resource, message.failure, message.clean);
  },
  surveyed: (turn, message) => surveyed(turn, message),
  woken: turn => {
    const { record } = turn.memory;
    if (record !== undefined && isTidying(record)) tidy(turn);
    if (record?.status !== 'IN_PROGRESS') return;
    turn.armDeadline();
    survey(turn);
  },
  delegated: (turn, message) => {
    turn.setMemory({ delegating: false });
    if (message.sealed !== undefined)
      turn.set({ credential: traded(turn.record.credential, message.sealed, message.isFirst, turn.context.now()) });
    const { record, memory } = turn;
    if (record.deletedAt !== null) tidy(turn);
    else if (record.action !== 'CREATE' || record.status !== 'IN_PROGRESS' || memory.pending === undefined) return;
    else if (message.failure === undefined) tellOrTryAgain(turn);
    else failed(turn, `${message.failure.error}: ${message.failure.message}`);
  },
  tidied: (turn, message) => {
    if (message.done) turn.set({ credential: { kind: 'none' } });
    else turn.effect({ do: 'timer', tag: 'tidy', at: addMs(turn.context.now(), limits.tidyMs) });
  },
  pulled: (turn, message) => pulled(turn, message),
  elapsed: (turn, message) => {
    if (message.tag === 'tidy') {
      tidy(turn);
      return;
    }
    if (message.tag === 'delegate') {
      if (turn.memory.record?.status === 'IN_PROGRESS' && turn.memory.pending !== undefined) tellPending(turn);
      return;
    }
    invariant(message.tag === 'deadline', 'a stack has three timers');
    turn.setMemory({ armed: undefined });
    const { record } = turn.memory;
    if (record?.status !== 'IN_PROGRESS') return;
    if (turn.context.now() < record.deadline) turn.armDeadline();
    else failed(turn, 'Timed out', 'Timed out');
  },
};

function requestOf(turn: StackTurn): Uuid {
  const { request } = turn.context;
  invariant(request !== undefined, 'a command has a request id');
  return request;
}

/** The same create again (its answer was lost): as true as the first time. Another one for this id cannot be. */
function answerRepeated(turn: StackTurn, request: Uuid): void {
  if (turn.record.answers.some(answer => answer.request === request)) turn.reply(request, { kind: 'created' });
  else turn.effect({ do: 'reply', request, answer: errors.StackExists({ name: turn.record.name }) });
}

/** A delegation of which nobody knows how it ended is asked for again, for as long as the action may take. */
function tellOrTryAgain(turn: StackTurn): void {
  if (turn.record.credential.kind !== 'own') tellPending(turn);
  else turn.effect({ do: 'timer', tag: 'delegate', at: addMs(turn.context.now(), limits.delegateAgainMs) });
}

/** Reads which resources there are, and how far each is in this generation. */
function survey(turn: StackTurn): void {
  const { id, generation } = turn.record;
  turn.setMemory({ surveying: generation, pending: undefined });
  turn.effect({
    do: 'task',
    cloud: false,
    run: async world => {
      const all = await untilAvailable(world, () =>
        world.store.select('resources', { where: [{ column: 'stack', in: [id] }], withGone: true }),
      );
      // What is over already has its events, too: the stack's own come after them.
      for (const row of all) world.clock.observe(row.clock);
      const message: Surveyed = { kind: 'surveyed', generation, rows: all.filter(row => row.goneAt === null) };
      return message;
    },
  });
}

function surveyed(turn: StackTurn, { generation, rows }: Surveyed): void {
  if (turn.memory.surveying !== generation || turn.record.generation !== generation) return;
  const pending = new Map<Uuid, Pending>();
  let failure: string | undefined;
  for (const row of rows) {
    const resource = decode.resource(row);
    const progress = progressOf(turn.record, resource);
    if (progress.kind === 'failed') failure ??= progress.reason;
    if (progress.kind !== 'settled')
      pending.set(resource.id, { address: addressOf(row), order: orderFor(turn.record, resource) });
  }
  turn.setMemory({ surveying: undefined, pending });
  if (failure !== undefined) {
    failed(turn, resourceFailed(turn, failure));
    return;
  }
  if (pending.size === 0) complete(turn);
  else tellPending(turn);
}

type Progress =
  | { readonly kind: 'settled' }
  | { readonly kind: 'under way' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where a resource stands in the stack's generation, by its row. */
function progressOf(stack: StackRecord, resource: ResourceRecord): Progress {
  if (resource.generation < stack.generation) return { kind: 'under way' };
  const action = resource.removed ? 'DELETE' : 'CREATE';
  if (resource.status === 'FAILED' && resource.action === action) return { kind: 'failed', reason: resource.reason };
  return resource.clean >= stack.generation ? { kind: 'settled' } : { kind: 'under way' };
}

function addressOf(row: Row): Address {
  return { kind: row.kind, stack: row.stack, bucket: row.bucket, id: row.actor };
}

/** What to tell a resource of this generation: to go, unless it is being created, which its row says. */
function orderFor(stack: StackRecord, resource: ResourceRecord): Converge {
  return {
    kind: 'converge',
    generation: stack.generation,
    action: stack.action,
    removed: stack.action !== 'CREATE',
    requires: resource.requires,
    requiredBy: resource.requiredBy,
    exports: resource.exports,
    deadline: stack.deadline,
  };
}

function settle(turn: StackTurn, resource: Uuid, failure: string | undefined, clean: boolean): void {
  const { pending } = turn.memory;
  if (turn.record.status !== 'IN_PROGRESS' || pending === undefined || !pending.has(resource)) return;
  if (failure !== undefined) {
    failed(turn, resourceFailed(turn, failure));
    return;
  }
  if (!clean) return;
  // Counted in place: nothing else holds this map, and a copy per resource would be quadratic.
  (pending as Map<Uuid, Pending>).delete(resource);
  if (pending.size === 0) complete(turn);
}

function resourceFailed(turn: StackTurn, failure: string): string {
  return `Resource ${turn.record.action === 'CREATE' ? 'CREATE' : 'DELETE'} failed: ${failure}`;
}

/** Rows of those that have not settled: a missing one is over; one that never heard is told again. */
function pulled(turn: StackTurn, message: Pulled): void {
  const { pending } = turn.memory;
  if (pending === undefined || turn.record.status !== 'IN_PROGRESS') return;
  const rows = new Map(message.rows.map(row => [row.key, row]));
  for (const id of message.asked) {
    const waiting = turn.memory.pending?.get(id);
    if (waiting === undefined) continue;
    const row = rows.get(id);
    const progress = row === undefined ? settledProgress : progressOf(turn.record, decode.resource(row));
    if (progress.kind === 'under way') {
      if (row !== undefined && unheard(turn.record, decode.resource(row)))
        turn.tell(waiting.address, withCredential(turn.record, waiting.order));
    } else {
      settle(turn, id, progress.kind === 'failed' ? progress.reason : undefined, true);
    }
  }
}

/** It does not know of this generation; or it was born for it and nobody told its owner, who loads it when told. */
function unheard(stack: StackRecord, resource: ResourceRecord): boolean {
  return resource.generation < stack.generation || (resource.action === 'INIT' && !resource.stopped);
}

const settledProgress: Progress = { kind: 'settled' };

function complete(turn: StackTurn): void {
  const { record } = turn;
  turn.disarmDeadline();
  turn.setMemory({ pending: new Map() });
  if (record.action === 'DELETE') {
    turn.set({ deletedAt: Math.floor(turn.context.now() / 1_024) });
    turn.effect({ do: 'name', name: { project: record.project, name: record.name, stack: record.id, gone: true } });
  }
  turn.status(record.action, 'COMPLETE');
  if (isTidying(turn.record)) tidy(turn);
}

/** The stack is gone; its credential goes with its last debt. */
function tidy(turn: StackTurn): void {
  if (turn.memory.delegating || !isTidying(turn.record)) return;
  turn.effect({ do: 'task', cloud: true, run: tidyTask(turn.record) });
}

/** FAILED at once; what runs ends, nothing new starts. Then back to what there was before, if that was asked for. */
function failed(turn: StackTurn, reason: string, abort?: string): void {
  const { record, memory } = turn;
  const { action, generation } = record;
  turn.disarmDeadline();
  turn.set({ stopped: generation });
  turn.status(action, 'FAILED', reason);
  const stop = { kind: 'stop', generation, ...(abort === undefined ? {} : { abort }) };
  for (const { address } of memory.pending?.values() ?? []) turn.tell(address, stop);
  turn.setMemory({ pending: new Map(), surveying: undefined });
  if (action !== 'CREATE' || record.disableRollback) return;
  turn.begin('ROLLBACK');
  emptied(turn);
  survey(turn);
}

/** The behaviour of all stacks. */
export function stackBehaviour(resourcesPerBucket: number = bucketSize): Behaviour<StackState> {
  return {
    kind: 'stack',
    table: 'stacks',
    decode: rows => {
      const main = rows.find(row => row.table === 'stacks');
      invariant(main !== undefined, "a stack's rows hold its own");
      return { ...unborn, record: decode.stack(main) };
    },
    born: durable => ({ ...unborn, record: durable.value as StackRecord }),
    durable: ({ record }) => (record === undefined ? [] : [{ table: 'stacks', key: record.id, value: record }]),
    encode: durable => encodeStack(durable.value as StackRecord),
    handle: (state, message, context) => {
      const turn = new StackTurn(state ?? unborn, context, resourcesPerBucket);
      const known = message as StackMessage;
      const handler = handlers[known.kind] as ((turn: StackTurn, message: StackMessage) => void) | undefined;
      invariant(handler !== undefined, `a stack understands ${message.kind}`);
      if (state === undefined && known.kind !== 'create' && known.kind !== 'remove')
        return { state: undefined, effects: [] };
      handler(turn, known);
      return turn.finish();
    },
    idle: state =>
      state.planning === undefined &&
      !state.delegating &&
      state.surveying === undefined &&
      state.record?.status !== 'IN_PROGRESS',
    pulls: state =>
      state.record?.status === 'IN_PROGRESS' ? [...(state.pending?.values() ?? [])].map(({ address }) => address) : [],
  };
}
