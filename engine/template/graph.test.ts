import { describe, expect, it } from 'vitest';
import { planned, thrown } from '../../test/support/templates.ts';
import { requiredBy, requirements, topologicalOrder } from './graph.ts';

function graph(edges: Readonly<Record<string, readonly string[]>>) {
  return new Map(Object.entries(edges).map(([name, required]) => [name, new Set(required)]));
}

function refusal(resources: string, version?: string): string {
  return thrown(() => planned(`resources: ${resources}`, version === undefined ? {} : { version }));
}

describe('requirements', () => {
  it('come from get_resource, get_attr and depends_on, in properties and metadata', () => {
    const { definitions } = planned(`
parameters: {name: {type: string, default: d}}
resources:
  a: {type: T}
  b: {type: T, depends_on: a}
  c: {type: T, properties: {p: [{q: {get_resource: a}}]}}
  d: {type: T, metadata: {m: {get_attr: [b, x]}}}
  e: {type: T, properties: {p: {list_join: ["", [{get_attr: [c, x, {get_attr: [b, y]}]}, {get_resource: {get_param: name}}]]}}}
  f: {type: T, update_policy: {u: {get_attr: [a, x]}}}
`);
    expect([...definitions.values()].map(d => [d.name, [...d.requires]])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a']],
      ['d', ['b']],
      ['e', ['c', 'b', 'd']],
      ['f', []],
    ]);
  });

  it.each([
    ['{r: {type: T, properties: {value: [1, {k: {get_resource: x}}]}}}', '"x" (in r.Properties.value[1].k)'],
    ['{r: {type: T, properties: {value: {get_attr: [x, a]}}}}', '"x" (in r.Properties.value)'],
    ['{r: {type: T, metadata: {m: {get_resource: x}}}}', '"x" (in r.Metadata.m)'],
    ['{r: {type: T, depends_on: [r2, x]}, r2: {type: T}}', '"x" (in r)'],
    [
      '{r: {type: T, properties: {v: {list_join: ["", [{get_resource: x}]]}}}}',
      '"x" (in r.Properties.v.list_join[1][0])',
    ],
    ['{r: {type: T, properties: {v: {get_resource: {get_attr: [s, a]}}}}, s: {type: T}}', '"None" (in r.Properties.v)'],
    ['{a.b: {type: T, properties: {v: {get_resource: x}}}}', '"x" (in a.b.Properties.v)'],
    [
      '{properties: {type: T, properties: {properties: {get_resource: x}}}}',
      '"x" (in properties.Properties.properties)',
    ],
  ])('%s is refused', (resources, place) => {
    expect(refusal(resources)).toBe(`The specified reference ${place} is incorrect.`);
  });

  it('are seen also where a property cannot be resolved', () => {
    expect(refusal('{r: {type: T, properties: {v: [{get_param: nope}, {get_resource: x}]}}}')).toBe(
      'The specified reference "x" (in r.Properties.v[1]) is incorrect.',
    );
  });

  it('pass over switched-off names in depends_on only', () => {
    const definitions = new Map([['r', { name: 'r', properties: new Map(), metadata: null, dependsOn: ['off'] }]]);
    expect(requirements(definitions, new Set(['off'])).get('r')).toEqual(new Set());
    expect(thrown(() => requirements(definitions))).toBe('The specified reference "off" (in r) is incorrect.');
  });
});

describe('circles', () => {
  it.each([
    ['{a: {type: T, depends_on: a}}', 'a -> a'],
    ['{a: {type: T, properties: {v: {get_resource: a}}}}', 'a -> a'],
    [
      '{a: {type: T, depends_on: b}, b: {type: T, properties: {v: {get_attr: [c, x]}}}, c: {type: T, depends_on: [d, b]}, d: {type: T}}',
      'b -> c -> b',
    ],
  ])('%s is refused', (resources, cycle) => {
    expect(refusal(resources)).toBe(`Circular Dependency Found: ${cycle}`);
  });

  it('of any length are found without recursion, their text stays short', () => {
    const n = 100_000;
    const edges = new Map(Array.from({ length: n }, (_, i) => [`r${i}`, new Set([`r${(i + 1) % n}`])]));
    const text = thrown(() => topologicalOrder(edges));
    expect(text).toMatch(/^Circular Dependency Found: r0 -> r1 -> .* -> … 99989 more … -> .* -> r0$/);
    expect(text.length).toBeLessThan(200);
  });
});

describe('topologicalOrder', () => {
  it('has everything after what it requires, otherwise in the order given', () => {
    expect(topologicalOrder(graph({ c: ['b'], a: [], b: ['a'], d: ['a', 'c'] }))).toEqual(['a', 'b', 'c', 'd']);
    expect(topologicalOrder(graph({ z: [], a: [], m: [] }))).toEqual(['z', 'a', 'm']);
  });

  it('walks a hundred thousand in a chain', () => {
    const n = 100_000;
    const edges = new Map(Array.from({ length: n }, (_, i) => [`r${i}`, new Set(i + 1 < n ? [`r${i + 1}`] : [])]));
    const order = topologicalOrder(edges);
    expect([order.length, order[0], order.at(-1)]).toEqual([n, `r${n - 1}`, 'r0']);
    expect(requiredBy(edges).get('r7')).toEqual(new Set(['r6']));
  });
});
