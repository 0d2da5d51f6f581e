/**
 * The store's port: what every home of the data must promise, kept by memory.ts and sql.ts alike and shown by one
 * conformance suite.
 *
 * A node's life is a session with one fence row per lane; a commit is ONE statement that moves its lane's number
 * from n - 1 to n and writes all of its rows, or none of them. A takeover deletes the displaced session's fence
 * rows, so a stopped node that wakes can write nothing, whatever it believes. A commit whose outcome is unknown is
 * *burnt*: after `burn` answered, the number can never land later (architecture: Ownership, A turn and a commit).
 *
 * Contract beyond the types: reads see committed rows only; a row of a big plan is seen once its stack's row names
 * the plan in `plans`; all methods but `commit` and `burn` may be repeated without harm after a failure, and throw
 * StoreUnavailable where the database cannot be reached.
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { CommitNumber, Lane, Session, Shard, Uuid } from '../kernel/ids.ts';
import type { Columns, ColumnValue, VersionedTable } from './tables.ts';

/** One row of a versioned table. `version` is that of the write (1: insert), `clock` the writer's time. */
export interface Row {
  readonly table: VersionedTable;
  readonly key: Uuid;
  /** Whose state this row is part of; equal to `key` for the actor's main row. */
  readonly actor: Uuid;
  /** The actor's kind. */
  readonly kind: string;
  readonly stack: Uuid;
  readonly bucket: number;
  readonly shard: Shard;
  readonly version: number;
  readonly clock: HybridTime;
  /** True while its actor has something to do: recovery loads it. */
  readonly unfinished: boolean;
  /** Set when the row is over; it is physically deleted limits.goneKeptMs later. Reads leave gone rows out unless asked. */
  readonly goneAt: HybridTime | null;
  /** The big plan it came with, while not real on its own; null otherwise. */
  readonly plan: Uuid | null;
  readonly columns: Columns;
  readonly state: string;
}

export interface EventRow {
  readonly stack: Uuid;
  readonly id: Uuid;
  readonly clock: HybridTime;
  readonly resource_name: string;
  readonly resource_type: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physical_id: string | null;
  readonly properties: string | null;
}

/** Written once per (root, hash); a second write of the same is nothing. */
export interface ContentRow {
  readonly root: Uuid;
  readonly hash: string;
  readonly body: string;
}

/** Takes a name for a stack, or frees it (`gone`). Taking one that another live stack holds refuses the commit. */
export interface NameRow {
  readonly project: string;
  readonly name: string;
  readonly stack: Uuid;
  readonly gone: boolean;
}

/** A software config of a project. It never changes; nothing of it belongs to an actor. */
export interface ConfigRow {
  readonly id: Uuid;
  readonly project: string;
  readonly name: string | null;
  readonly group_name: string | null;
  readonly created_at: number;
  readonly body: string;
}

/** A config as lists have it. */
export type ConfigListed = Omit<ConfigRow, 'body'>;

/** Which configs: of a project, undefined for all; only what comes after one, an unknown one: from the start. */
export interface ConfigPage {
  readonly project: string | undefined;
  readonly limit?: number;
  readonly after?: Uuid;
}

/** What one commit writes. Each row, event, content and name at most once. */
export interface RowSet {
  readonly rows: readonly Row[];
  readonly events: readonly EventRow[];
  readonly contents: readonly ContentRow[];
  readonly names: readonly NameRow[];
}

/** Which lane of which life. */
export interface LaneId {
  readonly session: Session;
  readonly lane: Lane;
}

/** Surely not written; the same number may be tried again (classes 40 but 40003, 53, 57 but 57014 and 57P01–03). */
export class CommitRetry extends Error {
  override readonly name = 'CommitRetry';
  readonly code: string;
  constructor(code: string) {
    super(`commit must be tried again: ${code}`);
    this.code = code;
  }
}

/** Surely not written, and never will be as it is: a row, version, name or event of it cannot be (any class not named). */
export class CommitRefused extends Error {
  override readonly name = 'CommitRefused';
  /** SQLSTATE, e.g. 22012 for a short count, 23505 for a unique index. */
  readonly code: string;
  /** What the refusing index or check is called, where it is known. */
  readonly constraint: string | undefined;
  constructor(code: string, constraint?: string) {
    super(`commit refused: ${code}${constraint === undefined ? '' : ` ${constraint}`}`);
    this.code = code;
    this.constraint = constraint;
  }
}

/** It ran too long and was ended by the database: surely not written. Once more, then split. (57014) */
export class CommitTimeout extends Error {
  override readonly name = 'CommitTimeout';
}

/** No fence row answered, or no answer came at all: only `burn` tells. */
export class CommitUnknown extends Error {
  override readonly name = 'CommitUnknown';
}

/** A read, claim or burn could not reach the database; try again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

export type Condition =
  | { readonly column: string; readonly in: readonly ColumnValue[] } // null among them matches null
  | { readonly column: string; readonly notIn: readonly ColumnValue[] }
  | { readonly column: string; readonly contains: string }
  | { readonly column: string; readonly above: ColumnValue }
  | { readonly column: string; readonly below: ColumnValue };

/** An indexed read. Columns: a table's own, or key, actor, stack, shard, version, clock, unfinished. */
export interface Select {
  readonly where: readonly Condition[];
  /** Nulls come last ascending, first descending. The key is always the last resort. */
  readonly order?: readonly { readonly column: string; readonly descending?: boolean }[];
  readonly limit?: number;
  /** Only what comes after this row in the given order. An unknown key: from the start. */
  readonly after?: Uuid;
  readonly withGone?: boolean;
}

export interface Loaded {
  /** Rows that are not gone, of all asked-for actors. */
  readonly rows: readonly Row[];
  /** Stacks among them that are parked, with their error ids. */
  readonly parked: ReadonlyMap<Uuid, string>;
}

export interface Store {
  /** A new life: its fence rows at number 0. */
  begin(session: Session): Promise<void>;
  /** Its fence rows go; its shards stay written to it, for whoever claims them next. */
  end(session: Session): Promise<void>;
  /** Who may write these shards now; undefined: nobody. */
  owners(shards: readonly Shard[]): Promise<ReadonlyMap<Shard, Session | undefined>>;
  /**
   * Takes those of the shards whose owner is still the one that was seen, and ends the displaced sessions, in one
   * statement. Takes none if `me` has no fence rows itself. Returns what is mine now.
   */
  claim(me: Session, seen: ReadonlyMap<Shard, Session | undefined>): Promise<ReadonlySet<Shard>>;
  /** Gives up those of the shards that are mine. */
  release(me: Session, shards: readonly Shard[]): Promise<void>;

  /** Number n of a lane, all or nothing. Throws CommitRetry, CommitRefused, CommitTimeout or CommitUnknown. */
  commit(lane: LaneId, n: CommitNumber, rows: RowSet): Promise<void>;
  /** Makes sure that n can no longer land, and says whether it had. May be asked again and again. */
  burn(lane: LaneId, n: CommitNumber): Promise<'in' | 'never' | 'fenced'>;

  /** All rows of these actors. */
  load(actors: readonly Uuid[]): Promise<Loaded>;
  /** Single rows, gone ones left out. */
  read(table: VersionedTable, keys: readonly Uuid[]): Promise<readonly Row[]>;
  /** Main rows (key = actor) of actors with something to do, in pages. Rows of actors of parked stacks are left out. */
  unfinished(shards: readonly Shard[]): AsyncIterable<readonly Row[]>;
  select(table: VersionedTable, select: Select): Promise<readonly Row[]>;
  count(table: VersionedTable, where: readonly Condition[]): Promise<number>;
  /** A stack's events by id, ascending unless `descending`. `after` is exclusive; conditions are on event columns. */
  events(stacks: readonly Uuid[], select: Omit<Select, 'withGone'>): Promise<readonly EventRow[]>;
  contents(root: Uuid, hashes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Which live stack holds the name. */
  named(project: string, name: string): Promise<Uuid | undefined>;

  /**
   * Adds a software config, unless its id is or was one's: a second add of the same is nothing, and neither is one that
   * lands after its removal. No part of a commit, and under no fence: the id alone says that it is the same.
   */
  addConfig(config: ConfigRow): Promise<void>;
  /** Those of these ids that are there. */
  readConfigs(ids: readonly Uuid[]): Promise<readonly ConfigRow[]>;
  /** Newest first, by id where they are of the same time. */
  listConfigs(page: ConfigPage): Promise<readonly ConfigListed[]>;
  countConfigs(project: string): Promise<number>;
  /** Takes it away for good, its text at once, and says whether it was there. The id of one that never was is used, too. */
  removeConfig(id: Uuid, goneAt: HybridTime): Promise<boolean>;

  /** One more strike for a stack; from limits.strikesToPark in limits.strikeWindowMs on it is parked with this error id. */
  strike(stack: Uuid, atMs: number, errorId: Uuid): Promise<{ readonly strikes: number; readonly parked: boolean }>;
  /** A stack's strikes, as of the last one, and the error id that parked it. */
  strikes(stack: Uuid): Promise<{ readonly strikes: number; readonly parked: Uuid | undefined }>;
  unpark(stack: Uuid): Promise<void>;
  /** All parked stacks, by their keys, and the error ids that parked them. */
  parked(): Promise<ReadonlyMap<Uuid, Uuid>>;
  /**
   * Deletes what earlier attempts at a big plan left: rows of this stack from before that time whose plan never became
   * real. Under the fence. It may land late: what the attempt itself sent ahead has a later time.
   */
  strikeOut(me: Session, stack: Uuid, before: HybridTime): Promise<void>;
  /**
   * Deletes rows gone before that time, in shards of mine, under the fence; the stack's freed names, and ids of configs
   * that are as long gone. Returns how many.
   */
  sweep(me: Session, before: HybridTime, atMost: number): Promise<number>;
  /** Deletes the oldest of a stack's events that has more than `keep`; returns how many. Final rows: without a fence. */
  trimEvents(stack: Uuid, keep: number, atMost: number): Promise<number>;
  /** The database's own clock, unix milliseconds: a node whose own is off by more than a second says so. */
  nowMs(): Promise<number>;
}
