/** The bound of all that a template's functions make: each of these alone is in its own bounds. */
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { jobs } from '../orchestration/jobs.ts';
import { affords, withinWork, withLittleWork } from './work.ts';

const { plan } = jobs(createRegistry());

function said(template: object, environment: object | null = null): string {
  const result = plan({
    template: JSON.stringify({ heat_template_version: '2021-04-16', ...template }),
    environment: JSON.stringify({ environment, environment_files: [], parameters: {} }),
    files: '{}',
    projectId: 'p',
    stackId: 's',
    stackName: 'st',
    timeoutMs: 1,
  });
  return result.kind === 'refused' ? result.message : result.kind;
}

const many = (n: number, value: unknown) =>
  Object.fromEntries([...'x'.repeat(n)].map((_, i) => [`r${i}`, { type: 'OS::Heat::Value', properties: { value } }]));
const parameters = { p: { type: 'json', default: [...'x'.repeat(40_000)] } };
const refused =
  'Property error: : resources.r0.properties.value: : What the functions of the template make is too long in all (the limit is 33554432 characters)';

it.each([
  ['the same long value again and again', { parameters, resources: many(600, { get_param: 'p' }) }],
  ['long lists made short', { parameters, resources: many(600, { contains: ['y', { get_param: 'p' }] }) }],
  [
    'long texts of which a digest is kept',
    { parameters, resources: many(600, { digest: ['md5', { list_join: ['', { get_param: 'p' }] }] }) },
  ],
])('is of all of them together: %s', (_what, template) => {
  expect(said(template).replace(/r\d+/, 'r0')).toBe(refused);
});

it('begins anew with each job', () => {
  const template = { parameters, resources: many(50, { get_param: 'p' }) };
  for (let i = 0; i < 5; i++) expect(said(template)).toBe('made');
});

it('is of a single repeat, too', () => {
  const each = { '%x%': [...'x'.repeat(60)], '%y%': [...'x'.repeat(60)], '%z%': [...'x'.repeat(60)] };
  const template = { resources: many(1, { repeat: { for_each: each, template: '%x%' } }) };
  expect(said(template)).toBe(refused);
});

it('is of what a repeat looks for in vain, too', () => {
  const each = Object.fromEntries([...'x'.repeat(2_000)].map((_, i) => [`%${i}%`, ['v']]));
  const template = 'x'.repeat(200_000);
  const repeat = { for_each: { ...each, '%y%': [...'x'.repeat(15)] }, template };
  expect(said({ resources: many(1, { repeat }) })).toBe(refused);
});

it('is of patterns, and of names that are looked for in patterns', () => {
  const constraints = [{ allowed_pattern: '(?:(?=(a+))a*)*b|a*' }];
  const slow = { type: 'string', default: 'a'.repeat(300), constraints };
  const parameters = Object.fromEntries([...'x'.repeat(300)].map((_, i) => [`p${i}`, slow]));
  expect(said({ parameters })).toContain('takes too long to match against pattern');
  const pattern = (i: number) => `${'*a'.repeat(10)}${'b'.repeat(20)}${i}`;
  const resources = Object.fromEntries([...'x'.repeat(900)].map((_, i) => [pattern(i), { hooks: 'pre-create' }]));
  const environment = { resource_registry: { resources } };
  expect(said({ resources: many(900, 1) }, environment)).toContain(
    'are too long in all (the limit is 2048 characters)',
  );
  const few = { resource_registry: { resources: { 'r*': { hooks: 'pre-create' }, '[!r]*': { hooks: 'pre-delete' } } } };
  expect(said({ resources: many(900, 1) }, few)).toBe('made');
});

it('is of what a registry is looked through for', () => {
  const types = (of: (i: number) => string) =>
    Object.fromEntries([...'x'.repeat(900)].map((_, i) => [`r${i}`, { type: of(i) }]));
  const wild = (n: number, name: string, target: (i: number) => string): [string, string][] =>
    [...'x'.repeat(n)].map((_, i) => [`${name}${i}::*`, target(i)]);
  const chain = wild(300, 'T', i => `T${i + 1}::*`);
  const others = wild(300, 'Z', () => 'OS::*');
  const long = { resource_registry: Object.fromEntries([...chain, ...others, ['T300::*', 'OS::Heat::None']]) };
  const tooMany = 'Request limit exceeded: The entries of resource_registry are too many for so many resources.';
  expect(said({ resources: types(i => `T0::${i}`) }, long)).toBe(tooMany);
  expect(said({ resources: types(() => 'T0::X') }, long)).toBe('made');
  const flat = { resource_registry: Object.fromEntries(wild(900, 'T', () => 'OS::Heat::None')) };
  expect(said({ resources: types(i => `T${i}::X`) }, flat)).toBe('made');
});

describe('little work', () => {
  it('is enough for what does little, and nothing is done where it is not', () => {
    expect(withLittleWork(() => withinWork(() => affords(1_000)))).toEqual({ done: true });
    expect(withLittleWork(() => withinWork(() => affords(1_000_000)))).toBeUndefined();
    expect(withinWork(() => affords(1_000_000))).toBe(true);
  });

  it('says so also where the job gave it another name, or threw', () => {
    const spent = () => {
      if (!affords(1_000_000)) throw new Error('too long');
    };
    expect(withLittleWork(spent)).toBeUndefined();
    expect(() =>
      withLittleWork(() => {
        throw new Error('wrong');
      }),
    ).toThrow('wrong');
    const value = { type: 'OS::Heat::Value', properties: { value: { get_param: 'p' } } };
    const outputs = { o: { value: { list_join: ['', { get_param: 'p' }, { get_param: 'p' }, { get_param: 'p' }] } } };
    expect(withLittleWork(() => said({ parameters, resources: { value } }))).toBeUndefined();
    // Of an output it is no fault of the request: the plan is made, and says it there.
    expect(withLittleWork(() => said({ parameters, outputs }))).toBeUndefined();
    expect(withLittleWork(() => said({ resources: many(5, { list_join: ['', ['a', 'b']] }) }))).toEqual({
      done: 'made',
    });
  });
});
