import { describe, expect, it } from 'vitest';
import { expr, scopeOf, thrown } from '../../../test/support/templates.ts';
import { limits } from '../../kernel/limits.ts';
import { float, mapOf, type Value } from '../../values/value.ts';
import { evaluate } from '../evaluate.ts';
import { isKnown } from '../expr.ts';
import { type Scope, unknown } from '../scope.ts';

const parameters = new Map<string, Value>([
  ['n', 3n],
  ['name', 'web'],
  ['list', ['a', 'b', 'c']],
  [
    'map',
    mapOf([
      ['k', mapOf([['1', 'one']])],
      ['l', ['x', mapOf([['y', true]])]],
      ['nothing', null],
    ]),
  ],
  ['empty', ''],
  ['flag', false],
]);
const known = scopeOf({
  parameter: name => parameters.get(name),
  file: name => (name === 'a.sh' ? '#!/bin/sh\n' : undefined),
});

function value(yaml: string, version?: string, scope: Scope = known) {
  return evaluate(expr(yaml, version), scope);
}

function refusal(yaml: string, version?: string, scope: Scope = known): string {
  return thrown(() => value(yaml, version, scope));
}

describe('get_param', () => {
  it.each<[string, Value]>([
    ['{get_param: n}', 3n],
    ['{get_param: [n]}', 3n],
    ['{get_param: flag}', false],
    ['{get_param: [map, k, "1"]}', 'one'],
    ['{get_param: [map, l, 1, y]}', true],
    ['{get_param: [map, l, "1", y]}', true],
    ['{get_param: [map, l, true, y]}', true],
    ['{get_param: [list, -1]}', 'c'],
    ['{get_param: [list, "-2"]}', 'b'],
    ['{get_param: [name, 0]}', 'w'],
    ['{get_param: [map, nothing]}', null],
    ['{get_param: [list, 3]}', ''],
    ['{get_param: [list, -4]}', ''],
    ['{get_param: [list, 1.0]}', ''],
    ['{get_param: [list, null]}', ''],
    ['{get_param: [list, x]}', ''],
    ['{get_param: [map, missing, further]}', ''],
    ['{get_param: [map, k, 1]}', ''],
    ['{get_param: [map, nothing, deeper]}', ''],
    ['{get_param: [n, 0]}', ''],
    ['{get_param: {get_param: [named]}}', 'web'],
  ])('%s', (yaml, expected) => {
    const scope = scopeOf({ parameter: name => (name === 'named' ? 'name' : parameters.get(name)) });
    expect(value(yaml, '2013-05-23', scope)).toEqual(expected);
  });

  it.each([
    ['{get_param: missing}', 'The Parameter (missing) was not provided.'],
    ['{get_param: OS::region}', 'The Parameter (OS::region) was not provided.'],
    ['{get_param: ""}', 'Function "get_param" must have arguments'],
    ['{get_param: null}', 'Function "get_param" must have arguments'],
    ['{get_param: []}', 'Function "get_param" must have arguments'],
    ['{get_param: 5}', 'Argument to "get_param" must be string or list'],
    ['{get_param: {a: b}}', 'Argument to "get_param" must be string or list'],
    ['{get_param: [1, 2]}', 'Parameter name in "get_param" must be string'],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });
});

describe('get_resource', () => {
  it('gives the reference, or waits for it', () => {
    expect(value('{get_resource: r}', undefined, scopeOf({ reference: name => `id-of-${name}` }))).toBe('id-of-r');
    const waiting = value('[{get_resource: r}]', undefined, scopeOf({ reference: () => unknown }));
    expect(waiting).toEqual([{ fn: 'get_resource', args: 'r', at: 'x[0].get_resource' }]);
  });

  it('takes its name from a function', () => {
    const scope = scopeOf({ parameter: () => 'r', reference: name => name.toUpperCase() });
    expect(value('{get_resource: {get_param: p}}', undefined, scope)).toBe('R');
  });

  it('refuses what is no name', () => {
    expect(refusal('{get_resource: [a]}')).toContain('must be the name of a resource');
    expect(refusal('{get_resource: 5}')).toBe('The specified reference "5" (in unknown) is incorrect.');
  });
});

describe('get_attr', () => {
  const attributes = new Map<string, Value>([
    ['text', 'abc'],
    ['deep', mapOf([['l', [1n, mapOf([['k', 'v']])]]])],
  ]);
  const asked: unknown[] = [];
  const scope = scopeOf({
    attribute(resource, attribute, path) {
      asked.push([resource, attribute, path]);
      return attribute === undefined ? new Map(attributes) : (attributes.get(attribute) ?? null);
    },
  });

  it.each<[string, Value]>([
    ['{get_attr: [r, text]}', 'abc'],
    ['{get_attr: [r, deep, l, 1, k]}', 'v'],
    ['{get_attr: [r, deep, l, -1, k]}', 'v'],
    ['{get_attr: [r, text, 1]}', 'b'],
    ['{get_attr: [r, deep, l, "1", k]}', null],
    ['{get_attr: [r, deep, missing]}', null],
    ['{get_attr: [r, deep, l, 9]}', null],
    ['{get_attr: [r, deep, l, 1.0]}', null],
    ['{get_attr: [r, nothing, x]}', null],
  ])('%s in every version', (yaml, expected) => {
    for (const version of ['2013-05-23', '2014-10-16', '2015-10-15']) {
      expect(value(yaml, version, scope)).toEqual(expected);
    }
  });

  it('hands the path on from 2014-10-16', () => {
    asked.length = 0;
    value('{get_attr: [r, deep, l, 0]}', '2013-05-23', scope);
    value('{get_attr: [r, deep, l, 0]}', '2014-10-16', scope);
    expect(asked).toEqual([
      ['r', 'deep', []],
      ['r', 'deep', ['l', 0n]],
    ]);
  });

  it('gives all attributes for the resource alone from 2015-10-15', () => {
    expect(value('{get_attr: [r]}', '2015-10-15', scope)).toEqual(new Map(attributes));
    expect(value('{get_attr: [r, null]}', '2015-10-15', scope)).toEqual(new Map(attributes));
    const form = 'x.get_attr: : Arguments to "get_attr" must be of the form [resource_name, attribute, (path), ...]';
    expect(refusal('{get_attr: [r]}', '2015-04-30')).toBe(form);
  });

  it.each([
    ['{get_attr: r.a}', '2015-10-15', 'x.get_attr: : Argument to "get_attr" must be a list'],
    ['{get_attr: {get_param: n}}', '2015-10-15', 'x.get_attr: : Argument to "get_attr" must be a list'],
    [
      '{get_attr: []}',
      '2015-10-15',
      'x.get_attr: : Arguments to "get_attr" can be of the next forms: [resource_name] or [resource_name, attribute, (path), ...]',
    ],
    [
      '{get_attr: []}',
      '2013-05-23',
      'x.get_attr: : Arguments to "get_attr" must be of the form [resource_name, attribute, (path), ...]',
    ],
    ['{get_attr: null}', '2014-10-16', 'x.get_attr: : Argument to "get_attr" must be a list'],
  ])('%s in %s is refused', (yaml, version, message) => {
    expect(refusal(yaml, version)).toBe(message);
  });

  it('waits with what it has, and goes on later', () => {
    const first = evaluate(expr('{list_join: ["-", [{get_param: name}, {get_attr: [r, {get_param: name}]}]]}'), {
      ...known,
      attribute: () => unknown,
    });
    expect(isKnown(first)).toBe(false);
    const later = scopeOf({ attribute: (_r, attribute) => (attribute === 'web' ? 'done' : null) });
    expect(evaluate(first, later)).toBe('web-done');
  });
});

describe('get_file', () => {
  it('gives the content', () => {
    expect(value('{get_file: a.sh}')).toBe('#!/bin/sh\n');
  });

  it.each([
    ['{get_file: b.sh}', 'No content found in the "files" section for get_file path: b.sh'],
    ['{get_file: [a.sh]}', 'Argument to "get_file" must be a string'],
    ['{get_file: __proto__}', 'No content found in the "files" section for get_file path: __proto__'],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });
});

describe('list_join', () => {
  it.each<[string, string]>([
    ['{list_join: [", ", [a, b]]}', 'a, b'],
    ['{list_join: ["", [a, null, b]]}', 'ab'],
    ['{list_join: [",", null]}', ''],
    ['{list_join: [",", []]}', ''],
    ['{list_join: [",", {get_param: list}]}', 'a,b,c'],
  ])('%s in every version', (yaml, expected) => {
    expect(value(yaml, '2013-05-23')).toBe(expected);
    expect(value(yaml, '2015-10-15')).toBe(expected);
  });

  it('joins several lists and writes maps and lists as JSON from 2015-10-15', () => {
    const yaml = '{list_join: [";", [a], null, "", [{b: 1, a: [é, 1.50]}, [x, null]]]}';
    expect(value(yaml, '2015-10-15')).toBe('a;{"a": ["\\u00e9", 1.5], "b": 1};["x", null]');
  });

  it.each([
    ['{list_join: [",", [1]]}', '2014-10-16', 'Items to join must be strings not 1'],
    ['{list_join: [",", [[a]]]}', '2014-10-16', `Items to join must be strings not ['a']`],
    ['{list_join: [",", [1]]}', '2015-10-15', 'Items to join must be string, map or list not 1'],
    ['{list_join: [",", [true]]}', '2015-10-15', 'Items to join must be string, map or list not True'],
    ['{list_join: [",", abc]}', '2014-10-16', '"list_join" must operate on a list'],
    ['{list_join: [",", {a: b}]}', '2015-10-15', '"list_join" must operate on a list'],
    ['{list_join: [1, [a]]}', '2015-10-15', '"list_join" delimiter must be a string'],
    [
      '{list_join: [","]}',
      '2014-10-16',
      'x.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"]]',
    ],
    [
      '{list_join: [",", [a], [b]]}',
      '2014-10-16',
      'x.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"]]',
    ],
    [
      '{list_join: {a: b}}',
      '2015-10-15',
      'x.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"] ...]',
    ],
    [
      '{list_join: [","]}',
      '2015-10-15',
      'x.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"] ...]',
    ],
  ])('%s in %s is refused', (yaml, version, message) => {
    expect(refusal(yaml, version)).toBe(message);
  });

  it('is Fn::Join in 2013-05-23, and gone later', () => {
    expect(value('{"Fn::Join": ["-", [a, b]]}', '2013-05-23')).toBe('a-b');
    expect(refusal('{"Fn::Join": ["-", [a, b]]}', '2014-10-16')).toBe(
      'The template version is invalid: The function Fn::Join is not supported in this version of HOT.',
    );
  });

  it('bounds what it makes', () => {
    const big = 'x'.repeat(limits.maxResultSize / 2);
    const scope = scopeOf({ parameter: () => big });
    expect(refusal('{list_join: ["", [{get_param: p}, {get_param: p}, {get_param: p}]]}', undefined, scope)).toContain(
      'too long',
    );
  });
});

describe('str_replace', () => {
  const replaced = (template: string, params: string, version = '2015-10-15') =>
    value(`{str_replace: {template: ${JSON.stringify(template)}, params: ${params}}}`, version);

  it.each<[string, string, string]>([
    ['$a and $ab', '{$a: 1, $ab: 2}', '1 and 2'],
    ['ab', '{a: b, b: c}', 'bc'],
    ['xyx', '{x: y, y: x}', 'yxy'],
    ['aXbc', '{aX: "", Xb: 1}', 'a1c'],
    ['abcde', '{abc: 1, bcde: 2}', 'a2'],
    ['n t f', '{n: null, t: true, f: 1.50}', ' True 1.5'],
    ['nothing', '{}', 'nothing'],
    ['a', '{a: a, zz: unused}', 'a'],
    ['__proto__', '{__proto__: p}', 'p'],
  ])('%s with %s', (template, params, expected) => {
    expect(replaced(template, params)).toBe(expected);
    expect(replaced(template, params, '2013-05-23')).toBe(expected);
  });

  it('counts code points, not UTF-16 units, for the order of keys', () => {
    // 😀 is one character to Python, so `ab` is longer and goes first.
    expect(replaced('ab😀', '{"b😀": 2, ab: 1}')).toBe('1😀');
    expect(replaced('xy😀', '{"😀": 2, xy: 1}')).toBe('12');
  });

  it('writes maps and lists as JSON from 2015-10-15', () => {
    expect(replaced('$v', '{$v: {b: [1], a: 2}}')).toBe('{"a": 2, "b": [1]}');
    expect(thrown(() => replaced('$v', '{$v: [1]}', '2015-04-30'))).toBe(
      '"str_replace" params must be strings or numbers, param $v is not valid',
    );
  });

  it.each([
    ['{str_replace: [a]}', 'x.str_replace: : Arguments to "str_replace" must be a map'],
    ['{str_replace: {template: a, params: [a]}}', 'x.str_replace: : "str_replace" parameters must be a mapping'],
    ['{str_replace: {template: [a], params: {}}}', '"str_replace" template must be a string'],
    ['{str_replace: {template: a, params: {get_param: list}}}', '"str_replace" params must be a map'],
    ['{str_replace: {template: a, params: {"": b}}}', 'empty separator'],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });

  it('shows the syntax as Python shows a KeyError', () => {
    const message = refusal('{str_replace: {template: a}}');
    expect(message).toMatch(/^x\.str_replace: : '"str_replace" syntax should be str_replace:\\n {14}template: /);
  });

  it('takes its params from a function', () => {
    expect(value('{str_replace: {template: "k l", params: {get_param: map}}}', '2015-10-15')).toBe(
      '{"1": "one"} ["x", {"y": true}]',
    );
  });

  it('bounds what it makes', () => {
    const template = 'a'.repeat(50_000);
    const scope = scopeOf({ parameter: () => 'b'.repeat(1000) });
    expect(refusal(`{str_replace: {template: ${template}, params: {a: {get_param: p}}}}`, undefined, scope)).toContain(
      'too long',
    );
  });
});

describe('str_replace_strict and str_replace_vstrict', () => {
  const strict = (name: string, params: string) => value(`{${name}: {template: "ab c", params: ${params}}}`, 'pike');

  it('replace like str_replace where all is there', () => {
    for (const name of ['str_replace_strict', 'str_replace_vstrict']) {
      expect(strict(name, '{a: 1, c: [2]}')).toBe('1b [2]');
      expect(strict(name, '{a: 0, c: false}')).toBe('0b False');
    }
  });

  it('refuse keys that the template lacks, also where a longer key took them', () => {
    const missing = 'The following params were not found in the template: ';
    expect(thrown(() => strict('str_replace_strict', '{z: 1, y: 1, a: 2}'))).toBe(`${missing}y,z`);
    expect(thrown(() => strict('str_replace_strict', '{ab: 1, a: 2}'))).toBe(`${missing}a`);
    expect(thrown(() => strict('str_replace_vstrict', '{c: "", z: 1}'))).toContain('empty value for param c');
  });

  it('refuse empty values in vstrict only', () => {
    for (const empty of ['null', '""', '[]', '{}']) {
      expect(thrown(() => strict('str_replace_vstrict', `{c: ${empty}}`))).toBe(
        'str_replace_vstrict has an undefined or empty value for param c, must be a defined non-empty value',
      );
    }
    expect(strict('str_replace_strict', '{c: null}')).toBe('ab ');
  });
});

describe('results', () => {
  it('keep their types', () => {
    const scope = scopeOf({ parameter: () => float('1.0') });
    expect(value('{a: {get_param: p}, b: 12345678901234567890}', undefined, scope)).toEqual(
      mapOf([
        ['a', float('1.0')],
        ['b', 12345678901234567890n],
      ]),
    );
  });

  it('are not copied where nothing changed', () => {
    const plain = expr('{a: [1, {b: c}]}');
    expect(evaluate(plain, known)).toBe(plain);
  });

  it('may not nest deeper than any value', () => {
    let deep: Value = 'x';
    for (let i = 0; i < limits.maxValueDepth - 1; i++) deep = [deep];
    const scope = scopeOf({ attribute: () => deep });
    expect(value('[{get_attr: [r, a]}]', undefined, scope)).toEqual([deep]);
    expect(refusal('[[{get_attr: [r, a]}]]', undefined, scope)).toContain('nested too deep');
  });
});
