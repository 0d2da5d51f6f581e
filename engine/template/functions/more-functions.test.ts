import { describe, expect, it } from 'vitest';
import { expr, planned, scopeOf, thrown } from '../../../test/support/templates.ts';
import { pyEquals } from '../../values/python.ts';
import { float, mapOf, type Value } from '../../values/value.ts';
import { parseYaml } from '../../values/yaml.ts';
import { evaluate } from '../evaluate.ts';
import { equalityKey } from './equality.ts';

function value(yaml: string, version?: string) {
  return evaluate(expr(yaml, version), scopeOf());
}

function refusal(yaml: string, version?: string): string {
  return thrown(() => value(yaml, version));
}

const list = (yaml: string) => parseYaml(yaml);

describe('list_concat and list_concat_unique', () => {
  it.each([
    ['{list_concat: [[1, 2], null, [2, [3]]]}', '[1, 2, 2, [3]]'],
    ['{list_concat: []}', '[]'],
    ['{list_concat_unique: [[1, a], [1.0, true, "1", a], [[1], [1]]]}', '[1, a, "1", [1]]'],
    ['{list_concat_unique: [[{a: 1, b: 2}, {b: 2, a: 1}], [null, null]]}', '[{a: 1, b: 2}, null]'],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toEqual(list(expected));
  });

  it.each([
    ['{list_concat: null}', '"list_concat" : [ [ <value 1>, <value 2> ], [ <value 3>, <value 4> ] ]'],
    ['{list_concat_unique: x}', '"list_concat_unique" : [ [ <value 1>, <value 2> ], [ <value 3>, <value 4> ] ]'],
  ])('%s is refused', (yaml, form) => {
    expect(refusal(yaml)).toContain(`should be: ${form}`);
  });

  it('concatenate lists only', () => {
    for (const item of ['x', '{a: b}', '1']) {
      expect(refusal(`{list_concat: [${item}]}`)).toMatch(
        /^Incorrect arguments: Items to concat must be lists\. \[.*\] contains an item that is not a list: /,
      );
    }
  });
});

describe('filter', () => {
  it.each([
    ['{filter: [[a, 0], [a, b, false, 0.0, "0", null]]}', '[b, "0", null]'],
    ['{filter: [[null, [1]], [null, [1.0], [2]]]}', '[[2]]'],
    ['{filter: [null, [a]]}', '[a]'],
    ['{filter: [[], [a]]}', '[a]'],
    ['{filter: [[a], null]}', 'null'],
    ['{filter: [[a], ""]}', '""'],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toEqual(list(expected));
  });

  it.each([
    ['{filter: x}', 'x.filter: : Argument to "filter" must be a list'],
    [
      '{filter: [[a]]}',
      'x.filter: : "filter" expected 2 arguments of the form [values, sequence] but got 1 arguments instead',
    ],
    ['{filter: [[a], text]}', '"filter" only works with lists'],
    ['{filter: [text, [a]]}', '"filter" filters a list of values'],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });
});

describe('contains', () => {
  it.each([
    ['{contains: [a, [a, b]]}', true],
    ['{contains: [1, [true]]}', true],
    ['{contains: ["1", [1]]}', false],
    ['{contains: [bc, abcd]}', true],
    ['{contains: ["", abcd]}', true],
    ['{contains: [x, abcd]}', false],
  ])('%s', (yaml, expected) => {
    expect(value(yaml)).toBe(expected);
  });

  it.each([
    [
      '{contains: []}',
      'x.contains: : Incorrect arguments to "contains" should be: "contains" : [ "value1", [ "value1", "value2"]]',
    ],
    ['{contains: [a]}', 'x.contains: : Arguments to "contains" must be of the form: [value1, [value1, value2]]'],
    ['{contains: [a, {a: b}]}', 'Second argument to "contains" should be a sequence.'],
    ['{contains: [a, null]}', 'Second argument to "contains" should be a sequence.'],
    ['{contains: [1, abc]}', `'in <string>' requires string as left operand, not int`],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });

  it('is a condition too from 2017-09-01', () => {
    const body = 'conditions: {c: {contains: [a, [a]]}}\noutputs: {o: {value: {if: [c, 1, 2]}}}';
    expect(planned(body, { version: 'pike' }).outputs.get('o')?.value).toBe(1n);
    expect(
      planned(body.replace('contains', 'equals').replace('[a]]', 'b]'), { version: 'newton' }).outputs.get('o')?.value,
    ).toBe(2n);
  });
});

describe('map_merge', () => {
  it('lets later ones win, keys in the order they came', () => {
    const merged = value('{map_merge: [{a: 1, b: {x: 1}}, null, {c: 3, b: {y: 2}}]}');
    expect(merged).toEqual(list('{a: 1, b: {y: 2}, c: 3}'));
    expect([...(merged as ReadonlyMap<string, Value>).keys()]).toEqual(['a', 'b', 'c']);
  });

  it('refuses what is no map', () => {
    expect(refusal('{map_merge: [x]}')).toBe(
      `Incorrect arguments: Items to merge must be maps. 'x' is type <class 'str'> instead of a dict`,
    );
    expect(refusal('{map_merge: null}')).toBe(
      'Incorrect arguments to "map_merge" should be: "map_merge" : [ { "key1": "val1" }, { "key2": "val2" } ]',
    );
  });
});

describe('map_replace', () => {
  it.each([
    ['[{a: x, b: y}, {keys: {a: A}, values: {y: Y}}]', '{A: x, b: Y}'],
    ['[{a: x}, {keys: {a: a}}]', '{a: x}'],
    ['[{a: [x]}, {values: {x: Y}}]', '{a: [x]}'],
    ['[{a: x}, null]', '{a: x}'],
    ['[null, {}]', '{}'],
  ])('%s', (args, expected) => {
    expect(value(`{map_replace: ${args}}`)).toEqual(list(expected));
  });

  it.each([
    ['[{a: 1, b: 2}, {keys: {a: b}}]', 'key replacement b collides with a key in the input map'],
    ['[{a: 1, b: 2}, {keys: {a: c, b: c}}]', 'key replacement c collides with a key in the output map'],
    ['[{a: 1}, {foo: {}}]', 'Incorrect arguments to "map_replace" should be: '],
    ['[{a: 1}]', 'Incorrect arguments to "map_replace" should be: '],
    ['{a: 1}', 'Incorrect arguments to "map_replace" should be: '],
    ['[x, {}]', 'Incorrect arguments: to "map_replace", arguments must be a list of maps.'],
  ])('%s is refused', (args, message) => {
    expect(refusal(`{map_replace: ${args}}`)).toContain(message);
  });
});

describe('str_split', () => {
  it.each([
    ['[",", "a,b,,c"]', '[a, b, "", c]'],
    ['[",", "a,b", 1]', 'b'],
    ['[",", "a,b", "0"]', 'a'],
    ['[",", "a,b", -1, ignored]', 'b'],
    ['[",", "a,b", 1.9]', 'b'],
    ['[",", null]', 'null'],
    ['[",", ""]', '[""]'],
    ['[null, "  a \\t b\\n"]', '[a, b]'],
    ['[null, "  "]', '[]'],
  ])('%s', (args, expected) => {
    expect(value(`{str_split: ${args}}`)).toEqual(list(expected));
  });

  it.each([
    [
      '"text"',
      'x.str_split: : Incorrect arguments to "str_split" should be: "str_split" : [ ",", "apples,pears", <index>]',
    ],
    [
      '{a: b}',
      'x.str_split: : Incorrect arguments to "str_split" should be: "str_split" : [ ",", "apples,pears", <index>]',
    ],
    ['[","]', 'Incorrect arguments to "str_split" should be: "str_split" : [ ",", "apples,pears", <index>]'],
    ['null', 'Incorrect arguments to "str_split" should be: "str_split" : [ ",", "apples,pears", <index>]'],
    ['["", "a"]', 'empty separator'],
    ['[1, "a"]', 'must be str or None, not int'],
    ['[",", 5]', `'int' object has no attribute 'split'`],
    ['[",", "a,b", 2]', 'Incorrect index to "str_split" should be between 0 and 1'],
    ['[",", "a,b", -3]', 'Incorrect index to "str_split" should be between 0 and 1'],
    ['[",", "a,b", x]', 'Incorrect index to "str_split" should be: "str_split" : [ ",", "apples,pears", <index>]'],
  ])('%s is refused', (args, message) => {
    expect(refusal(`{str_split: ${args}}`)).toBe(message);
  });
});

describe('repeat', () => {
  const repeated = (template: string, forEach: string, version?: string, more = '') =>
    value(`{repeat: {template: ${template}, for_each: ${forEach}${more}}}`, version);

  it.each([
    ['"x-%a%"', '{"%a%": [1a, 2b]}', '[x-1a, x-2b]'],
    ['{"k%a%": ["%a%", 1, {in: "%a%"}]}', '{"%a%": [p]}', '[{kp: [p, 1, {in: p}]}]'],
    ['"%a%%b%"', '{"%a%": [x, y], "%b%": ["1", "2"]}', '[x1, x2, y1, y2]'],
    ['"%a%"', '{"%a%": null}', '[]'],
    ['"%a%"', '{"%a%": [], "%b%": [x]}', '[]'],
    ['"A"', '{A: [B], B: [C]}', '[C]'],
    ['5', '{"%a%": [x, y]}', '[5, 5]'],
    ['"%a%"', '{"%a%": ["$& $1 $$"]}', '["$& $1 $$"]'],
    ['"ab"', '{"": [_]}', '[_a_b_]'],
  ])('%s for %s', (template, forEach, expected) => {
    expect(repeated(template, forEach, '2015-04-30')).toEqual(list(expected));
    expect(repeated(template, forEach)).toEqual(list(expected));
  });

  it('walks a map by its keys from 2016-10-14', () => {
    expect(repeated('"%a%"', '{"%a%": {x: 1, y: 2}}', '2016-10-14')).toEqual(['x', 'y']);
    expect(thrown(() => repeated('"%a%"', '{"%a%": {x: 1}}', '2016-04-08'))).toBe(
      'The values of the "for_each" argument to "repeat" must be lists',
    );
  });

  it('walks lists side by side without permutations from 2017-09-01', () => {
    const lists = '{"%a%": [x, y], "%b%": ["1", "2"]}';
    expect(repeated('"%a%%b%"', lists, '2017-09-01', ', permutations: false')).toEqual(['x1', 'y2']);
    expect(repeated('"%a%%b%"', lists, '2017-02-24', ', permutations: false')).toEqual(['x1', 'x2', 'y1', 'y2']);
    expect(thrown(() => repeated('"%a%"', '{"%a%": [x], "%b%": [y, z]}', 'pike', ', permutations: false'))).toBe(
      'For repeat, the length of for_each values should be equal if no nested loop.',
    );
    expect(thrown(() => repeated('"%a%"', '{"%a%": {x: 1}}', 'pike', ', permutations: false'))).toBe(
      'The values of the "for_each" argument to "repeat" must be lists',
    );
    for (const what of ['null', '"no"', '1', '{get_param: p}']) {
      expect(thrown(() => repeated('"%a%"', lists, 'pike', `, permutations: ${what}`))).toBe(
        'x.repeat: : "permutations" should be boolean type for repeat function.',
      );
    }
  });

  it.each([
    ['{repeat: x}', 'x.repeat: : Arguments to "repeat" must be a map'],
    ['{repeat: {template: x, for_each: {}}}', 'not enough values to unpack (expected 2, got 0)'],
    [
      '{repeat: {template: x, for_each: {a: b}}}',
      'The values of the "for_each" argument to "repeat" must be lists or maps',
    ],
    ['{repeat: {template: x, for_each: {a: [1]}}}', 'replace() argument 2 must be str, not int'],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });

  it('shows its syntax, and wants a map in a finished definition', () => {
    expect(refusal('{repeat: {template: x}}')).toMatch(
      /^x\.repeat: : ["']"repeat" syntax should be repeat:|^x\.repeat: : .*syntax should be repeat/,
    );
    expect(
      thrown(() => planned('resources: {r: {type: T, properties: {p: {repeat: {template: x, for_each: [a]}}}}}')),
    ).toBe('resources.r.properties.p.repeat: : The "for_each" argument to "repeat" must contain a map');
  });

  it('resolves the functions in its template first', () => {
    const scope = scopeOf({ parameter: name => (name === 'p' ? 'from %a%' : undefined) });
    expect(evaluate(expr('{repeat: {template: {get_param: p}, for_each: {"%a%": [x]}}}'), scope)).toEqual(['from x']);
    expect(
      thrown(() => evaluate(expr('{repeat: {template: {get_param: "%a%"}, for_each: {"%a%": [p]}}}'), scope)),
    ).toBe('The Parameter (%a%) was not provided.');
  });

  it('bounds what it makes', () => {
    const many = `[${Array.from({ length: 300 }, (_, i) => `x${i}`).join(', ')}]`;
    expect(thrown(() => repeated('"%a%"', `{"%a%": ${many}, "%b%": ${many}, "%c%": ${many}}`))).toContain('too long');
    const doubling = Array.from(
      { length: 40 },
      (_, i) =>
        `p${String(i).padStart(2, '0')}: [p${String(i + 1).padStart(2, '0')}p${String(i + 1).padStart(2, '0')}]`,
    );
    expect(thrown(() => repeated('p00', `{${doubling.join(', ')}}`))).toContain('too long');
  });
});

describe('digest', () => {
  it.each([
    ['md5', 'abc', '900150983cd24fb0d6963f7d28e17f72'],
    ['SHA256', 'abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['sha1', 'é', '1599e9fa41ec68c80230491902786bee889f5bcb'],
    ['sha3_256', '', 'a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a'],
  ])('%s of %s', (algorithm, text, expected) => {
    expect(value(`{digest: [${algorithm}, "${text}"]}`)).toBe(expected);
  });

  it.each([
    ['{digest: [md5]}', 'Function "digest" usage: ["<algorithm>", "<value>"]'],
    ['{digest: [md5, 5]}', 'Argument to function "digest" must be a list of strings'],
    ['{digest: md5}', 'Argument to function "digest" must be a list of strings'],
    [
      '{digest: [md5, "€"]}',
      `'latin-1' codec can't encode character '\\u20ac' in position 0: ordinal not in range(256)`,
    ],
  ])('%s is refused', (yaml, message) => {
    expect(refusal(yaml)).toBe(message);
  });

  it('names its algorithms', () => {
    expect(refusal('{digest: [rot13, a]}')).toMatch(/^Algorithm must be one of \{.*'sha512'/);
  });
});

describe('equalityKey', () => {
  it('is the same exactly where Python finds equality', () => {
    const values: Value[] = [
      null,
      true,
      false,
      0n,
      1n,
      float('1.0'),
      float('-0.0'),
      float('0.5'),
      '1',
      'true',
      '',
      'null',
      [],
      [1n],
      [true],
      ['1'],
      ['a,b'],
      ['a', 'b'],
      new Map(),
      mapOf([
        ['a', 1n],
        ['b', 2n],
      ]),
      mapOf([
        ['b', float('2.0')],
        ['a', true],
      ]),
      mapOf([['a', [1n]]]),
      10n ** 300n,
      float('1e300'),
      BigInt(1e300),
    ];
    for (const a of values) {
      for (const b of values) expect([a, b, equalityKey(a) === equalityKey(b)]).toEqual([a, b, pyEquals(a, b)]);
    }
  });
});
