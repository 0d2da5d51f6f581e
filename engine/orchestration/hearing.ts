/**
 * What a resource learns: a newer generation from its stack, what others reached or let go of, and, where nobody told
 * it, the same from their rows (pulls). It is only put into the state; what can be done then is advancing.ts's.
 */
import type { Address, Uuid } from '../kernel/ids.ts';
import { tellActed, waitsFor } from './acting.ts';
import { giveUpWaiting, hooksAnew } from './hooks.ts';
import { abort, tellReady } from './making.ts';
import type { Converge, Pulled, ResourceOrder } from './messages.ts';
import { decode, isActing, isUnfinished, type ResourceRecord, type StackRecord } from './records.ts';
import type { Arrival, ResourceState, ResourceTurn } from './resource-turn.ts';
import { childrenPulled, halt } from './nesting.ts';
import { awaitedChildren } from './ordering.ts';
import { holdsOf, seen, tellReleased, union, usersOf, waitedFor } from './users.ts';

/**
 * A newer generation begins here. What runs for the older one goes on until it is known what it made, unless all of
 * it shall go.
 */
export function takeUp(turn: ResourceTurn, message: Converge): void {
  const { resource, memory } = turn;
  if (message.removed) abort(turn, 'user triggered cancel');
  const order = message.removed ? going(message, resource) : message.order;
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
    formerUsers: formerUsersOf(resource, message),
    former: union(resource.former, resource.requires),
    untold: message.untold,
    exports: message.exports,
    hooks: hooksAnew(resource.hooks),
  });
  turn.setMemory({
    ready: new Map(),
    users: new Map([...memory.users].filter(([, view]) => view.gone || view.generation >= message.generation)),
    sights: new Map(),
    resolved: new Map(),
  });
  turn.disarm('resolve');
  turn.disarm('look');
  forgetTries(turn);
  if (isOver) turn.status('DELETE', 'IN_PROGRESS', 'state changed', null, 'never');
  if (turn.incarnations.length === 0) tellReleased(turn);
  // Whom it requires from now on would wait to hear that it took this up.
  else tellReleased(turn, without(message.requires, resource.requires));
}

/** Who required it and may use it still: not those of whom the stack knows better, since they say nothing any more. */
function formerUsersOf({ formerUsers, requiredBy }: ResourceRecord, message: Converge): readonly Address[] {
  const left = without(union(formerUsers, requiredBy), message.requiredBy);
  return message.over.length === 0 ? left : left.filter(({ id }) => !message.over.includes(id));
}

/** What could not go for an older generation is asked to go as often again: what was in its way may have gone. */
function forgetTries(turn: ResourceTurn): void {
  for (const { id, steps } of turn.incarnations) {
    for (const { name, state, tries } of steps)
      if (state.at === 'leaving' && tries > 0) turn.setStep(id, name, state, 0);
  }
}

/** What is to go stops where its stack's environment says now: it may have been told of another one last. */
function going({ breakpoints }: Converge, { order }: ResourceRecord): ResourceOrder {
  const { breakpoints: _older, ...rest } = order;
  return breakpoints === undefined ? rest : { ...rest, breakpoints };
}

function without(addresses: readonly Address[], others: readonly Address[]): readonly Address[] {
  return addresses.length === 0 ? addresses : addresses.filter(({ id }) => !others.some(other => other.id === id));
}

/** Told again what it knows: whoever asks has not heard how far this is. */
export function repeat(turn: ResourceTurn): void {
  const { reached, clean, generation, failedIn, failure, task } = turn.resource;
  if (failedIn === generation) {
    turn.tellSettled(failure);
  } else if (reached === generation || clean === generation) {
    if (isActing(task)) tellActed(turn);
    else tellReady(turn);
    turn.tellSettled();
  }
}

/** Rows of those it waits for. A row that is missing is one that is over. */
export function pulled(turn: ResourceTurn, message: Pulled): void {
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
    giveUpWaiting(turn);
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

export function arrive(turn: ResourceTurn, resource: Uuid, arrival: Arrival): void {
  turn.setMemory({ ready: new Map(turn.ready).set(resource, arrival) });
}

export function pullsOf(state: ResourceState): readonly Address[] {
  const { resource } = state;
  if (!isUnfinished(resource)) return [];
  const awaited = waitedFor(state);
  const users = [...awaited, ...awaitedChildren(state)];
  if (resource.stopped) return users;
  if (resource.removed || resource.reached === resource.generation) {
    // Users of a stack that has stopped may never let go: its row says that nobody waits for this any more.
    const [first] = awaited;
    return first === undefined ? users : [...users, stackOf(state.stack ?? first.stack)];
  }
  const required = waitsFor(resource).filter(address => !state.ready.has(address.id));
  const stack = state.stack ?? required[0]?.stack;
  const children = awaitedChildren(state);
  if (stack === undefined) return [...required, ...children];
  return [...required, ...children, stackOf(stack)];
}

function stackOf(stack: Uuid): Address {
  return { kind: 'stack', stack, bucket: 0, id: stack };
}
