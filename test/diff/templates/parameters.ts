/** Parameters: how values become theirs, how schemas may look, groups and pseudo parameters (contract: templates §4). */
import type { Json } from '../scenario.ts';
import { type Case, newest, one, type Parts, template } from './case.ts';

const row = 'templates §4';

const taken = { outputs: { o: { value: { get_param: 'p' } } } };
const p = (schema: Json, rest: Parts = taken): Parts => template(newest, { parameters: { p: schema }, ...rest });
const cfn = (schema: Json): Parts =>
  template('aws', { parameters: { p: schema }, outputs: { o: { Value: { Ref: 'p' } } } });

const types: Readonly<Record<string, string>> = {
  string: 'String',
  number: 'Number',
  boolean: 'Boolean',
  comma_delimited_list: 'CommaDelimitedList',
  json: 'Json',
};

/** Values by type, good and bad in one row: what they become is compared. */
const values: Readonly<Record<string, readonly Json[]>> = {
  string: [
    '',
    'a',
    5,
    -7,
    true,
    false,
    [],
    ['a', 1],
    [1, "it's"],
    { a: 'b' },
    { a: [true, null] },
    1.5,
    '12345678901234567890',
    null,
    'é"\n',
  ],
  number: [
    5,
    '5',
    ' 6 ',
    '1_000',
    '007',
    '5.0',
    5.5,
    '1e3',
    '-2',
    '٣',
    true,
    false,
    '',
    'abc',
    [1],
    {},
    'inf',
    'nan',
    '0x10',
    '1.',
    '.5',
    '+4',
    '1__0',
    '12345678901234567890',
  ],
  boolean: [
    true,
    false,
    'true',
    'False',
    'ON',
    'off',
    'y',
    'N',
    't',
    'f',
    '1',
    '0',
    1,
    0,
    ' yes ',
    'maybe',
    '',
    2,
    [],
    {},
    1.5,
  ],
  comma_delimited_list: [
    'a,b',
    '',
    'a',
    ' a , b ',
    ',',
    'a,',
    ['a', 'b'],
    [1, true, null, 'c', [2]],
    [],
    5,
    true,
    { a: 1 },
    'a,"b,c"',
  ],
  json: [
    { a: 1 },
    '{"a": [1, 2.0]}',
    '[1]',
    '5',
    '"x"',
    'null',
    'true',
    '',
    '{bad',
    [1, 2],
    5,
    true,
    '{a: b}',
    ' {"a":1} ',
    '{"a": NaN}',
    '{"a":1,"a":2}',
  ],
};

const converted: readonly Case[] = Object.entries(values).flatMap(([type, all]) =>
  all.flatMap((each, i) => [
    one(`parameters/${type}/value-${i}`, row, p({ type }), { asks: ['preview'], parameters: { p: each } }),
    ...(i < 6
      ? [
          one(`parameters/${type}/default-${i}`, row, p({ type, default: each })),
          one(`parameters/${type}/cfn-value-${i}`, row, cfn({ Type: types[type] ?? type }), {
            asks: ['preview'],
            parameters: { p: each },
          }),
        ]
      : [one(`parameters/${type}/default-${i}`, row, p({ type, default: each }), { asks: ['preview'] })]),
  ]),
);

const schemas: Readonly<Record<string, readonly [text: Json, given?: Json]>> = {
  'no-type': [p({ default: 'a' })],
  'null-type': [p({ type: null })],
  'unknown-type': [p({ type: 'String' })],
  'number-type': [p({ type: 5 })],
  'unknown-key': [p({ type: 'string', foo: 1 })],
  'cfn-key-in-hot': [p({ type: 'string', NoEcho: true })],
  'not-a-map': [p('string')],
  'null-schema': [p(null)],
  'list-schema': [p(['string'])],
  'schema-key': [p({ type: 'json', schema: { a: 'b' }, default: {} })],
  missing: [p({ type: 'string' })],
  'missing-unused': [p({ type: 'string' }, {})],
  'missing-two': [template(newest, { parameters: { z: { type: 'string' }, a: { type: 'string' } } })],
  'null-default': [p({ type: 'string', default: null })],
  'null-value': [p({ type: 'string', default: 'd' }), { p: null }],
  'unknown-value': [p({ type: 'string', default: 'd' }), { q: 1 }],
  'pseudo-value': [p({ type: 'string', default: 'd' }), { 'OS::stack_name': 'x' }],
  'no-section-value': [template(newest, {}), { q: 1 }],
  hidden: [p({ type: 'string', default: 'secret', hidden: true }, {}), { p: 'mine' }],
  'hidden-default': [p({ type: 'string', default: 'secret', hidden: true }, {})],
  'hidden-text': [p({ type: 'string', default: 'secret', hidden: 'false' }, {})],
  'hidden-text-no': [p({ type: 'string', default: 'secret', hidden: '' }, {})],
  'hidden-number': [p({ type: 'number', default: 5, hidden: true }, {})],
  immutable: [p({ type: 'string', default: 'a', immutable: true })],
  'immutable-text': [p({ type: 'string', default: 'a', immutable: 'maybe' })],
  'label-description': [p({ type: 'string', default: 'a', label: 'L', description: 'D' })],
  'label-number': [p({ type: 'string', default: 'a', label: 5, description: { a: 1 } })],
  tags: [p({ type: 'string', default: 'a', tags: ['x', 'y'] })],
  'tags-text': [p({ type: 'string', default: 'a', tags: 'x' })],
  'tags-too-early': [template('2017-09-01', { parameters: { p: { type: 'string', default: 'a', tags: ['x'] } } })],
  'section-list': [{ ...template(newest, {}), parameters: ['p'] }],
  'section-null': [{ ...template(newest, {}), parameters: null }],
  'named-as-pseudo': [
    template(newest, {
      parameters: { 'OS::stack_name': { type: 'string', default: 'mine' } },
      outputs: { o: { value: { get_param: 'OS::stack_name' } } },
    }),
  ],
  'odd-names': [
    template(newest, {
      parameters: { 'a b': { type: 'string', default: 'x' }, 'é/': { type: 'string', default: 'y' } },
    }),
  ],
  'same-name-as-resource': [
    template(newest, {
      parameters: { x: { type: 'string', default: 'a' } },
      resources: { x: { type: 'OS::Heat::None' } },
    }),
  ],
  'not-an-object': [p({ type: 'string', default: 'a' }), ['p']],
  'text-parameters': [p({ type: 'string', default: 'a' }), 'p=b'],
  'cfn-no-type': [cfn({ Default: 'a' })],
  'cfn-aws-type': [cfn({ Type: 'AWS::EC2::KeyPair::KeyName', Default: 'a' })],
  'cfn-hot-type': [cfn({ Type: 'string', Default: 'a' })],
  'cfn-list-type': [cfn({ Type: 'List<Number>', Default: '1,2' })],
  'cfn-unknown-key': [cfn({ Type: 'String', Foo: 1 })],
  'cfn-no-echo': [cfn({ Type: 'String', NoEcho: 'true', Default: 'x' })],
  'cfn-no-echo-boolean': [cfn({ Type: 'String', NoEcho: true, Default: 'x' })],
  'cfn-no-echo-false': [cfn({ Type: 'String', NoEcho: 'false', Default: 'x' })],
  'cfn-label-description': [cfn({ Type: 'String', Label: 'L', Description: 'D', Default: 'x' })],
  'cfn-missing': [cfn({ Type: 'String' })],
  'cfn-unknown-value': [cfn({ Type: 'String', Default: 'a' }), { q: 1 }],
};

const cfnPseudo = [
  'AWS::StackId',
  'AWS::StackName',
  'AWS::Region',
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::URLSuffix',
];

const pseudo: readonly Case[] = [
  one(
    'parameters/pseudo/hot',
    row,
    template(newest, {
      outputs: Object.fromEntries(
        ['OS::stack_id', 'OS::stack_name', 'OS::project_id', 'OS::region', 'AWS::StackName'].map(name => [
          name.slice(4),
          { value: { get_param: name } },
        ]),
      ),
    }),
    { asks: ['validate', 'preview', 'create'] },
  ),
  ...(['aws', 'heat'] as const).map(format =>
    one(
      `parameters/pseudo/${format}`,
      row,
      template(format, {
        outputs: Object.fromEntries(cfnPseudo.map(name => [name.slice(5), { Value: { Ref: name } }])),
      }),
      { asks: ['validate', 'preview', 'create'] },
    ),
  ),
];

const grouped = (groups: Json, names: readonly string[] = ['a', 'b']): Parts => ({
  ...template(newest, {
    parameters: Object.fromEntries(names.map(name => [name, { type: 'string', default: name }])),
  }),
  parameter_groups: groups,
});

const groups: Readonly<Record<string, Json>> = {
  good: grouped([{ label: 'G', description: 'D', parameters: ['a', 'b'] }]),
  'no-label': grouped([{ parameters: ['a'] }]),
  'unknown-key': grouped([{ label: 'G', parameters: ['a'], more: 1 }]),
  empty: grouped([]),
  null: grouped(null),
  'not-a-list': grouped({ label: 'G' }),
  text: grouped('G'),
  'no-parameters': grouped([{ label: 'G' }]),
  'parameters-text': grouped([{ label: 'G', parameters: 'a' }]),
  'parameters-empty': grouped([{ label: 'G', parameters: [] }]),
  'parameters-null': grouped([{ label: 'G', parameters: null }]),
  twice: grouped([
    { label: 'G', parameters: ['a'] },
    { label: 'H', parameters: ['a'] },
  ]),
  'twice-in-one': grouped([{ label: 'G', parameters: ['a', 'a'] }]),
  unknown: grouped([{ label: 'G', parameters: ['z'] }]),
  'unknown-no-label': grouped([{ parameters: ['z'] }]),
  number: grouped([{ label: 'G', parameters: [5] }]),
  'group-text': grouped(['a']),
  'no-such-section': grouped([{ label: 'G', parameters: ['a'] }], []),
};

export const parameterCases: readonly Case[] = [
  ...converted,
  ...Object.entries(schemas).map(([name, [text, given]]) =>
    one(`parameters/${name}`, row, text, given === undefined ? {} : { parameters: given }),
  ),
  ...pseudo,
  ...Object.entries(groups).map(([name, text]) => one(`parameters/groups/${name}`, row, text)),
];
