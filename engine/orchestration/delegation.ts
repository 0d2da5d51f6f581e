/**
 * Acting for the user after its token is gone: one delegated credential (a trust) for a stack that calls a cloud.
 *
 *   birth (the user's own, sealed) ─▶ delegate ─▶ every resource is told ─▶ … ─▶ deleted, debts paid ─▶ revoke
 *
 * It is lazy by the plan: a stack whose types call no cloud never has one. The mark is the stack's id, so a delegation
 * whose answer was lost is found and not made twice; and a stack that was deleted before it knew looks once more, so
 * that nothing is left behind. The credential outlives the stack for as long as a debt may need it.
 */
import { pause, untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Delegation } from '../kernel/world.ts';
import type { StackCredential, StackRecord } from './records.ts';

/** The task's end: the new credential, sealed; or why there is none. */
export interface Delegated {
  readonly kind: 'delegated';
  readonly sealed?: string;
  readonly failure?: { readonly error: string; readonly message: string };
}

/** Whether everything that the stack's credential was for is over. */
export interface Tidied {
  readonly kind: 'tidied';
  readonly done: boolean;
}

/** Trades the user's own credential for one that lasts; gives up at the deadline. `isFirst`: nobody has tried yet. */
export function delegateTask(
  stack: Uuid,
  sealed: string,
  deadline: HybridTime,
  isFirst: boolean,
): (world: World) => Promise<Delegated> {
  return async world => {
    const result = await delegate(world, world.vault.open(sealed), stack, isFirst, () => world.clock.now() < deadline);
    if (result.kind === 'delegated') return { kind: 'delegated', sealed: world.vault.seal(result.credential) };
    const failure = result.kind === 'refused' ? result : { error: 'AuthorizationFailure', message: result.reason };
    return { kind: 'delegated', failure: { error: failure.error, message: failure.message } };
  };
}

async function delegate(
  world: World,
  own: string,
  stack: Uuid,
  isFirst: boolean,
  goOn: () => boolean,
): Promise<Delegation> {
  if (world.credentials === undefined) return { kind: 'delegated', credential: own };
  for (let attempt = 0; ; attempt++) {
    const result = await world.credentials.delegate(own, stack, isFirst && attempt === 0);
    if (result.kind !== 'again' || !goOn()) return result;
    await pause(world, attempt);
  }
}

/** Ends a deleted stack's credential, unless a debt still needs it. One try: the stack asks again later. */
export function tidyTask(stack: StackRecord): (world: World) => Promise<Tidied> {
  return async world => {
    const debts = await untilAvailable(world, () => world.store.count('debts', [{ column: 'stack', in: [stack.id] }]));
    return { kind: 'tidied', done: debts === 0 && (await revoke(world, stack.id, stack.credential)) };
  };
}

async function revoke(world: World, stack: Uuid, credential: StackCredential): Promise<boolean> {
  if (credential.kind === 'none' || world.credentials === undefined) return true;
  let text = world.vault.open(credential.sealed);
  if (credential.kind === 'own') {
    // It may have been made without our hearing of it; asking again finds it.
    const found = await delegate(world, text, stack, false, () => false);
    if (found.kind === 'refused') return true;
    if (found.kind === 'again') return false;
    text = found.credential;
  }
  return (await world.credentials.revoke(text)) === 'gone';
}
