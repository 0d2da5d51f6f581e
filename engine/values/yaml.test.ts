import { describe, expect, test } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { writeJson } from './json.ts';
import { ValueSyntaxError } from './syntax.ts';
import { emptyMap, float, isMap, mapOf } from './value.ts';
import { parseTemplateText, parseYaml } from './yaml.ts';

function errorOf(source: string | Uint8Array, read = parseYaml): ValueSyntaxError {
  try {
    read(source);
  } catch (error) {
    if (error instanceof ValueSyntaxError) return error;
    throw error;
  }
  throw new Error(`parsed: ${String(source)}`);
}

// What stands on the right is what PyYAML 6.0.3's safe loader gives (dates kept as strings), but for floats' own texts.
describe('plain scalars mean what PyYAML says', () => {
  test.each([
    ['yes', 'true'],
    ['YES', 'true'],
    ['yEs', '"yEs"'],
    ['On', 'true'],
    ['off', 'false'],
    ['No', 'false'],
    ['y', '"y"'],
    ['N', '"N"'],
    ['~', 'null'],
    ['', 'null'],
    ['Null', 'null'],
    ['nUll', '"nUll"'],
    ['0', '0'],
    ['-0', '0'],
    ['+5', '5'],
    ['0644', '420'],
    ['-0644', '-420'],
    ['0o17', '"0o17"'],
    ['08', '"08"'],
    ['09.5', '9.5'],
    ['00', '0'],
    ['0_', '0'],
    ['1_000', '1000'],
    ['1_', '1'],
    ['_1', '"_1"'],
    ['1,000', '"1,000"'],
    ['0b101', '5'],
    ['+0b_11', '3'],
    ['0b2', '"0b2"'],
    ['-0x1F', '-31'],
    ['0xfg', '"0xfg"'],
    ['12:30', '750'],
    ['12:30:45', '45045'],
    ['-1:30', '-90'],
    ['1:60', '"1:60"'],
    ['0:0', '"0:0"'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1e3', '"1e3"'],
    ['1.0e3', '"1.0e3"'],
    ['1.0e+3', '1.0e+3'],
    ['1.5E-3', '1.5E-3'],
    ['1.', '1.0'],
    ['.5', '0.5'],
    ['-.5', '"-.5"'],
    ['+1.5', '1.5'],
    ['1_0.5', '10.5'],
    ['1.0', '1.0'],
    ['.', '"."'],
    ['1.2.3', '"1.2.3"'],
    ['190:20:30.15', '685230.15'],
    ['.inf', '1e999'],
    ['-.INF', '-1e999'],
    ['.nan', 'null'],
    ['-.nan', '"-.nan"'],
    ['2013-05-23', '"2013-05-23"'],
    ['2001-12-14t21:59:43.10-05:00', '"2001-12-14t21:59:43.10-05:00"'],
    ["'1'", '"1"'],
    ['"yes"', '"yes"'],
    ['it is # c', '"it is"'],
    ['x#y', '"x#y"'],
    ['http://x:80/', '"http://x:80/"'],
    ['!!str 1', '"1"'],
    ['!!int "0x1f"', '31'],
    ['!!float 5', '5.0'],
    ['!!bool "Yes"', 'true'],
    ['!!null x', 'null'],
    ['!!timestamp 2001-01-01', '"2001-01-01"'],
    ['!!map {b: 1}', '{"b":1}'],
    ['! "5"', '5'],
  ])('%s is %s', (text, json) => {
    expect(writeJson(parseYaml(`a: ${text}`))).toBe(`{"a":${json}}`);
    expect(writeJson(parseYaml(`- ${text}`))).toBe(`[${json}]`);
  });

  test('floats keep their text', () => {
    expect(parseYaml('[1.0e+3, 1_0.50, .INF]')).toEqual([float('1.0e+3'), float('1_0.50'), float('.INF')]);
  });
});

describe('structure', () => {
  test.each([
    [
      '{1: a, 1.50: b, true: c, yes: d, ~: e, .inf: f, 0x10: g}',
      '{"1":"a","1.5":"b","true":"d","null":"e","Infinity":"f","16":"g"}',
    ],
    ['{a: 1, b: 2, a: 3}', '{"a":3,"b":2}'],
    ['2: x\n1: y\n', '{"2":"x","1":"y"}'],
    ['y: 1\nn: 2', '{"y":1,"n":2}'],
    ['on: push', '{"true":"push"}'],
    ['=: 1', '{"=":1}'],
    ['{a, b: c}', '{"a":null,"b":"c"}'],
    ['{a:1}', '{"a:1":null}'],
    ['{"a":1,"b":[1,2,]}', '{"a":1,"b":[1,2]}'],
    ['[a: b, c]', '[{"a":"b"},"c"]'],
    ['? a\n: b', '{"a":"b"}'],
    ['? a\n? b', '{"a":null,"b":null}'],
    ['- - 1\n  - 2\n- 3', '[[1,2],3]'],
    ['a:\n- 1\n- 2', '{"a":[1,2]}'],
    ['- a: 1\n  b: 2\n-\n  c', '[{"a":1,"b":2},"c"]'],
    ['a: [\n1\n]', '{"a":[1]}'],
    ['a: {\nb: 1,\nc: 2\n}\nd: 3', '{"a":{"b":1,"c":2},"d":3}'],
    ['a: "x\ny"\nb: \'p\nq\'', '{"a":"x y","b":"p q"}'],
    ['a: "x"#y', '{"a":"x"}'],
    ['a: multi\n  line\n\n  plain', '{"a":"multi line\\nplain"}'],
    ['a: |\n  x\n    y\n\n  z\n', '{"a":"x\\n  y\\n\\nz\\n"}'],
    ['a: |\n  x', '{"a":"x"}'],
    ['a: |-\n  x\n', '{"a":"x"}'],
    ['a: |+\n  x\n\n', '{"a":"x\\n\\n"}'],
    ['a: |+\n  x', '{"a":"x"}'],
    ['a: >\n  x\n  y\n\n  z\n', '{"a":"x y\\nz\\n"}'],
    ['a: |2\n    x\n', '{"a":"  x\\n"}'],
    ['a: "\\x41\\u00e9\\U0001F600\\ud83d\\ude00\\/\\t"', '{"a":"Aé😀😀/\\t"}'],
    ["a: 'it''s'", '{"a":"it\'s"}'],
    ['%YAML 1.2\n---\na: yes\n...\n', '{"a":true}'],
    ['\ufeff# c\n---\r\na: b\r\nc: d\re: f', '{"a":"b","c":"d","e":"f"}'],
    ['{x: &a 1, y: *a}', '{"x":1,"y":1}'],
    ['&a x: *a', '{"x":"x"}'],
    ['x: &a\n  b: [1]\ny: *a', '{"x":{"b":[1]},"y":{"b":[1]}}'],
    ['a: \t b', '{"a":"b"}'],
  ])('%j', (source, json) => {
    expect(writeJson(parseYaml(source))).toBe(json);
    expect(writeJson(parseYaml(new TextEncoder().encode(source)))).toBe(json);
  });

  test.each([
    ['{b: 2, a: 3, <<: {c: 1, a: 1}}', '{"c":1,"a":3,"b":2}'],
    ['{<<: [{a: 1, b: 1}, {b: 2, c: 2}], d: 4}', '{"b":1,"c":2,"a":1,"d":4}'],
    ['{<<: {a: 1}, <<: {a: 2, b: 3}}', '{"a":2,"b":3}'],
    ['x: &x {a: 1}\ny:\n  b: 2\n  <<: *x\n', '{"x":{"a":1},"y":{"a":1,"b":2}}'],
    ['"<<": {a: 1}', '{"<<":{"a":1}}'],
    ['!!merge x: {a: 1}', '{"a":1}'],
    ['{<<: {<<: {a: 1}, b: 2}, c: 3}', '{"a":1,"b":2,"c":3}'],
  ])('merge %j', (source, json) => {
    expect(writeJson(parseYaml(source))).toBe(json);
  });

  test.each(['', ' \n\n', '# c', '---', '--- # c\n', '\ufeff'])('%j is an empty map', source => {
    expect(parseYaml(source)).toEqual(emptyMap);
  });

  test('__proto__ is a key', () => {
    const map = parseYaml('__proto__: {polluted: 1}\na:\n  <<: {__proto__: 2}\n');
    expect(isMap(map) && [...map.keys()]).toEqual(['__proto__', 'a']);
    expect(writeJson(map)).toBe('{"__proto__":{"polluted":1},"a":{"__proto__":2}}');
    expect('polluted' in {}).toBe(false);
  });
});

describe('refused, with the place', () => {
  test.each([
    ['a: b: c', 1],
    ['a:\n  b: 1\n c: 2', 3],
    ['\ta: b', 1],
    ['a:\n\tb: c', 2],
    ['a: [1, 2', 1],
    ['a: "x', 1],
    ["a: 'x", 1],
    ['a: @x', 1],
    ['a: %x', 1],
    ['%x: 1', 1],
    [': a', 1],
    ['[1,,2]', 1],
    ['a: - b', 1],
    ['a\nb: 1', 1],
    ['a: "\\q"', 1],
    ['a: ]', 1],
    ['a: 1\n---\nb: 2', 2],
    ['a: 1\n---\n', 2],
    ['x: !Ref y', 1],
    ['x: !!python/object:os.system y', 1],
    ['x:\n- !!binary aG=k', 2],
    ['x: !!set [a, b]', 1],
    ['x: !!omap {a: b}', 1],
    ['x: !!seq {b: 1}', 1],
    ['x: !!str {b: 1}', 1],
    ['x: !!map y', 1],
    ['x: !!int y', 1],
    ['x: !!float y', 1],
    ['x: !!bool maybe', 1],
    ['x: 0b_', 1],
    ['x: =', 1],
    ['x: <<', 1],
    ['<<: x', 1],
    ['<<: [{a: 1}, x]', 1],
    ['? [a]\n: b', 1],
    ['? {a: 1}\n: b', 1],
    ['x: &a 1\ny: &a 2', 2],
    ['x: *a', 1],
    ['x: &a [*a]', 1],
    ['&a {x: {y: *a}}', 1],
    ['a: &a {<<: *a}', 1],
  ])('%j', (source, line) => {
    const error = errorOf(source);
    expect(error.message).toMatch(/^.+\n {2}in "<unicode string>", line \d+, column \d+:\n {4}.*\n *\^$/);
    expect(error.line).toBe(line);
    expect(error.kind).toBe('syntax');
  });

  test.each([
    ['a: "x\\0"', 'NUL character in a string', 1, 4],
    ['a: b\nc: x\0y', 'unacceptable character #x0000: special characters are not allowed', 2, 5],
    ['a: \x07', 'unacceptable character #x0007: special characters are not allowed', 1, 4],
    ['a: "\\ud83d"', 'Half a surrogate pair in a string', 1, 4],
  ])('%j', (source, problem, line, column) => {
    const error = errorOf(source);
    expect([error.problem, error.line, error.column, error.kind]).toEqual([problem, line, column, 'refused']);
  });

  test('the message shows the line and points at the spot', () => {
    expect(errorOf('ok: 1\nx: !Ref y').message).toBe(
      "could not determine a constructor for the tag '!Ref'\n" +
        '  in "<unicode string>", line 2, column 9:\n    x: !Ref y\n            ^',
    );
    const long = errorOf(`${'a'.repeat(900)}: "${'b'.repeat(900)}\\q${'c'.repeat(900)}"`).message;
    expect(Math.max(...long.split('\n').map(line => line.length))).toBeLessThan(120);
  });

  test('bytes that are not UTF-8', () => {
    expect(errorOf(Uint8Array.of(0x61, 0x3a, 0x20, 0xff)).problem).toBe('Not UTF-8 (byte 0xff)');
  });
});

describe('bounds', () => {
  const deep = limits.maxValueDepth;
  test.each<[string, (n: number) => string]>([
    ['flow lists', n => '['.repeat(n) + ']'.repeat(n)],
    ['flow maps', n => `${'{a: '.repeat(n)}1${'}'.repeat(n)}`],
    ['block lists', n => `${'- '.repeat(n)}1`],
    ['block maps', n => Array.from({ length: n }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
    ['single pairs in lists', n => `${'[a: '.repeat(n / 2)}1${']'.repeat(n / 2)}`],
    ['an alias below', n => `[${'['.repeat(n / 2)}&a ${'['.repeat(n / 2 - 1)}${']'.repeat(n - 1)}, *a]`],
  ])('depth of %s', (_name, nested) => {
    expect(() => parseYaml(nested(deep))).not.toThrow();
    expect(errorOf(nested(deep + 2)).problem).toBe(`Lists and maps nested deeper than ${deep}`);
  });

  test('depth through aliases', () => {
    const half = deep / 2;
    const open = '['.repeat(half);
    const close = ']'.repeat(half);
    expect(() => parseYaml(`- &a ${open}${close}\n- ${open.slice(1)}*a${close.slice(1)}`)).not.toThrow();
    expect(errorOf(`- &a ${open}${close}\n- ${open}*a${close}`).kind).toBe('refused');
  });

  test('digits', () => {
    const digits = limits.maxNumberDigits;
    expect(parseYaml(`[${'9'.repeat(digits)}]`)).toEqual([10n ** BigInt(digits) - 1n]);
    for (const text of ['9'.repeat(digits + 1), `0.${'1'.repeat(digits)}`, `0x${'f'.repeat(digits)}`]) {
      expect(errorOf(`a: ${text}`).problem).toBe(`Number of more than ${digits} digits`);
    }
    expect(parseYaml(`a: "${'9'.repeat(digits + 1)}"`)).toEqual(mapOf([['a', '9'.repeat(digits + 1)]]));
  });

  test('an anchor may be used often, what aliases expand to is bounded', () => {
    const uses = (n: number) => `x: &a {k: v, l: [1, 2, 3]}\ny: [${Array(n).fill('*a').join(',')}]`;
    expect(() => parseYaml(uses(limits.maxYamlAliases))).not.toThrow();
    expect(errorOf(uses(limits.maxYamlAliases + 1)).kind).toBe('refused');
    const big = 'v'.repeat(100_000);
    expect(errorOf(`x: &a ${big}\ny: [${Array(50).fill('*a').join(',')}]`).kind).toBe('refused');
  });

  test.each([
    ['lists', (refs: string) => `[${refs}]`],
    [
      'maps',
      (refs: string) =>
        `{${refs
          .split(',')
          .map((ref, i) => `k${i}: ${ref}`)
          .join(',')}}`,
    ],
  ])('an alias bomb of %s ends at once', (_name, wrap) => {
    let bomb = 'a0: &a0 [lol]\n';
    for (let i = 1; i <= 9; i++)
      bomb += `a${i}: &a${i} ${wrap(
        Array(9)
          .fill(`*a${i - 1}`)
          .join(','),
      )}\n`;
    const started = performance.now();
    const error = errorOf(bomb);
    expect(error.problem).toMatch(/^aliases expand to too much/);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  const half = limits.maxTemplateBytes;
  test.each<[string, string]>([
    ['open lists', '['.repeat(half)],
    ['open maps', '{'.repeat(half)],
    ['dashes', '- '.repeat(half / 2)],
    ['question marks', '? '.repeat(half / 2)],
    ['anchors', '&a '.repeat(half / 3)],
    ['tags', '!!a '.repeat(half / 4)],
    ['colons', ': '.repeat(half / 2)],
    ['commas', `[${','.repeat(half)}`],
    ['closing brackets', ']'.repeat(half)],
    ['an open quote', `a: "${'\\n'.repeat(half / 2)}`],
    ['blank lines', `a: |\n${' \n'.repeat(half / 2)}`],
    ['one line', 'a'.repeat(half)],
    ['words', 'word '.repeat(half / 5)],
    ['comments', '#\n'.repeat(half / 2)],
    ['documents', '---\n'.repeat(half / 4)],
    ['carriage returns', '\r'.repeat(half)],
    ['rising indents', Array.from({ length: 900 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ])(
    'half a megabyte of %s takes no more than seconds',
    (_name, source) => {
      const started = performance.now();
      try {
        parseYaml(source);
      } catch (error) {
        expect(error).toBeInstanceOf(ValueSyntaxError);
      }
      expect(performance.now() - started).toBeLessThan(4_000);
    },
    20_000,
  );
});

describe('a template text', () => {
  test.each([
    ['{"a": 1e3}', '{"a":1e3}'],
    ['{a: 1e3}', '{"a":"1e3"}'],
    ['{"a": 012}', '{"a":10}'],
    ["{'a': 1,}", '{"a":1}'],
    ['{"yes": "no"}', '{"yes":"no"}'],
    ['heat_template_version: 2013-05-23', '{"heat_template_version":"2013-05-23"}'],
    ['null', '{}'],
    ['~', '{}'],
    ['', '{}'],
    ['[]', '[]'],
  ])('%j', (source, json) => {
    expect(writeJson(parseTemplateText(source))).toBe(json);
  });

  test('JSON that is refused is not tried as YAML, where it would mean something else', () => {
    expect(errorOf('{"a": NaN}', parseTemplateText).problem).toBe('NaN is not a JSON number');
    expect(errorOf('{"a": "\\u0000"}', parseTemplateText).problem).toBe('NUL character (\\u0000)');
  });

  test('JSON cut short is reported as YAML would', () => {
    expect(errorOf('{"a": [1, 2', parseTemplateText).message).toContain('in "<unicode string>", line 1');
  });
});

describe("YAML's further tags", () => {
  test('become what JSON has', () => {
    const read = (text: string) => writeJson(parseYaml(`x: ${text}`));
    expect(read('!!set {a, b}')).toBe('{"x":["a","b"]}');
    expect(read('!!omap [a: 1, b: [2]]')).toBe('{"x":[["a",1],["b",[2]]]}');
    expect(read('!!pairs [a: 1, a: 2]')).toBe('{"x":[["a",1],["a",2]]}');
    expect(read('!!binary aMOp')).toBe('{"x":"hé"}');
  });
});
