import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { compilePattern, PatternError } from './pattern.ts';

interface Oracle {
  readonly texts: readonly string[];
  /** Where Python's match in each text ends, -1 for none; null where the pattern does not compile. */
  readonly patterns: readonly (readonly [string, readonly number[] | null])[];
}

const python = JSON.parse(
  readFileSync(new URL('../../test/fixtures/python-re.json', import.meta.url), 'utf8'),
) as Oracle;

describe('patterns', () => {
  it('answer what CPython answers', () => {
    let compared = 0;
    for (const [source, ends] of python.patterns) {
      if (ends === null) {
        expect(() => compilePattern(source), JSON.stringify(source)).toThrow(PatternError);
        continue;
      }
      const pattern = compilePattern(source);
      python.texts.forEach((text, i) => {
        const where = `${JSON.stringify(source)} on ${JSON.stringify(text)}`;
        expect(pattern.matchesStart(text), where).toBe(ends[i] !== -1);
        expect(pattern.matchesWhole(text), where).toBe(ends[i] === Array.from(text).length);
        compared++;
      });
    }
    expect(compared).toBeGreaterThan(10_000);
  });

  it.each([
    ['a|ab', 'ab', false], // re.match takes the first alternative, and its end is not the value's
    ['(a|ab)$', 'ab', true],
    ['abc$', 'abc\n', false], // the match ends before the newline
    ['abc', 'abc\n', false],
    ['.+', 'a\nb', false],
    ['(?s).+', 'a\nb', true],
    ['\\d+', '٣4', true],
    ['(?a)\\d+', '٣', false],
    ['\\w+', 'naïve_3', true],
    ['.', '😀', true],
    ['(?P<q>[\'"]).*(?P=q)', '"x"', true],
    ['(?P<q>[\'"]).*(?P=q)', '"x\'', false],
    ['(?i)straße', 'STRAßE', true],
    ['(?x) a  b # both', 'ab', true],
    ['(a)?(?(1)b|c)', 'ab', true],
    ['(a)?(?(1)b|c)', 'c', true],
    ['(?<!x)y', 'y', true],
    ['a{,2}', 'aa', true],
    ['a{x}', 'a{x}', true],
    ['a++a', 'aaa', false],
    ['(?>a*)a', 'aaa', false],
    ['[]]', ']', true],
    ['[^\\d\\s]+', 'ab', true],
    ['\\A[a-z]([a-z0-9_-]{0,61}[a-z0-9])?\\Z', 'my-name', true],
    ['(\\d{1,3}\\.){3}\\d{1,3}', '10.0.0.1', true],
    ['__proto__|constructor', 'constructor', true],
  ] as const)('%s on %j: %s', (source, text, holds) => {
    expect(compilePattern(source).matchesWhole(text)).toBe(holds);
  });

  it('answer in linear time where nothing refers to groups', () => {
    const text = 'a'.repeat(5_000);
    expect(compilePattern('(a+)+b').matchesWhole(text)).toBe(false);
    expect(compilePattern('(a|a)*$b').matchesWhole(text)).toBe(false);
    expect(compilePattern('(a*)*(a*)*(a*)*x').matchesWhole(text)).toBe(false);
  });

  it('give up where they would take for ever', () => {
    expect(compilePattern('(a+)+\\1b').matchesWhole('a'.repeat(100))).toBe('too long');
    expect(compilePattern('(?=(a+)+b)a').matchesWhole('a'.repeat(100))).toBe('too long');
  });

  it('read flags once, however many there are', () => {
    expect(compilePattern(`${'(?i)'.repeat(4_900)}A`).matchesWhole('a')).toBe(true);
    expect(() => compilePattern('(?i)a(?s)')).toThrow('global flags not at the start of the expression');
  });

  it('stand long texts', () => {
    expect(compilePattern('[a-z ]*').matchesWhole('lorem ipsum '.repeat(40_000))).toBe(true);
  });

  it('are bounded in size and depth', () => {
    expect(() => compilePattern('(a{1000}){1000}')).toThrow('the pattern is too large');
    expect(() => compilePattern('a'.repeat(limits.maxPatternSize + 1))).toThrow('the pattern is too large');
    expect(() => compilePattern(`${'('.repeat(1_000)}${')'.repeat(1_000)}`)).toThrow('nested too deep');
    expect(() => compilePattern('{'.repeat(limits.maxPatternSize - 1))).not.toThrow();
  });

  it('say what is wrong in Python’s words', () => {
    expect(() => compilePattern('[a')).toThrow('unterminated character set at position 0');
    expect(() => compilePattern('a**')).toThrow('multiple repeat at position 2');
    expect(() => compilePattern('(a')).toThrow('missing ), unterminated subpattern at position 0');
    expect(() => compilePattern('\\q')).toThrow('bad escape \\q at position 0');
    expect(() => compilePattern('[b-a]')).toThrow('bad character range');
    expect(() => compilePattern('(?<=a+)b')).toThrow('look-behind requires fixed-width pattern');
  });
});
