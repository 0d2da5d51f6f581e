/**
 * What a new definition means for what there is (contract: lifecycle §7): nothing, a change in place, or another one.
 *
 * The same function decides when an update runs and when it is previewed; a preview has values that are not known
 * before something is made, which count as different.
 */
import type { Expr } from '../template/expr.ts';
import { isKnown } from '../template/expr.ts';
import { pyEquals } from '../values/python.ts';
import type { Value, ValueMap } from '../values/value.ts';
import type { ResourceType } from './resource.ts';

/** Properties that differ, by what a difference of them means. All empty: nothing differs. */
export interface Differences {
  readonly inPlace: ReadonlySet<string>;
  /** A change of these makes another one. */
  readonly replacing: ReadonlySet<string>;
  /** A change of these is refused. */
  readonly immutable: ReadonlySet<string>;
}

/** Compares resolved properties. A property that nothing says is null; what a life chose for itself (`@…`) is not compared. */
export function differences(
  type: ResourceType,
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Expr>,
): Differences {
  const inPlace = new Set<string>();
  const replacing = new Set<string>();
  const immutable = new Set<string>();
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (name.startsWith('@') || same(before.get(name) ?? null, after.get(name) ?? null)) continue;
    const schema = type.properties[name];
    if (schema?.immutable === true) immutable.add(name);
    else if (schema?.updateAllowed === true) inPlace.add(name);
    else replacing.add(name);
  }
  return { inPlace, replacing, immutable };
}

function same(before: Value, after: Expr): boolean {
  return isKnown(after) && pyEquals(before, after);
}

/** What the user's properties of an incarnation are, without what the life chose beside them. */
export function withoutChoices(properties: ValueMap): ValueMap {
  return new Map([...properties].filter(([name]) => !name.startsWith('@')));
}
