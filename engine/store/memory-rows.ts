/**
 * The memory store's versioned rows and their indexes: by key, by actor, by stack, unfinished by shard, and the
 * unique one over what incarnations own in a cloud.
 *
 * Rows are cut to their table's columns and frozen on their way in, so that nobody who keeps a reference, writer or
 * reader, can change what is stored: a bug that a database would show is not hidden here.
 */
import type { Shard, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { columnsOf, tableNames } from './columns.ts';
import type { Row } from './store.ts';
import type { Columns, ColumnValue, VersionedTable } from './tables.ts';

/** A frozen copy that holds exactly what a database would give back. */
export function storedRow(row: Row): Row {
  const columns: Record<string, ColumnValue> = {};
  for (const { name } of columnsOf(row.table)) columns[name] = row.columns[name] ?? null;
  return Object.freeze({
    table: row.table,
    key: row.key,
    actor: row.actor,
    kind: row.kind,
    stack: row.stack,
    bucket: row.bucket,
    shard: row.shard,
    version: row.version,
    clock: row.clock,
    unfinished: row.unfinished,
    goneAt: row.goneAt,
    plan: row.plan,
    columns: Object.freeze(columns) as Columns,
    state: row.state,
  });
}

/** What must be unique over live incarnations that we created; undefined for every other row. */
export function ownedThing(row: Row): string | undefined {
  if (row.table !== 'incarnations' || row.goneAt !== null) return undefined;
  const { owned, service, region, physical_id: physicalId } = row.columns;
  if (owned !== true || typeof service !== 'string' || typeof physicalId !== 'string') return undefined;
  return JSON.stringify([service, region ?? '', physicalId]);
}

class RowIndex<K> {
  private readonly rows = new Map<K, Map<string, Row>>();

  put(key: K, id: string, row: Row): void {
    const found = this.rows.get(key);
    if (found === undefined) this.rows.set(key, new Map([[id, row]]));
    else found.set(id, row);
  }

  drop(key: K, id: string): void {
    const found = this.rows.get(key);
    found?.delete(id);
    if (found?.size === 0) this.rows.delete(key);
  }

  of(key: K): Iterable<Row> {
    return this.rows.get(key)?.values() ?? [];
  }
}

export class MemoryRows {
  private readonly byKey = new Map(tableNames.map(table => [table, new Map<Uuid, Row>()]));
  private readonly byActor = new RowIndex<Uuid>();
  private readonly byStack = new RowIndex<Uuid>();
  private readonly unfinished = new RowIndex<Shard>();
  private readonly owned = new Map<string, Uuid>();

  private table(table: VersionedTable): Map<Uuid, Row> {
    const rows = this.byKey.get(table);
    invariant(rows !== undefined, `table ${table} is a versioned one`);
    return rows;
  }

  get(table: VersionedTable, key: Uuid): Row | undefined {
    return this.table(table).get(key);
  }

  all(table: VersionedTable): Iterable<Row> {
    return this.table(table).values();
  }

  ofActor(actor: Uuid): Iterable<Row> {
    return this.byActor.of(actor);
  }

  ofStack(stack: Uuid): Iterable<Row> {
    return this.byStack.of(stack);
  }

  unfinishedIn(shard: Shard): Iterable<Row> {
    return this.unfinished.of(shard);
  }

  /** The incarnation that owns the thing. */
  ownerOf(thing: string): Uuid | undefined {
    return this.owned.get(thing);
  }

  /** `row` is a stored one: storedRow. */
  put(row: Row): void {
    this.remove(row.table, row.key);
    const id = `${row.table}/${row.key}`;
    this.table(row.table).set(row.key, row);
    this.byActor.put(row.actor, id, row);
    this.byStack.put(row.stack, id, row);
    if (row.unfinished && row.goneAt === null) this.unfinished.put(row.shard, id, row);
    const thing = ownedThing(row);
    if (thing !== undefined) this.owned.set(thing, row.key);
  }

  remove(table: VersionedTable, key: Uuid): void {
    const row = this.get(table, key);
    if (row === undefined) return;
    const id = `${table}/${key}`;
    this.table(table).delete(key);
    this.byActor.drop(row.actor, id);
    this.byStack.drop(row.stack, id);
    this.unfinished.drop(row.shard, id);
    const thing = ownedThing(row);
    // Within one commit the thing may already be another's.
    if (thing !== undefined && this.owned.get(thing) === key) this.owned.delete(thing);
  }
}
