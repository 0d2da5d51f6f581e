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
  /** encodeExpr of [depends_on, update_policy]; '' where it has neither. */
  readonly policies: string;
  /** A hidden parameter went into it. */
  readonly secret: boolean;
  /** The type as the template has it, where the environment maps it to another. */
  readonly alias?: string;
  /** Of a type whose thing is a stack: what is passed down with its definition. */
  readonly tree?: TreeFacts;
  /** Somebody else's thing, which is only watched. */
  readonly externalId?: string;
  /** Where it stops, and what may not be done to it: names with blanks between them. */
  readonly breakpoints?: string;
}

/** What a nested stack has of its parent: as whom, and content rows by their keys. */
export interface TreeFacts {
  readonly project: string;
  readonly username: string;
  readonly isAdmin: boolean;
  /** The parent's depth; a root's is 0. */
  readonly depth: number;
  readonly timeoutMins?: number;
  readonly environment: string;
  readonly files: string;
  /** As in Create. */
  readonly extended?: boolean;
}

/** A required resource that this generation left alone, as it is: what its `Ready` would have said. */
export interface Arrived {
  readonly resource: Uuid;
  readonly incarnation: Uuid;
  readonly exported: string;
}

/** A resource that is not told of a generation, and the version of its row, which stays until it is told of one. */
export interface Untold {
  readonly resource: Uuid;
  readonly version: number;
}

/** stack → resource: a generation begins. Without `order`: what your row says; with `removed`: go. */
export interface Converge {
  readonly kind: 'converge';
  readonly generation: number;
  readonly action: string;
  readonly removed: boolean;
  /** Of one that is to go: where the stack's environment stops it now. */
  readonly breakpoints?: string;
  readonly order?: ResourceOrder;
  readonly requires: readonly Address[];
  readonly requiredBy: readonly Address[];
  readonly exports: readonly string[];
  /** When the stack's action times out. */
  readonly deadline: HybridTime;
  /** Those of `requires` that settled before and are not told of this generation. */
  readonly arrived: readonly Arrived[];
  /** All that it has or had to do with and that are not told of this generation: their rows are as they will stay. */
  readonly untold: readonly Untold[];
  /** Of those that required it, the ones that are there no more or have let go of it: nobody else would say so. */
  readonly over: readonly Uuid[];
  /** Compare with what the cloud has. */
  readonly observe: boolean;
  /** The whole action's time in milliseconds, where it may differ from before. */
  readonly timeoutMs?: number;
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
  /** What failed: `<ACTION> failed: <ErrType>: resources.<name>: <message>`. */
  readonly failure?: string;
  /** It is over, for good, although this generation wants it: it had gone for an earlier one in the meantime. */
  readonly absent?: boolean;
}

/** resource → what it required before: how far it is, and which incarnations its own still use. As its row says. */
export interface Released {
  readonly kind: 'released';
  readonly generation: number;
  readonly resource: Uuid;
  readonly holds: readonly Uuid[];
}

/**
 * stack → resource: nothing new starts in this generation; with `abort`, what waits ends as failed for that reason; with
 * `down`, a stack that is its thing stops too.
 */
export interface Stop {
  readonly kind: 'stop';
  readonly generation: number;
  readonly abort?: string;
  readonly down?: boolean;
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
  /** The gateway lets CloudFormation templates use what AWS has and Heat has not. */
  readonly extended?: boolean;
}

/** Delete the stack (command). */
export interface Remove {
  readonly kind: 'remove';
}

/**
 * Another template for the stack (command). Texts as in Create. With `existing` (PATCH) what is not given stays: no
 * template means the stack's own, files and environment are merged over those that it has, after `clearParameters`.
 */
export interface Update {
  readonly kind: 'update';
  readonly existing: boolean;
  readonly isAdmin: boolean;
  readonly template?: string;
  readonly environment: string;
  readonly files: string;
  readonly clearParameters: readonly string[];
  /** Absent: as the stack has it. */
  readonly disableRollback?: boolean;
  readonly timeoutMins?: number;
  /** Whether `tags` says anything; else (PATCH) they stay, or (PUT) are removed. */
  readonly tagged: boolean;
  readonly tags: readonly string[];
  /** Compare with what the cloud has, not with what was made. */
  readonly converge: boolean;
  readonly services?: string;
  readonly credential?: string;
  /** As in Create. */
  readonly extended?: boolean;
}

/** Stop the update (or, without rollback, the create) that is under way (command). */
export interface Cancel {
  readonly kind: 'cancel';
  readonly rollback: boolean;
}

/** Suspend, resume or check the stack (command). */
export interface Act {
  readonly kind: 'act';
  readonly action: 'SUSPEND' | 'RESUME' | 'CHECK';
}

/** Says of a resource that it is (not) healthy (command to the resource's own actor). */
export interface Mark {
  readonly kind: 'mark';
  readonly unhealthy: boolean;
  readonly reason: string;
}

/** Lets a resource go on that is paused at a breakpoint (command to the resource's own actor). */
export interface Unhook {
  readonly kind: 'unhook';
  readonly hook: string;
}

/**
 * A parked stack gets another chance (command to the stack): each of its actors is loaded and goes on from its row. From
 * a stack to its resources: go on from your row.
 */
export interface Wake {
  readonly kind: 'wake';
}

/** What is under way of the stack ends as FAILED, whatever it waits for (command). */
export interface Reset {
  readonly kind: 'reset';
}

/** What a resource asks of the stack that is its thing. */
export type OrderKind = 'define' | 'delete' | 'suspend' | 'resume' | 'check' | 'stop';

/**
 * resource → the nested stack that is its thing. Numbers only rise: a stack takes an order above the last that it took,
 * and drops any other, so a late one changes nothing.
 */
export interface Order {
  readonly kind: 'order';
  readonly order: number;
  /** The resource. */
  readonly parent: Address;
  readonly what: OrderKind;
  /** The resource's name in its stack. */
  readonly parentResource: string;
  /** What the stack is called. */
  readonly name: string;
  readonly root: Uuid;
  readonly tree: TreeFacts;
  /** Compare with what the cloud has. */
  readonly converge: boolean;
  /** Of `define`: the template's text, sealed where secret; or the file (of tree.files) that holds it. */
  readonly template?: string;
  readonly file?: string;
  /** A hidden parameter of a stack above went into its template or parameters. */
  readonly secret?: boolean;
  /** Of `define`: sealed text of the parameters' map. */
  readonly parameters?: string;
  /** Of `define`: the registry's entry that led to it. */
  readonly entry: readonly string[];
  readonly timeoutMins?: number;
  /** As whom to call clouds, sealed. */
  readonly credential?: string;
  /** It is shown as a root: not of its parent's tree. */
  readonly apart?: boolean;
  /** Of `define`: what the resource says of itself (plan-facts.ts), where it says anything; sealed where secret. */
  readonly facade?: string;
}

/** nested stack → the resource whose thing it is: an order's outcome. */
export interface ChildSettled {
  readonly kind: 'childSettled';
  /** Whose answer it is: a resource has had other stacks, with orders of the same number. */
  readonly child: Uuid;
  readonly order: number;
  /** False: it was refused, and there is no stack. */
  readonly there: boolean;
  /** The stack's reason; absent: it is as ordered. */
  readonly failure?: string;
}

export type WireMessage =
  | Converge
  | Ready
  | Settled
  | Released
  | Stop
  | Create
  | Remove
  | Update
  | Cancel
  | Act
  | Mark
  | Unhook
  | Wake
  | Reset
  | Order
  | ChildSettled;

/** A newly loaded actor with something to do: go on from the row. */
export interface Woken {
  readonly kind: 'woken';
}

/** Resources of the stack that have something to do, whether they are in memory or not; `stop`: they are to end. */
export interface Sleepers {
  readonly kind: 'sleepers';
  readonly addresses: readonly Address[];
  readonly stop: boolean;
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

/** A nested stack was looked at, for what its parent's resource makes of it. */
export interface ChildLooked {
  readonly kind: 'childLooked';
  readonly incarnation: Uuid;
  readonly order: number;
  /** Text of the members that a plan looks at, or of the data that attributes are read from; sealed where secret. */
  readonly text: string;
  readonly secret: boolean;
  /** It had not taken the last order yet. */
  readonly isStale?: boolean;
}
