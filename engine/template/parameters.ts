/**
 * A stack's parameters: what was given, checked and converted (contract: templates §4).
 *
 * A value comes from the environment's `parameters`, else its `parameter_defaults`, else the template's default; null
 * is no value. Hidden ones are masked in everything that is shown, messages included.
 */
import { errors } from '../kernel/errors.ts';
import { pyRepr, pyStr } from '../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import {
  applies,
  type CheckOptions,
  type Constraint,
  check,
  type ConstrainedType,
  constraintName,
} from './constraints.ts';
import type { Environment } from './environment.ts';
import { convertDefault, convertValue, ParameterFailure, tryConvert } from './parameter-values.ts';
import type { ParameterType } from './dialects/parameter-rules.ts';
import type { ParameterSchema } from './parameter-schema.ts';
import { dumps } from './python-json.ts';
import { type Pseudo, pseudoValues } from './pseudo.ts';
import type { TemplateHead } from './template.ts';

export const masked = '******';

export interface AskedConstraint {
  readonly parameter: string;
  readonly constraint: string;
  readonly value: string;
  /** The value must not be shown. */
  readonly hidden: boolean;
  /** The constraint's own description, which is the error's text where there is one. */
  readonly description: string | undefined;
}

export interface Parameters {
  /** Converted to the parameter's type; pseudo parameters too. Undefined where there is none of that name. */
  value(name: string): Value | undefined;
  /** Of the template, in its order; without the pseudo parameters. */
  readonly names: readonly string[];
  readonly hidden: ReadonlySet<string>;
  /** A text without the values of hidden parameters: for messages about what was made of them. */
  redact(text: string): string;
  /** Custom constraints that only a service can answer, of the values in force. */
  readonly asked: readonly AskedConstraint[];
  /** Name → text, as stack show has it (rest-api §3.4): pseudo parameters first, hidden ones masked. */
  shown(): ValueMap;
}

/**
 * Checks all parameters, the first fault in the template's order.
 * Throws UnknownUserParameter, UserParameterMissing, InvalidSchema, StackValidationFailed.
 */
export function resolveParameters(
  template: Pick<TemplateHead, 'parameters' | 'dialect'>,
  environment: Given,
  pseudo: Pseudo,
): Parameters {
  const { parameters: schemas, dialect } = template;
  checkKnown(schemas, environment);
  const values = new Map<string, Value>(pseudoValues(dialect, pseudo));
  const asked: AskedConstraint[] = [];
  for (const schema of schemas.values()) {
    checkSchema(schema);
    const given = givenIn(environment, schema.name);
    const value = given ?? schema.default;
    if (value === undefined || value === null) throw errors.UserParameterMissing({ key: schema.name });
    values.set(schema.name, checkValue(schema, value, asked));
  }
  return parametersOf(schemas, values, asked);
}

/**
 * What a template's structure is checked with: values are taken as they come, and one that nobody gave is missed only
 * by who asks for it (contract: rest-api §6, validate). Throws UnknownUserParameter, InvalidSchema.
 */
export function lenientParameters(
  template: Pick<TemplateHead, 'parameters' | 'dialect'>,
  environment: Given,
  pseudo: Pseudo,
): Parameters {
  const { parameters: schemas, dialect } = template;
  checkKnown(schemas, environment);
  const values = new Map<string, Value>(pseudoValues(dialect, pseudo));
  for (const schema of schemas.values()) {
    checkSchema(schema);
    const given = givenIn(environment, schema.name);
    const value = given ?? schema.default ?? null;
    if (value !== null) values.set(schema.name, convertedWherePossible(schema, value));
  }
  return parametersOf(schemas, values, []);
}

type Given = Pick<Environment, 'parameters' | 'parameterDefaults'>;

function checkKnown(schemas: TemplateHead['parameters'], { parameters }: Given): void {
  for (const name of parameters.keys()) {
    if (!schemas.has(name)) throw errors.UnknownUserParameter({ key: name });
  }
}

function givenIn({ parameters, parameterDefaults }: Given, name: string): Value | undefined {
  return parameters.get(name) ?? parameterDefaults.get(name);
}

function convertedWherePossible(schema: ParameterSchema, value: Value): Value {
  try {
    return convertValue(schema, value);
  } catch (error) {
    if (error instanceof ParameterFailure) return value;
    throw error;
  }
}

function parametersOf(
  schemas: TemplateHead['parameters'],
  values: ReadonlyMap<string, Value>,
  asked: readonly AskedConstraint[],
): Parameters {
  const hidden = new Set([...schemas.values()].filter(schema => schema.hidden).map(schema => schema.name));
  return {
    value: name => values.get(name),
    names: [...schemas.keys()],
    hidden,
    asked,
    redact: redactor([...hidden].map(name => values.get(name) ?? null)),
    shown: () => new Map([...values].map(([name, value]) => [name, shownAs(schemas.get(name), value)])),
  };
}

/** Whether a schema makes sense by itself: its constraints fit its type, its default fits its constraints. */
export function checkSchema(schema: ParameterSchema): void {
  const fail = (message: string) =>
    errors.InvalidSchema({ message: `Parameter '${schema.name}' is invalid: ${message}` });
  for (const constraint of schema.constraints) {
    if (!applies(constraint, constrained[schema.type])) {
      throw fail(`${constraintName(constraint)} constraint invalid for ${schema.typeName}`);
    }
  }
  if (schema.default === undefined) return;
  const shown = schema.hidden ? masked : pyStr(schema.default);
  try {
    const value = convertDefault(schema, schema.default);
    for (const constraint of schema.constraints) {
      if (constraint.kind === 'custom_constraint') continue;
      const broken = checkOne(constraint, schema, value, schema.default);
      if (broken !== undefined) throw fail(`Invalid default ${shown} (${broken})`);
    }
  } catch (error) {
    if (!(error instanceof ParameterFailure)) throw error;
    // Without constraints Heat does not look at a default here: only when it is the value in force.
    if (error.ofDefault) throw fail(error.message);
    if (schema.constraints.length > 0) throw fail(`Invalid default ${shown} (${error.message})`);
  }
}

const constrained: Readonly<Record<ParameterType, ConstrainedType>> = {
  string: 'string',
  number: 'number',
  comma_delimited_list: 'list',
  json: 'map',
  boolean: 'boolean',
};

function checkValue(schema: ParameterSchema, given: Value, asked: AskedConstraint[]): Value {
  const fail = (message: string) =>
    errors.StackValidationFailed({ message: `Parameter '${schema.name}' is invalid: ${message}` });
  try {
    const value = convertValue(schema, given);
    for (const constraint of schema.constraints) {
      const broken = checkOne(constraint, schema, value, given, asked);
      if (broken !== undefined) throw fail(broken);
    }
    return value;
  } catch (error) {
    if (error instanceof ParameterFailure) throw fail(error.message);
    throw error;
  }
}

/** Messages of allowed_values show a scalar as it was given: `"7" is not an allowed value [1, 2]`. */
function checkOne(
  constraint: Constraint,
  schema: ParameterSchema,
  value: Value,
  given: Value,
  asked: AskedConstraint[] = [],
): string | undefined {
  const options: CheckOptions = {
    convert: v => tryConvert(schema, v),
    secret: schema.hidden,
    ask: (name, text) =>
      asked.push({
        parameter: schema.name,
        constraint: name,
        value: text,
        hidden: schema.hidden,
        description: constraint.description,
      }),
  };
  const broken = check(constraint, value, options);
  if (broken === undefined || constraint.kind !== 'allowed_values' || isList(value)) return broken;
  return check(constraint, given, { secret: schema.hidden }) ?? broken;
}

function shownAs(schema: ParameterSchema | undefined, value: Value): string {
  if (schema?.hidden === true) return masked;
  if (schema?.type === 'json') return dumps(value, false);
  if (isList(value)) return value.map(pyStr).join(',');
  return pyStr(value);
}

/** Shorter texts would be found everywhere, and masking them would tell where they are not. */
const shortestSecret = 4;

/** Masks the texts of these values, longer ones first, so that one inside of another leaves nothing behind. */
function redactor(values: readonly Value[]): (text: string) => string {
  const texts = new Set<string>();
  for (const value of values) collectTexts(value, texts);
  const secrets = [...texts].filter(text => text.length >= shortestSecret).sort((a, b) => b.length - a.length);
  return text => secrets.reduce((rest, secret) => rest.replaceAll(secret, masked), text);
}

function collectTexts(value: Value, texts: Set<string>): void {
  if (isList(value)) for (const item of value) collectTexts(item, texts);
  else if (isMap(value)) for (const item of value.values()) collectTexts(item, texts);
  if (value === null || typeof value === 'boolean') return;
  texts.add(pyStr(value));
  if (typeof value !== 'string') return;
  // As messages quote a text: a key of several lines has its line ends escaped there.
  texts.add(pyRepr(value).slice(1, -1));
  texts.add(dumps(value).slice(1, -1));
}
