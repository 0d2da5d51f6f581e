/** The resources of a HOT template: their shape, then their keys (contract: templates §1.2). */
import { errors } from '../kernel/errors.ts';
import { compareText } from '../values/json.ts';
import { pyTruthy, pyType } from '../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import { allResourceKeys } from './dialects/hot.ts';
import { type Expr, type ExprMap, isCall, noExprs } from './expr.ts';
import { type Grammar, parseCondition, parseExpr } from './parse.ts';
import type { ParsedResource } from './template.ts';

/** Checks that every resource is a map with a type and known keys, in the order of their names, as Heat does first. */
export function checkResourceMaps(resources: ValueMap): void {
  const byName = [...resources].sort(([a], [b]) => compareText(a, b));
  for (const [, body] of byName) {
    if (!pyTruthy(body)) throw invalid('Each resource must contain a type key.');
    if (!isMap(body)) {
      const found = `<class '${pyType(body)}'>`;
      throw invalid(`"resources" must contain a map of resource maps. Found a [${found}] instead`);
    }
    for (const key of body.keys()) {
      if (!allResourceKeys.has(key)) throw invalid(`"${key}" is not a valid keyword inside a resource definition`);
    }
    if (!body.has('type')) throw invalid('Each resource must contain a type key.');
  }
  for (const [, body] of byName) {
    const type = isMap(body) ? (body.get('type') ?? null) : null;
    if (!pyTruthy(type)) throw invalid('Each Resource must contain a Type key.');
  }
}

/** Reads one resource that passed checkResourceMaps. Throws StackValidationFailed. */
export function parseResource(name: string, body: ValueMap, grammar: Grammar): ParsedResource {
  const { dialect } = grammar;
  const foreign = [...body.keys()].filter(key => !dialect.resourceKeys.has(key));
  if (foreign.length > 0) throw invalid(`Invalid keyword(s) inside a resource definition: ${foreign.join(', ')}`);
  const field = (key: string): Expr | undefined => {
    const value = body.get(key);
    return value === undefined ? undefined : parseExpr(value, `resources.${name}.${key}`, grammar);
  };
  const type = field('type');
  if (typeof type !== 'string') throw wrongType(name, 'type', 'string');
  const properties = objectField(name, 'properties', field('properties'));
  const metadata = objectField(name, 'metadata', field('metadata'));
  const dependsOn = parseDependsOn(name, body.get('depends_on'));
  const deletionPolicy = field('deletion_policy');
  if (deletionPolicy !== undefined && typeof deletionPolicy !== 'string' && !isCall(deletionPolicy)) {
    throw wrongType(name, 'deletion_policy', 'string');
  }
  const updatePolicy = objectField(name, 'update_policy', field('update_policy'));
  const description = body.get('description');
  if (description !== undefined && typeof description !== 'string') throw wrongType(name, 'description', 'string');
  const externalId = field('external_id');
  if (externalId !== undefined && typeof externalId !== 'string' && !isCall(externalId))
    throw wrongType(name, 'external_id', 'string');
  const condition = parseResourceCondition(name, body.get('condition'), grammar);
  if (name.includes('/')) throw invalid('Resource name may not contain "/"');
  if (isCall(properties)) {
    throw errors.StackValidationFailed({
      path: properties.at,
      message: 'A function cannot stand for all of the properties',
    });
  }
  return {
    name,
    type,
    properties: properties as ExprMap,
    metadata,
    dependsOn,
    deletionPolicy: deletionPolicy ?? null,
    updatePolicy,
    description: description ?? '',
    condition,
    externalId,
  };
}

function objectField(name: string, key: string, value: Expr | undefined): Expr {
  if (value === undefined) return noExprs;
  if (!(value instanceof Map) && !isCall(value)) throw wrongType(name, key, 'object');
  return value;
}

function parseDependsOn(name: string, value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (!isList(value)) throw wrongType(name, 'depends_on', 'list or string');
  for (const item of value) {
    if (typeof item !== 'string') throw invalid(`Resource ${name} depends_on must be a list of strings`);
  }
  return [...new Set(value as readonly string[])];
}

function parseResourceCondition(name: string, value: Value | undefined, grammar: Grammar): Expr | undefined {
  if (value === undefined) return undefined;
  const condition = parseCondition(value, `resources.${name}.condition`, grammar);
  if (typeof condition !== 'string' && typeof condition !== 'boolean' && !isCall(condition)) {
    throw wrongType(name, 'condition', 'string_or_boolean');
  }
  return condition;
}

function wrongType(name: string, key: string, expected: string): Error {
  return invalid(`Resource ${name} ${key} type must be ${expected}`);
}

function invalid(message: string): Error {
  return errors.StackValidationFailed({ message });
}
