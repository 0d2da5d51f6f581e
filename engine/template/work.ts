/**
 * What the functions of one template may make in all: a few kilobytes ask for terabytes, one call at a time.
 *
 * The bound of a single result (functions/bounds.ts) is not enough: a thousand properties may each ask for the largest.
 * So all work of a job counts together. A job runs from its beginning to its end without anything in between, so what is
 * left of it is kept here; the same job always ends at the same place. Outside of jobs each evaluation counts alone.
 */
import { limits } from '../kernel/limits.ts';
import { isFloat, type Value } from '../values/value.ts';

const unbounded = Number.POSITIVE_INFINITY;
let left = unbounded;
/** Apart: what functions made too long is told at its place, once the types of all resources are known. */
let looksLeft = unbounded;

/** Runs a job. One inside of another is part of that. */
export function withinWork<T>(job: () => T): T {
  if (left !== unbounded) return job();
  left = limits.maxWork;
  looksLeft = limits.maxWork;
  try {
    return job();
  } finally {
    left = unbounded;
    looksLeft = unbounded;
  }
}

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
  if (typeof value !== 'object' || value === null || isFloat(value)) return 1;
  return entryCost * ('length' in value ? value.length : value.size) + 1;
}
