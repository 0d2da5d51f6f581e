/**
 * The registry of an environment: which type stands for which (contract: templates §6).
 *
 * Entries under `resources: <name>` go before all others, then those of the type in alphabetical order, so that a
 * wildcard beats an exact name. An entry whose target does not exist is passed over. Types that are templates, hooks
 * and restricted actions are not built yet: they are refused where they would count, never passed over.
 */
import { errors } from '../kernel/errors.ts';
import { compareText } from '../values/json.ts';
import { pyType } from '../values/python.ts';
import { isMap, type ValueMap } from '../values/value.ts';

export interface TypeRegistry {
  /** The type that implements a resource's type, or undefined where there is none. Throws StackValidationFailed. */
  resolve(type: string, resourceName: string, exists: (type: string) => boolean): string | undefined;
}

interface Entry {
  readonly name: string;
  readonly target: string;
}

/** Reads a registry. Throws StackValidationFailed for what it may not hold. */
export function parseRegistry(raw: ValueMap): TypeRegistry {
  const entries = entriesOf(raw);
  const byResource = new Map<string, ReadonlyMap<string, string>>();
  const resources = raw.get('resources') ?? null;
  if (resources !== null && !isMap(resources)) throw invalid(`resources must be a map, not ${pyType(resources)}`);
  for (const [name, body] of resources ?? []) {
    if (!isMap(body)) continue;
    refuseHooks(body, `resources.${name}`);
    byResource.set(name, entriesOf(body));
  }
  const wildcards = [...entries.keys()].filter(name => name.endsWith('*'));
  const candidates = (type: string, resourceName: string): readonly Entry[] => {
    const own = byResource.get(resourceName)?.get(type);
    const general = wildcards.filter(name => entries.get(name) !== type && type.startsWith(name.slice(0, -1)));
    if (entries.has(type) && !general.includes(type)) general.push(type);
    const found = general.sort(compareText).map(name => ({ name, target: entries.get(name) ?? '' }));
    return own === undefined ? found : [{ name: type, target: own }, ...found];
  };
  return { resolve: (type, name, exists) => resolve(candidates, type, name, exists, []) };
}

function resolve(
  candidates: (type: string, resourceName: string) => readonly Entry[],
  type: string,
  resourceName: string,
  exists: (type: string) => boolean,
  seen: readonly string[],
): string | undefined {
  if (seen.includes(type)) throw invalid(`${[...seen, type].join(' → ')} goes in a circle`);
  if (isTemplate(type)) throw notYet(type);
  for (const { name, target } of candidates(type, resourceName)) {
    if (isTemplate(target)) throw notYet(target);
    const wild = name.endsWith('*') && target.endsWith('*');
    const next = wild ? target.slice(0, -1) + type.slice(name.length - 1) : target;
    const found = resolve(candidates, next, resourceName, exists, [...seen, type]);
    if (found !== undefined) return found;
  }
  return exists(type) ? type : undefined;
}

/** Names with their targets; null takes away what stands before it, a wildcard all that it matches. */
function entriesOf(raw: ValueMap): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const [name, target] of raw) {
    if (typeof target === 'string') entries.set(name, target);
    else if (target === null) remove(entries, name);
    else if (name === 'hooks' || name === 'restricted_actions') refuseHooks(raw, '');
    else if (!isMap(target)) throw invalid(`the type for ${name} must be a string, not ${pyType(target)}`);
  }
  return entries;
}

function remove(entries: Map<string, string>, name: string): void {
  if (!name.endsWith('*')) {
    entries.delete(name);
    return;
  }
  for (const known of entries.keys()) if (known.startsWith(name.slice(0, -1))) entries.delete(known);
}

function refuseHooks(body: ValueMap, place: string): void {
  for (const key of ['hooks', 'restricted_actions']) {
    const value = body.get(key) ?? null;
    if (value !== null) throw invalid(`${[place, key].filter(Boolean).join('.')} is not available yet`);
  }
}

function isTemplate(type: string): boolean {
  return type.endsWith('.yaml') || type.endsWith('.template');
}

function notYet(type: string): Error {
  return errors.StackValidationFailed({ message: `Templates as resource types (${type}) are not available yet` });
}

function invalid(message: string): Error {
  return errors.StackValidationFailed({ error: 'Resource registry error', message });
}
