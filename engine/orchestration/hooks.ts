/**
 * Breakpoints that an environment sets in a resource (contract: lifecycle §8).
 *
 *   told ─▶ [paused: pre-…] ── unhook ──▶ made or changed ─▶ [paused: post-…] ── unhook ──▶ reached
 *
 * Where it is paused, and what it has passed in this generation, are in its row, so a restart stays where it was. An
 * event says that it pauses, another that it goes on; its status stays what it is. What was stopped waits no more, but
 * neither does it go on; a newer generation begins anew.
 */
import { errors } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Hook } from '../template/breakpoints.ts';
import type { HookRecord } from './hook-records.ts';
import type { ResourceTurn } from './resource-turn.ts';

const fresh: HookRecord = { at: null, passed: [] };

/** Of a newer generation: it has passed nothing. */
export function hooksAnew(hooks: HookRecord | undefined): HookRecord | undefined {
  return hooks?.answered === undefined ? undefined : { ...fresh, answered: hooks.answered };
}

/** Its environment says so. */
export function isSet({ resource }: ResourceTurn, breakpoint: string): boolean {
  return resource.order.breakpoints?.split(' ').includes(breakpoint) === true;
}

/** It may not go past this place yet. */
export function pausesAt(turn: ResourceTurn, hook: Hook): boolean {
  const { resource } = turn;
  const { at, passed, ...rest } = resource.hooks ?? fresh;
  if (resource.stopped || passed.includes(hook) || !isSet(turn, hook)) return false;
  if (at !== hook) {
    turn.set({ hooks: { ...rest, at: hook, passed } });
    const [, action = ''] = hook.split('-');
    turn.remark(`${action.toUpperCase()} paused until Hook ${hook} is cleared`);
  }
  return true;
}

/** It was stopped before anybody let it go past this place: it never will in this generation. */
export function isBarred(turn: ResourceTurn, hook: Hook): boolean {
  const { stopped, hooks } = turn.resource;
  return stopped && isSet(turn, hook) && hooks?.passed.includes(hook) !== true;
}

/** It was stopped while it was paused: nobody can let it go on any more (contract: lifecycle §8, abort). */
export function giveUpWaiting(turn: ResourceTurn): void {
  const { hooks } = turn.resource;
  if (hooks == null || hooks.at === null) return;
  turn.set({ hooks: { ...hooks, at: null } });
  turn.remark('Failure occurred while waiting.');
}

/** What goes before anything is done to it (contract: delete's and create's only where the stack's action is that). */
export function pausesBefore(turn: ResourceTurn): boolean {
  const { resource, incarnations } = turn;
  if (resource.order.breakpoints === undefined) return false;
  if (resource.hooks?.at?.startsWith('post-') === true) return true;
  if (resource.task === 'CREATE') return incarnations.length === 0 && pausesAt(turn, 'pre-create');
  const isUpdate = resource.task === 'UPDATE' || resource.task === 'ROLLBACK';
  return isUpdate && incarnations.length > 0 && pausesAt(turn, 'pre-update');
}

/** Somebody lets it go on. True where it is past a `post-` one: what it is may be told now. */
export function unhook(turn: ResourceTurn, request: Uuid, hook: string, shown: string): boolean {
  const { at, passed, answered } = turn.resource.hooks ?? fresh;
  const isAgain = passed.some(each => each === hook) || answered === request;
  if (at !== hook && !isAgain) {
    const answer = errors.InvalidBreakPointHook({ message: `The "${hook}" hook is not defined on ${shown}` });
    turn.effect({ do: 'reply', request, answer });
    return false;
  }
  turn.effect({ do: 'reply', request, answer: { kind: 'unhooked' } });
  if (isAgain || at === null) return false;
  turn.set({ hooks: { at: null, passed: [...passed, at], answered: request } });
  turn.remark(`Hook ${at} is cleared`);
  return at === 'post-create' || at === 'post-update';
}
