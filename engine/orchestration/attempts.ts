/**
 * An attempt that brought nothing certain: the call is made again after a pause, and what may still land, although
 * nobody saw its answer, is looked for, becomes a debt, or is left to an old incarnation.
 */
import { addMs, type HybridTime } from '../kernel/clock.ts';
import type { Address } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudOutcome } from '../kernel/world.ts';
import { physicalName } from '../kit/physical-name.ts';
import type { Step } from '../kit/resource.ts';
import { refusalOf } from './answers.ts';
import type { DebtRecord } from './debt-records.ts';
import type { IncarnationRecord } from './records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { nameOf } from './work-steps.ts';

/** The same call is made again after a pause, in milliseconds; why is noted. */
export function pauseFor(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  pauseMs: number,
  why: CloudOutcome | string,
): void {
  turn.armIn('step', pauseMs);
  const message = typeof why === 'string' ? why : troubleOf(why);
  turn.setTrouble(incarnation.id, step.name, message, addMs(turn.context.now(), pauseMs));
}

/** In words, why a call that brought this is made again. */
export function troubleOf(outcome: CloudOutcome): string {
  if (outcome.kind !== 'answered') return `no answer: ${outcome.reason}`;
  const { error, message } = refusalOf(outcome.answer);
  return `${error}: ${message}`;
}

/** 2^n seconds and up to two more. */
export function retryPauseMs(turn: ResourceTurn, tries: number): number {
  return 1_000 * 2 ** Math.min(tries, 6) + turn.context.below(2_000);
}

/** Looks come after 5, 15, 45 s …, the last just after nothing can land any more. Milliseconds from now. */
export function nextLookMs(now: HybridTime, looks: number, notAfter: HybridTime): number {
  const left = (notAfter - now) / 1_024 + 1_000;
  return Math.max(1, Math.min(limits.debtFirstLookMs * limits.debtLookFactor ** Math.min(looks, 8), left));
}

/** The attempt becomes a debt: it may land yet, and nobody waits for it. */
export function owe(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  step: Step,
  mark: string,
  notAfter: HybridTime,
): void {
  const id = turn.context.uuid();
  const made: Record<string, readonly [string, string]> = {};
  for (const { name, state } of incarnation.steps) {
    if (state.at === 'done' || state.at === 'waiting' || state.at === 'leaving')
      made[nameOf(name).bare] = [state.physicalId, state.data];
  }
  const { isWork, bare } = nameOf(step.name);
  const debt: DebtRecord = {
    id,
    type: incarnation.type,
    step: bare,
    service: step.service,
    mark,
    physicalName: incarnation.physicalName,
    properties: isWork ? (incarnation.work?.properties ?? incarnation.properties) : incarnation.properties,
    made,
    credential: turn.resource.credential ?? '',
    notAfter,
    looks: 0,
    lastLook: false,
    over: false,
  };
  const address: Address = { ...turn.context.self, kind: 'debt', id };
  turn.effect({ do: 'birth', address, durable: { table: 'debts', key: id, value: debt }, plan: null });
  turn.tell(address, { kind: 'woken' });
}

/**
 * A new incarnation with a new mark takes over what the old one made. The old one's row ends: what it may still
 * bring is the debt's.
 */
export function renew(turn: ResourceTurn, old: IncarnationRecord): void {
  const current = turn.incarnation(old.id);
  invariant(current !== undefined, 'the incarnation that is given up is there');
  const id = turn.context.uuid();
  const type = turn.type(old.type);
  turn.addIncarnation({
    ...current,
    id,
    physicalName: physicalName(turn.resource.stackName, turn.resource.name, id, type.maxNameLength),
    physicalId: null,
  });
  turn.setIncarnation(old.id, {
    life: 'gone',
    physicalId: null,
    steps: current.steps.map(step => ({ ...step, state: { at: 'idle' } })),
  });
  turn.set({ current: id });
  turn.setHolds(id, turn.resource.holds[old.id]);
  turn.setHolds(old.id, undefined);
}
