/** Tables and values for people, or JSON for programs: whatever a command prints goes through here. */
import { writeJson } from '../engine/values/json.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import type { Out } from './out.ts';

/** A table, or the same as JSON. */
export function print(
  columns: readonly string[],
  rows: readonly (readonly Value[])[],
  asJson: boolean,
  out: Pick<Out, 'line'>,
): void {
  if (asJson) out.line(prettyJson(rowsAsValue(columns, rows)));
  else
    for (const line of tableLines(
      columns,
      rows.map(row => row.map(shownValue)),
    ))
      out.line(line);
}

/** One line a row in columns under a heading; nothing at all but the heading where there are no rows. */
export function tableLines(columns: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [columns, ...rows.map(row => row.map(oneLine))];
  const widths = columns.map((_, i) => Math.max(...all.map(row => width(row[i] ?? ''))));
  return all.map(row => row.map((cell, i) => padded(cell, i === row.length - 1 ? 0 : (widths[i] ?? 0))).join('  '));
}

/** `name: value` a line; long values of several lines are indented below their names. */
export function fieldLines(fields: readonly (readonly [string, Value | undefined])[]): string[] {
  const shown = fields.filter((field): field is readonly [string, Value] => field[1] !== undefined);
  const widest = Math.max(0, ...shown.map(([name]) => width(name)));
  return shown.flatMap(([name, value]) => {
    const lines = shownValue(value).split('\n');
    if (lines.length === 1) return [`${padded(name, widest)}  ${lines[0] ?? ''}`];
    return [name, ...lines.map(line => `  ${line}`)];
  });
}

/** A value for a person: a text as it is, anything else as JSON. */
export function shownValue(value: Value): string {
  if (value === null) return '-';
  return typeof value === 'string' ? value : writeJson(value);
}

/** Rows as a list of maps, under the columns' names in lower case with underscores. */
export function rowsAsValue(columns: readonly string[], rows: readonly (readonly Value[])[]): Value {
  const keys = columns.map(column => column.toLowerCase().replaceAll(' ', '_'));
  return rows.map(row => mapOf(keys.map((key, i): [string, Value] => [key, row[i] ?? null])));
}

/** JSON with two spaces a level. */
export function prettyJson(value: Value, indent = ''): string {
  const inner = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map(item => inner + prettyJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (isMap(value)) {
    if (value.size === 0) return '{}';
    const entries = [...value].map(([key, item]) => `${inner}${writeJson(key)}: ${prettyJson(item, inner)}`);
    return `{\n${entries.join(',\n')}\n${indent}}`;
  }
  return writeJson(value);
}

/** A member that is a text; '' where there is none. */
export function textIn(map: ValueMap, key: string): string {
  const value = map.get(key) ?? null;
  return typeof value === 'string' ? value : value === null ? '' : writeJson(value);
}

/** A member that is a list of texts, whatever else may be in it left out. */
export function textsIn(map: ValueMap, key: string): readonly string[] {
  const value = map.get(key) ?? null;
  return isList(value) ? value.filter(each => typeof each === 'string') : [];
}

const oneLine = (text: string): string => text.replace(/\s*\n\s*/g, ' ');
const width = (text: string): number => [...text].length;
const padded = (text: string, to: number): string => text + ' '.repeat(Math.max(0, to - width(text)));
