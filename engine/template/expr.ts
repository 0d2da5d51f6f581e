/**
 * Expressions: template values in which some function calls are not answered yet.
 *
 * Evaluation is partial by nature. The stack evaluates what parameters, files and conditions decide; what is left
 * are calls that need other resources. Those travel to the resource inside its definition, which finishes them when
 * what it requires is there. A Value is an Expr without calls, so "known" needs no other representation.
 */
import { emptyMap, type Float, isList, isMap, type Value } from '../values/value.ts';

export type Expr = null | boolean | string | bigint | Float | readonly Expr[] | ExprMap | Call;
export type ExprMap = ReadonlyMap<string, Expr>;

/** A function call that waits for something. `fn` is the implementation's id (template/functions), `at` its place. */
export interface Call {
  readonly fn: string;
  readonly args: Expr;
  /** Path in the template, e.g. `resources.web.properties.user_data.str_replace`. */
  readonly at: string;
}

/** Lists and maps are told first, as in isFloat. */
export function isCall(expr: Expr): expr is Call {
  return typeof expr === 'object' && expr !== null && !Array.isArray(expr) && !(expr instanceof Map) && 'fn' in expr;
}

/** True where no call is left anywhere inside. */
export function isKnown(expr: Expr): expr is Value {
  if (typeof expr !== 'object' || expr === null) return true;
  if (isList(expr as Value)) return (expr as readonly Expr[]).every(isKnown);
  if (!isMap(expr as Value)) return !isCall(expr);
  for (const inner of (expr as ExprMap).values()) if (!isKnown(inner)) return false;
  return true;
}

export const noExprs: ExprMap = emptyMap;

/** A copy to be changed. Map's own constructor makes an iterator, a list and a result for each entry on the way. */
export function copyOf(map: ExprMap): Map<string, Expr> {
  const copy = new Map<string, Expr>();
  for (const [key, value] of map) copy.set(key, value);
  return copy;
}
