/**
 * Expressions as JSON text, for rows and messages.
 *
 * Nothing is lost and nothing can be mistaken: everything but null, booleans and strings is a JSON array that begins
 * with its kind, so data can never look like a call, whatever a template's keys are called, and no key of a template
 * ever becomes a key of a JavaScript object.
 *
 *     ["i","12345678901234567890"]   ["f","1.0"]   ["l",item,…]   ["m",key,value,…]   ["c",fn,args,at]
 */
import { invariant } from '../kernel/invariant.ts';
import { isFloat, type Value } from '../values/value.ts';
import { type Expr, type ExprMap, isCall } from './expr.ts';

type Json = null | boolean | string | readonly Json[];

/** The text of an expression; decodeExpr gives back an equal one. */
export function encodeExpr(expr: Expr): string {
  return JSON.stringify(toJson(expr));
}

/** The expression of a text that encodeExpr wrote. Throws BrokenInvariant (or SyntaxError) on any other text. */
export function decodeExpr(text: string): Expr {
  return fromJson(JSON.parse(text) as Json);
}

function toJson(expr: Expr): Json {
  if (expr === null || typeof expr === 'boolean' || typeof expr === 'string') return expr;
  if (typeof expr === 'bigint') return ['i', expr.toString()];
  if (isFloat(expr as Value)) return ['f', (expr as { float: string }).float];
  if (isCall(expr)) return ['c', expr.fn, toJson(expr.args), expr.at];
  const out: Json[] = [];
  if (Array.isArray(expr)) {
    out.push('l');
    for (const item of expr as readonly Expr[]) out.push(toJson(item));
  } else {
    out.push('m');
    for (const [key, item] of expr as ExprMap) out.push(key, toJson(item));
  }
  return out;
}

function fromJson(json: Json): Expr {
  if (json === null || typeof json === 'boolean' || typeof json === 'string') return json;
  invariant(Array.isArray(json), 'an encoded expression has arrays, never numbers or objects');
  const [kind] = json;
  switch (kind) {
    case 'i':
      return BigInt(textOf(json[1]));
    case 'f':
      return { float: textOf(json[1]) };
    case 'l':
      return json.slice(1).map(fromJson);
    case 'm':
      return mapFrom(json);
    case 'c':
      invariant(json.length === 4, 'an encoded call has four parts');
      return { fn: textOf(json[1]), args: fromJson(json[2] as Json), at: textOf(json[3]) };
    default:
      invariant(false, `an encoded expression is of a known kind`);
  }
}

function mapFrom(json: readonly Json[]): ExprMap {
  invariant(json.length % 2 === 1, 'an encoded map has a value for each key');
  const map = new Map<string, Expr>();
  for (let i = 1; i < json.length; i += 2) map.set(textOf(json[i]), fromJson(json[i + 1] as Json));
  return map;
}

function textOf(json: Json | undefined): string {
  invariant(typeof json === 'string', 'an encoded name or number is a text');
  return json;
}
