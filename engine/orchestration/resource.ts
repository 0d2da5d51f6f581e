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
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Message } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import type { Row } from '../store/store.ts';
import { checked, marked } from './acting.ts';
import { adoptSeen, isAdopting } from './adopting.ts';
import { sighted } from './converging.ts';
import { lacks, notHere } from './elsewhere.ts';
import { removed } from './leaving.ts';
import { giveUpWaiting, unhook } from './hooks.ts';
import { beginFailed, reach } from './making.ts';
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
  Unhook,
  Wake,
  Woken,
} from './messages.ts';
import {
  decode,
  encodeIncarnation,
  encodeResource,
  type IncarnationRecord,
  isUnfinished,
  type ResourceRecord,
} from './records.ts';
import { freshState, type ResourceState, ResourceTurn } from './resource-turn.ts';
import { childLooked, childSettled, halt } from './nesting.ts';
import { stepCalled } from './step-answers.ts';
import { seen } from './users.ts';
import { resourceWatch } from './watch.ts';
import { advance, giveUp, mayStart } from './advancing.ts';
import { arrive, pulled, pullsOf, repeat, takeUp } from './hearing.ts';

type ResourceMessage =
  | Converge
  | Ready
  | Released
  | Stop
  | Woken
  | Wake
  | Pulled
  | Elapsed
  | Resolved
  | Called
  | Mark
  | Unhook
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
    // Of a newer generation that it was not told of, too: what it does for an older one nobody waits for.
    if (message.generation < turn.resource.generation || turn.resource.stopped) return;
    turn.set({ stopped: true });
    giveUpWaiting(turn);
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
  unhook: (turn, { hook }) => {
    if (unhook(turn, requestOf(turn), hook, shownOf(turn)) && turn.current !== undefined) reach(turn, turn.type());
  },
  woken: () => undefined,
  wake: () => undefined,
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
    // What was to be watched has no steps: it was given up before its service answered.
    else if (incarnation.external === undefined) stepCalled(turn, incarnation, message);
  },
};

/** Nothing is done to it: what is shown of it was asked for to decide what to do. */
function isLooked({ life, work }: IncarnationRecord): boolean {
  return life === 'live' && (work === null || work.failed);
}

/** As Heat shows a resource in messages. */
function shownOf(turn: ResourceTurn): string {
  const { physicalId, name, stackName } = turn.resource;
  const thing = physicalId === null ? '' : ` [${physicalId}]`;
  return `${turn.type().className} "${name}"${thing} Stack "${stackName}" [${turn.context.self.stack}]`;
}

function requestOf(turn: ResourceTurn): Uuid {
  const { request } = turn.context;
  invariant(request !== undefined, 'a command has a request id');
  return request;
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
  if ((order.kind === 'mark' || order.kind === 'unhook') && request !== undefined) {
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

function typesOf({ resource, incarnations }: ResourceState): readonly string[] {
  return [resource.order.type, ...incarnations.filter(({ life }) => life !== 'gone').map(({ type }) => type)];
}

/**
 * As if no message had come (elsewhere.ts): whoever sent it says it again, or reads the row; where the type is, the row
 * is gone on from.
 */
function waitElsewhere(state: ResourceState, type: string, { request }: Context): Turn<ResourceState> {
  return { state, effects: request === undefined ? [] : [{ do: 'reply', request, answer: notHere(type) }] };
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
      const missing = typesOf(state).find(type => lacks(registry, type));
      if (missing !== undefined) return waitElsewhere(state, missing, context);
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
