/**
 * Acting for the user after its token is gone: one delegated credential (a trust) for a stack that calls a cloud.
 *
 *   birth (the user's own, sealed) ─▶ delegate ─▶ every resource is told ─▶ … ─▶ deleted, debts paid ─▶ revoke
 *
 * It is lazy by the plan: a stack whose types call no cloud never has one. The mark is the stack's id, so a delegation
 * whose answer was lost is found and not made twice; and a stack that was deleted before it knew looks once more, so
 * that nothing is left behind. The credential outlives the stack for as long as a debt may need it.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import { addMs, type HybridTime, hybridFromMs } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { unreachable } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Delegation } from '../kernel/world.ts';
import type { StackCredential } from './credential-records.ts';
import type { StackRecord } from './records.ts';
import { stacksBelow } from './tree-rows.ts';

/** The task's end: the new credential, sealed; or why there is none; or neither, when nobody knows: then again. */
export interface Delegated {
  readonly kind: 'delegated';
  readonly sealed?: string;
  /** Nobody had tried before: no other attempt can come of it. */
  readonly isFirst: boolean;
  readonly failure?: { readonly error: string; readonly message: string };
}

/** Whether everything that the stack's credential was for is over. */
export interface Tidied {
  readonly kind: 'tidied';
  readonly done: boolean;
}

/**
 * Trades the user's own credential for one that lasts. One try a task, because only a task's beginning is held to the
 * lease: one that went on by itself could make a credential after the stack's next owner ended it. `isFirst`: nobody
 * has tried yet.
 */
export function delegateTask(stack: Uuid, sealed: string, isFirst: boolean): (world: World) => Promise<Delegated> {
  return async world => {
    const result = await delegate(world, world.vault.open(sealed), stack, isFirst);
    switch (result.kind) {
      case 'delegated':
        return { kind: 'delegated', isFirst, sealed: world.vault.seal(result.credential) };
      case 'refused':
        return { kind: 'delegated', isFirst, failure: { error: result.error, message: result.message } };
      case 'again':
        return { kind: 'delegated', isFirst };
      default:
        return unreachable(result, 'a delegation');
    }
  };
}

async function delegate(world: World, own: string, stack: Uuid, isFirst: boolean): Promise<Delegation> {
  if (world.credentials === undefined) return { kind: 'delegated', credential: own };
  return world.credentials.delegate(own, stack, isFirst);
}

const landingMs = limits.leaseTtlMs + limits.callDeadlineMs + limits.serviceLimitMs;

/** What a stack has after a delegation: where others were tried before, they may still be made for a while. */
export function traded(before: StackCredential, sealed: string, isFirst: boolean, now: HybridTime): StackCredential {
  if (isFirst || before.kind !== 'own') return { kind: 'delegated', sealed };
  return { kind: 'delegated', sealed, earlier: { own: before.sealed, until: addMs(now, landingMs) } };
}

/** Delegations that may have been made without our hearing of it, or yet be: asked for before the delete at the latest. */
function untold(record: StackRecord): { readonly own: string; readonly until: HybridTime } | undefined {
  const { credential } = record;
  if (credential.kind === 'delegated') return credential.earlier;
  if (credential.kind === 'none') return undefined;
  return { own: credential.sealed, until: hybridFromMs((record.updatedAt ?? record.createdAt) + landingMs) };
}

/** Ends a deleted stack's credential, unless a debt still needs it. One try: the stack asks again later. */
export function tidyTask(stack: StackRecord): (world: World) => Promise<Tidied> {
  return async world => {
    const below = await stacksBelow(world, stack.id, { withDeleted: true });
    const ids = [stack.id, ...below.map(row => row.key)];
    const debts = await untilAvailable(world, () => world.store.count('debts', [{ column: 'stack', in: ids }]));
    return { kind: 'tidied', done: debts === 0 && (await revoke(world, stack)) };
  };
}

async function revoke(world: World, record: StackRecord): Promise<boolean> {
  const { credential } = record;
  if (world.credentials === undefined) return true;
  const doubt = untold(record);
  if (doubt !== undefined) {
    if (world.clock.now() <= doubt.until) return false;
    // Asking again with the same mark finds what was made.
    const found = await delegate(world, world.vault.open(doubt.own), record.id, false);
    if (found.kind === 'again') return false;
    if (found.kind === 'delegated' && (await world.credentials.revoke(found.credential)) !== 'gone') return false;
  }
  if (credential.kind !== 'delegated') return true;
  return (await world.credentials.revoke(world.vault.open(credential.sealed))) === 'gone';
}
