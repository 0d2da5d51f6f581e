/**
 * The store in PostgreSQL (or CockroachDB), over `pg`.
 *
 * Each commit lane has a connection of its own, so lanes run side by side and wait for no read; burns, claims and
 * strikes have a few, so that none of them stands behind a long list; reads share the rest. Statements are in
 * sql/statements.ts and sql/select.ts and nowhere else. What is promised is in store.ts; what a failure means, in
 * sql/failures.ts.
 *
 * It survives: the database going away and coming back, a connection cut at any byte, an answer that never comes.
 */
import type { HybridTime } from '../kernel/clock.ts';
import { type CommitNumber, laneCount, laneOf, type Session, type Shard, type Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import { tableNames } from './columns.ts';
import { burnOutcome, checkValues, freeingFirst } from './rules.ts';
import { type ConnectOptions, Connections } from './sql/connect.ts';
import { LaneConnection } from './sql/lane.ts';
import { commitArrays, configListed, configRow, configValues, eventRow, tableRow, wideRow } from './sql/rows.ts';
import * as select from './sql/select.ts';
import { SqlUpkeep } from './sql/upkeep.ts';
import { commitStatement, type Statement, statements, strikeOutStatements, sweepStatements } from './sql/statements.ts';
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
  StoreUnavailable,
} from './store.ts';
import type { ColumnValue, VersionedTable } from './tables.ts';

export interface SqlStoreOptions extends ConnectOptions {
  /** How many connections reads may use. Beside them: one per lane and two for all else. */
  readonly readConnections?: number;
  /** Rows per page of `unfinished`. */
  readonly pageRows?: number;
}

/** Prepared commit statements per connection; rarer shapes are parsed each time. */
const maxPreparedShapes = 40;
const strikeOutRows = 5_000;
/** As a limit: none. */
const everyConfig = 2_147_483_647;

export class SqlStore implements Store {
  private readonly pageRows: number;
  private readonly lanes: readonly LaneConnection[];
  private readonly control: Connections;
  private readonly reads: Connections;
  private readonly upkeep: SqlUpkeep;
  private readonly shapes = new Map<string, Statement>();

  constructor(options: SqlStoreOptions) {
    this.pageRows = options.pageRows ?? limits.storePageRows;
    this.lanes = Array.from({ length: laneCount }, () => new LaneConnection(options));
    this.control = new Connections(options, 2, limits.storeConnectMs);
    this.reads = new Connections(options, options.readConnections ?? 4, limits.storePlaceMs);
    this.upkeep = new SqlUpkeep(this.control);
  }

  /** Ends all connections, after what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.lanes.map(lane => lane.close()), this.control.close(), this.reads.close()]);
  }

  async begin(session: Session): Promise<void> {
    const lanes = Array.from({ length: laneCount }, (_, lane) => lane);
    await this.control.run(statements.begin, [session, lanes]);
  }

  async end(session: Session): Promise<void> {
    await this.control.run(statements.end, [session]);
  }

  async owners(shards: readonly Shard[]): Promise<ReadonlyMap<Shard, Session | undefined>> {
    const { rows } = await this.control.run(statements.owners, [shards]);
    return new Map(rows.map(([shard, session]) => [shard as Shard, (session ?? undefined) as Session | undefined]));
  }

  async claim(me: Session, seen: ReadonlyMap<Shard, Session | undefined>): Promise<ReadonlySet<Shard>> {
    const sessions = [...seen.values()].map(session => session ?? null);
    const { rows } = await this.control.run(statements.claim, [me, [...seen.keys()], sessions]);
    return new Set(rows.map(([shard]) => shard as Shard));
  }

  async release(me: Session, shards: readonly Shard[]): Promise<void> {
    await this.control.run(statements.release, [me, shards]);
  }

  async commit({ session, lane }: LaneId, n: CommitNumber, set: RowSet): Promise<void> {
    checkValues(set);
    const { shape, arrays } = commitArrays(freeingFirst(set.rows), set);
    const counted = set.rows.length + set.names.length;
    const statement = this.prepared(commitStatement(shape));
    const connection = this.lanes[lane];
    invariant(connection !== undefined, 'the lane exists');
    let landed: boolean;
    try {
      landed = await connection.commit({ ...statement, values: [session, lane, n, counted, ...arrays] });
    } catch (error) {
      if (error instanceof CommitRefused && error.code === '22012' && (await this.clashes(set.names))) {
        throw new CommitRefused('22012', 'names');
      }
      throw error;
    }
    if (!landed) throw new CommitUnknown('no fence row answered');
  }

  /** With its name as long as there are few shapes; each prepared one costs memory in every connection. */
  private prepared(statement: Statement): Statement {
    const name = statement.name ?? '';
    const known = this.shapes.get(name);
    if (known !== undefined) return known;
    if (this.shapes.size >= maxPreparedShapes) return { text: statement.text };
    this.shapes.set(name, statement);
    return statement;
  }

  /** Whether a short count was a name's. An answer that cannot be had leaves the refusal as it is. */
  private async clashes(names: readonly NameRow[]): Promise<boolean> {
    if (names.length === 0) return false;
    const columns = [names.map(row => row.project), names.map(row => row.name), names.map(row => row.stack)];
    try {
      return (await this.control.run(statements.takenNames, columns)).rows.length > 0;
    } catch (error) {
      if (error instanceof StoreUnavailable) return false;
      throw error;
    }
  }

  async burn({ session, lane }: LaneId, n: CommitNumber): Promise<'in' | 'never' | 'fenced'> {
    await this.control.run(statements.burn, [session, lane, n]);
    const { rows } = await this.control.run(statements.fence, [session, lane]);
    const [fence] = rows;
    if (fence === undefined) return 'fenced';
    const [commitSeq, burnt] = fence as [number, number];
    return burnOutcome({ commitSeq, burnt }, n);
  }

  async load(actors: readonly Uuid[]): Promise<Loaded> {
    const found = (await this.reads.run(statements.load, [actors])).rows.map(wideRow);
    const parked = new Map<Uuid, string>();
    for (const { row, parked: errorId } of found) if (errorId !== null) parked.set(row.stack, errorId);
    return { rows: sorted(found.map(({ row }) => row)), parked };
  }

  async read(table: VersionedTable, keys: readonly Uuid[]): Promise<readonly Row[]> {
    const { rows } = await this.reads.run(select.readRows(table), [keys]);
    const found = new Map(rows.map(values => tableRow(table, values)).map(row => [row.key, row]));
    return [...new Set(keys)].map(key => found.get(key)).filter(row => row !== undefined);
  }

  async *unfinished(shards: readonly Shard[]): AsyncIterable<readonly Row[]> {
    let after: readonly [number, string] = [-1, '00000000-0000-0000-0000-000000000000'];
    for (;;) {
      const page = (await this.reads.run(statements.busy, [shards, ...after, this.pageRows])).rows as [number, Uuid][];
      const actors = page.map(([, actor]) => actor);
      const place = new Map(actors.map((actor, index) => [actor, index]));
      const mains = (await this.reads.run(statements.mains, [actors])).rows.map(values => wideRow(values).row);
      mains.sort((a, b) => (place.get(a.key) ?? 0) - (place.get(b.key) ?? 0));
      if (mains.length > 0) yield mains;
      const last = page.at(-1);
      if (last === undefined || page.length < this.pageRows) return;
      after = last;
    }
  }

  async select(table: VersionedTable, wanted: Select): Promise<readonly Row[]> {
    const { after } = wanted;
    const marker = after === undefined ? undefined : await this.marker(select.selectMarker(table, wanted, after));
    const { text, values } = select.selectRows(table, wanted, marker);
    return (await this.reads.run({ text }, values)).rows.map(row => tableRow(table, row));
  }

  async count(table: VersionedTable, where: readonly Condition[]): Promise<number> {
    const { text, values } = select.countRows(table, where);
    const { rows } = await this.reads.run({ text }, values);
    return rows[0]?.[0] as number;
  }

  async events(stacks: readonly Uuid[], wanted: Omit<Select, 'withGone'>): Promise<readonly EventRow[]> {
    const { after } = wanted;
    const marker = after === undefined ? undefined : await this.marker(select.selectEventMarker(stacks, wanted, after));
    const { text, values } = select.selectEvents(stacks, wanted, marker);
    return (await this.reads.run({ text }, values)).rows.map(eventRow);
  }

  private async marker({ text, values }: select.Query): Promise<readonly ColumnValue[] | undefined> {
    return (await this.reads.run({ text }, values)).rows[0] as readonly ColumnValue[] | undefined;
  }

  async contents(root: Uuid, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { rows } = await this.reads.run(statements.contents, [root, hashes]);
    const bodies = new Map(rows as [string, string][]);
    return new Map(hashes.flatMap(hash => (bodies.has(hash) ? [[hash, bodies.get(hash) ?? '']] : [])));
  }

  async named(project: string, name: string): Promise<Uuid | undefined> {
    const { rows } = await this.reads.run(statements.named, [project, name]);
    return rows[0]?.[0] as Uuid | undefined;
  }

  async addConfig(config: ConfigRow): Promise<void> {
    await this.control.run(statements.addConfig, configValues(config));
  }

  async readConfigs(ids: readonly Uuid[]): Promise<readonly ConfigRow[]> {
    const rows = (await this.reads.run(statements.readConfigs, [ids])).rows.map(configRow);
    const found = new Map(rows.map(row => [row.id, row]));
    return [...new Set(ids)].map(id => found.get(id)).filter(row => row !== undefined);
  }

  async listConfigs({ project, limit = everyConfig, after }: ConfigPage): Promise<readonly ConfigListed[]> {
    const [marker] = after === undefined ? [] : await this.readConfigs([after]);
    const values = [project ?? null, marker?.created_at ?? null, marker?.id ?? null, limit];
    return (await this.reads.run(statements.listConfigs, values)).rows.map(configListed);
  }

  async countConfigs(project: string): Promise<number> {
    return (await this.reads.run(statements.countConfigs, [project])).rows[0]?.[0] as number;
  }

  async removeConfig(id: Uuid, goneAt: HybridTime): Promise<boolean> {
    const { rows } = await this.control.run(statements.removeConfig, [id, goneAt]);
    return rows[0] !== undefined && rows[0][0] !== 0;
  }

  async strike(
    stack: Uuid,
    atMs: number,
    errorId: Uuid,
  ): Promise<{ readonly strikes: number; readonly parked: boolean }> {
    const values = [stack, atMs, errorId, limits.strikeWindowMs, limits.strikesToPark];
    const [found] = (await this.control.run(statements.strike, values)).rows as [number, boolean][];
    return { strikes: found?.[0] ?? 0, parked: found?.[1] ?? false };
  }

  async strikes(stack: Uuid): Promise<{ readonly strikes: number; readonly parked: Uuid | undefined }> {
    const [found] = (await this.reads.run(statements.strikes, [stack])).rows as [number | null, Uuid | null][];
    return { strikes: found?.[0] ?? 0, parked: found?.[1] ?? undefined };
  }

  async unpark(stack: Uuid): Promise<void> {
    await this.control.run(statements.unpark, [stack]);
  }

  async parked(): Promise<ReadonlyMap<Uuid, Uuid>> {
    const { rows } = await this.reads.run(statements.parked);
    return new Map(rows as [Uuid, Uuid][]);
  }

  async strikeOut(me: Session, stack: Uuid, before: HybridTime): Promise<void> {
    for (const statement of strikeOutStatements) {
      for (;;) {
        const { count } = await this.control.run(statement, [me, laneOf(stack), stack, strikeOutRows, before]);
        if (count < strikeOutRows) break;
      }
    }
  }

  async sweep(me: Session, before: HybridTime, atMost: number): Promise<number> {
    let left = atMost;
    for (const statement of [
      statements.sweepEvents,
      statements.sweepContents,
      ...sweepStatements,
      statements.sweepConfigs,
    ]) {
      if (left > 0) left -= (await this.control.run(statement, [me, before, left])).count;
    }
    return atMost - left;
  }

  trimEvents(stack: Uuid, keep: number, atMost: number): Promise<number> {
    return this.upkeep.trimEvents([stack], keep, atMost);
  }

  async nowMs(): Promise<number> {
    return (await this.control.run(statements.now)).rows[0]?.[0] as number;
  }
}

const tableRank = new Map<string, number>(tableNames.map((table, index) => [table, index]));

/** By table, then key. */
function sorted(rows: Row[]): readonly Row[] {
  const rank = (row: Row) => tableRank.get(row.table) ?? 0;
  return rows.sort((a, b) => rank(a) - rank(b) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** A store on a database that `migrate` has prepared. Nothing is connected before the first call. */
export function createSqlStore(options: SqlStoreOptions): SqlStore {
  return new SqlStore(options);
}
