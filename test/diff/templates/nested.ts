/** Templates as types: their schema, attributes, facades, faults inside (contract: templates §7), resource_facade. */
import type { Json } from '../scenario.ts';
import {
  type Ask,
  type Case,
  type Cell,
  type Column,
  columns,
  isHot,
  newest,
  one,
  type Parts,
  template,
} from './case.ts';

const row = 'templates §7';

interface Tree {
  readonly root: Json;
  readonly files?: Readonly<Record<string, Json>>;
  readonly environment?: Json;
  readonly create?: true;
}

function caseOf(name: string, { root, files = {}, environment, create }: Tree, cells: readonly Cell[] = []): Case {
  const asks: readonly Ask[] = ['validate', 'preview', ...(create ? (['create'] as const) : [])];
  const texts = Object.entries(files).map(([file, text]) => [
    file,
    typeof text === 'string' ? text : JSON.stringify(text),
  ]);
  return one(`nested/${name}`, row, root, {
    files: Object.fromEntries(texts) as Record<string, string>,
    asks,
    cells,
    ...(environment !== undefined && { environment }),
  });
}

const root = (type: string, properties: Parts = {}, outputs: Parts = {}, rest: Parts = {}): Parts =>
  template(newest, { resources: { r: { type, properties, ...rest } }, outputs });
const child = (sections: Parts): Parts => template(newest, sections);
const value = (of: Json): Json => ({ type: 'OS::Heat::Value', properties: { value: of } });
const param = (name: string): Json => ({ get_param: name });
const echo = (type: string, rest: Parts = {}): Parts =>
  child({
    parameters: { p: { type, ...rest } },
    resources: { v: value(param('p')) },
    outputs: { o: { value: { get_attr: ['v', 'value'] } } },
  });
const o = { o: { value: { get_attr: ['r', 'o'] } } };
const alias = { resource_registry: { 'My::T': 'c.yaml' } };

/** Facade functions of a child, in each version; the parent says what they find. */
function facades(column: Column): Case {
  const hot = isHot(column);
  const facade = (what: string): Json =>
    hot
      ? { resource_facade: what }
      : {
          'Fn::ResourceFacade':
            what === 'metadata' ? 'Metadata' : what === 'deletion_policy' ? 'DeletionPolicy' : 'UpdatePolicy',
        };
  const calls = ['metadata', 'deletion_policy', 'update_policy'].map(facade);
  const outputs = Object.fromEntries(calls.map((each, i) => [`o${i}`, hot ? { value: each } : { Value: each }]));
  const inside = hot
    ? { resources: { n: { type: 'OS::Heat::None' } } }
    : { resources: { n: { Type: 'OS::Heat::None' } } };
  const rest = { metadata: { a: ['b'] }, deletion_policy: 'Retain' };
  const shown = Object.fromEntries(calls.map((_, i) => [`o${i}`, { value: { get_attr: ['r', `o${i}`] } }]));
  return caseOf(
    `facade/${column}/good`,
    {
      root: root('c.yaml', {}, shown, rest),
      files: { 'c.yaml': template(column, { ...inside, outputs }) },
      create: true,
    },
    [{ table: 'functions', row: facadeName(column), column, kind: 'good' }],
  );
}

const facadeName = (column: Column): string => (isHot(column) ? 'resource_facade' : 'Fn::ResourceFacade');

/** The other spelling: HOT's first version has both, later ones tell it; in CloudFormation's formats it is data. */
function otherSpelling(column: Column): Case[] {
  const row = 'templates §2';
  if (!isHot(column)) {
    const text = template(column, { outputs: { o: { Value: { resource_facade: 'metadata' } } } });
    return [one(`nested/facade/${column}/data`, row, text, { cells: [facadeCell('resource_facade', column, 'data')] })];
  }
  const called = (what: string): Json => ({ 'Fn::ResourceFacade': what });
  const text = template(column, { outputs: { o: { value: called('Metadata') } } });
  const bad = facadeCell('Fn::ResourceFacade', column, 'bad');
  if (column !== '2013-05-23') return [one(`nested/facade/${column}/removed`, row, text, { cells: [bad] })];
  const outputs = { o0: { value: called('Metadata') }, o1: { value: called('DeletionPolicy') } };
  const inside = template(column, { resources: { n: { type: 'OS::Heat::None' } }, outputs });
  const shown = { o: { value: { get_attr: ['r', 'o0'] } }, p: { value: { get_attr: ['r', 'o1'] } } };
  const tree: Tree = {
    root: root('c.yaml', {}, shown, { metadata: { a: 1 } }),
    files: { 'c.yaml': inside },
    create: true,
  };
  return [
    one('nested/facade/cfn-outside', row, text, { cells: [bad] }),
    caseOf('facade/cfn-inside', tree, [facadeCell('Fn::ResourceFacade', column, 'good')]),
  ];
}

const facadeCell = (name: string, column: Column, kind: Cell['kind']): Cell => ({
  table: 'functions',
  row: name,
  column,
  kind,
});

/** Outside of a nested stack, and for what it does not know. */
function facadeFaults(column: Column): Case[] {
  const hot = isHot(column);
  const name = facadeName(column);
  const cells: readonly Cell[] = [{ table: 'functions', row: name, column, kind: 'bad' }];
  const called = (args: Json): Json =>
    template(column, { outputs: { o: hot ? { value: { [name]: args } } : { Value: { [name]: args } } } });
  const forms: readonly Json[] =
    column === newest || column === 'aws' ? ['nope', 5, null, ['metadata'], { a: 'b' }] : ['nope'];
  return [hot ? 'metadata' : 'Metadata', ...forms].map((args, i) =>
    one(`nested/facade/${column}/bad-${i}`, row, called(args), { cells }),
  );
}

const trees: Readonly<Record<string, Tree>> = {
  good: { root: root('c.yaml', { p: 'x' }, o), files: { 'c.yaml': echo('string') }, create: true },
  alias: { root: root('My::T', { p: 'x' }, o), files: { 'c.yaml': echo('string') }, environment: alias, create: true },
  'template-extension': { root: root('c.template', { p: 'x' }), files: { 'c.template': echo('string') } },
  'wrong-extension': { root: root('c.txt', { p: 'x' }), files: { 'c.txt': echo('string') } },
  'no-file': { root: root('c.yaml', { p: 'x' }) },
  'file-url': { root: root('file:///tmp/c.yaml', {}) },
  'dead-url': { root: root('http://127.0.0.1:9/c.yaml', {}) },
  'cfn-child': {
    root: root('c.yaml', { p: 'x' }, o),
    files: {
      'c.yaml': template('aws', {
        parameters: { p: { Type: 'String' } },
        resources: { n: { Type: 'OS::Heat::None' } },
        outputs: { o: { Value: { Ref: 'p' } } },
      }),
    },
    create: true,
  },
  'cfn-root': {
    root: template('aws', {
      resources: { r: { Type: 'c.yaml', Properties: { p: 'x' } } },
      outputs: { o: { Value: { 'Fn::GetAtt': ['r', 'o'] } } },
    }),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  'unknown-property': { root: root('c.yaml', { p: 'x', q: 1 }), files: { 'c.yaml': echo('string') } },
  'missing-property': { root: root('c.yaml', {}), files: { 'c.yaml': echo('string') } },
  'default-property': {
    root: root('c.yaml', {}, o),
    files: { 'c.yaml': echo('string', { default: 'd' }) },
    create: true,
  },
  'null-property': {
    root: root('c.yaml', { p: null }, o),
    files: { 'c.yaml': echo('string', { default: 'd' }) },
    create: true,
  },
  'null-no-default': { root: root('c.yaml', { p: null }, o), files: { 'c.yaml': echo('string') }, create: true },
  number: { root: root('c.yaml', { p: '5' }, o), files: { 'c.yaml': echo('number') }, create: true },
  'number-bad': { root: root('c.yaml', { p: 'x' }), files: { 'c.yaml': echo('number') } },
  boolean: { root: root('c.yaml', { p: 'True' }, o), files: { 'c.yaml': echo('boolean') }, create: true },
  'boolean-yes': { root: root('c.yaml', { p: 'yes' }), files: { 'c.yaml': echo('boolean') } },
  list: {
    root: root('c.yaml', { p: ['a', 1, null] }, o),
    files: { 'c.yaml': echo('comma_delimited_list') },
    create: true,
  },
  'list-text': { root: root('c.yaml', { p: 'a,b' }, o), files: { 'c.yaml': echo('comma_delimited_list') } },
  'list-of-maps': {
    root: root('c.yaml', { p: [{ a: 1, b: 'x' }, { a: 2 }] }, o),
    files: { 'c.yaml': echo('comma_delimited_list') },
    create: true,
  },
  json: { root: root('c.yaml', { p: { a: [1] } }, o), files: { 'c.yaml': echo('json') }, create: true },
  'json-text': { root: root('c.yaml', { p: '{"a": 1}' }, o), files: { 'c.yaml': echo('json') }, create: true },
  'json-list': { root: root('c.yaml', { p: ['a'] }, o), files: { 'c.yaml': echo('json') }, create: true },
  'string-list': { root: root('c.yaml', { p: ['a'] }), files: { 'c.yaml': echo('string') } },
  constraint: {
    root: root('c.yaml', { p: 5 }),
    files: { 'c.yaml': echo('number', { constraints: [{ range: { max: 3 } }] }) },
  },
  'constraint-described': {
    root: root('c.yaml', { p: 5 }),
    files: { 'c.yaml': echo('number', { constraints: [{ range: { max: 3 }, description: 'small' }] }) },
  },
  'constraint-default': {
    root: root('c.yaml', {}),
    files: { 'c.yaml': echo('number', { default: 5, constraints: [{ range: { max: 3 } }] }) },
  },
  hidden: { root: root('c.yaml', { p: 'x' }, o), files: { 'c.yaml': echo('string', { hidden: true }) } },
  'attribute-unknown': {
    root: root('c.yaml', { p: 'x' }, { o: { value: { get_attr: ['r', 'nope'] } } }),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  'attribute-inside': {
    root: root(
      'c.yaml',
      { p: 'x' },
      { o: { value: { get_attr: ['r', 'resource.v', 'value'] } }, q: { value: { get_attr: ['r', 'resource.none'] } } },
    ),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  reference: {
    root: root('c.yaml', { p: 'x' }, { o: { value: { get_resource: 'r' } } }),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  'reference-own': {
    root: root('c.yaml', {}, { o: { value: { get_resource: 'r' } } }),
    files: {
      'c.yaml': child({ resources: { n: { type: 'OS::Heat::None' } }, outputs: { 'OS::stack_id': { value: 'mine' } } }),
    },
    create: true,
  },
  'output-error-inside': {
    root: root('c.yaml', {}, o),
    files: {
      'c.yaml': child({
        resources: { n: { type: 'OS::Heat::None' } },
        outputs: { o: { value: { list_join: [',', [5]] } } },
      }),
    },
    create: true,
  },
  'bad-property-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Heat::RandomString', properties: { nope: 1 } } } }) },
  },
  'bad-value-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Heat::RandomString', properties: { length: 'x' } } } }) },
  },
  'bad-type-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::No::Such' } } }) },
  },
  'bad-function-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: value({ list_join: 'x' }) } }) },
  },
  'bad-param-inside': { root: root('c.yaml'), files: { 'c.yaml': child({ resources: { v: value(param('none')) } }) } },
  'bad-reference-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: value({ get_resource: 'none' }) } }) },
  },
  'bad-attribute-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: value(1), w: value({ get_attr: ['v', 'nope'] }) } }) },
  },
  'bad-output-inside': { root: root('c.yaml'), files: { 'c.yaml': child({ outputs: { o: { description: 'd' } } }) } },
  'unknown-output-key-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ outputs: { o: { value: 1, nope: 2 } } }) },
  },
  'bad-parameter-inside': { root: root('c.yaml'), files: { 'c.yaml': child({ parameters: { p: { type: 'nope' } } }) } },
  'bad-condition-inside': { root: root('c.yaml'), files: { 'c.yaml': child({ conditions: { c: 'x' } }) } },
  'bad-section-inside': { root: root('c.yaml'), files: { 'c.yaml': { ...child({}), nope: {} } } },
  'bad-yaml-inside': { root: root('c.yaml'), files: { 'c.yaml': 'a: b: c' } },
  'no-version-inside': { root: root('c.yaml'), files: { 'c.yaml': 'resources: {}' } },
  'bad-version-inside': { root: root('c.yaml'), files: { 'c.yaml': 'heat_template_version: 2001-01-01' } },
  'list-inside': { root: root('c.yaml'), files: { 'c.yaml': '[a]' } },
  'empty-inside': { root: root('c.yaml'), files: { 'c.yaml': '' } },
  'cycle-inside': {
    root: root('c.yaml'),
    files: {
      'c.yaml': child({
        resources: { a: { type: 'OS::Heat::None', depends_on: 'b' }, b: { type: 'OS::Heat::None', depends_on: 'a' } },
      }),
    },
  },
  'two-levels': {
    root: root('c.yaml', {}, o),
    files: {
      'c.yaml': child({
        resources: { d: { type: 'd.yaml', properties: { p: 'deep' } } },
        outputs: { o: { value: { get_attr: ['d', 'o'] } } },
      }),
      'd.yaml': echo('string'),
    },
    create: true,
  },
  'two-levels-bad': {
    root: root('c.yaml'),
    files: {
      'c.yaml': child({ resources: { d: { type: 'd.yaml', properties: { nope: 1 } } } }),
      'd.yaml': echo('string', { default: '' }),
    },
  },
  'two-levels-bad-inside': {
    root: root('c.yaml'),
    files: {
      'c.yaml': child({ resources: { d: { type: 'd.yaml' } } }),
      'd.yaml': child({ resources: { v: { type: 'OS::Heat::RandomString', properties: { nope: 1 } } } }),
    },
  },
  'two-levels-bad-yaml': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { d: { type: 'd.yaml' } } }), 'd.yaml': 'a: b: c' },
  },
  'two-levels-no-file': { root: root('c.yaml'), files: { 'c.yaml': child({ resources: { d: { type: 'd.yaml' } } }) } },
  circle: {
    root: root('c.yaml'),
    files: {
      'c.yaml': child({ resources: { c: { type: 'd.yaml' } } }),
      'd.yaml': child({ resources: { c: { type: 'c.yaml' } } }),
    },
  },
  self: { root: root('c.yaml'), files: { 'c.yaml': child({ resources: { c: { type: 'c.yaml' } } }) } },
  'too-deep': {
    root: root('c0.yaml'),
    files: Object.fromEntries(
      Array.from({ length: 7 }, (_, i) => [
        `c${i}.yaml`,
        child({ resources: { c: { type: i === 6 ? 'OS::Heat::None' : `c${i + 1}.yaml` } } }),
      ]),
    ),
  },
  'group-of-templates': {
    root: template(newest, {
      resources: {
        g: {
          type: 'OS::Heat::ResourceGroup',
          properties: { count: 2, resource_def: { type: 'c.yaml', properties: { p: '%index%' } } },
        },
      },
      outputs: { o: { value: { get_attr: ['g', 'o'] } } },
    }),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  'group-of-templates-unknown-property': {
    root: template(newest, {
      resources: {
        g: {
          type: 'OS::Heat::ResourceGroup',
          properties: { count: 1, resource_def: { type: 'c.yaml', properties: { nope: 1 } } },
        },
      },
    }),
    files: { 'c.yaml': echo('string') },
  },
  'group-of-templates-no-file': {
    root: template(newest, {
      resources: { g: { type: 'OS::Heat::ResourceGroup', properties: { count: 1, resource_def: { type: 'c.yaml' } } } },
    }),
  },
  'null-of-each-type': {
    root: root('c.yaml', { n: null, b: null, l: null, j: null }, { o: { value: { get_attr: ['r', 'o'] } } }),
    files: {
      'c.yaml': child({
        parameters: {
          n: { type: 'number', default: 5 },
          b: { type: 'boolean', default: true },
          l: { type: 'comma_delimited_list', default: 'a,b' },
          j: { type: 'json', default: { a: 1 } },
        },
        resources: { v: value([param('n'), param('b'), param('l'), param('j')]) },
        outputs: { o: { value: { get_attr: ['v', 'value'] } } },
      }),
    },
    create: true,
  },
  'null-and-defaults': {
    root: root('c.yaml', { p: null }, o),
    files: { 'c.yaml': echo('string', { default: 'd' }) },
    environment: { parameter_defaults: { p: 'from-defaults' } },
    create: true,
  },
  'unknown-attribute-in-property': {
    root: template(newest, {
      resources: {
        r: { type: 'c.yaml', properties: { p: 'x' } },
        s: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['r', 'nope'] } } },
      },
      outputs: { o: { value: { get_attr: ['s', 'value'] } } },
    }),
    files: { 'c.yaml': echo('string') },
    create: true,
  },
  'bad-salt-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Heat::RandomString', properties: { salt: ['x'] } } } }) },
  },
  'bad-delay-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Heat::Delay', properties: { min_wait: 'x' } } } }) },
  },
  'sum-too-long-inside': {
    root: root('c.yaml'),
    files: {
      'c.yaml': child({
        resources: {
          v: {
            type: 'OS::Heat::RandomString',
            properties: { length: 1, character_classes: [{ class: 'digits', min: 3 }] },
          },
        },
      }),
    },
  },
  'server-without-image-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Nova::Server', properties: { flavor: 'm1.small' } } } }) },
  },
  'random-inside': {
    root: root('c.yaml', {}, { o: { value: { get_attr: ['r', 'o'] } } }),
    files: {
      'c.yaml': child({
        resources: { v: { type: 'OS::Heat::TestResource', properties: { value: 'made', fail: false } } },
        outputs: { o: { value: { get_attr: ['v', 'output'] } } },
      }),
    },
    create: true,
  },
  'fails-inside': {
    root: root('c.yaml'),
    files: { 'c.yaml': child({ resources: { v: { type: 'OS::Heat::TestResource', properties: { fail: true } } } }) },
    create: true,
  },
  'facade-good': {
    root: root('OS::Heat::Value', { value: 'x' }, { o: { value: { get_attr: ['r', 'value'] } } }),
    files: {
      'c.yaml': child({
        parameters: { value: { type: 'json' }, type: { type: 'string', default: 'json' } },
        outputs: { value: { value: 'mine' } },
      }),
    },
    environment: { resource_registry: { 'OS::Heat::Value': 'c.yaml' } },
  },
  'facade-missing-property': {
    root: root('OS::Heat::Value', { value: 'x' }),
    files: { 'c.yaml': child({ outputs: { value: { value: 'mine' } } }) },
    environment: { resource_registry: { 'OS::Heat::Value': 'c.yaml' } },
  },
  'facade-type-mismatch': {
    root: root('OS::Heat::RandomString', {}),
    files: {
      'c.yaml': child({
        parameters: { length: { type: 'comma_delimited_list', default: '' } },
        outputs: { value: { value: 'mine' } },
      }),
    },
    environment: { resource_registry: { 'OS::Heat::RandomString': 'c.yaml' } },
  },
  'facade-required-by-provider': {
    root: root('OS::Heat::RandomString', {}),
    files: { 'c.yaml': child({ parameters: { more: { type: 'string' } }, outputs: { value: { value: 'mine' } } }) },
    environment: { resource_registry: { 'OS::Heat::RandomString': 'c.yaml' } },
  },
  'facade-missing-attribute': {
    root: root('OS::Heat::RandomString', {}),
    files: { 'c.yaml': child({}) },
    environment: { resource_registry: { 'OS::Heat::RandomString': 'c.yaml' } },
  },
};

export const nestedCases: readonly Case[] = [
  ...columns.flatMap(column => [facades(column), ...facadeFaults(column), ...otherSpelling(column)]),
  ...Object.entries(trees).map(([name, tree]) => caseOf(name, tree)),
];
