/** Which resources, and which of their attributes, an expression reads. */
import { type Call, type Expr, type ExprMap, isCall } from './expr.ts';
import { functionOf } from './functions/all.ts';

export interface References {
  readonly resources: ReadonlySet<string>;
  /** Attributes by resource; '' stands for all of them: get_attr of the resource alone, or of a computed name. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>;
}

/** All that an expression reads, at any depth. A resource whose name is not known yet is left out (graph.ts refuses it). */
export function referencesOf(expr: Expr): References {
  const resources = new Set<string>();
  const attributes = new Map<string, Set<string>>();
  for (const { resource, attribute } of readsOf(expr)) {
    if (typeof resource !== 'string') continue;
    resources.add(resource);
    if (attribute === null) continue;
    const names = attributes.get(resource) ?? new Set();
    names.add(typeof attribute === 'string' ? attribute : '');
    attributes.set(resource, names);
  }
  return { resources, attributes };
}

export interface ReadAt {
  readonly call: Call;
  readonly resource: Expr;
  /** Null for a reference, undefined for all attributes. */
  readonly attribute: Expr | undefined | null;
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
