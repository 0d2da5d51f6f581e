/**
 * A resource whose thing is a stack (contract: lifecycle §9): it passes definitions down and waits.
 *
 *   idle ─▶ [looking: what is the child now] ─▶ ordered ─▶ [pausing] ─▶ ordered … ─▶ [reading: what it exports] ─▶ done
 *
 * The child's id is the incarnation's, so the intent and the child's name are one commit, made before the first order
 * leaves. Orders are numbered in the incarnation's row; the child takes only a number above the last that it took, and
 * its row says which one ended and how. So an order or an answer that was lost, doubled or late costs time and never
 * truth: this side pulls the child's row for as long as it waits. A newer generation does not wait for an older one's
 * order: the next order supersedes it in the child (architecture: Convergence, 7).
 */
import { addMs } from '../kernel/clock.ts';
import { isHeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { LifeFailure } from '../kit/resource.ts';
import type { Row } from '../store/store.ts';
import { writeJson } from '../values/json.ts';
import { lookTask, readTask } from './child-looks.ts';
import { fail, failed, isMade, mapFrom, reasonOf } from './making.ts';
import type { ChildLooked, ChildSettled } from './messages.ts';
import { childOf, give, lifeOf, planOf, setChild, tellOrder, updatePolicyOf, wanted } from './ordering.ts';
import { decode, type IncarnationRecord } from './records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { finishUpdate } from './working.ts';

/** Does what comes next of what is made of it or done to it. */
export function advanceNested(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const child = childOf(incarnation);
  const { work } = incarnation;
  switch (child.at) {
    case 'idle':
      if (work === null || work.kind === 'update') beginDefinition(turn, incarnation);
      else if (work.kind === 'suspend' || work.kind === 'resume' || work.kind === 'check') {
        give(turn, incarnation, work.kind);
      }
      return;
    case 'looking':
      if (turn.isArmed('look')) return;
      turn.setMemory({ busy: true });
      turn.effect({ do: 'task', cloud: false, run: lookTask(turn.registry, incarnation.id, child.order) });
      return;
    case 'ordered':
      return; // its answer, or its row, will say
    case 'pausing':
      if (child.until !== null && turn.context.now() < child.until) turn.arm('wait', child.until);
      else define(turn, setChild(turn, incarnation.id, { at: 'idle' }), child.index);
      return;
    case 'reading':
      read(turn, incarnation);
      return;
    default:
      child.at satisfies never;
  }
}

function beginDefinition(turn: ResourceTurn, begun: IncarnationRecord): void {
  const there = begun.work !== null;
  const { order, timeoutMs } = turn.resource;
  const incarnation = setChild(turn, begun.id, { asked: { policies: order.policies, timeoutMs } });
  if (there && lifeOf(turn, incarnation).looks(wanted(turn, incarnation), updatePolicyOf(turn)))
    setChild(turn, incarnation.id, { at: 'looking' });
  else define(turn, setChild(turn, incarnation.id, { members: '' }), 0);
}

/** Orders the plan's definition of that index; a plan that cannot be made fails. */
function define(turn: ResourceTurn, incarnation: IncarnationRecord, index: number): void {
  let kept: string;
  try {
    const plan = planOf(turn, incarnation);
    invariant(plan.definitions.length > index, 'a plan has the definition that comes next');
    // From the first order on, as in Heat: what it does is done, also if the plan fails or is given up.
    kept = writeJson(plan.kept);
  } catch (error) {
    if (!(error instanceof LifeFailure) && !isHeatError(error)) throw error;
    const name = error instanceof LifeFailure ? error.error : error.type;
    failNested(turn, incarnation, name, '', error.message);
    return;
  }
  give(turn, setChild(turn, incarnation.id, { index, kept }), 'define');
}

/** A newer generation than what is under way is for: the child is told the newer one at once. */
export function isOutdated({ resource }: ResourceTurn, { work, generation }: IncarnationRecord): boolean {
  return (work?.generation ?? generation) < resource.generation;
}

/** What is under way is given up, so that the incarnation can be changed at once (contract: lifecycle §3, 4c). */
export function supersede(turn: ResourceTurn, { id }: IncarnationRecord): void {
  turn.disarm('wait');
  const { action, status } = turn.resource;
  if (status === 'IN_PROGRESS') turn.status(action, 'FAILED', reasonOf(turn, '', '', cancelled(turn)));
  turn.setIncarnation(id, { life: 'live', work: null });
  setChild(turn, id, { at: 'idle' });
}

function cancelled({ resource }: ResourceTurn): string {
  return `Stack ${resource.action} cancelled`;
}

/** The stack was stopped with all below: what is under way in this one's stack stops, nothing more is ordered of it. */
export function halt(turn: ResourceTurn): void {
  const { current } = turn;
  const busy = current?.life === 'making' ? current : turn.worked;
  if (busy === undefined || busy.child === null || busy.life === 'going') return;
  const { at, what } = busy.child;
  if (at === 'ordered' && what !== 'stop') {
    give(turn, busy, 'stop');
  } else if (at === 'looking' || at === 'pausing') {
    turn.disarm('wait');
    failNested(turn, setChild(turn, busy.id, { at: 'idle' }), '', '', cancelled(turn));
  }
}

/** What was given up is told to stop; if it does not hear that, its own time ends it. */
export function stopGivenUp(turn: ResourceTurn): void {
  for (const each of turn.incarnations) {
    if (isGivenUp(each) && each.child?.at === 'ordered' && each.child.what !== 'stop') give(turn, each, 'stop');
  }
}

function isGivenUp({ life, work }: IncarnationRecord): boolean {
  return work === null ? life === 'failed' : work.failed;
}

/** The answer to an order came. */
export function childSettled(turn: ResourceTurn, message: ChildSettled): void {
  const incarnation = turn.incarnations.find(({ child }) => child?.at === 'ordered');
  if (incarnation === undefined || incarnation.id !== message.child) return;
  if (childOf(incarnation).order !== message.order) return;
  const { what } = childOf(incarnation);
  if (isGivenUp(incarnation)) {
    setChild(turn, incarnation.id, { at: 'idle' });
    return;
  }
  if (message.failure !== undefined) {
    if (!message.there && incarnation.life === 'making') {
      turn.setIncarnation(incarnation.id, { physicalId: null });
      turn.set({ physicalId: null });
    }
    const { error, path, text } = partsOf(message.failure);
    failNested(turn, setChild(turn, incarnation.id, { at: 'idle' }), error, path, text);
  } else if (what === 'define') {
    defined(turn, incarnation);
  } else if (what === 'stop' && isDefining(incarnation)) {
    stopped(turn, incarnation);
  } else {
    setChild(turn, incarnation.id, { at: 'idle' });
    ended(turn, incarnation);
  }
}

function isDefining({ life, work }: IncarnationRecord): boolean {
  return life !== 'going' && (work === null || work.kind === 'update');
}

/** It was told to stop when it had done what was ordered: that was all, or no more of it is ordered. */
function stopped(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { index } = childOf(incarnation);
  if (index + 1 >= planOf(turn, incarnation).definitions.length) defined(turn, incarnation);
  else failNested(turn, setChild(turn, incarnation.id, { at: 'idle' }), '', '', cancelled(turn));
}

/** Definition after definition; after the last one what it exports is read. */
function defined(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { index } = childOf(incarnation);
  const { definitions } = planOf(turn, incarnation);
  const pauseMs = definitions[index]?.pauseMs ?? 0;
  if (index + 1 >= definitions.length) {
    setChild(turn, incarnation.id, { at: 'reading' });
  } else if (pauseMs > 0) {
    const until = addMs(turn.context.now(), pauseMs);
    setChild(turn, incarnation.id, { at: 'pausing', index: index + 1, until });
  } else {
    define(turn, incarnation, index + 1);
  }
}

function read(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { requiredBy, exports } = turn.resource;
  if (requiredBy.length === 0 && exports.length === 0) {
    done(turn, incarnation, '{}', false);
    return;
  }
  if (turn.isArmed('look')) return;
  turn.setMemory({ busy: true });
  const run = readTask(turn.registry, incarnation, turn.type(incarnation.type), exports);
  turn.effect({ do: 'task', cloud: false, run });
}

/** The child's rows were read: for the plan, or for what is exported. */
export function childLooked(turn: ResourceTurn, message: ChildLooked): void {
  turn.setMemory({ busy: false });
  const incarnation = turn.incarnation(message.incarnation);
  if (incarnation === undefined || incarnation.child === null) return;
  const { at, order } = incarnation.child;
  if (order !== message.order) return;
  if (at === 'looking') define(turn, looked(turn, incarnation, message), 0);
  else if (at === 'reading') done(turn, incarnation, message.text, message.secret);
}

function looked(turn: ResourceTurn, incarnation: IncarnationRecord, message: ChildLooked): IncarnationRecord {
  const { asked } = childOf(incarnation);
  const noted = asked === undefined || message.isStale !== true ? {} : { asked: { ...asked, isStale: true } };
  return setChild(turn, incarnation.id, { at: 'idle', members: message.text, ...noted });
}

/** It is what it was to be. `data` as it is kept. */
function done(turn: ResourceTurn, incarnation: IncarnationRecord, data: string, secret: boolean): void {
  const { id } = incarnation;
  const properties = wanted(turn, incarnation);
  setChild(turn, id, { at: 'idle', members: '' });
  turn.setIncarnation(id, { secret: incarnation.secret || secret, data, unsound: '' });
  const { work } = incarnation;
  if (work === null) {
    isMade(turn, turn.type(incarnation.type), mapFrom(turn.clear(data)), properties);
    return;
  }
  turn.setIncarnation(id, { life: 'live' });
  const now = turn.incarnation(id);
  invariant(now !== undefined, 'it is still there');
  finishUpdate(turn, now, properties, turn.clear(work.frozen), data);
}

/** Another order than a definition ended well. */
function ended(turn: ResourceTurn, { id, life, work }: IncarnationRecord): void {
  if (life === 'going' || work === null) return; // leaving.ts goes on
  turn.setIncarnation(id, { work: null, generation: turn.resource.generation });
  if (work.kind === 'suspend') turn.status('SUSPEND', 'COMPLETE');
  else if (work.kind === 'resume') turn.status('RESUME', 'COMPLETE');
  else if (work.kind === 'check') turn.status('CHECK', 'COMPLETE');
}

/** A nested stack's reason as error, path and message, as Heat takes them apart. */
export function partsOf(reason: string): { readonly error: string; readonly path: string; readonly text: string } {
  const found = /^Resource [A-Z]+ failed: (?:((?!resources[.[])[^:]*): )?(resources[.[][^:]*): (.*)$/s.exec(reason);
  const [, error = '', path = '', text = ''] = found ?? [];
  return found === null ? { error: '', path: '', text: reason } : { error, path, text };
}

function failNested(
  turn: ResourceTurn,
  { id, life, work }: IncarnationRecord,
  error: string,
  path: string,
  text: string,
): void {
  if (life === 'going') {
    turn.setIncarnation(id, { life: 'failed' });
    failedToGoNested(turn, id, error, path, text);
  } else if (work?.kind === 'check') {
    turn.setIncarnation(id, { work: null, generation: turn.resource.generation });
    const reason = reasonOf(turn, error, path, text);
    turn.status('CHECK', 'FAILED', reason, null, 'again');
    turn.set({ failedIn: turn.resource.generation, failure: `CHECK failed: ${reason}` });
  } else {
    fail(turn, error, text, path);
    turn.setIncarnation(id, { work: null });
    setChild(turn, id, { at: 'idle' });
  }
}

function failedToGoNested(turn: ResourceTurn, id: Uuid, error: string, path: string, text: string): void {
  const reason = reasonOf(turn, error, path, text);
  const incarnation = turn.incarnation(id);
  if (turn.resource.removed) turn.status('DELETE', 'FAILED', reason);
  else if (incarnation !== undefined) turn.note(incarnation, 'DELETE', 'FAILED', reason);
  failed(turn, turn.resource.generation, reason, 'DELETE');
}

/** The rows of children that it waits for: a missing one never heard; neither has one that took no such order. */
export function childrenPulled(turn: ResourceTurn, asked: readonly Uuid[], rows: ReadonlyMap<Uuid, Row>): void {
  for (const id of asked) {
    const incarnation = turn.incarnation(id);
    if (incarnation?.child?.at !== 'ordered') continue;
    const row = rows.get(id);
    const nesting = row === undefined ? null : decode.stack(row).nesting;
    const { order } = incarnation.child;
    if (nesting === null || nesting.taken < order) tellOrder(turn, incarnation);
    else if (nesting.settled?.order === order) {
      const { failure } = nesting.settled;
      const why = failure === null ? {} : { failure };
      childSettled(turn, { kind: 'childSettled', child: id, order, there: true, ...why });
    }
  }
}
