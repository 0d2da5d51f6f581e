/** Versions, sections, resources, outputs: the frame of a template (contract: templates §1). */
import type { Json } from '../scenario.ts';
import { type Case, columns, hotDates, newest, one, type Parts, template, versionOf } from './case.ts';

const row = 'templates §1';

const none = { type: 'OS::Heat::None' };
const resource = (r: Json, rest: Parts = {}): Parts => template(newest, { resources: { r, ...rest } });
const keyed = (rest: Parts): Parts => resource({ ...none, ...rest });
const cfnKeyed = (rest: Parts): Parts => template('aws', { resources: { r: { Type: 'OS::Heat::None', ...rest } } });
const section = (name: string, of: Json): Parts => ({ ...template(newest, {}), [name]: of });
const cfnSection = (name: string, of: Json): Parts => ({ ...template('aws', {}), [name]: of });
const out = (o: Json): Parts => template(newest, { outputs: { o } });

const versions: Readonly<Record<string, Json>> = {
  none: { resources: {} },
  number: { heat_template_version: 2015, resources: {} },
  null: { heat_template_version: null },
  list: { heat_template_version: ['2021-04-16'] },
  empty: { heat_template_version: '' },
  unknown: { heat_template_version: '2099-01-01' },
  'capital-alias': { heat_template_version: 'Pike' },
  two: { heat_template_version: '2021-04-16', AWSTemplateFormatVersion: '2010-09-09' },
  'two-one-bad': { heat_template_version: 5, AWSTemplateFormatVersion: '2010-09-09' },
  'aws-unknown': { AWSTemplateFormatVersion: '2012-12-12' },
  'heat-unknown': { HeatTemplateFormatVersion: '2010-09-09' },
  'both-cfn': { HeatTemplateFormatVersion: '2012-12-12', AWSTemplateFormatVersion: '2010-09-09' },
  'cfn-sections-in-hot': { heat_template_version: newest, Resources: {} },
  'hot-sections-in-cfn': { AWSTemplateFormatVersion: '2010-09-09', resources: {} },
};

const frames: Readonly<Record<string, Json>> = {
  'unknown-section': section('foo', {}),
  'unknown-section-null': section('foo', null),
  'cfn-metadata': cfnSection('Metadata', {}),
  'cfn-transform': cfnSection('Transform', 'x'),
  'cfn-rules': cfnSection('Rules', {}),
  'cfn-unknown': cfnSection('Foo', {}),
  'mappings-in-hot': section('mappings', {}),
  description: section('description', 'D'),
  'description-empty': section('description', ''),
  'description-null': section('description', null),
  'description-number': section('description', 5),
  'description-map': section('description', { a: 1 }),
  'cfn-description': cfnSection('Description', 'D'),
  'resources-null': section('resources', null),
  'resources-list': section('resources', []),
  'resources-text': section('resources', 'x'),
  'resources-number': section('resources', 5),
  'cfn-resources-text': cfnSection('Resources', 'x'),
  'cfn-resources-null': cfnSection('Resources', null),
  'outputs-null': section('outputs', null),
  'outputs-list': section('outputs', ['a']),
  'outputs-text': section('outputs', 'a'),
  'cfn-outputs-list': cfnSection('Outputs', ['a']),
  'parameters-text': section('parameters', 'a'),
  'mappings-null': cfnSection('Mappings', null),
  'mappings-text': cfnSection('Mappings', 'x'),
  'mappings-flat': {
    ...cfnSection('Mappings', { m: 'x' }),
    Outputs: { o: { Value: { 'Fn::FindInMap': ['m', 'a', 'b'] } } },
  },
  'mappings-in-heat': {
    ...template('heat', {}),
    Mappings: { m: { a: { x: 1 } } },
    Outputs: { o: { Value: { 'Fn::FindInMap': ['m', 'a', 'x'] } } },
  },
};

const resources: Readonly<Record<string, Json>> = {
  plain: resource(none),
  null: resource(null),
  empty: resource({}),
  text: resource('OS::Heat::None'),
  list: resource([none]),
  'no-type': resource({ properties: {} }),
  'type-null': resource({ type: null }),
  'type-empty': resource({ type: '' }),
  'type-number': resource({ type: 5 }),
  'type-map': resource({ type: { a: 'b' } }),
  'type-unknown': resource({ type: 'OS::No::Such' }),
  'type-blank': resource({ type: ' ' }),
  'key-unknown': keyed({ foo: 1 }),
  'key-capital': keyed({ Properties: {} }),
  'keys-unknown': keyed({ zoo: 1, foo: 2 }),
  'properties-null': keyed({ properties: null }),
  'properties-list': keyed({ properties: [] }),
  'properties-text': keyed({ properties: 'x' }),
  'properties-any': keyed({ properties: { what: { ever: [1] } } }),
  metadata: keyed({ metadata: { a: [1, null] } }),
  'metadata-null': keyed({ metadata: null }),
  'metadata-text': keyed({ metadata: 'x' }),
  'metadata-function': keyed({ metadata: { list_join: ['', ['a']] } }),
  'metadata-bad-function': keyed({ metadata: { a: { list_join: [',', [5]] } } }),
  'metadata-bad-param': keyed({ metadata: { a: { get_param: 'none' } } }),
  'metadata-bad-file': keyed({ metadata: { a: { get_file: 'none' } } }),
  'depends-text': resource({ ...none, depends_on: 's' }, { s: none }),
  'depends-list': resource({ ...none, depends_on: ['s', 's'] }, { s: none }),
  'depends-unknown': keyed({ depends_on: 'x' }),
  'depends-unknown-list': keyed({ depends_on: ['x', 'y'] }),
  'depends-self': keyed({ depends_on: 'r' }),
  'depends-number': keyed({ depends_on: 5 }),
  'depends-map': keyed({ depends_on: { a: 'b' } }),
  'depends-function': keyed({ depends_on: { get_param: 'x' } }),
  'depends-list-number': keyed({ depends_on: [5] }),
  'depends-null': keyed({ depends_on: null }),
  'depends-empty': keyed({ depends_on: [] }),
  cycle: resource({ ...none, depends_on: 's' }, { s: { ...none, depends_on: 'r' } }),
  'policy-delete': keyed({ deletion_policy: 'Delete' }),
  'policy-lower': keyed({ deletion_policy: 'retain' }),
  'policy-unknown': keyed({ deletion_policy: 'Keep' }),
  'policy-number': keyed({ deletion_policy: 5 }),
  'policy-null': keyed({ deletion_policy: null }),
  'policy-function': keyed({ deletion_policy: { list_join: ['', ['Re', 'tain']] } }),
  'policy-function-bad': keyed({ deletion_policy: { list_join: ['', ['Re']] } }),
  'policy-lower-too-early': template('2016-04-08', { resources: { r: { ...none, deletion_policy: 'retain' } } }),
  'update-policy': keyed({ update_policy: {} }),
  'update-policy-unknown': keyed({ update_policy: { foo: 1 } }),
  'update-policy-text': keyed({ update_policy: 'x' }),
  'update-policy-null': keyed({ update_policy: null }),
  description: keyed({ description: 'D' }),
  'description-number': keyed({ description: 5 }),
  'description-null': keyed({ description: null }),
  'external-null': keyed({ external_id: null }),
  'external-number': keyed({ external_id: 5 }),
  'external-depended-on': resource({ ...none, external_id: 'x' }, { s: { ...none, depends_on: 'r' } }),
  'external-too-early': template('2016-04-08', { resources: { r: { ...none, external_id: 'x' } } }),
  'reference-unknown': resource({ type: 'OS::Heat::Value', properties: { value: [{ k: { get_resource: 'x' } }] } }),
  'reference-unknown-in-metadata': keyed({ metadata: { m: { get_resource: 'x' } } }),
  'attribute-of-unknown': resource({ type: 'OS::Heat::Value', properties: { value: { get_attr: ['x', 'y'] } } }),
  'attribute-unknown': resource(
    { type: 'OS::Heat::Value', properties: { value: { get_attr: ['s', 'y'] } } },
    { s: { type: 'OS::Heat::Value', properties: { value: 1 } } },
  ),
  'attribute-of-none': resource(
    { type: 'OS::Heat::Value', properties: { value: { get_attr: ['s', 'any', 'thing'] } } },
    { s: none },
  ),
  'name-slash': template(newest, { resources: { 'a/b': none } }),
  'name-blank': template(newest, { resources: { '': none, ' ': none, é: none } }),
  'properties-function': resource({ type: 'OS::Heat::Value', properties: { get_param: 'x' } }, {}),
  'cfn-plain': cfnKeyed({}),
  'cfn-key-unknown': cfnKeyed({ Foo: 1, foo: 2 }),
  'cfn-null': template('aws', { resources: { r: null } }),
  'cfn-no-type': template('aws', { resources: { r: { Properties: {} } } }),
  'cfn-type-null': template('aws', { resources: { r: { Type: null } } }),
  'cfn-hot-keys': template('aws', { resources: { r: none } }),
  'cfn-text': template('aws', { resources: { r: 'x' } }),
  'cfn-properties-null': cfnKeyed({ Properties: null }),
  'cfn-properties-text': cfnKeyed({ Properties: 'x' }),
  'cfn-depends-unknown': cfnKeyed({ DependsOn: 'x' }),
  'cfn-depends-number': cfnKeyed({ DependsOn: 5 }),
  'cfn-policy': cfnKeyed({ DeletionPolicy: 'Retain' }),
  'cfn-policy-lower': cfnKeyed({ DeletionPolicy: 'retain' }),
  'cfn-policy-unknown': cfnKeyed({ DeletionPolicy: 'Keep' }),
  'cfn-metadata': cfnKeyed({ Metadata: { a: { Ref: 'AWS::StackName' } } }),
  'cfn-metadata-text': cfnKeyed({ Metadata: 'x' }),
  'cfn-description': cfnKeyed({ Description: 'D' }),
  'cfn-update-policy': cfnKeyed({ UpdatePolicy: {} }),
  'cfn-reference-unknown': cfnKeyed({ Metadata: { m: { Ref: 'x' } } }),
  'cfn-property-reference-unknown': template('aws', {
    resources: { r: { Type: 'OS::Heat::Value', Properties: { value: { Ref: 'x' } } } },
  }),
  'cfn-type-unknown': template('aws', { resources: { r: { Type: 'AWS::No::Such' } } }),
  'cfn-cycle': template('aws', { resources: { r: { Type: 'OS::Heat::None', DependsOn: ['r'] } } }),
  'cfn-type-in-hot': resource({ type: 'AWS::No::Such' }),
};

const outputs: Readonly<Record<string, Json>> = {
  'value-null': out({ value: null }),
  'value-map': out({ value: { a: [1, { b: null }] } }),
  'no-value': out({ description: 'D' }),
  empty: out({}),
  null: out(null),
  text: out('x'),
  list: out(['x']),
  number: out(5),
  'unknown-key': out({ value: 1, foo: 2 }),
  'capital-key': out({ Value: 1 }),
  description: out({ value: 1, description: 'D' }),
  'description-number': out({ value: 1, description: 5 }),
  'description-map': out({ value: 1, description: { a: 1 } }),
  'name-blank': template(newest, { outputs: { '': { value: 1 }, ' ': { value: 2 }, 'a/b': { value: 3 } } }),
  'cfn-no-value': template('aws', { outputs: { o: {} } }),
  'cfn-null': template('aws', { outputs: { o: null } }),
  'cfn-text': template('aws', { outputs: { o: 'x' } }),
  'cfn-hot-keys': template('aws', { outputs: { o: { value: 1 } } }),
  'cfn-description': template('aws', { outputs: { o: { Value: 1, Description: 'D', Export: { Name: 'x' } } } }),
  'unsupported-functions-are-data': template('aws', {
    outputs: Object.fromEntries(
      ['Fn::Sub', 'Fn::ImportValue', 'Fn::Cidr', 'Fn::Transform', 'Fn::Length', 'Fn::ToJsonString', 'Condition'].map(
        name => [name.replace('Fn::', ''), { Value: { [name]: 'x' } }],
      ),
    ),
  }),
  'two-keys-are-data': out({ value: { get_param: 'a', get_file: 'b' } }),
  'nested-deep': out({ value: Array.from({ length: 40 }).reduce<Json>(inner => ({ list_join: ['', [inner]] }), 'x') }),
};

const of = (group: string, all: Readonly<Record<string, Json>>): Case[] =>
  Object.entries(all).map(([name, text]) => one(`sections/${group}/${name}`, row, text));

export const sectionCases: readonly Case[] = [
  ...columns.map(column =>
    one(
      `sections/versions/${column}`,
      row,
      template(column, { resources: { r: column === 'aws' || column === 'heat' ? { Type: 'OS::Heat::None' } : none } }),
    ),
  ),
  ...['newton', 'ocata', 'pike', 'queens', 'rocky', 'wallaby'].map(alias =>
    one(`sections/versions/${alias}`, row, {
      heat_template_version: alias,
      outputs: { o: { value: { if: [true, { make_url: { host: 'h' } }, 'b'] } } },
    }),
  ),
  ...of('versions', versions),
  ...of('frames', frames),
  ...of('resources', resources),
  ...of('outputs', outputs),
  ...hotDates.map(date =>
    one(`sections/conditions/${date}`, row, { ...versionOf(date), conditions: { c: { equals: ['a', 'a'] } } }),
  ),
];
