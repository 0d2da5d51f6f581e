/**
 * What a run can differ by: everything nondeterministic that the engine may touch, as ports.
 *
 * Production gives the real ones, the simulator seeded ones; nothing in engine/ reads a clock, rolls dice, opens a
 * socket or starts a thread but through these (lint keeps it so). The store's port is in store/store.ts;
 * actors/world.ts puts all of them together.
 */
import type { HybridTime, Millis } from './clock.ts';
import type { Address, NodeId, Shard, Uuid } from './ids.ts';
import type { Meters } from './meters.ts';
import type { Trace, Tracer } from './tracing.ts';

export type Cancel = () => void;

export interface Clock {
  /** Later than every time this node gave or saw. */
  now(): HybridTime;
  /** Moves past a time read in a row or an envelope. */
  observe(time: HybridTime): void;
  monotonic(): Millis;
  /** Runs fn once after so many milliseconds, unless cancelled. */
  after(ms: Millis, fn: () => void): Cancel;
  /** Runs fn in a later turn of the event loop, after I/O that is already there. */
  soon(fn: () => void): void;
}

export interface Dice {
  uuid(): Uuid;
  bytes(n: number): Uint8Array;
  /** An integer, 0 … n - 1, evenly spread. */
  below(n: number): number;
}

/** A message on its way: `message` is the receiver's own union, discriminated by `kind`. */
export interface Envelope {
  readonly id: Uuid;
  readonly to: Address;
  readonly from: Address | undefined;
  readonly clock: HybridTime;
  readonly message: Message;
  /** What it came of, where that is traced. */
  readonly trace?: Trace;
}

export interface Message {
  readonly kind: string;
}

/** What a command is answered with: the actor's own answer, or an error of kernel/errors.ts as data. */
export interface Answer {
  readonly kind: string;
}

export interface Command {
  /** Chosen by the caller; a repeated one is answered, not done again. */
  readonly request: Uuid;
  readonly message: Message;
  /** What it came of, where that is traced. */
  readonly trace?: Trace;
}

/** Between nodes. A tell may be lost, late or doubled; nothing may depend on it but the time things take. */
export interface Transport {
  tell(node: NodeId, envelope: Envelope): void;
  /** Rejects with NotOwner (retry with a fresh directory), Unreachable, or the deadline. */
  ask(node: NodeId, to: Address, command: Command, deadlineMs: Millis): Promise<Answer>;
}

/** What a member says of itself. */
export interface MemberFacts {
  /** `host:port`, or what stands for it. */
  readonly address: string;
  /** When it joined, unix milliseconds. */
  readonly since: number | undefined;
  /** The types of its operator's that it has, each with a digest; absent: none. */
  readonly plugins?: Readonly<Record<string, string>> | undefined;
}

/** Who owns which shard, as far as is known here (etcd's watched copy, or this process alone). */
export interface Directory {
  readonly me: NodeId;
  members(): readonly NodeId[];
  /** Absent where nothing more is known. */
  about?(node: NodeId): MemberFacts | undefined;
  ownerOf(shard: Shard): NodeId | undefined;
  /** Takes the keys of shards that nobody holds (create_revision == 0); they hang on this node's lease. */
  win(shards: readonly Shard[]): Promise<ReadonlySet<Shard>>;
  /** Gives keys of mine back. */
  drop(shards: readonly Shard[]): Promise<void>;
  /** The first step of an orderly end: the others count this node out; its shards and its lease stay, it stays reachable. */
  leave(): Promise<void>;
  /** Revokes the lease, if it still lives, and begins another: all keys of mine are free afterwards. */
  renew(): Promise<void>;
  /** Until when (monotonic) a cloud call may start: the last renewal's sending + limits.cloudCallWindowMs. */
  deadline(): Millis;
  /** Members or owners changed. */
  onChange(fn: () => void): Cancel;
}

/** One request to one service of one region; path is under the service's endpoint. */
export interface CloudCall {
  /** The service's type in the catalog: `compute`, `network`, `volumev3`, `image`, `identity` … */
  readonly service: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  /** JSON text. */
  readonly body?: string;
  /** Beside those every call has, e.g. an API microversion. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The same GET of the same project may be answered from memory for so long. */
  readonly cacheMs?: number;
  /** A GET of one thing that others of its kind wait for as well: one list call may serve them all. */
  readonly poll?: CloudPoll;
}

/** How a thing is found in a list: the answer is then `{[key]: thing}` as if it had been shown; not there: 404. */
export interface CloudPoll {
  /** The list's path, e.g. `/servers/detail`. */
  readonly list: string;
  /** Around the list, e.g. `servers`; and around one, e.g. `server`. */
  readonly plural: string;
  readonly key: string;
  readonly id: string;
  /** The list takes `changes-since` (UTC time), and then also names what was deleted. */
  readonly changesSince?: boolean;
}

export interface CloudAnswer {
  readonly status: number;
  /** JSON text, or '' where there was none. */
  readonly body: string;
}

/**
 * What became of a call. `unsent`: not a byte left, nothing can come of it; `crowded`: since too many of our own wait,
 * which says nothing against the service. `unknown`: it may still land.
 */
export type CloudOutcome =
  | { readonly kind: 'answered'; readonly answer: CloudAnswer }
  | { readonly kind: 'unsent'; readonly reason: string; readonly crowded?: true }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Cloud {
  /**
   * `credential` says as whom: text that this port's own `Credentials` gave (a trust, a token), '' for nobody.
   * Never rejects. Ends at the latest after deadlineMs.
   */
  call(credential: string, call: CloudCall, deadlineMs: Millis): Promise<CloudOutcome>;
}

/** What became of a delegation. `again`: no certain answer; asking again with the same mark finds what was made. */
export type Delegation =
  | { readonly kind: 'delegated'; readonly credential: string }
  | { readonly kind: 'refused'; readonly error: string; readonly message: string }
  | { readonly kind: 'again'; readonly reason: string };

/** Acting for a user after its token is gone (contract: lifecycle §13, trusts). Neither method rejects. */
export interface Credentials {
  /**
   * A credential that lasts, from a user's own (`token:…`). One mark makes one, however often it is asked for.
   * `isFirst`: nobody has asked with this mark before, so what may be there already need not be looked for.
   */
  delegate(credential: string, mark: string, isFirst?: boolean): Promise<Delegation>;
  /** Ends it. `gone` also when it was gone already. */
  revoke(credential: string): Promise<'gone' | 'again'>;
}

/** A document, or in words for whoever named it why there is none. */
export type Fetched =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** Documents that a user names by URL. */
export interface Web {
  /** http and https alone; never rejects, ends at the latest after `deadlineMs`. Projects take turns. */
  textAt(url: string, bounds: FetchBounds): Promise<Fetched>;
}

export interface FetchBounds {
  readonly maxBytes: number;
  readonly deadlineMs: Millis;
  /** On whose behalf. */
  readonly project: string;
}

/** Heavy pure work: in a worker thread when it is big, inline in the simulator. */
export interface Compute {
  run<I, O>(job: string, input: I): Promise<O>;
}

/** Seals secrets at rest (values/sealed.ts): `seal` twice gives two texts, `open` throws on any other key or a changed text. */
export interface Vault {
  seal(plain: string): string;
  open(sealed: string): string;
}

export interface Log {
  /** `fields` hold ids, counts and reasons, never a value of a template, a parameter or a secret. */
  write(
    level: 'debug' | 'info' | 'warn' | 'error',
    event: string,
    fields?: Readonly<Record<string, string | number | boolean>>,
  ): void;
}

export interface Ports {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly transport: Transport;
  readonly directory: Directory;
  readonly cloud: Cloud;
  /** Absent where nothing is deferred: calls are then made with the caller's own credential. */
  readonly credentials?: Credentials;
  readonly compute: Compute;
  /** Absent: nothing is fetched. */
  readonly web?: Web;
  readonly vault: Vault;
  readonly log: Log;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  /** Absent: nothing is counted. */
  readonly meters?: Meters;
}
