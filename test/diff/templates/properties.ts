/** Resources' properties: conversions of each type, faults and their places (contract: templates §5). */
import type { Json } from '../scenario.ts';
import { type Case, newest, one, type Parts, template } from './case.ts';

const row = 'templates §5';

const typed = (type: string, properties: Json, rest: Parts = {}): Parts =>
  template(newest, { resources: { r: { type, properties } }, ...rest });
const cfnTyped = (type: string, properties: Json): Parts =>
  template('aws', { resources: { r: { Type: type, Properties: properties } } });

/** A type's property of each kind that a template may set at will. */
const kinds: Readonly<Record<string, readonly [type: string, around: (of: Json) => Json]>> = {
  string: ['OS::Heat::RandomString', of => ({ salt: of })],
  integer: ['OS::Heat::RandomString', of => ({ length: of })],
  number: ['OS::Heat::TestResource', of => ({ action_wait_secs: { create: of } })],
  boolean: ['OS::Heat::TestResource', of => ({ fail: of })],
  map: ['OS::Heat::TestResource', of => ({ action_wait_secs: of })],
  list: ['OS::Heat::RandomString', of => ({ character_classes: of })],
};

const tried: Readonly<Record<string, readonly Json[]>> = {
  string: ['a', '', 5, true, 1.5, [], { a: 1 }, null],
  integer: [8, '8', ' 8 ', '1_0', 8.7, true, '8.0', 'x', '', [8], {}, null, 0, -1, 600, '0x8'],
  number: [1, '1', '1.0', 0.5, 'x', '', [1], {}, null, true],
  boolean: [true, false, 'true', 'False', 'yes', 'on', 1, '1', 'x', [], null, ''],
  map: [{}, 'x', ['a'], 5, null, { none: 1 }, { create: 0, delete: 0 }, ''],
  list: [
    [],
    'x',
    5,
    { a: 1 },
    null,
    [null],
    ['x'],
    [{ class: 'digits', min: 2 }],
    [{ class: 'none' }],
    [{ none: 1 }],
    [{ min: 'x' }],
    [{ class: 'digits' }, { class: 'letters', min: -1 }],
  ],
};

const valueTypes: Readonly<Record<string, readonly Json[]>> = {
  string: ['a', 5, true, 1.5, [], {}, null],
  number: [5, '5', 'x', 1.5, null, true],
  boolean: [true, 'true', 'off', 1, null],
  comma_delimited_list: [['a'], 'a,b', [1], {}, null],
  json: [{ a: 1 }, '{"a": 1}', ['a'], null],
};

const conversions: readonly Case[] = [
  ...Object.entries(kinds).flatMap(([kind, [type, around]]) =>
    (tried[kind] ?? []).map((each, i) =>
      one(`properties/${kind}-${i}`, row, typed(type, around(each)), { asks: ['preview'] }),
    ),
  ),
  ...Object.entries(valueTypes).flatMap(([type, all]) =>
    all.map((each, i) => {
      const shown = { outputs: { o: { value: { get_attr: ['r', 'value'] } } } };
      const text = typed('OS::Heat::Value', { type, value: each }, shown);
      return one(`properties/value-${type}-${i}`, row, text, {
        asks: ['preview', ...(i < 2 ? (['create'] as const) : [])],
      });
    }),
  ),
];

const two = (properties: Json): Parts =>
  template(newest, {
    resources: {
      v: { type: 'OS::Heat::Value', properties: { value: { l: ['a'], n: 40 } } },
      r: { type: 'OS::Heat::RandomString', properties },
    },
  });

const faults: Readonly<Record<string, Json>> = {
  unknown: typed('OS::Heat::RandomString', { nope: 1 }),
  'unknown-two': typed('OS::Heat::RandomString', { zoo: 1, abc: 2, length: 'x' }),
  'unknown-capital': typed('OS::Heat::RandomString', { Length: 5 }),
  'unknown-in-map': typed('OS::Heat::RandomString', { character_classes: [{ class: 'digits', nope: 1 }] }),
  required: typed('OS::Heat::Value', {}),
  'required-no-properties': template(newest, { resources: { r: { type: 'OS::Heat::Value' } } }),
  'required-null': typed('OS::Heat::Value', { value: null }),
  'value-type-unknown': typed('OS::Heat::Value', { value: 1, type: 'integer' }),
  'param-unknown': typed('OS::Heat::Value', { value: { get_param: 'none' } }),
  'param-unknown-nested': typed('OS::Heat::Value', { value: [{ a: { get_param: 'none' } }] }),
  'file-unknown': typed('OS::Heat::Value', { value: { get_file: 'none' } }),
  'function-in-list-property': typed('OS::Heat::RandomString', {
    character_classes: [{ class: { list_join: ['', [1]] } }],
  }),
  sequences: typed('OS::Heat::RandomString', { length: 2, character_sequences: [{ sequence: 'abc', min: 3 }] }),
  'sum-too-long': typed('OS::Heat::RandomString', { length: 2, character_classes: [{ class: 'digits', min: 3 }] }),
  'length-too-long': typed('OS::Heat::RandomString', { length: 1000 }),
  'attribute-not-known-yet': two({ length: { get_attr: ['v', 'value', 'n'] } }),
  'attribute-not-known-yet-wrong': two({ length: { get_attr: ['v', 'value', 'l'] } }),
  'attribute-in-list': two({ character_classes: [{ class: 'digits', min: { get_attr: ['v', 'value', 'n'] } }] }),
  'none-takes-all': typed('OS::Heat::None', { a: { get_param: 'none' }, b: { get_file: 'none' } }),
  'test-constraint': typed('OS::Heat::TestResource', { constraint_prop_secs: -1 }),
  'group-no-def': typed('OS::Heat::ResourceGroup', { count: 1 }),
  'group-bad-type': typed('OS::Heat::ResourceGroup', { count: 1, resource_def: { type: 'OS::No::Such' } }),
  'group-bad-property': typed('OS::Heat::ResourceGroup', {
    count: 1,
    resource_def: { type: 'OS::Heat::RandomString', properties: { nope: 1 } },
  }),
  'group-zero-bad-property': typed('OS::Heat::ResourceGroup', {
    count: 0,
    resource_def: { type: 'OS::Heat::RandomString', properties: { nope: 1 } },
  }),
  'group-bad-value': typed('OS::Heat::ResourceGroup', {
    count: 1,
    resource_def: { type: 'OS::Heat::RandomString', properties: { length: 'x' } },
  }),
  group: typed('OS::Heat::ResourceGroup', {
    count: 2,
    resource_def: { type: 'OS::Heat::Value', properties: { value: 'x-%index%' } },
  }),
  'group-negative': typed('OS::Heat::ResourceGroup', { count: -1, resource_def: { type: 'OS::Heat::None' } }),
  'group-update-policy': template(newest, {
    resources: {
      r: {
        type: 'OS::Heat::ResourceGroup',
        update_policy: { rolling_update: { max_batch_size: 0 } },
        properties: { resource_def: { type: 'OS::Heat::None' } },
      },
    },
  }),
  'group-update-policy-unknown': template(newest, {
    resources: {
      r: {
        type: 'OS::Heat::ResourceGroup',
        update_policy: { nope: {} },
        properties: { resource_def: { type: 'OS::Heat::None' } },
      },
    },
  }),
  'cfn-unknown': cfnTyped('OS::Heat::RandomString', { nope: 1 }),
  'cfn-wrong': cfnTyped('OS::Heat::RandomString', { length: 'x' }),
  'cfn-required': cfnTyped('OS::Heat::Value', {}),
  'cfn-nested': cfnTyped('OS::Heat::RandomString', { character_classes: [{ min: 'x' }] }),
  'cfn-function': cfnTyped('OS::Heat::Value', { value: { 'Fn::Join': [',', [5]] } }),
  'cfn-get-att': template('aws', {
    resources: {
      v: { Type: 'OS::Heat::Value', Properties: { value: 1 } },
      r: { Type: 'OS::Heat::Value', Properties: { value: { 'Fn::GetAtt': ['v', 'nope'] } } },
    },
  }),
};

export const propertyCases: readonly Case[] = [
  ...conversions,
  ...Object.entries(faults).map(([name, text]) => one(`properties/${name}`, row, text)),
];
