/** How a template declares a parameter (contract: templates §4). Every fault is an InvalidSchemaError, at validate too. */
import { pyStr, pyTruthy } from '../values/python.ts';
import { isList, type Value, type ValueList, type ValueMap } from '../values/value.ts';
import type { Constraint } from './constraints.ts';
import type { ParameterRules, ParameterType } from './dialects/parameter-rules.ts';
import { checked, constraintKeysOf, constraintList, invalid } from './parameter-constraints.ts';

export interface ParameterSchema {
  readonly name: string;
  readonly type: ParameterType;
  /** The type as the template's dialect calls it, for messages. */
  readonly typeName: string;
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

/** Reads the section of parameters. */
export function parseParameters(section: ValueMap, rules: ParameterRules): ReadonlyMap<string, ParameterSchema> {
  const schemas = new Map<string, ParameterSchema>();
  for (const [name, body] of section) schemas.set(name, parseSchema(name, body, rules));
  return schemas;
}

function parseSchema(name: string, body: Value, rules: ParameterRules): ParameterSchema {
  const schema = checked(body, rules.keys, `parameter (${name})`);
  const type = schema.get(rules.type);
  if (type === undefined) throw invalid(`Missing parameter type for parameter: ${name}`);
  const tags = rules.keys.has('tags') ? schema.get('tags') : undefined;
  if (tags !== undefined && !isList(tags)) throw invalid(`Tags property should be a list for parameter: ${name}`);
  const ofList = rules.constraints === 'list';
  const constraints = ofList
    ? constraintList(name, schema.get('constraints') ?? null, rules)
    : constraintKeysOf(schema);
  const known = typeof type === 'string' ? rules.types.get(type) : undefined;
  if (known === undefined) throw invalid(`Invalid type (${pyStr(type)})`);
  const label = schema.get(rules.label) ?? null;
  return {
    name,
    type: known,
    typeName: pyStr(type),
    default: schema.get(rules.default) ?? undefined,
    description: orElse(schema.get(rules.description), ''),
    label: pyTruthy(label) ? label : name,
    hidden: ofList ? pyTruthy(schema.get('hidden') ?? null) : isSaid(schema.get('NoEcho') ?? null),
    immutable: ofList && pyTruthy(schema.get('immutable') ?? null),
    tags: tags ?? [],
    constraints,
  };
}

/** `true`, also as a text. */
function isSaid(noEcho: Value): boolean {
  return pyStr(noEcho).toLowerCase() === 'true';
}

function orElse(value: Value | undefined, otherwise: Value): Value {
  return value !== undefined && pyTruthy(value) ? value : otherwise;
}
