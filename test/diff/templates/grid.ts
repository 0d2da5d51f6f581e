/** Makes cases of the tables of functions: for every version the good ones, the wrong forms, what fails on resolving. */
import type { Json } from '../scenario.ts';
import {
  type Ask,
  type Case,
  type Cell,
  type Column,
  columns,
  type HotDate,
  hotDates,
  isHot,
  outputs,
  type Parts,
  value,
} from './case.ts';
import { cfnFunctions } from './cfn-functions.ts';
import { hotFunctions } from './functions.ts';
import { around } from './surroundings.ts';
import { type Tested, triedIn } from './variants.ts';

export const functions: readonly Tested[] = [...hotFunctions, ...cfnFunctions];

export type Standing = 'known' | 'removed' | 'data';

/** What a name is in a version (contract: templates §2). */
export function standing(tested: Tested, column: Column): Standing {
  if (column === 'aws') return tested.cfn === undefined ? 'data' : 'known';
  if (column === 'heat') return tested.cfn === undefined || tested.cfn === 'aws' ? 'data' : 'known';
  if (tested.cfn === 'only' || tested.cfn === 'aws' || column < tested.since) return 'data';
  if (tested.before !== undefined && column >= tested.before) return tested.removed === true ? 'removed' : 'data';
  return 'known';
}

const row = 'templates §2, §3';
const call = (name: string, args: Json): Json => ({ [name]: args });
const dateOf = (column: Column): HotDate | undefined => (isHot(column) ? column : undefined);
const cell = (rowName: string, column: Column, kind: Cell['kind']): Cell => ({
  table: 'functions',
  row: rowName,
  column,
  kind,
});

/** All of its wrong forms are tried in its newest version, and in one of CloudFormation's formats. */
function isThorough(tested: Tested, column: Column): boolean {
  if (!isHot(column)) return column === 'aws';
  return column === hotDates.filter(date => standing(tested, date) === 'known').at(-1);
}

function knownCases(tested: Tested, column: Column): Case[] {
  const { name } = tested;
  const at = `functions/${name.replace('::', '-')}/${column}`;
  const asks: readonly Ask[] = ['validate', 'preview'];
  const calls = (all: Tested['good'] | undefined): Json[] =>
    triedIn(all ?? [], dateOf(column)).map(args => call(name, args));
  const inOutputs = (list: readonly Json[]) => around(column, { outputs: outputs(column, list) });
  const inProperties = (list: readonly Json[]): Parts =>
    Object.fromEntries(list.map((each, i) => [`p${i}`, value(column, each)]));
  const good = calls(tested.good);
  const form = calls(tested.form);
  const late = calls(tested.late);
  const thorough = isThorough(tested, column);
  const bad = cell(name, column, 'bad');
  const cases: Case[] = [
    {
      name: `${at}/good`,
      row,
      asks: tested.made ? [...asks, 'create'] : asks,
      body: inOutputs(good),
      cells: [cell(name, column, 'good')],
    },
    ...form
      .slice(0, thorough ? undefined : 1)
      .map((each, i) => ({ name: `${at}/form-${i}`, row, asks, body: inOutputs([each]), cells: [bad] })),
  ];
  if (late.length > 0) cases.push({ name: `${at}/late`, row, asks, body: inOutputs(late), cells: [bad] });
  if (!thorough) return cases;
  const body = around(column, { resources: inProperties(good) });
  cases.push({ name: `${at}/good-in-properties`, row, asks, body, cells: [] });
  late.forEach((each, i) => {
    const inside = around(column, { resources: inProperties([each]) });
    cases.push({ name: `${at}/late-in-property-${i}`, row, asks: ['preview'], body: inside, cells: [] });
  });
  return cases;
}

/** Names that a version lacks are data there, all in one template; each removed one is a fault of its own. */
function unknownCases(column: Column): Case[] {
  const asks: readonly Ask[] = ['validate', 'preview'];
  const first = ({ name, good }: Tested): Json => call(name, triedIn(good, hotDates.at(-1))[0] ?? 'x');
  const data = functions.filter(tested => standing(tested, column) === 'data');
  const removed = functions.filter(tested => standing(tested, column) === 'removed');
  return [
    {
      name: `functions/data/${column}`,
      row,
      asks,
      body: around(column, { outputs: outputs(column, data.map(first)) }),
      cells: data.map(({ name }) => cell(name, column, 'data')),
    },
    ...removed.map(tested => ({
      name: `functions/${tested.name.replace('::', '-')}/${column}/removed`,
      row,
      asks,
      body: around(column, {
        outputs: outputs(column, [call(tested.name, triedIn(tested.good, '2013-05-23')[0] ?? 'x')]),
      }),
      cells: [cell(tested.name, column, 'bad')],
    })),
  ];
}

export const functionCases: readonly Case[] = columns.flatMap(column => [
  ...functions.filter(tested => standing(tested, column) === 'known').flatMap(tested => knownCases(tested, column)),
  ...unknownCases(column),
]);
