/**
 * The stack actor: turns a template into resources, and knows when they are done.
 *
 *   create ─▶ plan (a task) ─▶ ONE commit: stack, resources, name, first events ─▶ answer
 *          ─▶ Converge to each ─▶ Settled from each ─▶ COMPLETE
 *                                     └─ a failure ─▶ FAILED, Stop to all, rollback if it was asked for
 *   update ─▶ plan, and what it changes (a task) ─▶ ONE commit: the next generation, new resources ─▶ answer
 *          ─▶ Converge to those that are told …
 *   delete, rollback, suspend … ─▶ the next generation ─▶ answer ─▶ survey ─▶ Converge to each …
 *
 * Progress is not written: it is counted from the resources' rows, by a survey, whenever memory does not know it
 * (after a restart, at the start of a delete). What was told and not heard of is pulled, and told again.
 */
import type { Behaviour } from '../actors/actor.ts';
import { addMs } from '../kernel/clock.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits, type Spread, usualSpread } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { type Flow, type Ordered, takeOrder, takeUpOrder } from './child.ts';
import { type Delegated, type Tidied, traded } from './delegation.ts';
import type { Surveyed } from './laying.ts';
import type { Elapsed, Order, Pulled, Settled, Sleepers, Woken } from './messages.ts';
import { decode, encodeStack, isActing, type StackRecord } from './records.ts';
import { type StackState, StackTurn, unborn } from './stack-turn.ts';
import { tellPending } from './telling.ts';
import { stackWatch } from './watch.ts';
import { commandHandlers, type Command } from './stack-commands.ts';
import { roused, wake } from './rousing.ts';
import { bornAgain, failed, goOn, halt, pulled, settle, survey, surveyed, tidy } from './stack-progress.ts';

type StackMessage =
  | Command
  | Order
  | Ordered
  | Settled
  | Woken
  | Sleepers
  | Pulled
  | Elapsed
  | Surveyed
  | Delegated
  | Tidied;
type Handlers = {
  readonly [K in StackMessage['kind']]: (turn: StackTurn, message: Extract<StackMessage, { kind: K }>) => void;
};

const flow: Flow = { survey, goOn, stop: halt };

const handlers: Handlers = {
  ...commandHandlers,
  order: (turn, message) => takeOrder(turn, message, flow),
  ordered: (turn, message) => takeUpOrder(turn, message, flow),
  settled: (turn, message) => {
    if (message.generation !== turn.memory.record?.generation) return;
    if (message.absent === true) bornAgain(turn, message.resource);
    else
      settle(turn, message.resource, message.failure, isActing(turn.record.action) ? message.reached : message.clean);
  },
  surveyed: (turn, message) => surveyed(turn, message),
  woken: turn => wake(turn),
  sleepers: (turn, message) => roused(turn, message),
  delegated: (turn, message) => {
    turn.setMemory({ delegating: false });
    if (message.sealed !== undefined)
      turn.set({ credential: traded(turn.record.credential, message.sealed, message.isFirst, turn.context.now()) });
    const { record, memory } = turn;
    if (record.deletedAt !== null) tidy(turn);
    else if (record.status !== 'IN_PROGRESS' || memory.pending === undefined) return;
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

/** A delegation of which nobody knows how it ended is asked for again, for as long as the action may take. */
function tellOrTryAgain(turn: StackTurn): void {
  if (turn.record.credential.kind !== 'own') tellPending(turn);
  else turn.effect({ do: 'timer', tag: 'delegate', at: addMs(turn.context.now(), limits.delegateAgainMs) });
}

/** What is answered also where no stack is. */
const commands: ReadonlySet<string> = new Set([
  ...Object.keys(commandHandlers).filter(kind => kind !== 'planned' && kind !== 'replanned'),
  'order',
  'ordered',
]);

/** The behaviour of all stacks. */
export function stackBehaviour(registry: Registry, spread: Spread = usualSpread): Behaviour<StackState> {
  return {
    kind: 'stack',
    table: 'stacks',
    watch: stackWatch,
    tenant: state => state.record?.project,
    decode: rows => {
      const main = rows.find(row => row.table === 'stacks');
      invariant(main !== undefined, "a stack's rows hold its own");
      return { ...unborn, record: decode.stack(main) };
    },
    born: durable => ({ ...unborn, record: durable.value as StackRecord }),
    durable: ({ record }) => (record === undefined ? [] : [{ table: 'stacks', key: record.id, value: record }]),
    encode: durable => encodeStack(durable.value as StackRecord),
    handle: (state, message, context) => {
      const turn = new StackTurn(state ?? unborn, context, registry, spread);
      const known = message as StackMessage;
      const handler = handlers[known.kind] as ((turn: StackTurn, message: StackMessage) => void) | undefined;
      invariant(handler !== undefined, `a stack understands ${message.kind}`);
      if (state === undefined && !commands.has(known.kind)) return { state: undefined, effects: [] };
      handler(turn, known);
      return turn.finish();
    },
    idle: state =>
      state.planning === undefined &&
      state.ordering === undefined &&
      state.updating.size === 0 &&
      !state.delegating &&
      state.surveying === undefined &&
      state.record?.status !== 'IN_PROGRESS',
    pulls: state =>
      state.record?.status === 'IN_PROGRESS' ? [...(state.pending?.values() ?? [])].map(({ address }) => address) : [],
  };
}
