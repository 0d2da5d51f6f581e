/**
 * What the functions of one template may make in all: a few kilobytes ask for terabytes, one call at a time.
 *
 * The bound of a single result (functions/bounds.ts) is not enough: a thousand properties may each ask for the largest.
 * So all work of a job counts together. A job runs from its beginning to its end without anything in between, so what is
 * left of it is kept here; the same job always ends at the same place. Outside of jobs each evaluation counts alone.
 */
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { isList, isMap, type Value } from '../values/value.ts';

const unbounded = Number.POSITIVE_INFINITY;
let left = unbounded;
/** Apart: what functions made too long is told at its place, once the types of all resources are known. */
let looksLeft = unbounded;

/** Runs a job. One inside of another is part of that. */
export function withinWork<T>(job: () => T): T {
  if (left !== unbounded) return job();
  try {
    left = limits.maxWork;
    looksLeft = limits.maxWork;
    return job();
  } finally {
    left = unbounded;
    looksLeft = unbounded;
  }
}

/**
 * Runs a job that may do little. Undefined where it would have done more: whatever it made or threw then is nothing,
 * and somebody who has the time runs it again.
 */
export function withLittleWork<T>(job: () => T): { readonly done: T } | undefined {
  invariant(left === unbounded, 'a job that may do little is no part of another');
  try {
    left = limits.computeInlineWork;
    looksLeft = limits.computeInlineWork;
    const done = job();
    return isSpent() ? undefined : { done };
  } catch (error) {
    if (isSpent()) return undefined;
    throw error;
  } finally {
    left = unbounded;
    looksLeft = unbounded;
  }
}

const isSpent = (): boolean => left < 0 || looksLeft < 0;

/** Whether a job is under way. */
export function isWithinWork(): boolean {
  return left !== unbounded;
}

/** Takes the cost of some work: a character costs one. False where more was done than may be. */
export function affords(cost: number): boolean {
  left -= cost;
  return left >= 0;
}

/** The same of what is looked through to find types and hooks. */
export function affordsLook(cost: number): boolean {
  looksLeft -= cost;
  return looksLeft >= 0;
}

/** How many units a container's entry costs: it is made, compared or copied by itself. */
export const entryCost = 8;

/** About what it costs to make a value, or to look at it, without what is in its entries. */
export function costOf(value: Value | undefined): number {
  if (typeof value === 'string') return value.length + 1;
  if (typeof value !== 'object' || value === null) return 1;
  if (isList(value)) return entryCost * value.length + 1;
  return isMap(value) ? entryCost * value.size + 1 : 1;
}
