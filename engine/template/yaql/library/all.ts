/** yaql's standard library, as Heat has it (yaql 2.0): every implementation, and the scope that they live in. */
import { Scope } from '../scope.ts';
import type { Overload } from '../signature.ts';
import { branching } from './branching.ts';
import { collections } from './collections.ts';
import { comparisons } from './comparisons.ts';
import { dates } from './dates.ts';
import { folding } from './folding.ts';
import { formatting } from './formatting.ts';
import { making } from './making.ts';
import { numbers } from './numbers.ts';
import { queries } from './queries.ts';
import { regexes } from './regexes.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { fallbacks, system } from './system.ts';

/** By the parts of docs/yaql.md. */
export const library = {
  'Variables and calls': [...fallbacks, ...system],
  'Logic and comparisons': comparisons,
  Branches: branching,
  Numbers: numbers,
  Texts: [...strings, ...formatting],
  'Regular expressions': regexes,
  'Lists and maps': collections,
  Sets: sets,
  'Items of collections': queries,
  'Collections as a whole': folding,
  'Collections of several, or of nothing': making,
  'Dates and times': dates,
} as const satisfies Readonly<Record<string, readonly Overload[]>>;

/**
 * Functions of yaql 2.0 that are not here, and why. Each would make a template's values differ from one look to the
 * next, or from one engine to another: what a plan decided could not be found again.
 */
export const absent: ReadonlyMap<string, string> = new Map([
  ['now', 'it depends on when it is asked'],
  ['localtz', 'it depends on where it is asked'],
  ['random', 'it is another at each look; OS::Heat::RandomString keeps what it diced'],
]);

/** The scope around every expression. */
export const standardScope: Scope = build();

function build(): Scope {
  const outermost = new Scope();
  for (const overload of fallbacks) outermost.define(overload.name, overload);
  const scope = outermost.inner();
  for (const overload of Object.values(library).flat()) {
    if (!fallbacks.includes(overload)) scope.define(overload.name, overload);
  }
  return scope;
}
