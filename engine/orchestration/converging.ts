/**
 * How a resource that is there becomes what a newer generation wants.
 *
 *   same ─────────────────────────────▶ reached: no event, no call
 *   in place ─▶ work (working.ts) ────▶ reached
 *   replaced ─▶ [prepare the old one] ─▶ a new incarnation (making.ts) ─▶ reached ─▶ the old one goes (leaving.ts)
 *
 * Nothing of the decision is remembered: it is made from the rows, and again after a restart. After a replacement that
 * failed, or that a rollback takes back, the old incarnation may still be there: it is the base again, and so keeps
 * its thing (contract: lifecycle §7, last paragraph).
 */
import { addMs } from '../kernel/clock.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { type Decision, decide } from '../kit/decide.ts';
import { type Change, LifeFailure, type LocalLife, mainStep, type ResourceType } from '../kit/resource.ts';
import { writeJson } from '../values/json.ts';
import { emptyMap, mapOf, type ValueMap } from '../values/value.ts';
import { keepsExternal, refuseExternal } from './adopting.ts';
import { bodyOf, isUnreadable, succeeded } from './answers.ts';
import { isSet } from './hooks.ts';
import {
  begin,
  fail,
  failed,
  lifeContext,
  liveOf,
  mapFrom,
  reach,
  reasonOf,
  usedNow,
  type Wish,
  wishOf,
} from './making.ts';
import type { Called } from './messages.ts';
import type { IncarnationRecord } from './records.ts';
import type { ResourceTurn, Sight } from './resource-turn.ts';
import { call, inputOf, stepOf, stepsWith } from './steps.ts';
import { successorOf } from './work-steps.ts';
import { finishUpdate, startWork } from './working.ts';

/** Goes for what this generation wants; everything it requires is there. */
export function converge(turn: ResourceTurn): void {
  const wish = wishOf(turn);
  if (wish === undefined) return;
  const base = baseOf(turn, wish);
  if (base === undefined) {
    beginFreely(turn, wish);
    return;
  }
  const external = keepsExternal(turn, base);
  if (external !== 'none') {
    if (external === 'same') settled(turn, base);
    else refuseExternal(turn, base);
    return;
  }
  const decision = decisionOf(turn, base, wish);
  const isAside = base.id !== turn.resource.current || base.prepared;
  if (isAside && decision.kind !== 'replace' && !letsItBeReplaced(turn, base, wish, decision)) {
    takeBack(turn, base);
    return;
  }
  switch (decision.kind) {
    case 'same':
      settled(turn, base);
      return;
    case 'update':
      if (isSet(turn, 'update')) restricted(turn, base, 'update');
      else update(turn, base, wish, decision.changed);
      return;
    case 'replace':
      if (isSet(turn, 'replace')) restricted(turn, base, 'replace');
      else replace(turn, base, wish, decision.quietly, turn.resource.name);
      return;
    case 'refused': {
      turn.status('UPDATE', 'IN_PROGRESS');
      const names = decision.immutable.join(', ');
      fail(
        turn,
        'NotSupported',
        `Update to properties ${names} of ${turn.resource.name} (${wish.type.name}) is not supported.`,
      );
      return;
    }
    case 'look':
      lookAt(turn, base);
      return;
    default:
      decision satisfies never;
  }
}

/** It let go of what its replacement wants since its type wants it replaced, whatever its properties allow. */
function letsItBeReplaced(turn: ResourceTurn, base: IncarnationRecord, wish: Wish, decision: Decision): boolean {
  const { life } = wish.type;
  if (!base.prepared || decision.kind !== 'update' || life.kind !== 'cloud') return false;
  try {
    return (life.update?.(changeOf(turn, base, wish, decision.changed)) ?? 'replace') === 'replace';
  } catch (error) {
    if (error instanceof LifeFailure) return false;
    throw error;
  }
}

/** Its environment forbids it: an event says so, and it stays as it is (contract: lifecycle §7, 7). */
function restricted(turn: ResourceTurn, base: IncarnationRecord, action: 'update' | 'replace'): void {
  const message = `${action} is restricted for resource.`;
  turn.note(base, 'UPDATE', 'FAILED', message);
  failed(turn, turn.resource.generation, reasonOf(turn, 'ResourceActionRestricted', '', message), 'UPDATE');
}

/** The one to start from: one that is right already, else the current one, else the newest that is there. */
function baseOf(turn: ResourceTurn, wish: Wish): IncarnationRecord | undefined {
  const live = turn.incarnations.filter(
    ({ life, child }) => life === 'live' || (life === 'failed' && child !== null && child.what !== 'delete'),
  );
  return baseAmong(live, turn.resource.current, each => decisionOf(turn, each, wish));
}

/** The same of live ones, for whoever decides otherwise than by acting. */
export function baseAmong(
  live: readonly IncarnationRecord[],
  current: string | null,
  decided: (incarnation: IncarnationRecord) => Decision,
): IncarnationRecord | undefined {
  const right = live.length > 1 ? live.find(each => isRight(decided(each), each)) : undefined;
  return right ?? live.find(({ id }) => id === current) ?? live.at(-1);
}

/** A nested stack is right when nothing but what is in it may differ. */
function isRight(decision: Decision, { child }: IncarnationRecord): boolean {
  return decision.kind === 'same' || (child !== null && decision.kind === 'update' && decision.changed.size === 0);
}

function decisionOf(turn: ResourceTurn, base: IncarnationRecord, wish: Wish): Decision {
  const sight = turn.memory.sights.get(base.id);
  if (sight?.sound === false) return { kind: 'replace', quietly: true, because: ['it is gone or broken'] };
  if (sight === undefined && turn.resource.observe && base.steps.length > 0) return { kind: 'look' };
  const properties = mapFrom(turn.clear(base.properties));
  return decide(
    {
      type: base.type,
      properties: sight === undefined ? properties : asSeen(properties, sight.data, wish.type),
      frozen: turn.clear(base.frozen),
      unsound: sight === undefined || base.unsound === 'CHECK' ? base.unsound : '',
    },
    wish,
  );
}

/**
 * Properties that may be updated, where the cloud shows another value of the same name. Unlike Heat, what users of the
 * thing have set counts only where the template says something else: a port would be taken from its server.
 */
export function asSeen(properties: ValueMap, data: ValueMap, type: ResourceType): ValueMap {
  return mapOf(
    [...properties].map(([name, value]) => {
      const now = data.get(name);
      const schema = type.properties[name];
      const isUsers = schema?.setByUsers === true && value === schema.defaultValue;
      const counts = schema?.updateAllowed === true && !isUsers && value !== null && now !== undefined;
      return [name, counts ? now : value];
    }),
  );
}

/** It is right as it is. */
function settled(turn: ResourceTurn, base: IncarnationRecord): void {
  const { action, status, generation } = turn.resource;
  if (status === 'FAILED') {
    turn.status(
      action,
      'COMPLETE',
      'Update status to COMPLETE for FAILED resource neither update nor replace.',
      null,
      'never',
    );
  }
  if (base.generation !== generation) turn.setIncarnation(base.id, { generation, unsound: '' });
  turn.setHolds(base.id, usedNow(turn));
  reach(turn, turn.type());
}

/** An older incarnation takes its place again. No event tells (contract: lifecycle §4, Rollback). */
function takeBack(turn: ResourceTurn, base: IncarnationRecord): void {
  turn.set({ current: base.id, physicalId: base.physicalId });
  turn.status('UPDATE', 'COMPLETE', `The Resource ${turn.resource.name} requires replacement.`, null, 'never');
  if (!base.prepared) return;
  const { life } = turn.type(base.type);
  const steps = life.kind === 'cloud' ? life.restorePrevious?.(liveOf(turn, base), successorOf(turn, base)) : undefined;
  if (steps === undefined) turn.setIncarnation(base.id, { prepared: false });
  else startWork(turn, base, 'restore', steps);
}

function changeOf(turn: ResourceTurn, base: IncarnationRecord, wish: Wish, changed: ReadonlySet<string>): Change {
  const before = liveOf(turn, base);
  const chosen = [...before.properties].filter(([name]) => name.startsWith('@'));
  return { before, after: mapOf([...wish.properties, ...chosen]), changed, metadata: wish.metadata };
}

function update(turn: ResourceTurn, base: IncarnationRecord, wish: Wish, changed: ReadonlySet<string>): void {
  const change = changeOf(turn, base, wish, changed);
  const { life } = wish.type;
  if (life.kind === 'nested') {
    turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
    turn.setIncarnation(base.id, { type: wish.type.name, secret: base.secret || wish.secret });
    const now = turn.incarnation(base.id);
    invariant(now !== undefined, 'what is changed is there');
    startWork(turn, now, 'update', { steps: [] }, change, wish.frozen);
    return;
  }
  if (changed.size === 0) {
    turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
    finishUpdate(turn, base, change.after, wish.frozen);
    return;
  }
  if (life.kind === 'local') {
    updateLocal(turn, base, wish, change, life);
    return;
  }
  invariant(life.kind === 'cloud', `${wish.type.name} is changed by steps`);
  let steps: ReturnType<NonNullable<typeof life.update>>;
  try {
    steps = life.update?.(change) ?? 'replace';
  } catch (error) {
    if (!(error instanceof LifeFailure)) throw error;
    turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
    fail(turn, error.error, error.message);
    return;
  }
  if (steps === 'replace') {
    replace(turn, base, wish, false, shownAs(turn, base));
    return;
  }
  turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
  startWork(turn, base, 'update', steps, change, wish.frozen);
}

function updateLocal(turn: ResourceTurn, base: IncarnationRecord, wish: Wish, change: Change, life: LocalLife): void {
  const outcome = life.update?.(change, lifeContext(turn, base.physicalName)) ?? 'replace';
  if (outcome === 'replace') {
    replace(turn, base, wish, false, shownAs(turn, base));
    return;
  }
  turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
  const failed = outcome.kind === 'failed' ? { error: outcome.error, message: outcome.message } : null;
  const data = outcome.kind === 'done' ? turn.kept(writeJson(outcome.value.data), wish.secret) : undefined;
  if (outcome.waitMs === 0 && failed === null) {
    finishUpdate(turn, base, change.after, wish.frozen, data);
    return;
  }
  startWork(turn, base, 'update', { steps: [] }, change, wish.frozen, data);
  turn.setIncarnation(base.id, { wait: { until: addMs(turn.context.now(), outcome.waitMs), failed } });
}

/** As Heat's types show themselves where they find out on their own. */
function shownAs(turn: ResourceTurn, base: IncarnationRecord): string {
  const { name, stackName } = turn.resource;
  const physical = base.physicalId ?? base.physicalName;
  return `${turn.type(base.type).className} "${name}" [${physical}] Stack "${stackName}" [${turn.context.self.stack}]`;
}

function replace(turn: ResourceTurn, base: IncarnationRecord, wish: Wish, quietly: boolean, shown: string): void {
  if (!base.prepared) {
    if (!quietly) {
      const note = turn.resource.current === base.id;
      if (note) turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
      else turn.note(base, 'UPDATE', 'IN_PROGRESS');
      const reason = `The Resource ${shown} requires replacement.`;
      if (note) turn.status('UPDATE', 'COMPLETE', reason);
      else turn.note(base, 'UPDATE', 'COMPLETE', reason);
    }
    const { life } = turn.type(base.type);
    const change = changeOf(turn, base, wish, new Set());
    const first = life.kind === 'cloud' ? life.prepareReplace?.(change) : undefined;
    if (first === 'first') {
      turn.note(base, 'DELETE', 'IN_PROGRESS');
      turn.setIncarnation(base.id, { life: 'going' });
      return;
    }
    if (first !== undefined) {
      startWork(turn, base, 'prepare', first, change, wish.frozen);
      return;
    }
  }
  beginFreely(turn, wish);
}

/** Begins, but lets go first what failed and may hold something that can be there only once: it would be in the way. */
function beginFreely(turn: ResourceTurn, wish: Wish): void {
  const first = turn.incarnations.find(each => each.life === 'failed' && mayHoldAlone(turn, each));
  if (first === undefined) {
    begin(turn, wish);
    return;
  }
  turn.note(first, 'DELETE', 'IN_PROGRESS');
  turn.setIncarnation(first.id, { life: 'going' });
}

function mayHoldAlone(turn: ResourceTurn, { type, properties, steps }: IncarnationRecord): boolean {
  if (steps.length === 0) return false;
  const unique = stepsWith(turn.type(type), mapFrom(turn.clear(properties))).filter(step => step.unique);
  return steps.some(({ name, state }) => state.at !== 'idle' && unique.some(step => step.name === name));
}

/** Asks the cloud how it is; what it says comes back as a `called` show of an incarnation that nothing is done to. */
function lookAt(turn: ResourceTurn, base: IncarnationRecord): void {
  if (turn.isArmed('look')) return; // it said nothing
  const properties = mapFrom(turn.clear(base.properties));
  const main = mainStep(stepsWith(turn.type(base.type), properties));
  invariant(main !== undefined && base.physicalId !== null, 'what is looked at has a thing');
  call(turn, base.id, main.name, 'show', main.show(base.physicalId, inputOf(turn, base, base.physicalName, main.name)));
}

/** How it is, as its cloud says. What cannot be read, or no answer, is asked for again. */
export function sighted(turn: ResourceTurn, base: IncarnationRecord, { outcome, step: name }: Called): void {
  const step = stepOf(turn, base, name);
  const answer = succeeded(outcome);
  const note = (sight: Sight) => turn.setMemory({ sights: new Map(turn.memory.sights).set(base.id, sight) });
  try {
    if (answer !== undefined) {
      const body = bodyOf(answer);
      const { data } = step.made(body, inputOf(turn, base, base.physicalName, name));
      const { life } = turn.type(base.type);
      const lost =
        life.kind === 'cloud' && life.lost !== undefined ? life.lost(body) : step.ready(body).kind === 'failed';
      note({ sound: !lost, data });
      return;
    }
  } catch (error) {
    if (!isUnreadable(error)) throw error;
  }
  if (outcome.kind === 'answered' && outcome.answer.status === 404) note({ sound: false, data: emptyMap });
  else turn.armIn('look', limits.pollMs);
}
