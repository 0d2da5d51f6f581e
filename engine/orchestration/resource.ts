/**
 * The resource actor: makes and unmakes what its stack's newest generation asks for.
 *
 *     told ─▶ waits for requires ─▶ making ─▶ reached ─▶ clean
 *       └──── removed ─▶ waits for users ─▶ leaving ─▶ absent (the row is over)
 *
 * Every handler only puts into the state what its message says; `advance` then does whatever can be done. A lower
 * generation than mine is dropped; my row, not the messages, says where I am, so `woken` is `advance` and no more.
 */
import type { Behaviour, Context, Durable, Turn } from '../actors/actor.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Message } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import type { Row } from '../store/store.ts';
import { leave, removed } from './leaving.ts';
import { abort, awaitLocal, begin, beginFailed, tellReady } from './making.ts';
import type { Called, Converge, Elapsed, Pulled, Ready, Released, Resolved, Stop, Woken } from './messages.ts';
import {
  decode,
  encodeIncarnation,
  encodeResource,
  type IncarnationRecord,
  isUnfinished,
  type ResourceRecord,
  type StackRecord,
} from './records.ts';
import { freshState, type ResourceState, ResourceTurn } from './resource-turn.ts';
import { advanceSteps, stepCalled } from './steps.ts';

type ResourceMessage = Converge | Ready | Released | Stop | Woken | Pulled | Elapsed | Resolved | Called;
type Handlers = {
  readonly [K in ResourceMessage['kind']]: (turn: ResourceTurn, message: Extract<ResourceMessage, { kind: K }>) => void;
};

const handlers: Handlers = {
  converge: (turn, message) => {
    const { resource } = turn;
    if (message.generation < resource.generation) return;
    if (resource.credential === null && message.credential !== undefined) turn.set({ credential: message.credential });
    if (message.generation === resource.generation) {
      if (!turn.allowed) turn.setMemory({ allowed: true });
      repeat(turn);
      return;
    }
    invariant(message.removed, 'a resource that is there is only told to go: updates are not spoken yet');
    abort(turn, 'user triggered cancel');
    turn.set({ generation: message.generation, removed: true, stopped: false, deadline: message.deadline });
    turn.setMemory({ ready: new Map() });
    if (turn.resource.action === 'DELETE' && turn.resource.status === 'FAILED') turn.status('DELETE', 'IN_PROGRESS');
  },
  ready: (turn, message) => {
    if (message.generation !== turn.resource.generation || turn.ready.has(message.resource)) return;
    turn.setMemory({
      ready: new Map(turn.ready).set(message.resource, {
        incarnation: message.incarnation,
        exported: message.exported,
      }),
    });
  },
  released: (turn, message) => {
    // Who is gone is gone for good: true whether my own order to go came before this or comes after it.
    if (!turn.released.has(message.resource))
      turn.setMemory({ released: new Set(turn.released).add(message.resource) });
  },
  stop: (turn, message) => {
    if (message.generation !== turn.resource.generation || turn.resource.stopped) return;
    turn.set({ stopped: true });
    if (message.abort !== undefined) abort(turn, abortText(turn, message.abort));
  },
  woken: () => undefined,
  pulled: (turn, message) => pulled(turn, message),
  elapsed: (turn, message) => {
    turn.disarm(message.tag);
  },
  resolved: (turn, message) => {
    turn.setMemory({ busy: false, resolved: new Map([...turn.resolved, ...Object.entries(message.ids)]) });
    if (turn.resource.removed) return;
    if (message.failure !== undefined) beginFailed(turn, message.failure.error, message.failure.message);
    else if (!message.complete) turn.armIn('resolve', limits.pollMs);
  },
  called: (turn, message) => {
    turn.setMemory({ busy: false });
    const incarnation = turn.incarnation(message.incarnation);
    if (incarnation === undefined) return;
    const leaving = incarnation.steps.find(step => step.name === message.step)?.state.at === 'leaving';
    if (message.what === 'remove' || leaving) removed(turn, incarnation, message);
    else stepCalled(turn, incarnation, message);
  },
};

/** Told again what it knows: whoever asks has not heard how far this is. */
function repeat(turn: ResourceTurn): void {
  const { reached, clean, generation, action, status, reason, removed } = turn.resource;
  // A create that failed is no failure to go.
  if (status === 'FAILED' && action === (removed ? 'DELETE' : 'CREATE')) turn.tellSettled(reason);
  else if (reached === generation || clean === generation) {
    tellReady(turn);
    turn.tellSettled();
  }
}

function abortText(turn: ResourceTurn, why: string): string {
  const { resource, context } = turn;
  return `Task create from ${turn.type().className} "${resource.name}" Stack "${resource.stackName}" [${context.self.stack}] ${why}`;
}

/** Rows of those it waits for. A row that is missing is one that is over. */
function pulled(turn: ResourceTurn, message: Pulled): void {
  const rows = new Map(message.rows.map(row => [row.key, row]));
  const stack = rows.get(turn.context.self.stack);
  if (stack !== undefined) heed(turn, decode.stack(stack));
  for (const address of turn.resource.requires) {
    const row = rows.get(address.id);
    if (row !== undefined) arrived(turn, decode.resource(row));
  }
  const gone = message.asked.filter(id => !rows.has(id) && turn.resource.requiredBy.some(user => user.id === id));
  if (gone.length > 0) turn.setMemory({ released: new Set([...turn.released, ...gone]) });
}

/** The stack's row, in place of what the stack may have told in vain: go on, or begin nothing any more. */
function heed(turn: ResourceTurn, stack: StackRecord): void {
  const { generation, stopped } = turn.resource;
  if (stack.stopped < generation && stack.generation <= generation) {
    if (!turn.allowed) turn.setMemory({ allowed: true });
  } else if (!stopped && stack.generation >= generation) {
    turn.set({ stopped: true });
  }
}

function arrived(turn: ResourceTurn, required: ResourceRecord): void {
  const { generation, ready } = { generation: turn.resource.generation, ready: turn.ready };
  if (required.reached < generation || required.removed || required.current === null || required.exported === null)
    return;
  if (!ready.has(required.id))
    turn.setMemory({
      ready: new Map(ready).set(required.id, { incarnation: required.current, exported: required.exported }),
    });
}

/** Does what can be done now. */
function advance(turn: ResourceTurn): void {
  // A loop, since what one step records another acts on; a state that waits for a call, a timer or others ends it.
  for (let last: unknown; last !== turn.finish().state && !turn.busy && !turn.resource.absent; ) {
    last = turn.finish().state;
    once(turn);
  }
}

function once(turn: ResourceTurn): void {
  const { resource, current } = turn;
  if (current?.life !== 'making') turn.disarm('deadline');
  if (resource.removed) {
    leave(turn);
    return;
  }
  if (current?.life === 'making') {
    if (resource.stopped && endsInTime(turn)) return;
    if (current.steps.length > 0) advanceSteps(turn, current);
    else awaitLocal(turn);
    return;
  }
  if (current !== undefined || resource.stopped || resource.status === 'FAILED') return;
  if (resource.credential === null && turn.type().life.kind === 'cloud') return; // its stack will tell
  if (turn.allowed && resource.requires.every(address => turn.ready.has(address.id))) begin(turn);
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
  abort(turn, abortText(turn, 'Timed out'));
  return true;
}

function stateOf(rows: readonly Row[]): ResourceState {
  const main = rows.find(row => row.table === 'resources');
  invariant(main !== undefined, "a resource's rows hold its own");
  const incarnations = rows.filter(row => row.table === 'incarnations').map(decode.incarnation);
  return freshState(decode.resource(main), incarnations, main.stack);
}

/** A message for a resource that is over, or never was: its stack may not have heard that it is gone. */
function answerForAbsent(message: Message, context: Context): Turn<undefined> {
  const order = message as ResourceMessage;
  if (order.kind !== 'converge' || !order.removed) return { state: undefined, effects: [] };
  const { stack, id } = context.self;
  const settled = { kind: 'settled', generation: order.generation, resource: id, reached: true, clean: true };
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
    pulls: state => waitsFor(state),
  };
}

function waitsFor(state: ResourceState): ReturnType<Behaviour<ResourceState>['pulls']> {
  const { resource } = state;
  if (!isUnfinished(resource)) return [];
  if (resource.removed) return resource.requiredBy.filter(address => !state.released.has(address.id));
  if (resource.current !== null || resource.stopped) return [];
  const requires = resource.requires.filter(address => !state.ready.has(address.id));
  const stack = state.stack ?? resource.requires[0]?.stack;
  return stack === undefined ? [] : [...requires, { kind: 'stack', stack, bucket: 0, id: stack }];
}
