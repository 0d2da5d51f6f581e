import { describe, expect, it } from 'vitest';
import { expr, planned, thrown } from '../../test/support/templates.ts';
import { limits } from '../kernel/limits.ts';
import { mapOf, type Value } from '../values/value.ts';
import { encodeExpr } from './encode.ts';
import type { Expr } from './expr.ts';

const parameters = `
parameters:
  env: {type: string, default: prod}
  flag: {type: boolean, default: true}
  n: {type: number, default: 1}
`;

/** The output's value in a template with these conditions. */
function output(conditions: string, value: string, version?: string): Expr | undefined {
  const body = `${parameters}\nconditions: ${conditions}\noutputs: {o: {value: ${value}}}`;
  return planned(body, version === undefined ? {} : { version }).outputs.get('o')?.value;
}

function holds(condition: string, others = ''): Expr | undefined {
  return output(`{c: ${condition}${others}}`, '{if: [c, yes_, no_]}');
}

describe('conditions', () => {
  it.each([
    ['true', 'yes_'],
    ['false', 'no_'],
    ['{equals: [{get_param: env}, prod]}', 'yes_'],
    ['{equals: [{get_param: env}, dev]}', 'no_'],
    ['{equals: [{get_param: n}, 1.0]}', 'yes_'],
    ['{equals: [{get_param: n}, true]}', 'yes_'],
    ['{equals: [{get_param: n}, "1"]}', 'no_'],
    ['{equals: [{a: [1, 2]}, {a: [1, 2]}]}', 'yes_'],
    ['{get_param: flag}', 'yes_'],
    ['{not: {get_param: flag}}', 'no_'],
    ['{not: d}', 'no_', ', d: true'],
    ['{and: [d, {equals: [1, 1]}]}', 'yes_', ', d: true'],
    ['{and: [true, d]}', 'no_', ', d: false'],
    ['{and: [false, nowhere]}', 'no_'],
    ['{or: [true, nowhere]}', 'yes_'],
    ['{or: [false, d, {not: d}]}', 'yes_', ', d: false'],
  ])('%s is %s', (condition, expected, others = '') => {
    expect(holds(condition, others)).toBe(expected);
  });

  it.each([
    ['other', '', 'Condition validation error: : The definition of condition "c" is invalid: other'],
    ['null', '', 'Condition validation error: : The definition of condition "c" is invalid: None'],
    ['[true]', '', 'Condition validation error: : The definition of condition "c" is invalid: [True]'],
    ['{get_param: n}', '', 'Condition validation error: : The definition of condition "c" is invalid: 1'],
    ['{get_param: missing}', '', 'The Parameter (missing) was not provided.'],
    ['{not: d}', ', d: {not: c}', 'Condition validation error: : Circular definition for condition "c"'],
    ['{not: nowhere}', '', 'outputs.o.value.if: : Invalid condition "nowhere"'],
    ['{or: [false, 5]}', '', 'outputs.o.value.if: : Invalid condition "5"'],
    ['{and: [true]}', '', 'conditions.c.and: : The minimum number of condition arguments to "and" is 2.'],
    ['{or: x}', '', 'conditions.c.or: : Arguments to "or" must be a list of conditions'],
    ['{not: null}', '', 'conditions.c.not: : Argument to "not" must be a condition'],
    ['{equals: [1]}', '', 'conditions.c.equals: : Arguments to "equals" must be of the form: [value_1, value_2]'],
    [
      '{equals: [{get_attr: [r, a]}, 1]}',
      '',
      'conditions.c.equals[0].get_attr: : The function "get_attr" is invalid in this context',
    ],
    ['{if: [true, a, b]}', '', 'conditions.c.if: : The function "if" is invalid in this context'],
  ])('%s is refused', (condition, others, message) => {
    expect(thrown(() => holds(condition, others))).toBe(message);
  });

  it('that nothing asks for are not decided', () => {
    expect(output('{c: {get_param: missing}, d: {not: d}}', '1')).toBe(1n);
  });

  it('may stand behind one another only so far', () => {
    const chain = Array.from({ length: 3000 }, (_, i) => `c${i + 1}: {not: c${i}}`).join(', ');
    expect(output(`{c0: true, ${chain}}`, `{if: [c${limits.maxConditionChain - 2}, a, b]}`)).toBe('a');
    expect(thrown(() => output(`{c0: true, ${chain}}`, '{if: [c3000, a, b]}'))).toContain('stands behind more than');
  });
});

describe('if', () => {
  it.each<[string, Value]>([
    ['{if: [true, 1, 2]}', 1n],
    ['{if: [false, 1, 2]}', 2n],
    ['{if: [null, 1, 2]}', 1n],
    ['{if: [{equals: [1, 2]}, 1, 2]}', 2n],
    ['{if: [c, {a: {if: [d, 1, [2]]}}, 2]}', mapOf([['a', [2n]]])],
    ['{list_join: [",", {if: [c, [a, b], [c]]}]}', 'a,b'],
    ['{if: [c, null, 2]}', null],
  ])('%s', (value, expected) => {
    expect(output('{c: true, d: false}', value)).toEqual(expected);
  });

  it.each([
    ['{if: [c, a]}', '2018-08-31'],
    ['{if: [c]}', '2021-04-16'],
    ['{if: [c, a, b, d]}', '2021-04-16'],
    ['{if: text}', '2021-04-16'],
    ['{if: {a: b}}', '2021-04-16'],
    ['{if: null}', '2021-04-16'],
  ])('%s in %s is refused', (value, version) => {
    expect(thrown(() => output('{c: true}', value, version))).toBe(
      'outputs.o.value.if: : Arguments to "if" must be of the form: [condition_name, value_if_true, value_if_false]',
    );
  });

  it('without an else takes the entry away from 2021-04-16', () => {
    expect(output('{c: false}', '[1, {if: [c, 2]}, 3]')).toEqual([1n, 3n]);
    expect(output('{c: false}', '{a: {if: [c, 2]}, b: 3}')).toEqual(mapOf([['b', 3n]]));
    expect(output('{c: false}', '{if: [c, 2]}')).toBeNull();
    expect(output('{c: false}', '{list_join: [",", [a, {if: [c, b]}]]}')).toBe('a');
    expect(output('{c: true}', '[1, {if: [c, 2]}]')).toEqual([1n, 2n]);
    const { definitions } = planned(
      'conditions: {c: false}\nresources: {r: {type: T, properties: {a: {if: [c, 1]}, b: [{if: [c, 1]}]}}}',
    );
    expect(definitions.get('r')?.properties).toEqual(mapOf([['b', []]]));
  });

  it('is data where conditions are not known', () => {
    expect(expr('{if: [true, 1, 2]}', '2016-04-08')).toEqual(mapOf([['if', [true, 1n, 2n]]]));
  });

  it('counts only the chosen branch: the other may be wrong in any way', () => {
    const wrong = '{list_join: x}';
    expect(output('{c: true}', `{if: [c, 1, ${wrong}]}`)).toBe(1n);
    expect(output('{c: true}', '{if: [c, 1, {get_attr: [nowhere, x]}]}')).toBe(1n);
    expect(output('{c: true}', '{if: [c, 1, {Ref: x}]}')).toBe(1n);
    expect(thrown(() => output('{c: false}', `{if: [c, 1, ${wrong}]}`))).toBe(
      'outputs.o.value.if.list_join: : Incorrect arguments to "list_join" should be: "list_join" : [ " ", [ "str1", "str2"] ...]',
    );
  });

  it('leaves nothing of itself in a plan, and takes its reference with it', () => {
    const { definitions } = planned(
      'conditions: {c: false}\nresources: {a: {type: T, condition: c}, r: {type: T, properties: {p: {if: [c, {get_resource: a}, {get_attr: [s, x]}]}}}, s: {type: T}}',
    );
    expect([...(definitions.get('r')?.requires ?? [])]).toEqual(['s']);
    expect(encodeExpr(definitions.get('r')?.properties ?? null)).not.toContain('"if');
  });
});

describe('what a condition switches off', () => {
  const conditions = 'conditions: {off: false, on: true}\n';

  it('does not exist', () => {
    const { definitions } = planned(
      `${conditions}resources: {a: {type: T, condition: off}, b: {type: T, condition: on, depends_on: a}, c: {type: T, condition: {not: off}}, d: {type: T, condition: false}, e: {type: T, condition: true}}`,
    );
    expect([...definitions.keys()]).toEqual(['b', 'c', 'e']);
    expect(definitions.get('b')?.requires.size).toBe(0);
  });

  it('cannot be referred to', () => {
    const resources = (p: string) =>
      planned(`${conditions}resources: {a: {type: T, condition: off}, b: {type: T, properties: {value: ${p}}}}`);
    for (const read of ['{get_resource: a}', '{get_attr: [a, x]}']) {
      expect(thrown(() => resources(read))).toBe('The specified reference "a" (in b.Properties.value) is incorrect.');
    }
  });

  it('of outputs stays listed with the value null, not looked at', () => {
    const { outputs } = planned(
      `${conditions}outputs: {o: {value: {get_attr: [nowhere, x]}, description: d, condition: off}, p: {value: 1, condition: on}}`,
    );
    expect(outputs.get('o')).toEqual({ name: 'o', value: null, description: 'd' });
    expect(outputs.get('p')?.value).toBe(1n);
  });

  it('by a name that is no condition is refused with its place', () => {
    expect(thrown(() => planned('resources: {r: {type: T, condition: nope}}'))).toBe(
      'resources.r.condition: : Invalid condition "nope"',
    );
    expect(thrown(() => planned('outputs: {o: {value: 1, condition: 222}}'))).toBe(
      'outputs.o.condition: : Invalid condition "222"',
    );
    expect(thrown(() => planned('outputs: {o: {value: 1, condition: {get_attr: [a, b]}}}'))).toBe(
      'outputs.o.condition.get_attr: : The function "get_attr" is invalid in this context',
    );
  });
});
