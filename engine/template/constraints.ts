/**
 * Constraints on values, of parameters and of properties alike: one implementation, so that both say the same.
 *
 * A constraint is plain data; `check` answers undefined where it holds and Heat's text where it is broken (contract:
 * templates §4). Of several the first broken one is reported. Values here are converted already: a number constraint
 * sees a number. Comparing an integer with a float is exact, also beyond 2^53.
 *
 * Nothing here can run for ever: patterns go through template/pattern.ts, whose steps are bounded, never through
 * JavaScript's own expressions, which a template could make loop for hours.
 */
import { floatNumber, floatOf } from '../values/floats.ts';
import { writeJson } from '../values/json.ts';
import { pyEquals, pyStr, pyType } from '../values/python.ts';
import { type Float, isFloat, isList, isMap, type Value } from '../values/value.ts';
import { asked, checkCustom } from './custom-constraints.ts';
import { compilePattern } from './pattern.ts';

export type Num = bigint | Float;

interface Described {
  /** Said instead of the usual text. */
  readonly description?: string | undefined;
}

export interface RangeConstraint extends Described {
  readonly kind: 'range';
  readonly min?: Num | undefined;
  readonly max?: Num | undefined;
}

/** Of strings in code points, of lists and maps in entries. */
export interface LengthConstraint extends Described {
  readonly kind: 'length';
  readonly min?: bigint | undefined;
  readonly max?: bigint | undefined;
}

export interface ModuloConstraint extends Described {
  readonly kind: 'modulo';
  readonly step: Num;
  readonly offset: Num;
}

/** Of a list every element has to be allowed. */
export interface AllowedValuesConstraint extends Described {
  readonly kind: 'allowed_values';
  readonly values: readonly Value[];
}

/** Python's `re.match` whose match must end where the value ends: `a|ab` refuses `ab`. */
export interface AllowedPatternConstraint extends Described {
  readonly kind: 'allowed_pattern';
  readonly pattern: string;
}

/** By name: `ip_addr`, `neutron.network`. A list is checked as one value. */
export interface CustomConstraint extends Described {
  readonly kind: 'custom_constraint';
  readonly name: string;
}

export type Constraint =
  | RangeConstraint
  | LengthConstraint
  | ModuloConstraint
  | AllowedValuesConstraint
  | AllowedPatternConstraint
  | CustomConstraint;

export interface CheckOptions {
  /** Told of a constraint that a service must answer; here the value passes. */
  ask?(constraint: string, value: string): void;
  /** Brings an allowed value to the schema's own type before comparing; what it cannot bring there stays as it is. */
  readonly convert?: (value: Value) => Value;
  /** The value is hidden: messages say `******` in its place. */
  readonly secret?: boolean;
}

/** Heat's class of a constraint, as in `Length constraint invalid for number`. */
export function constraintName(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'range':
      return 'Range';
    case 'length':
      return 'Length';
    case 'modulo':
      return 'Modulo';
    case 'allowed_values':
      return 'AllowedValues';
    case 'allowed_pattern':
      return 'AllowedPattern';
    case 'custom_constraint':
      return 'CustomConstraint';
  }
}

export type ConstrainedType = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'map' | 'any';

const applicable: Readonly<Record<Constraint['kind'], readonly ConstrainedType[]>> = {
  range: ['integer', 'number'],
  length: ['string', 'list', 'map'],
  modulo: ['integer', 'number'],
  allowed_values: ['string', 'integer', 'number', 'boolean', 'list'],
  allowed_pattern: ['string'],
  custom_constraint: ['string', 'integer', 'number', 'boolean', 'list'],
};

/** Whether a schema of this type may have this constraint. A json parameter's type is `map` here. */
export function applies(constraint: Constraint, type: ConstrainedType): boolean {
  return applicable[constraint.kind].includes(type);
}

/** The text of the first broken constraint, or undefined. */
export function checkAll(
  constraints: readonly Constraint[],
  value: Value,
  options: CheckOptions = {},
): string | undefined {
  for (const constraint of constraints) {
    const broken = check(constraint, value, options);
    if (broken !== undefined) return broken;
  }
  return undefined;
}

/** What is wrong with a value, in Heat's words (the constraint's description, where it has one), or undefined. */
export function check(constraint: Constraint, value: Value, options: CheckOptions = {}): string | undefined {
  const broken = broke(constraint, value, options);
  return broken === undefined ? undefined : constraint.description || broken;
}

function broke(constraint: Constraint, value: Value, options: CheckOptions): string | undefined {
  switch (constraint.kind) {
    case 'range':
      return checkRange(constraint, value, options);
    case 'length':
      return checkLength(constraint, value);
    case 'modulo':
      return checkModulo(constraint, value, options);
    case 'allowed_values':
      return checkAllowed(constraint, value, options);
    case 'allowed_pattern':
      return checkPattern(constraint, value, options);
    case 'custom_constraint':
      if (asked.has(constraint.name)) {
        if (typeof value === 'string' && value !== '') options.ask?.(constraint.name, value);
        return undefined;
      }
      return checkCustom(constraint.name, value, shown(value, options, pyStr));
  }
}

function shown(value: Value, options: CheckOptions, write: (value: Value) => string): string {
  return options.secret ? '******' : write(value);
}

function json(value: Value): string {
  return writeJson(value, { pythonSeparators: true, asciiOnly: true });
}

/** A bound as Python shows it: None where there is none. */
function bound(value: Num | undefined): string {
  return value === undefined ? 'None' : pyStr(value);
}

function checkRange(range: RangeConstraint, value: Value, options: CheckOptions): string | undefined {
  const n = numeric(value);
  if (n === undefined) return `could not convert to a number: ${shown(value, options, json)}`;
  if (within(n, range.min, range.max)) return undefined;
  return `${shown(value, options, pyStr)} is out of range (min: ${bound(range.min)}, max: ${bound(range.max)})`;
}

function checkLength(length: LengthConstraint, value: Value): string | undefined {
  const n = lengthOf(value);
  if (n === undefined) return `object of type '${pyType(value)}' has no len()`;
  if (within(n, length.min, length.max)) return undefined;
  return `length (${n}) is out of range (min: ${bound(length.min)}, max: ${bound(length.max)})`;
}

function checkModulo(modulo: ModuloConstraint, value: Value, options: CheckOptions): string | undefined {
  const n = numeric(value);
  const step = numeric(modulo.step);
  const offset = numeric(modulo.offset);
  // Exact comparison of an integer with a double is what == does here.
  // biome-ignore lint/suspicious/noDoubleEquals: 1n == 1, and no other coercion can happen between numbers
  if (n !== undefined && step !== undefined && offset !== undefined && pythonMod(n, step) == offset) return undefined;
  const multiple = `a multiple of ${pyStr(modulo.step)} with an offset of ${pyStr(modulo.offset)}`;
  return `${shown(value, options, pyStr)} is not ${multiple}`;
}

function checkAllowed(allowed: AllowedValuesConstraint, value: Value, options: CheckOptions): string | undefined {
  const convert = options.convert ?? (v => v);
  const one = (candidate: Value, among: readonly Value[]) => among.some(v => pyEquals(v, candidate));
  const holds = isList(value)
    ? value.every(v => one(v, allowed.values))
    : one(value, allowed.values) || one(value, allowed.values.map(convert));
  return holds ? undefined : `${shown(value, options, json)} is not an allowed value ${json(allowed.values)}`;
}

function checkPattern(constraint: AllowedPatternConstraint, value: Value, options: CheckOptions): string | undefined {
  if (typeof value !== 'string') return `expected string or bytes-like object, got '${pyType(value)}'`;
  const text = options.secret ? '******' : value;
  const matches = compilePattern(constraint.pattern).matchesWhole(value);
  if (matches === 'too long') return `"${text}" takes too long to match against pattern "${constraint.pattern}"`;
  return matches ? undefined : `"${text}" does not match pattern "${constraint.pattern}"`;
}

/** Booleans count as Python's do: True is 1. */
function numeric(value: Value): bigint | number | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  return isFloat(value) ? floatNumber(value) : undefined;
}

/** NaN is within every range, as Python's comparisons have it. */
function within(n: bigint | number, min: Num | undefined, max: Num | undefined): boolean {
  const low = min === undefined ? undefined : numeric(min);
  const high = max === undefined ? undefined : numeric(max);
  if (low !== undefined && n < low) return false;
  return !(high !== undefined && n > high);
}

/** In code points or entries. */
export function lengthOf(value: Value): bigint | undefined {
  if (typeof value === 'string') {
    let n = 0n;
    for (const _ of value) n++;
    return n;
  }
  if (isList(value)) return BigInt(value.length);
  return isMap(value) ? BigInt(value.size) : undefined;
}

/** The remainder has the step's sign; by zero there is none. */
function pythonMod(n: bigint | number, step: bigint | number): bigint | number | undefined {
  if (step === 0n || step === 0) return undefined;
  if (typeof n === 'bigint' && typeof step === 'bigint') {
    const rest = n % step;
    return rest !== 0n && rest < 0n !== step < 0n ? rest + step : rest;
  }
  const by = Number(step);
  const rest = Number(n) % by;
  return rest !== 0 && rest < 0 !== by < 0 ? rest + by : rest;
}

/** A plain number as a Value, for schemas written in code. */
export function num(n: number | bigint | Float): Num {
  if (typeof n === 'number') return Number.isInteger(n) ? BigInt(n) : floatOf(n);
  return n;
}
