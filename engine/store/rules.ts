/**
 * Rules of a commit that both stores keep in the same code.
 */
import type { CommitNumber } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import {
  contentFields,
  eventFields,
  fieldsOf,
  knownColumns,
  mainTables,
  nameFields,
  tableNames,
  wrongType,
} from './columns.ts';
import { CommitRefused, type Row, type RowSet } from './store.ts';

export const nameKey = (project: string, name: string) => JSON.stringify([project, name]);

/** A lane's fence row. */
export interface Fence {
  commitSeq: number;
  burnt: number;
}

/** Those that free a thing come first, so that another row of the same commit can take it. */
export function freeingFirst(rows: readonly Row[]): readonly Row[] {
  const takes = (row: Row) => row.table === 'incarnations' && row.columns.owned === true && row.goneAt === null;
  return [...rows.filter(row => !takes(row)), ...rows.filter(takes)];
}

/** True if the write may follow what is there: version 1 on nothing, n on n - 1. */
export function follows(row: Row, before: Row | undefined): boolean {
  return before === undefined ? row.version === 1 : before.version === row.version - 1;
}

/** What a fence row says of number n, once n can no longer land. Throws BrokenInvariant where n is not the lane's latest. */
export function burnOutcome({ commitSeq, burnt }: Readonly<Fence>, n: CommitNumber): 'in' | 'never' {
  invariant(commitSeq >= n && burnt <= n, 'a burnt number is the latest of its lane');
  return burnt === n ? 'never' : 'in';
}

/**
 * What needs no database to be refused: throws CommitRefused, with PostgreSQL's SQLSTATE, for a value that fits no
 * column, a column that does not exist, a row of somebody else's where only main rows are, and a row or name that is
 * there twice.
 */
export function checkValues({ rows, events, contents, names }: RowSet): void {
  const byTable = tableNames.map(table => ({ table, written: rows.filter(row => row.table === table) }));
  let code = wrongType(eventFields, events) ?? wrongType(contentFields, contents) ?? wrongType(nameFields, names);
  for (const { table, written } of byTable) code ??= wrongType(fieldsOf(table), written);
  if (code !== undefined) throw new CommitRefused(code);
  if (!rows.every(knownColumns)) throw new CommitRefused('42703');
  if (rows.some(row => mainTables.has(row.table) && row.key !== row.actor)) throw new CommitRefused('23514');
  const twice =
    byTable.some(({ written }) => new Set(written.map(row => row.key)).size < written.length) ||
    new Set(names.map(({ project, name }) => nameKey(project, name))).size < names.length;
  if (twice) throw new CommitRefused('21000');
}
