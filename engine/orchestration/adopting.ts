/**
 * A resource with `external_id`: somebody else's thing, which is only watched (contract: lifecycle §6, §7.2).
 *
 *   told ─▶ [GET: is it there] ─▶ ADOPT ─▶ CHECK ─▶ reached
 *
 * Nothing is made, changed or deleted: its policy is Retain, it has no steps, and an update may not give it another id,
 * or take that away.
 */
import { limits } from '../kernel/limits.ts';
import { canCheck, mainStep } from '../kit/resource.ts';
import { writeJson } from '../values/json.ts';
import { emptyMap, type ValueMap } from '../values/value.ts';
import { bodyOf, isUnreadable, refusalOf, refuses, succeeded } from './answers.ts';
import { fail, liveOf, mapFrom, reach } from './making.ts';
import type { Called } from './messages.ts';
import type { IncarnationRecord } from './records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { call, inputOf, stepOf, stepsWith } from './steps.ts';

/** It is being taken up, and not there yet. */
export function isAdopting({ external, life }: IncarnationRecord): boolean {
  return external !== undefined && life === 'making';
}

/** Asks its service whether it is there. */
export function adopt(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const type = turn.type(incarnation.type);
  const { id, physicalId, physicalName, properties } = incarnation;
  const isCloud = type.life.kind === 'cloud';
  const main = isCloud ? mainStep(stepsWith(type, mapFrom(turn.clear(properties)))) : undefined;
  if (main === undefined || physicalId === null) {
    adopted(turn, incarnation, emptyMap, undefined);
  } else if (!turn.isArmed('look')) {
    const { name } = main;
    call(turn, id, name, 'show', main.show(physicalId, inputOf(turn, incarnation, physicalName, name)));
  }
}

/** What its service said. */
export function adoptSeen(turn: ResourceTurn, incarnation: IncarnationRecord, { outcome, step }: Called): void {
  const { external, physicalName, type: typeName } = incarnation;
  const answer = succeeded(outcome);
  if (answer !== undefined) {
    try {
      const body = bodyOf(answer);
      const { data } = stepOf(turn, incarnation, step).made(body, inputOf(turn, incarnation, physicalName, step));
      const { life } = turn.type(typeName);
      const check = life.kind === 'cloud' ? life.check : undefined;
      adopted(turn, incarnation, data, check?.(body, { ...liveOf(turn, incarnation), data }));
      return;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
    }
  } else if (outcome.kind === 'answered' && refuses(outcome.answer)) {
    const { error, message } = refusalOf(outcome.answer);
    const isGone = outcome.answer.status === 404;
    fail(turn, isGone ? 'NotFound' : error, isGone ? `Resource ${external} (${typeName}) can not be found.` : message);
    return;
  }
  turn.armIn('look', limits.pollMs);
}

/** `fault`: what its type's check finds wrong. */
function adopted(turn: ResourceTurn, incarnation: IncarnationRecord, data: ValueMap, fault: string | undefined): void {
  const type = turn.type(incarnation.type);
  turn.setIncarnation(incarnation.id, { data: turn.kept(writeJson(data), incarnation.secret) });
  turn.status('ADOPT', 'COMPLETE');
  if (canCheck(type)) turn.status('CHECK', 'IN_PROGRESS');
  if (fault !== undefined) {
    fail(turn, 'Error', fault);
    return;
  }
  turn.setIncarnation(incarnation.id, { life: 'live' });
  const { alias, type: name } = turn.resource.order;
  turn.status('CHECK', 'COMPLETE', canCheck(type) ? 'state changed' : `CHECK not supported for ${alias ?? name}`);
  if (incarnation.generation === turn.resource.generation && !turn.resource.removed) reach(turn, type);
}

/**
 * Whether the update is about what it is: the same thing is right whatever else its definition says, another one is
 * refused. False: nothing external is in it, so it is decided as any other.
 */
export function keepsExternal(turn: ResourceTurn, base: IncarnationRecord): 'same' | 'refused' | 'none' {
  const wanted = turn.resource.order.externalId;
  if (base.external === undefined && wanted === undefined) return 'none';
  return base.external === wanted ? 'same' : 'refused';
}

export function refuseExternal(turn: ResourceTurn, base: IncarnationRecord): void {
  const { name, order } = turn.resource;
  turn.status('UPDATE', 'IN_PROGRESS', 'state changed', null, 'again');
  const type = order.alias ?? order.type ?? base.type;
  fail(turn, 'NotSupported', `Update to property external_id of ${name} (${type}) is not supported.`);
}
