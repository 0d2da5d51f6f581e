/** Arguments of a function, and the versions in which they are tried. */
import type { Json } from '../scenario.ts';
import { hotDates, type HotDate } from './case.ts';

export interface Variant {
  readonly args: Json;
  readonly since?: HotDate;
  /** The first version in which they are not tried any more. */
  readonly before?: HotDate;
}

const isVariant = Symbol('variant');

type Marked = Variant & { readonly [isVariant]: true };

/** Bare arguments are tried in every version that has the function. */
export type Tried = Json | Marked;

export const from = (since: HotDate, args: Json): Marked => ({ [isVariant]: true, args, since });
export const until = (before: HotDate, args: Json): Marked => ({ [isVariant]: true, args, before });

const variant = (tried: Tried): Variant =>
  typeof tried === 'object' && tried !== null && isVariant in tried ? (tried as Marked) : { args: tried };

/** Those that are tried in a version; CloudFormation's formats take what no version limits. */
export function triedIn(all: readonly Tried[], version: HotDate | undefined): Json[] {
  const at = (date: HotDate): number => hotDates.indexOf(date);
  return all.map(variant).flatMap(({ args, since, before }) => {
    if (version === undefined) return since === undefined && before === undefined ? [args] : [];
    const late = since === undefined || at(version) >= at(since);
    const early = before === undefined || at(version) < at(before);
    return late && early ? [args] : [];
  });
}

/** A function, the versions that have it, and what is tried with it. */
export interface Tested {
  readonly name: string;
  readonly since: HotDate;
  /** The first version without it, whether told so (`removed`) or as plain data. */
  readonly before?: HotDate;
  readonly removed?: true;
  /** In CloudFormation's formats, too. */
  readonly cfn?: 'both' | 'aws' | 'only';
  readonly good: readonly Tried[];
  /** Wrong forms: the request is refused for each. */
  readonly form?: readonly Tried[];
  /** What shows only when it is resolved: outputs carry an error, a property is refused. */
  readonly late?: readonly Tried[];
  /** Only a stack that is made shows the good ones. */
  readonly made?: true;
}
