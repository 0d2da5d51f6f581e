/** Which resources, and which of their attributes, an expression reads. */
import { parseJson, writeJson } from '../values/json.ts';
import { isList, type Value } from '../values/value.ts';
import { type Call, type Expr, type ExprMap, isCall, isKnown } from './expr.ts';
import { functionOf } from './functions/all.ts';
import type { Read } from './functions/function.ts';

export interface References {
  readonly resources: ReadonlySet<string>;
  /** Attributes by resource; '' stands for all of them: get_attr of the resource alone, or of a computed name. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>;
  /** The same with what is selected in them: attributeKey of name and path, as far as the path is known. */
  readonly selections: ReadonlyMap<string, ReadonlySet<string>>;
}

/** An attribute, or what a path selects in it, as one name. */
export function attributeKey(name: string, path: readonly Value[]): string {
  return path.length === 0 ? name : writeJson([name, ...path]);
}

/** Back from attributeKey. */
export function attributeOfKey(key: string): { readonly name: string; readonly path: readonly Value[] } {
  const parts = key.startsWith('[') ? parseJson(key) : null;
  if (!isList(parts)) return { name: key, path: [] };
  const [name, ...path] = parts;
  return { name: String(name), path };
}

/** All that an expression reads, at any depth. A resource whose name is not known yet is left out (graph.ts refuses it). */
export function referencesOf(expr: Expr): References {
  const resources = new Set<string>();
  const attributes = new Map<string, Set<string>>();
  const selections = new Map<string, Set<string>>();
  eachRead(expr, (_call, read) => {
    const { resource, attribute } = read;
    if (typeof resource !== 'string') return;
    resources.add(resource);
    if (attribute === null) return;
    added(attributes, resource, attributeOf(read));
    added(selections, resource, selectionOf(read));
  });
  return { resources, attributes, selections };
}

function added(names: Map<string, Set<string>>, resource: string, name: string): void {
  const known = names.get(resource);
  if (known === undefined) names.set(resource, new Set([name]));
  else known.add(name);
}

export interface Exports {
  /** By resource the attributes of it that others read, '' for all of them. */
  readonly of: ReadonlyMap<string, ReadonlySet<string>>;
  readonly note: OnRead;
}

/** What reads export; where `selects` says so of a resource, with what is selected in its attributes (attributeKey). */
export function collectExports(selects: (resource: string) => boolean): Exports {
  const of = new Map<string, Set<string>>();
  return {
    of,
    note: (_call, read) => {
      const { resource, attribute } = read;
      if (typeof resource !== 'string' || attribute === null) return;
      added(of, resource, selects(resource) ? selectionOf(read) : attributeOf(read));
    },
  };
}

function attributeOf({ attribute }: Read): string {
  return typeof attribute === 'string' ? attribute : '';
}

function selectionOf(read: Read): string {
  const { path = [] } = read;
  const name = attributeOf(read);
  return name !== '' && path.every(isKnown) ? attributeKey(name, path as readonly Value[]) : name;
}

export type OnRead = (call: Call, read: Read) => void;

/** Every call that reads a resource, outer ones first. */
export function eachRead(expr: Expr, visit: OnRead): void {
  if (typeof expr !== 'object' || expr === null) return;
  if (Array.isArray(expr)) {
    for (const item of expr as readonly Expr[]) eachRead(item, visit);
  } else if (expr instanceof Map) {
    for (const item of (expr as ExprMap).values()) eachRead(item, visit);
  } else if (isCall(expr)) {
    const read = functionOf(expr.fn).reads?.(expr);
    if (read !== undefined) visit(expr, read);
    eachRead(expr.args, visit);
  }
}
