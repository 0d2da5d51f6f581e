import { describe, expect, test } from 'vitest';
import { doubleRepr, floatNumber } from './floats.ts';
import { pyEquals, pyFloat, pyInt, pyNumber, pyRepr, pyStr, pyStrip, pyTruthy, pyType } from './python.ts';
import { float, mapOf, type Value } from './value.ts';

// Right-hand sides are what CPython 3.11 prints.
describe('repr of doubles', () => {
  test.each<[number, string]>([
    [0, '0.0'],
    [-0, '-0.0'],
    [1, '1.0'],
    [-1.5, '-1.5'],
    [0.1, '0.1'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1 / 3, '0.3333333333333333'],
    [100, '100.0'],
    [123456.789, '123456.789'],
    [1e15, '1000000000000000.0'],
    [9999999999999998, '9999999999999998.0'],
    [1e16, '1e+16'],
    [1.5e16, '1.5e+16'],
    [1e22, '1e+22'],
    [1e100, '1e+100'],
    [-1.7976931348623157e308, '-1.7976931348623157e+308'],
    [5e-324, '5e-324'],
    [0.0001, '0.0001'],
    [0.00012345, '0.00012345'],
    [0.00001, '1e-05'],
    [1.5e-7, '1.5e-07'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [Number.NaN, 'nan'],
  ])('%d is %s', (n, text) => {
    expect(doubleRepr(n)).toBe(text);
  });
});

describe('the double of a text', () => {
  test.each<[string, number]>([
    ['1.', 1],
    ['.5', 0.5],
    ['1e3', 1000],
    ['+1_0.5', 10.5],
    ['-1_0.5_0', -10.5],
    ['190:20:30.15', 685230.15],
    ['-1:30.5', -90.5],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.Inf', Number.NEGATIVE_INFINITY],
    ['1e999', Number.POSITIVE_INFINITY],
    ['.NaN', Number.NaN],
  ])('%s', (text, n) => {
    expect(floatNumber(float(text))).toBe(n);
  });
});

describe('str and repr', () => {
  test.each<[Value, string]>([
    [null, 'None'],
    [true, 'True'],
    [false, 'False'],
    [12345678901234567890n, '12345678901234567890'],
    [float('1.0e+3'), '1000.0'],
    [float('1.50'), '1.5'],
    [float('.inf'), 'inf'],
    ['a', "'a'"],
    ["it's", '"it\'s"'],
    ['say "hi"', '\'say "hi"\''],
    ['it\'s "x"', "'it\\'s \"x\"'"],
    ['\n\r\t\\\0\x1b\x7f', "'\\n\\r\\t\\\\\\x00\\x1b\\x7f'"],
    ['é😀 中', "'é😀 中'"],
    ['\xa0\xad\u2028\u200b\u3000\ufeff\u{e0001}', "'\\xa0\\xad\\u2028\\u200b\\u3000\\ufeff\\U000e0001'"],
    [[], '[]'],
    [[1n, 'a', null, [float('2.0')]], "[1, 'a', None, [2.0]]"],
    [mapOf([]), '{}'],
    [
      mapOf([
        ['b', [true]],
        ["k'", mapOf([['', 'x']])],
      ]),
      "{'b': [True], \"k'\": {'': 'x'}}",
    ],
  ])('%o', (value, text) => {
    expect(pyRepr(value)).toBe(text);
    expect(pyStr(value)).toBe(typeof value === 'string' ? value : text);
  });

  test('type names', () => {
    const values: Value[] = [null, true, 1n, float('1.0'), '', [], mapOf([])];
    expect(values.map(pyType)).toEqual(['NoneType', 'bool', 'int', 'float', 'str', 'list', 'dict']);
  });
});

describe('==', () => {
  const ab = mapOf([
    ['a', 1n],
    ['b', float('2.0')],
  ]);
  const ba = mapOf([
    ['b', 2n],
    ['a', true],
  ]);
  test.each<[Value, Value, boolean]>([
    [1n, float('1.0'), true],
    [1n, true, true],
    [float('1e0'), true, true],
    [0n, false, true],
    [float('-0.0'), 0n, true],
    [2n, true, false],
    ['1', 1n, false],
    ['', null, false],
    [null, false, false],
    [null, null, true],
    [9007199254740993n, float('9007199254740993.0'), false],
    [9007199254740992n, float('9007199254740993.0'), true],
    [float('.nan'), float('.nan'), false],
    [float('.inf'), 10n ** 400n, false],
    [float('1.50'), float('1.5'), true],
    [[1n, [true]], [float('1.0'), [1n]], true],
    [[1n], [1n, 2n], false],
    [[null], [null, null], false],
    [[], mapOf([]), false],
    [mapOf([]), [], false],
    [ab, ba, true],
    [ab, mapOf([['a', 1n]]), false],
    [mapOf([['a', null]]), mapOf([['b', null]]), false],
  ])('%o, %o', (a, b, equal) => {
    expect(pyEquals(a, b)).toBe(equal);
    expect(pyEquals(b, a)).toBe(equal);
  });
});

test('truth', () => {
  const no: Value[] = [null, false, 0n, float('0.0'), float('-0.0'), float('0e5'), '', [], mapOf([])];
  const yes: Value[] = [true, -1n, float('0.1'), float('.nan'), '0', ' ', 'False', [null], mapOf([['', null]])];
  expect(no.map(pyTruthy)).toEqual(no.map(() => false));
  expect(yes.map(pyTruthy)).toEqual(yes.map(() => true));
});

describe('int()', () => {
  test.each<[string, bigint | undefined]>([
    ['5', 5n],
    [' \t\n-7\u00a0\u3000', -7n],
    ['\x855\u2028', 5n],
    ['\x1c5', undefined],
    ['+007', 7n],
    ['1_000', 1000n],
    ['٣٤', 34n],
    ['۱۲_३', 123n],
    ['𝟗𝟘𝟡', 909n],
    ['９', 9n],
    ['12345678901234567890', 12345678901234567890n],
    ['-0', 0n],
    ['', undefined],
    [' ', undefined],
    ['5.0', undefined],
    ['1__0', undefined],
    ['_1', undefined],
    ['1_', undefined],
    ['- 1', undefined],
    ['--1', undefined],
    ['0x10', undefined],
    ['1e3', undefined],
    ['²', undefined],
    ['Ⅷ', undefined],
    ['\ufeff1', undefined],
    ['1\u200b', undefined],
    ['1'.repeat(4301), undefined],
  ])('%o', (text, value) => {
    expect(pyInt(text)).toBe(value);
  });

  test('as many digits as CPython takes', () => {
    expect(pyInt('1'.repeat(4300))).toBe(BigInt('1'.repeat(4300)));
  });
});

describe('float()', () => {
  test.each<[string, string | undefined]>([
    ['5', '5.0'],
    [' 5.0\n', '5.0'],
    ['1e3', '1000.0'],
    ['1E+16', '1e+16'],
    ['.5', '0.5'],
    ['5.', '5.0'],
    ['-1_0.2_5e1_0', '-102500000000.0'],
    ['٣.٥', '3.5'],
    ['-0', '-0.0'],
    ['inf', '.inf'],
    ['-Infinity', '-.inf'],
    ['+NaN', '.nan'],
    ['1e999', '.inf'],
    ['', undefined],
    ['.', undefined],
    ['1_.5', undefined],
    ['1._5', undefined],
    ['e5', undefined],
    ['1e', undefined],
    ['abc', undefined],
    ['0x1p3', undefined],
    ['1,5', undefined],
    ['infin', undefined],
  ])('%j', (text, value) => {
    expect(pyFloat(text)?.float).toBe(value);
  });

  test('a number is an int if it can be', () => {
    expect(['5', '5.0', 'x'].map(pyNumber)).toEqual([5n, float('5.0'), undefined]);
  });
});

test('strip takes what Python calls blank, and no more', () => {
  expect(pyStrip('\x1c\u2028 a b\u3000')).toBe('a b');
  expect(pyStrip('\ufeffa\u200b')).toBe('\ufeffa\u200b');
});

test('a megabyte of almost a number takes no time', () => {
  const started = performance.now();
  for (const unit of ['1', ' ', '1_', '٣', '\u2028']) {
    const text = `1${unit.repeat(1_000_000 / unit.length)}x`;
    expect([pyInt(text), pyFloat(text), pyStrip(text)]).toEqual([undefined, undefined, text]);
  }
  expect(performance.now() - started).toBeLessThan(3_000);
});
