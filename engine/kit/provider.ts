/**
 * Templates as resource types (contract: templates §7): a template's parameters are the type's properties, its outputs
 * the type's attributes, its thing is a stack.
 *
 * Such a type is made of the stack's own files, so no registry has it. Its *name* says all that a resource must know
 * of it: `template:` and JSON of the file, the parameters, the outputs. A resource's row, which holds the name, is
 * therefore enough after a restart, and two nodes never disagree on what a name means. Another name of this kind is
 * the same family: a changed template is a change in place.
 */
import { invariant } from '../kernel/invariant.ts';
import { errors } from '../kernel/errors.ts';
import { dialectNamed } from '../template/dialects/all.ts';
import type { ParameterType } from '../template/dialects/parameter-rules.ts';
import { type Expr, type ExprMap, isKnown } from '../template/expr.ts';
import { select } from '../template/functions/get-attr.ts';
import { convertValue, ParameterFailure } from '../template/parameter-values.ts';
import { type ParameterSchema, parseParameters } from '../template/parameter-schema.ts';
import { dumps } from '../template/python-json.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { pyStr } from '../values/python.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { defaultNameLength, showAttribute } from './declare.ts';
import { nestedAttribute } from './nested.ts';
import type { ChildDefinition, ChildView, Live, NestedLife, ResourceType } from './resource.ts';
import { type AttributeSchema, attribute, type PropertySchema, type PropertySchemas, supported } from './schema.ts';

/** What a provider's name says. */
export interface Provider {
  /** The template's name among the files. */
  readonly file: string;
  /** The registry's entry that led to it. */
  readonly entry: readonly string[];
  /** The template's version, whose rules its parameters follow. */
  readonly version: string;
  /** The template's section of parameters. */
  readonly parameters: ValueMap;
  /** Names of its outputs. */
  readonly outputs: readonly string[];
  /** Parameters for which the environment has a default: it is not in the name, since it may be a secret. */
  readonly defaulted: readonly string[];
}

const prefix = 'template:';
const stackIdOutput = 'OS::stack_id';

export function isProviderName(name: string): boolean {
  return name.startsWith(prefix);
}

/** Types of one family change into one another in place. */
export function familyOf(typeName: string): string {
  return isProviderName(typeName) ? prefix : typeName;
}

/** The name of a template as a type. Texts that only people read are left out. */
export function providerName(provider: Provider): string {
  const { description, label } = dialectNamed(provider.version).parameterRules;
  const parameters = mapOf(
    [...provider.parameters].map(([name, body]): [string, Value] => [
      name,
      isMap(body) ? mapOf([...body].filter(([key]) => key !== description && key !== label)) : body,
    ]),
  );
  return (
    prefix +
    writeJson([provider.file, provider.entry, provider.version, parameters, provider.outputs, provider.defaulted])
  );
}

/** Back from providerName. */
export function providerOf(name: string): Provider {
  const parts = parseJson(name.slice(prefix.length));
  invariant(isList(parts), "a provider's name is a list");
  const [file, entry, version, parameters, outputs, defaulted] = parts;
  const texts = (value: Value | undefined) => (isList(value ?? null) ? (value as readonly Value[]).map(String) : []);
  return {
    file: String(file),
    entry: texts(entry),
    version: String(version),
    parameters: isMap(parameters ?? null) ? (parameters as ValueMap) : emptyMap,
    outputs: texts(outputs),
    defaulted: texts(defaulted),
  };
}

/** The type of such a name. */
export function providerType(name: string): ResourceType {
  const provider = providerOf(name);
  const { parameterRules } = dialectNamed(provider.version);
  const parameters = parseParameters(provider.parameters, parameterRules);
  const properties = schemasOf(parameters, new Set(provider.defaulted), false);
  const checked = schemasOf(parameters, new Set(provider.defaulted), true);
  const attributes: Record<string, AttributeSchema> = {};
  for (const output of provider.outputs) attributes[output] = attribute(undefined);
  return Object.freeze({
    name,
    className: 'TemplateResource',
    family: prefix,
    support: supported,
    properties,
    attributes: Object.freeze({ ...attributes, show: showAttribute }),
    anyAttributes: true,
    anyProperties: false,
    secret: false,
    maxNameLength: defaultNameLength,
    life: lifeOf(provider, parameters),
    translate: (given: ExprMap) => translated(given, parameters),
    checkedAs: (given: ExprMap) => checkedAs(given, properties, checked),
    referenceId: (live: Live) => live.data.get('@ref') ?? live.physicalId,
    attribute: nestedAttribute,
  });
}

function lifeOf(provider: Provider, parameters: ReadonlyMap<string, ParameterSchema>): NestedLife {
  const definition = (given: ValueMap): ChildDefinition => ({
    template: { kind: 'file', name: provider.file },
    parameters: given,
    entry: provider.entry,
    pauseMs: 0,
  });
  return {
    kind: 'nested',
    plan: properties => ({ definitions: [definition(childParameters(properties, parameters))], kept: emptyMap }),
    looks: () => false,
    sketch: properties => ({
      definition: definition(childParameters(knownOf(properties), parameters)),
      copies: 1,
      label: provider.file,
    }),
    attribute: attributeOf,
    reference: child => child.output(stackIdOutput),
  };
}

function knownOf(properties: ExprMap): ValueMap {
  return mapOf([...properties].filter((entry): entry is [string, Value] => isKnown(entry[1])));
}

/** `resource.<name>[.<attribute>]` reaches inside; anything else is an output. Throws InvalidTemplateAttribute, NotFound. */
async function attributeOf(child: ChildView, name: string, path: readonly Value[]): Promise<Value | undefined> {
  if (name.startsWith('resource.')) return memberAttribute(child, name, path);
  const output = await child.output(name);
  if (output !== undefined) return select(output, path);
  if (name === 'show') return undefined;
  throw errors.InvalidTemplateAttribute({ resource: child.owner, key: name });
}

/** What `resource.<member>[.<attribute>]` reads. Throws NotFound for a member that is none. */
export async function memberAttribute(child: ChildView, name: string, path: readonly Value[]): Promise<Value> {
  const [, member = '', ...rest] = name.split('.');
  const attributePath: readonly Value[] = rest.length === 0 ? path : [rest.join('.'), ...path];
  if (!(await child.members()).includes(member)) {
    throw errors.NotFound({ message: `Member '${member}' not found in group resource '${child.owner}'.` });
  }
  const [first, ...further] = attributePath;
  return first === undefined ? child.reference(member) : child.attribute(member, pyStr(first), further);
}

const types: Readonly<Record<ParameterType, PropertySchema['type']>> = {
  string: 'string',
  number: 'number',
  comma_delimited_list: 'list',
  json: 'map',
  boolean: 'boolean',
};

/** A json parameter also takes a list or a text: as a value it may be anything, and it is checked as a map. */
function schemasOf(
  parameters: ReadonlyMap<string, ParameterSchema>,
  defaulted: ReadonlySet<string>,
  asChecked: boolean,
): PropertySchemas {
  const schemas: [string, PropertySchema][] = [];
  for (const schema of parameters.values()) {
    const { name, type } = schema;
    const fallback = defaulted.has(name) ? undefined : defaultOf(schema);
    schemas.push([
      name,
      {
        type: type === 'json' && !asChecked ? 'any' : types[type],
        description: undefined,
        defaultValue: fallback,
        isRequired: fallback === undefined && !defaulted.has(name),
        constraintList: type === 'json' && !asChecked ? [] : schema.constraints,
        updateAllowed: true,
        setByUsers: false,
        immutable: false,
        implemented: true,
        support: supported,
        finder: undefined,
        element: undefined,
        children: undefined,
      },
    ]);
  }
  return Object.freeze(Object.fromEntries(schemas));
}

/** A default that does not fit its own type is told by the child, when it is checked. */
function defaultOf(schema: ParameterSchema): Value | undefined {
  if (schema.default === undefined) return undefined;
  try {
    return convertValue(schema, schema.default);
  } catch (error) {
    if (error instanceof ParameterFailure) return schema.default;
    throw error;
  }
}

/** What a null stands for, whatever the parameter's own default is. */
const empty: Readonly<Record<ParameterType, Value>> = {
  string: '',
  number: 0n,
  comma_delimited_list: [],
  json: emptyMap,
  boolean: false,
};

/** Texts for lists, and what null stands for. */
function translated(given: ExprMap, parameters: ReadonlyMap<string, ParameterSchema>): ExprMap {
  const result = new Map<string, Expr>();
  for (const [name, value] of given) {
    const { type } = parameters.get(name) ?? {};
    if (value === null && type !== undefined) {
      result.set(name, empty[type]);
      continue;
    }
    if (type === 'comma_delimited_list' && typeof value === 'string') result.set(name, delimited(value));
    else result.set(name, value);
  }
  return result;
}

function delimited(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

function checkedAs(given: ExprMap, properties: PropertySchemas, checked: PropertySchemas): PropertySchemas {
  const chosen = { ...checked };
  for (const [name, schema] of Object.entries(checked)) {
    const value = given.get(name) ?? null;
    const loose = properties[name];
    if (schema.type === 'map' && loose !== undefined && (typeof value === 'string' || Array.isArray(value))) {
      chosen[name] = loose;
    }
  }
  return chosen;
}

/** Properties as the child's parameters (contract: templates §7). */
export function childParameters(properties: ValueMap, parameters: ReadonlyMap<string, ParameterSchema>): ValueMap {
  const given = new Map<string, Value>();
  for (const [name, value] of properties) {
    if (value === null || !parameters.has(name)) continue;
    given.set(name, parameters.get(name)?.type === 'json' ? jsonParameter(value) : listParameter(value));
  }
  return given;
}

function jsonParameter(value: Value): Value {
  return isList(value) ? dumps(value, false) : value;
}

function listParameter(value: Value): Value {
  if (!isList(value)) return value;
  const [first] = value;
  if (first === undefined || !isMap(first)) return value.map(item => (item === null ? '' : pyStr(item))).join(',');
  return value
    .flatMap((item, i) => (isMap(item) ? [...item].map(([key, each]) => `.member.${i}.${key}=${pyStr(each)}`) : []))
    .join(',');
}

/**
 * Whether a template can stand for a type that there is (contract: templates §7, facade).
 * Throws StackValidationFailed.
 */
export function checkFacade(facade: ResourceType, facadeName: string, provider: ResourceType): void {
  const fail = (message: string) => errors.StackValidationFailed({ message });
  const typeText = ({ type }: PropertySchema) => `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  const own = (name: string): PropertySchema | undefined =>
    Object.hasOwn(provider.properties, name) ? provider.properties[name] : undefined;
  const shape = (schema: PropertySchema): string => (schema.type === 'any' ? 'Map' : typeText(schema));
  const parameterShape = (schema: PropertySchema): string =>
    schema.type === 'integer' ? 'Number' : schema.type === 'any' ? 'Map' : typeText(schema);
  for (const [name, schema] of Object.entries(facade.properties)) {
    const given = own(name);
    if (given === undefined) {
      if (schema.isRequired) throw fail(`Required property ${name} for facade ${facadeName} missing in provider`);
    } else if (parameterShape(schema) !== shape(given)) {
      throw fail(
        `Property ${name} type mismatch between facade ${facadeName} (${typeText(schema)}) and provider (${shape(given)})`,
      );
    }
  }
  for (const [name, schema] of Object.entries(provider.properties)) {
    if (schema.isRequired && !Object.hasOwn(facade.properties, name)) {
      throw fail(`Provider requires property ${name} unknown in facade ${facadeName}`);
    }
  }
  for (const name of Object.keys(facade.attributes)) {
    if (!Object.hasOwn(provider.attributes, name)) {
      throw fail(`Attribute ${name} for facade ${facadeName} missing in provider`);
    }
  }
}
