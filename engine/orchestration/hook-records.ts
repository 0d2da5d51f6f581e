import type { Hook } from '../template/breakpoints.ts';

/** A resource at its breakpoints, in the generation that it was told of last. */
export interface HookRecord {
  /** Where it is paused. */
  readonly at: Hook | null;
  readonly passed: readonly Hook[];
}
