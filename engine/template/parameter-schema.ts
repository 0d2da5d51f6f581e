/** How a template declares a parameter (contract: templates §4). Every fault is an InvalidSchemaError, at validate too. */
import { errors } from '../kernel/errors.ts';
import { floatNumber } from '../values/floats.ts';
import { pyNumber, pyRepr, pyStr, pyTruthy } from '../values/python.ts';
import { isFloat, isList, isMap, type Value, type ValueList, type ValueMap } from '../values/value.ts';
import type { Constraint, Num } from './constraints.ts';
import type { Dialect } from './dialects/dialect.ts';
import { compilePattern, PatternError } from './pattern.ts';

export const parameterTypes = ['string', 'number', 'comma_delimited_list', 'json', 'boolean'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export interface ParameterSchema {
  readonly name: string;
  readonly type: ParameterType;
  /** As it was written, not converted; undefined where there is none (null is none). */
  readonly default: Value | undefined;
  readonly description: Value;
  /** The name, where the template gives none. */
  readonly label: Value;
  /** The value is masked wherever it would be shown. */
  readonly hidden: boolean;
  readonly immutable: boolean;
  readonly tags: ValueList;
  readonly constraints: readonly Constraint[];
}

/** Reads the section `parameters`. */
export function parseParameters(section: ValueMap, dialect: Dialect): ReadonlyMap<string, ParameterSchema> {
  const schemas = new Map<string, ParameterSchema>();
  for (const [name, body] of section) schemas.set(name, parseSchema(name, body, dialect));
  return schemas;
}

function parseSchema(name: string, body: Value, dialect: Dialect): ParameterSchema {
  const schema = checked(body, dialect.parameterKeys, `parameter (${name})`);
  const type = schema.get('type');
  if (type === undefined) throw invalid(`Missing parameter type for parameter: ${name}`);
  const tags = schema.get('tags');
  if (tags !== undefined && !isList(tags)) throw invalid(`Tags property should be a list for parameter: ${name}`);
  const constraints = parseConstraints(name, schema.get('constraints') ?? null, dialect);
  const known = parameterTypes.find(candidate => candidate === type);
  if (known === undefined) throw invalid(`Invalid type (${pyStr(type)})`);
  const label = schema.get('label') ?? null;
  return {
    name,
    type: known,
    default: schema.get('default') ?? undefined,
    description: orElse(schema.get('description'), ''),
    label: pyTruthy(label) ? label : name,
    hidden: pyTruthy(schema.get('hidden') ?? null),
    immutable: pyTruthy(schema.get('immutable') ?? null),
    tags: tags ?? [],
    constraints,
  };
}

function orElse(value: Value | undefined, otherwise: Value): Value {
  return value !== undefined && pyTruthy(value) ? value : otherwise;
}

function parseConstraints(name: string, value: Value, dialect: Dialect): readonly Constraint[] {
  if (value === null) return [];
  if (!isList(value)) throw invalid(`Invalid parameter constraints for parameter ${name}, expected a list`);
  return value.map(item => parseConstraint(item, dialect));
}

const constraintKeys: ReadonlySet<string> = new Set([
  'description',
  'length',
  'range',
  'modulo',
  'allowed_values',
  'allowed_pattern',
  'custom_constraint',
]);

function parseConstraint(value: Value, dialect: Dialect): Constraint {
  const body = checked(value, constraintKeys, 'parameter constraints');
  const text = body.get('description') ?? null;
  const described = pyTruthy(text) ? { description: pyStr(text) } : {};
  const modulo = body.get('modulo');
  if (modulo !== undefined && dialect.moduloConstraint) return { ...parseModulo(modulo), ...described };
  const range = body.get('range');
  if (range !== undefined) return { ...parseRange(range), ...described };
  const length = body.get('length');
  if (length !== undefined) return { ...parseLength(length), ...described };
  const values = body.get('allowed_values');
  if (values !== undefined) {
    if (!isList(values)) throw invalid('AllowedValues must be a list');
    return { kind: 'allowed_values', values, ...described };
  }
  const pattern = body.get('allowed_pattern');
  if (pattern !== undefined) return { kind: 'allowed_pattern', pattern: checkPattern(pattern), ...described };
  const custom = body.get('custom_constraint');
  if (custom === undefined) throw invalid('No constraint expressed');
  if (typeof custom !== 'string') throw invalid('custom_constraint must be a string');
  return { kind: 'custom_constraint', name: custom, ...described };
}

const minMax: ReadonlySet<string> = new Set(['min', 'max']);

function parseRange(value: Value): Constraint {
  const body = checked(value, minMax, 'range constraint');
  const min = numberIn(body, 'min', 'min/max must be numeric');
  const max = numberIn(body, 'max', 'min/max must be numeric');
  if (min === undefined && max === undefined) {
    throw invalid('A range constraint must have a min value and/or a max value specified.');
  }
  return { kind: 'range', min, max };
}

function parseLength(value: Value): Constraint {
  const body = checked(value, minMax, 'length constraint');
  const min = numberIn(body, 'min', 'min/max must be numeric');
  const max = numberIn(body, 'max', 'min/max must be numeric');
  if (min === undefined && max === undefined) {
    throw invalid('A length constraint must have a min value and/or a max value specified.');
  }
  if (!integral(min) || !integral(max)) throw invalid('min/max length must be integral');
  return { kind: 'length', min, max };
}

function integral(value: Num | undefined): value is bigint | undefined {
  return value === undefined || typeof value === 'bigint';
}

function parseModulo(value: Value): Constraint {
  const body = checked(value, new Set(['step', 'offset']), 'modulo constraint');
  const step = numberIn(body, 'step', 'step/offset must be numeric');
  const offset = numberIn(body, 'offset', 'step/offset must be numeric');
  if (step === undefined || offset === undefined) {
    throw invalid('A modulo constraint must have a step value and an offset value specified.');
  }
  const [by, from] = [whole(step), whole(offset)];
  if (by === 0n) throw invalid('step cannot be 0.');
  if (absolute(from) >= absolute(by)) throw invalid('offset must be smaller (by absolute value) than step.');
  if (by * from < 0n) throw invalid('step and offset must be both positive or both negative.');
  return { kind: 'modulo', step, offset };
}

function whole(value: Num): bigint {
  if (typeof value === 'bigint') return value;
  const n = floatNumber(value);
  if (!Number.isInteger(n)) throw invalid('step/offset must be integer');
  return BigInt(n);
}

function absolute(n: bigint): bigint {
  return n < 0n ? -n : n;
}

/** A bound: a number, or a text that is one; undefined where there is none or null. */
function numberIn(body: ValueMap, key: string, otherwise: string): Num | undefined {
  const value = body.get(key) ?? null;
  if (value === null) return undefined;
  if (typeof value === 'bigint' || isFloat(value)) return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value !== 'string') throw invalid(otherwise);
  const number = pyNumber(value);
  if (number === undefined) throw invalid(`could not convert string to float: ${pyRepr(value)}`);
  return number;
}

function checkPattern(value: Value): string {
  if (typeof value !== 'string') throw invalid('AllowedPattern must be a string');
  try {
    compilePattern(value);
  } catch (error) {
    if (error instanceof PatternError) throw invalid(`Invalid AllowedPattern "${value}": ${error.message}`);
    throw error;
  }
  return value;
}

/** A map with known keys only. `entity` names it in the messages. */
function checked(value: Value, keys: ReadonlySet<string>, entity: string): ValueMap {
  if (!isMap(value)) throw invalid(`Invalid ${entity}, expected a mapping`);
  for (const key of value.keys()) if (!keys.has(key)) throw invalid(`Invalid key '${key}' for ${entity}`);
  return value;
}

function invalid(message: string): Error {
  return errors.InvalidSchema({ message });
}
