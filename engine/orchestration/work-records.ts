/** What of an incarnation is under way: its steps' states, what is done to it when it is there, a local life's wait. */
import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Refusal } from './answers.ts';

/** One step of an incarnation (sketch: A resource's life, per step). Only a committed `intended` may be called. */
export type StepState =
  | { readonly at: 'idle' }
  | { readonly at: 'intended'; readonly mark: string; readonly notAfter: HybridTime }
  /** `refused`: why the last create did nothing; it is looked for all the same, since it may hold already. */
  | {
      readonly at: 'looking';
      readonly mark: string;
      readonly notAfter: HybridTime;
      readonly looks: number;
      readonly refused?: Refusal;
    }
  | { readonly at: 'waiting'; readonly mark: string; readonly physicalId: string; readonly data: string }
  | { readonly at: 'done'; readonly mark: string; readonly physicalId: string; readonly data: string }
  /** `accepted`: the remove was answered, and the thing is on its way out. */
  | {
      readonly at: 'leaving';
      readonly mark: string;
      readonly physicalId: string;
      readonly data: string;
      readonly accepted: boolean;
    };

export interface StepRecord {
  readonly name: string;
  readonly state: StepState;
  /** Conflicts and refused connections met so far in this direction. */
  readonly tries: number;
  /** Why it does not get on, for whoever asks (service/why.ts); nothing is decided by it. */
  readonly trouble?: Trouble;
}

/** What a call brought that is made again. */
export interface Trouble {
  readonly message: string;
  /** When it is made again; null: as soon as may be, or it is under way. */
  readonly nextAt: HybridTime | null;
}

/** What a local life decided, held until its time is over. */
export interface LocalWait {
  readonly until: HybridTime;
  readonly failed: { readonly error: string; readonly message: string } | null;
}

export type WorkKind = 'update' | 'prepare' | 'restore' | 'suspend' | 'resume' | 'check';

/** Something that is done to a live incarnation, by steps that are called `<kind>:<name>` among its own. */
export interface Work {
  readonly kind: WorkKind;
  /** The generation that it is done for. */
  readonly generation: number;
  /** Names of own steps that are undone before, in this order; those that are left. */
  readonly undo: readonly string[];
  /** Of an update, or of what prepares a replacement: names of the properties that differ. */
  readonly changed: readonly string[];
  /** Text of the properties as they shall be; this and the next three sealed where secret. */
  readonly properties: string;
  readonly metadata: string;
  readonly frozen: string;
  /** Of a local life: what it keeps afterwards. */
  readonly data: string | null;
  /** Of an update: the incarnations of others that it uses once it is done; until then also those that it used before. */
  readonly uses?: readonly Uuid[];
  /** Things that it makes have marks of their own, one for each attempt. */
  readonly attempt: number;
  readonly failed: boolean;
}
