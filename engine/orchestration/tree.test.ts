/** Cases and texts as a real Heat (Zed) answered them, but where that broke (contract: templates §7). */
import { describe, expect, it } from 'vitest';
import { providerOf } from '../kit/provider.ts';
import { createRegistry } from '../resources/registry.ts';
import { jobs, type PlanMade } from './jobs.ts';

const registry = createRegistry();
const { plan, validate } = jobs(registry);

interface Asked {
  readonly files?: Readonly<Record<string, object | string>>;
  readonly environment?: object;
  readonly parameters?: object;
  readonly services?: readonly string[];
}

const hot = (more: object): object => ({ heat_template_version: '2021-04-16', ...more });
const one = (type: string, properties: object = {}) => hot({ resources: { r: { type, properties } } });
const value = (properties: object) => hot({ resources: { v: { type: 'OS::Heat::Value', properties } } });

function job(template: object, { files = {}, environment = {}, parameters = {}, services }: Asked) {
  const texts = Object.entries(files).map(([name, file]) => [
    name,
    typeof file === 'string' ? file : JSON.stringify(file),
  ]);
  return {
    template: JSON.stringify(template),
    environment: JSON.stringify({ environment, environment_files: [], parameters }),
    files: JSON.stringify(Object.fromEntries(texts)),
    projectId: 'p',
    access: { isAdmin: false, services },
  };
}

function made(template: object, asked: Asked = {}): PlanMade {
  const result = plan({ ...job(template, asked), stackId: 's', stackName: 'st', timeoutMs: 3_600_000 });
  if (result.kind !== 'made') throw new Error(JSON.stringify(result));
  return result.plan;
}

function refused(template: object, asked: Asked = {}): string {
  const result = plan({ ...job(template, asked), stackId: 's', stackName: 'st', timeoutMs: 3_600_000 });
  if (result.kind === 'refused') return `${result.type}: ${result.message}`;
  throw new Error('nothing was refused');
}

describe('a template as a type', () => {
  const file = hot({
    parameters: {
      s: { type: 'string' },
      n: { type: 'number', default: 3, constraints: [{ range: { max: 4 } }] },
      l: { type: 'comma_delimited_list', default: 'a,b' },
      j: { type: 'json', default: {} },
      b: { type: 'boolean', default: true },
      d: { type: 'string' },
    },
    resources: { v: { type: 'OS::Heat::Value', properties: { value: { get_param: 's' } } } },
    outputs: { o: { value: 1 } },
  });
  const environment = {
    parameter_defaults: { d: 'from the environment' },
    resource_registry: { 'My::T': 'file:///t.yaml' },
  };
  const files = { 'file:///t.yaml': file };

  it('is named by its file, its parameters and its outputs, without what may be a secret', () => {
    const [resource] = made(one('My::T', { s: 'x' }), { files, environment }).resources;
    expect(resource?.type).toBe('My::T');
    expect(resource?.implementation).not.toContain('from the environment');
    const { file: name, entry, outputs, defaulted } = providerOf(resource?.implementation ?? '');
    expect({ name, entry, outputs, defaulted }).toEqual({
      name: 'file:///t.yaml',
      entry: ['My::T'],
      outputs: ['o'],
      defaulted: ['d'],
    });
    const type = registry.get(resource?.implementation ?? '');
    expect(
      Object.entries(type?.properties ?? {}).map(([key, { type: of, isRequired }]) => [key, of, isRequired]),
    ).toEqual([
      ['s', 'string', true],
      ['n', 'number', false],
      ['l', 'list', false],
      ['j', 'any', false],
      ['b', 'boolean', false],
      ['d', 'string', false],
    ]);
  });

  it.each([
    [{}, 'Property error: : resources.r.properties: : Property s not assigned'],
    [{ s: 'x', nope: 1 }, 'Property error: : resources.r.properties: : Unknown Property nope'],
    [{ s: 'x', n: 5 }, 'Property error: : resources.r.properties.n: : 5 is out of range (min: None, max: 4)'],
    [{ s: 'x', b: 'yes' }, 'Property error: : resources.r.properties.b: : "yes" is not a valid boolean'],
    [{ s: 'x', j: 5 }, 'Property error: : resources.r.properties.j: : "5" is not a map'],
    [{ s: ['x'] }, "Property error: : resources.r.properties.s: : Value must be a string; got ['x']"],
  ])('has its parameters as properties: %j', (properties, message) => {
    expect(refused(one('My::T', properties), { files, environment })).toBe(`StackValidationFailed: ${message}`);
  });

  it.each([
    { s: 'x', j: [1, 2] },
    { s: 'x', j: '{"a": 1}' },
    { s: 'x', l: 'a,b' },
    { s: 'x', l: ['a'], d: null },
  ])('takes %j', properties => {
    expect(made(one('My::T', properties), { files, environment }).resources).toHaveLength(1);
  });

  it('may be asked for any attribute', () => {
    const template = hot({
      resources: {
        r: { type: 'file:///t.yaml', properties: { s: 'x', d: 'y' } },
        a: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['r', 'resource.v', 'k', 1] } } },
        b: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['r', 'no_such_output'] } } },
      },
    });
    expect(made(template, { files }).resources[0]?.exports).toEqual(['["resource.v","k",1]', 'no_such_output']);
  });

  it('is no name that a template may use', () => {
    const [resource] = made(one('My::T', { s: 'x' }), { files, environment }).resources;
    expect(refused(one(resource?.implementation ?? ''))).toContain('The Resource Type (template:');
  });
});

describe('what is in it', () => {
  const inner = (properties: object) => ({ 'bad.yaml': value(properties) });

  it('is checked by names, and told with the way there', () => {
    expect(refused(one('bad.yaml'), { files: inner({ value: 1, nope: 2 }) })).toBe(
      'StackValidationFailed: Property error: : resources.r<bad.yaml>.resources.v.properties: : Unknown Property nope',
    );
    const files = { ...inner({ nope: 2 }), 'mid.yaml': one('bad.yaml') };
    expect(refused(one('mid.yaml'), { files })).toBe(
      'StackValidationFailed: Property error: : ' +
        'resources.r<mid.yaml>.resources.r<bad.yaml>.resources.v.properties: : Unknown Property nope',
    );
  });

  it('is not checked by values', () => {
    expect(made(one('bad.yaml'), { files: inner({ type: 'nonsense' }) }).resources).toHaveLength(1);
  });

  it.each([
    ['heat_template_version: [', 'Error parsing template bad.yaml'],
    ['resources: {}', 'Template format version not found.'],
    ['- a', 'The template is not a JSON object or YAML mapping.'],
  ])('is read: %s', (text, message) => {
    expect(refused(one('bad.yaml'), { files: { 'bad.yaml': text } })).toContain(`StackValidationFailed: ${message}`);
    const files = { 'bad.yaml': text, 'mid.yaml': one('bad.yaml') };
    expect(refused(one('mid.yaml'), { files })).toContain(`resources.r<mid.yaml>: : ${message}`);
    const checked = validate({ ...job(one('bad.yaml'), { files }), ignoresMissingServices: false });
    expect(checked).toMatchObject({ kind: 'refused', message: expect.stringContaining(message) });
  });

  it.each([
    ['x.yaml', 'Invalid URL scheme '],
    ['file:///x.yaml', 'Invalid URL scheme file'],
  ])('has to be among the files: %s', (name, why) => {
    expect(refused(one(name))).toBe(`StackValidationFailed: Could not fetch remote template "${name}": ${why}`);
  });

  it('may name a type that its own entry maps, but not be led to itself again', () => {
    const environment = { resource_registry: { 'My::T': 's.yaml' } };
    expect(refused(one('My::T'), { environment, files: { 's.yaml': one('My::T') } })).toBe(
      'StackValidationFailed: resources.r<s.yaml>: : The Resource Type (My::T) could not be found.',
    );
  });

  it('sees the registry and the defaults of its parent, and not its parameters', () => {
    const files = {
      'a.yaml': hot({
        parameters: { p: { type: 'string' } },
        resources: { x: { type: 'Alias', properties: { value: { get_param: 'p' } } } },
      }),
    };
    const asked = {
      files,
      environment: { parameter_defaults: { p: 'd' }, resource_registry: { Alias: 'OS::Heat::Value' } },
    };
    expect(made(one('a.yaml'), asked).resources).toHaveLength(1);
    const template = hot({ parameters: { p: { type: 'string' } }, resources: { r: { type: 'a.yaml' } } });
    expect(refused(template, { files, parameters: { p: 'x' } })).toContain('Property p not assigned');
  });

  it('sees what the registry says of the resource that it is in', () => {
    const files = { 'a.yaml': hot({ resources: { x: { type: 'Mine' } } }) };
    const registry = (name: string) => ({
      files,
      environment: { resource_registry: { resources: { [name]: { x: { Mine: 'OS::Heat::None' } } } } },
    });
    expect(made(one('a.yaml'), registry('r')).resources).toHaveLength(1);
    expect(made(one('a.yaml'), registry('?')).resources).toHaveLength(1);
    expect(refused(one('a.yaml'), registry('q'))).toContain('The Resource Type (Mine) could not be found.');
  });
});

describe('the tree', () => {
  it('is five levels deep at most', () => {
    const files = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`t${i}.yaml`, i === 5 ? value({ value: 1 }) : one(`t${i + 1}.yaml`)]),
    );
    expect(made(one('t1.yaml'), { files }).resources).toHaveLength(1);
    expect(refused(one('t0.yaml'), { files })).toBe(
      'RequestLimitExceeded: Request limit exceeded: Recursion depth exceeds 5. ' +
        '(t0.yaml → t1.yaml → t2.yaml → t3.yaml → t4.yaml → t5.yaml)',
    );
    const circle = { 'a.yaml': one('b.yaml'), 'b.yaml': one('a.yaml') };
    expect(refused(one('a.yaml'), { files: circle })).toContain(
      'Recursion depth exceeds 5. (a.yaml → b.yaml → a.yaml → b.yaml → a.yaml → b.yaml)',
    );
  });

  it('is no longer than can be looked through', () => {
    const many = (n: number, each: object) =>
      hot({ resources: Object.fromEntries(Array.from({ length: n }, (_, i) => [`r${i}`, each])) });
    const apart = (file: string) => ({ type: 'OS::Heat::Stack', properties: { template: { get_file: file } } });
    // Each is a root of its own, so its resources do not count: a hundred million of them.
    const files = {
      'a.yaml': many(900, apart('b.yaml')),
      'b.yaml': many(900, apart('c.yaml')),
      'c.yaml': many(900, { type: 'OS::Heat::None' }),
    };
    const tooMuch =
      'RequestLimitExceeded: Request limit exceeded: The nested templates are too many, or too long in all.';
    expect(refused(many(900, apart('a.yaml')), { files })).toBe(tooMuch);
    const long = { 'l.yaml': hot({ outputs: { o: { value: [...'x'.repeat(100_000)] } } }) };
    expect(refused(many(900, { type: 'l.yaml' }), { files: long })).toBe(tooMuch);
    const short = { 's.yaml': hot({ outputs: { o: { value: 1 } } }) };
    expect(made(many(999, { type: 's.yaml' }), { files: short }).resources).toHaveLength(999);
  });

  it('has a thousand resources at most, members of groups counted', () => {
    const group = (count: number) =>
      hot({
        resources: { g: { type: 'OS::Heat::ResourceGroup', properties: { count, resource_def: { type: 't.yaml' } } } },
      });
    const files = { 't.yaml': value({ value: 1 }) };
    expect(made(group(499), { files }).resources).toHaveLength(1);
    expect(refused(group(500), { files })).toBe(
      'RequestLimitExceeded: Request limit exceeded: Maximum resources per stack exceeded.',
    );
  });

  it('does not count what is in a stack that is a root of its own, but how deep that is', () => {
    const many = (count: number) => {
      const resources = Array.from({ length: count }, (_, i) => [`r${i}`, { type: 'OS::Heat::None' }]);
      return hot({ resources: Object.fromEntries(resources) });
    };
    const apart = (template: object | string) =>
      hot({
        resources: {
          a: { type: 'OS::Heat::Stack', properties: { template } },
          b: { type: 'OS::Heat::Stack', properties: { template } },
        },
      });
    expect(made(apart(JSON.stringify(many(999)))).resources).toHaveLength(2);
    expect(refused(apart(JSON.stringify(many(1_001))))).toContain('Maximum resources per stack exceeded.');
    const endless = { get_file: 'self.yaml' };
    expect(refused(apart(endless), { files: { 'self.yaml': apart(endless) } })).toContain('Recursion depth');
    const net = JSON.stringify(hot({ resources: { n: { type: 'OS::Neutron::Net' } } }));
    expect(made(apart(net)).callsCloud).toBe(true);
  });

  it('calls a cloud where any of its types does', () => {
    const net = { 'n.yaml': hot({ resources: { n: { type: 'OS::Neutron::Net' } } }) };
    expect(made(one('n.yaml'), { files: net }).callsCloud).toBe(true);
    const watched = { type: 'OS::Neutron::Net', external_id: 'n1' };
    expect(made(hot({ resources: { watched } })).callsCloud).toBe(true);
    expect(made(one('n.yaml'), { files: { 'n.yaml': value({ value: 1 }) } }).callsCloud).toBe(false);
  });
});

describe('a group', () => {
  const group = (resource_def: object, more: object = {}, policy: object = {}) =>
    hot({
      resources: {
        g: { type: 'OS::Heat::ResourceGroup', properties: { resource_def, ...more }, update_policy: policy },
      },
    });

  it.each([
    [
      group({ type: 'OS::Heat::Value', properties: { nope: 1 } }),
      'Property error: : resources.g<nested_stack>.resources[0].properties: : Unknown Property nope',
    ],
    [group({ type: 'No::Such' }), 'resources.g<nested_stack>: : The Resource Type (No::Such) could not be found.'],
    [group({}), 'Property error: : resources.g.properties.resource_def: : Property type not assigned'],
    [
      group({ type: 'OS::Heat::None' }, { count: -1 }),
      'Property error: : resources.g.properties.count: : -1 is out of range (min: 0, max: None)',
    ],
    [
      group({ type: 'OS::Heat::None' }, {}, { rolling_update: { max_batch_size: 0 } }),
      'Property error: : resources.g.update_policy.rolling_update.max_batch_size: : 0 is out of range (min: 1, max: None)',
    ],
  ])('is checked by one member', (template, message) => {
    expect(refused(template)).toBe(`StackValidationFailed: ${message}`);
  });

  it('of none, or with properties that are not known or missing, passes', () => {
    expect(made(group({ type: 'No::Such' }, { count: 0 })).resources).toHaveLength(1);
    expect(made(group({ type: 'OS::Heat::Value' })).resources).toHaveLength(1);
  });
});

describe('a template in place of a type that there is', () => {
  const facade = (more: object, outputs: readonly string[] = ['value', 'show']) => ({
    environment: { resource_registry: { 'OS::Heat::Value': 'f.yaml' } },
    files: {
      'f.yaml': hot({
        ...more,
        outputs: Object.fromEntries(outputs.map(name => [name, { value: 1 }])),
      }),
    },
  });
  const asked = one('OS::Heat::Value', { value: { a: 1 } });

  it.each([
    [{}, undefined, 'Required property value for facade OS::Heat::Value missing in provider'],
    [
      { parameters: { value: { type: 'comma_delimited_list' } } },
      undefined,
      'Property value type mismatch between facade OS::Heat::Value (Any) and provider (List)',
    ],
    [
      { parameters: { value: { type: 'json' }, more: { type: 'string' } } },
      undefined,
      'Provider requires property more unknown in facade OS::Heat::Value',
    ],
    [{ parameters: { value: { type: 'json' } } }, [], 'Attribute value for facade OS::Heat::Value missing in provider'],
  ])('has to look like it: %j', (more, outputs, message) => {
    const types = ('parameters' in more ? more.parameters : {}) as Record<string, { type: string }>;
    const values = Object.entries(types).map(([name, { type }]) => [name, type === 'json' ? {} : 'x']);
    const template = one('OS::Heat::Value', Object.fromEntries(values));
    expect(refused(template, facade(more, outputs))).toBe(`StackValidationFailed: ${message}`);
  });

  it('that does stands for it', () => {
    expect(made(asked, facade({ parameters: { value: { type: 'json' } } })).resources[0]?.type).toBe('OS::Heat::Value');
  });
});
