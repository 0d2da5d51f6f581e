import { describe, expect, it } from 'vitest';
import { hot, type PlanOptions, planned, pseudo, scopeOf, thrown } from '../../test/support/templates.ts';
import { mapOf, type Value } from '../values/value.ts';
import { emptyEnvironment } from './environment.ts';
import { evaluateProperties, outputValue } from './evaluate.ts';
import { plan } from './prepare.ts';
import { referencesOf } from './references.ts';
import { unknown } from './scope.ts';

const types: PlanOptions = {
  typeExists: type => ['Any', 'Value', 'None'].includes(type),
  typeNames: () => ['Any', 'Value', 'None'],
  attributeNames: type => (type === 'Value' ? new Set(['value']) : undefined),
  ignoresProperties: type => type === 'None',
};

function refusal(body: string, options: PlanOptions = types): string {
  return thrown(() => planned(body, options));
}

/** The properties of one resource `r` among others. */
function resource(properties: string, more = ''): string {
  return `resources: {r: {type: Value, properties: ${properties}}, a: {type: Value}, any: {type: Any}${more}}`;
}

describe('definitions', () => {
  it('are evaluated as far as parameters and files decide', () => {
    const { definitions } = planned(
      `
parameters: {p: {type: string, default: web}}
resources:
  r:
    type: Value
    properties:
      value: {list_join: ['-', [{get_param: p}, {get_attr: [a, value, {get_param: p}]}]]}
      known: {str_replace: {template: 'hi $n', params: {$n: {get_param: p}}}}
      file: {get_file: f}
      id: {get_param: 'OS::stack_id'}
    metadata: {get_param: [p, 0]}
  a: {type: Value}
`,
      { ...types, files: new Map([['f', 'content']]) },
    );
    const r = definitions.get('r');
    const at = 'resources.r.properties.value.list_join';
    expect(r?.properties).toEqual(
      new Map<string, unknown>([
        [
          'value',
          {
            fn: 'list_join:2015-10-15',
            args: [
              '-',
              ['web', { fn: 'get_attr:2015-10-15', args: ['a', 'value', 'web'], at: `${at}[1][1].get_attr` }],
            ],
            at,
          },
        ],
        ['known', 'hi web'],
        ['file', 'content'],
        ['id', pseudo.stackId],
      ]),
    );
    expect(r?.metadata).toBe('w');
    expect(r?.implementation).toBe('Value');
    const scope = scopeOf({ attribute: () => mapOf([['web', 'x']]) });
    expect(evaluateProperties('r', r?.properties ?? new Map(), scope).get('value')).toBe('web-x');
  });

  it('export what others read of them, and only others', () => {
    const { definitions } = planned(
      `
resources:
  a: {type: Any}
  b: {type: Any, properties: {p: {get_attr: [a, x]}, q: {get_attr: [a, y, deep]}, r: {get_attr: [a, x, other]}}}
  c: {type: Any, metadata: {m: {get_attr: [b]}}}
  d: {type: Any, properties: {p: {get_resource: c}, q: {get_attr: [b, {get_attr: [a, z]}]}}}
outputs: {o: {value: {get_attr: [d, out]}}}
`,
      types,
    );
    expect([...definitions.values()].map(d => [d.name, d.exports])).toEqual([
      ['a', ['x', 'y', 'z']],
      ['b', ['']],
      ['c', []],
      ['d', []],
    ]);
  });

  it('are the same for the same input', () => {
    const body = resource('{value: {get_attr: [a, value]}}');
    expect(planned(body, types)).toEqual({ ...planned(body, types), parameters: expect.anything() });
  });
});

describe('faults of properties', () => {
  it.each([
    ['{value: {get_param: x}}', 'r.properties.value: : The Parameter (x) was not provided.'],
    ['{value: {list_join: ["", [1]]}}', 'r.properties.value: : Items to join must be string, map or list not 1'],
    [
      '{value: [{deep: {get_file: f}}]}',
      'r.properties.value: : No content found in the "files" section for get_file path: f',
    ],
    ['{"0": {get_param: x}}', 'r.properties[0]: : The Parameter (x) was not provided.'],
  ])('%s', (properties, message) => {
    expect(refusal(resource(properties))).toBe(`Property error: : resources.${message}`);
  });

  it('do not come from what waits for a resource', () => {
    expect(refusal(resource('{value: {list_join: ["", [1, {get_param: x}]]}}'))).toContain('(x) was not provided');
    expect(() => planned(resource('{value: {list_join: ["", [1, {get_attr: [a, value]}]]}}'), types)).not.toThrow();
  });

  it('do not come from types that never look at them', () => {
    const body = 'resources: {n: {type: None, properties: {p: {get_param: x}}}}';
    expect(() => planned(body, types)).not.toThrow();
    expect(refusal('resources: {n: {type: None, metadata: {p: {get_param: x}}}}')).toBe(
      'The Parameter (x) was not provided.',
    );
  });

  it('in metadata go out raw, or with their place', () => {
    const meta = (value: string) => refusal(`resources: {r: {type: Any, metadata: {m: ${value}}}}`);
    expect(meta('{get_param: x}')).toBe('The Parameter (x) was not provided.');
    expect(meta('{list_join: ["", [1]]}')).toBe(
      'resources.r.metadata: : Items to join must be string, map or list not 1',
    );
  });
});

describe('hidden values', () => {
  const secret = (body: string) =>
    `parameters: {p: {type: json, hidden: true, default: {k: 123454321}}, q: {type: string, hidden: true, default: s3cret}}\n${body}`;

  it('are masked in what functions say of them', () => {
    const join = '{list_join: ["", [{get_param: [p, k]}]]}';
    expect(refusal(secret(resource(`{value: ${join}}`)))).toBe(
      'Property error: : resources.r.properties.value: : Items to join must be string, map or list not ******',
    );
    expect(refusal(secret('resources: {r: {type: Any, metadata: {m: {get_param: {get_param: q}}}}}'))).toBe(
      'The Parameter (******) was not provided.',
    );
    const output = planned(secret(`outputs: {o: {value: {get_file: {get_param: q}}}}`), types).outputs.get('o');
    expect(JSON.stringify(output)).toContain('path: ******');
    expect(JSON.stringify(output)).not.toContain('s3cret');
  });

  it('are masked as messages quote them: with line ends escaped, and never in part', () => {
    const merged = (key: string) =>
      refusal(
        `parameters: {q: {type: string, hidden: true, default: ${JSON.stringify(key)}}}\n` +
          resource('{value: {map_merge: [{get_param: q}]}}'),
      );
    expect(merged('-----BEGIN\nMIIé\n')).toContain("merge must be maps. '******' is type <class 'str'>");
    expect(merged('s3cret'.repeat(50))).toContain("maps. an item of 302 characters is type <class 'str'>");
  });
});

describe('attributes', () => {
  it.each([
    [
      '{value: {get_attr: [a, nope]}}',
      'resources.r.properties.value.get_attr: : The Referenced Attribute (a nope) is incorrect.',
    ],
    [
      '{value: {list_join: ["", [x, {get_attr: [a, nope]}]]}}',
      'resources.r.properties.value.list_join: : [1][1].get_attr: The Referenced Attribute (a nope) is incorrect.',
    ],
    [
      '{value: {get_attr: [a, {get_param: "OS::stack_name"}]}}',
      'resources.r.properties.value.get_attr: : The Referenced Attribute (a teststack) is incorrect.',
    ],
    [
      '{value: {get_attr: [a, 1]}}',
      'resources.r.properties.value.get_attr: : The Referenced Attribute (a 1) is incorrect.',
    ],
  ])('%s', (properties, message) => {
    expect(refusal(resource(properties))).toBe(message);
  });

  it('may be any of a type that has any, and show of every type', () => {
    const properties =
      '{value: [{get_attr: [any, what]}, {get_attr: [a, show]}, {get_attr: [a]}, {get_attr: [a, value]}]}';
    expect(() => planned(resource(properties), types)).not.toThrow();
  });
});

describe('order of faults', () => {
  const parts = {
    parameters: 'parameters: {p: {type: string}}',
    types: 'resources: {r: {type: Valu, properties: {value: {get_resource: x}}}}',
    names:
      'parameters: {r: {type: string, default: d}, s: {type: string, default: d}}\nresources: {r: {type: Any}, s: {type: Any}}',
  };

  it('puts values before the form of resources, types before names, names before references', () => {
    expect(refusal(`${parts.parameters}\nresources: {r: {type: [x]}}`)).toBe('The Parameter (p) was not provided.');
    expect(refusal(parts.types)).toBe('The Resource Type (Valu) could not be found. Did you mean Value?');
    expect(refusal(parts.names)).toBe(`Duplicate names {'r', 's'}`);
    expect(refusal('resources: {OS::stack_id: {type: Any}}')).toBe(`Duplicate names {'OS::stack_id'}`);
  });

  it('looks at resources after those they require, then at outputs', () => {
    const body = `
resources:
  first: {type: Any, properties: {p: {get_param: one}}, depends_on: second}
  second: {type: Any, properties: {p: {get_param: two}}}
outputs: {o: {value: {get_attr: [nowhere, x]}}}
`;
    expect(refusal(body)).toContain('(two)');
    expect(refusal(body.replace('{get_param: two}', '2'))).toContain('(one)');
    expect(refusal(body.replace(/\{get_param: (one|two)\}/g, '2'))).toBe(
      'outputs.o.value.get_attr: : The specified reference "nowhere" (in unknown) is incorrect.',
    );
  });

  it('asks the given check of each definition before what cannot be resolved in it', () => {
    const seen: string[] = [];
    const check: NonNullable<PlanOptions['check']> = definition => {
      seen.push(definition.name);
      if (definition.name === 'r') throw new Error('checked');
    };
    const body = resource('{value: {get_param: x}}');
    expect(refusal(body, { ...types, check })).toBe('checked');
    expect(seen).toEqual(['r']);
  });
});

describe('outputs', () => {
  const shown = (value: string, scope = scopeOf(), more = '') => {
    const output = planned(
      `${more}\nresources: {a: {type: Value}}\noutputs: {o: {value: ${value}}}`,
      types,
    ).outputs.get('o');
    return output === undefined ? undefined : outputValue(output, scope);
  };

  it('that cannot be resolved are no fault of the request', () => {
    expect(shown('{get_param: nope}')).toEqual({ value: null, error: 'The Parameter (nope) was not provided.' });
    expect(shown('{a: {get_file: nope}}')).toEqual({
      value: null,
      error: 'No content found in the "files" section for get_file path: nope',
    });
    expect(shown('{list_join: ["", [1]]}')).toEqual({
      value: null,
      error: 'Items to join must be string, map or list not 1',
    });
  });

  it('of wrong form are', () => {
    expect(refusal('outputs: {o: {value: {list_join: x}}}')).toMatch(
      /^outputs\.o\.value\.list_join: : Incorrect arguments/,
    );
    expect(refusal('resources: {a: {type: Value}}\noutputs: {o: {value: {get_attr: [a, x]}}}')).toBe(
      'outputs.o.value.get_attr: : The Referenced Attribute (a x) is incorrect.',
    );
  });

  it('are finished when they are shown', () => {
    const scope = scopeOf({ attribute: () => 'late', reference: () => 'id' });
    expect(shown('[{get_attr: [a, value]}, {get_resource: a}]', scope)).toEqual({ value: ['late', 'id'] });
    expect(shown('{list_join: ["", [1, {get_attr: [a, value]}]]}', scope)).toEqual({
      value: null,
      error: 'Items to join must be string, map or list not 1',
    });
    expect(shown('{get_attr: [a, value]}', scopeOf({ attribute: () => unknown }))).toEqual({ value: null });
  });

  it('of an unknown reference say so when the scope does', () => {
    const scope = scopeOf({
      reference: name => {
        throw new Error(`not asked for ${name}`);
      },
    });
    expect(() => shown('{get_resource: nope}', scope)).toThrow('not asked for nope');
  });
});

describe('referencesOf', () => {
  it('finds resources and attributes at any depth', () => {
    const { definitions } = planned(
      'resources: {r: {type: Any, properties: {p: {list_join: ["", [{get_attr: [a, x, {get_attr: [b]}]}, {get_resource: c}]]}}}, a: {type: Any}, b: {type: Any}, c: {type: Any}}',
    );
    const { resources, attributes } = referencesOf(definitions.get('r')?.properties ?? null);
    expect([...resources]).toEqual(['a', 'b', 'c']);
    expect(attributes).toEqual(
      new Map([
        ['a', new Set(['x'])],
        ['b', new Set([''])],
      ]),
    );
  });
});

describe('a thousand resources', () => {
  it('are planned whole', () => {
    const resources = new Map<string, Value>();
    for (let i = 0; i < 1000; i++) {
      const read = mapOf([['get_attr', [`r${i - 1}`, 'value']]]);
      resources.set(
        `r${i}`,
        mapOf([
          ['type', 'Value'],
          ['properties', mapOf([['value', i === 0 ? 'x' : mapOf([['list_join', ['', ['a', read]]]])]])],
        ]),
      );
    }
    const raw = new Map([...(hot('') as ReadonlyMap<string, Value>), ['resources', resources]]);
    const { prepared } = plan({ raw, environment: emptyEnvironment, files: new Map(), pseudo });
    expect(prepared.definitions.size).toBe(1000);
    expect([...(prepared.definitions.get('r999')?.requires ?? [])]).toEqual(['r998']);
    expect(prepared.definitions.get('r500')?.exports).toEqual(['value']);
  });
});
