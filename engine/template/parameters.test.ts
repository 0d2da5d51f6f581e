import { describe, expect, it } from 'vitest';
import { hot, latest, pseudo, thrown } from '../../test/support/templates.ts';
import { float, mapOf, type Value } from '../values/value.ts';
import { parseYaml } from '../values/yaml.ts';
import { parseEnvironment } from './environment.ts';
import { type Parameters, resolveParameters } from './parameters.ts';
import { parseHead } from './template.ts';

function resolved(parameters: string, environment = '{}', version = latest): Parameters {
  return resolveParameters(
    parseHead(hot(`parameters: ${parameters}`, version)),
    parseEnvironment(parseYaml(environment)),
    pseudo,
  );
}

/** The value of p of this type, given so. */
function given(type: string, value: string, more = ''): Value | undefined {
  return resolved(`{p: {type: ${type}${more}}}`, `{parameters: {p: ${value}}}`).value('p');
}

function refusal(parameters: string, environment?: string, version?: string): string {
  return thrown(() => resolved(parameters, environment, version));
}

describe('values', () => {
  it.each<[string, string, Value]>([
    ['string', 'abc', 'abc'],
    ['string', '""', ''],
    ['string', '5', '5'],
    ['string', 'true', 'True'],
    ['string', '1.0', '1.0'],
    ['string', '[1, a]', `[1, 'a']`],
    ['string', '{a: 1}', `{'a': 1}`],
    ['number', '5', 5n],
    ['number', '"5"', 5n],
    ['number', '" 007 "', 7n],
    ['number', '"1_000"', 1000n],
    ['number', '"٣"', 3n],
    ['number', '5.0', float('5.0')],
    ['number', '"5.0"', float('5.0')],
    ['number', 'true', true],
    ['number', '"12345678901234567890"', 12345678901234567890n],
    ['boolean', '"1"', true],
    ['boolean', '" YES "', true],
    ['boolean', 'off', false],
    ['boolean', 'N', false],
    ['boolean', '0', false],
    ['comma_delimited_list', '""', []],
    ['comma_delimited_list', '"a, b,"', ['a', ' b', '']],
    ['comma_delimited_list', '[1, null, true, x]', ['1', 'None', 'True', 'x']],
    ['json', '"[1, 2.50]"', [1n, float('2.50')]],
    ['json', `'"text"'`, 'text'],
    ['json', '{a: null}', mapOf([['a', null]])],
    ['json', '5', 5n],
    ['json', '""', ''],
  ])('%s from %s', (type, text, expected) => {
    expect(given(type, text)).toEqual(expected);
  });

  it.each([
    ['number', 'abc', `could not convert string to float: 'abc'`],
    ['number', '""', `could not convert string to float: ''`],
    ['number', '[1]', `int() argument must be a string, a bytes-like object or a real number, not 'list'`],
    [
      'boolean',
      'maybe',
      `Unrecognized value 'maybe', acceptable values are: '0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'`,
    ],
    ['comma_delimited_list', '5', `Value must be a comma-delimited list string: 'int' object has no attribute 'split'`],
    [
      'comma_delimited_list',
      '{a: 1}',
      `Value must be a comma-delimited list string: 'dict' object has no attribute 'split'`,
    ],
  ])('%s refuses %s', (type, text, message) => {
    expect(thrown(() => given(type, text))).toBe(`Parameter 'p' is invalid: ${message}`);
  });

  it('json refuses what is no JSON', () => {
    expect(thrown(() => given('json', '"{a"'))).toMatch(/^Parameter 'p' is invalid: Value must be valid JSON: ./);
  });

  it('come from parameters, else parameter_defaults, else the default; null is none', () => {
    const schema = '{p: {type: string, default: d}}';
    expect(resolved(schema).value('p')).toBe('d');
    expect(resolved(schema, '{parameter_defaults: {p: e, unknown: x}}').value('p')).toBe('e');
    expect(resolved(schema, '{parameters: {p: f}, parameter_defaults: {p: e}}').value('p')).toBe('f');
    expect(resolved(schema, '{parameters: {p: null}, parameter_defaults: {p: null}}').value('p')).toBe('d');
  });

  it('must be there, the first of the template first', () => {
    const schema = '{z: {type: string}, a: {type: string, default: null}}';
    expect(refusal(schema)).toBe('The Parameter (z) was not provided.');
    expect(refusal(schema, '{parameters: {z: 1, a: null}}')).toBe('The Parameter (a) was not provided.');
  });

  it('of unknown names are refused before anything else', () => {
    expect(refusal('{p: {type: string}}', '{parameters: {q: null}}')).toBe(
      'The Parameter (q) was not defined in template.',
    );
    expect(refusal('{}', '{parameters: {OS::stack_id: x}}')).toBe(
      'The Parameter (OS::stack_id) was not defined in template.',
    );
    expect(refusal('{}', '{parameters: {__proto__: x}}')).toBe(
      'The Parameter (__proto__) was not defined in template.',
    );
  });

  it('of pseudo parameters are there, but for the region', () => {
    const parameters = resolved('{}');
    expect(parameters.value('OS::stack_id')).toBe('b3a1');
    expect(parameters.value('OS::stack_name')).toBe('teststack');
    expect(parameters.value('OS::project_id')).toBe('p1');
    expect(parameters.value('OS::region')).toBeUndefined();
    expect(parameters.names).toEqual([]);
  });
});

describe('shown', () => {
  it('is text, hidden ones masked', () => {
    const shown = resolved(
      `{n: {type: number}, f: {type: number}, b: {type: boolean}, l: {type: comma_delimited_list},
        j: {type: json}, e: {type: json}, s: {type: string, hidden: true}, t: {type: string, hidden: "false"}}`,
      '{parameters: {n: "7", f: 1.50, b: "yes", l: [a, b], j: {é: [1, 1.50, null]}, e: "", s: x, t: y}}',
    ).shown();
    expect(shown).toEqual(
      mapOf([
        ['OS::stack_id', 'b3a1'],
        ['OS::project_id', 'p1'],
        ['OS::stack_name', 'teststack'],
        ['n', '7'],
        ['f', '1.5'],
        ['b', 'True'],
        ['l', 'a,b'],
        ['j', '{"\\u00e9": [1, 1.5, null]}'],
        ['e', '""'],
        ['s', '******'],
        ['t', '******'],
      ]),
    );
  });

  it('never tells a hidden value, in messages neither', () => {
    const hidden = (type: string, value: string, constraints = '[]') =>
      thrown(() =>
        resolved(`{p: {type: ${type}, hidden: true, constraints: ${constraints}}}`, `{parameters: {p: ${value}}}`),
      );
    for (const message of [
      hidden('number', 'secret'),
      hidden('boolean', 'secret'),
      hidden('json', '"{secret"'),
      hidden('string', 'secret', '[{allowed_values: [a]}]'),
      hidden('string', 'secret', '[{allowed_pattern: "[0-9]+"}]'),
      hidden('string', 'secret', '[{custom_constraint: ip_addr}]'),
    ]) {
      expect(message).toMatch(/^Parameter 'p' is invalid: /);
      expect(message).not.toContain('secret');
    }
    const names = resolved('{p: {type: string, hidden: true}, q: {type: string}}', '{parameters: {p: 1, q: 2}}').hidden;
    expect([...names]).toEqual(['p']);
  });
});

describe('schemas', () => {
  it('keep what they say', () => {
    const { parameters } = parseHead(
      hot(
        'parameters: {p: {type: number, label: L, description: D, immutable: true, tags: [t], schema: x}, q: {type: json}}',
      ),
    );
    expect(parameters.get('p')).toEqual({
      name: 'p',
      type: 'number',
      typeName: 'number',
      default: undefined,
      description: 'D',
      label: 'L',
      hidden: false,
      immutable: true,
      tags: ['t'],
      constraints: [],
    });
    expect(parameters.get('q')?.label).toBe('q');
  });

  it.each([
    ['{p: x}', 'Invalid parameter (p), expected a mapping'],
    ['{p: null}', 'Invalid parameter (p), expected a mapping'],
    ['{p: {type: string, foo: 1}}', `Invalid key 'foo' for parameter (p)`],
    ['{p: {default: 1}}', 'Missing parameter type for parameter: p'],
    ['{p: {type: String}}', 'Invalid type (String)'],
    ['{p: {type: null}}', 'Invalid type (None)'],
    ['{p: {type: [a]}}', `Invalid type (['a'])`],
    ['{p: {type: string, tags: x}}', 'Tags property should be a list for parameter: p'],
    ['{p: {type: string, tags: null}}', 'Tags property should be a list for parameter: p'],
    ['{p: {type: string, constraints: {}}}', 'Invalid parameter constraints for parameter p, expected a list'],
    ['{p: {type: string, constraints: [x]}}', 'Invalid parameter constraints, expected a mapping'],
    ['{p: {type: string, constraints: [{foo: 1}]}}', `Invalid key 'foo' for parameter constraints`],
    ['{p: {type: string, constraints: [{}]}}', 'No constraint expressed'],
    ['{p: {type: string, constraints: [{description: d}]}}', 'No constraint expressed'],
    ['{p: {type: string, constraints: [{length: 3}]}}', 'Invalid length constraint, expected a mapping'],
    ['{p: {type: number, constraints: [{range: null}]}}', 'Invalid range constraint, expected a mapping'],
    ['{p: {type: number, constraints: [{range: {x: 1}}]}}', `Invalid key 'x' for range constraint`],
    [
      '{p: {type: number, constraints: [{range: {}}]}}',
      'A range constraint must have a min value and/or a max value specified.',
    ],
    [
      '{p: {type: string, constraints: [{length: {min: null}}]}}',
      'A length constraint must have a min value and/or a max value specified.',
    ],
    ['{p: {type: string, constraints: [{length: {min: 1.5}}]}}', 'min/max length must be integral'],
    ['{p: {type: string, constraints: [{length: {min: "2.0"}}]}}', 'min/max length must be integral'],
    ['{p: {type: number, constraints: [{range: {min: x}}]}}', `could not convert string to float: 'x'`],
    ['{p: {type: number, constraints: [{range: {min: [1]}}]}}', 'min/max must be numeric'],
    [
      '{p: {type: number, constraints: [{modulo: {step: 2}}]}}',
      'A modulo constraint must have a step value and an offset value specified.',
    ],
    ['{p: {type: number, constraints: [{modulo: {step: 0, offset: 0}}]}}', 'step cannot be 0.'],
    ['{p: {type: number, constraints: [{modulo: {step: 1.5, offset: 0}}]}}', 'step/offset must be integer'],
    [
      '{p: {type: number, constraints: [{modulo: {step: 2, offset: -2}}]}}',
      'offset must be smaller (by absolute value) than step.',
    ],
    [
      '{p: {type: number, constraints: [{modulo: {step: 3, offset: -1}}]}}',
      'step and offset must be both positive or both negative.',
    ],
    ['{p: {type: string, constraints: [{allowed_values: abc}]}}', 'AllowedValues must be a list'],
    ['{p: {type: string, constraints: [{allowed_pattern: 5}]}}', 'AllowedPattern must be a string'],
  ])('%s is refused', (parameters, message) => {
    expect(refusal(parameters)).toBe(message);
  });

  it('refuse a pattern that is none', () => {
    expect(refusal('{p: {type: string, constraints: [{allowed_pattern: "(a"}]}}')).toMatch(
      /^Invalid AllowedPattern "\(a": ./,
    );
  });

  it('may have null as constraints', () => {
    expect(resolved('{p: {type: string, default: a, constraints: null}}').value('p')).toBe('a');
  });

  it('know modulo from 2017-02-24 and tags from 2018-03-02', () => {
    const modulo = '{p: {type: number, default: 4, constraints: [{modulo: {step: 2, offset: 0}}]}}';
    expect(refusal(modulo, '{}', '2016-10-14')).toBe('No constraint expressed');
    expect(resolved(modulo, '{}', '2017-02-24').value('p')).toBe(4n);
    const tags = '{p: {type: string, default: a, tags: [t]}}';
    expect(refusal(tags, '{}', '2017-09-01')).toBe(`Invalid key 'tags' for parameter (p)`);
    expect(resolved(tags, '{}', '2018-03-02').value('p')).toBe('a');
  });

  it.each([
    ['number', 'length: {min: 1}', 'Length constraint invalid for number'],
    ['boolean', 'length: {min: 1}', 'Length constraint invalid for boolean'],
    ['string', 'range: {min: 1}', 'Range constraint invalid for string'],
    ['string', 'modulo: {step: 2, offset: 1}', 'Modulo constraint invalid for string'],
    ['json', 'allowed_values: [a]', 'AllowedValues constraint invalid for json'],
    ['number', 'allowed_pattern: a', 'AllowedPattern constraint invalid for number'],
    ['json', 'custom_constraint: ip_addr', 'CustomConstraint constraint invalid for json'],
  ])('of %s refuse %s', (type, constraint, message) => {
    expect(refusal(`{p: {type: ${type}, default: x, constraints: [{${constraint}}]}}`)).toBe(
      `Parameter 'p' is invalid: ${message}`,
    );
  });
});

describe('constraints', () => {
  it.each([
    ['string', 'abc', 'length: {min: 4, max: 8}', 'length (3) is out of range (min: 4, max: 8)'],
    ['string', '"é😀"', 'length: {min: 3}', 'length (2) is out of range (min: 3, max: None)'],
    ['comma_delimited_list', '"a,b"', 'length: {max: 1}', 'length (2) is out of range (min: None, max: 1)'],
    ['json', '{a: 1}', 'length: {min: 2}', 'length (1) is out of range (min: 2, max: None)'],
    ['number', '5', 'range: {max: 4}', '5 is out of range (min: None, max: 4)'],
    ['number', '"5"', 'range: {min: "6"}', '5 is out of range (min: 6, max: None)'],
    ['string', 'abc', 'allowed_values: [a, b]', '"abc" is not an allowed value ["a", "b"]'],
    ['number', '"7"', 'allowed_values: [1, 2]', '"7" is not an allowed value [1, 2]'],
    ['number', '7', 'allowed_values: [1, 2]', '7 is not an allowed value [1, 2]'],
    ['string', 'x', 'allowed_pattern: "[a-z]+[0-9]"', '"x" does not match pattern "[a-z]+[0-9]"'],
    ['string', 'ab', 'allowed_pattern: "a|ab"', '"ab" does not match pattern "a|ab"'],
    ['number', '3', 'modulo: {step: 2, offset: 0}', '3 is not a multiple of 2 with an offset of 0'],
    ['string', 'v', 'custom_constraint: foo', '"v" does not validate foo (constraint not found)'],
    ['string', 'abc', 'length: {min: 4}, description: too short', 'too short'],
  ])('%s %s breaks %s', (type, value, constraint, message) => {
    expect(thrown(() => given(type, value, `, constraints: [{${constraint}}]`))).toBe(
      `Parameter 'p' is invalid: ${message}`,
    );
  });

  it.each([
    ['string', 'abc', 'length: {min: 3, max: 3}'],
    ['string', '5', 'allowed_values: [5, 6]'],
    ['string', '"5"', 'allowed_values: [5, 6]'],
    ['number', '"1"', 'allowed_values: ["1", 2]'],
    ['number', '1.0', 'allowed_values: [1]'],
    ['boolean', '"yes"', 'allowed_values: [true]'],
    ['comma_delimited_list', '"a,a"', 'allowed_values: [a, b]'],
    ['number', '"4"', 'modulo: {step: 2, offset: 0}'],
    ['string', '10.0.0.1', 'custom_constraint: ip_addr'],
  ])('%s %s keeps %s', (type, value, constraint) => {
    expect(() => given(type, value, `, constraints: [{${constraint}}]`)).not.toThrow();
  });

  it('tell the first one that is broken', () => {
    expect(
      thrown(() =>
        given('string', 'abcdef', ', constraints: [{length: {max: 9}}, {length: {max: 5}}, {allowed_pattern: x}]'),
      ),
    ).toBe(`Parameter 'p' is invalid: length (6) is out of range (min: None, max: 5)`);
  });
});

describe('defaults', () => {
  it.each([
    [
      'string, default: abc, constraints: [{length: {max: 2}}]',
      'Invalid default abc (length (3) is out of range (min: None, max: 2))',
    ],
    [
      'number, default: abc, constraints: [{range: {max: 2}}]',
      `Invalid default abc (could not convert string to float: 'abc')`,
    ],
    [
      'comma_delimited_list, default: "a,c", constraints: [{allowed_values: [a, b]}]',
      'Invalid default a,c (["a", "c"] is not an allowed value ["a", "b"])',
    ],
    [
      'comma_delimited_list, default: 5',
      `Default must be a comma-delimited list string: 'int' object has no attribute 'split'`,
    ],
  ])('%s is refused though a value is given', (schema, message) => {
    expect(refusal(`{p: {type: ${schema}}}`, '{parameters: {p: "1"}}')).toBe(`Parameter 'p' is invalid: ${message}`);
  });

  it('without constraints count only when in force', () => {
    const schema = '{p: {type: number, default: abc}}';
    expect(resolved(schema, '{parameters: {p: 1}}').value('p')).toBe(1n);
    expect(refusal(schema)).toBe(`Parameter 'p' is invalid: could not convert string to float: 'abc'`);
  });

  it('meet custom constraints only when in force', () => {
    const schema = '{p: {type: string, default: nope, constraints: [{custom_constraint: ip_addr}]}}';
    expect(resolved(schema, '{parameters: {p: "::1"}}').value('p')).toBe('::1');
    expect(refusal(schema)).toMatch(/^Parameter 'p' is invalid: Error validating value 'nope'/);
  });

  it('of the environment are checked as values', () => {
    const schema = '{p: {type: string, default: a, constraints: [{allowed_values: [a]}]}}';
    expect(refusal(schema, '{parameter_defaults: {p: b}}')).toBe(
      `Parameter 'p' is invalid: "b" is not an allowed value ["a"]`,
    );
  });
});
