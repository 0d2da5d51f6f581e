/**
 * Selects as SQL: what query.ts does in memory, word by word.
 *
 * Column names come from tables.ts alone (an unknown one throws), values only travel as parameters. Texts are
 * compared as UTF-8 bytes, so that a database's collation changes nothing.
 */
import { type Column, eventFields, fieldsOf, selectableEventField, selectableField } from '../columns.ts';
import type { Condition, Select } from '../store.ts';
import type { ColumnValue, VersionedTable } from '../tables.ts';
import { isReal, type Statement } from './statements.ts';

/** A statement and its parameters' values. */
export interface Query extends Statement {
  readonly values: unknown[];
}

/** What is selected from. `keys`: the columns that end every order, the first of which `after` names. */
interface Source {
  readonly from: string;
  readonly columns: readonly Column[];
  readonly column: (name: string) => Column;
  readonly keys: readonly Column[];
  /** What always holds. */
  readonly base: readonly string[];
}

class Text {
  readonly values: unknown[];

  constructor(values: readonly unknown[] = []) {
    this.values = [...values];
  }

  value(type: string, value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}::${type}`;
  }
}

const sqlType = (column: Column) => column.type.toUpperCase();
/** In a form that is ordered alike everywhere. */
const ordered = (column: Column, expression: string) =>
  column.type === 'text' ? `convert_to(${expression}, 'UTF8')` : expression;

function membership(column: Column, values: readonly ColumnValue[], negated: boolean, text: Text): string {
  const given = text.value(
    `${sqlType(column)}[]`,
    values.filter(value => value !== null),
  );
  const among = negated ? `t.${column.name} <> ALL(${given})` : `t.${column.name} = ANY(${given})`;
  if (!column.nullable) return among;
  const nullToo = values.includes(null) !== negated;
  return nullToo ? `(t.${column.name} IS NULL OR ${among})` : `(t.${column.name} IS NOT NULL AND ${among})`;
}

function test(source: Source, condition: Condition, text: Text): string {
  const column = source.column(condition.column);
  if ('in' in condition) return membership(column, condition.in, false, text);
  if ('notIn' in condition) return membership(column, condition.notIn, true, text);
  if ('contains' in condition) {
    return column.type === 'text' ? `strpos(t.${column.name}, ${text.value('TEXT', condition.contains)}) > 0` : 'FALSE';
  }
  const [sign, bound] = 'above' in condition ? ['>', condition.above] : ['<', condition.below];
  if (bound === null) return 'FALSE';
  return `${ordered(column, `t.${column.name}`)} ${sign} ${ordered(column, text.value(sqlType(column), bound))}`;
}

interface Part {
  readonly column: Column;
  readonly descending: boolean;
}

function partsOf(source: Source, order: Select['order'] = []): readonly Part[] {
  const given = order.map(({ column, descending }) => ({
    column: source.column(column),
    descending: descending === true,
  }));
  return [...given, ...source.keys.map(column => ({ column, descending: false }))];
}

function orderBy(parts: readonly Part[]): string {
  const texts = parts.map(({ column, descending }) => {
    const direction = descending ? ' DESC' : '';
    const nulls = column.nullable ? (descending ? ' NULLS FIRST' : ' NULLS LAST') : '';
    return `${ordered(column, `t.${column.name}`)}${direction}${nulls}`;
  });
  return `ORDER BY ${texts.join(', ')}`;
}

/** Strictly after one value of one column, in its direction. */
function beyond({ column, descending }: Part, value: ColumnValue, text: Text): string {
  const name = `t.${column.name}`;
  if (value === null) return descending ? `${name} IS NOT NULL` : 'FALSE';
  const compared = `${ordered(column, name)} ${descending ? '<' : '>'} ${ordered(column, text.value(sqlType(column), value))}`;
  return column.nullable && !descending ? `(${compared} OR ${name} IS NULL)` : compared;
}

function same({ column }: Part, value: ColumnValue, text: Text): string {
  return value === null ? `t.${column.name} IS NULL` : `t.${column.name} = ${text.value(sqlType(column), value)}`;
}

/** After a row that has these values in the parts' columns. */
function afterRow(parts: readonly Part[], marker: readonly ColumnValue[], text: Text): string {
  const at = (index: number) => marker[index] ?? null;
  const ways = parts.map((part, index) => {
    const equal = parts.slice(0, index).map((before, i) => same(before, at(i), text));
    return [...equal, beyond(part, at(index), text)].join(' AND ');
  });
  return `(${ways.map(way => `(${way})`).join(' OR ')})`;
}

const names = (columns: readonly Column[]) => columns.map(({ name }) => `t.${name}`).join(', ');

function where(source: Source, conditions: readonly Condition[], text: Text): string[] {
  return [...source.base, ...conditions.map(condition => test(source, condition, text))];
}

/** The rows of a select, in its columns' order; `marker`: the values that markerQuery gave, if any. */
function rowsQuery(
  source: Source,
  values: readonly unknown[],
  select: Select,
  marker: readonly ColumnValue[] | undefined,
): Query {
  const text = new Text(values);
  const parts = partsOf(source, select.order);
  const all = where(source, select.where, text);
  if (marker !== undefined) all.push(afterRow(parts, marker, text));
  const limit = select.limit === undefined ? '' : ` LIMIT ${text.value('INT8', select.limit)}`;
  const query = `SELECT ${names(source.columns)} FROM ${source.from} AS t WHERE ${all.join(' AND ')} ${orderBy(parts)}${limit}`;
  return { text: query, values: text.values };
}

/** Where a select's `after` stands: its values of the order's columns and keys; no row: it is unknown. */
function markerQuery(source: Source, values: readonly unknown[], select: Select, key: string): Query {
  const text = new Text(values);
  const all = [...source.base, `t.${source.keys[0]?.name} = ${text.value('UUID', key)}`];
  const columns = names(partsOf(source, select.order).map(({ column }) => column));
  return { text: `SELECT ${columns} FROM ${source.from} AS t WHERE ${all.join(' AND ')} LIMIT 1`, values: text.values };
}

function tableSource(table: VersionedTable, withGone: boolean): Source {
  const columns = fieldsOf(table);
  return {
    from: table,
    columns,
    column: name => selectableField(table, name),
    keys: columns.slice(0, 1),
    base: withGone ? [isReal] : ['t.gone_at IS NULL', isReal],
  };
}

export function selectRows(table: VersionedTable, select: Select, marker?: readonly ColumnValue[]): Query {
  return rowsQuery(tableSource(table, select.withGone === true), [], select, marker);
}

/** The marker may be gone: a page goes on after a row that went while it was shown. */
export function selectMarker(table: VersionedTable, select: Select, key: string): Query {
  return markerQuery(tableSource(table, true), [], select, key);
}

export function countRows(table: VersionedTable, conditions: readonly Condition[]): Query {
  const text = new Text();
  const all = where(tableSource(table, false), conditions, text);
  return { text: `SELECT count(*) AS n FROM ${table} AS t WHERE ${all.join(' AND ')}`, values: text.values };
}

export function readRows(table: VersionedTable): Statement {
  const source = tableSource(table, false);
  const all = [...source.base, 't.key = ANY($1::UUID[])'].join(' AND ');
  return { name: `read_${table}`, text: `SELECT ${names(source.columns)} FROM ${table} AS t WHERE ${all}` };
}

/** One stack's events can be read in their index's order, several stacks' are sorted. */
function eventSource(stacks: readonly string[]): { source: Source; values: readonly unknown[] } {
  const one = stacks.length === 1;
  const source: Source = {
    from: 'events',
    columns: eventFields,
    column: selectableEventField,
    keys: [selectableEventField('id'), selectableEventField('stack')],
    base: [one ? 't.stack = $1::UUID' : 't.stack = ANY($1::UUID[])'],
  };
  return { source, values: [one ? stacks[0] : stacks] };
}

export function selectEvents(stacks: readonly string[], select: Select, marker?: readonly ColumnValue[]): Query {
  const { source, values } = eventSource(stacks);
  return rowsQuery(source, values, select, marker);
}

export function selectEventMarker(stacks: readonly string[], select: Select, key: string): Query {
  const { source, values } = eventSource(stacks);
  return markerQuery(source, values, select, key);
}
