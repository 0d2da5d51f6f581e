/**
 * The store in memory: the same promises as the SQL store, for the simulator and for tests.
 *
 * Every method does its work in one go when it is called and answers in a microtask, so a simulated cluster is as
 * deterministic as its scheduler, and two commits can never be half done side by side. What it keeps of the SQL
 * store's contract is shown by conformance.ts: the fence and its numbers, versions, short counts, the unique
 * indexes, values that no column can hold, hidden rows of unreal plans, the order of every read.
 *
 * It survives nothing: the data goes with the process.
 */
import { type HybridTime, msOf } from '../kernel/clock.ts';
import {
  type CommitNumber,
  type Lane,
  laneCount,
  type Session,
  type Shard,
  shardCount,
  type Uuid,
} from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { eventFields, fieldsOf, missesValue, selectableEventField, selectableField, tableNames } from './columns.ts';
import { MemoryConfigs } from './memory-configs.ts';
import { MemoryEvents } from './memory-events.ts';
import { MemoryRows, ownedThing, storedRow } from './memory-rows.ts';
import { MemoryUpkeep } from './memory-upkeep.ts';
import { filterOf, orderOf, pageOf, type Shape } from './query.ts';
import { burnOutcome, checkValues, type Fence, follows, freeingFirst, nameKey } from './rules.ts';
import {
  CommitRefused,
  CommitUnknown,
  type Condition,
  type ConfigListed,
  type ConfigPage,
  type ConfigRow,
  type EventRow,
  type LaneId,
  type Loaded,
  type NameRow,
  type Row,
  type RowSet,
  type Select,
  type Store,
} from './store.ts';
import type { ColumnValue, VersionedTable } from './tables.ts';

export interface MemoryStoreOptions {
  /** The "database's" clock, unix milliseconds. Without one it shows the latest time of any row that was committed. */
  readonly nowMs?: () => number;
  /** Rows per page of `unfinished`. */
  readonly pageRows?: number;
}

interface Strikes {
  /** When, within the window. */
  times: readonly number[];
  last: Uuid;
  parked: Uuid | undefined;
}

/** All that is stored, hidden and gone rows included: for a simulator's invariants. Rows are the store's own, frozen. */
export interface MemoryDump {
  readonly rows: Readonly<Record<VersionedTable, readonly Row[]>>;
  readonly events: readonly EventRow[];
  readonly contents: readonly { readonly root: Uuid; readonly hash: string; readonly body: string }[];
  readonly names: readonly NameRow[];
  readonly configs: readonly ConfigRow[];
  readonly fences: readonly {
    readonly session: Session;
    readonly lane: Lane;
    readonly commitSeq: number;
    readonly burnt: number;
  }[];
  /** Shards that somebody owns. */
  readonly shards: ReadonlyMap<Shard, Session>;
  readonly parked: ReadonlyMap<Uuid, Uuid>;
}

const rowShapes = new Map<VersionedTable, Shape<Row>>(
  tableNames.map(table => [table, { field: name => selectableField(table, name), key: row => row.key }]),
);
const eventShape: Shape<EventRow> = { field: selectableEventField, key: event => `${event.id}/${event.stack}` };

function shapeOf(table: VersionedTable): Shape<Row> {
  const shape = rowShapes.get(table);
  invariant(shape !== undefined, `table ${table} is a versioned one`);
  return shape;
}

export class MemoryStore implements Store {
  private readonly options: MemoryStoreOptions;
  private readonly fences = new Map<Session, Fence[]>();
  private readonly shards = new Map<Shard, Session>();
  private readonly rows = new MemoryRows();
  private readonly eventRows = new MemoryEvents();
  private readonly bodies = new Map<Uuid, Map<string, string>>();
  private readonly names = new Map<string, NameRow>();
  private readonly configRows = new MemoryConfigs();
  private readonly struck = new Map<Uuid, Strikes>();
  private latest = 0;
  readonly upkeep: MemoryUpkeep;

  constructor(options: MemoryStoreOptions) {
    this.options = options;
    const { rows, eventRows: events, bodies, configRows: configs, fences, shards } = this;
    const forget = (stack: Uuid): void => this.forget(stack);
    this.upkeep = new MemoryUpkeep({ rows, events, bodies, configs, fences, shards, forget });
  }

  async begin(session: Session): Promise<void> {
    if (this.fences.has(session)) return;
    this.fences.set(
      session,
      Array.from({ length: laneCount }, () => ({ commitSeq: 0, burnt: 0 })),
    );
  }

  async end(session: Session): Promise<void> {
    this.fences.delete(session);
  }

  async owners(shards: readonly Shard[]): Promise<ReadonlyMap<Shard, Session | undefined>> {
    return new Map(shards.map(shard => [shard, this.shards.get(shard)]));
  }

  async claim(me: Session, seen: ReadonlyMap<Shard, Session | undefined>): Promise<ReadonlySet<Shard>> {
    const mine = new Set<Shard>();
    if (!this.fences.has(me)) return mine;
    for (const [shard, owner] of seen) {
      invariant(shard >= 0 && shard < shardCount, 'the shard exists');
      const current = this.shards.get(shard);
      if (current === me) {
        mine.add(shard);
      } else if (current === owner) {
        this.shards.set(shard, me);
        mine.add(shard);
        if (owner !== undefined) this.fences.delete(owner);
      }
    }
    return mine;
  }

  async release(me: Session, shards: readonly Shard[]): Promise<void> {
    for (const shard of shards) {
      if (this.shards.get(shard) === me) this.shards.delete(shard);
    }
  }

  async commit({ session, lane }: LaneId, n: CommitNumber, set: RowSet): Promise<void> {
    checkValues(set);
    const fence = this.fences.get(session)?.[lane];
    if (fence?.commitSeq !== n - 1) throw new CommitUnknown('no fence row answered');
    const rows = freeingFirst(set.rows);
    this.checkRows(rows);
    this.checkCounts(rows, set.names);
    if (set.events.some(event => missesValue(eventFields, event))) throw new CommitRefused('23502');
    if (!this.eventRows.areNew(set.events)) throw new CommitRefused('23505', 'events_pkey');
    fence.commitSeq = n;
    for (const row of rows) this.rows.put(this.noticed(storedRow(row)));
    for (const event of set.events) this.eventRows.add(this.noticed(event));
    for (const { root, hash, body } of set.contents) {
      const bodies = this.bodies.get(root) ?? new Map<string, string>();
      if (!bodies.has(hash)) bodies.set(hash, body);
      this.bodies.set(root, bodies);
    }
    for (const name of set.names) this.names.set(nameKey(name.project, name.name), Object.freeze({ ...name }));
  }

  /** What a database finds while it writes row by row: missing values, and things that are another's. */
  private checkRows(rows: readonly Row[]): void {
    const taken = new Map<string, Uuid>();
    const freed = new Set<string>();
    for (const row of rows) {
      if (missesValue(fieldsOf(row.table), row)) throw new CommitRefused('23502');
      const before = this.rows.get(row.table, row.key);
      if (!follows(row, before)) continue;
      const freedThing = before === undefined ? undefined : ownedThing(before);
      if (freedThing !== undefined) freed.add(freedThing);
      const thing = ownedThing(row);
      if (thing === undefined) continue;
      const owner = taken.get(thing) ?? (freed.has(thing) ? undefined : this.rows.ownerOf(thing));
      if (owner !== undefined && owner !== row.key) throw new CommitRefused('23505', 'incarnations_owned');
      taken.set(thing, row.key);
    }
  }

  /** What it finds when all is written: fewer rows than there should be. */
  private checkCounts(rows: readonly Row[], names: readonly NameRow[]): void {
    const clash = names.some(({ project, name, stack }) => {
      const holder = this.names.get(nameKey(project, name));
      return holder !== undefined && !holder.gone && holder.stack !== stack;
    });
    if (clash) throw new CommitRefused('22012', 'names');
    if (!rows.every(row => follows(row, this.rows.get(row.table, row.key)))) throw new CommitRefused('22012');
  }

  private noticed<R extends { readonly clock: HybridTime }>(row: R): R {
    this.latest = Math.max(this.latest, row.clock);
    return row;
  }

  async burn({ session, lane }: LaneId, n: CommitNumber): Promise<'in' | 'never' | 'fenced'> {
    const fence = this.fences.get(session)?.[lane];
    if (fence === undefined) return 'fenced';
    if (fence.commitSeq === n - 1) {
      fence.commitSeq = n;
      fence.burnt = n;
    }
    return burnOutcome(fence, n);
  }

  async load(actors: readonly Uuid[]): Promise<Loaded> {
    const rows: Row[] = [];
    for (const actor of new Set(actors)) rows.push(...this.shown(this.rows.ofActor(actor)));
    rows.sort(byTableAndKey);
    const parked = new Map<Uuid, string>();
    for (const { stack } of rows) {
      const errorId = this.struck.get(stack)?.parked;
      if (errorId !== undefined) parked.set(stack, errorId);
    }
    return { rows, parked };
  }

  async read(table: VersionedTable, keys: readonly Uuid[]): Promise<readonly Row[]> {
    const found = [...new Set(keys)].map(key => this.rows.get(table, key)).filter(row => row !== undefined);
    return this.shown(found);
  }

  async *unfinished(shards: readonly Shard[]): AsyncIterable<readonly Row[]> {
    const pageRows = this.options.pageRows ?? limits.storePageRows;
    const inOrder = [...new Set(shards)].sort((a, b) => a - b);
    let after: { shard: Shard; actor: Uuid } | undefined;
    for (;;) {
      const actors: { shard: Shard; actor: Uuid }[] = [];
      for (const shard of inOrder) {
        if (after !== undefined && shard < after.shard) continue;
        const last = after?.shard === shard ? after.actor : '';
        const busy = [...this.shown(this.rows.unfinishedIn(shard))].filter(
          row => row.actor > last && this.struck.get(row.stack)?.parked === undefined,
        );
        for (const actor of [...new Set(busy.map(row => row.actor))].sort()) actors.push({ shard, actor });
        if (actors.length >= pageRows) break;
      }
      const page = actors.slice(0, pageRows);
      const mains = page.flatMap(({ actor }) => this.shown(this.rows.ofActor(actor)).filter(row => row.key === actor));
      if (mains.length > 0) yield mains;
      after = page.at(-1);
      if (page.length < pageRows) return;
    }
  }

  async select(table: VersionedTable, { where, order, limit, after, withGone }: Select): Promise<readonly Row[]> {
    const shape = shapeOf(table);
    const marker = after === undefined ? undefined : this.rows.get(table, after);
    return pageOf(
      this.matching(table, where, withGone === true),
      orderOf(shape, order),
      marker !== undefined && this.isReal(marker) ? marker : undefined,
      limit,
    );
  }

  async count(table: VersionedTable, where: readonly Condition[]): Promise<number> {
    return this.matching(table, where, false).length;
  }

  private matching(table: VersionedTable, where: readonly Condition[], withGone: boolean): Row[] {
    const filter = filterOf(shapeOf(table), where);
    return this.shown(this.candidates(table, where), withGone).filter(filter);
  }

  /** By the best index that a condition offers; they are still to be filtered. */
  private *candidates(table: VersionedTable, where: readonly Condition[]): Iterable<Row> {
    const among = (column: string): readonly ColumnValue[] | undefined => {
      const found = where.find(condition => condition.column === column && 'in' in condition);
      return found !== undefined && 'in' in found ? [...new Set(found.in)] : undefined;
    };
    const keys = among('key');
    const actors = among('actor');
    const stacks = among('stack');
    if (keys !== undefined) {
      for (const key of keys) {
        const row = this.rows.get(table, key as Uuid);
        if (row !== undefined) yield row;
      }
      return;
    }
    if (actors === undefined && stacks === undefined) return yield* this.rows.all(table);
    for (const id of actors ?? stacks ?? []) {
      const found = actors === undefined ? this.rows.ofStack(id as Uuid) : this.rows.ofActor(id as Uuid);
      for (const row of found) if (row.table === table) yield row;
    }
  }

  async events(
    stacks: readonly Uuid[],
    { where, order, limit, after }: Omit<Select, 'withGone'>,
  ): Promise<readonly EventRow[]> {
    const all = [...new Set(stacks)].flatMap(stack => [...this.eventRows.of(stack)]);
    const marker = after === undefined ? undefined : all.find(event => event.id === after);
    const rows = all.filter(filterOf(eventShape, where));
    return pageOf(rows, orderOf(eventShape, order), marker, limit);
  }

  async contents(root: Uuid, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const hash of hashes) {
      const body = this.bodies.get(root)?.get(hash);
      if (body !== undefined) found.set(hash, body);
    }
    return found;
  }

  async named(project: string, name: string): Promise<Uuid | undefined> {
    const row = this.names.get(nameKey(project, name));
    return row === undefined || row.gone ? undefined : row.stack;
  }

  async addConfig(config: ConfigRow): Promise<void> {
    this.configRows.add(config);
  }

  async readConfigs(ids: readonly Uuid[]): Promise<readonly ConfigRow[]> {
    return [...new Set(ids)].map(id => this.configRows.get(id)).filter(row => row !== undefined);
  }

  async listConfigs(page: ConfigPage): Promise<readonly ConfigListed[]> {
    return this.configRows.list(page);
  }

  async countConfigs(project: string): Promise<number> {
    return this.configRows.list({ project }).length;
  }

  async removeConfig(id: Uuid, goneAt: HybridTime): Promise<boolean> {
    return this.configRows.remove(id, goneAt);
  }

  async strike(
    stack: Uuid,
    atMs: number,
    errorId: Uuid,
  ): Promise<{ readonly strikes: number; readonly parked: boolean }> {
    if (this.rows.get('stacks', stack) === undefined) return { strikes: 0, parked: false };
    const before = this.struck.get(stack);
    const repeated = before?.last === errorId;
    const recent = (before?.times ?? []).filter(time => time > atMs - limits.strikeWindowMs);
    const times = repeated ? before.times : [...recent, atMs];
    const park = times.length >= limits.strikesToPark ? errorId : undefined;
    this.struck.set(stack, { times, last: errorId, parked: before?.parked ?? park });
    return { strikes: times.length, parked: (before?.parked ?? park) !== undefined };
  }

  async strikes(stack: Uuid): Promise<{ readonly strikes: number; readonly parked: Uuid | undefined }> {
    const struck = this.struck.get(stack);
    return { strikes: struck?.times.length ?? 0, parked: struck?.parked };
  }

  async unpark(stack: Uuid): Promise<void> {
    this.struck.delete(stack);
  }

  async parked(): Promise<ReadonlyMap<Uuid, Uuid>> {
    const all = [...this.struck].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(all.flatMap(([stack, { parked }]) => (parked === undefined ? [] : [[stack, parked] as const])));
  }

  trimEvents(stack: Uuid, keep: number, atMost: number): Promise<number> {
    return this.upkeep.trimEvents([stack], keep, atMost);
  }

  async strikeOut(me: Session, stack: Uuid, before: HybridTime): Promise<void> {
    if (!this.fences.has(me)) return;
    const hidden = [...this.rows.ofStack(stack)].filter(row => row.clock < before && !this.isReal(row));
    for (const row of hidden) this.rows.remove(row.table, row.key);
  }

  async sweep(me: Session, before: HybridTime, atMost: number): Promise<number> {
    if (!this.fences.has(me)) return 0;
    const swept = (row: Row) => row.goneAt !== null && row.goneAt < before && this.shards.get(row.shard) === me;
    const goneOf = (table: VersionedTable) => [...this.rows.all(table)].filter(swept).sort(byTableAndKey);
    let left = atMost;
    for (const stack of goneOf('stacks')) {
      left -= this.eventRows.removeSome(stack.key, left);
      left -= this.removeBodies(stack.key, left);
    }
    for (const table of tableNames) {
      const over = goneOf(table).filter(row => table !== 'stacks' || !this.hasMore(row.key));
      for (const row of over.slice(0, left)) {
        this.rows.remove(table, row.key);
        left -= 1;
        if (table === 'stacks') this.forget(row.key);
      }
    }
    left -= this.configRows.sweep(before, left);
    return atMost - left;
  }

  private removeBodies(root: Uuid, atMost: number): number {
    const bodies = this.bodies.get(root);
    const hashes = [...(bodies?.keys() ?? [])].slice(0, atMost);
    for (const hash of hashes) bodies?.delete(hash);
    if (bodies?.size === 0) this.bodies.delete(root);
    return hashes.length;
  }

  private hasMore(stack: Uuid): boolean {
    return this.bodies.has(stack) || this.eventRows.has(stack);
  }

  private forget(stack: Uuid): void {
    this.struck.delete(stack);
    for (const [key, name] of this.names) if (name.gone && name.stack === stack) this.names.delete(key);
  }

  async nowMs(): Promise<number> {
    return this.options.nowMs?.() ?? msOf(this.latest as HybridTime);
  }

  /** Everything that is stored. Two stores with the same history give equal dumps. */
  dump(): MemoryDump {
    const all = (table: VersionedTable) => [...this.rows.all(table)].sort(byTableAndKey);
    const parked = [...this.struck].flatMap(([stack, { parked: id }]) =>
      id === undefined ? [] : [[stack, id] as const],
    );
    return {
      rows: {
        stacks: all('stacks'),
        resources: all('resources'),
        incarnations: all('incarnations'),
        debts: all('debts'),
        timers: all('timers'),
      },
      events: this.eventRows.all(),
      contents: [...this.bodies].flatMap(([root, bodies]) => [...bodies].map(([hash, body]) => ({ root, hash, body }))),
      names: [...this.names.values()],
      configs: this.configRows.all(),
      fences: [...this.fences].flatMap(([session, lanes]) =>
        lanes.map(({ commitSeq, burnt }, lane) => ({ session, lane: lane as Lane, commitSeq, burnt })),
      ),
      shards: new Map(this.shards),
      parked: new Map(parked),
    };
  }

  /** Real on its own, or by its stack's row. */
  private isReal(row: Row): boolean {
    if (row.plan === null) return true;
    const plans = this.rows.get('stacks', row.stack)?.columns.plans;
    return typeof plans === 'string' && plans.includes(row.plan);
  }

  private shown(rows: Iterable<Row>, withGone = false): Row[] {
    const shown: Row[] = [];
    for (const row of rows) if ((withGone || row.goneAt === null) && this.isReal(row)) shown.push(row);
    return shown;
  }
}

const tableRank = new Map(tableNames.map((table, index) => [table, index]));

function byTableAndKey(a: Row, b: Row): number {
  const byTable = (tableRank.get(a.table) ?? 0) - (tableRank.get(b.table) ?? 0);
  if (byTable !== 0) return byTable;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

/** An empty store. */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new MemoryStore(options);
}
