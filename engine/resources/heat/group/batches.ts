/**
 * Rolling updates: how a group gets from what it is to what it shall be, a batch at a time (contract: scaling §1,
 * Rolling update arithmetic). Pure arithmetic over sizes and lists.
 */
import { pyEquals } from '../../../values/python.ts';
import type { Value } from '../../../values/value.ts';
import type { Member } from './members.ts';

export interface BatchPolicy {
  readonly minInService: number;
  readonly maxBatchSize: number;
  readonly pauseMs: number;
}

export interface Batch {
  /** How many members there are after it. */
  readonly capacity: number;
  /** How many may get the new definition in it. */
  readonly updates: number;
}

/** All batches from `current` members to `target`; the last may only take away what was there for the time between. */
export function batchesOf(target: number, current: number, policy: BatchPolicy): readonly Batch[] {
  const batches: Batch[] = [];
  let updated = 0;
  let here = current;
  while (!(updated >= here && here === target)) {
    const least = Math.min(policy.minInService, target, here);
    const updates = Math.min(policy.maxBatchSize, Math.max(target - updated, 0));
    const capacity = updates + Math.max(Math.min(here, target - updates), least);
    batches.push({ capacity, updates });
    updated += updates - Math.max(capacity - Math.max(here, target), 0);
    here = capacity;
  }
  return batches;
}

export interface Assembling {
  /** Members that are there, oldest first, without those whose names are not used any more. */
  readonly members: readonly Member[];
  /** Names for all members after the batch. */
  readonly names: readonly string[];
  readonly target: number;
  readonly batch: Batch;
  definition(name: string): Value;
}

/**
 * The members after a batch: those that must go are gone, new ones are there, and as many others as the batch may
 * still change have the new definition, higher indexes first.
 */
export function assembled({ members, names, target, batch, definition }: Assembling): readonly Member[] {
  const priority = ({ name }: Member): number => {
    const index = names.indexOf(name);
    if (index < 0) return 0;
    return index < target ? target - index : batch.capacity;
  };
  const sorted = [...members].sort((a, b) => priority(a) - priority(b));
  const kept = sorted.slice(Math.max(sorted.length - batch.capacity, 0));
  const existing = new Set(members.map(({ name }) => name));
  const fresh = names.filter(name => !existing.has(name));
  const created = fresh.slice(0, batch.capacity - kept.length);
  let left = batch.updates - created.length;
  const next = kept.map(member => {
    const wanted = definition(member.name);
    if (left <= 0 || pyEquals(member.definition, wanted)) return member;
    left--;
    return { name: member.name, definition: wanted };
  });
  return [...next, ...created.map(name => ({ name, definition: definition(name) }))];
}
