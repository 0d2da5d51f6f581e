import { describe, expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import { parseJson } from '../values/json.ts';
import { checkImmutable, patched, type Stored, storedJob } from './patching.ts';

const template = JSON.stringify({
  heat_template_version: '2018-08-31',
  parameters: {
    a: { type: 'string', default: 'da' },
    b: { type: 'string', default: 'db' },
    n: { type: 'number', default: 1, immutable: true },
    l: { type: 'comma_delimited_list', default: 'x,y', immutable: true },
  },
});

function stored(environment: object = {}, files: object = {}): Stored {
  return { template, environment: JSON.stringify(environment), files: JSON.stringify(files) };
}

function asked(more: {
  readonly template?: string;
  readonly environment?: unknown;
  readonly environment_files?: readonly string[];
  readonly parameters?: object;
  readonly files?: object;
  readonly clear?: readonly string[];
}) {
  const { environment = null, environment_files = [], parameters = {}, files = {}, clear = [] } = more;
  return {
    ...(more.template === undefined ? {} : { template: more.template }),
    environment: JSON.stringify({ environment, environment_files, parameters }),
    files: JSON.stringify(files),
    clearParameters: clear,
  };
}

function environmentAfter(before: Stored, more: Parameters<typeof asked>[0]) {
  const job = patched(before, asked(more));
  const parts = plainOf(parseJson(job.environment)) as {
    readonly environment: Readonly<Record<string, unknown>>;
    readonly environment_files: unknown;
    readonly parameters: unknown;
  };
  expect([parts.environment_files, parts.parameters]).toEqual([[], {}]);
  return parts.environment;
}

describe('a PATCH', () => {
  it('that asks for nothing keeps all', () => {
    const environment = {
      parameters: { a: 'y' },
      parameter_defaults: { b: 'pd' },
      resource_registry: { resources: {}, 'My::A': 'OS::Heat::None' },
      encrypted_param_names: ['q'],
      event_sinks: [{ type: 'zaqar-queue', target: 't' }],
    };
    const before = stored(environment, { f: 'one' });
    expect(environmentAfter(before, {})).toEqual(environment);
    expect(patched(before, asked({}))).toEqual(storedJob(before));
  });

  it('puts parameters over those that are there, whichever way they come', () => {
    const before = stored({ parameters: { a: 'old', b: 'old' } });
    expect(environmentAfter(before, { parameters: { b: 'new' } })['parameters']).toEqual({ a: 'old', b: 'new' });
    expect(environmentAfter(before, { environment: { parameters: { a: null } } })['parameters']).toEqual({
      a: null,
      b: 'old',
    });
    expect(
      environmentAfter(before, { environment: 'parameters: {a: y}', parameters: { a: 'p' } })['parameters'],
    ).toEqual({ a: 'p', b: 'old' });
  });

  it('clears stored parameters first, and no defaults', () => {
    const before = stored({ parameters: { a: 'old', b: 'old' }, parameter_defaults: { a: 'pd' } });
    expect(environmentAfter(before, { clear: ['a', 'b', 'none'], parameters: { b: 'new' } })).toMatchObject({
      parameters: { b: 'new' },
      parameter_defaults: { a: 'pd' },
    });
  });

  it('drops parameters that the new template lacks, stored and given ones', () => {
    const before = stored({ parameters: { a: 'old', b: 'old' }, parameter_defaults: { b: 'pd' } });
    const other = JSON.stringify({ heat_template_version: '2018-08-31', parameters: { a: { type: 'string' } } });
    const after = environmentAfter(before, { template: other, parameters: { given: 1 } });
    expect(after).toMatchObject({ parameters: { a: 'old' }, parameter_defaults: { b: 'pd' } });
    expect(patched(before, asked({ template: other })).template).toBe(other);
    expect(patched(before, asked({})).template).toBe(template);
  });

  it('adds files, and reads environment files from those that are kept', () => {
    const before = stored({ parameters: { b: 'old' } }, { f: 'one', e: 'parameters: {a: file}', both: 'old' });
    const request = { environment_files: ['e'], files: { both: 'new', g: 'two' } };
    expect(environmentAfter(before, request)['parameters']).toEqual({ b: 'old', a: 'file' });
    const files = plainOf(parseJson(patched(before, asked(request)).files));
    expect(files).toEqual({ f: 'one', e: 'parameters: {a: file}', both: 'new', g: 'two' });
    expect(() => patched(before, asked({ environment_files: ['none'] }))).toThrow(
      'The environment file "none" is not in "files".',
    );
  });

  it('merges the registry entry by entry; null takes away', () => {
    const before = stored({
      resource_registry: {
        'My::A': 'OS::Heat::None',
        'My::B': 'OS::Heat::None',
        'Your::C': 'OS::Heat::None',
        resources: { r: { 'My::A': 'OS::Heat::Value' }, s: { 'My::A': 'OS::Heat::Value' } },
      },
    });
    const resource_registry = {
      'My::*': null,
      'Your::D': 'OS::Heat::Value',
      resources: { r: { 'My::B': 'OS::Heat::Value' }, s: { 'My::A': null } },
    };
    expect(environmentAfter(before, { environment: { resource_registry } })['resource_registry']).toEqual({
      'Your::C': 'OS::Heat::None',
      'Your::D': 'OS::Heat::Value',
      resources: { r: { 'My::A': 'OS::Heat::Value', 'My::B': 'OS::Heat::Value' }, s: {} },
    });
  });

  it('adds sinks, and keeps the names of encrypted parameters as they were', () => {
    const sink = (target: string) => ({ type: 'zaqar-queue', target });
    const before = stored({ event_sinks: [sink('a')], encrypted_param_names: ['a'] });
    const environment = { event_sinks: [sink('b')], encrypted_param_names: ['b'] };
    expect(environmentAfter(before, { environment })).toMatchObject({
      event_sinks: [sink('a'), sink('b')],
      encrypted_param_names: ['a'],
    });
  });

  it('refuses an environment that is none', () => {
    expect(() => patched(stored(), asked({ environment: { foo: {} } }))).toThrow(
      'Environment not in valid format: environment has wrong section "foo"',
    );
  });
});

describe('immutable parameters', () => {
  const job = (parameters: object, text = template) =>
    storedJob({ template: text, environment: JSON.stringify({ parameters }), files: '{}' });
  const message = (names: string) => `The following parameters are immutable and may not be updated: ${names}`;

  it.each([
    [{}, {}],
    [{ n: 5 }, { n: '5' }],
    [{ n: '5.0' }, { n: 5 }],
    [{}, { n: '1', l: ['x', 'y'] }],
    [{ a: 'old' }, { a: 'new' }],
  ])('%j → %j is no change of them', (before, after) => {
    expect(() => checkImmutable(job(before), job(after))).not.toThrow();
  });

  it.each([
    [{}, { n: 2 }, 'n'],
    [{ n: 2 }, {}, 'n'],
    [{}, { n: 2, l: 'y,x' }, 'l, n'],
  ])('%j → %j is', (before, after, names) => {
    expect(() => checkImmutable(job(before), job(after))).toThrow(message(names));
  });

  it('a new default is another value; a parameter that is new, or no longer immutable, is free', () => {
    const with_ = (n: object) => JSON.stringify({ heat_template_version: '2018-08-31', parameters: { n } });
    const after = (n: object, value: object = {}) => job(value, with_(n));
    expect(() => checkImmutable(job({}), after({ type: 'number', default: 2, immutable: true }))).toThrow(message('n'));
    expect(() => checkImmutable(job({}), after({ type: 'number', default: 2 }))).not.toThrow();
    expect(() =>
      checkImmutable(job({}, with_({ type: 'number' })), after({ type: 'number', immutable: true }, { n: 3 })),
    ).not.toThrow();
    expect(() =>
      checkImmutable(job({ n: 3 }, with_({ type: 'string' })), after({ type: 'string', immutable: true }, { n: 4 })),
    ).toThrow();
  });
});
