import { describe, expect, test } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { compareText, fromPlain, parseJson, toPlain, writeJson, type Plain } from './json.ts';
import { ValueSyntaxError } from './syntax.ts';
import { float, isMap, mapOf, type Value } from './value.ts';

function errorOf(source: string | Uint8Array): ValueSyntaxError {
  try {
    parseJson(source);
  } catch (error) {
    if (error instanceof ValueSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${String(source)}`);
}

describe('reading', () => {
  test.each<[string, Value]>([
    ['null', null],
    [' \t\r\n true ', true],
    ['false', false],
    ['0', 0n],
    ['-0', 0n],
    ['-12', -12n],
    ['999999999999999', 999999999999999n],
    ['9007199254740993', 9007199254740993n],
    ['12345678901234567890', 12345678901234567890n],
    ['1.0', float('1.0')],
    ['1e3', float('1e3')],
    ['-0.50E-07', float('-0.50E-07')],
    ['1e999', float('1e999')],
    ['""', ''],
    ['"é😀"', 'é😀'],
    ['"\\u00e9\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t"', 'é😀"\\/\b\f\n\r\t'],
    ['"a\\nb\\u0041c"', 'a\nbAc'],
    ['[]', []],
    ['[1, [2, {}], "x"]', [1n, [2n, mapOf([])], 'x']],
    ['\ufeff{"a": 1}', mapOf([['a', 1n]])],
  ])('%s', (source, value) => {
    expect(parseJson(source)).toEqual(value);
    expect(parseJson(new TextEncoder().encode(source))).toEqual(value);
  });

  test('keys keep their order, integer-like ones too; a doubled key has its first place and last value', () => {
    const map = parseJson('{"b": 1, "2": 2, "1": 3, "b": {"c": null}}');
    expect(isMap(map) && [...map]).toEqual([
      ['b', mapOf([['c', null]])],
      ['2', 2n],
      ['1', 3n],
    ]);
  });

  test('__proto__ and constructor are keys', () => {
    const map = parseJson('{"__proto__": {"polluted": true}, "constructor": 1}');
    expect(isMap(map) && [...map.keys()]).toEqual(['__proto__', 'constructor']);
    expect('polluted' in {}).toBe(false);
  });

  // As Python's json says it (3.11).
  test.each([
    ['', 'Expecting value: line 1 column 1 (char 0)'],
    ['  ', 'Expecting value: line 1 column 3 (char 2)'],
    ['{', 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['[1,]', 'Expecting value: line 1 column 4 (char 3)'],
    ['{"a":1,}', 'Expecting property name enclosed in double quotes: line 1 column 8 (char 7)'],
    ['{"a" 1}', "Expecting ':' delimiter: line 1 column 6 (char 5)"],
    ['{"a"', "Expecting ':' delimiter: line 1 column 5 (char 4)"],
    ['[1 2]', "Expecting ',' delimiter: line 1 column 4 (char 3)"],
    ['"abc', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['"abc\\', 'Unterminated string starting at: line 1 column 1 (char 0)'],
    ['["a\\n', 'Unterminated string starting at: line 1 column 2 (char 1)'],
    ['"a\nb"', 'Invalid control character at: line 1 column 3 (char 2)'],
    ['"\\ta\tb"', 'Invalid control character at: line 1 column 5 (char 4)'],
    ['"\\q"', 'Invalid \\escape: line 1 column 2 (char 1)'],
    ['"\\u12g4"', 'Invalid \\uXXXX escape: line 1 column 3 (char 2)'],
    ['1 2', 'Extra data: line 1 column 3 (char 2)'],
    ['01', 'Extra data: line 1 column 2 (char 1)'],
    ['1.', 'Extra data: line 1 column 2 (char 1)'],
    ['1e+', 'Extra data: line 1 column 2 (char 1)'],
    ['-', 'Expecting value: line 1 column 1 (char 0)'],
    ['+1', 'Expecting value: line 1 column 1 (char 0)'],
    ["{'a':1}", 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)'],
    ['[1,\n 2,\n x]', 'Expecting value: line 3 column 2 (char 9)'],
    ['"é😀" x', 'Extra data: line 1 column 6 (char 5)'],
  ])('%j: %s', (source, message) => {
    const error = errorOf(source);
    expect(error.message).toBe(message);
    expect(error.kind).toBe('syntax');
  });

  test.each([
    ['NaN', 'NaN is not a JSON number: line 1 column 1 (char 0)'],
    ['[-Infinity]', '-Infinity is not a JSON number: line 1 column 2 (char 1)'],
    ['"a\\u0000b"', 'NUL character (\\u0000): line 1 column 3 (char 2)'],
    ['"a\0b"', 'NUL character: line 1 column 3 (char 2)'],
    ['[\0]', 'NUL character: line 1 column 2 (char 1)'],
    ['"\\ud83d"', 'Half a surrogate pair: line 1 column 2 (char 1)'],
    ['"\\ud83d\\u0041"', 'Half a surrogate pair: line 1 column 2 (char 1)'],
    ['"\\ude00"', 'Half a surrogate pair: line 1 column 2 (char 1)'],
    ['"\ud83d"', 'Half a surrogate pair: line 1 column 2 (char 1)'],
  ])('refuses %j', (source, message) => {
    const error = errorOf(source);
    expect(error.message).toBe(message);
    expect(error.kind).toBe('refused');
  });

  test.each([
    [[0x22, 0x61, 0xff, 0x22], 3],
    [[0x22, 0xc3, 0xa9, 0xc3, 0x22], 3],
    [[0x22, 0xed, 0xa0, 0x80, 0x22], 2],
    [[0x22, 0xc0, 0xaf, 0x22], 2],
    [[0x22, 0xf0, 0x9f, 0x98, 0x80, 0xf4, 0x90, 0x80, 0x80], 3],
    [[0x22, 0xe2, 0x82], 2],
  ])('refuses bytes that are not UTF-8: %j', (bytes, column) => {
    const error = errorOf(Uint8Array.from(bytes));
    expect(error.problem).toMatch(/^Not UTF-8 \(byte 0x/);
    expect([error.line, error.column]).toEqual([1, column]);
  });

  test('depth is bounded, exactly', () => {
    const deep = limits.maxValueDepth;
    expect(() => parseJson('['.repeat(deep) + ']'.repeat(deep))).not.toThrow();
    expect(errorOf('['.repeat(deep + 1) + ']'.repeat(deep + 1)).column).toBe(deep + 1);
    expect(errorOf('{"a":'.repeat(500_000)).kind).toBe('refused');
  });

  test('digits are bounded, exactly', () => {
    const digits = limits.maxNumberDigits;
    expect(parseJson('9'.repeat(digits))).toBe(10n ** BigInt(digits) - 1n);
    expect(errorOf(`[\n ${'9'.repeat(digits + 1)}]`).message).toBe(
      `Number of more than ${digits} digits: line 2 column 2 (char 3)`,
    );
    expect(errorOf(`0.${'1'.repeat(digits)}`).kind).toBe('refused');
  });

  test('a megabyte is read in a fraction of a second, whatever is in it', () => {
    const record = '{"name": "server-0", "size": 12, "ratio": 1.50, "tags": ["a", "b\\n"], "on": true, "none": null},';
    for (const unit of [record, '"\\u00e9\\n",', '[[[[]]]],', '123456,', '"a",']) {
      const text = `[${unit.repeat(Math.floor(1_000_000 / unit.length))}0]`;
      parseJson(text);
      const started = performance.now();
      parseJson(text);
      expect(performance.now() - started).toBeLessThan(400);
    }
  });
});

describe('writing', () => {
  const value = mapOf([
    ['b', [1n, float('1.0'), float('1e3'), 'é😀\n\u007f', null, true]],
    ['a', mapOf([['__proto__', 12345678901234567890n]])],
    ['e', []],
    ['m', mapOf([])],
  ]);

  test('compact', () => {
    expect(writeJson(value)).toBe(
      '{"b":[1,1.0,1e3,"é😀\\n\u007f",null,true],"a":{"__proto__":12345678901234567890},"e":[],"m":{}}',
    );
  });

  test("as json.dumps(sort_keys=True) writes it, floats' own texts kept", () => {
    expect(writeJson(value, { asciiOnly: true, sortedKeys: true, pythonSeparators: true })).toBe(
      '{"a": {"__proto__": 12345678901234567890}, ' +
        '"b": [1, 1.0, 1e3, "\\u00e9\\ud83d\\ude00\\n\\u007f", null, true], "e": [], "m": {}}',
    );
  });

  test('pretty', () => {
    const text = writeJson(
      mapOf([
        ['a', [1n, mapOf([['b', 2n]])]],
        ['c', []],
      ]),
      { pretty: true },
    );
    expect(text).toBe('{\n  "a": [\n    1,\n    {\n      "b": 2\n    }\n  ],\n  "c": []\n}');
  });

  test.each([
    ['1.', '1.0'],
    ['.5', '0.5'],
    ['+1.5', '1.5'],
    ['1_0.5', '10.5'],
    ['010.25', '10.25'],
    ['-0.0', '-0.0'],
    ['190:20:30.15', '685230.15'],
    ['1.0e+3', '1.0e+3'],
    ['.inf', '1e999'],
    ['-.INF', '-1e999'],
    ['.NaN', 'null'],
  ])('the float %s as valid JSON', (text, json) => {
    expect(writeJson(float(text))).toBe(json);
    expect(() => JSON.parse(json)).not.toThrow();
  });

  test('what is read is written back the same', () => {
    const text = '{"z":1.0,"2":-1.50E+3,"1":[12345678901234567890,"\\u001f\\"",{}],"__proto__":{"é":null}}';
    expect(writeJson(parseJson(text))).toBe(text);
  });

  test('keys sort by code points', () => {
    expect(['\u{1f600}', '\uffee', 'b', '', 'ab', 'a'].sort(compareText)).toEqual([
      '',
      'a',
      'ab',
      'b',
      '\uffee',
      '\u{1f600}',
    ]);
  });
});

describe('plain data', () => {
  test('comes in: safe integers as integers, the rest as floats, undefined not at all', () => {
    const plain = {
      a: 1,
      b: 1.5,
      c: [null, 'x', true],
      d: undefined,
      e: 1e21,
      f: -0,
      g: 2n,
      h: Number.POSITIVE_INFINITY,
    };
    expect(fromPlain(plain)).toEqual(
      mapOf([
        ['a', 1n],
        ['b', float('1.5')],
        ['c', [null, 'x', true]],
        ['e', float('1e+21')],
        ['f', float('-0.0')],
        ['g', 2n],
        ['h', float('.inf')],
      ]),
    );
  });

  test('__proto__ is a key on both ways', () => {
    const plain: Plain = JSON.parse('{"__proto__": {"a": 1}, "b": 1.5}');
    const value = fromPlain(plain);
    expect(value).toEqual(
      mapOf([
        ['__proto__', mapOf([['a', 1n]])],
        ['b', float('1.5')],
      ]),
    );
    expect(JSON.stringify(toPlain(value))).toBe('{"__proto__":{"a":1},"b":1.5}');
  });

  test('data that contains itself is refused, not followed for ever', () => {
    const circle: Plain[] = [];
    circle.push(circle);
    expect(() => fromPlain(circle)).toThrow('nests no deeper');
  });

  test('goes out', () => {
    expect(toPlain([1n, float('1_0.5'), '1', null, mapOf([['a', false]])])).toEqual([1, 10.5, '1', null, { a: false }]);
  });
});
