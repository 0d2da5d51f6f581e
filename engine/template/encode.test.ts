import { describe, expect, it } from 'vitest';
import { Random } from '../../test/support/random.ts';
import { expr } from '../../test/support/templates.ts';
import { float } from '../values/value.ts';
import { decodeExpr, encodeExpr } from './encode.ts';
import type { Expr } from './expr.ts';

const texts = [
  '',
  'a',
  '__proto__',
  'constructor',
  'fn',
  'args',
  'at',
  'float',
  'i',
  'm',
  'c',
  '$call',
  '1',
  '0',
  'é😀',
  '\ud800',
  '\u0000',
  '"\\',
];

/** Any expression: also those whose keys and texts look like the encoding itself. */
function randomExpr(random: Random, depth: number): Expr {
  const kinds = depth > 5 ? 6 : 9;
  switch (random.below(kinds)) {
    case 0:
      return null;
    case 1:
      return random.below(2) === 0;
    case 2:
    case 3:
      return random.pick(texts);
    case 4:
      return BigInt(random.below(1000)) ** BigInt(random.below(30)) * (random.below(2) === 0 ? 1n : -1n);
    case 5:
      return float(random.pick(['1.0', '1e3', '-0.0', '.inf', '1_0.50', '1.7976931348623157e309']));
    case 6:
      return Array.from({ length: random.below(4) }, () => randomExpr(random, depth + 1));
    case 7:
      return new Map(
        Array.from({ length: random.below(5) }, () => [random.pick(texts), randomExpr(random, depth + 1)]),
      );
    default:
      return { fn: random.pick(texts), args: randomExpr(random, depth + 1), at: random.pick(texts) };
  }
}

describe('encodeExpr', () => {
  it('gives back every expression, entries in their order', () => {
    const random = new Random(7);
    for (let i = 0; i < 3000; i++) {
      const before = randomExpr(random, 0);
      const after = decodeExpr(encodeExpr(before));
      expect(after).toStrictEqual(before);
      expect(encodeExpr(after)).toBe(encodeExpr(before));
      if (before instanceof Map && after instanceof Map) expect([...after.keys()]).toEqual([...before.keys()]);
    }
  });

  it('cannot take data for a call, nor one kind for another', () => {
    const lookalikes: Expr[] = [
      ['c', 'get_param', 'a', 'x'],
      new Map([['c', 'get_param']]),
      new Map<string, Expr>([
        ['fn', 'get_param'],
        ['args', 'a'],
        ['at', 'x'],
      ]),
      ['i', '5'],
      ['f', '1.0'],
      ['m', 'k', 'v'],
      ['l'],
      new Map([['float', '1.0']]),
      '["c","f",null,"x"]',
    ];
    for (const data of lookalikes) expect(decodeExpr(encodeExpr(data))).toStrictEqual(data);
    expect(new Set([...lookalikes, expr('{get_param: a}')].map(encodeExpr)).size).toBe(lookalikes.length + 1);
  });

  it('is JSON without objects or numbers', () => {
    const text = encodeExpr(expr('{a: [1, 1.50, {get_attr: [r, a]}]}'));
    expect(JSON.parse(text)).toEqual([
      'm',
      'a',
      ['l', ['i', '1'], ['f', '1.50'], ['c', 'get_attr:2015-10-15', ['l', 'r', 'a'], 'x.a[2].get_attr']],
    ]);
  });

  it.each(['5', '{}', '["x"]', '["c","f",null]', '["m","k"]', '["m",["l"],null]', '["i",5]', '[]'])(
    '%s is no encoded expression',
    text => {
      expect(() => decodeExpr(text)).toThrow(/encoded/);
    },
  );
});
