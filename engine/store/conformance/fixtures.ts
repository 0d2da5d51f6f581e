/** What the tests of a store are written with: homes, rows with sensible columns, and lives that number their commits. */
import { randomUUID } from 'node:crypto';
import { type HybridTime, hybridFromMs, timeOrderedUuid } from '../../kernel/clock.ts';
import {
  type CommitNumber,
  laneOf,
  type Lane,
  type Session,
  type Shard,
  shardCount,
  type Uuid,
} from '../../kernel/ids.ts';
import {
  CommitRetry,
  type ContentRow,
  type EventRow,
  type NameRow,
  type Row,
  type RowSet,
  type Store,
} from '../store.ts';
import type { Columns, VersionedTable } from '../tables.ts';
import type { Upkeep } from '../upkeep.ts';

export type Loss = 'before' | 'after' | 'held';

/** A client between whom and the data things get lost. */
export interface Shaky {
  readonly store: Store;
  /**
   * What becomes of the next request of that sort: lost on its way there, lost on its way back, or held up on its way
   * there until `release`, long after its sender gave up.
   */
  lose(request: 'commit' | 'burn', loss: Loss): void;
  /** Lets what is held up arrive, and waits until it has had its effect. */
  release(): Promise<void>;
}

/** One set of data. Clients of it are independent, as those of two nodes are. */
export interface Home {
  readonly store: Store;
  /** Another client, always the same one. */
  client(): Store;
  /** A new one; it is of no use any more once the next is made. */
  shaky(): Promise<Shaky>;
  readonly upkeep: Upkeep;
  /** The database's address, where there is one. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

export const uuid = () => randomUUID() as Uuid;
export const session = () => uuid() as Session;

let ticks = 0;
/** Later than every time it gave. */
export function now(): HybridTime {
  ticks += 1;
  return (hybridFromMs(1_700_000_000_000) + ticks) as HybridTime;
}

let lastShard = -1;
/** One that no other test uses. */
export function shard(): Shard {
  lastShard = (lastShard + 1) % shardCount;
  return lastShard as Shard;
}

const columnsOf = (key: Uuid, stack: Uuid): Record<VersionedTable, Columns> => ({
  stacks: {
    project: 'demo',
    name: `stack-${key}`,
    owner: null,
    parent_resource: null,
    root: stack,
    nested_depth: 0,
    username: 'demo',
    user_project: null,
    action: 'CREATE',
    status: 'IN_PROGRESS',
    reason: '',
    created_at: 1_700_000_000_000,
    updated_at: null,
    deleted_at: null,
    disable_rollback: true,
    timeout_mins: null,
    tags: null,
    generation: 1,
    plans: '',
  },
  resources: {
    name: 'r',
    type: 'OS::Heat::Value',
    action: 'INIT',
    status: 'COMPLETE',
    reason: '',
    physical_id: null,
    created_at: 1_700_000_000_000,
    updated_at: 1_700_000_000_000,
    root: stack,
    generation: 1,
    reached: 0,
    clean: 0,
  },
  incarnations: { service: null, region: null, physical_id: null, owned: false },
  debts: { service: 'compute', region: null, mark: 'm' },
  timers: { at: 1_700_000_000_000 },
});

export interface RowChanges extends Partial<Omit<Row, 'columns' | 'table'>> {
  readonly columns?: Columns;
}

/** Version 1 of a row; a stack's key is its stack. */
export function row(table: VersionedTable, changes: RowChanges = {}): Row {
  const key = changes.key ?? (table === 'stacks' && changes.stack !== undefined ? changes.stack : uuid());
  const stack = changes.stack ?? (table === 'stacks' ? key : uuid());
  return {
    table,
    actor: key,
    kind: table,
    bucket: 0,
    shard: 0 as Shard,
    version: 1,
    clock: now(),
    unfinished: false,
    goneAt: null,
    plan: null,
    state: '{}',
    ...changes,
    key,
    stack,
    columns: { ...columnsOf(key, stack)[table], ...changes.columns },
  };
}

/** The row's next version. */
export function next(before: Row, changes: RowChanges = {}): Row {
  return {
    ...before,
    clock: now(),
    ...changes,
    version: changes.version ?? before.version + 1,
    columns: { ...before.columns, ...changes.columns },
  };
}

export function event(stack: Uuid, changes: Partial<EventRow> = {}): EventRow {
  const clock = now();
  return {
    stack,
    id: timeOrderedUuid(clock, Buffer.from(randomUUID().replaceAll('-', ''), 'hex')) as Uuid,
    clock,
    resource_name: 'r',
    resource_type: 'OS::Heat::Value',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'state changed',
    physical_id: null,
    properties: null,
    ...changes,
  };
}

export const content = (root: Uuid, hash: string, body: string): ContentRow => ({ root, hash, body });
export const taken = (name: string, stack: Uuid): NameRow => ({ project: 'demo', name, stack, gone: false });
export const freed = (name: string, stack: Uuid): NameRow => ({ project: 'demo', name, stack, gone: true });

export function set(...parts: readonly (Row | EventRow | ContentRow | NameRow)[]): RowSet {
  return {
    rows: parts.filter(part => 'table' in part),
    events: parts.filter(part => 'resource_name' in part),
    contents: parts.filter(part => 'hash' in part),
    names: parts.filter(part => 'gone' in part),
  };
}

/** Does it again for as long as the store says that nothing was written and it may be. */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof CommitRetry) || tries === 50) throw error;
    }
  }
}

/** A session that numbers its commits, each after the last that landed. */
export class Life {
  readonly store: Store;
  readonly id: Session;
  private readonly landed = new Map<Lane, number>();

  constructor(store: Store, id: Session) {
    this.store = store;
    this.id = id;
  }

  static async begin(store: Store): Promise<Life> {
    const life = new Life(store, session());
    await store.begin(life.id);
    return life;
  }

  lane(lane = 0 as Lane) {
    return { session: this.id, lane };
  }

  nextNumber(lane = 0 as Lane): CommitNumber {
    return ((this.landed.get(lane) ?? 0) + 1) as CommitNumber;
  }

  async commit(what: RowSet, lane = 0 as Lane): Promise<void> {
    await retried(() => this.store.commit(this.lane(lane), this.nextNumber(lane), what));
    this.skip(lane);
  }

  /** In the lane that the stack's commits go through. */
  commitOf(stack: Uuid, what: RowSet): Promise<void> {
    return this.commit(what, laneOf(stack));
  }

  /** The next number is used up. */
  skip(lane = 0 as Lane): void {
    this.landed.set(lane, this.nextNumber(lane));
  }

  /** Takes shards that nobody has. */
  async own(...shards: readonly Shard[]): Promise<void> {
    await this.store.claim(this.id, new Map(shards.map(each => [each, undefined])));
  }
}

export async function pages<T>(all: AsyncIterable<readonly T[]>): Promise<readonly (readonly T[])[]> {
  const found: (readonly T[])[] = [];
  for await (const page of all) found.push(page);
  return found;
}
