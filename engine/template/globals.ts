/**
 * What an operator gives to all stacks: entries of a registry that stand below every user's own (contract: templates §6),
 * and the templates that they name. They are part of no stack: what a stack keeps and shows is its user's.
 */
import { emptyMap, isMap, type Value, type ValueMap } from '../values/value.ts';

export interface Globals {
  /** As a resource_registry; a template is named by its URL, `file:///…`. */
  readonly registry: ValueMap;
  /** Those templates' texts by that name. */
  readonly templates: ReadonlyMap<string, string>;
}

export const noGlobals: Globals = { registry: emptyMap, templates: new Map() };

/**
 * The way to a global entry begins with this word; a user's begins with a type's name, or has three parts and begins
 * with `resources`. So a stack that a global template made says in its own registry which global entries it is without,
 * or the template would stand for its own resources again:
 *
 *   resource_registry: {global: {"My::Own": null}}
 */
export const globalWord = 'global';

/** Whether an entry (Implementation.entry) is a global one. */
export function isGlobalEntry([first, ...rest]: readonly string[]): boolean {
  return first === globalWord && rest.length > 0;
}

/** The registry of a stack that is without a global entry. */
export function withoutGlobal(raw: ValueMap, [, ...path]: readonly string[]): ValueMap {
  const marked = raw.get(globalWord) ?? null;
  return new Map(raw).set(globalWord, marking(isMap(marked) ? marked : emptyMap, path));
}

function marking(marked: ValueMap, [key, ...rest]: readonly string[]): ValueMap {
  if (key === undefined) return marked;
  const inner = marked.get(key) ?? null;
  return new Map(marked).set(key, rest.length === 0 ? null : marking(isMap(inner) ? inner : emptyMap, rest));
}

/** The global entries that a stack has: all but those that its own registry says it is without. */
export function globalsFor(raw: ValueMap, registry: ValueMap): ValueMap {
  const marked = raw.get(globalWord) ?? null;
  return isMap(marked) ? without(registry, marked) : registry;
}

function without(registry: ValueMap, marked: ValueMap): ValueMap {
  return new Map(
    [...registry].flatMap(([name, entry]): [string, Value][] => {
      if (!marked.has(name)) return [[name, entry]];
      const inner = marked.get(name) ?? null;
      return isMap(inner) && isMap(entry) ? [[name, without(entry, inner)]] : [];
    }),
  );
}
