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
import { errors, isHeatError } from '../kernel/errors.ts';
import { bucketSize, type Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Answer } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import { birth, credentialOf } from './birth.ts';
import { type Flow, hasMoved, type Ordered, takeOrder, takeUpOrder, tellParent } from './child.ts';
import { type Delegated, type Tidied, tidyTask, traded } from './delegation.ts';
import { lookingForExternals } from './externals.ts';
import type { PlanMade } from './jobs.ts';
import {
  isPlan,
  layOut,
  layOutAll,
  type Progress,
  progressOf,
  type Replanned,
  type Surveyed,
  surveyTask,
  updateTask,
} from './laying.ts';
import type { Act, Cancel, Create, Elapsed, Order, Pulled, Remove, Settled, Update, Woken } from './messages.ts';
import { emptied, type Planned, planTask, versionOf } from './plan.ts';
import { decode, encodeStack, isActing, isTidying, type ResourceRecord, type StackRecord } from './records.ts';
import { actionTexts, type Pending, type StackState, StackTurn, unborn } from './stack-turn.ts';
import { tellPending, withCredential } from './telling.ts';
import type { Known } from './transition.ts';
import { stackWatch } from './watch.ts';

type StackMessage =
  | Create
  | Remove
  | Update
  | Cancel
  | Act
  | Order
  | Ordered
  | Settled
  | Woken
  | Pulled
  | Elapsed
  | Planned
  | Replanned
  | Surveyed
  | Delegated
  | Tidied;
type Handlers = {
  readonly [K in StackMessage['kind']]: (turn: StackTurn, message: Extract<StackMessage, { kind: K }>) => void;
};

const flow: Flow = { survey, goOn, stop: halt };

const handlers: Handlers = {
  order: (turn, message) => takeOrder(turn, message, flow),
  ordered: (turn, message) => takeUpOrder(turn, message, flow),
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
    turn.effect({
      do: 'task',
      cloud: false,
      run: lookingForExternals(turn.registry, message.credential, planTask(turn.context.self.id, request, message)),
    });
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
    if (!isThere(turn, request, { kind: 'removing' }) || !accepts(turn, request)) return;
    const { record } = turn;
    if (!(record.action === 'DELETE' && record.status === 'IN_PROGRESS')) {
      if (record.status === 'IN_PROGRESS') turn.status(record.action, 'FAILED', `Stack ${record.action} cancelled`);
      turn.begin('DELETE');
      survey(turn);
    }
    turn.reply(request, { kind: 'removing' });
  },
  update: (turn, message) => {
    const request = requestOf(turn);
    if (turn.memory.updating.has(request) || !mayUpdate(turn, request)) return;
    turn.setMemory({ updating: new Set(turn.memory.updating).add(request) });
    planForUpdate(turn, turn.record, request, message);
  },
  replanned: (turn, message) => {
    const { request } = message;
    const updating = new Set(turn.memory.updating);
    if (!updating.delete(request)) return;
    const { record } = turn.memory;
    if (record !== undefined && hasMoved(record, message)) {
      // Another update came in between, or a rollback was laid out: what this one changes is found out again.
      planForUpdate(turn, record, request, message.command);
      return;
    }
    turn.setMemory({ updating });
    if (!mayUpdate(turn, request)) return;
    if (isPlan(message.plan)) updated(turn, message.plan, message);
    else turn.effect({ do: 'reply', request, answer: message.plan });
  },
  cancel: (turn, { rollback }) => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'cancelling' })) return;
    const { action, status } = turn.record;
    if (status !== 'IN_PROGRESS' || !(action === 'UPDATE' || (action === 'CREATE' && !rollback))) {
      const feature = `Cancelling update when stack is ${action}_${status}`;
      turn.effect({ do: 'reply', request, answer: errors.NotSupported({ feature }) });
      return;
    }
    if (!accepts(turn, request)) return;
    if (rollback) rollBack(turn);
    else halt(turn, `Stack ${action} cancelled`);
    turn.reply(request, { kind: 'cancelling' });
  },
  act: (turn, { action }) => {
    const request = requestOf(turn);
    if (!isThere(turn, request, { kind: 'acting' })) return;
    const { record } = turn;
    if (record.status === 'IN_PROGRESS') {
      const answer = errors.ActionInProgress({ stack: record.name, action: record.action });
      turn.effect({ do: 'reply', request, answer });
      return;
    }
    if (!accepts(turn, request)) return;
    if (record.action === action && record.status === 'COMPLETE' && action !== 'CHECK') {
      turn.status(action, 'COMPLETE'); // once more, as Heat does
    } else {
      turn.begin(action);
      survey(turn);
    }
    turn.reply(request, { kind: 'acting' });
  },
  settled: (turn, message) => {
    if (message.generation !== turn.memory.record?.generation) return;
    if (message.absent === true) bornAgain(turn, message.resource);
    else
      settle(turn, message.resource, message.failure, isActing(turn.record.action) ? message.reached : message.clean);
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

function planForUpdate(turn: StackTurn, record: StackRecord, request: Uuid, command: Update): void {
  const planning = updateTask(record, request, command);
  const run = lookingForExternals(turn.registry, command.credential, planning);
  turn.effect({ do: 'task', cloud: false, run });
}

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

/** The stack is there, and has not answered this request yet; else answers it. */
function isThere(turn: StackTurn, request: Uuid, again: Answer): boolean {
  const { record } = turn.memory;
  if (record?.answers.some(answer => answer.request === request)) {
    turn.reply(request, again);
    return false;
  }
  if (record === undefined || record.deletedAt !== null) {
    const answer = errors.EntityNotFound({ entity: 'Stack', name: record?.name ?? turn.context.self.id });
    turn.effect({ do: 'reply', request, answer });
    return false;
  }
  return true;
}

/** Remembers that the request is answered; where there are too many to remember, it is refused. */
function accepts(turn: StackTurn, request: Uuid): boolean {
  if (turn.keepAnswer(request)) return true;
  const message = 'Too many requests for this stack in the last minutes.';
  turn.effect({ do: 'reply', request, answer: errors.TooManyRequests({ message }) });
  return false;
}

/** An update may begin (contract: rest-api §3.7, Guards); else it is answered. */
function mayUpdate(turn: StackTurn, request: Uuid): boolean {
  if (!isThere(turn, request, { kind: 'updating' })) return false;
  const { action } = turn.record;
  if (action !== 'SUSPEND' && action !== 'DELETE') return true;
  const what = action === 'SUSPEND' ? 'it is suspended' : 'it is deleting';
  turn.effect({ do: 'reply', request, answer: errors.NotSupported({ feature: `Updating a stack when ${what}` }) });
  return false;
}

/** The stack shall be what the plan says: one commit makes that true, then it is answered. */
function updated(turn: StackTurn, plan: PlanMade, { request, command, known, before }: Replanned): void {
  if (!accepts(turn, request)) return;
  const { version, description, parameters, hidden, contents, timeoutMins, credential, tags } = turn.record;
  const given = command.timeoutMins ?? 0;
  turn.set({
    previous: { version, description, parameters, hidden, contents },
    disableRollback: command.disableRollback ?? turn.record.disableRollback,
    timeoutMins: given === 0 ? timeoutMins : given,
    tags: command.tagged ? command.tags : command.existing ? tags : null,
    credential: credential.kind === 'none' ? credentialOf(command, plan) : credential,
    observe: command.converge,
    isAdmin: command.isAdmin,
  });
  turn.set(versionOf(turn, plan));
  turn.begin('UPDATE');
  layOut(turn, plan, known, before);
  turn.reply(request, { kind: 'updating' });
  goOn(turn);
}

/** Tells everybody who is told, or is done at once. */
function goOn(turn: StackTurn): void {
  if (turn.memory.pending?.size === 0) complete(turn);
  else tellPending(turn);
}

/** Finds out how far each resource is in this generation, and what it shall be. */
function survey(turn: StackTurn): void {
  turn.setMemory({ surveying: turn.record.generation, pending: undefined });
  turn.effect({ do: 'task', cloud: false, run: surveyTask(turn.registry, turn.record) });
}

function surveyed(turn: StackTurn, { generation, known, before, plan, unchecked }: Surveyed): void {
  if (turn.memory.surveying !== generation || turn.record.generation !== generation) return;
  const { record } = turn;
  turn.setMemory({ unchecked });
  if (plan !== undefined && !isPlan(plan)) {
    turn.setMemory({ surveying: undefined, pending: new Map() });
    failed(turn, `${plan.type}: ${plan.message}`);
    return;
  }
  const isTold = ({ record: { id } }: Known) =>
    record.laid !== generation || before.told === null || before.told.has(id);
  const told = known.filter(isTold);
  if (plan !== undefined) layOut(turn, plan, known, before);
  else layOutAll(turn, known);
  // What failed in an earlier life of this stack's actor.
  const failures = told.map(each => progressOf(record, each.record)).filter(each => each.kind === 'failed');
  for (const { reason } of failures) note(turn, reason);
  const [first] = failures;
  if (first !== undefined && record.action !== 'CHECK') failed(turn, `Resource ${first.reason}`);
  else goOn(turn);
}

function settle(turn: StackTurn, resource: Uuid, failure: string | undefined, clean: boolean): void {
  const { pending } = turn.memory;
  if (turn.record.status !== 'IN_PROGRESS' || pending === undefined || !pending.has(resource)) return;
  if (failure !== undefined && turn.record.action !== 'CHECK') {
    failed(turn, `Resource ${failure}`);
    return;
  }
  if (failure !== undefined) note(turn, failure);
  else if (!clean) return;
  // Counted in place: nothing else holds this map, and a copy per resource would be quadratic.
  (pending as Map<Uuid, Pending>).delete(resource);
  if (pending.size === 0) complete(turn);
}

/** Failures of a check are gathered (contract: lifecycle §3, 6). */
function note(turn: StackTurn, failure: string): void {
  turn.setMemory({ failures: [...turn.memory.failures, failure] });
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
    if (row === undefined && !waiting.order.removed) {
      bornAgain(turn, id);
      return;
    }
    const progress = row === undefined ? settledProgress : progressOf(turn.record, decode.resource(row));
    if (progress.kind === 'under way') {
      if (row !== undefined && unheard(turn.record, decode.resource(row)))
        turn.tell(waiting.address, withCredential(turn.record, waiting.order));
    } else {
      settle(turn, id, progress.kind === 'failed' ? progress.reason : undefined, true);
    }
  }
}

/**
 * It is wanted, but went for an earlier generation just before it heard of this one. Its row is over for good, so the
 * same is laid out once more, as another generation, in which a new one is born.
 */
function bornAgain(turn: StackTurn, resource: Uuid): void {
  const { record, memory } = turn;
  if (record.status !== 'IN_PROGRESS' || memory.pending?.get(resource)?.order.removed !== false) return;
  turn.set({ generation: record.generation + 1 });
  survey(turn);
}

/** It does not know of this generation; or it was born for it and nobody told its owner, who loads it when told. */
function unheard(stack: StackRecord, resource: ResourceRecord): boolean {
  return resource.generation < stack.generation || (resource.action === 'INIT' && !resource.stopped);
}

const settledProgress: Progress = { kind: 'settled' };

function complete(turn: StackTurn): void {
  const { record, memory } = turn;
  turn.disarmDeadline();
  turn.setMemory({ pending: new Map(), failures: [] });
  if (record.action === 'CHECK' && memory.failures.length > 0) {
    turn.status('CHECK', 'FAILED', `Resource CHECK failed: ${gathered(memory.failures)}`);
    tellParent(turn, turn.record.reason);
    return;
  }
  if (record.action === 'DELETE') {
    turn.set({ deletedAt: Math.floor(turn.context.now() / 1_024) });
    if (record.nesting === null)
      turn.effect({ do: 'name', name: { project: record.project, name: record.name, stack: record.id, gone: true } });
  }
  turn.status(record.action, 'COMPLETE', completed(record.action, memory.unchecked));
  tellParent(turn);
  if (isTidying(turn.record)) tidy(turn);
}

/** Contract: lifecycle §5, check unsupported somewhere. */
function completed(action: StackRecord['action'], unchecked: boolean): string {
  const text = actionTexts.COMPLETE(action);
  return action === 'CHECK' && unchecked ? `${text}. 'CHECK' not fully supported (see resources)` : text;
}

/** Several failures as one text: each without the words that the whole begins with. */
function gathered(failures: readonly string[]): string {
  return failures.map(text => text.replace(/^\w+ failed: /, '')).join('; ');
}

/** The stack is gone; its credential goes with its last debt. */
function tidy(turn: StackTurn): void {
  if (turn.memory.delegating || !isTidying(turn.record)) return;
  turn.effect({ do: 'task', cloud: true, run: tidyTask(turn.record) });
}

/** FAILED at once; what runs ends, nothing new starts. Then back to what there was before, if that was asked for. */
function failed(turn: StackTurn, reason: string, abort?: string): void {
  const { action, disableRollback } = turn.record;
  stop(turn, reason, abort);
  if ((action === 'CREATE' || action === 'UPDATE') && !disableRollback) rollBack(turn);
}

/** Stopped by whoever commands it: so are the stacks below. */
function halt(turn: StackTurn, reason: string): void {
  turn.set({ halted: turn.record.generation });
  stop(turn, reason);
}

/** FAILED at once, and so told to all that may not have settled. */
function stop(turn: StackTurn, reason: string, abort?: string): void {
  const { record, memory } = turn;
  const { action, generation } = record;
  turn.disarmDeadline();
  turn.set({ stopped: generation });
  turn.status(action, 'FAILED', reason);
  tellParent(turn, reason);
  const message = {
    kind: 'stop',
    generation,
    ...(abort === undefined ? {} : { abort }),
    ...(record.halted === generation ? { down: true } : {}),
  };
  for (const { address } of memory.pending?.values() ?? []) turn.tell(address, message);
  turn.setMemory({ pending: new Map(), failures: [], surveying: undefined });
}

/** A generation towards what there was before the update; to nothing after a create (contract: lifecycle §4). */
function rollBack(turn: StackTurn): void {
  const { previous } = turn.record;
  turn.begin('ROLLBACK');
  if (previous === null) emptied(turn);
  else turn.set({ ...previous, previous: null });
  survey(turn);
}

/** What is answered also where no stack is. */
const commands: ReadonlySet<string> = new Set(['create', 'remove', 'update', 'cancel', 'act', 'order', 'ordered']);

/** The behaviour of all stacks. */
export function stackBehaviour(registry: Registry, resourcesPerBucket: number = bucketSize): Behaviour<StackState> {
  return {
    kind: 'stack',
    table: 'stacks',
    watch: stackWatch,
    decode: rows => {
      const main = rows.find(row => row.table === 'stacks');
      invariant(main !== undefined, "a stack's rows hold its own");
      return { ...unborn, record: decode.stack(main) };
    },
    born: durable => ({ ...unborn, record: durable.value as StackRecord }),
    durable: ({ record }) => (record === undefined ? [] : [{ table: 'stacks', key: record.id, value: record }]),
    encode: durable => encodeStack(durable.value as StackRecord),
    handle: (state, message, context) => {
      const turn = new StackTurn(state ?? unborn, context, registry, resourcesPerBucket);
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
