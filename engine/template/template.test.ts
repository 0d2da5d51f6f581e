import { describe, expect, it } from 'vitest';
import { hotWords } from './dialects/words.ts';
import { hot, latest, planned, thrown } from '../../test/support/templates.ts';
import { limits } from '../kernel/limits.ts';
import type { Value } from '../values/value.ts';
import { emptyMap, mapOf } from '../values/value.ts';
import { parseTemplate } from './template.ts';

function refusal(body: string, version?: string): string {
  return thrown(() => parseTemplate(hot(body, version)));
}

describe('sections', () => {
  it('may be absent or null', () => {
    const template = parseTemplate(hot('resources:\nparameters:\noutputs:\ndescription:\nparameter_groups:'));
    expect(template.resources.size + template.parameters.size + template.outputs.size).toBe(0);
    expect(template.description).toBe('No description');
  });

  it('keep a description of any type', () => {
    expect(parseTemplate(hot('description: {a: 1}')).description).toEqual(mapOf([['a', 1n]]));
    expect(parseTemplate(hot('description: ""')).description).toBe('No description');
  });

  it.each([
    ['foo: 1', latest, 'The template section is invalid: foo'],
    ['conditions: {}', '2016-04-08', 'The template section is invalid: conditions'],
    ['Resources: {}', latest, 'The template section is invalid: Resources'],
    ['__proto__: {}', latest, 'The template section is invalid: __proto__'],
    ['resources: text', latest, `'str' object has no attribute 'items'`],
    ['resources: [a]', latest, `'list' object has no attribute 'items'`],
    ['outputs: text', latest, 'The outputs section must be a map. Found a str instead'],
    [
      'conditions:',
      latest,
      'Conditions validation error: : Condition definitions must be a map. Found a NoneType instead',
    ],
    [
      'conditions: [a]',
      latest,
      'Conditions validation error: : Condition definitions must be a map. Found a list instead',
    ],
  ])('%s in %s is refused', (body, version, message) => {
    expect(refusal(body, version)).toBe(message);
  });
});

describe('resources', () => {
  it('are read with all their keys', () => {
    const { resources } = parseTemplate(
      hot(`
resources:
  r:
    type: OS::Heat::Value
    properties: {value: 1, p: {get_attr: [s, a]}}
    metadata: {m: {get_param: p}}
    depends_on: [s, t, s]
    deletion_policy: Retain
    update_policy: {rolling_update: {min_in_service: 1}}
    description: what it is
  s: {type: X}
`),
    );
    expect(resources.get('r')).toEqual({
      name: 'r',
      words: hotWords,
      type: 'OS::Heat::Value',
      properties: new Map<string, unknown>([
        ['value', 1n],
        ['p', { fn: 'get_attr:2015-10-15', args: ['s', 'a'], at: 'resources.r.properties.p.get_attr' }],
      ]),
      metadata: new Map([['m', { fn: 'get_param', args: 'p', at: 'resources.r.metadata.m.get_param' }]]),
      dependsOn: ['s', 't'],
      deletionPolicy: 'Retain',
      updatePolicy: mapOf([['rolling_update', mapOf([['min_in_service', 1n]])]]),
      description: 'what it is',
      condition: undefined,
      hasChoices: false,
    });
    expect(resources.get('s')).toEqual({
      name: 's',
      words: hotWords,
      type: 'X',
      properties: emptyMap,
      metadata: emptyMap,
      dependsOn: [],
      deletionPolicy: null,
      updatePolicy: emptyMap,
      description: '',
      condition: undefined,
      hasChoices: false,
    });
  });

  it('say where conditions choose something in a resource, and only there', () => {
    const { resources } = parseTemplate(
      hot(
        'resources: {a: {type: T, properties: {p: {get_param: x}}}, b: {type: T, metadata: {m: [{if: [true, 1, 2]}]}}, c: {type: T}}',
      ),
    );
    expect([...resources.values()].map(each => each.hasChoices)).toEqual([false, true, false]);
  });

  it('may have any name, and `__proto__` is one', () => {
    const { resources } = parseTemplate(
      hot('resources: {"": {type: A}, "ü b": {type: B}, __proto__: {type: C, properties: {__proto__: 1}}}'),
    );
    expect([...resources.keys()]).toEqual(['', 'ü b', '__proto__']);
    expect(resources.get('__proto__')?.properties).toEqual(mapOf([['__proto__', 1n]]));
  });

  it.each([
    ['{r: {}}', 'Each resource must contain a type key.'],
    ['{r: null}', 'Each resource must contain a type key.'],
    ['{r: {properties: {}}}', 'Each resource must contain a type key.'],
    ['{r: {type: null}}', 'Each Resource must contain a Type key.'],
    ['{r: {type: ""}}', 'Each Resource must contain a Type key.'],
    ['{r: {type: [a]}}', 'Resource r type type must be string'],
    ['{r: {type: {get_param: a}}}', 'Resource r type type must be string'],
    ['{r: text}', `"resources" must contain a map of resource maps. Found a [<class 'str'>] instead`],
    ['{r: [a]}', `"resources" must contain a map of resource maps. Found a [<class 'list'>] instead`],
    ['{r: {type: T, foo: 1, bar: 2}}', '"foo" is not a valid keyword inside a resource definition'],
    ['{z: {type: T, foo: 1}, a: {type: T, bar: 1}}', '"bar" is not a valid keyword inside a resource definition'],
    ['{r: {type: T, properties: null}}', 'Resource r properties type must be object'],
    ['{r: {type: T, properties: [a]}}', 'Resource r properties type must be object'],
    ['{r: {type: T, metadata: null}}', 'Resource r metadata type must be object'],
    ['{r: {type: T, update_policy: x}}', 'Resource r update_policy type must be object'],
    ['{r: {type: T, depends_on: null}}', 'Resource r depends_on type must be list or string'],
    ['{r: {type: T, depends_on: {a: b}}}', 'Resource r depends_on type must be list or string'],
    ['{r: {type: T, depends_on: {get_param: b}}}', 'Resource r depends_on type must be list or string'],
    ['{r: {type: T, depends_on: [1]}}', 'Resource r depends_on must be a list of strings'],
    ['{r: {type: T, deletion_policy: null}}', 'Resource r deletion_policy type must be string'],
    ['{r: {type: T, deletion_policy: [a]}}', 'Resource r deletion_policy type must be string'],
    ['{r: {type: T, description: null}}', 'Resource r description type must be string'],
    ['{r: {type: T, condition: null}}', 'Resource r condition type must be string_or_boolean'],
    ['{r: {type: T, condition: 1}}', 'Resource r condition type must be string_or_boolean'],
    ['{r: {type: T, external_id: null}}', 'Resource r external_id type must be string'],
    ['{r: {type: T, external_id: [abc]}}', 'Resource r external_id type must be string'],
    ['{a/b: {type: T}}', 'Resource name may not contain "/"'],
    [
      '{r: {type: T, properties: {get_param: a}}}',
      'resources.r.properties.get_param: : A function cannot stand for all of the properties',
    ],
  ])('%s is refused', (resources, message) => {
    expect(refusal(`resources: ${resources}`)).toBe(message);
  });

  it('have no condition or external_id before 2016-10-14', () => {
    for (const key of ['condition', 'external_id']) {
      const body = `resources: {r: {type: T, ${key}: x}}`;
      expect(refusal(body, '2016-04-08')).toBe(`Invalid keyword(s) inside a resource definition: ${key}`);
    }
  });

  it('with a function of a wrong form say where', () => {
    expect(refusal('resources: {r: {type: T, properties: {a: [1, {b: {list_join: x}}]}}}')).toBe(
      'resources.r.properties.a[1].b.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"] ...]',
    );
  });

  it('may not nest deeper than any document', () => {
    let deep: Value = 'x';
    for (let i = 0; i < limits.maxValueDepth + 1; i++)
      deep = mapOf([
        ['k', deep],
        ['l', null],
      ]);
    const template = mapOf([
      ['heat_template_version', latest],
      [
        'resources',
        mapOf([
          [
            'r',
            mapOf([
              ['type', 'T'],
              ['properties', mapOf([['p', deep]])],
            ]),
          ],
        ]),
      ],
    ]);
    expect(thrown(() => parseTemplate(template))).toMatch(/^resources\.r\.properties\.p\.k.*: : nested too deep/);
  });
});

describe('deletion policies', () => {
  const policy = (text: string, version?: string) =>
    planned(`parameters: {p: {type: string, default: Retain}}\nresources: {r: {type: T, deletion_policy: ${text}}}`, {
      ...(version === undefined ? {} : { version }),
    }).definitions.get('r')?.deletionPolicy;

  it('are Delete, Retain, Snapshot, or a function that says so', () => {
    expect(policy('Delete')).toBe('Delete');
    expect(policy('Snapshot', '2013-05-23')).toBe('Snapshot');
    expect(policy('{get_param: p}')).toBe('Retain');
    expect(planned('resources: {r: {type: T}}').definitions.get('r')?.deletionPolicy).toBe('Delete');
  });

  it('may be written in lower case from 2016-10-14', () => {
    expect(policy('retain')).toBe('Retain');
    expect(thrown(() => policy('retain', '2016-04-08'))).toBe('Invalid deletion policy "retain"');
    expect(thrown(() => policy('Keep'))).toBe('Invalid deletion policy "Keep"');
    expect(thrown(() => policy('{get_param: q}'))).toBe('The Parameter (q) was not provided.');
  });
});

describe('outputs', () => {
  it('keep their description and ignore other keys', () => {
    const { outputs } = parseTemplate(hot('outputs: {a: {value: null, description: [d], foo: 1}, "": {value: 1}}'));
    expect(outputs.get('a')).toEqual({ name: 'a', value: null, description: "['d']", condition: undefined });
    expect(outputs.get('')?.description).toBeUndefined();
  });

  it.each([
    ['{a: {}}', 'Output validation error: : outputs.a: : Each output definition must contain a value key.'],
    ['{a: text}', 'Output validation error: : outputs.a: : Output definitions must be a map. Found a str instead'],
    ['{a: null}', 'Output validation error: : outputs.a: : Output definitions must be a map. Found a NoneType instead'],
    ['{"1": {}}', 'Output validation error: : outputs[1]: : Each output definition must contain a value key.'],
  ])('%s is refused', (outputs, message) => {
    expect(refusal(`outputs: ${outputs}`)).toBe(message);
  });

  it('ignore a condition before 2016-10-14', () => {
    expect(
      planned('outputs: {o: {value: 1, condition: nope}}', { version: '2016-04-08' }).outputs.get('o')?.value,
    ).toBe(1n);
  });
});

describe('parameter groups', () => {
  const groups = (yaml: string) =>
    refusal(`parameters: {p: {type: string}, q: {type: string}}\nparameter_groups: ${yaml}`);

  it('are kept as they are', () => {
    const { parameterGroups } = parseTemplate(
      hot('parameters: {p: {type: string}}\nparameter_groups: [{label: L, extra: 1, parameters: [p, OS::stack_name]}]'),
    );
    expect(parameterGroups).toEqual([
      mapOf([
        ['label', 'L'],
        ['extra', 1n],
        ['parameters', ['p', 'OS::stack_name']],
      ]),
    ]);
  });

  it.each([
    ['x', 'parameter_groups: : The parameter_groups should be a list.'],
    ['[x]', 'parameter_groups: : A parameter group should be a map.'],
    ['[{label: L}]', 'parameter_groups.L: : The parameters must be provided for each parameter group.'],
    ['[{}]', 'parameter_groups.: : The parameters must be provided for each parameter group.'],
    ['[{label: L, parameters: p}]', 'parameter_groups.L: : The parameters of parameter group should be a list.'],
    [
      '[{parameters: [p]}, {label: M, parameters: [q, p]}]',
      'parameter_groups.M: : The p parameter must be assigned to one parameter group only.',
    ],
    [
      '[{label: L, parameters: [z]}]',
      'parameter_groups.L: : The grouped parameter z does not reference a valid parameter.',
    ],
  ])('%s is refused', (yaml, message) => {
    expect(groups(yaml)).toBe(`Parameter Groups error: : ${message}`);
  });
});

describe('order of faults', () => {
  it('is sections, schemas, what runs between, groups, conditions, resources, outputs', () => {
    const bad = {
      section: 'foo: 1',
      shape: 'resources: {r: {}}',
      schema: 'parameters: {p: {}}',
      groups: 'parameter_groups: x',
      conditions: 'conditions:',
      resources: 'resources: {r: {type: [x]}}',
      outputs: 'outputs: {o: {}}',
    };
    const first = (...parts: (keyof typeof bad)[]) => refusal(parts.map(part => bad[part]).join('\n'));
    expect(first('outputs', 'resources')).toBe(first('resources'));
    expect(first('resources', 'conditions')).toBe(first('conditions'));
    expect(first('conditions', 'groups')).toBe(first('groups'));
    expect(first('groups', 'schema')).toBe(first('schema'));
    expect(first('schema', 'shape')).toBe(first('shape'));
    expect(first('shape', 'section')).toBe(first('section'));
    const between = () => {
      throw new Error('between');
    };
    expect(thrown(() => parseTemplate(hot(bad.groups), between))).toBe('between');
    expect(thrown(() => parseTemplate(hot(bad.schema), between))).toBe(first('schema'));
  });
});
