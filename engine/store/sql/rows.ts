/** Rows as a database gives and takes them: arrays by position, in the columns' order. */
import type { Buffer } from 'node:buffer';
import type { Uuid } from '../../kernel/ids.ts';
import { invariant } from '../../kernel/invariant.ts';
import {
  baseFields,
  type Column,
  columnsOf,
  configFields,
  contentFields,
  eventFields,
  type Field,
  fieldsOf,
  nameFields,
  tableNames,
} from '../columns.ts';
import type { ConfigListed, ConfigRow, EventRow, Row, RowSet } from '../store.ts';
import type { ColumnValue, VersionedTable } from '../tables.ts';
import { binaryArray } from './arrays.ts';
import { type CommitShape, wideColumns } from './statements.ts';

const baseCount = baseFields.length;

function rowFrom(table: VersionedTable, values: readonly unknown[], own: readonly Column[], first: number): Row {
  const wanted = new Set(columnsOf(table).map(({ name }) => name));
  const columns: Record<string, ColumnValue> = {};
  own.forEach(({ name }, index) => {
    if (wanted.has(name)) columns[name] = values[first + baseCount + index] as ColumnValue;
  });
  const base = values.slice(first, first + baseCount) as [
    Row['key'],
    Row['actor'],
    string,
    Row['stack'],
    number,
    Row['shard'],
    number,
    Row['clock'],
    boolean,
    Row['goneAt'],
    Row['plan'],
  ];
  const [key, actor, kind, stack, bucket, shard, version, clock, unfinished, goneAt, plan] = base;
  const state = values[first + baseCount + own.length] as string;
  return { table, key, actor, kind, stack, bucket, shard, version, clock, unfinished, goneAt, plan, columns, state };
}

/** A row of a select from one table, whose columns are fieldsOf's. */
export function tableRow(table: VersionedTable, values: readonly unknown[]): Row {
  return rowFrom(table, values, columnsOf(table), 0);
}

/** A row of a statement over all tables, and the error id that its stack is parked with. */
export function wideRow(values: readonly unknown[]): { readonly row: Row; readonly parked: string | null } {
  const table = tableNames.find(name => name === values[0]);
  invariant(table !== undefined, 'a row of all tables says its own');
  return { row: rowFrom(table, values, wideColumns, 1), parked: values.at(-1) as string | null };
}

export function eventRow(values: readonly unknown[]): EventRow {
  const columns = eventFields.map(({ name }, index) => [name, values[index]] as const);
  return Object.fromEntries(columns) as unknown as EventRow;
}

/** The values of a config's columns, in their order. */
export function configValues(config: ConfigRow): ColumnValue[] {
  return configFields.map(({ of }) => of(config));
}

/** A config as it is selected, or listed: then without its last column. */
export function configListed(values: readonly unknown[]): ConfigListed {
  const [id, project, name, group_name, created_at] = values as [Uuid, string, string | null, string | null, number];
  return { id, project, name, group_name, created_at };
}

export function configRow(values: readonly unknown[]): ConfigRow {
  return { ...configListed(values), body: values[configFields.length - 1] as string };
}

/** One array per column. */
function arraysOf<R>(fields: readonly Field<R>[], rows: readonly R[]): Buffer[] {
  return fields.map(({ of, type }) => binaryArray(type, rows.map(of)));
}

/** Which tables a commit writes, and the statement's arrays in commitStatement's order. */
export function commitArrays(
  rows: readonly Row[],
  set: RowSet,
): { readonly shape: CommitShape; readonly arrays: Buffer[] } {
  const byTable = new Map(tableNames.map(table => [table, rows.filter(row => row.table === table)]));
  const tables = tableNames.filter(table => byTable.get(table)?.length !== 0);
  const arrays = tables.flatMap(table => arraysOf(fieldsOf(table), byTable.get(table) ?? []));
  if (set.names.length > 0) arrays.push(...arraysOf(nameFields, set.names));
  if (set.events.length > 0) arrays.push(...arraysOf(eventFields, set.events));
  if (set.contents.length > 0) arrays.push(...arraysOf(contentFields, set.contents));
  const shape = {
    tables,
    events: set.events.length > 0,
    contents: set.contents.length > 0,
    names: set.names.length > 0,
  };
  return { shape, arrays };
}
