/** A parameter's value brought to its type, with Heat's and Python's own words for what cannot be (contract: templates §4). */
import { parseJson } from '../values/json.ts';
import { pyNumber, pyRepr, pyStr, pyStrip, pyType } from '../values/python.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { isFloat, isList, type Value } from '../values/value.ts';
import type { ParameterSchema } from './parameter-schema.ts';

/** What is wrong with a value; the caller says of which parameter. */
export class ParameterFailure extends Error {
  /** The default itself is of the wrong kind, whatever the constraints. */
  readonly ofDefault: boolean;

  constructor(message: string, ofDefault = false) {
    super(message);
    this.ofDefault = ofDefault;
  }
}

/** Throws ParameterFailure. */
export function convertValue(schema: ParameterSchema, value: Value): Value {
  switch (schema.type) {
    case 'string':
      return pyStr(value);
    case 'number':
      return toNumber(value, schema.hidden);
    case 'boolean':
      return toBoolean(value, schema.hidden);
    case 'comma_delimited_list':
      return toList(value, 'Value');
    case 'json':
      return toJson(value, schema.hidden);
  }
}

/** A default as its constraints see it: a list's text is only cut at commas, json's text is not read. */
export function convertDefault(schema: ParameterSchema, value: Value): Value {
  if (schema.type === 'json') return value;
  if (schema.type === 'comma_delimited_list') return value === '' ? [''] : toList(value, 'Default');
  return convertValue(schema, value);
}

/** The value in the parameter's type where that is possible, else as it is: for comparing with allowed values. */
export function tryConvert(schema: ParameterSchema, value: Value): Value {
  if (schema.type === 'comma_delimited_list' || schema.type === 'json') return value;
  try {
    return convertValue(schema, value);
  } catch (error) {
    if (error instanceof ParameterFailure) return value;
    throw error;
  }
}

function toNumber(value: Value, hidden: boolean): Value {
  if (typeof value === 'bigint' || isFloat(value) || typeof value === 'boolean') return value;
  if (typeof value !== 'string') {
    throw new ParameterFailure(
      `int() argument must be a string, a bytes-like object or a real number, not '${pyType(value)}'`,
    );
  }
  const number = pyNumber(value);
  if (number !== undefined) return number;
  throw new ParameterFailure(`could not convert string to float: ${pyRepr(hidden ? '******' : value)}`);
}

const truths = new Set(['1', 't', 'true', 'on', 'y', 'yes']);
const lies = new Set(['0', 'f', 'false', 'off', 'n', 'no']);

function toBoolean(value: Value, hidden: boolean): boolean {
  if (typeof value === 'boolean') return value;
  const text = pyStr(value);
  const word = pyStrip(text).toLowerCase();
  if (truths.has(word)) return true;
  if (lies.has(word)) return false;
  const words = [...truths, ...lies].sort().map(w => `'${w}'`);
  const shown = hidden ? '******' : text;
  throw new ParameterFailure(`Unrecognized value '${shown}', acceptable values are: ${words.join(', ')}`);
}

function toList(value: Value, what: 'Value' | 'Default'): readonly Value[] {
  if (isList(value)) return value.map(pyStr);
  if (typeof value === 'string') return value === '' ? [] : value.split(',');
  const reason = `'${pyType(value)}' object has no attribute 'split'`;
  throw new ParameterFailure(`${what} must be a comma-delimited list string: ${reason}`, what === 'Default');
}

function toJson(value: Value, hidden: boolean): Value {
  if (typeof value !== 'string' || value === '') return value;
  try {
    return parseJson(value);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    // The reader's own text may quote what it could not read.
    const why = hidden ? `line ${error.line} column ${error.column}` : error.message;
    throw new ParameterFailure(`Value must be valid JSON: ${why}`);
  }
}
