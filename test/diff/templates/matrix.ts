/**
 * What the cases show, as a table: function (or constraint) × version × good or bad. A field without a case is a hole;
 * what a version lacks must be shown to be data there, or to be refused.
 */
import { type Case, type Column, columns, newest } from './case.ts';
import { conditionFunctions, isConditionOf } from './conditions.ts';
import { constraints, customConstraints, hasConstraint } from './constraints.ts';
import { functions, standing } from './grid.ts';

type Kind = 'good' | 'bad' | 'data';

interface Wanted {
  readonly table: 'functions' | 'constraints';
  readonly row: string;
  readonly column: Column;
  readonly kinds: readonly Kind[];
}

const used: readonly Kind[] = ['good', 'bad'];

/** What must be there, by the contract alone (templates §2, §4). */
const wanted: readonly Wanted[] = [
  ...functions.flatMap(tested =>
    columns.map((column): Wanted => {
      const kinds: Record<string, readonly Kind[]> = { known: used, removed: ['bad'], data: ['data'] };
      return { table: 'functions', row: tested.name, column, kinds: kinds[standing(tested, column)] ?? used };
    }),
  ),
  ...columns.flatMap((column): Wanted[] => {
    const hot = column !== 'aws' && column !== 'heat';
    const cfn = !hot || column === '2013-05-23';
    return [
      { table: 'functions', row: 'resource_facade', column, kinds: hot ? used : ['data'] },
      { table: 'functions', row: 'Fn::ResourceFacade', column, kinds: cfn ? used : ['bad'] },
    ];
  }),
  ...conditionFunctions.flatMap(tested =>
    columns.map(
      (column): Wanted => ({
        table: 'functions',
        row: tested.name,
        column,
        kinds: isConditionOf(tested, column) ? used : ['data'],
      }),
    ),
  ),
  ...constraints.flatMap(constraint =>
    columns.flatMap((column): Wanted[] => {
      if (hasConstraint(constraint, column))
        return [{ table: 'constraints', row: constraint.name, column, kinds: used }];
      return column === 'aws' || column === 'heat'
        ? []
        : [{ table: 'constraints', row: constraint.name, column, kinds: ['bad'] }];
    }),
  ),
  ...customConstraints.map(
    ({ name, good }): Wanted => ({
      table: 'constraints',
      row: name,
      column: newest,
      kinds: good.length > 0 ? used : ['bad'],
    }),
  ),
];

export interface Matrix {
  readonly lines: readonly string[];
  /** `row × column: kind`. */
  readonly holes: readonly string[];
}

/** @param cases those that were played; @param differ the names of those that differ from real Heat. */
export function matrix(cases: readonly Case[], differ: ReadonlySet<string>): Matrix {
  const counts = new Map<string, number>();
  const wrong = new Set<string>();
  for (const { name, cells } of cases) {
    for (const { table, row, column, kind } of cells) {
      const key = keyOf(table, row, column, kind);
      counts.set(key, (counts.get(key) ?? 0) + 1);
      if (differ.has(name)) wrong.add(key);
    }
  }
  const holes: string[] = [];
  const field = ({ table, row, column, kinds }: Wanted): string => {
    const parts = kinds.map(kind => {
      const key = keyOf(table, row, column, kind);
      const count = counts.get(key) ?? 0;
      if (count === 0) holes.push(`${row} × ${column}: ${kind}`);
      return count === 0 ? 'HOLE' : `${letters[kind]}${count}${wrong.has(key) ? '!' : ''}`;
    });
    return parts.join(' ');
  };
  const lines = (['functions', 'constraints'] as const).flatMap(table => tableLines(table, field));
  return { lines, holes };
}

const letters: Readonly<Record<Kind, string>> = { good: 'g', bad: 'b', data: 'd' };
const keyOf = (table: string, row: string, column: Column, kind: Kind): string => [table, row, column, kind].join('|');

function tableLines(table: Wanted['table'], field: (of: Wanted) => string): string[] {
  const own = wanted.filter(each => each.table === table);
  const rows = [...new Set(own.map(({ row }) => row))];
  const body = rows.map(row => [
    row,
    ...columns.map(column => {
      const here = own.filter(each => each.row === row && each.column === column);
      return here.length === 0 ? '-' : field(here.at(-1)!);
    }),
  ]);
  const all = [[table, ...columns.map(column => column)], ...body];
  const widths = all[0]!.map((_, i) => Math.max(...all.map(line => line[i]!.length)));
  return all.map(line =>
    line
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}
