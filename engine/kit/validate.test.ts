import { describe, expect, it } from 'vitest';
import type { Call, Expr, ExprMap } from '../template/expr.ts';
import { fromPlain, type Plain, writeJson } from '../values/json.ts';
import { emptyMap, float, isMap, type Value, type ValueMap } from '../values/value.ts';
import { resource } from './declare.ts';
import type { ResourceType } from './resource.ts';
import {
  allowedPattern,
  allowedValues,
  any,
  boolean,
  integer,
  length,
  list,
  map,
  number,
  type PropertySchemas,
  range,
  string,
} from './schema.ts';
import { resolveProperties, validateNames, validateProperties, validateResource } from './validate.ts';

const life: ResourceType['life'] = {
  kind: 'local',
  create: () => ({ kind: 'done', waitMs: 0, value: { physicalId: 'x', data: emptyMap } }),
};
const typeOf = (properties: PropertySchemas, more: Partial<ResourceType> = {}) =>
  resource('Test::Kit::Type', { properties, life, ...more });

const waiting: Call = { fn: 'get_attr', args: ['other', 'x'], at: 'resources.r.properties.p.get_attr' };

function values(plain: Readonly<Record<string, Plain | Value>>): ValueMap {
  return new Map(
    Object.entries(plain).map(([k, v]) => [
      k,
      isMap(v as Value) || isFloatLike(v) ? (v as Value) : fromPlain(v as Plain),
    ]),
  );
}
function isFloatLike(v: unknown): boolean {
  return typeof v === 'object' && v !== null && 'float' in v;
}

function message(fn: () => unknown): string {
  try {
    fn();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing thrown';
}

const at = 'resources.r.properties';
const resolve = (type: ResourceType, plain: Readonly<Record<string, Plain | Value>>) =>
  resolveProperties(type, values(plain), at);

const every = typeOf({ s: string(), i: integer(), n: number(), b: boolean(), l: list(), m: map(), a: any() });

describe('conversion', () => {
  it.each<[string, Plain | Value, string]>([
    ['s', true, '"True"'],
    ['s', 5, '"5"'],
    ['s', null, '""'],
    ['i', '5', '5'],
    ['i', ' 1_0 ', '10'],
    ['i', true, '1'],
    ['i', float('5.9'), '5'],
    ['i', float('-5.9'), '-5'],
    ['i', null, '0'],
    ['i', '12345678901234567890', '12345678901234567890'],
    ['n', '5', '5'],
    ['n', '5.0', '5.0'],
    ['n', float('1e3'), '1e3'],
    ['n', true, 'true'],
    ['n', null, '0'],
    ['b', 'TRUE', 'true'],
    ['b', 'false', 'false'],
    ['b', null, 'false'],
    ['l', [1, 'a'], '[1,"a"]'],
    ['l', null, '[]'],
    ['m', { a: 1 }, '{"a":1}'],
    ['m', null, '{}'],
    ['a', [1], '[1]'],
    ['a', null, 'null'],
  ])('%s of %o is %s', (name, value, json) => {
    const resolved = resolve(every, { [name]: value });
    expect([...resolved.keys()]).toEqual([name]);
    expect(writeJson(resolved.get(name) ?? null)).toBe(json);
  });

  it.each<[string, Plain | Value, string]>([
    ['s', float('1.0'), 'Value must be a string; got 1.0'],
    ['s', ['a'], "Value must be a string; got ['a']"],
    ['s', { a: 1 }, "Value must be a string; got {'a': 1}"],
    ['i', 'x', "Value 'x' is not an integer"],
    ['i', '5.0', "Value '5.0' is not an integer"],
    ['i', [], "int() argument must be a string, a bytes-like object or a real number, not 'list'"],
    ['i', float('.inf'), 'cannot convert float infinity to integer'],
    ['n', 'x', "could not convert string to float: 'x'"],
    ['b', 1, '"1" is not a valid boolean'],
    ['b', '1', '"1" is not a valid boolean'],
    ['b', 'Off', '"off" is not a valid boolean'],
    ['m', 'x', '"x" is not a map'],
    ['m', ['x'], `"['x']" is not a map`],
    ['l', 'x', `"'x'" is not a list`],
    ['l', { a: 1 }, `"{'a': 1}" is not a list`],
  ])('%s refuses %o: %s', (name, value, text) => {
    expect(message(() => resolve(every, { [name]: value }))).toBe(
      `Property error: : resources.r.properties.${name}: : ${text}`,
    );
  });

  it('leaves out what is not given', () => {
    expect(resolve(every, {}).size).toBe(0);
  });
});

describe('defaults and what is required', () => {
  const type = typeOf({ d: string().default('x'), r: integer().required(), n: number().default({ float: '1.0' }) });

  it('stand in for what is absent or null', () => {
    expect([...resolve(type, { r: 1, d: null })]).toEqual([
      ['d', 'x'],
      ['r', 1n],
      ['n', float('1.0')],
    ]);
  });

  it('null satisfies required', () => {
    expect(resolve(type, { r: null }).get('r')).toBe(0n);
  });

  it('are reported at the parent’s path', () => {
    expect(message(() => resolve(type, {}))).toBe(
      'Property error: : resources.r.properties: : Property r not assigned',
    );
  });

  it('an unknown property comes before anything else', () => {
    expect(message(() => resolve(type, { r: 'no number', first: 1, second: 2 }))).toBe(
      'Property error: : resources.r.properties: : Unknown Property first',
    );
    expect(message(() => resolve(type, { r: 1, constructor: 2 }))).toContain('Unknown Property constructor');
  });

  it('what is not implemented may not be given', () => {
    const partly = typeOf({ old: string({ implemented: false }) });
    expect(message(() => resolve(partly, { old: 'x' }))).toBe(
      'Property error: : resources.r.properties: : Property old not implemented yet',
    );
    expect(resolve(partly, {}).size).toBe(0);
  });
});

describe('nested schemas', () => {
  const rule = map().with({ port: integer().required(), proto: string().default('tcp'), note: string() });
  const type = typeOf({ rules: list().of(rule), one: map().with({ a: string(), b: integer().default(3) }) });

  it('convert children and fill them in', () => {
    const resolved = resolve(type, { rules: [{ port: '5' }], one: null });
    expect(writeJson(resolved)).toBe('{"rules":[{"port":5,"proto":"tcp","note":null}],"one":{"a":null,"b":3}}');
  });

  it('a null item of a list of maps is an empty map', () => {
    const plain = typeOf({ maps: list().of(map()) });
    expect(writeJson(resolve(plain, { maps: [null] }))).toBe('{"maps":[{}]}');
  });

  it.each<[Plain, string]>([
    [[{ port: 'x' }], "resources.r.properties.rules[0].port: : Value 'x' is not an integer"],
    [[{ port: 1 }, {}], 'resources.r.properties.rules[1]: : Property port not assigned'],
    [[{ port: 1, x: 2 }], 'resources.r.properties.rules[0]: : Unknown Property x'],
    [['x'], 'resources.r.properties.rules[0]: : "x" is not a map'],
  ])('%j: %s', (rules, text) => {
    expect(message(() => resolve(type, { rules }))).toBe(`Property error: : ${text}`);
  });
});

describe('constraints', () => {
  const type = typeOf({
    n: integer().constraints(range(1, 4)),
    s: string().constraints(length(2, 3), allowedPattern('[a-z]+')),
    c: string().constraints(allowedValues('a', 'b')),
    i: integer().constraints(allowedValues('1', 2)),
    l: list().constraints(allowedValues('a', 'b'), length(1)),
  });

  it.each<[string, Plain, string]>([
    ['n', 5, '5 is out of range (min: 1, max: 4)'],
    ['n', null, '0 is out of range (min: 1, max: 4)'],
    ['s', 'abcd', 'length (4) is out of range (min: 2, max: 3)'],
    ['s', 'A1', '"A1" does not match pattern "[a-z]+"'],
    ['c', 'x', '"x" is not an allowed value ["a", "b"]'],
    ['l', ['a', 'x'], '["a", "x"] is not an allowed value ["a", "b"]'],
    ['l', null, 'length (0) is out of range (min: 1, max: None)'],
  ])('%s of %j: %s', (name, value, text) => {
    expect(message(() => resolve(type, { [name]: value }))).toBe(`Property error: : ${at}.${name}: : ${text}`);
  });

  it('are compared in the property’s type', () => {
    expect(resolve(type, { i: 1 }).get('i')).toBe(1n);
    expect(resolve(type, { i: '2' }).get('i')).toBe(2n);
  });

  it('report in the order of the schemas, not of the template', () => {
    expect(message(() => resolve(type, { c: 'x', n: 9 }))).toContain('properties.n:');
  });

  it('that contradict the schema are refused when it is declared', () => {
    expect(() => integer().constraints(length(1))).toThrow('length does not apply to integer');
    expect(() => integer().default(0).constraints(range(1))).toThrow('invalid default: 0 is out of range');
  });
});

describe('what is not known yet', () => {
  const type = typeOf({
    l: list()
      .of(map().with({ n: integer().required().constraints(range(1, 4)) }))
      .constraints(length(2)),
    n: integer().required().constraints(range(1, 4)),
    o: string().default('x'),
    m: map(),
    s: string(),
  });
  const check = (properties: Readonly<Record<string, Expr>>) =>
    message(() => validateProperties(type, { name: 'r', properties: new Map(Object.entries(properties)) }));
  const item = (n: Expr, more: readonly [string, Expr][] = []): ExprMap => new Map<string, Expr>([['n', n], ...more]);

  it('is left alone, and counts as given', () => {
    expect(check({ n: waiting })).toBe('nothing thrown');
    expect(check({ n: waiting, l: waiting, m: waiting, s: waiting })).toBe('nothing thrown');
  });

  it('does not hide what is known to be wrong beside it', () => {
    expect(check({ n: 9n, s: waiting })).toContain('9 is out of range');
    expect(check({ n: waiting, s: [] })).toContain('Value must be a string; got []');
    expect(check({ n: waiting, x: waiting })).toContain('Unknown Property x');
    expect(check({ n: 1n, l: [item('no'), item(waiting)] })).toContain("l[0].n: : Value 'no' is not an integer");
  });

  it('puts off the constraints of the property that it is in', () => {
    expect(check({ n: 1n, l: [item(9n, [['extra', waiting]])] })).toBe('nothing thrown');
    expect(check({ n: 1n, l: [item(9n), item(1n)] })).toContain('9 is out of range');
  });

  it('cannot make a list of a text', () => {
    expect(check({ n: 1n, s: [waiting] })).toContain('properties.s: : Value must be a string; got a list');
    expect(check({ n: 1n, l: new Map<string, Expr>([['k', waiting]]) })).toContain('is not a list');
    expect(check({ n: 1n, m: [waiting] })).toContain('is not a map');
  });
});

describe('a type', () => {
  it('that takes anything looks at nothing', () => {
    const none = resource('Test::Kit::None', { anyProperties: true, life });
    const given = values({ any: [1], thing: null });
    expect(resolveProperties(none, given, at)).toBe(given);
    expect(message(() => validateProperties(none, { name: 'r', properties: new Map([['x', waiting]]) }))).toBe(
      'nothing thrown',
    );
  });

  it('may check more, on converted values', () => {
    const type = typeOf(
      { n: integer() },
      {
        validate(properties, { path, stackTimeoutMs }) {
          throw new Error(`${String(properties.get('n'))} ${path} ${stackTimeoutMs}`);
        },
      },
    );
    const definition = { name: 'r', properties: values({ n: '7' }) };
    expect(message(() => validateResource(type, definition, { stackTimeoutMs: 9 }))).toBe(`7 ${at} 9`);
  });

  it('finds properties at any place: CloudFormation’s, an index', () => {
    const type = typeOf({ n: integer() });
    const wrong = { name: 'r', properties: values({ n: 'x' }) };
    expect(message(() => validateProperties(type, wrong, 'Resources.r.Properties'))).toBe(
      "Property error: : Resources.r.Properties.n: : Value 'x' is not an integer",
    );
    expect(message(() => validateProperties(type, { ...wrong, name: '0' }))).toContain('resources[0].properties.n');
  });

  it('has its names checked alone', () => {
    const type = typeOf({ n: integer().required() });
    expect(message(() => validateNames(type, { name: 'r', properties: values({}) }))).toBe('nothing thrown');
    expect(message(() => validateNames(type, { name: 'r', properties: values({ nope: 1 }) }))).toBe(
      'Property error: : resources.r.properties: : Unknown Property nope',
    );
  });
});
