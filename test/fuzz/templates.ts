/** Templates of every dialect and version, and environments for them, as values: right ones mostly. */
import { hotVersions } from '../../engine/template/dialects/hot.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { mapOf, type Value, type ValueMap } from '../../engine/values/value.ts';
import { call, conditionCall, type Names, value } from './calls.ts';
import type { Dice } from './dice.ts';
import { garbage, pattern, scalar, text } from './scalars.ts';

type Entry = readonly [string, Value];

const versions = [...hotVersions.keys()];
const registry = createRegistry();
const types = registry.names();
/** Some often, since most can be seen in them. */
const plain = ['OS::Heat::Value', 'OS::Heat::None', 'OS::Heat::RandomString', 'OS::Heat::TestResource'];
const nesting = ['nested.yaml', 'My::T', 'http://h/x.yaml', 'deep.template', 'self.yaml'];

/** Its name in either dialect. */
const keys = {
  hot: {
    type: 'type',
    properties: 'properties',
    metadata: 'metadata',
    depends: 'depends_on',
    deletion: 'deletion_policy',
    update: 'update_policy',
    description: 'description',
    condition: 'condition',
    value: 'value',
  },
  cfn: {
    type: 'Type',
    properties: 'Properties',
    metadata: 'Metadata',
    depends: 'DependsOn',
    deletion: 'DeletionPolicy',
    update: 'UpdatePolicy',
    description: 'Description',
    condition: 'Condition',
    value: 'Value',
  },
} as const;

export const fileNames = ['nested.yaml', 'deep.template', 'self.yaml', 'script.sh', 'env.yaml', 'more.yaml'];

const maybe = (dice: Dice, p: number, ...entry: [string, () => Value]): readonly Entry[] =>
  dice.chance(p) ? [[entry[0], entry[1]()]] : [];

export interface Written {
  readonly value: ValueMap;
  readonly names: Names;
}

/** A template, and the names in it. */
export function template(dice: Dice, size = 4): Written {
  const kind = dice.chance(0.8) ? 'hot' : 'cfn';
  const letters = (prefix: string, n: number): string[] => dice.times(n, i => `${prefix}${i}`);
  const names: Names = {
    kind,
    parameters: [...letters('p', dice.few(size)), ...(dice.chance(0.1) ? ['OS::stack_name', 'AWS::Region'] : [])],
    resources: letters('r', dice.few(size + 2)),
    conditions: dice.chance(0.4) ? letters('c', dice.few(3)) : [],
    mappings: kind === 'cfn' ? letters('m', dice.few(2)) : [],
    files: fileNames,
  };
  return { value: kind === 'hot' ? hot(dice, names) : cfn(dice, names), names };
}

function hot(dice: Dice, names: Names): ValueMap {
  const own = names.parameters.filter(each => !each.includes('::'));
  return mapOf([
    ['heat_template_version', dice.chance(0.6) ? (versions.at(-1) ?? '') : dice.pick(versions)],
    ...maybe(dice, 0.2, 'description', () => scalar(dice)),
    ...section('parameters', own, () => parameter(dice)),
    ...maybe(dice, 0.1, 'parameter_groups', () => [
      mapOf([
        ['label', text(dice)],
        ['parameters', own.slice(0, dice.few(3))],
      ]),
    ]),
    ...section('conditions', names.conditions, () => conditionCall(dice, names, 0)),
    ...section('resources', names.resources, (_, i) => resource(dice, upTo(dice, names, i))),
    ...section('outputs', ['o0', 'o1', 'o2'].slice(0, dice.few(3)), () => output(dice, names)),
  ]);
}

function cfn(dice: Dice, names: Names): ValueMap {
  const own = names.parameters.filter(each => !each.includes('::'));
  const version: Entry = dice.chance(0.8)
    ? ['AWSTemplateFormatVersion', '2010-09-09']
    : ['HeatTemplateFormatVersion', '2012-12-12'];
  return mapOf([
    version,
    ...maybe(dice, 0.2, 'Description', () => scalar(dice)),
    ...section('Parameters', own, () => cfnParameter(dice)),
    ...section('Mappings', names.mappings, () =>
      mapOf([
        ['a', mapOf([['k', scalar(dice)]])],
        ['b', mapOf([['l', garbage(dice)]])],
      ]),
    ),
    ...section('Conditions', names.conditions, () => conditionCall(dice, names, 0)),
    ...section('Resources', names.resources, (_, i) => resource(dice, upTo(dice, names, i))),
    ...section('Outputs', ['o0', 'o1'].slice(0, dice.few(2)), () => output(dice, names)),
  ]);
}

function section(name: string, of: readonly string[], make: (name: string, i: number) => Value): readonly Entry[] {
  return of.length === 0 ? [] : [[name, mapOf(of.map((each, i) => [each, make(each, i)] as const))]];
}

/** A resource mostly names those before it: else most templates would end with a circle. */
function upTo(dice: Dice, names: Names, i: number): Names {
  return dice.chance(0.95) ? { ...names, resources: names.resources.slice(0, i) } : names;
}

const parameterTypes = ['string', 'number', 'comma_delimited_list', 'json', 'boolean'];

/** Values that a parameter of the type takes. */
const fitting: ReadonlyMap<string, readonly Value[]> = new Map<string, readonly Value[]>([
  ['string', ['', 'abc', 'a-1', 5n]],
  ['number', [0n, 7n, '12', -3n]],
  ['comma_delimited_list', ['a,b,c', [], ['a', 1n], '']],
  ['json', [mapOf([['a', 1n]]), [1n, 2n], '{"a": {"b": 1}}']],
  ['boolean', [true, 'off', 'F', 1n]],
]);

function parameter(dice: Dice): Value {
  const type = dice.chance(0.01) ? text(dice) : dice.pick(parameterTypes);
  return mapOf([
    ['type', type],
    ...maybe(dice, 0.9, 'default', () => (dice.chance(0.95) ? dice.pick(fitting.get(type) ?? ['']) : garbage(dice))),
    ...maybe(dice, 0.1, 'description', () => text(dice)),
    ...maybe(dice, 0.1, 'hidden', () => dice.chance(0.7)),
    ...maybe(dice, 0.05, 'immutable', () => dice.chance(0.7)),
    ...maybe(dice, 0.05, 'tags', () => [text(dice)]),
    ...maybe(dice, 0.25, 'constraints', () => dice.times(dice.between(1, 2), () => constraint(dice))),
  ]);
}

const customs = [
  'ip_addr',
  'net_cidr',
  'cron_expression',
  'mac_addr',
  'timezone',
  'glance.image',
  'expiration',
  'nope',
];

function constraint(dice: Dice): Value {
  const end = (): Value => (dice.chance(0.1) ? scalar(dice) : BigInt(dice.between(0, 9)));
  const ends = (from: string, to: string): Value =>
    mapOf([
      [from, end()],
      [to, end()],
    ]);
  const made = dice.pick<() => Entry>([
    () => ['length', ends('min', 'max')],
    () => ['range', ends('min', 'max')],
    () => ['modulo', ends('step', 'offset')],
    () => ['allowed_values', dice.times(dice.few(3), () => scalar(dice))],
    () => ['allowed_pattern', pattern(dice)],
    () => ['custom_constraint', dice.pick(customs)],
  ])();
  return mapOf([made, ...maybe(dice, 0.2, 'description', () => text(dice))]);
}

function cfnParameter(dice: Dice): Value {
  return mapOf([
    ['Type', dice.pick(['String', 'Number', 'CommaDelimitedList', 'Json', 'Boolean', 'AWS::EC2::KeyPair::KeyName'])],
    ...maybe(dice, 0.9, 'Default', () => scalar(dice)),
    ...maybe(dice, 0.1, 'NoEcho', () => dice.pick<Value>(['true', true, 'x'])),
    ...maybe(dice, 0.1, 'MinLength', () => scalar(dice)),
    ...maybe(dice, 0.1, 'MaxValue', () => scalar(dice)),
    ...maybe(dice, 0.1, 'AllowedPattern', () => pattern(dice)),
    ...maybe(dice, 0.1, 'AllowedValues', () => dice.times(2, () => scalar(dice))),
    ...maybe(dice, 0.1, 'ConstraintDescription', () => text(dice)),
  ]);
}

function resource(dice: Dice, names: Names): Value {
  const key = keys[names.kind];
  const x = dice.next();
  const type = dice.pick(x < 0.45 ? plain : x < 0.6 ? nesting : types);
  return mapOf([
    [key.type, type],
    ...maybe(dice, 0.85, key.properties, () => properties(dice, names, type)),
    ...maybe(dice, 0.1, key.metadata, () => mapOf([['m', value(dice, names, 1)]])),
    ...maybe(dice, 0.15, key.depends, () =>
      dice.chance(0.5) ? (dice.some(names.resources) ?? '') : [...names.resources],
    ),
    ...maybe(dice, 0.05, key.deletion, () => dice.pick(['Delete', 'Retain', 'retain', 'Snapshot', 'x'])),
    ...maybe(dice, 0.05, key.update, () => mapOf([['rolling_update', mapOf([['max_batch_size', scalar(dice)]])]])),
    ...maybe(dice, 0.1, key.condition, () => dice.some(names.conditions) ?? dice.chance(0.5)),
    ...maybe(dice, 0.02, 'external_id', () => value(dice, names, 1)),
    ...maybe(dice, 0.05, key.description, () => text(dice)),
  ]);
}

/** Of the type's own properties, each with a value of its kind or any at all. */
function properties(dice: Dice, names: Names, type: string): Value {
  const known = registry.get(type)?.properties ?? {};
  const chosen: Entry[] = [];
  for (const [name, { type: of, isRequired, children, element }] of Object.entries(known)) {
    if (!isRequired && !dice.chance(0.25)) continue;
    if (name === 'resource_def') {
      chosen.push([name, dice.chance(0.9) ? definition(dice, names) : garbage(dice)]);
    } else if (of === 'map' && children !== undefined && dice.chance(0.7)) {
      chosen.push([
        name,
        mapOf(
          Object.keys(children)
            .slice(0, dice.few(3))
            .map(each => [each, value(dice, names, 2)] as const),
        ),
      ]);
    } else if (of === 'list' && element !== undefined && dice.chance(0.7)) {
      const keysOf = Object.keys(element.children ?? {});
      const item = (): Value =>
        keysOf.length === 0 ? value(dice, names, 2) : mapOf([[dice.pick(keysOf), value(dice, names, 2)]]);
      chosen.push([name, dice.times(dice.few(2), item)]);
    } else chosen.push([name, kindOf(dice, names, of)]);
  }
  if (nesting.includes(type))
    for (const name of ['p0', 'p1'].slice(0, dice.few(2))) chosen.push([name, value(dice, names, 1)]);
  if (dice.chance(0.03)) chosen.push([text(dice), scalar(dice)]);
  return mapOf(chosen);
}

function kindOf(dice: Dice, names: Names, of: string): Value {
  if (dice.chance(0.3)) return call(dice, names, 0);
  if (dice.chance(0.1)) return garbage(dice);
  switch (of) {
    case 'integer':
    case 'number':
      return BigInt(dice.between(0, 5));
    case 'boolean':
      return dice.chance(0.5);
    case 'list':
      return dice.times(dice.few(2), () => text(dice));
    case 'map':
      return mapOf([[text(dice), scalar(dice)]]);
    default:
      return text(dice);
  }
}

function definition(dice: Dice, names: Names): Value {
  const type = dice.pick([...plain, ...nesting, 'OS::Heat::ResourceGroup']);
  return mapOf([
    ['type', type],
    [
      'properties',
      type === 'OS::Heat::Value' ? mapOf([['value', dice.pick(['%index%', 'x'])]]) : properties(dice, names, type),
    ],
  ]);
}

function output(dice: Dice, names: Names): Value {
  const key = keys[names.kind];
  return mapOf([
    [key.value, value(dice, names, 0)],
    ...maybe(dice, 0.2, key.description, () => text(dice)),
    ...maybe(dice, 0.1, key.condition, () => dice.some(names.conditions) ?? true),
  ]);
}

const targets = [
  ...plain,
  'nested.yaml',
  'deep.template',
  'self.yaml',
  'http://h/x.yaml',
  'My::U',
  'My::T',
  'OS::Heat::*',
  'No::Such',
];
const patterns = ['*', 'r*', 'r0', 'r[0-9]', '[!r]*', '*a*a*a*a*a*b', '?0', 'r'];

/** An environment for a template with these parameters. */
export function environment(dice: Dice, { parameters }: Pick<Names, 'parameters'>, isFile = false): ValueMap {
  const given = (): Value =>
    mapOf(parameters.filter(() => dice.chance(0.2)).map(each => [each, scalar(dice)] as const));
  return mapOf([
    ...maybe(dice, 0.5, 'parameters', given),
    ...maybe(dice, 0.3, 'parameter_defaults', given),
    ...maybe(dice, 0.6, 'resource_registry', () => registryOf(dice)),
    ...maybe(dice, 0.05, 'encrypted_param_names', () => [...parameters]),
    ...maybe(dice, 0.05, 'event_sinks', () => [
      mapOf([
        ['type', 'zaqar-queue'],
        ['target', text(dice)],
      ]),
    ]),
    ...maybe(dice, isFile ? 0.5 : 0.05, 'parameter_merge_strategies', () =>
      mapOf(
        ['default', ...parameters].map(each => [each, dice.pick(['merge', 'overwrite', 'deep_merge', 'x'])] as const),
      ),
    ),
    ...maybe(dice, 0.02, text(dice), () => garbage(dice)),
  ]);
}

function registryOf(dice: Dice): Value {
  const name = (): string =>
    dice.pick(['My::T', 'My::U', 'My::*', 'OS::*', 'OS::Heat::*', 'OS::Heat::Value', 'nested.yaml']);
  const target = (): Value => (dice.chance(0.1) ? null : dice.pick(targets));
  const stop = (): Value =>
    mapOf([
      ...maybe(dice, 0.5, 'hooks', () =>
        dice.chance(0.9) ? dice.pick<Value>(['pre-create', ['pre-update', 'post-delete']]) : scalar(dice),
      ),
      ...maybe(dice, 0.3, 'restricted_actions', () => dice.pick<Value>(['update', ['replace', 'update'], 'delete'])),
      ...maybe(dice, 0.3, name(), target),
      ...maybe(dice, 0.2, 'r0', () => mapOf([['hooks', 'pre-delete']])),
    ]);
  return mapOf([
    ...dice.times(dice.few(3), () => [name(), target()] as const),
    ...maybe(dice, 0.4, 'resources', () =>
      dice.chance(0.95) ? mapOf(dice.times(dice.few(3), () => [dice.pick(patterns), stop()] as const)) : garbage(dice),
    ),
    ...maybe(dice, 0.05, 'base_url', () => 'http://h/'),
  ]);
}
