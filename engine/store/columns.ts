/**
 * The columns of every table, as lists: the one place where a Row and its columns in the database are matched.
 *
 * Both stores are written from these lists, so that a column added in tables.ts is at once written, read, checked
 * and selectable in both. A value that no column of its type can hold is found here with the SQLSTATE that
 * PostgreSQL gives for it, so that the memory store refuses exactly what the database refuses.
 */
import { invariant } from '../kernel/invariant.ts';
import { isUuid } from '../kernel/ids.ts';
import type { ConfigRow, ContentRow, EventRow, NameRow, Row } from './store.ts';
import {
  addedTables,
  type ColumnType,
  type ColumnValue,
  type TableSpec,
  type VersionedTable,
  versionedTables,
} from './tables.ts';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** A column of a row of sort R, and how its value is taken from one. */
export interface Field<R> extends Column {
  readonly of: (row: R) => ColumnValue;
}

export const tableNames = Object.keys(versionedTables) as readonly VersionedTable[];

/** Each row of these is an actor's main row: its key is its actor. */
export const mainTables: ReadonlySet<VersionedTable> = new Set(['stacks', 'resources']);

function field<R>(name: string, type: ColumnType, of: (row: R) => ColumnValue, nullable = false): Field<R> {
  return { name, type, nullable, of };
}

/** What every versioned row begins with. */
export const baseFields: readonly Field<Row>[] = [
  field('key', 'uuid', row => row.key),
  field('actor', 'uuid', row => row.actor),
  field('kind', 'text', row => row.kind),
  field('stack', 'uuid', row => row.stack),
  field('bucket', 'int4', row => row.bucket),
  field('shard', 'int4', row => row.shard),
  field('version', 'int8', row => row.version),
  field('clock', 'int8', row => row.clock),
  field('unfinished', 'bool', row => row.unfinished),
  field('gone_at', 'int8', row => row.goneAt, true),
  field('plan', 'uuid', row => row.plan, true),
];

function specColumns(spec: TableSpec): readonly Column[] {
  return Object.entries(spec.columns).map(([name, column]) => ({
    name,
    type: column.type,
    nullable: column.nullable === true,
  }));
}

function ownColumnsOf(table: VersionedTable): readonly Column[] {
  return specColumns(versionedTables[table]);
}

const ownColumns = new Map(tableNames.map(table => [table, ownColumnsOf(table)]));

/** A versioned table's own columns, without the base ones and `state`. */
export function columnsOf(table: VersionedTable): readonly Column[] {
  const columns = ownColumns.get(table);
  invariant(columns !== undefined, `table ${table} is a versioned one`);
  return columns;
}

const rowFields = new Map(
  tableNames.map(table => [
    table,
    [
      ...baseFields,
      ...ownColumnsOf(table).map(column => ({ ...column, of: (row: Row) => row.columns[column.name] ?? null })),
      field<Row>('state', 'text', row => row.state),
    ],
  ]),
);

/** All columns of a versioned table as they are written: base, own, state. */
export function fieldsOf(table: VersionedTable): readonly Field<Row>[] {
  const fields = rowFields.get(table);
  invariant(fields !== undefined, `table ${table} is a versioned one`);
  return fields;
}

function addedFields<R extends EventRow | ContentRow | ConfigRow>(spec: TableSpec): readonly Field<R>[] {
  return specColumns(spec).map(column => ({
    ...column,
    of: (row: R) => (row as unknown as Readonly<Record<string, ColumnValue>>)[column.name] ?? null,
  }));
}

export const eventFields = addedFields<EventRow>(addedTables.events);
export const contentFields = addedFields<ContentRow>(addedTables.contents);
export const configFields = addedFields<ConfigRow>(addedTables.configs);
export const nameFields: readonly Field<NameRow>[] = [
  field('project', 'text', row => row.project),
  field('name', 'text', row => row.name),
  field('stack', 'uuid', row => row.stack),
  field('gone', 'bool', row => row.gone),
];

const selectableBase = new Set(['key', 'actor', 'stack', 'shard', 'version', 'clock', 'unfinished']);

function byName<R>(fields: readonly Field<R>[]): ReadonlyMap<string, Field<R>> {
  return new Map(fields.map(each => [each.name, each]));
}

const selectable = new Map(
  tableNames.map(table => [
    table,
    byName(
      fieldsOf(table).filter(
        each => columnsOf(table).some(own => own.name === each.name) || selectableBase.has(each.name),
      ),
    ),
  ]),
);
const selectableEvent = byName(eventFields);

/** The column that a condition or an order of a select may name. Throws BrokenInvariant for any other. */
export function selectableField(table: VersionedTable, name: string): Field<Row> {
  const found = selectable.get(table)?.get(name);
  invariant(found !== undefined, `${table} can be selected by ${name}`);
  return found;
}

/** The same for events. */
export function selectableEventField(name: string): Field<EventRow> {
  const found = selectableEvent.get(name);
  invariant(found !== undefined, `events can be selected by ${name}`);
  return found;
}

const maxInt4 = 2 ** 31 - 1;

/** The SQLSTATE with which a database refuses a value of this type, or undefined. Null is not looked at. */
function wrongValue(type: ColumnType, value: ColumnValue): string | undefined {
  if (value === null) return undefined;
  switch (type) {
    case 'uuid':
      return typeof value === 'string' && isUuid(value) ? undefined : '22P02';
    case 'text':
      if (typeof value !== 'string') return '22P02';
      return value.includes('\0') ? '22021' : undefined;
    case 'bool':
      return typeof value === 'boolean' ? undefined : '22P02';
    default:
      if (!Number.isSafeInteger(value)) return '22P02';
      return type === 'int4' && Math.abs(value as number) > maxInt4 ? '22003' : undefined;
  }
}

/**
 * The SQLSTATE for the first value that its column's type cannot hold, or undefined. Column by column, since neighbours
 * in a column are often the same and need no second look.
 */
export function wrongType<R>(fields: readonly Field<R>[], rows: readonly R[]): string | undefined {
  for (const { type, of } of fields) {
    let last: ColumnValue = null;
    for (const row of rows) {
      const value = of(row);
      if (value === last) continue;
      const code = wrongValue(type, value);
      if (code !== undefined) return code;
      last = value;
    }
  }
  return undefined;
}

/** True if a column that must have a value has none. */
export function missesValue<R>(fields: readonly Field<R>[], row: R): boolean {
  return fields.some(each => !each.nullable && each.of(row) === null);
}

const ownNames = new Map(tableNames.map(table => [table, new Set(columnsOf(table).map(({ name }) => name))]));

/** False if a row has a column that its table has not. */
export function knownColumns(row: Row): boolean {
  const known = ownNames.get(row.table);
  for (const name in row.columns) if (known?.has(name) !== true) return false;
  return true;
}
