/**
 * A first template for a type: every property a parameter, every attribute an output (contract: rest-api §6).
 *
 * The constraints of a parameter are those of its property. Heat writes a custom constraint as an empty one, which no
 * template may have; here it keeps its name, so that the template can be used. `any` is a parameter of type json.
 */
import { cfnConstraint, type Entry } from '../template/constraint-view.ts';
import { mapOf, type Value, type ValueMap } from '../values/value.ts';
import type { ResourceType } from './resource.ts';
import type { PropertySchema, PropertyType } from './schema.ts';
import { constraintAsValue } from './schema-view.ts';

/** The whole template; its one resource is called after Heat's class. */
export function templateOfType(type: ResourceType, language: 'hot' | 'cfn'): ValueMap {
  const words = language === 'hot' ? hot : cfn;
  const properties = Object.entries(type.properties).filter(
    ([, schema]) => schema.implemented && schema.support.status !== 'HIDDEN',
  );
  const attributes = Object.entries(type.attributes).filter(([, schema]) => schema.support.status !== 'HIDDEN');
  const name = type.className;
  const outputs = attributes.map(
    ([attribute, { description }]): Entry => [
      attribute,
      mapOf([[words.value, words.attribute(name, attribute)], ...described(words, description)]),
    ],
  );
  const resource = mapOf([
    [words.type, type.name],
    [words.properties, mapOf(properties.map(([key, schema]): Entry => [key, words.property(key, schema)]))],
  ]);
  return mapOf([
    words.version,
    [words.description, `Initial template of ${name}`],
    [words.parameters, mapOf(properties.map(([key, schema]): Entry => [key, parameter(words, schema)]))],
    [words.resources, mapOf([[name, resource]])],
    [words.outputs, mapOf([...outputs, ['OS::stack_id', mapOf([[words.value, words.reference(name)]])]])],
  ]);
}

function described(words: Words, description: string | undefined): readonly Entry[] {
  return description === undefined ? [] : [[words.description, description]];
}

function parameter(words: Words, schema: PropertySchema): ValueMap {
  return mapOf([
    [words.type, words.types[schema.type]],
    ...described(words, schema.description),
    ...(schema.defaultValue === undefined ? [] : [[words.default, schema.defaultValue] as const]),
    ...words.constraints(schema),
  ]);
}

interface Words {
  readonly version: Entry;
  readonly description: string;
  readonly parameters: string;
  readonly resources: string;
  readonly outputs: string;
  readonly type: string;
  readonly properties: string;
  readonly value: string;
  readonly default: string;
  readonly types: Readonly<Record<PropertyType, string>>;
  constraints(schema: PropertySchema): readonly Entry[];
  property(name: string, schema: PropertySchema): Value;
  attribute(resource: string, name: string): Value;
  reference(resource: string): Value;
}

const call = (name: string, args: Value): ValueMap => mapOf([[name, args]]);

const hot: Words = {
  version: ['heat_template_version', '2016-10-14'],
  description: 'description',
  parameters: 'parameters',
  resources: 'resources',
  outputs: 'outputs',
  type: 'type',
  properties: 'properties',
  value: 'value',
  default: 'default',
  types: {
    any: 'json',
    boolean: 'boolean',
    integer: 'number',
    list: 'comma_delimited_list',
    map: 'json',
    number: 'number',
    string: 'string',
  },
  constraints({ constraintList: list }) {
    return list.length === 0 ? [] : [['constraints', list.map(constraintAsValue)]];
  },
  property: name => call('get_param', name),
  attribute: (resource, name) => call('get_attr', [resource, name]),
  reference: resource => call('get_resource', resource),
};

const cfn: Words = {
  version: ['HeatTemplateFormatVersion', '2012-12-12'],
  description: 'Description',
  parameters: 'Parameters',
  resources: 'Resources',
  outputs: 'Outputs',
  type: 'Type',
  properties: 'Properties',
  value: 'Value',
  default: 'Default',
  types: {
    any: 'Json',
    boolean: 'Boolean',
    integer: 'Number',
    list: 'CommaDelimitedList',
    map: 'Json',
    number: 'Number',
    string: 'String',
  },
  constraints({ type, constraintList }) {
    // CloudFormation's parameters have no words for steps and lookups.
    const said = constraintList.filter(({ kind }) => kind !== 'modulo' && kind !== 'custom_constraint');
    const entries = said.flatMap(cfnConstraint);
    return type === 'boolean' ? [...entries, ['AllowedValues', ['True', 'true', 'False', 'false']]] : entries;
  },
  property: (name, { type }) => (type === 'list' ? call('Fn::Split', [',', call('Ref', name)]) : call('Ref', name)),
  attribute: (resource, name) => call('Fn::GetAtt', [resource, name]),
  reference: resource => call('Ref', resource),
};
