/** What a nested stack and the resource whose thing it is know of each other, in their rows. */
import type { HybridTime } from '../kernel/clock.ts';
import type { Address } from '../kernel/ids.ts';
import type { OrderKind, TreeFacts } from './messages.ts';

/** What a nested stack knows of the resource whose thing it is. */
export interface NestingRecord {
  readonly parent: Address;
  /** The last order that it took. */
  readonly taken: number;
  readonly what: OrderKind;
  /** A secret of a stack above went into what it was ordered to be: all that is kept of its definition is sealed. */
  readonly secret?: boolean;
  /** The last order that ended, and why it failed. */
  readonly settled: { readonly order: number; readonly failure: string | null } | null;
}

/** A nested stack, as the resource whose thing it is commands it. Its id is the incarnation's. */
export interface ChildRecord {
  /** The number of the last order; 0: none yet. Its stack takes no other with that number. */
  readonly order: number;
  readonly what: OrderKind;
  /** looking, reading: the child's rows are read; ordered: its answer is awaited; pausing: until the next definition. */
  readonly at: 'idle' | 'looking' | 'ordered' | 'pausing' | 'reading';
  /** Which of the plan's definitions. */
  readonly index: number;
  readonly until: HybridTime | null;
  /** What the plan looked at; sealed where secret, '' where it did not look. */
  readonly members: string;
  /** What the last plan that was begun kept: planned again with that, it is the same plan. */
  readonly kept: string;
  /** What its plan was made with, beside properties: a newer generation may say otherwise before it is done. */
  readonly asked?: {
    readonly policies: string;
    readonly timeoutMs: number;
    /** `members` are of before an order that it may still take. */
    readonly isStale?: boolean;
  };
  /** What was passed down with the last order: its resource may be of another type by the time that it goes. */
  readonly tree?: TreeFacts;
}

/** A child of which nothing was ordered yet. */
export const unordered: ChildRecord = {
  order: 0,
  what: 'define',
  at: 'idle',
  index: 0,
  until: null,
  members: '',
  kept: '{}',
};
