import { describe, expect, test } from 'vitest';
import { errors, HeatError, PlacedError, reworded } from '../engine/kernel/errors.ts';
import { parseJson, writeJson } from '../engine/values/json.ts';
import { errorOf, faultOf } from './fault.ts';
import { readText, TextError, writeText } from './text.ts';
import { understands } from './version.ts';

const again = (data: unknown): unknown => readText(writeText(data));

describe('data comes back as it went', () => {
  const template = '{"z":1.0,"1":12345678901234567890,"__proto__":{"a":[null,true,"é😀",-0.5e3,""]},"a":[]}';

  test('template values: digits, order of keys, `__proto__`', () => {
    expect(writeJson(again(parseJson(template)) as never)).toBe(template);
  });

  const cases: readonly unknown[] = [
    null,
    '',
    0,
    -1.5,
    10n ** 30n,
    -7n,
    [],
    new Map(),
    new Map([['i', 'x']]),
    new Set(['99001']),
    { i: '1' },
    { m: [1], s: { o: null } },
    { filters: new Map([['name', ['a', 'b']]]), tags: { all: [] }, limit: 3 },
  ];
  test('each kind', () => {
    for (const data of cases) expect(again(data)).toStrictEqual(data);
  });

  test('what is undefined is absent', () => {
    expect(again({ a: undefined, b: 1 })).toStrictEqual({ b: 1 });
    expect(again([undefined])).toStrictEqual([null]);
  });

  test('half of a pair of surrogates', () => {
    expect(again('a\ud800')).toBe('a\ud800');
  });
});

test('what has no text is refused', () => {
  const loop: unknown[] = [];
  loop.push(loop);
  for (const data of [loop, () => 1, Number.NaN, Symbol('x')]) expect(() => writeText(data)).toThrow(TextError);
});

test.each(['', '{', '{}', '{"x":1}', '{"i":"1.5"}', '{"i":1}', '{"o":[]}', '{"m":{}}', '[{"s":1}]'])(
  'text that is none: %s',
  text => {
    expect(() => readText(text)).toThrow(TextError);
  },
);

test('an error crosses whole: who gets it can still say where it was', () => {
  const one = errors.StackExists({ name: 'a' });
  const back = errorOf(faultOf(one));
  expect(back).toBeInstanceOf(HeatError);
  expect([back.type, back.status, back.message]).toEqual([one.type, 409, one.message]);
  const placed = errorOf(faultOf(errors.StackValidationFailed({ path: 'resources.a', message: 'is bad' })));
  expect(placed).toBeInstanceOf(PlacedError);
  expect(reworded(placed, text => text.toUpperCase()).message).toBe('resources.a: : IS BAD');
});

test('versions meet', () => {
  expect(understands({ min: 1, max: 2 }, { min: 2, max: 3 })).toBe(true);
  expect(understands({ min: 1, max: 1 }, { min: 2, max: 3 })).toBe(false);
  expect(understands({ min: 2, max: 3 }, { min: 1, max: 1 })).toBe(false);
});
