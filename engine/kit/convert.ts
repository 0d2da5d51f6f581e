/**
 * Brings one value to its property's type, as Heat does (contract: templates §5).
 *
 * It works on values of which parts are not known yet: those pass as they are. What is known is converted, and where
 * the whole property is known (`strict`) its constraints and the keys of its maps are checked too.
 */
import { type CheckOptions, checkAll } from '../template/constraints.ts';
import { type Expr, type ExprMap, isCall, isKnown } from '../template/expr.ts';
import { floatNumber } from '../values/floats.ts';
import { pyInt, pyNumber, pyRepr, pyStr, pyType } from '../values/python.ts';
import { emptyMap, isFloat, isList, isMap, type Value } from '../values/value.ts';
import type { PropertySchema, PropertySchemas } from './schema.ts';

/** A property that does not hold; `path` is where, under `properties`: empty, or keys and indexes. */
export class PropertyProblem extends Error {
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[], message: string) {
    super(message);
    this.path = path;
  }
}

type Path = readonly (string | number)[];

/** Children of a map by their schemas, in the schemas' order; throws PropertyProblem for the first that is wrong. */
export function convertMap(schemas: PropertySchemas, given: ExprMap, path: Path, mode: 'strict' | 'loose'): ExprMap {
  if (mode === 'strict') refuseUnknown(schemas, given, path);
  const converted = new Map<string, Expr>();
  for (const [name, schema] of Object.entries(schemas)) {
    converted.set(name, convertChild(schema, name, given.get(name), path, mode) ?? null);
  }
  return converted;
}

/** Whether every name given is one of the schemas'. */
export function knowsAll(schemas: PropertySchemas, given: ExprMap): boolean {
  for (const key of given.keys()) if (!Object.hasOwn(schemas, key)) return false;
  return true;
}

/** Throws for the first key that no schema has. */
export function refuseUnknown(schemas: PropertySchemas, given: ExprMap, path: Path): void {
  for (const key of given.keys()) {
    if (!Object.hasOwn(schemas, key)) throw new PropertyProblem(path, `Unknown Property ${key}`);
  }
}

/** One property of a map; undefined where nothing is given and nothing stands in for it. */
export function convertChild(
  schema: PropertySchema,
  name: string,
  given: Expr | undefined,
  path: Path,
  mode: 'strict' | 'loose',
): Expr | undefined {
  if (given === undefined) {
    if (schema.defaultValue !== undefined) return defaultOf(schema, path, name, mode);
    if (schema.isRequired) throw new PropertyProblem(path, `Property ${name} not assigned`);
    return undefined;
  }
  const converted = convert(schema, given, [...path, name], mode);
  if (!schema.implemented) throw new PropertyProblem(path, `Property ${name} not implemented yet`);
  return converted;
}

/** What defaults come to. They are the same for every resource, and most of what a short definition consists of. */
const defaults = new WeakMap<PropertySchema, Expr>();

function defaultOf(schema: PropertySchema, path: Path, name: string, mode: 'strict' | 'loose'): Expr {
  const known = defaults.get(schema);
  if (known !== undefined) return known;
  const converted = convert(schema, null, [...path, name], mode);
  if (mode === 'strict') defaults.set(schema, converted);
  return converted;
}

/** A value in its schema's type. Null is the default, or the type's empty value. Throws PropertyProblem. */
export function convert(schema: PropertySchema, given: Expr, path: Path, mode: 'strict' | 'loose'): Expr {
  if (isCall(given)) return given;
  const value = given === null && schema.defaultValue !== undefined ? schema.defaultValue : given;
  const converted = toType(schema, value, path, mode);
  if (mode === 'strict' && isKnown(converted)) checkConstraints(schema, converted, path);
  return converted;
}

function toType(
  schema: PropertySchema,
  value: Exclude<Expr, { fn: string }>,
  path: Path,
  mode: 'strict' | 'loose',
): Expr {
  if (schema.type === 'any') return value;
  if (schema.type === 'list') return toList(schema, value, path, mode);
  if (schema.type === 'map') return toMap(schema, value, path, mode);
  if (!isKnown(value)) {
    // Only a list or a map can be known in part, and neither is any of the plain types, whatever comes of its parts.
    throw new PropertyProblem(path, `Value must be a ${schema.type}; got a ${Array.isArray(value) ? 'list' : 'map'}`);
  }
  const converted = toPlainType(schema.type, value);
  if (typeof converted === 'object' && converted !== null && 'problem' in converted) {
    throw new PropertyProblem(path, converted.problem);
  }
  return converted;
}

interface Problem {
  readonly problem: string;
}

function toPlainType(type: 'string' | 'integer' | 'number' | 'boolean', value: Value): Value | Problem {
  switch (type) {
    case 'string':
      return toText(value);
    case 'integer':
      return toInteger(value);
    case 'number':
      return toNumber(value);
    case 'boolean':
      return toBoolean(value);
  }
}

function toText(value: Value): Value | Problem {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint') return pyStr(value);
  return { problem: `Value must be a string; got ${pyRepr(value)}` };
}

const wantsNumber = "int() argument must be a string, a bytes-like object or a real number, not '";

function toInteger(value: Value): Value | Problem {
  if (value === null) return 0n;
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return pyInt(value) ?? { problem: `Value '${value}' is not an integer` };
  if (!isFloat(value)) return { problem: `${wantsNumber}${pyType(value)}'` };
  const n = floatNumber(value);
  if (Number.isFinite(n)) return BigInt(Math.trunc(n));
  return { problem: Number.isNaN(n) ? "Value 'nan' is not an integer" : 'cannot convert float infinity to integer' };
}

function toNumber(value: Value): Value | Problem {
  if (value === null) return 0n;
  if (typeof value === 'bigint' || typeof value === 'boolean') return value;
  if (typeof value === 'string') {
    return pyNumber(value) ?? { problem: `could not convert string to float: ${pyRepr(value)}` };
  }
  return isFloat(value) ? value : { problem: `${wantsNumber}${pyType(value)}'` };
}

/** Only true, false and their names in any case; numbers are none. */
function toBoolean(value: Value): Value | Problem {
  if (value === null) return false;
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : pyStr(value);
  if (typeof value === 'string' && (text === 'true' || text === 'false')) return text === 'true';
  return { problem: `"${text}" is not a valid boolean` };
}

function toList(schema: PropertySchema, value: Expr, path: Path, mode: 'strict' | 'loose'): Expr {
  if (value === null) return [];
  if (!isExprList(value)) throw new PropertyProblem(path, `"${described(value, pyRepr)}" is not a list`);
  const { element } = schema;
  return element === undefined ? value : value.map((item, i) => convert(element, item, [...path, i], mode));
}

function toMap(schema: PropertySchema, value: Expr, path: Path, mode: 'strict' | 'loose'): Expr {
  const given = value ?? emptyMap;
  if (!isExprMap(given)) throw new PropertyProblem(path, `"${described(given, pyStr)}" is not a map`);
  return schema.children === undefined ? given : convertMap(schema.children, given, path, mode);
}

function described(value: Expr, write: (value: Value) => string): string {
  return isKnown(value) ? write(value) : 'a value that is not known yet';
}

function isExprList(value: Expr): value is readonly Expr[] {
  return isList(value as Value);
}

function isExprMap(value: Expr): value is ExprMap {
  return isMap(value as Value);
}

function checkConstraints(schema: PropertySchema, value: Value, path: Path): void {
  const { type, constraintList } = schema;
  if (constraintList.length === 0) return;
  const broken = checkAll(constraintList, value, optionsFor(type));
  if (broken !== undefined) throw new PropertyProblem(path, broken);
}

/** Allowed values are compared in the property's own type. */
function optionsFor(type: PropertySchema['type']): CheckOptions {
  if (type === 'any' || type === 'list' || type === 'map') return {};
  return {
    convert(allowed) {
      const converted = toPlainType(type, allowed);
      return typeof converted === 'object' && converted !== null && 'problem' in converted ? allowed : converted;
    },
  };
}
