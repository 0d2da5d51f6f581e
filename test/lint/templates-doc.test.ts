/** docs/templates.md says which dialect has which function: it is compared with the dialects' tables. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { dialects } from '../../engine/template/dialects/all.ts';
import { awsDialect, extended, heatDialect } from '../../engine/template/dialects/cfn.ts';
import type { Dialect, FunctionTable } from '../../engine/template/dialects/dialect.ts';
import { removed } from '../../engine/template/functions/internal.ts';
import { longForms } from '../../engine/values/short-tags.ts';

const text = readFileSync('docs/templates.md', 'utf8');
const all = [...dialects.values()].flatMap(versions => [...new Set(versions.values())]);
const hot = all.filter(({ kind }) => kind === 'hot');

function has(table: FunctionTable | undefined, name: string): boolean {
  const entry = table?.get(name);
  return entry !== undefined && entry !== 'misplaced' && entry !== removed;
}

function versionsOf(tableOf: (dialect: Dialect) => FunctionTable | undefined, name: string): string {
  const with_ = hot.filter(dialect => has(tableOf(dialect), name)).map(({ version }) => version);
  const [first, last] = [with_[0], with_.at(-1)];
  if (first === undefined) return '–';
  if (last === hot.at(-1)?.version) return `from ${first}`;
  return first === last ? first : `${first} to ${last}`;
}

function cfnOf(tableOf: (dialect: Dialect) => FunctionTable | undefined, name: string): string {
  const of = [
    { dialect: awsDialect, as: 'AWS' },
    { dialect: heatDialect, as: 'Heat' },
  ];
  const named = of.filter(({ dialect }) => has(tableOf(dialect), name)).map(({ as }) => as);
  return named.length === 0 ? '–' : named.join(', ');
}

it('docs/templates.md lists every function where it may be called', () => {
  const names = new Set(
    all.flatMap(dialect => [...dialect.functions.keys(), ...(dialect.conditionFunctions?.keys() ?? [])]),
  );
  const plain = (dialect: Dialect) => dialect.functions;
  const inside = (dialect: Dialect) => dialect.conditionFunctions;
  const rows = [...names].sort().map(name => {
    const cells = [versionsOf(plain, name), versionsOf(inside, name), cfnOf(plain, name), cfnOf(inside, name)];
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  const [, table = ''] = /\| function \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(text) ?? [];
  expect(table.trimEnd().split('\n')).toEqual(rows);
});

it('docs/templates.md lists what only AWS has', () => {
  const { functions, conditionFunctions } = extended.get(awsDialect) ?? awsDialect;
  const added = [...functions.keys()].filter(name => !awsDialect.functions.has(name));
  for (const name of added) expect(text).toContain(`| \`${name}\` | `);
  expect(conditionFunctions?.has('Condition')).toBe(text.includes('`{Condition: name}`'));
  expect(longForms.size).toBeGreaterThan(added.length);
});
