/** The bound of all that a template's functions make: each of these alone is in its own bounds. */
import { expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { jobs } from '../orchestration/jobs.ts';

const { plan } = jobs(createRegistry());

function said(template: object): string {
  const result = plan({
    template: JSON.stringify({ heat_template_version: '2021-04-16', ...template }),
    environment: '{"environment":null,"environment_files":[],"parameters":{}}',
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
