import { describe, expect, it } from 'vitest';
import { expr, planned, scopeOf, thrown } from '../../../test/support/templates.ts';
import { float } from '../../values/value.ts';
import { evaluate } from '../evaluate.ts';
import { isCall } from '../expr.ts';
import { unknown } from '../scope.ts';

const result = (yaml: string, scope = scopeOf()) => evaluate(expr(yaml), scope);
const inOutput = (yaml: string) => thrown(() => planned(`outputs: {o: {value: {yaql: ${yaml}}}}`));

describe('yaql', () => {
  it('evaluates an expression over its data', () => {
    expect(result('{yaql: {expression: $.data.var1.sum(), data: {var1: [1, 2, 3, 4]}}}')).toBe(10n);
    expect(result('{yaql: {expression: $.data.sum(), data: [1, 2.5]}}')).toEqual(float('3.5'));
    expect(result('{yaql: {expression: $.data, data: text}}')).toBe('text');
    expect(result('{yaql: {expression: $.data.select($.a), data: [{a: {b: null}}]}}')).toEqual([
      new Map([['b', null]]),
    ]);
    expect(result('{yaql: {expression: "{1 => a, true => b}"}}')).toEqual(new Map([['1', 'b']]));
  });

  it('has {} for data that are not given, and null for null', () => {
    expect(result('{yaql: {expression: $.data}}')).toEqual(new Map());
    expect(result('{yaql: {expression: $.data = null, data: null}}')).toBe(true);
  });

  it('takes its expression and data from other functions', () => {
    const scope = scopeOf({ parameter: name => (name === 'e' ? '$.data.len()' : 'abc') });
    expect(result('{yaql: {expression: {get_param: e}, data: {get_param: d}}}', scope)).toBe(3n);
    const broken = scopeOf({ parameter: () => '$.(' });
    expect(thrown(() => result('{yaql: {expression: {get_param: e}}}', broken))).toBe(
      'Bad expression Parse error: unexpected end of statement.',
    );
  });

  it('waits for data that are not known yet', () => {
    let known = false;
    const scope = scopeOf({ attribute: () => (known ? ['a', 'b'] : unknown) });
    const left = result('{yaql: {expression: "$.data.l.join(\'-\')", data: {l: {get_attr: [r, list]}}}}', scope);
    expect(isCall(left)).toBe(true);
    known = true;
    expect(evaluate(left, scope)).toBe('a-b');
  });

  it('says what is wrong with its form', () => {
    expect(inOutput('x')).toBe('outputs.o.value.yaql: : Arguments to "yaql" must be a map.');
    expect(inOutput('{data: 1}')).toContain(`outputs.o.value.yaql: : '"yaql" syntax should be yaql:\\n`);
    expect(inOutput('{expression: $, more: 1}')).toContain('"yaql" syntax should be yaql:');
    expect(inOutput('{expression: 5}')).toBe(
      'outputs.o.value.yaql: : The "expression" argument to yaql must contain a string.',
    );
    expect(inOutput('{expression: "$.data.where("}')).toBe(
      'outputs.o.value.yaql: : Bad expression Parse error: unexpected end of statement.',
    );
    expect(inOutput('{expression: "1 # 2"}')).toBe(
      "outputs.o.value.yaql: : Bad expression Lexical error: illegal character '#' at position 2.",
    );
    expect(inOutput('{expression: random()}')).toBe(
      'outputs.o.value.yaql: : Bad expression The function "random" is not available: it is another at each look; OS::Heat::RandomString keeps what it diced.',
    );
  });

  it('fails in the words of yaql where it is evaluated', () => {
    const failure = (expression: string) => thrown(() => result(`{yaql: {expression: "${expression}", data: {a: 1}}}`));
    expect(failure('$.data.none()')).toBe('Unknown method "none" for receiver {\'a\': 1}');
    expect(failure('none()')).toBe('Unknown function "none"');
    expect(failure('$.data.b')).toBe("'b'");
    expect(failure('range(300)')).toBe('Collection length exceeds 200 elements');
  });

  it('decides conditions since 2017-09-01', () => {
    const body = `
parameters: {names: {type: comma_delimited_list, default: 'neutron,heat'}}
conditions: {c: {yaql: {expression: '$.data.contains(heat)', data: {get_param: names}}}}
outputs: {o: {value: {if: [c, yes, no]}}}`;
    expect(planned(body, { version: '2017-09-01' }).outputs.get('o')?.value).toBe(true);
    expect(thrown(() => planned(body, { version: '2017-02-24' }))).toContain('is invalid in this context');
  });
});
