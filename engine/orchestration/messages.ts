/**
 * What actors say to each other. Messages only wake: whatever one says is also in its sender's row, so a lost, late
 * or doubled message costs time and never truth (architecture: The one idea).
 *
 * Wire messages cross nodes and are in proto/actors.proto; local ones are the results of an actor's own tasks, reads
 * and timers and never leave the node. Template values travel as lossless text (template/encode.ts, values/json.ts),
 * sealed where `secret`. Every message of a generation carries its number; who is told of a lower one drops it.
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { CloudOutcome } from '../kernel/world.ts';
import type { Row } from '../store/store.ts';

/** What a resource shall be: evaluated as far as the stack can; only references to other resources are left. */
export interface ResourceOrder {
  readonly type: string;
  /** encodeExpr of the properties map; sealed where secret. */
  readonly properties: string;
  readonly metadata: string;
  readonly deletionPolicy: string;
  readonly description: string;
  /** A hidden parameter went into it. */
  readonly secret: boolean;
}

/** stack → resource: a generation begins. Without `order`: what your row says; with `removed`: go. */
export interface Converge {
  readonly kind: 'converge';
  readonly generation: number;
  readonly action: string;
  readonly removed: boolean;
  readonly order?: ResourceOrder;
  readonly requires: readonly Address[];
  readonly requiredBy: readonly Address[];
  readonly exports: readonly string[];
  /** When the stack's action times out. */
  readonly deadline: HybridTime;
  /** As whom to call clouds, sealed; absent: not known yet, or not needed. */
  readonly credential?: string;
}

/** resource → who requires it: reached; what it exports is text of a map: `ref` and `attributes`. */
export interface Ready {
  readonly kind: 'ready';
  readonly generation: number;
  readonly resource: Uuid;
  readonly incarnation: Uuid;
  readonly exported: string;
}

/** resource → stack: how far it is in this generation. Told at reached, again at clean, and at a failure. */
export interface Settled {
  readonly kind: 'settled';
  readonly generation: number;
  readonly resource: Uuid;
  readonly reached: boolean;
  readonly clean: boolean;
  /** `<ErrType>: resources.<name>: <message>` of what failed. */
  readonly failure?: string;
}

/** resource → what its incarnation used: it no longer does, in this generation. */
export interface Released {
  readonly kind: 'released';
  readonly generation: number;
  readonly resource: Uuid;
}

/** stack → resource: nothing new starts in this generation; with `abort`, what waits ends as failed for that reason. */
export interface Stop {
  readonly kind: 'stop';
  readonly generation: number;
  readonly abort?: string;
}

/**
 * A new stack (command). `template` is its text as it came, `files` JSON text of a map, `environment` sealed JSON text
 * of {environment, environment_files, parameters} as they were asked for.
 */
export interface Create {
  readonly kind: 'create';
  readonly project: string;
  readonly name: string;
  readonly username: string;
  readonly isAdmin: boolean;
  readonly template: string;
  readonly environment: string;
  readonly files: string;
  readonly disableRollback: boolean;
  readonly timeoutMins?: number;
  readonly tags: readonly string[];
  readonly tagged: boolean;
  /** Types of the services in the user's catalog, joined by commas; absent: not known. */
  readonly services?: string;
  /** The user's own, sealed; absent: nobody's. */
  readonly credential?: string;
}

/** Delete the stack (command). */
export interface Remove {
  readonly kind: 'remove';
}

export type WireMessage = Converge | Ready | Settled | Released | Stop | Create | Remove;

/** A newly loaded actor with something to do: go on from the row. */
export interface Woken {
  readonly kind: 'woken';
}

/** Rows that this actor waits for, as they are now; missing ones are gone. */
export interface Pulled {
  readonly kind: 'pulled';
  readonly asked: readonly Uuid[];
  readonly rows: readonly Row[];
}

/** A timer of this actor's ran out; `tag` says which. */
export interface Elapsed {
  readonly kind: 'elapsed';
  readonly tag: string;
}

/** Names of the properties were looked up: ids by `<finder> <name>`, or why that failed. */
export interface Resolved {
  readonly kind: 'resolved';
  readonly ids: Readonly<Record<string, string>>;
  /** All of them, or until the first failure; else some service gave no answer. */
  readonly complete: boolean;
  readonly failure?: { readonly error: string; readonly message: string };
}

/** A cloud call of a step ended. `attempt` is the incarnation that it was made for. */
export interface Called {
  readonly kind: 'called';
  readonly incarnation: Uuid;
  readonly step: string;
  readonly what: 'create' | 'find' | 'show' | 'remove';
  readonly outcome: CloudOutcome;
}
