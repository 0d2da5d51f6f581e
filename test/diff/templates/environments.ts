/** Environments: sections, defaults, the registry, files merged in order (contract: templates §6). */
import type { Json } from '../scenario.ts';
import { type Case, newest, one, type Parts, template } from './case.ts';

const row = 'templates §6';

const types = { s: 'string', n: 'number', b: 'boolean', l: 'comma_delimited_list', j: 'json' } as const;
/** Every kind of parameter, shown. */
const shown: Parts = template(newest, {
  parameters: {
    s: { type: types.s, default: 'ds' },
    n: { type: types.n, default: 1 },
    b: { type: types.b, default: false },
    l: { type: types.l, default: 'd,e' },
    j: { type: types.j, default: { d: 1 } },
  },
  outputs: Object.fromEntries(Object.keys(types).map(name => [name, { value: { get_param: name } }])),
});
const using = (type: string, properties: Parts = { value: 'x' }): Parts =>
  template(newest, { resources: { r: { type, properties } } });
const provider = template(newest, {
  parameters: { value: { type: 'string', default: 'dv' } },
  resources: { v: { type: 'OS::Heat::Value', properties: { value: { get_param: 'value' } } } },
  outputs: { o: { value: { get_attr: ['v', 'value'] } } },
});
const providerText = JSON.stringify(provider);

interface Tried {
  readonly template?: Json;
  readonly environment?: Json;
  readonly parameters?: Json;
  /** Environment files, in order; texts are taken as they are. */
  readonly files?: readonly Json[];
  readonly create?: true;
}

const registry = (entries: Parts, of: Parts = using('My::T')): Tried => ({
  template: of,
  environment: { resource_registry: entries },
});
const strategy = (strategies: Json, parameters: Json, rest: Parts = {}): Json => ({
  parameter_merge_strategies: strategies,
  parameters,
  ...rest,
});
const merged = (how: string, first: Json, second: Json): Tried => ({
  template: shown,
  files: [strategy({ default: how }, first), strategy({ default: how }, second)],
});

const tried: Readonly<Record<string, Tried>> = {
  parameters: { template: shown, environment: { parameters: { s: 'es', l: ['x'] } } },
  'parameters-and-body': { template: shown, environment: { parameters: { s: 'es', n: 2 } }, parameters: { s: 'body' } },
  'parameters-null-value': { template: shown, environment: { parameters: { s: null } } },
  'parameters-unknown': { template: shown, environment: { parameters: { none: 1 } } },
  defaults: { template: shown, environment: { parameter_defaults: { s: 'fs', none: 1 } } },
  'defaults-and-value': { template: shown, environment: { parameter_defaults: { s: 'fs' }, parameters: { s: 'es' } } },
  'defaults-bad': {
    template: template(newest, { parameters: { n: { type: 'number', constraints: [{ range: { max: 3 } }] } } }),
    environment: { parameter_defaults: { n: 5 } },
  },
  'defaults-null': { template: shown, environment: { parameter_defaults: { s: null } } },
  'defaults-missing': {
    template: template(newest, { parameters: { n: { type: 'number' } } }),
    environment: { parameter_defaults: { n: 5 } },
  },
  'wrong-section': { template: shown, environment: { foo: {} } },
  'empty-section': { template: shown, environment: { parameters: null } },
  'empty-registry': { template: shown, environment: { resource_registry: null } },
  list: { template: shown, environment: ['a'] },
  text: { template: shown, environment: 'parameters: {s: yaml, l: "a,b"}\n' },
  'text-bad': { template: shown, environment: 'a: b: c' },
  'text-list': { template: shown, environment: '- a\n' },
  'text-empty': { template: shown, environment: '' },
  null: { template: shown, environment: null },
  number: { template: shown, environment: 5 },
  'parameters-list': { template: shown, environment: { parameters: ['a'] } },
  'encrypted-names': { template: shown, environment: { encrypted_param_names: ['s'] } },
  'event-sinks': { template: shown, environment: { event_sinks: [] } },
  'event-sinks-zaqar': {
    template: shown,
    environment: { event_sinks: [{ type: 'zaqar-queue', target: 'q', ttl: 60 }] },
  },
  'merge-strategies-in-body': { template: shown, environment: { parameter_merge_strategies: { default: 'merge' } } },
  alias: { ...registry({ 'My::T': 'OS::Heat::Value' }), create: true },
  'alias-chain': registry({ 'My::T': 'My::U', 'My::U': 'OS::Heat::Value' }),
  'alias-unknown': registry({ 'My::T': 'OS::No::Such' }),
  'alias-bad-property': registry({ 'My::T': 'OS::Heat::Value' }, using('My::T', { nope: 1 })),
  'alias-self': registry({ 'My::T': 'My::T' }),
  'alias-circle': registry({ 'My::T': 'My::U', 'My::U': 'My::T' }),
  'alias-number': registry({ 'My::T': 5 }),
  'alias-list': registry({ 'My::T': ['a'] }),
  'alias-null': registry({ 'My::T': null }),
  'alias-unused': registry({ 'My::U': 'OS::No::Such' }, using('OS::Heat::Value')),
  'replace-builtin': registry({ 'OS::Heat::Value': 'OS::Heat::None' }, using('OS::Heat::Value', { any: 1 })),
  wildcard: registry({ 'My::*': 'OS::Heat::*' }, using('My::Value')),
  'wildcard-none': registry({ 'My::*': 'OS::Heat::None' }, using('My::Value', { a: 1 })),
  'wildcard-to-unknown': registry({ 'My::*': 'OS::No::*' }, using('My::Value')),
  'wildcard-and-exact': registry(
    { 'My::*': 'OS::Heat::None', 'My::T': 'OS::Heat::Value' },
    using('My::T', { nope: 1 }),
  ),
  'wildcard-all': registry({ '*': 'OS::Heat::None' }, using('Any::Thing', { a: 1 })),
  'wildcard-many-to-one': registry({ 'OS::*': 'OS::Heat::None' }, using('OS::Nova::Server', {})),
  'wildcard-null': registry({ 'My::T': 'OS::Heat::Value', 'My::*': null }),
  'resources-own': registry(
    { resources: { r: { 'OS::Heat::RandomString': 'OS::Heat::None' } } },
    using('OS::Heat::RandomString', { any: 1 }),
  ),
  'resources-other': registry(
    { resources: { q: { 'OS::Heat::RandomString': 'OS::Heat::None' } } },
    using('OS::Heat::RandomString', { any: 1 }),
  ),
  'resources-beats-registry': registry(
    { 'My::T': 'OS::Heat::None', resources: { r: { 'My::T': 'OS::Heat::Value' } } },
    using('My::T', { nope: 1 }),
  ),
  'resources-pattern': registry({ resources: { 'r*': { 'My::T': 'OS::Heat::Value' } } }),
  'resources-list': registry({ resources: ['a'] }, using('OS::Heat::Value')),
  'resources-null': registry({ resources: null }, using('OS::Heat::Value')),
  hooks: registry({ resources: { r: { hooks: 'pre-create' } } }, using('OS::Heat::Value')),
  'hooks-list': registry({ resources: { '*': { hooks: ['pre-create', 'pre-delete'] } } }, using('OS::Heat::Value')),
  'hooks-bad': registry({ resources: { r: { hooks: 'pre-nothing' } } }, using('OS::Heat::Value')),
  'hooks-number': registry({ resources: { r: { hooks: 5 } } }, using('OS::Heat::Value')),
  restricted: registry({ resources: { r: { restricted_actions: 'update' } } }, using('OS::Heat::Value')),
  'restricted-list': registry(
    { resources: { r: { restricted_actions: ['update', 'replace'] } } },
    using('OS::Heat::Value'),
  ),
  'restricted-bad': registry({ resources: { r: { restricted_actions: 'create' } } }, using('OS::Heat::Value')),
  'registry-list': { template: using('OS::Heat::Value'), environment: { resource_registry: ['a'] } },
  'registry-base-url': registry({ base_url: 'http://127.0.0.1:1/' }, using('OS::Heat::Value')),
  'template-no-file': registry({ 'My::T': 'nope.yaml' }),
  'template-file-scheme': registry({ 'My::T': 'file:///etc/nope.yaml' }),
  'files-one': { template: shown, files: [{ parameters: { s: 'f1', n: 2 } }] },
  'files-two': { template: shown, files: [{ parameters: { s: 'f1', n: 2 } }, { parameters: { s: 'f2' } }] },
  'files-over-body': { template: shown, files: [{ parameters: { s: 'f1' } }], parameters: { s: 'body', n: 9 } },
  'files-over-environment': {
    template: shown,
    files: [{ parameters: { s: 'f1' } }],
    environment: { parameters: { s: 'e', n: 9 } },
  },
  'files-yaml': { template: shown, files: ['parameters:\n  s: yes\n  l: a,b\n'] },
  'files-bad-yaml': { template: shown, files: ['a: b: c'] },
  'files-wrong-section': { template: shown, files: [{ foo: {} }] },
  'files-empty-section': { template: shown, files: ['parameters:\n'] },
  'files-unknown-first': { template: shown, files: [{ parameters: { none: 1 } }] },
  'files-unknown-second': { template: shown, files: [{ parameters: { s: 'x' } }, { parameters: { none: 1 } }] },
  'files-null-second': { template: shown, files: [{ parameters: { s: 'x' } }, { parameters: { s: null } }] },
  'files-defaults': {
    template: shown,
    files: [{ parameter_defaults: { s: 'x' } }, { parameter_defaults: { s: 'y', n: 7 } }],
  },
  'files-registry': {
    template: using('My::T'),
    files: [{ resource_registry: { 'My::T': 'OS::No::Such' } }, { resource_registry: { 'My::T': 'OS::Heat::Value' } }],
  },
  'files-registry-resources': {
    template: using('OS::Heat::RandomString', { any: 1 }),
    files: [
      { resource_registry: { resources: { r: { 'OS::Heat::RandomString': 'OS::Heat::None' } } } },
      { resource_registry: { resources: { q: { hooks: 'pre-create' } } } },
    ],
  },
  'files-empty': { template: shown, files: [''] },
  'files-number': { template: shown, files: ['5'] },
  'merge-string': merged('merge', { s: 'a' }, { s: 'b' }),
  'merge-list': merged('merge', { l: 'a,b' }, { l: 'c' }),
  'merge-list-lists': merged('merge', { l: ['a'] }, { l: ['b', 'c'] }),
  'merge-list-mixed': merged('merge', { l: ['a'] }, { l: 'b,c' }),
  'merge-list-mixed-other': merged('merge', { l: 'a' }, { l: ['b'] }),
  'merge-json': merged('merge', { j: { a: { x: 1 }, b: 1 } }, { j: { a: { y: 2 } } }),
  'merge-json-text': merged('merge', { j: '{"a": 1}' }, { j: '{"b": 2}' }),
  'merge-number': merged('merge', { n: 1 }, { n: 2 }),
  'merge-boolean': merged('merge', { b: true }, { b: false }),
  'deep-json': merged(
    'deep_merge',
    { j: { a: { x: 1, l: [1], s: 'a' }, b: 1 } },
    { j: { a: { y: 2, l: [2], s: 'b' }, b: 2 } },
  ),
  'deep-string': merged('deep_merge', { s: 'a' }, { s: 'b' }),
  'deep-list': merged('deep_merge', { l: ['a'] }, { l: ['b'] }),
  overwrite: merged('overwrite', { s: 'a', j: { a: 1 } }, { s: 'b', j: { b: 2 } }),
  'merge-unknown-strategy': merged('concat', { s: 'a' }, { s: 'b' }),
  'merge-own-entry': {
    template: shown,
    files: [strategy({ s: 'merge' }, { s: 'a', l: 'x' }), { parameters: { s: 'b', l: 'y' } }],
  },
  'merge-own-entry-conflict': {
    template: shown,
    files: [strategy({ s: 'merge' }, { s: 'a' }), strategy({ s: 'overwrite' }, { s: 'b' })],
  },
  'merge-second-only': { template: shown, files: [{ parameters: { s: 'a' } }, strategy({ s: 'merge' }, { s: 'b' })] },
  'merge-second-default': {
    template: shown,
    files: [{ parameters: { s: 'a' } }, strategy({ default: 'merge' }, { s: 'b' })],
  },
  'merge-own-over-default': {
    template: shown,
    files: [strategy({ default: 'merge', s: 'overwrite' }, { s: 'a', l: ['x'] }), { parameters: { s: 'b', l: ['y'] } }],
  },
  'merge-with-body': {
    template: shown,
    parameters: { s: 'body' },
    files: [strategy({ default: 'merge' }, { s: 'f' })],
  },
  'merge-defaults': {
    template: shown,
    files: [strategy({ default: 'merge' }, {}, { parameter_defaults: { s: 'a' } }), { parameter_defaults: { s: 'b' } }],
  },
  provider: {
    template: using('My::T', { value: 'given' }),
    environment: { resource_registry: { 'My::T': 'p.yaml' } },
    create: true,
  },
  'provider-defaults-inside': {
    template: using('My::T', {}),
    environment: { resource_registry: { 'My::T': 'p.yaml' }, parameter_defaults: { value: 'from-defaults' } },
    create: true,
  },
  'provider-own-resource': {
    template: using('My::T', {}),
    environment: {
      resource_registry: { 'My::T': 'p.yaml', resources: { r: { v: { 'OS::Heat::Value': 'OS::Heat::None' } } } },
    },
  },
  'provider-self': { template: using('My::T', {}), environment: { resource_registry: { 'My::T': 'self.yaml' } } },
};

const selfText = JSON.stringify(template(newest, { resources: { v: { type: 'My::T' } } }));

function caseOf([name, { template: text = shown, files, create, ...rest }]: [string, Tried]): Case {
  const names = files?.map((_, i) => `env${i}`);
  const contents = files?.map(each => (typeof each === 'string' ? each : JSON.stringify(each))) ?? [];
  const needed = JSON.stringify(rest);
  return one(`environments/${name}`, row, text, {
    ...rest,
    ...(names !== undefined && { environment_files: names }),
    files: {
      ...Object.fromEntries(contents.map((each, i) => [`env${i}`, each])),
      ...(needed.includes('p.yaml') && { 'p.yaml': providerText }),
      ...(needed.includes('self.yaml') && { 'self.yaml': selfText }),
    },
    asks: ['validate', 'preview', ...(create ? (['create'] as const) : [])],
  });
}

export const environmentCases: readonly Case[] = [
  ...Object.entries(tried).map(caseOf),
  one('environments/files-missing', row, shown, { environment_files: ['none'], files: {} }),
  one('environments/files-none', row, shown, { environment_files: [], environment: { parameters: { s: 'e' } } }),
];
