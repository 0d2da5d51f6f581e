/** The resources of a template: their shape, then their keys (contract: templates §1.2). */
import { errors } from '../kernel/errors.ts';
import { compareText } from '../values/json.ts';
import { pyTruthy, pyType } from '../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import type { Dialect } from './dialects/dialect.ts';
import { allResourceKeys } from './dialects/hot.ts';
import { type Expr, type ExprMap, isCall, noExprs } from './expr.ts';
import { type Grammar, parseCondition, parseExpr } from './parse.ts';
import type { ParsedResource } from './template.ts';

/** Checks that every resource is a map with a type (and known keys), as Heat does first. Throws StackValidationFailed. */
export function checkResourceMaps(resources: ValueMap, { kind }: Dialect): void {
  if (kind === 'hot') checkHot(resources);
  else checkCfn(resources.values());
}

/** In the template's order; what other keys there are is nobody's business. */
function checkCfn(bodies: Iterable<Value>): void {
  for (const body of bodies) {
    if (!pyTruthy(body)) throw invalid('Each Resource must contain a Type key.');
    if (!isMap(body)) {
      throw invalid(`Resources must contain Resource. Found a [<class '${pyType(body)}'>] instead`);
    }
    if (!pyTruthy(body.get('Type') ?? null)) throw invalid('Each Resource must contain a Type key.');
  }
}

/** In the order of their names. */
function checkHot(resources: ValueMap): void {
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
  const { words, resourceKeys } = grammar.dialect;
  const foreign = resourceKeys === undefined ? [] : [...body.keys()].filter(key => !resourceKeys.has(key));
  if (foreign.length > 0) throw invalid(`Invalid keyword(s) inside a resource definition: ${foreign.join(', ')}`);
  const field = (key: string): Expr | undefined => {
    const value = body.get(key);
    return value === undefined ? undefined : parseExpr(value, `${words.resources}.${name}.${key}`, grammar);
  };
  const type = field(words.type);
  if (typeof type !== 'string') throw wrongType(name, words.type, 'string');
  const properties = objectField(name, words.properties, field(words.properties));
  const metadata = objectField(name, words.metadata, field(words.metadata));
  const dependsOn = parseDependsOn(name, words.dependsOn, body.get(words.dependsOn));
  const deletionPolicy = field(words.deletionPolicy);
  if (deletionPolicy !== undefined && typeof deletionPolicy !== 'string' && !isCall(deletionPolicy)) {
    throw wrongType(name, words.deletionPolicy, 'string');
  }
  const updatePolicy = objectField(name, words.updatePolicy, field(words.updatePolicy));
  const description = body.get(words.description);
  if (description !== undefined && typeof description !== 'string') throw wrongType(name, words.description, 'string');
  const externalId = resourceKeys?.has(words.externalId) === true ? field(words.externalId) : undefined;
  if (externalId !== undefined && typeof externalId !== 'string' && !isCall(externalId))
    throw wrongType(name, words.externalId, 'string');
  const condition = parseResourceCondition(name, body.get(words.condition), grammar);
  if (name.includes('/')) throw invalid('Resource name may not contain "/"');
  if (isCall(properties)) {
    throw errors.StackValidationFailed({
      path: properties.at,
      message: 'A function cannot stand for all of the properties',
    });
  }
  return {
    name,
    words,
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

function parseDependsOn(name: string, key: string, value: Value | undefined): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  if (!isList(value)) throw wrongType(name, key, 'list or string');
  for (const item of value) {
    if (typeof item !== 'string') throw invalid(`Resource ${name} ${key} must be a list of strings`);
  }
  return [...new Set(value as readonly string[])];
}

function parseResourceCondition(name: string, value: Value | undefined, grammar: Grammar): Expr | undefined {
  const { kind, words, conditionFunctions } = grammar.dialect;
  if (value === undefined || conditionFunctions === undefined) return undefined;
  const condition = parseCondition(value, `${words.resources}.${name}.${words.condition}`, grammar);
  if (typeof condition !== 'string' && typeof condition !== 'boolean' && !isCall(condition)) {
    throw wrongType(name, words.condition, kind === 'hot' ? 'string_or_boolean' : 'string or boolean');
  }
  return condition;
}

function wrongType(name: string, key: string, expected: string): Error {
  return invalid(`Resource ${name} ${key} type must be ${expected}`);
}

function invalid(message: string): Error {
  return errors.StackValidationFailed({ message });
}
