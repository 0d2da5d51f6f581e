/**
 * The registry of an environment: which type stands for which (contract: templates §6).
 *
 * Entries under `resources: <name>` go before all others, then those of the type in alphabetical order, so that a
 * wildcard beats an exact name. An entry whose target does not exist is passed over. A target, or a type itself, that
 * ends in .yaml or .template is a template. Under a resource's name, which may be a pattern, also stand its breakpoints.
 * Below a user's entries, whatever they say, stand the operator's (globals.ts), in the same order.
 */
import { errors } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { breakpointsIn } from './breakpoints.ts';
import { compareText } from '../values/json.ts';
import { pyType } from '../values/python.ts';
import { emptyMap, isMap, type Value, type ValueMap } from '../values/value.ts';
import { globalsFor, globalWord, isGlobalEntry, withoutGlobal } from './globals.ts';
import { globMatches, globOf, isGlob } from './glob.ts';
import { affordsLook, entryCost } from './work.ts';

export interface TypeRegistry {
  /** What implements a resource's type, or undefined where nothing does. Throws StackValidationFailed. */
  resolve(type: string, resourceName: string, exists: (type: string) => boolean): Implementation | undefined;
  /** The target under which Heat notes a type that it has resolved; undefined where no entry spoke of it. */
  noted(type: string, resourceName: string, exists: (type: string) => boolean): string | undefined;
  readonly breakpoints: Breakpoints;
}

/** Pairs of a name, which may be a pattern, and the hooks and restricted actions there (breakpoints.ts), with blanks between. */
export type Breakpoints = readonly (readonly [pattern: string, names: string])[];

/** Those of a resource, with blanks between them; undefined: none. Throws RequestLimitExceeded within a job. */
export function breakpointsOf(all: Breakpoints, resourceName: string): string | undefined {
  let fit = matchers.get(all);
  if (fit === undefined) matchers.set(all, (fit = all.map(([pattern]) => globOf(pattern))));
  const fitting = all.filter(([pattern], i) => {
    pay(costOfMatch(pattern, resourceName));
    return fit[i]?.(resourceName) === true;
  });
  const names = fitting.flatMap(([, found]) => found.split(' '));
  return names.length === 0 ? undefined : [...new Set(names)].join(' ');
}

/** What each pattern fits: every resource is looked for in all of them. */
const matchers = new WeakMap<Breakpoints, readonly ((name: string) => boolean)[]>();

/** A pattern is read, and then tried from many places of the name. */
function costOfMatch(pattern: string, name: string): number {
  return isGlob(pattern) ? pattern.length * (entryCost + name.length / 4) : 1;
}

/** Counts what is looked through. Throws RequestLimitExceeded. */
function pay(cost: number): void {
  if (!affordsLook(cost)) throw errors.RequestLimitExceeded({ message: tooMany });
}

const tooMany = 'The entries of resource_registry are too many for so many resources.';

/** A type; or a template that stands for one, `type` is then its name among the files. */
export interface Implementation {
  readonly type: string;
  readonly template: boolean;
  /** The entry that said so, as keys from the registry down; empty where the type names the template itself. */
  readonly entry: readonly string[];
  /** The type that the template stands for. */
  readonly facade: string;
}

/** They are no types. */
const stopKeys = ['hooks', 'restricted_actions'];

interface Entry {
  readonly path: readonly string[];
  readonly name: string;
  readonly target: string;
}

/** `global`: entries that stand below all of these (globals.ts). Reads a registry. Throws StackValidationFailed, InvalidBreakPointHook, InvalidRestrictedAction, RequestLimitExceeded for what it may not hold. */
export function parseRegistry(raw: ValueMap, global: ValueMap = emptyMap): TypeRegistry {
  const user = layerOf(raw, []);
  const layers = global.size === 0 ? [user] : [user, layerOf(globalsFor(raw, global), [globalWord])];
  const candidates: Candidates = (type, resourceName) =>
    layers.flatMap(layer => candidatesIn(layer, type, resourceName));
  const found: TypeRegistry['resolve'] = (type, name, exists) =>
    resolve(counted(candidates, type), type, name, exists, []);
  const noted: TypeRegistry['noted'] = (type, name, exists) => {
    const next = counted(candidates, type);
    const found = candidates(type, name).find(entry => follow(next, entry, type, name, exists, []) !== undefined);
    if (found !== undefined && isGlobalEntry(found.path) && isTemplate(found.target)) return undefined;
    return found?.target ?? (isTemplate(type) ? type : undefined);
  };
  const isSaidOf = (name: string): boolean => layers.some(layer => layer.byResource.has(name));
  return {
    resolve: oncePerType(found, isSaidOf),
    noted: oncePerType(noted, isSaidOf),
    breakpoints: user.breakpoints,
  };
}

type LookUp<T> = (type: string, resourceName: string, exists: (type: string) => boolean) => T;

/** Most templates say a type many times, and most registries nothing of single resources. */
function oncePerType<T>(lookUp: LookUp<T>, isSaidOf: (resourceName: string) => boolean): LookUp<T> {
  const general = new Map<string, T>();
  return (type, name, exists) => {
    if (isSaidOf(name)) return lookUp(type, name, exists);
    if (!general.has(type)) general.set(type, lookUp(type, name, exists));
    return general.get(type) as T;
  };
}

/** What one registry says. */
interface Layer {
  /** What the ways to its entries begin with. */
  readonly way: readonly string[];
  readonly entries: ReadonlyMap<string, string>;
  readonly wildcards: readonly string[];
  readonly byResource: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly breakpoints: Breakpoints;
}

function layerOf(raw: ValueMap, way: readonly string[]): Layer {
  const entries = entriesOf(raw);
  const byResource = new Map<string, ReadonlyMap<string, string>>();
  const breakpoints: (readonly [string, string])[] = [];
  const resources = raw.get('resources') ?? null;
  if (resources !== null && !isMap(resources)) throw invalid(`resources must be a map, not ${pyType(resources)}`);
  pay(entryCost * (resources?.size ?? 0));
  let patternChars = 0;
  for (const [name, body] of resources ?? []) {
    if (!isMap(body)) continue;
    const named = stopKeys.flatMap(key => breakpointsIn(key, body.get(key) ?? null));
    if (named.length > 0) breakpoints.push([name, named.join(' ')]);
    if (named.length > 0 && isGlob(name)) patternChars += name.length;
    // What goes is looked for in them outside of any job.
    if (patternChars > limits.maxBreakpointChars) throw errors.RequestLimitExceeded({ message: tooLong });
    byResource.set(name, entriesOf(body));
  }
  const wildcards = [...entries.keys()].filter(name => name.endsWith('*'));
  return { way, entries, wildcards, byResource, breakpoints };
}

function candidatesIn(
  { way, entries, wildcards, byResource }: Layer,
  type: string,
  resourceName: string,
): readonly Entry[] {
  pay(entryCost * (wildcards.length + 1));
  const own = byResource.get(resourceName)?.get(type);
  const general = wildcards.filter(name => entries.get(name) !== type && type.startsWith(name.slice(0, -1)));
  if (entries.has(type) && !general.includes(type)) general.push(type);
  const found = general
    .sort(compareText)
    .map(name => ({ path: [...way, name], name, target: entries.get(name) ?? '' }));
  if (own === undefined) return found;
  return [{ path: [...way, 'resources', resourceName, type], name: type, target: own }, ...found];
}

const tooLong = `The patterns of names in resource_registry that have hooks or restricted_actions are too long in all (the limit is ${limits.maxBreakpointChars} characters).`;

type Candidates = (type: string, resourceName: string) => readonly Entry[];

/** So many steps at most: wildcards may lead from one to another for ever. */
function counted(candidates: Candidates, type: string): Candidates {
  let steps = 0;
  return (of, resourceName) => {
    if (++steps > limits.maxRegistrySteps) throw invalid(`${type} leads on from type to type without an end`);
    return candidates(of, resourceName);
  };
}

function resolve(
  candidates: Candidates,
  type: string,
  resourceName: string,
  exists: (type: string) => boolean,
  seen: readonly string[],
): Implementation | undefined {
  if (seen.includes(type)) throw invalid(`${[...seen, type].join(' → ')} goes in a circle`);
  for (const entry of candidates(type, resourceName)) {
    const found = follow(candidates, entry, type, resourceName, exists, seen);
    if (found !== undefined) return found;
  }
  if (isTemplate(type)) return { type, template: true, entry: [], facade: type };
  return exists(type) ? { type, template: false, entry: [], facade: type } : undefined;
}

function follow(
  candidates: Candidates,
  { path, name, target }: Entry,
  type: string,
  resourceName: string,
  exists: (type: string) => boolean,
  seen: readonly string[],
): Implementation | undefined {
  if (isTemplate(target)) return { type: target, template: true, entry: path, facade: type };
  const wild = name.endsWith('*') && target.endsWith('*');
  const next = wild ? target.slice(0, -1) + type.slice(name.length - 1) : target;
  return resolve(candidates, next, resourceName, exists, [...seen, type]);
}

/**
 * The registry of a nested stack (contract: templates §6): the parent's without the entry that led to it, which would
 * lead to it again; what was said under `resources` of the resource alone is said of all of the child. Throws
 * RequestLimitExceeded within a job.
 */
export function childRegistry(raw: ValueMap, resourceName: string, entry: readonly string[]): ValueMap {
  const left = isGlobalEntry(entry) ? withoutGlobal(raw, entry) : without(raw, entry);
  const resources = left.get('resources') ?? null;
  const own = new Map<string, Value>();
  if (isMap(resources)) {
    const matching = [...resources].filter(([name]) => {
      pay(costOfMatch(name, resourceName));
      return name !== resourceName && globMatches(name, resourceName);
    });
    for (const [, body] of [...matching, [resourceName, resources.get(resourceName) ?? null] as const]) {
      if (isMap(body)) for (const [key, value] of body) own.set(key, value);
    }
  }
  return new Map([...left, ['resources', own]]);
}

function without(map: ValueMap, [key, ...rest]: readonly string[]): ValueMap {
  if (key === undefined || !map.has(key)) return map;
  if (rest.length === 0) return new Map([...map].filter(([name]) => name !== key));
  const inner = map.get(key) ?? null;
  return isMap(inner) ? new Map(map).set(key, without(inner, rest)) : map;
}

/** Names with their targets; null takes away what stands before it, a wildcard all that it matches. */
function entriesOf(raw: ValueMap): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  pay(entryCost * raw.size);
  for (const [name, target] of raw) {
    if (stopKeys.includes(name)) continue;
    if (typeof target === 'string') entries.set(name, target);
    else if (target === null) remove(entries, name);
    else if (!isMap(target)) throw invalid(`the type for ${name} must be a string, not ${pyType(target)}`);
  }
  return entries;
}

function remove(entries: Map<string, string>, name: string): void {
  if (!name.endsWith('*')) {
    entries.delete(name);
    return;
  }
  pay(entries.size);
  for (const known of entries.keys()) if (known.startsWith(name.slice(0, -1))) entries.delete(known);
}

/** Whether a type's name is a template's. */
export function isTemplate(type: string): boolean {
  return type.endsWith('.yaml') || type.endsWith('.template');
}

function invalid(message: string): Error {
  return errors.StackValidationFailed({ error: 'Resource registry error', message });
}
