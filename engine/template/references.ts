/** Which resources, and which of their attributes, an expression reads. */
import { parseJson, writeJson } from '../values/json.ts';
import { isList, type Value } from '../values/value.ts';
import { type Call, type Expr, type ExprMap, isCall, isKnown } from './expr.ts';
import { functionOf } from './functions/all.ts';

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
  for (const { resource, attribute, path = [] } of readsOf(expr)) {
    if (typeof resource !== 'string') continue;
    resources.add(resource);
    if (attribute === null) continue;
    const name = typeof attribute === 'string' ? attribute : '';
    added(attributes, resource, name);
    added(
      selections,
      resource,
      name !== '' && path.every(isKnown) ? attributeKey(name, path as readonly Value[]) : name,
    );
  }
  return { resources, attributes, selections };
}

function added(names: Map<string, Set<string>>, resource: string, name: string): void {
  names.set(resource, (names.get(resource) ?? new Set()).add(name));
}

export interface ReadAt {
  readonly call: Call;
  readonly resource: Expr;
  /** Null for a reference, undefined for all attributes. */
  readonly attribute: Expr | undefined | null;
  /** What is selected in the attribute. */
  readonly path?: readonly Expr[];
}

/** Every call that reads a resource, outer ones first. */
export function readsOf(expr: Expr): readonly ReadAt[] {
  const found: ReadAt[] = [];
  collect(expr, found);
  return found;
}

function collect(expr: Expr, found: ReadAt[]): void {
  if (typeof expr !== 'object' || expr === null) return;
  if (isCall(expr)) {
    const read = functionOf(expr.fn).reads?.(expr);
    if (read !== undefined) found.push({ call: expr, ...read });
    collect(expr.args, found);
  } else if (Array.isArray(expr)) {
    for (const item of expr) collect(item, found);
  } else if (expr instanceof Map) {
    for (const item of (expr as ExprMap).values()) collect(item, found);
  }
}
