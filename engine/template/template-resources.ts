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

/** The form of all of them, then the types of all. */
function checkHot(resources: ValueMap): void {
  refuseFirst(resources, faultOfForm);
  refuseFirst(resources, faultOfType);
}

/** Throws what is wrong with the first of them by name; in the template they may stand in any order. */
function refuseFirst(resources: ValueMap, faultOf: (body: Value) => string | undefined): void {
  for (const body of resources.values()) {
    if (faultOf(body) === undefined) continue;
    const wrong = [...resources].filter(([, each]) => faultOf(each) !== undefined);
    const [first] = wrong.sort(([a], [b]) => compareText(a, b));
    throw invalid(faultOf(first?.[1] ?? body) ?? '');
  }
}

function faultOfForm(body: Value): string | undefined {
  if (!pyTruthy(body)) return 'Each resource must contain a type key.';
  if (!isMap(body)) {
    return `"resources" must contain a map of resource maps. Found a [<class '${pyType(body)}'>] instead`;
  }
  for (const key of body.keys()) {
    if (!allResourceKeys.has(key)) return `"${key}" is not a valid keyword inside a resource definition`;
  }
  return body.has('type') ? undefined : 'Each resource must contain a type key.';
}

function faultOfType(body: Value): string | undefined {
  const type = isMap(body) ? (body.get('type') ?? null) : null;
  return pyTruthy(type) ? undefined : 'Each Resource must contain a Type key.';
}

/** Reads one resource that passed checkResourceMaps. Throws StackValidationFailed. */
export function parseResource(name: string, body: ValueMap, grammar: Grammar): ParsedResource {
  const { words, resourceKeys } = grammar.dialect;
  if (resourceKeys !== undefined) refuseForeign(body, resourceKeys);
  const choices = grammar.choices;
  const type = field(name, words.type, body, grammar);
  if (typeof type !== 'string') throw wrongType(name, words.type, 'string');
  const properties = objectField(name, words.properties, body, grammar);
  const metadata = objectField(name, words.metadata, body, grammar);
  const dependsOn = parseDependsOn(name, words.dependsOn, body.get(words.dependsOn));
  const deletionPolicy = field(name, words.deletionPolicy, body, grammar);
  if (deletionPolicy !== undefined && typeof deletionPolicy !== 'string' && !isCall(deletionPolicy)) {
    throw wrongType(name, words.deletionPolicy, 'string');
  }
  const updatePolicy = objectField(name, words.updatePolicy, body, grammar);
  const description = body.get(words.description);
  if (description !== undefined && typeof description !== 'string') throw wrongType(name, words.description, 'string');
  const externalId =
    resourceKeys?.has(words.externalId) === true ? field(name, words.externalId, body, grammar) : undefined;
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
    hasChoices: grammar.choices > choices,
  };
}

function refuseForeign(body: ValueMap, known: ReadonlySet<string>): void {
  const foreign: string[] = [];
  for (const key of body.keys()) if (!known.has(key)) foreign.push(key);
  if (foreign.length > 0) throw invalid(`Invalid keyword(s) inside a resource definition: ${foreign.join(', ')}`);
}

function field(name: string, key: string, body: ValueMap, grammar: Grammar): Expr | undefined {
  const value = body.get(key);
  if (typeof value !== 'object' || value === null) return value;
  return parseExpr(value, `${grammar.dialect.words.resources}.${name}.${key}`, grammar);
}

function objectField(name: string, key: string, body: ValueMap, grammar: Grammar): Expr {
  const value = field(name, key, body, grammar);
  if (value === undefined) return noExprs;
  if (!(value instanceof Map) && !isCall(value)) throw wrongType(name, key, 'object');
  return value;
}

const noNames: readonly string[] = [];

function parseDependsOn(name: string, key: string, value: Value | undefined): readonly string[] {
  if (value === undefined) return noNames;
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
