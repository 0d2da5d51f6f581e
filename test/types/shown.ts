/**
 * The table of what was shown: type × cloud × {create, update, replace, check, delete}, as a page of the docs. A run
 * writes the rows of what it played and leaves the others. Pure.
 */
import type { PropertySchemas } from '../../engine/kit/schema.ts';
import type { ResourceType } from '../../engine/kit/resource.ts';
import { type CloudName, isCannot, type TypeEntry } from './form.ts';
import type { Shown } from './play.ts';

export interface Played {
  readonly entry: TypeEntry;
  /** Undefined: it cannot be made there. */
  readonly shown: Shown | undefined;
}

export interface TableRow {
  readonly type: string;
  readonly cloud: CloudName;
  /** In the order of the columns. */
  readonly cells: readonly string[];
}

export const columns = ['create', 'update', 'replace', 'check', 'delete'] as const;
const emptyMark = '–';

/** What counts of a type's properties: hidden ones are old names. */
export function countedProperties(properties: PropertySchemas): readonly string[] {
  return Object.entries(properties)
    .filter(([, { support, implemented }]) => support.status !== 'HIDDEN' && implemented)
    .map(([name]) => name);
}

/** The row of a type, from all of its entries. */
export function rowOf(type: ResourceType, cloud: CloudName, played: readonly Played[]): TableRow {
  const there = played.flatMap(({ shown }) => shown ?? []);
  const properties = countedProperties(type.properties);
  const updatable = properties.filter(name => type.properties[name]?.updateAllowed);
  const fixed = properties.filter(name => !updatable.includes(name));
  const seen = (pick: (shown: Shown) => ReadonlySet<string>, of: readonly string[]): number =>
    of.filter(name => there.some(shown => pick(shown).has(name))).length;
  const failed = there.some(({ failures }) => failures.length > 0) ? ' ✗' : '';
  const why = played.map(({ entry }) => entry.not?.[cloud]).find(reason => reason !== undefined) ?? 'no entry';
  const cell = (n: number, m: number, reason: () => string): string =>
    there.length === 0 ? `${emptyMark} ${why}` : n === 0 && m > 0 ? `${emptyMark} ${reason()}` : `${n}/${m}${failed}`;
  const attributes = Object.keys(type.attributes).filter(name => name !== 'show');
  const [gone, of] = [sum(there, ({ gone: n }) => n), sum(there, ({ of: n }) => n)];
  const given = (shown: Shown): ReadonlySet<string> => new Set([...shown.given, ...shown.changed, ...shown.replaced]);
  const isMade = there.some(({ created }) => created);
  return {
    type: type.name,
    cloud,
    cells: [
      isMade
        ? cell(seen(given, properties), properties.length, () => 'no property was given')
        : cell(0, 1, () => 'it was not made'),
      cell(
        seen(({ changed }) => changed, updatable),
        updatable.length,
        () => reasonOf(played, 'updates'),
      ),
      cell(
        seen(({ replaced }) => replaced, fixed),
        fixed.length,
        () => reasonOf(played, 'replaces'),
      ),
      there.every(({ checked }) => checked)
        ? cell(
            seen(({ read }) => read, attributes),
            attributes.length,
            () => 'no attribute was told',
          )
        : cell(0, 1, () => 'its check failed'),
      cell(gone, of, () => 'it is left'),
    ],
  };
}

const sum = (all: readonly Shown[], of: (shown: Shown) => number): number => all.reduce((n, one) => n + of(one), 0);

/** The first reason that an entry gives. */
function reasonOf(played: readonly Played[], what: 'updates' | 'replaces'): string {
  for (const { entry } of played) {
    const said = entry[what];
    if (said === undefined) continue;
    if (isCannot(said)) return said.cannot;
    for (const each of Object.values(said)) if (isCannot(each)) return each.cannot;
  }
  return 'no entry shows one';
}

const heading = `# Types, as they were shown

Made by \`npm run e2e -- --only types --out docs/types-shown.md [--against lab]\` from the table in \`test/types\`: each type
created, changed, checked, replaced and deleted, and its service asked what is there.

* create: properties that were given, of all that the type has (hidden ones, which are old names, left out)
* update: properties that were changed in place, their new values shown by the service, of those that can be
* replace: properties whose change brought another thing, of those that cannot be changed in place
* check: attributes that were told, of all, where the stack's check passed
* delete: things that are gone, of all that there were
* ${emptyMark}: none, and why; ✗: something went otherwise
`;

/** The page with these rows in the place of those of the same types on the same cloud. */
export function page(rows: readonly TableRow[], before: string | undefined): string {
  const here = new Set(rows.map(({ type, cloud }) => `${type} ${cloud}`));
  const known = before === undefined ? [] : readRows(before);
  const others = known.filter(({ type, cloud }) => !here.has(`${type} ${cloud}`));
  const all = [...rows, ...others].sort((a, b) => compare(a.type, b.type) || compare(b.cloud, a.cloud));
  const lines = all.map(({ type, cloud, cells }) => `| ${[type, cloud, ...cells].join(' | ')} |`);
  const head = [`| type | cloud | ${columns.join(' | ')} |`, `|${'---|'.repeat(columns.length + 2)}`];
  return `${heading}\n${[...head, ...lines].join('\n')}\n\n${summary(all)}\n`;
}

/** How many cells are empty. */
export function summary(rows: readonly TableRow[]): string {
  const cells = rows.flatMap(row => row.cells);
  const empty = cells.filter(cell => cell.startsWith(emptyMark)).length;
  const share = cells.length === 0 ? 0 : (100 * empty) / cells.length;
  return `${rows.length} rows, ${cells.length} cells, ${empty} of them empty (${share.toFixed(1)} %).`;
}

function readRows(text: string): TableRow[] {
  return text.split('\n').flatMap((line): TableRow[] => {
    const [type = '', cloud = '', ...cells] = line
      .split('|')
      .map(part => part.trim())
      .slice(1, -1);
    return (cloud === 'lab' || cloud === 'sandbox') && cells.length === columns.length ? [{ type, cloud, cells }] : [];
  });
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
