/**
 * Upkeep: what an operator does to the data as a whole, while engines run or while none does.
 *
 * Everything comes in bounded batches, each one statement, and each may be asked for again: whoever was interrupted
 * just begins anew. Nothing that a living actor may still write is changed in meaning: what is deleted is final (stacks
 * that were deleted long ago, events beyond those that are kept, contents that no row names any more; their keys are
 * uuids, so none is ever named again), and a sealed text is exchanged only while its row is at the version that was
 * read. So none of it needs a fence, and none of it can lose a race (contract: lifecycle §14, heat-manage purge_deleted).
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { Session, Uuid } from '../kernel/ids.ts';
import { type VersionedTable, versionedTables } from './tables.ts';

/** Which deleted stacks are meant. */
export interface PurgeScope {
  /** Deleted before then, unix milliseconds. */
  readonly beforeMs: number;
  /** Absent: of all projects. */
  readonly project?: string;
}

/** How many rows went. */
export interface Purged {
  readonly stacks: number;
  readonly events: number;
  readonly contents: number;
}

/** Where sealed texts are kept: the state of an actor's rows, properties of events, bodies of contents and configs. */
export type SealedPlace = VersionedTable | 'events' | 'contents' | 'configs';

export const sealedPlaces: readonly SealedPlace[] = [
  ...(Object.keys(versionedTables) as VersionedTable[]),
  'events',
  'contents',
  'configs',
];

/** Where a text is: (key, ''), (stack, id), (root, hash) or (id, ''). */
export interface TextPlace {
  readonly owner: Uuid;
  readonly part: string;
}

/** A text in which something sealed stands. */
export interface SealedText extends TextPlace {
  /** Of the row; 0 where rows have none. */
  readonly version: number;
  readonly text: string;
}

export interface SealedPage {
  readonly texts: readonly SealedText[];
  /** The last one that was looked at, whatever stands in it; undefined: there was none. */
  readonly last: TextPlace | undefined;
}

export interface Resealed extends SealedText {
  readonly resealed: string;
}

export interface Upkeep {
  /** How many stacks purgeStacks would take in the end. */
  countPurgeable(scope: PurgeScope): Promise<number>;
  /**
   * Deletes deleted stacks with their events, contents, strikes and freed names; those that are finished with all they
   * made: a debt, or a row of a resource that was not swept yet, keeps its stack. At most so many rows of each sort:
   * again until nothing goes.
   */
  purgeStacks(scope: PurgeScope, atMost: number): Promise<Purged>;
  /** Keys of stacks, in their order, after the given one; nested and deleted ones too. */
  stackKeys(project: string | undefined, after: Uuid | undefined, atMost: number): Promise<readonly Uuid[]>;
  /** Deletes the oldest events of each of these stacks that has more than `keep`; returns how many. */
  trimEvents(stacks: readonly Uuid[], keep: number, atMost: number): Promise<number>;
  /**
   * Deletes contents of these roots that no row of their stacks names: former templates, environments, outputs. Only of
   * trees in which no stack is in progress or was written since; returns how many.
   */
  purgeContents(roots: readonly Uuid[], quietSince: HybridTime, atMost: number): Promise<number>;
  /** Looks at so many texts at most, in the order of their places, after the given one: those with something sealed. */
  sealedTexts(place: SealedPlace, after: TextPlace | undefined, atMost: number): Promise<SealedPage>;
  /**
   * Sessions without a shard, and how far each is. A process that is gone without having had one leaves its fence rows
   * behind; one that has just begun has none yet.
   */
  idleSessions(): Promise<ReadonlyMap<Session, string>>;
  /** Deletes the fence rows of those that still have no shard; one that lives after all begins another life. */
  endSessions(sessions: readonly Session[]): Promise<number>;
  /** Exchanges those texts that still are as they were read, and returns how many were; versions stay. */
  reseal(place: SealedPlace, texts: readonly Resealed[]): Promise<number>;
}

/** What a sealed text begins with, whatever its key (engine/values/sealed.ts). */
export const sealedPrefix = 'sealed:v1:';
