import { describe, expect, it } from 'vitest';
import { hot, planned, thrown } from '../../test/support/templates.ts';
import { isMap, mapOf, type ValueMap } from '../values/value.ts';
import { parseYaml } from '../values/yaml.ts';
import { emptyEnvironment, environmentAsValue, parseEnvironment } from './environment.ts';
import { mergeEnvironments } from './merge-environments.ts';
import { parseHead } from './template.ts';

function environment(yaml: string) {
  return parseEnvironment(parseYaml(yaml));
}

describe('parseEnvironment', () => {
  it('reads all sections', () => {
    const read = environment(`
parameters: {a: 1, b: null}
parameter_defaults: {c: 2}
resource_registry: {"My::T": "OS::Heat::None"}
encrypted_param_names: [x]
event_sinks: [{type: zaqar-queue, target: q}]
`);
    expect(read.parameters).toEqual(
      mapOf([
        ['a', 1n],
        ['b', null],
      ]),
    );
    expect(environmentAsValue(read)).toEqual(
      mapOf([
        [
          'parameters',
          mapOf([
            ['a', 1n],
            ['b', null],
          ]),
        ],
        ['parameter_defaults', mapOf([['c', 2n]])],
        [
          'resource_registry',
          mapOf([
            ['resources', new Map()],
            ['My::T', 'OS::Heat::None'],
          ]),
        ],
        ['encrypted_param_names', ['x']],
        [
          'event_sinks',
          [
            mapOf([
              ['type', 'zaqar-queue'],
              ['target', 'q'],
            ]),
          ],
        ],
      ]),
    );
  });

  it('takes null and the empty text as empty', () => {
    expect(parseEnvironment(null)).toBe(emptyEnvironment);
    expect(parseEnvironment('')).toBe(emptyEnvironment);
    expect(parseEnvironment(new Map())).toEqual(emptyEnvironment);
  });

  it.each([
    ['{x: 1}', 'environment has wrong section "x"'],
    ['{__proto__: {}}', 'environment has wrong section "__proto__"'],
    ['{parameters: null}', 'environment has empty section "parameters"'],
    ['[a]', 'The environment is not a valid YAML mapping data type.'],
    ['{parameters: [a]}', 'section "parameters" should be a map, not list'],
    ['{event_sinks: {a: 1}}', 'section "event_sinks" should be a list, not dict'],
  ])('%s is refused', (yaml, message) => {
    expect(thrown(() => environment(yaml))).toBe(`Environment not in valid format: ${message}`);
  });

  it('masks hidden parameters, defaults too', () => {
    const shown = environmentAsValue(
      environment('{parameters: {a: s, b: t}, parameter_defaults: {a: u}}'),
      new Set(['a']),
    );
    const parts = isMap(shown) ? [shown.get('parameters'), shown.get('parameter_defaults')] : [];
    expect(parts).toEqual([
      mapOf([
        ['a', '******'],
        ['b', 't'],
      ]),
      mapOf([['a', '******']]),
    ]);
  });
});

describe('resource_registry', () => {
  const real = new Set(['OS::Heat::None', 'OS::Heat::Value', 'OS::Neutron::Net']);
  const implementation = (type: string, registry: string) =>
    planned(`resources: {r: {type: "${type}"}}`, {
      environment: `{resource_registry: ${registry}}`,
      typeExists: name => real.has(name),
      typeNames: () => real,
    }).definitions.get('r');

  it.each([
    ['My::T', '{"My::T": "OS::Heat::Value"}', 'OS::Heat::Value'],
    ['My::T', '{"My::T": "My::U", "My::U": "OS::Heat::Value"}', 'OS::Heat::Value'],
    ['OS::Networking::Net', '{"OS::Networking::*": "OS::Neutron::*"}', 'OS::Neutron::Net'],
    ['OS::Heat::Value', '{"OS::*": "OS::Heat::None"}', 'OS::Heat::None'],
    ['OS::Heat::None', '{"OS::*": "OS::Heat::None"}', 'OS::Heat::None'],
    ['My::T', '{"My::T": "OS::Heat::Value", "My::*": "OS::Heat::None"}', 'OS::Heat::None'],
    ['OS::Heat::Value', '{"OS::Heat::Value": "No::Such"}', 'OS::Heat::Value'],
    ['OS::Heat::Value', '{"OS::Heat::Value": "OS::Heat::None", "OS::Heat::*": null}', 'OS::Heat::Value'],
    ['My::T', '{resources: {r: {"My::T": "OS::Heat::None"}}, "My::T": "OS::Heat::Value"}', 'OS::Heat::None'],
    ['My::T', '{resources: {s: {"My::T": "OS::Heat::None"}}, "My::T": "OS::Heat::Value"}', 'OS::Heat::Value'],
    ['My::T', '{"My::T": "file:///t.yaml"}', 'file:///t.yaml'],
    ['OS::Heat::None', '{"OS::*": "t.template"}', 't.template'],
    ['file.template', '{}', 'file.template'],
    ['file.yaml', '{"file.yaml": "file:///file.yaml"}', 'file:///file.yaml'],
    ['file.yaml', '{"file.yaml": "file.yaml"}', 'file.yaml'],
  ])('%s with %s', (type, registry, expected) => {
    const definition = implementation(type, registry);
    expect([definition?.type, definition?.implementation]).toEqual([type, expected]);
  });

  it.each([
    ['My::T', '{"My::T": "No::Such"}', 'The Resource Type (My::T) could not be found.'],
    ['OS::Heat::value', '{}', 'The Resource Type (OS::Heat::value) could not be found. Did you mean OS::Heat::Value?'],
    ['My::T', '{"My::T": "My::T"}', 'Resource registry error: : My::T → My::T goes in a circle'],
    [
      'My::T',
      '{"My::T": "My::U", "My::U": "My::T"}',
      'Resource registry error: : My::T → My::U → My::T goes in a circle',
    ],
    ['My::T', '{"My::*": "My::X*"}', 'Resource registry error: : My::T leads on from type to type without an end'],
    ['My::T', '{"My::T": 5}', 'Resource registry error: : the type for My::T must be a string, not int'],
    [
      'My::T',
      '{resources: {r: {hooks: [pre-create, after-all]}}}',
      'Invalid hook type "after-all" for resource breakpoint, acceptable hook types are: ' +
        "('pre-create', 'pre-update', 'pre-delete', 'post-create', 'post-update', 'post-delete')",
    ],
    [
      'My::T',
      '{resources: {r: {restricted_actions: delete}}}',
      "Invalid restricted_action type \"delete\" for resource, acceptable restricted_action types are: ('update', 'replace')",
    ],
  ])('%s with %s is refused', (type, registry, message) => {
    expect(thrown(() => implementation(type, registry))).toBe(message);
  });

  it('minds templates only where they are used', () => {
    expect(implementation('OS::Heat::Value', '{"My::T": "t.yaml"}')?.implementation).toBe('OS::Heat::Value');
  });
});

describe('mergeEnvironments', () => {
  const schemas = parseHead(
    hot(
      'parameters: {s: {type: string}, l: {type: comma_delimited_list}, j: {type: json}, n: {type: number}, b: {type: boolean}}',
    ),
  ).parameters;

  function merged(files: readonly string[], body = '{}') {
    const given = parseYaml(body);
    return mergeEnvironments(
      files.map((yaml, i) => ({ name: 'abc'[i] ?? 'z', body: parseYaml(yaml) })),
      isMap(given) ? given : new Map(),
      schemas,
    );
  }

  function parameters(files: readonly string[], body?: string): ValueMap {
    return merged(files, body).parameters;
  }

  it('lets files override the body, later files earlier ones', () => {
    expect(parameters(['{parameters: {s: a}}', '{parameters: {s: b}}'], '{s: body}')).toEqual(mapOf([['s', 'b']]));
  });

  it('takes the first parameters whole, and passes over unknown names and nulls afterwards', () => {
    expect(parameters(['{parameters: {s: a, x: 1, n: null}}', '{parameters: {y: 2, s: null}}'])).toEqual(
      mapOf([
        ['s', 'a'],
        ['x', 1n],
        ['n', null],
      ]),
    );
  });

  const strategies = (map: string, rest: string) => `{parameter_merge_strategies: ${map}, parameters: ${rest}}`;

  it.each<[string, string[], ValueMap]>([
    ['strings joined', [strategies('{s: merge}', '{s: a}'), '{parameters: {s: b}}'], mapOf([['s', 'ab']])],
    [
      'lists extended',
      [strategies('{default: merge}', '{l: [a]}'), '{parameters: {l: [b]}}'],
      mapOf([['l', ['a', 'b']]]),
    ],
    [
      'texts of lists joined',
      [strategies('{l: merge}', '{l: a}'), '{parameters: {l: "b,c"}}'],
      mapOf([['l', 'a,b,c']]),
    ],
    [
      'json shallow',
      [strategies('{j: merge}', '{j: {a: {x: 1}, b: 1}}'), '{parameters: {j: {a: {y: 2}, c: null}}}'],
      mapOf([
        [
          'j',
          mapOf([
            ['a', mapOf([['y', 2n]])],
            ['b', 1n],
          ]),
        ],
      ]),
    ],
    [
      'json deep, lists and strings in it too',
      [
        strategies('{j: deep_merge}', '{j: {a: {x: 1}, l: [1], s: a, n: 1}}'),
        `{parameters: {j: '{"a": {"y": 2}, "l": [2], "s": "b", "n": 2}'}}`,
      ],
      mapOf([
        [
          'j',
          mapOf([
            [
              'a',
              mapOf([
                ['x', 1n],
                ['y', 2n],
              ]),
            ],
            ['l', [1n, 2n]],
            ['s', 'ab'],
            ['n', 2n],
          ]),
        ],
      ]),
    ],
    [
      "the strategy of the first file that sets it, not the second one's default",
      ['{parameters: {s: a}}', strategies('{default: merge}', '{s: b}')],
      mapOf([['s', 'b']]),
    ],
    [
      "an unknown entry as the file's default",
      [strategies('{default: merge, s: what}', '{s: a}'), '{parameters: {s: b}}'],
      mapOf([['s', 'ab']]),
    ],
  ])('%s', (_what, files, expected) => {
    expect(parameters(files)).toEqual(expected);
  });

  it("refuses another strategy than the first file's", () => {
    expect(thrown(() => parameters(['{parameters: {s: a}}', strategies('{s: merge}', '{s: b}')]))).toBe(
      `Conflicting merge strategy 'merge' for parameter 's' in file 'b'.`,
    );
    expect(thrown(() => parameters([strategies('{default: what}', '{s: a}'), '{parameters: {s: b}}']))).toBe(
      `Conflicting merge strategy 'overwrite' for parameter 's' in file 'b'.`,
    );
  });

  it.each([
    ['n', '1', '2'],
    ['b', 'true', 'false'],
    ['l', '"a"', '[b]'],
    ['j', '{a: 1}', '[1]'],
    ['s', 'a', '[b]'],
  ])('refuses to merge %s: %s with %s', (name, first, second) => {
    const files = [strategies('{default: merge}', `{${name}: ${first}}`), `{parameters: {${name}: ${second}}}`];
    expect(thrown(() => parameters(files))).toMatch(/^Invalid parameter in environment: /);
  });

  it('merges defaults alike and other sections shallow, null values passed over', () => {
    const { parameterDefaults, resourceRegistry } = merged([
      '{parameter_defaults: {s: a}, resource_registry: {A: B, C: D}}',
      '{parameter_defaults: {n: 1}, resource_registry: {A: X, C: null}}',
    ]);
    expect(parameterDefaults).toEqual(
      mapOf([
        ['s', 'a'],
        ['n', 1n],
      ]),
    );
    expect(resourceRegistry).toEqual(
      mapOf([
        ['resources', new Map()],
        ['A', 'X'],
        ['C', 'D'],
      ]),
    );
  });

  it('names the file that is no environment', () => {
    expect(thrown(() => merged(['{}', '{foo: 1}']))).toBe(
      'Environment file b not in valid format: environment has wrong section "foo"',
    );
  });
});
