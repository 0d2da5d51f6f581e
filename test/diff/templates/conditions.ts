/** Conditions: their functions, their definitions, and where they are used (contract: templates §2, §3). */
import type { Json } from '../scenario.ts';
import {
  type Case,
  type Cell,
  type Column,
  columns,
  isHot,
  newest,
  one,
  outputs,
  type Parts,
  template,
} from './case.ts';
import { around } from './surroundings.ts';
import type { Tested } from './variants.ts';
import { triedIn } from './variants.ts';

const row = 'templates §2, §3';

/** Names are the matrix's; `fn` is how it is called. */
interface TestedCondition extends Omit<Tested, 'made' | 'removed' | 'before'> {
  readonly fn: string;
}

const two = (fn: string, a: string, b: string): Json => ({ [fn]: [a, b] });

const hot: readonly TestedCondition[] = [
  {
    name: 'equals',
    fn: 'equals',
    since: '2016-10-14',
    good: [
      ['a', 'a'],
      ['a', 'b'],
      [1, true],
      ['1', 1],
      [{ get_param: 's' }, 'abc'],
      [{ get_param: 'n' }, 3],
      [{ get_param: 'n' }, '3'],
      [
        [1, { a: 2 }],
        [1, { a: 2 }],
      ],
      [null, ''],
      [{ get_param: 'j' }, { k: { l: [1, { m: 'x' }] }, z: null }],
    ],
    form: [
      'x',
      ['a'],
      ['a', 'b', 'c'],
      null,
      { a: 'b' },
      [{ get_attr: ['v', 'value'] }, 'a'],
      [{ list_join: ['', []] }, 'a'],
    ],
    late: [[{ get_param: 'none' }, 'a']],
  },
  {
    name: 'not',
    fn: 'not',
    since: '2016-10-14',
    good: ['yes', 'no', true, { equals: ['a', 'b'] }, { not: 'yes' }, { get_param: 'b' }],
    form: [[true], 5, { a: 'b' }],
    late: ['none', { get_param: 's' }, null],
  },
  {
    name: 'and',
    fn: 'and',
    since: '2016-10-14',
    good: [
      ['yes', 'yes'],
      ['yes', 'no', 'yes'],
      ['no', 'none'],
      [true, { equals: [1, 1] }],
      [{ get_param: 'b' }, 'yes'],
    ],
    form: [['yes'], [], 'x', null, { a: 'b' }, [5, 'yes'], ['yes', { get_resource: 'v' }]],
    late: [
      ['yes', 'none'],
      ['yes', { get_param: 's' }],
    ],
  },
  {
    name: 'or',
    fn: 'or',
    since: '2016-10-14',
    good: [
      ['yes', 'none'],
      ['no', 'no'],
      ['no', 'yes'],
      [false, { not: 'no' }],
    ],
    form: [['yes'], 'x', null, { a: 'b' }],
    late: [
      ['no', 'none'],
      [{ get_param: 'none' }, true],
    ],
  },
  {
    name: 'contains (condition)',
    fn: 'contains',
    since: '2017-09-01',
    good: [
      ['a', { get_param: 'l' }],
      ['b', 'abc'],
      ['x', ['y']],
    ],
    form: ['x', ['a']],
    late: [
      ['a', 5],
      [5, { get_param: 's' }],
    ],
  },
  {
    name: 'yaql (condition)',
    fn: 'yaql',
    since: '2017-09-01',
    good: [
      { expression: '$.data.a > 1', data: { a: 2 } },
      { expression: "$.data.contains('b')", data: { get_param: 'l' } },
    ],
    form: ['x', { expression: '((' }],
    late: [{ expression: '5', data: {} }],
  },
  {
    name: 'get_param (condition)',
    fn: 'get_param',
    since: '2016-10-14',
    good: ['b', ['j', 'k', 'none']],
    late: ['none', 's', 'n', 'l', 'j'],
  },
];

const cfn: readonly TestedCondition[] = [
  {
    name: 'Fn::Equals',
    fn: 'Fn::Equals',
    since: newest,
    cfn: 'aws',
    good: [
      ['a', 'a'],
      [{ Ref: 's' }, 'abc'],
      [{ Ref: 'n' }, 3],
      [{ 'Fn::FindInMap': ['m', 'a', 'x'] }, 'found'],
    ],
    form: ['x', ['a'], ['a', { 'Fn::Join': ['', []] }], [{ 'Fn::GetAtt': ['v', 'value'] }, 'a']],
    late: [
      [{ Ref: 'none' }, 'a'],
      [{ 'Fn::FindInMap': ['m', 'a', 'none'] }, 'a'],
    ],
  },
  {
    name: 'Fn::Not',
    fn: 'Fn::Not',
    since: newest,
    cfn: 'aws',
    good: [['yes'], [{ 'Fn::Equals': ['a', 'b'] }], [{ 'Fn::Not': ['no'] }]],
    form: ['yes', [], ['yes', 'no'], [5], null],
    late: [['none']],
  },
  {
    name: 'Fn::And',
    fn: 'Fn::And',
    since: newest,
    cfn: 'aws',
    good: [two('Fn::Or', 'no', 'yes'), { 'Fn::Not': ['no'] }].map(each => ['yes', each]),
    form: [['yes'], 'x', {}],
    late: [['yes', 'none']],
  },
  {
    name: 'Fn::Or',
    fn: 'Fn::Or',
    since: newest,
    cfn: 'aws',
    good: [
      ['no', 'yes'],
      ['no', 'no'],
    ],
    form: [['yes'], 'x'],
    late: [['no', 'none']],
  },
  { name: 'Ref (condition)', fn: 'Ref', since: newest, cfn: 'aws', good: ['b'], late: ['s', 'none', 'n', 'l'] },
];

export const conditionFunctions: readonly TestedCondition[] = [...hot, ...cfn];

/** Whether it can be called inside a version's conditions. */
export function isConditionOf({ cfn: format, since }: TestedCondition, column: Column): boolean {
  if (column === 'heat') return false;
  return column === 'aws' ? format === 'aws' : format === undefined && column >= since;
}

const cell = (name: string, column: Column, kind: Cell['kind']): Cell => ({
  table: 'functions',
  row: name,
  column,
  kind,
});

/** Each definition, and outputs that show what it came to. */
function deciding(column: Column, definitions: readonly Json[]) {
  const name = isHot(column) ? 'if' : 'Fn::If';
  const conditions = Object.fromEntries(definitions.map((each, i) => [`c${i}`, each]));
  return around(column, {
    conditions,
    outputs: outputs(
      column,
      definitions.map((_, i) => ({ [name]: [`c${i}`, 'true', 'false'] })),
    ),
  });
}

function known(tested: TestedCondition, column: Column): Case[] {
  const calls = (all: readonly unknown[] = []): Json[] =>
    triedIn(all as Tested['good'], isHot(column) ? column : undefined).map(args => ({ [tested.fn]: args }));
  const at = `conditions/${tested.name.replace('::', '-').replace(/ .*/, '')}/${column}`;
  const bad = cell(tested.name, column, 'bad');
  const thorough = column === newest || column === 'aws';
  const wrong = [...calls(tested.form), ...calls(tested.late)];
  return [
    one(`${at}/good`, row, deciding(column, calls(tested.good)).template, {
      cells: [cell(tested.name, column, 'good')],
    }),
    ...wrong
      .slice(0, thorough ? undefined : 1)
      .map((each, i) => one(`${at}/bad-${i}`, row, deciding(column, [each]).template, { cells: [bad] })),
  ];
}

/** Outside of conditions, and before there were any, their functions' names are data; inside, data is a fault. */
function unknown(column: Column): Case[] {
  const all = conditionFunctions.filter(tested => !isConditionOf(tested, column));
  const data = all.filter(({ name }) => !name.includes(' '));
  const calls = data.map(({ fn, good }): Json => ({ [fn]: triedIn(good, newest)[0] ?? 'x' }));
  const cells = all.map(({ name }) => cell(name, column, 'data'));
  return [
    one(`conditions/data/${column}`, row, around(column, { outputs: outputs(column, calls) }).template, { cells }),
  ];
}

const c = (definition: Json, rest: Parts = {}): Parts => template(newest, { conditions: { c: definition }, ...rest });
const when = (condition: Json, resources: Parts = {}, more: Parts = {}): Parts =>
  template(newest, {
    conditions: { yes: { equals: [1, 1] }, no: { equals: [1, 2] } },
    resources: { r: { type: 'OS::Heat::Value', condition, properties: { value: 'x' } }, ...resources },
    ...more,
  });
const r = { get_attr: ['r', 'value'] };

const definitions: Readonly<Record<string, Json>> = {
  string: c('yes'),
  number: c(5),
  null: c(null),
  true: c(true),
  list: c([true]),
  map: c({ a: 'b', c: 'd' }),
  'one-key-map': c({ a: 'b' }),
  'get-attr': c({ get_attr: ['r', 'a'] }),
  'nested-get-attr': c({ equals: [{ get_attr: ['r', 'a'] }, 'a'] }),
  'str-replace': c({ equals: [{ str_replace: { template: 'a', params: {} } }, 'a'] }),
  'removed-function': c({ equals: [{ Ref: 'a' }, 'a'] }),
  circular: template(newest, { conditions: { a: { not: 'b' }, b: { not: 'a' } } }),
  self: template(newest, { conditions: { a: { not: 'a' } } }),
  unknown: template(newest, { conditions: { a: { not: 'b' } } }),
  chain: template(newest, { conditions: { a: { not: 'b' }, b: { and: ['c', true] }, c: { equals: [1, 1] } } }),
  'section-null': { ...template(newest, {}), conditions: null },
  'section-list': { ...template(newest, {}), conditions: ['a'] },
  'section-string': { ...template(newest, {}), conditions: 'a' },
  'section-empty': { ...template(newest, {}), conditions: {} },
  'section-too-early': { ...template('2016-04-08', {}), conditions: {} },
  'on-resource': when('yes', {}, { outputs: { o: { value: { get_resource: 'r' } } } }),
  'off-resource': when('no'),
  'off-depends-on': when('no', { s: { type: 'OS::Heat::None', depends_on: 'r' } }),
  'off-get-resource': when('no', { s: { type: 'OS::Heat::Value', properties: { value: { get_resource: 'r' } } } }),
  'off-get-attr': when('no', { s: { type: 'OS::Heat::Value', properties: { value: r } } }),
  'off-get-attr-in-output': when('no', {}, { outputs: { o: { value: r } } }),
  'off-get-resource-in-output': when('no', {}, { outputs: { o: { value: { get_resource: 'r' } } } }),
  'off-get-attr-in-if': when('no', {}, { outputs: { o: { value: { if: ['no', r, 'other'] } } } }),
  'off-output': when('yes', {}, { outputs: { o: { value: r, condition: 'no' }, p: { value: 1, condition: 'yes' } } }),
  'off-output-bad-value': when('yes', {}, { outputs: { o: { value: { get_attr: ['none', 'x'] }, condition: 'no' } } }),
  'resource-unknown': when('none'),
  'resource-true': when(true),
  'resource-false': when(false),
  'resource-null': when(null),
  'resource-number': when(5),
  'resource-list': when(['yes']),
  'resource-function': when({ not: 'yes' }),
  'resource-get-param': when({ get_param: 'p' }, {}, { parameters: { p: { type: 'boolean', default: false } } }),
  'output-unknown': when('yes', {}, { outputs: { o: { value: 1, condition: 'none' } } }),
  'output-number': when('yes', {}, { outputs: { o: { value: 1, condition: 5 } } }),
  'output-function': when('yes', {}, { outputs: { o: { value: 1, condition: { not: 'yes' } } } }),
  'output-too-early': {
    ...template('2016-04-08', { outputs: { o: { value: 1, condition: 'none' } } }),
  },
  'resource-too-early': {
    ...template('2016-04-08', { resources: { r: { type: 'OS::Heat::None', condition: 'none' } } }),
  },
  'property-if': when('yes', { s: { type: 'OS::Heat::Value', properties: { value: { if: ['yes', r, 'z'] } } } }),
  'property-if-omitted': when('yes', {
    s: { type: 'OS::Heat::Value', properties: { value: 1, type: { if: ['no', 'string'] } } },
  }),
  'metadata-if': when('yes', { s: { type: 'OS::Heat::None', metadata: { a: { if: ['yes', 'b', 'c'] } } } }),
  'cfn-resource': template('aws', {
    conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
    resources: { r: { Type: 'OS::Heat::None', Condition: 'No' }, s: { Type: 'OS::Heat::None', DependsOn: 'r' } },
  }),
  'cfn-resource-unknown': template('aws', { resources: { r: { Type: 'OS::Heat::None', Condition: 'none' } } }),
  'cfn-output': template('aws', {
    conditions: { No: { 'Fn::Equals': ['a', 'b'] } },
    outputs: { o: { Value: 'x', Condition: 'No' } },
  }),
  'cfn-string': template('aws', { conditions: { a: 'b' } }),
  'cfn-condition-key': template('aws', { conditions: { a: { Condition: 'b' }, b: { 'Fn::Equals': [1, 1] } } }),
  'cfn-condition-key-in-if': template('aws', {
    conditions: { b: { 'Fn::Equals': [1, 1] } },
    outputs: { o: { Value: { 'Fn::If': [{ Condition: 'b' }, 1, 2] } } },
  }),
  'cfn-section-in-heat': { ...template('heat', {}), Conditions: { a: { 'Fn::Equals': [1, 1] } } },
  'cfn-resource-in-heat': template('heat', { resources: { r: { Type: 'OS::Heat::None', Condition: 'none' } } }),
};

export const conditionCases: readonly Case[] = [
  ...columns.flatMap(column => [
    ...conditionFunctions.filter(tested => isConditionOf(tested, column)).flatMap(tested => known(tested, column)),
    ...unknown(column),
  ]),
  ...Object.entries(definitions).map(([name, text]) => one(`conditions/${name}`, row, text)),
];
