/**
 * The resource actor: makes, changes and unmakes what its stack's newest generation asks for.
 *
 *     told ─▶ waits for requires ─▶ same, made, changed or replaced ─▶ reached ─▶ what it was before goes ─▶ clean
 *       └──── removed ─▶ each incarnation goes when nobody uses it ─▶ absent (the row is over)
 *
 * Every handler only puts into the state what its message says; `advance` then does whatever can be done. A lower
 * generation than mine is dropped; my row, not the messages, says where I am, so `woken` is `advance` and no more.
 */
import type { Behaviour, Context, Durable, Turn } from '../actors/actor.ts';
import { errors } from '../kernel/errors.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Message } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import type { Row } from '../store/store.ts';
import { act, ask, checked, marked, tellActed, waitsFor } from './acting.ts';
import { adopt, adoptSeen, isAdopting } from './adopting.ts';
import { converge, sighted } from './converging.ts';
import { cleanUp, leave, removed, undo } from './leaving.ts';
import { abort, awaitLocal, beginFailed, tellReady } from './making.ts';
import type {
  Called,
  ChildLooked,
  ChildSettled,
  Converge,
  Elapsed,
  Mark,
  Pulled,
  Ready,
  Released,
  Resolved,
  Stop,
  Woken,
} from './messages.ts';
import {
  decode,
  encodeIncarnation,
  encodeResource,
  type IncarnationRecord,
  isActing,
  isUnfinished,
  type ResourceRecord,
  type StackRecord,
} from './records.ts';
import { type Arrival, freshState, type ResourceState, ResourceTurn } from './resource-turn.ts';
import {
  advanceNested,
  childLooked,
  childrenPulled,
  childSettled,
  halt,
  isOutdated,
  stopGivenUp,
  supersede,
} from './nesting.ts';
import { awaitedChildren } from './ordering.ts';
import { stepCalled } from './step-answers.ts';
import { advanceSteps } from './steps.ts';
import { holdsOf, seen, tellReleased, union, usersOf, waitedFor } from './users.ts';
import { resourceWatch } from './watch.ts';
import { advanceWork } from './working.ts';

type ResourceMessage =
  | Converge
  | Ready
  | Released
  | Stop
  | Woken
  | Pulled
  | Elapsed
  | Resolved
  | Called
  | Mark
  | ChildSettled
  | ChildLooked;
type Handlers = {
  readonly [K in ResourceMessage['kind']]: (turn: ResourceTurn, message: Extract<ResourceMessage, { kind: K }>) => void;
};

const handlers: Handlers = {
  childSettled: (turn, message) => childSettled(turn, message),
  childLooked: (turn, message) => childLooked(turn, message),
  converge: (turn, message) => {
    const { resource } = turn;
    if (message.generation < resource.generation) return;
    const { credential = '' } = message;
    if (credential !== '' && (resource.credential ?? '') === '') turn.set({ credential });
    if (!turn.allowed) turn.setMemory({ allowed: true });
    if (message.generation > resource.generation) takeUp(turn, message);
    for (const each of message.arrived) if (!turn.ready.has(each.resource)) arrive(turn, each.resource, each);
    if (message.generation === resource.generation) repeat(turn);
  },
  ready: (turn, message) => {
    if (message.generation !== turn.resource.generation || turn.ready.has(message.resource)) return;
    arrive(turn, message.resource, { incarnation: message.incarnation, exported: message.exported });
  },
  released: (turn, message) => {
    const { generation, holds, resource } = message;
    // What an untold one says is of before: its row is read.
    if (generation >= turn.resource.generation) seen(turn, resource, { generation, holds, gone: false, version: 0 });
  },
  stop: (turn, message) => {
    if (message.generation !== turn.resource.generation || turn.resource.stopped) return;
    turn.set({ stopped: true });
    if (message.abort !== undefined) giveUp(turn, message.abort);
    else if (message.down === true) halt(turn);
  },
  mark: (turn, message) => {
    const request = requestOf(turn);
    const { action, status, stackName } = turn.resource;
    if (status === 'IN_PROGRESS') {
      turn.effect({ do: 'reply', request, answer: errors.ActionInProgress({ stack: stackName, action }) });
      return;
    }
    const applies = message.unhealthy ? action !== 'DELETE' : action === 'CHECK' && status === 'FAILED';
    if (applies) marked(turn, message.unhealthy, message.reason);
    turn.effect({ do: 'reply', request, answer: { kind: 'marked' } });
  },
  woken: () => undefined,
  pulled: (turn, message) => pulled(turn, message),
  elapsed: (turn, message) => {
    turn.disarm(message.tag);
  },
  resolved: (turn, message) => {
    turn.setMemory({ busy: false, resolved: new Map([...turn.resolved, ...Object.entries(message.ids)]) });
    if (turn.resource.removed || !mayStart(turn)) return;
    if (message.failure !== undefined) beginFailed(turn, message.failure.error, message.failure.message);
    else if (!message.complete) turn.armIn('resolve', limits.pollMs);
  },
  called: (turn, message) => {
    turn.setMemory({ busy: false });
    const incarnation = turn.incarnation(message.incarnation);
    if (incarnation === undefined) return;
    const leaving = incarnation.steps.find(step => step.name === message.step)?.state.at === 'leaving';
    if (message.what === 'remove' || leaving) removed(turn, incarnation, message);
    else if (incarnation.work?.kind === 'check' && !incarnation.work.failed) checked(turn, incarnation, message);
    else if (isAdopting(incarnation)) adoptSeen(turn, incarnation, message);
    else if (message.what === 'show' && isLooked(incarnation)) sighted(turn, incarnation, message);
    else stepCalled(turn, incarnation, message);
  },
};

/** Nothing is done to it: what is shown of it was asked for to decide what to do. */
function isLooked({ life, work }: IncarnationRecord): boolean {
  return life === 'live' && (work === null || work.failed);
}

function requestOf(turn: ResourceTurn): Uuid {
  const { request } = turn.context;
  invariant(request !== undefined, 'a command has a request id');
  return request;
}

/**
 * A newer generation begins here. What runs for the older one goes on until it is known what it made, unless all of
 * it shall go.
 */
function takeUp(turn: ResourceTurn, message: Converge): void {
  const { resource, memory } = turn;
  if (message.removed) abort(turn, 'user triggered cancel');
  const { order } = message;
  const isOver = message.removed && resource.status === 'FAILED' && resource.action === 'DELETE';
  const wasClean = isActing(message.action) && resource.clean === resource.generation;
  turn.set({
    generation: message.generation,
    clean: wasClean ? message.generation - 1 : resource.clean,
    task: message.action,
    removed: message.removed,
    stopped: false,
    observe: message.observe,
    deadline: message.deadline,
    timeoutMs: message.timeoutMs ?? resource.timeoutMs,
    order: order ?? resource.order,
    type: order === undefined ? resource.type : (order.alias ?? order.type),
    requires: message.requires,
    requiredBy: message.requiredBy,
    formerUsers: without(union(resource.formerUsers, resource.requiredBy), message.requiredBy),
    former: union(resource.former, resource.requires),
    untold: message.untold,
    exports: message.exports,
  });
  turn.setMemory({
    ready: new Map(),
    users: new Map([...memory.users].filter(([, view]) => view.gone || view.generation >= message.generation)),
    sights: new Map(),
    resolved: new Map(),
  });
  turn.disarm('resolve');
  turn.disarm('look');
  if (isOver) turn.status('DELETE', 'IN_PROGRESS', 'state changed', null, 'never');
  if (turn.incarnations.length === 0) tellReleased(turn);
  // Whom it requires from now on would wait to hear that it took this up.
  else tellReleased(turn, without(message.requires, resource.requires));
}

function without(addresses: readonly Address[], others: readonly Address[]): readonly Address[] {
  return addresses.length === 0 ? addresses : addresses.filter(({ id }) => !others.some(other => other.id === id));
}

/** Told again what it knows: whoever asks has not heard how far this is. */
function repeat(turn: ResourceTurn): void {
  const { reached, clean, generation, failedIn, failure, task } = turn.resource;
  if (failedIn === generation) {
    turn.tellSettled(failure);
  } else if (reached === generation || clean === generation) {
    if (isActing(task)) tellActed(turn);
    else tellReady(turn);
    turn.tellSettled();
  }
}

/** As Heat names what it gives up. */
function abortText(turn: ResourceTurn, why: string): string {
  const { resource, context } = turn;
  const { className } = turn.type();
  const task = resource.status === 'IN_PROGRESS' ? resource.action.toLowerCase() : 'create';
  const thing = task === 'create' || resource.physicalId === null ? '' : ` [${resource.physicalId}]`;
  return `Task ${task} from ${className} "${resource.name}"${thing} Stack "${resource.stackName}" [${context.self.stack}] ${why}`;
}

/** Rows of those it waits for. A row that is missing is one that is over. */
function pulled(turn: ResourceTurn, message: Pulled): void {
  const rows = new Map(message.rows.map(row => [row.key, row]));
  const stack = rows.get(turn.context.self.stack);
  if (stack !== undefined) heed(turn, decode.stack(stack));
  childrenPulled(turn, message.asked, rows);
  const awaited = new Set(waitsFor(turn.resource).map(({ id }) => id));
  const users = new Set(usersOf(turn.resource).map(({ id }) => id));
  for (const id of message.asked) {
    const row = rows.get(id);
    if (!users.has(id) && !awaited.has(id)) continue;
    if (row === undefined) {
      seen(turn, id, { generation: turn.resource.generation, holds: [], gone: true, version: 0 });
    } else if (row.kind === 'resource') {
      const other = decode.resource(row);
      if (awaited.has(id)) arrived(turn, other);
      if (users.has(id))
        seen(turn, id, {
          generation: other.generation,
          holds: holdsOf(other),
          gone: other.absent,
          version: row.version,
        });
    }
  }
}

/** The stack's row, in place of what the stack may have told in vain: go on, or begin nothing any more. */
function heed(turn: ResourceTurn, stack: StackRecord): void {
  const { generation, stopped } = turn.resource;
  if (stack.stopped < generation && stack.generation <= generation) {
    if (!turn.allowed) turn.setMemory({ allowed: true });
  } else if (!stopped && stack.generation >= generation) {
    turn.set({ stopped: true });
    if (stack.halted === generation) halt(turn);
  }
}

/** A required one's row: it is reached in this generation, or was left alone by it. */
function arrived(turn: ResourceTurn, required: ResourceRecord): void {
  const { generation, untold, task } = turn.resource;
  if (turn.ready.has(required.id)) return;
  const isUntold = untold.some(({ resource }) => resource === required.id);
  if (required.reached < (isUntold ? required.generation : generation)) return;
  if (isActing(task)) arrive(turn, required.id, { incarnation: required.id, exported: '{}' });
  else if (!required.removed && required.current !== null && required.exported !== null)
    arrive(turn, required.id, { incarnation: required.current, exported: required.exported });
}

function arrive(turn: ResourceTurn, resource: Uuid, arrival: Arrival): void {
  turn.setMemory({ ready: new Map(turn.ready).set(resource, arrival) });
}

/** Does what can be done now. */
function advance(turn: ResourceTurn): void {
  // A loop, since what one step records another acts on; a state that waits for a call, a timer or others ends it.
  for (let last: unknown; last !== turn.finish().state && !turn.busy && !turn.resource.absent; ) {
    last = turn.finish().state;
    once(turn);
  }
}

/** Something of it may begin: its stack goes on, it has not failed, and all that it waits for is there. */
function mayStart(turn: ResourceTurn): boolean {
  const { resource, allowed } = turn;
  if (resource.stopped || resource.failedIn === resource.generation || !allowed) return false;
  if (resource.credential === null && turn.type().life.kind !== 'local') return false; // its stack will tell
  return waitsFor(resource).every(({ id }) => turn.ready.has(id));
}

function once(turn: ResourceTurn): void {
  const { resource, current, worked } = turn;
  const running = current?.life === 'making' ? current : worked;
  if (running === undefined) turn.disarm('deadline');
  if (resource.removed) {
    leave(turn);
  } else if (running !== undefined) {
    run(turn, running);
  } else {
    const going = turn.incarnations.find(({ life }) => life === 'going');
    if (going !== undefined && resource.failedIn !== resource.generation) undo(turn, going);
    else if (resource.reached === resource.generation) cleanUp(turn);
    else if (mayStart(turn)) goFor(turn);
  }
}

/** What is under way goes on, also after its stack failed, or a newer generation came. */
function run(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  if (turn.resource.stopped && endsInTime(turn)) return;
  if (isAdopting(incarnation)) {
    adopt(turn, incarnation);
    return;
  }
  if (incarnation.child !== null) {
    if (isOutdated(turn, incarnation) && mayStart(turn) && !isActing(turn.resource.task)) {
      supersede(turn, incarnation);
      goFor(turn);
    } else {
      advanceNested(turn, incarnation);
    }
    return;
  }
  if (incarnation.work?.kind === 'check') ask(turn, incarnation);
  else if (incarnation.work !== null) advanceWork(turn, incarnation);
  else if (incarnation.steps.length > 0) advanceSteps(turn, incarnation);
  else awaitLocal(turn);
}

function goFor(turn: ResourceTurn): void {
  if (isActing(turn.resource.task)) act(turn);
  else converge(turn);
}

/**
 * What runs may end by itself after its stack failed, but no later than the action's time: nobody else waits for it.
 * True if the time is over, and it with it.
 */
function endsInTime(turn: ResourceTurn): boolean {
  const { deadline } = turn.resource;
  if (turn.context.now() < deadline) {
    turn.arm('deadline', deadline);
    return false;
  }
  giveUp(turn, 'Timed out');
  return true;
}

function giveUp(turn: ResourceTurn, why: string): void {
  abort(turn, abortText(turn, why));
  stopGivenUp(turn);
}

function stateOf(rows: readonly Row[]): ResourceState {
  const main = rows.find(row => row.table === 'resources');
  invariant(main !== undefined, "a resource's rows hold its own");
  const incarnations = rows
    .filter(row => row.table === 'incarnations')
    .map(decode.incarnation)
    .sort((a, b) => a.generation - b.generation); // rows come in any order; the newest is last
  return freshState(decode.resource(main), incarnations, main.stack);
}

/**
 * A message for a resource that is over, or never was: its stack may not have heard that it is gone, or want it again;
 * a user is told.
 */
function answerForAbsent(message: Message, context: Context): Turn<undefined> {
  const order = message as ResourceMessage;
  const { stack, id } = context.self;
  const { request } = context;
  if (order.kind === 'mark' && request !== undefined) {
    const answer = errors.EntityNotFound({ entity: 'Resource', name: id });
    return { state: undefined, effects: [{ do: 'reply', request, answer }] };
  }
  if (order.kind !== 'converge') return { state: undefined, effects: [] };
  const absent = order.removed ? {} : { absent: true };
  const settled = {
    kind: 'settled',
    generation: order.generation,
    resource: id,
    reached: true,
    clean: true,
    ...absent,
  };
  return {
    state: undefined,
    effects: [{ do: 'tell', to: { kind: 'stack', stack, bucket: 0, id: stack }, message: settled }],
  };
}

/** The behaviour of all resources, over the types that are registered. */
export function resourceBehaviour(registry: Registry): Behaviour<ResourceState> {
  return {
    kind: 'resource',
    table: 'resources',
    watch: resourceWatch,
    decode: stateOf,
    born: durable => freshState(durable.value as ResourceRecord, []),
    durable: state => [
      { table: 'resources', key: state.resource.id, value: state.resource },
      ...state.incarnations.map((value): Durable => ({ table: 'incarnations', key: value.id, value })),
    ],
    encode: durable =>
      durable.table === 'resources'
        ? encodeResource(durable.value as ResourceRecord)
        : encodeIncarnation(durable.value as IncarnationRecord),
    handle: (state, message, context) => {
      if (state === undefined) return answerForAbsent(message, context);
      // The row that says so may not be written yet: the state stays until it is.
      if (state.resource.absent) return { ...answerForAbsent(message, context), state };
      const turn = new ResourceTurn(state, context, registry);
      const known = message as ResourceMessage;
      const handler = handlers[known.kind] as ((turn: ResourceTurn, message: ResourceMessage) => void) | undefined;
      invariant(handler !== undefined, `a resource understands ${message.kind}`);
      handler(turn, known);
      advance(turn);
      return turn.finish();
    },
    idle: state => !state.busy && (state.resource.absent || !isUnfinished(state.resource)),
    pulls: pullsOf,
  };
}

function pullsOf(state: ResourceState): readonly Address[] {
  const { resource } = state;
  if (!isUnfinished(resource)) return [];
  const users = [...waitedFor(state), ...awaitedChildren(state)];
  if (resource.removed || resource.stopped || resource.reached === resource.generation) return users;
  const required = waitsFor(resource).filter(address => !state.ready.has(address.id));
  const stack = state.stack ?? required[0]?.stack;
  const children = awaitedChildren(state);
  if (stack === undefined) return [...required, ...children];
  return [...required, ...children, { kind: 'stack', stack, bucket: 0, id: stack }];
}
