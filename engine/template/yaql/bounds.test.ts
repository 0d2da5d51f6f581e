/** Whatever an expression asks for, it ends soon: by itself, or with a failure that says which bound it met. */
import { describe, expect, it } from 'vitest';
import { limits } from '../../kernel/limits.ts';
import { mapOf, type Value } from '../../values/value.ts';
import { withinWork } from '../work.ts';
import { compileYaql } from './yaql.ts';

const rows = Array.from({ length: 200 }, (_, i) =>
  mapOf([
    ['id', BigInt(i)],
    ['name', `n${i}`],
  ]),
);
const data = mapOf([['data', mapOf([['rows', rows as readonly Value[]]])]]);

/** A processor's time, as the machine may have more to do. */
function run(expression: string): { readonly text: string; readonly cpuMs: number } {
  const before = process.cpuUsage();
  let text: string;
  try {
    text = JSON.stringify(compileYaql(expression).evaluate(data), (_, value: unknown) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
  } catch (error) {
    text = String(error);
  }
  const { user, system } = process.cpuUsage(before);
  return { text, cpuMs: (user + system) / 1_000 };
}

const steps = 'takes too long';
const memory = 'consumed too much memory';
const length = 'Collection length exceeds 200 elements';
const recursion = 'maximum recursion depth exceeded';
const many = (inner: string) => `range(200).select(range(200).select(${inner}).count()).count()`;
const long = "let(s => 'a' * 9900) -> ";
const large = 'let(n => pow(10, 4000)) -> ';

const endless: readonly (readonly [expression: string, bound: string])[] = [
  ['range(200).select(range(200).select(range(200).select(range(200).sum()).sum()).sum()).sum()', steps],
  ['range(200).aggregate([$1, $1], [1])', steps],
  ['str(range(200).aggregate([$1, $1], [1]))', steps],
  ['range(200).aggregate([$1, $1], [1]) = range(200).aggregate([$1, $1], [1])', steps],
  ['set(range(200).aggregate([$1, $1], [1]))', steps],
  ['range(200).aggregate($1.select($), [1, 2, 3]).toList()', recursion],
  ['generate(1, true, $ + 1).len()', steps],
  ['generate(1, true, $ * $ + 1).len()', memory],
  ['generateMany(1, [$, $]).len()', memory],
  ['[1].cycle().len()', steps],
  ['1.repeat().len()', steps],
  ['sequence().len()', steps],
  ['sequence().where($ < 0).first()', length],
  ['list(1.repeat())', length],
  ['range(100000000).skip(99999999)', length],
  ['def(f, f($) + f($)) -> f(1)', recursion],
  ['def(f, switch($ > 100 => 1, true => f($ + 1) + f($ + 1))) -> f(1)', steps],
  [`${long}${many("$s =~ '(a*)*b'")}`, steps],
  [`${long}${many("$s.replace('a', 'b')")}`, steps],
  [`${long}${many('$s.len()')}`, steps],
  [`${long}${many("$s.indexOf('ab')")}`, steps],
  [`${long}${many('dict($s => 1)')}`, steps],
  [`${large}${many('$n * $n')}`, steps],
  [`${large}${many('str($n)')}`, steps],
  [many("regex('a{9000}' + str($))"), steps],
  ['pow(3, pow(10, 4000), pow(10, 4000))', memory],
  ['pow(10, 1000000000)', memory],
  ['shiftBitsLeft(1, 100000000000)', memory],
  ["'a' * 1000000000", memory],
  ["'a' * pow(10, 400)", memory],
  ['[1, 2] * 1000000000', memory],
  ['[1] * pow(10, 400)', memory],
  ["'a,a'.split(',') * 3000000000", memory],
  [`${long}let(t => 'a' * 4000 + 'b') -> ${many('$s.lastIndexOf($t)')}`, steps],
  [many('pow(3, 46000)'), steps],
  [many('pow(3, -1, pow(2, 4000) + 1)'), steps],
  [many('round(5, -80000)'), '200'],
  [`let(n => '_' * 9000 + 'a') -> ${many('def($n, 1) -> 1')}`, steps],
  [`format('{${'[]'.repeat(200)}{}}', 1)`, "unexpected '{' in field name"],
  ["format('{[a}', 1)", "expected '}' before end of string"],
  [`datetime('${'1'.repeat(60)}', '${'%d'.repeat(40)}')`, "redefinition of group name 'd'"],
  [many(`datetime('2026-01-01 10:10' + ' ' * 9000 + 'x')`), 'Unknown string format'],
  [`${'1'.repeat(400_000)}a`, 'illegal character'],
  [`'${'\\N{'.repeat(100_000)}'`, memory],
  ["('x' * 9000).replace('x', 'y' * 9000)", memory],
  ["('x' * 9000).replace(regex('x'), 'y' * 9000)", memory],
  ["'{0:>99999999}'.format(1)", memory],
  ["'{0:.99999999f}'.format(1)", memory],
  [`1${' + 1'.repeat(100_000)}`, 'more than 400 operators in a row'],
  [`${'('.repeat(100_000)}1`, 'nested too deep'],
  [`${'-'.repeat(100_000)}1`, 'nested too deep'],
  [`[${'1,'.repeat(50_000)}1]`, memory],
];

describe('yaql', () => {
  it.each(endless.map(([expression, bound]) => [expression.slice(0, 60), expression, bound]))(
    '%s ends',
    (_, expression, bound) => {
      const { text, cpuMs } = run(expression);
      expect(text).toContain(bound);
      expect(cpuMs).toBeLessThan(3_000);
    },
  );

  it('joins 200 rows with 200 others within its bounds', () => {
    const expression = '$.data.rows.join($.data.rows, $1.id = $2.id, [$1.name, $2.name]).count()';
    expect(run(expression).text).toBe('200');
  });

  it('is paid for with what the functions of a template may make in all', () => {
    const once = 'range(100).select(range(100).select($ + 1).sum()).sum()';
    const spent = withinWork(() => {
      for (let i = 0; i < 100; i++) {
        const { text } = run(once);
        if (text.includes(String(limits.maxWork))) return i;
        expect(text).toBe('505000');
      }
      return 100;
    });
    expect(spent).toBeGreaterThan(4);
    expect(spent).toBeLessThan(30);
  });

  it('stands a deep result', () => {
    expect(run('range(90).aggregate([$1], 1)').text).toBe(`${'['.repeat(90)}1${']'.repeat(90)}`);
  });
});
