/**
 * Reading definitions of a template while a stack is planned, for types' `after`.
 *
 * Little is known then: a network is mostly `{get_resource: net}`. Two expressions are taken for the same thing when
 * they read the same things in the same way, or are equal values; where they stand does not matter. What is absent,
 * null or empty is the same as nothing, not even as itself.
 */
import { type Expr, type ExprMap, isCall } from '../template/expr.ts';
import { referencesOf } from '../template/references.ts';
import { isFloat, type Value } from '../values/value.ts';
import type { PlannedDefinition } from './resource.ts';

export type Planned = ReadonlyMap<string, PlannedDefinition>;

/** The first of these properties that says anything; later names are old ones of the same. */
export function planned(properties: ExprMap, ...names: readonly string[]): Expr | undefined {
  for (const name of names) {
    const value = properties.get(name);
    if (value !== undefined && value !== null && value !== '') return value;
  }
  return undefined;
}

/** True where both say something, and the same. */
export function sameThing(a: Expr | undefined, b: Expr | undefined): boolean {
  if (a === undefined || a === null || a === '') return false;
  return b !== undefined && equal(a, b);
}

function equal(a: Expr, b: Expr): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (isCall(a)) return isCall(b) && a.fn === b.fn && equal(a.args, b.args);
  if (isCall(b)) return false;
  if (isExprList(a)) return isExprList(b) && a.length === b.length && a.every((item, i) => equal(item, b[i] ?? null));
  if (isExprMap(a)) {
    if (!isExprMap(b) || a.size !== b.size) return false;
    return [...a].every(([key, value]) => b.has(key) && equal(value, b.get(key) ?? null));
  }
  return (
    isFloat(a as Value) && isFloat(b as Value) && (a as { float: string }).float === (b as { float: string }).float
  );
}

export function isExprList(expr: Expr | undefined): expr is readonly Expr[] {
  return Array.isArray(expr);
}

export function isExprMap(expr: Expr | undefined): expr is ExprMap {
  return expr instanceof Map;
}

/** The resources of these types, type by type. */
export function ofType(all: Planned, ...types: readonly string[]): readonly PlannedDefinition[] {
  const byType = typesOf(all);
  const [only = '', ...more] = types;
  return more.length === 0 ? (byType.get(only) ?? []) : types.flatMap(type => byType.get(type) ?? []);
}

type ByType = ReadonlyMap<string, readonly PlannedDefinition[]>;

/** Every resource of a template asks: looking through all of them for each is quadratic. A plan's map never changes. */
const known = new WeakMap<Planned, ByType>();

function typesOf(all: Planned): ByType {
  const before = known.get(all);
  if (before !== undefined) return before;
  const byType = new Map<string, PlannedDefinition[]>();
  for (const definition of all.values()) {
    const same = byType.get(definition.implementation);
    if (same === undefined) byType.set(definition.implementation, [definition]);
    else same.push(definition);
  }
  known.set(all, byType);
  return byType;
}

/** The resources of a type that say the same thing with these properties (planned, sameThing). */
export function withSame(
  all: Planned,
  type: string,
  names: readonly string[],
  thing: Expr | undefined,
): readonly PlannedDefinition[] {
  if (thing === undefined) return [];
  const alike = likesOf(all, type, names).get(rough(thing)) ?? [];
  return alike.filter(({ properties }) => sameThing(planned(properties, ...names), thing));
}

/** By what they roughly say. */
const likes = new WeakMap<Planned, Map<string, ReadonlyMap<string, readonly PlannedDefinition[]>>>();

function likesOf(
  all: Planned,
  type: string,
  names: readonly string[],
): ReadonlyMap<string, readonly PlannedDefinition[]> {
  const ofAll = likes.get(all) ?? new Map<string, ReadonlyMap<string, readonly PlannedDefinition[]>>();
  likes.set(all, ofAll);
  const key = `${type} ${names.join(' ')}`;
  const before = ofAll.get(key);
  if (before !== undefined) return before;
  const byText = new Map<string, PlannedDefinition[]>();
  for (const definition of ofType(all, type)) {
    const text = rough(planned(definition.properties, ...names) ?? null);
    const same = byText.get(text);
    if (same === undefined) byText.set(text, [definition]);
    else same.push(definition);
  }
  ofAll.set(key, byText);
  return byText;
}

/** A text that is the same for the same things; others may have it too. */
function rough(expr: Expr): string {
  if (typeof expr === 'string') return `=${expr}`;
  if (typeof expr !== 'object' || expr === null || !isCall(expr)) return typeof expr;
  return typeof expr.args === 'string' ? `${expr.fn} ${expr.args}` : expr.fn;
}

/** The resources of the template that an expression reads. */
export function readBy(expr: Expr | undefined, all: Planned): readonly PlannedDefinition[] {
  if (expr === undefined) return [];
  return [...referencesOf(expr).resources].map(name => all.get(name)).filter(known => known !== undefined);
}

/** True where it is a value that is known, not something that another resource will say. */
export function isLiteral(expr: Expr | undefined): boolean {
  return typeof expr === 'string' || typeof expr === 'bigint';
}
