/** What types' updates have in common: what is sent of what differs. */
import { pyEquals } from '../values/python.ts';
import { emptyMap, type Value, type ValueMap } from '../values/value.ts';
import { mapIn, textsIn } from './given.ts';
import type { Change } from './resource.ts';

export interface ChangedRules {
  /** Properties that the service calls otherwise. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Properties that are not of the call. */
  readonly without?: readonly string[];
}

/**
 * The properties that differ, as they shall be; last those of which nothing is said any more: null (contract: resource-types
 * §3, update). A map of the caller's own.
 */
export function changedProperties(
  { after, changed }: Change,
  { rename = {}, without = [] }: ChangedRules = {},
): Map<string, Value> {
  const names = [...new Set([...after.keys(), ...changed])];
  return new Map(
    names
      .filter(name => changed.has(name) && !without.includes(name) && !name.startsWith('@'))
      .map(name => [Object.hasOwn(rename, name) ? (rename[name] ?? name) : name, after.get(name) ?? null]),
  );
}

/** The entries of a map property that are new or differ; what went is not among them. */
export function changedEntries({ before, after }: Change, name: string): readonly (readonly [string, Value])[] {
  const old = entriesOf(before.properties, name);
  return [...entriesOf(after, name)].filter(([key, value]) => !old.has(key) || !pyEquals(old.get(key) ?? null, value));
}

function entriesOf(properties: ValueMap, name: string): ValueMap {
  return mapIn(properties, name) ?? emptyMap;
}

/** What a list property has now and had not, and had and has no more; each once, texts alone. */
export function changedTexts(
  { before, after }: Change,
  name: string,
): { readonly added: readonly string[]; readonly removed: readonly string[] } {
  const old = new Set(textsIn(before.properties, name));
  const now = new Set(textsIn(after, name));
  return { added: [...now].filter(text => !old.has(text)), removed: [...old].filter(text => !now.has(text)) };
}

/** True where both say the same, and something. */
export function staysSame({ before, after }: Change, name: string): boolean {
  const value = after.get(name) ?? null;
  return value !== null && value !== '' && pyEquals(before.properties.get(name) ?? null, value);
}
