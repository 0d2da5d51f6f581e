/** The constraints of a parameter as a template declares them: HOT's list, CloudFormation's keys (contract: templates §4). */
import { errors } from '../kernel/errors.ts';
import { floatNumber } from '../values/floats.ts';
import { pyNumber, pyRepr, pyStr, pyTruthy } from '../values/python.ts';
import { isFloat, isList, isMap, type Value, type ValueList, type ValueMap } from '../values/value.ts';
import type { Constraint, Num } from './constraints.ts';
import type { ParameterRules } from './dialects/parameter-rules.ts';
import { compilePattern, PatternError } from './pattern.ts';

/** HOT's list. Throws InvalidSchema. */
export function constraintList(name: string, value: Value, rules: ParameterRules): readonly Constraint[] {
  if (value === null) return [];
  if (!isList(value)) throw invalid(`Invalid parameter constraints for parameter ${name}, expected a list`);
  return value.map(item => parseConstraint(item, rules));
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

function parseConstraint(value: Value, rules: ParameterRules): Constraint {
  const body = checked(value, constraintKeys, 'parameter constraints');
  const text = body.get('description') ?? null;
  const described = pyTruthy(text) ? { description: pyStr(text) } : {};
  const modulo = body.get('modulo');
  if (modulo !== undefined && rules.modulo) return { ...parseModulo(modulo), ...described };
  const range = body.get('range');
  if (range !== undefined) return { ...parseRange(range), ...described };
  const length = body.get('length');
  if (length !== undefined) return { ...parseLength(length), ...described };
  const values = body.get('allowed_values');
  if (values !== undefined) {
    return { kind: 'allowed_values', values: checkValues(values), ...described };
  }
  const pattern = body.get('allowed_pattern');
  if (pattern !== undefined) return { kind: 'allowed_pattern', pattern: checkPattern(pattern), ...described };
  const custom = body.get('custom_constraint');
  if (custom === undefined) throw invalid('No constraint expressed');
  if (typeof custom !== 'string') throw invalid('custom_constraint must be a string');
  return { kind: 'custom_constraint', name: custom, ...described };
}

/** CloudFormation's keys, all with one description. Throws InvalidSchema. */
export function constraintKeysOf(body: ValueMap): readonly Constraint[] {
  const text = body.get('ConstraintDescription') ?? null;
  const described = pyTruthy(text) ? { description: pyStr(text) } : {};
  const found: Constraint[] = [];
  if (body.has('MinValue') || body.has('MaxValue')) found.push(range(body, 'MinValue', 'MaxValue'));
  if (body.has('MinLength') || body.has('MaxLength')) found.push(lengthBetween(body, 'MinLength', 'MaxLength'));
  const values = body.get('AllowedValues');
  if (values !== undefined) found.push({ kind: 'allowed_values', values: checkValues(values) });
  const pattern = body.get('AllowedPattern');
  if (pattern !== undefined) found.push({ kind: 'allowed_pattern', pattern: checkPattern(pattern) });
  return found.map(constraint => ({ ...constraint, ...described }));
}

const minMax: ReadonlySet<string> = new Set(['min', 'max']);

function parseRange(value: Value): Constraint {
  return range(checked(value, minMax, 'range constraint'), 'min', 'max');
}

function range(body: ValueMap, least: string, most: string): Constraint {
  const min = numberIn(body, least, 'min/max must be numeric');
  const max = numberIn(body, most, 'min/max must be numeric');
  if (min === undefined && max === undefined) {
    throw invalid('A range constraint must have a min value and/or a max value specified.');
  }
  return { kind: 'range', min, max };
}

function parseLength(value: Value): Constraint {
  return lengthBetween(checked(value, minMax, 'length constraint'), 'min', 'max');
}

function lengthBetween(body: ValueMap, least: string, most: string): Constraint {
  const min = numberIn(body, least, 'min/max must be numeric');
  const max = numberIn(body, most, 'min/max must be numeric');
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

function checkValues(values: Value): ValueList {
  if (!isList(values)) throw invalid('AllowedValues must be a list');
  return values;
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
export function checked(value: Value, keys: ReadonlySet<string>, entity: string): ValueMap {
  if (!isMap(value)) throw invalid(`Invalid ${entity}, expected a mapping`);
  for (const key of value.keys()) if (!keys.has(key)) throw invalid(`Invalid key '${key}' for ${entity}`);
  return value;
}

export function invalid(message: string): Error {
  return errors.InvalidSchema({ message });
}
