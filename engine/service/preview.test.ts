import { expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import { jobs } from '../orchestration/jobs.ts';
import { createRegistry } from '../resources/registry.ts';
import { previewedResources, previewOf } from './preview.ts';

const registry = createRegistry();

const template = `heat_template_version: 2018-08-31
parameters:
  p: {type: string, default: x}
resources:
  r: {type: OS::Heat::Value, properties: {value: {get_param: p}}}
  s:
    type: OS::Heat::TestResource
    description: dd
    metadata: {m: {get_attr: [r, value]}}
    properties: {value: {get_attr: [r, value]}, wait_secs: '1', client_name: {get_resource: r}}
  none: {type: OS::Heat::None, properties: {a: {get_attr: [r, value]}}}
outputs:
  o: {value: {get_attr: [r, value]}}
  o2: {description: od, value: {get_resource: r}}
  o3: {value: {get_file: x}}
`;

function planned(access?: { isAdmin: boolean; services: readonly string[] | undefined }) {
  return jobs(registry).plan({
    template,
    environment: '{"parameters": {"p": "q"}}',
    files: '{}',
    stackId: 'None',
    stackName: 'prev',
    projectId: 'pr',
    timeoutMs: 60_000,
    ...(access && { access }),
  });
}

it('shows every property and attribute, as real Heat does while nothing is made', () => {
  const result = planned();
  if (result.kind !== 'made') throw new Error(JSON.stringify(result));
  const shown = previewOf(result.plan);
  expect(plainOf(shown.parameters)).toEqual({
    'OS::stack_id': 'None',
    'OS::project_id': 'pr',
    'OS::stack_name': 'prev',
    p: 'q',
  });
  expect(shown.outputs).toEqual([
    { key: 'o', description: 'No description given', value: null, error: undefined },
    { key: 'o2', description: 'od', value: 'r', error: undefined },
    {
      key: 'o3',
      description: 'No description given',
      value: null,
      error: 'No content found in the "files" section for get_file path: x',
    },
  ]);
  const [r, s, none] = previewedResources(registry, result.plan);
  expect(r?.requiredBy).toEqual(['s', 'none']);
  expect(plainOf(r?.properties ?? null)).toEqual({ value: 'q', type: null });
  expect(s).toMatchObject({ name: 's', type: 'OS::Heat::TestResource', description: 'dd', requiredBy: [] });
  expect(plainOf(s?.metadata ?? null)).toEqual({ m: null });
  expect(plainOf(s?.attributes ?? null)).toEqual({ output: null });
  expect(plainOf(s?.properties ?? null)).toEqual({
    constraint_prop_secs: 0,
    attr_wait_secs: 0,
    value: 'test_string',
    update_replace_value: null,
    fail: false,
    update_replace: false,
    wait_secs: 1,
    action_wait_secs: null,
    client_name: 'r',
    entity_name: '',
  });
  expect(plainOf(none?.properties ?? null)).toEqual({});
  expect(plainOf(none?.attributes ?? null)).toEqual({});
});

it('is refused for whom a create would be', () => {
  const registryPlan = jobs(registry).plan;
  const asked = (type: string, access: { isAdmin: boolean; services: readonly string[] | undefined }) =>
    registryPlan({
      template: JSON.stringify({ heat_template_version: '2018-08-31', resources: { r: { type } } }),
      environment: JSON.stringify({ environment: { resource_registry: { 'OS::Keystone::Role': 'OS::Heat::None' } } }),
      files: '{}',
      stackId: 'None',
      stackName: 'prev',
      projectId: 'pr',
      timeoutMs: 60_000,
      access,
    });
  const member = { isAdmin: false, services: undefined };
  // Forbidden is what the template names, whatever the environment makes of it.
  expect(asked('OS::Keystone::Role', member)).toMatchObject({
    type: 'Forbidden',
    status: 403,
    message: 'You are not authorized to use OS::Keystone::Role.',
  });
  expect(asked('OS::Keystone::Role', { ...member, isAdmin: true }).kind).toBe('made');
});

it('converts what is given, and shows null as the empty value of its type', () => {
  const shown = (type: string, properties: object) => {
    const result = jobs(registry).plan({
      template: JSON.stringify({ heat_template_version: '2018-08-31', resources: { r: { type, properties } } }),
      environment: '{}',
      files: '{}',
      stackId: 'None',
      stackName: 'prev',
      projectId: 'pr',
      timeoutMs: 60_000,
    });
    if (result.kind !== 'made') throw new Error(JSON.stringify(result));
    return plainOf(previewedResources(registry, result.plan)[0]?.properties ?? null);
  };
  expect(shown('OS::Heat::Value', { type: 'number', value: '5' })).toEqual({ type: 'number', value: 5 });
  expect(shown('OS::Heat::Value', { type: 'json', value: null })).toEqual({ type: 'json', value: {} });
  expect(shown('OS::Heat::RandomString', { salt: null, length: '7' })).toMatchObject({ salt: '', length: 7 });
});
