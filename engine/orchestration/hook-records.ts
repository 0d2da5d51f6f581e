import type { Uuid } from '../kernel/ids.ts';
import type { Hook } from '../template/breakpoints.ts';

/** A resource at its breakpoints, in the generation that it was told of last. */
export interface HookRecord {
  /** Where it is paused. */
  readonly at: Hook | null;
  readonly passed: readonly Hook[];
  /** The request that let it go on last, in this generation or an earlier one: told again, it lets it past nothing more. */
  readonly answered?: Uuid;
}
