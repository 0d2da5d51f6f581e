/** Cases and texts as a real Heat (Zed) answered them. */
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { resource } from '../kit/declare.ts';
import { emptyMap } from '../values/value.ts';
import { parseJson } from '../values/json.ts';
import { plainOf } from '../../test/support/plain.ts';
import { jobs } from './jobs.ts';

const server = resource('OS::Nova::Thing', {
  life: { kind: 'local', create: () => ({ kind: 'done', waitMs: 0, value: { physicalId: 'x', data: emptyMap } }) },
});
const { validate } = jobs(createRegistry([server]));

interface Asked {
  readonly environment?: object | string;
  readonly parameters?: object;
  readonly files?: object;
  readonly services?: readonly string[];
  readonly ignores?: boolean;
}

function ask(template: object | string, more: Asked = {}) {
  const { environment = null, parameters = {}, files = {}, services, ignores = false } = more;
  const result = validate({
    template: typeof template === 'string' ? template : JSON.stringify(template),
    environment: JSON.stringify({ environment, environment_files: [], parameters }),
    files: JSON.stringify(files),
    projectId: 'p',
    access: { isAdmin: false, services },
    ignoresMissingServices: ignores,
  });
  if (result.kind === 'wants') return result;
  return result.kind === 'valid' ? plainOf(parseJson(result.body)) : `${result.type}: ${result.message}`;
}

const hot = (more: object): object => ({ heat_template_version: '2018-08-31', ...more });
const one = (properties: object, more: object = {}) =>
  hot({ resources: { r: { type: 'OS::Heat::Value', properties, ...more } } });
const environment = { parameters: {}, parameter_defaults: {}, resource_registry: { resources: {} }, event_sinks: [] };
const nothing = { Description: 'No description', Parameters: {}, Environment: environment };

describe('what is valid', () => {
  it('shows parameters with all that a client needs to ask for them', () => {
    const template = hot({
      description: 'd',
      parameters: {
        a: {
          type: 'string',
          default: 'x',
          description: 'aa',
          label: 'L',
          hidden: true,
          constraints: [
            { length: { min: 1, max: 5 }, description: 'c1' },
            { allowed_pattern: '[a-z]*', description: 'c2' },
          ],
        },
        n: {
          type: 'number',
          constraints: [{ range: { min: 1 } }, { modulo: { step: 2, offset: 1 } }, { allowed_values: [1, 3] }],
        },
        l: { type: 'comma_delimited_list', default: ['a', 'b'], tags: ['t1'] },
        i: { type: 'string', constraints: [{ custom_constraint: 'glance.image' }] },
        z: { type: 'number', default: 0 },
      },
      parameter_groups: [{ label: 'g', parameters: ['a', 'n'] }],
    });
    expect(ask(template, { parameters: { a: 'secr', z: 0, l: 'x,y' } })).toEqual({
      Description: 'd',
      Parameters: {
        a: {
          Type: 'String',
          Description: 'aa',
          NoEcho: 'true',
          Label: 'L',
          Default: 'x',
          Value: 'secr',
          MinLength: 1,
          MaxLength: 5,
          AllowedPattern: '[a-z]*',
          ConstraintDescription: 'c1 c2',
        },
        n: {
          Type: 'Number',
          Description: '',
          NoEcho: 'false',
          Label: 'n',
          MinValue: 1,
          Step: 2,
          Offset: 1,
          AllowedValues: [1, 3],
        },
        l: {
          Type: 'CommaDelimitedList',
          Description: '',
          NoEcho: 'false',
          Label: 'l',
          Default: ['a', 'b'],
          Value: 'x,y',
          Tags: ['t1'],
        },
        i: { Type: 'String', Description: '', NoEcho: 'false', Label: 'i', CustomConstraint: 'glance.image' },
        z: { Type: 'Number', Description: '', NoEcho: 'false', Label: 'z', Default: 0 },
      },
      ParameterGroups: [{ label: 'g', parameters: ['a', 'n'] }],
      Environment: { ...environment, parameters: { a: 'secr', z: 0, l: 'x,y' } },
    });
  });

  it('takes defaults of the environment for the template’s', () => {
    const template = hot({ parameters: { h: { type: 'string', default: 's' } } });
    const given = { parameter_defaults: { h: 'hv', unk: 1 }, encrypted_param_names: ['h'] };
    expect(ask(template, { environment: given })).toMatchObject({
      Parameters: { h: { Default: 'hv' } },
      Environment: { ...environment, parameter_defaults: { h: 'hv', unk: 1 } },
    });
  });

  it.each([
    ['a value of the wrong type', hot({ parameters: { n: { type: 'number' } } }), { parameters: { n: 'abc' } }],
    ['a required property that is missing', one({}), {}],
    [
      'a property of the wrong type',
      hot({ resources: { r: { type: 'OS::Heat::TestResource', properties: { wait_secs: 'abc' } } } }),
      {},
    ],
    ['a parameter that is none', one({ value: { get_param: 'nope' } }), {}],
    ['a file that is missing', one({ value: { get_file: 'nope' } }), {}],
    ['values that a function cannot take', one({ value: { list_join: [',', [1]] } }), {}],
    ['a missing value in metadata', one({ value: 1 }, { metadata: { a: { get_param: 'nope' } } }), {}],
    ['an output of what is not there', hot({ outputs: { o: { value: { get_resource: 'x' } } } }), {}],
    ['a circle of conditions that nothing uses', hot({ conditions: { a: { not: 'b' }, b: { not: 'a' } } }), {}],
    ['a type that only an admin may use', hot({ resources: { r: { type: 'OS::Nova::Thing' } } }), {}],
  ])('leaves %s alone', (_what, template, more) => {
    expect(ask(template, more)).toMatchObject({ Description: 'No description' });
  });

  it('reads text as well, and shows a description of any kind', () => {
    expect(ask('heat_template_version: 2018-08-31\n')).toEqual(nothing);
    expect(ask(hot({ description: { a: 1 } }))).toMatchObject({ Description: { a: 1 } });
  });

  it('looks at what conditions leave', () => {
    const template = hot({
      parameters: { p: { type: 'string' } },
      conditions: { c: { equals: [{ get_param: 'p' }, '1'] } },
      resources: {
        r: { type: 'OS::Foo', condition: 'c' },
        s: { type: 'OS::Heat::Value', properties: { value: { if: ['c', { get_resource: 'nowhere' }, 1] } } },
      },
    });
    expect(ask(template, { parameters: { p: '0' } })).toMatchObject({ Description: 'No description' });
    expect(ask(template, { parameters: { p: '1' } })).toBe(
      'HTTPBadRequest: The Resource Type (OS::Foo) could not be found.',
    );
    expect(ask(template)).toBe('UserParameterMissing: The Parameter (p) was not provided.');
  });
});

describe('what is not', () => {
  it.each([
    ['HTTPBadRequest: Property error: resources.r.properties: Unknown Property nope', one({ nope: 1 })],
    [
      'InvalidTemplateReference: The specified reference "s" (in r) is incorrect.',
      one({ value: 1 }, { depends_on: 's' }),
    ],
    [
      'InvalidTemplateReference: The specified reference "s" (in r.Properties.value) is incorrect.',
      one({ value: { get_resource: 's' } }),
    ],
    ['HTTPBadRequest: Invalid deletion policy "Foo"', one({ value: 1 }, { deletion_policy: 'Foo' })],
    [
      'HTTPBadRequest: resources.r.properties.value.list_join: Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"] ...]',
      one({ value: { list_join: 1 } }),
    ],
    [
      'HTTPBadRequest: outputs.o.value.get_attr: The specified reference "x" (in unknown) is incorrect.',
      hot({ outputs: { o: { value: { get_attr: ['x', 'y'] } } } }),
    ],
    [
      'HTTPBadRequest: Output validation error: outputs.o: Each output definition must contain a value key.',
      hot({ outputs: { o: {} } }),
    ],
    [
      'HTTPBadRequest: outputs.o.condition: Invalid condition "zz"',
      hot({ outputs: { o: { value: 1, condition: 'zz' } } }),
    ],
    ['HTTPBadRequest: The template section is invalid: foo', hot({ foo: {} })],
    [
      "HTTPBadRequest: Duplicate names {'r'}",
      hot({ parameters: { r: { type: 'string' } }, resources: { r: { type: 'OS::Heat::None' } } }),
    ],
    ['InvalidSchemaError: Invalid type (foo)', hot({ parameters: { r: { type: 'foo' } } })],
    [
      'HTTPBadRequest: Parameter Groups error: parameter_groups.x: The grouped parameter nope does not reference a valid parameter.',
      hot({ parameter_groups: [{ label: 'x', parameters: ['nope'] }] }),
    ],
    [
      'CircularDependencyException: Circular Dependency Found: r -> s -> r',
      hot({
        resources: { r: { type: 'OS::Heat::None', depends_on: 's' }, s: { type: 'OS::Heat::None', depends_on: 'r' } },
      }),
    ],
  ])('%s', (message, template) => {
    expect(ask(template)).toBe(message);
  });

  it('keeps the type of a parameter that the template lacks', () => {
    expect(ask(hot({}), { parameters: { x: 1 } })).toBe(
      'UnknownUserParameter: The Parameter (x) was not defined in template.',
    );
  });

  it('misses a service, unless told not to', () => {
    const template = hot({ resources: { r: { type: 'OS::Nova::Thing' } } });
    const reason = 'nova compute endpoint is not in service catalog.';
    const text = `HEAT-E99001 Service nova is not available for resource type OS::Nova::Thing, reason: ${reason}`;
    expect(ask(template, { services: ['network'] })).toBe(`ResourceTypeUnavailable: ${text}`);
    expect(ask(template, { services: ['network'], ignores: true })).toEqual(nothing);
    expect(ask(template, { services: ['compute'] })).toEqual(nothing);
  });
});

describe('the environment in the answer', () => {
  it('notes what the registry made of each type', () => {
    const noted = (type: string, resource_registry: object, files: object = {}) => {
      const asked = ask(hot({ resources: { r: { type } } }), { environment: { resource_registry }, files });
      return (asked as { Environment: { resource_registry: object } }).Environment.resource_registry;
    };
    expect(noted('My::T', { 'My::*': 'OS::Heat::None' })).toEqual({
      'My::*': 'OS::Heat::None',
      'My::T': 'OS::Heat::None',
      resources: {},
    });
    const child = JSON.stringify(hot({}));
    expect(noted('c.yaml', {}, { 'c.yaml': child })).toEqual({ 'c.yaml': 'c.yaml', resources: {} });
    expect(noted('OS::Heat::None', {})).toEqual({ resources: {} });
  });
});

describe('what real Heat refuses here, too', () => {
  it.each([
    ['a: 1', 'HTTPBadRequest: Template not in valid format: Template format version not found.'],
    ['# nothing', 'HTTPBadRequest: Template not in valid format: Template format version not found.'],
    [
      one({ value: 1 }, { update_policy: { foo: 1 } }),
      'HTTPBadRequest: Property error: resources.r.update_policy: Unknown Property foo',
    ],
    [
      hot({ conditions: { c: { equals: [{ Ref: 'a' }, 'a'] } } }),
      'HTTPBadRequest: equals: [0].Ref: The template version is invalid: The function Ref is not supported in this version of HOT.',
    ],
    [hot({ outputs: { o: { value: { get_resource: ['r'] } } } }), /must be the name of a resource$/],
  ])('%j', (template, message) => {
    const said = String(ask(template));
    if (typeof message === 'string') expect(said).toBe(message);
    else expect(said).toMatch(message);
  });

  it('outputs of a template that stands for a type, where a root would pass or say it otherwise', () => {
    const inside = (outputs: object) =>
      ask(hot({ resources: { r: { type: 'c.yaml' } } }), { files: { 'c.yaml': JSON.stringify(hot({ outputs })) } });
    expect(inside({ o: { value: 1, nope: 2 } })).toBe(
      'HTTPBadRequest: "nope" is not a valid keyword inside a output definition',
    );
    expect(inside({ o: { description: 'd' } })).toBe('HTTPBadRequest: Each output must contain a value key.');
  });
});
