/**
 * An actor: a pure function from (state, message, context) to a new state and effects.
 *
 * The runtime knows nothing of what an actor means. It delivers one message at a time, writes what changed of the
 * actor's *durable* values in its lane's next commit, and lets effects leave the stack only after that commit. Values
 * are immutable: a row is written when its value is another object than the one written last, so a handler that
 * changes nothing returns the same objects and costs no write.
 *
 * The rule that everything rests on: whatever an actor must not forget is in a durable value before anyone outside
 * of its stack hears of it. State that is not in a durable value is memory, and is gone with the node.
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { HeatError } from '../kernel/errors.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { SpanFacts } from '../kernel/tracing.ts';
import type { Answer, Message } from '../kernel/world.ts';
import type { ContentRow, EventRow, NameRow, Row } from '../store/store.ts';
import type { Columns, VersionedTable } from '../store/tables.ts';
import type { World } from './world.ts';

/** What a turn may use besides state and message: its own clock and dice, nothing else. */
export interface Context {
  readonly self: Address;
  /** The command's request id, where the message is one; a reply may come in a later turn. */
  readonly request: Uuid | undefined;
  /** Later than everything this node saw; rises with every call. */
  now(): HybridTime;
  uuid(): Uuid;
  below(n: number): number;
  seal(plain: string): string;
  open(sealed: string): string;
}

/** One row's worth of an actor's state. `key` never changes; another `value` object means another version. */
export interface Durable {
  readonly table: VersionedTable;
  readonly key: Uuid;
  readonly value: object;
}

/** How a durable value looks in its table. `gone` is final. */
export interface Encoded {
  readonly unfinished: boolean;
  readonly gone: boolean;
  readonly columns: Columns;
  readonly state: string;
}

export type NewEvent = Omit<EventRow, 'id' | 'clock' | 'stack'>;

export type Effect =
  /** Pushed once: within the stack on this node at once, else after the commit. */
  | { readonly do: 'tell'; readonly to: Address; readonly message: Message }
  /** After the commit. `ifNameTaken` answers instead when the commit is refused for its name. */
  | {
      readonly do: 'reply';
      readonly request: Uuid;
      readonly answer: Answer | HeatError;
      readonly ifNameTaken?: HeatError;
    }
  /** A row of the same commit; events of one turn keep their order. */
  | { readonly do: 'event'; readonly event: NewEvent }
  /** A new actor's first row; only a stack's own actor gives birth, into any bucket of its stack. */
  | { readonly do: 'birth'; readonly address: Address; readonly durable: Durable; readonly plan: Uuid | null }
  | { readonly do: 'content'; readonly content: ContentRow }
  | { readonly do: 'name'; readonly name: NameRow }
  /** I/O or heavy work after the commit; what it resolves to comes back as a message. `cloud`: only within the lease. It must not reject. */
  | { readonly do: 'task'; readonly run: (world: World) => Promise<Message>; readonly cloud: boolean }
  /** In memory, after the commit: `elapsed` with this tag. Setting a tag again moves it. */
  | { readonly do: 'timer'; readonly tag: string; readonly at: HybridTime }
  | { readonly do: 'cancel'; readonly tag: string };

export interface Turn<S> {
  readonly state: S;
  readonly effects: readonly Effect[];
}

/** An action that is over. */
export interface Ended {
  readonly action: string;
  readonly status: string;
  /** Unix milliseconds. */
  readonly beganAt: number;
}

/** What whoever watches is told of an actor; nothing is decided by it. */
export interface Watch<S> {
  /** For its spans: names, kinds and numbers; never a value of a template. */
  describe(state: S): SpanFacts;
  /** What a turn ended, if it did. */
  ended?(before: S | undefined, after: S): Ended | undefined;
}

/** What runs all actors of one kind. S is undefined for an actor that has no rows (yet). */
export interface Behaviour<S> {
  readonly kind: string;
  /** From the actor's rows, never empty. Throws for a row that cannot be read: a strike. */
  decode(rows: readonly Row[]): S;
  /** From a birth's value, without going through its row. */
  born(durable: Durable): S;
  durable(state: S): readonly Durable[];
  encode(durable: Durable): Encoded;
  /** Pure. Throws only for a bug. */
  handle(state: S | undefined, message: Message, context: Context): Turn<S | undefined>;
  /** Nothing to do and nothing but durable values: memory may forget it. */
  idle(state: S): boolean;
  /** Whose main rows it waits for; the runtime reads them when it is loaded, when ownership changes, and now and then. */
  pulls(state: S): readonly Address[];
  /** The table of the main row (key = actor's id). */
  readonly table: VersionedTable;
  readonly watch?: Watch<S>;
  /** Whose the actor's stack is, where this actor knows it: tenants take turns. */
  tenant?(state: S): string | undefined;
}

/** A behaviour with its state type put aside: what the runtime holds. */
export type AnyBehaviour = Behaviour<never>;

/** The runtime keeps states as `unknown` and gives them back only to the behaviour that made them. */
export function erase<S>(behaviour: Behaviour<S>): Behaviour<unknown> {
  return behaviour as unknown as Behaviour<unknown>;
}

export function turn<S>(state: S, ...effects: readonly Effect[]): Turn<S> {
  return { state, effects };
}

/** What every actor may be sent by the runtime itself. */
export const runtimeMessages = { woken: 'woken', pulled: 'pulled', elapsed: 'elapsed' } as const;
