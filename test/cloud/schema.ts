/**
 * The part of JSON schema that the services' own schemas use, with the messages that their clients see.
 *
 * Nova and Cinder check every body so before they look at anything else, and answer 400 with the first thing wrong:
 * properties in the schema's order, then what is missing, then what should not be there.
 */
import { repr } from './python.ts';
import { isFields } from './service.ts';

export type Kind = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';

export interface Schema {
  readonly type?: Kind | readonly Kind[];
  readonly properties?: Readonly<Record<string, Schema>>;
  /** For properties whose name fits; an object whose other properties are not allowed. */
  readonly names?: { readonly pattern: RegExp; readonly of: Schema };
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly maxProperties?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly pattern?: RegExp;
  readonly enum?: readonly unknown[];
  readonly format?: 'uuid';
  /** One of several forms in the real schema: then nobody says what is wrong with the nearest. */
  readonly alternatives?: true;
}

export interface Wrong {
  /** From the outermost property in. */
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly message: string;
}

export const uuidPattern = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/** The first thing wrong with a value, or undefined. */
export function check(schema: Schema, value: unknown, path: readonly (string | number)[] = []): Wrong | undefined {
  const wrong = checkForm(schema, value, path);
  if (wrong === undefined || schema.alternatives === undefined) return wrong;
  return { path, value, message: `${repr(value)} is not valid under any of the given schemas` };
}

function checkForm(schema: Schema, value: unknown, path: readonly (string | number)[]): Wrong | undefined {
  const wrong = (message: string): Wrong => ({ path, value, message });
  const { type } = schema;
  const types = type === undefined ? [] : typeof type === 'string' ? [type] : type;
  if (types.length > 0 && !types.some(kind => isOf(kind, value))) {
    return wrong(`${repr(value)} is not of type ${types.map(repr).join(', ')}`);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return wrong(`${repr(value)} is not one of ${repr([...schema.enum])}`);
  }
  if (typeof value === 'string') return textWrong(schema, value, wrong);
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    return wrong(`${value} is less than the minimum of ${schema.minimum}`);
  }
  if (Array.isArray(value)) return listWrong(schema, value, path, wrong);
  return isFields(value) ? objectWrong(schema, value, path, wrong) : undefined;
}

/** "Invalid input for field/attribute size. Value: x. 'x' is not of type 'integer'": as Nova and Cinder say it. */
export function explained({ path, value, message }: Wrong): string {
  const last = path.at(-1);
  return last === undefined ? message : `Invalid input for field/attribute ${last}. Value: ${shown(value)}. ${message}`;
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : repr(value));

function isOf(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'object':
      return isFields(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === kind;
  }
}

function textWrong(schema: Schema, value: string, wrong: (message: string) => Wrong): Wrong | undefined {
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  if (minLength !== undefined && length < minLength) return wrong(`${repr(value)} is too short`);
  if (maxLength !== undefined && length > maxLength) return wrong(`${repr(value)} is too long`);
  if (pattern !== undefined && !pattern.test(value)) {
    return wrong(`${repr(value)} does not match ${repr(pattern.source)}`);
  }
  if (format === 'uuid' && !uuidPattern.test(value)) return wrong(`${repr(value)} is not a 'uuid'`);
  return undefined;
}

function listWrong(
  schema: Schema,
  value: readonly unknown[],
  path: readonly (string | number)[],
  wrong: (message: string) => Wrong,
): Wrong | undefined {
  for (const [i, item] of value.entries()) {
    const found = schema.items && check(schema.items, item, [...path, i]);
    if (found !== undefined) return found;
  }
  if (schema.minItems !== undefined && value.length < schema.minItems) return wrong(`${repr(value)} is too short`);
  if (schema.maxItems !== undefined && value.length > schema.maxItems) return wrong(`${repr(value)} is too long`);
  return undefined;
}

function objectWrong(
  schema: Schema,
  value: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
  wrong: (message: string) => Wrong,
): Wrong | undefined {
  const { properties = {}, names, required = [] } = schema;
  for (const [name, of] of Object.entries(properties)) {
    const found = Object.hasOwn(value, name) ? check(of, value[name], [...path, name]) : undefined;
    if (found !== undefined) return found;
  }
  for (const [name, item] of names === undefined ? [] : Object.entries(value)) {
    const found = names?.pattern.test(name) ? check(names.of, item, [...path, name]) : undefined;
    if (found !== undefined) return found;
  }
  const missing = required.find(name => !Object.hasOwn(value, name));
  if (missing !== undefined) return wrong(`${repr(missing)} is a required property`);
  if (schema.maxProperties !== undefined && Object.keys(value).length > schema.maxProperties) {
    return wrong(`${repr(value)} has too many properties`);
  }
  if (schema.additionalProperties !== false) return undefined;
  const others = Object.keys(value).filter(name => !Object.hasOwn(properties, name));
  return strangers(others, names?.pattern, wrong);
}

function strangers(
  others: readonly string[],
  pattern: RegExp | undefined,
  wrong: (message: string) => Wrong,
): Wrong | undefined {
  const unexpected = others.filter(name => pattern === undefined || !pattern.test(name));
  if (unexpected.length === 0) return undefined;
  const list = unexpected.map(repr).join(', ');
  if (pattern !== undefined) {
    const verb = unexpected.length === 1 ? 'does' : 'do';
    return wrong(
      `${[...unexpected].sort().map(repr).join(', ')} ${verb} not match any of the regexes: ${repr(pattern.source)}`,
    );
  }
  return wrong(
    `Additional properties are not allowed (${list} ${unexpected.length === 1 ? 'was' : 'were'} unexpected)`,
  );
}
