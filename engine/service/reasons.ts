/** Why a resource is changed as it is, in a preview's words. */
import { type Expr, type ExprMap, isKnown } from '../template/expr.ts';
import { writeJson } from '../values/json.ts';
import type { Value, ValueMap } from '../values/value.ts';

const longest = 60;

/** A line each: `flavor: m1.tiny → m1.small, in place`. Values that may be secrets are masked. */
export function propertyReasons(
  names: Iterable<string>,
  before: ValueMap,
  after: ExprMap,
  how: string,
  secret: boolean,
): readonly string[] {
  return [...names]
    .sort()
    .map(
      name => `${name}: ${shown(before.get(name) ?? null, secret)} → ${shown(after.get(name) ?? null, secret)}, ${how}`,
    );
}

function shown(expr: Expr, secret: boolean): string {
  if (!isKnown(expr)) return '*known after create*';
  if (expr === null) return 'nothing';
  if (secret) return '******';
  return cut(textOf(expr));
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : writeJson(value);
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}
