/**
 * Every answer that yaql itself gave to test/yaql/cases.txt (test/yaql/record.py wrote them down), against ours: values
 * with their types, and the texts of errors. What differs on purpose is listed with the reason; docs/yaql.md has it too.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withFunctions } from '../../../test/yaql/signatures.ts';
import { limits } from '../../kernel/limits.ts';
import { floatNumber } from '../../values/floats.ts';
import { parseJson } from '../../values/json.ts';
import { isFloat, isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { absent, library } from './library/all.ts';
import { compileYaql, YaqlFailure } from './yaql.ts';

const empty = 'Python says nothing about what it found empty (StopIteration)';
const noTemplateValue = 'no template can hold it, and what Heat shows differs by where it is shown';
const leftOut = "yaql puts a marker of its own in the list, which Heat shows as '{}'";

/** By expression: our answer, and why it is another. */
const differences: Readonly<Record<string, readonly [ours: string, why: string]>> = {
  '[].first()': ['error: The collection is empty', empty],
  '[].single()': ['error: The collection is empty', empty],
  '[].last()': ['error: The collection is empty', empty],
  'range(0).last()': ['error: The collection is empty', empty],
  'dict([[a]])': ['error: An entry of dict() must have a key and a value', empty],
  'let()': ['error: The result of an expression cannot be a Context', noTemplateValue],
  'timespan()': ['error: The result of an expression cannot be a datetime.timedelta', noTemplateValue],
  '[1,,2]': ['error: No function "#list" matches supplied arguments', leftOut],
  '[,1]': ['error: No function "#list" matches supplied arguments', leftOut],
  'def(f, f($)) -> f(1)': [
    'error: maximum recursion depth exceeded',
    'Python adds what it was doing, which depends on how deep its caller was',
  ],
  "str(datetime('x'))": [
    'error: Unknown string format: x (a date is written as 2026-01-31 or 2026-01-31T12:00:00Z)',
    'other forms of dates than ISO 8601 are read with strptime formats only',
  ],
};

const recorded = parseJson(
  readFileSync(new URL('../../../test/fixtures/yaql.json', import.meta.url), 'utf8'),
) as ValueMap;
const data = recorded.get('data') as readonly Value[];
const cases = recorded.get('cases') as readonly ValueMap[];

/** A value as a text to compare: an int and a float differ, the order of a map's keys does not count. */
function canonical(value: Value, unordered: boolean): string {
  if (isList(value)) {
    const items = value.map(item => canonical(item, unordered));
    return `[${(unordered ? items.sort() : items).join(',')}]`;
  }
  if (isMap(value)) {
    return `{${[...value]
      .map(([key, item]) => `${JSON.stringify(key)}:${canonical(item, unordered)}`)
      .sort()
      .join(',')}}`;
  }
  if (value !== null && typeof value === 'object' && isFloat(value)) return `float ${floatNumber(value)}`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

function ours(test: ValueMap): string {
  try {
    const input = mapOf([['data', data[Number(test.get('data'))] ?? null]]);
    return canonical(compileYaql(String(test.get('expression'))).evaluate(input), test.has('unordered'));
  } catch (error) {
    if (error instanceof YaqlFailure) return `error: ${error.message}`;
    throw error;
  }
}

function theirs(test: ValueMap): string {
  if (test.has('error')) return `error: ${String(test.get('error'))}`;
  if (test.has('odd')) return `a ${String(test.get('odd'))}`;
  return canonical(test.get('value') ?? null, test.has('unordered'));
}

const expressions = cases.map(test => String(test.get('expression')));

describe('yaql', () => {
  it('answers as yaql itself, but for what is listed', () => {
    const unlike = cases
      .map(test => ({ expression: String(test.get('expression')), ours: ours(test), theirs: theirs(test) }))
      .filter(result => result.ours !== result.theirs);
    const unexpected = unlike.filter(result => differences[result.expression]?.[0] !== result.ours);
    expect(unexpected).toEqual([]);
    expect(unlike.map(result => result.expression).sort()).toEqual(Object.keys(differences).sort());
    expect(cases.length).toBeGreaterThan(2_100);
  });

  it('is asked about every function that it has', () => {
    const called = expressions.join('\n');
    const names = [...new Set(Object.values(library).flatMap(part => part.map(({ name }) => name)))];
    const plain = names.filter(name => /^\w+$/.test(name));
    expect(plain.filter(name => !new RegExp(`\\b${name}\\(`).test(called))).toEqual([]);
    expect(plain.length).toBeGreaterThan(140);
    const properties = names.filter(name => name.startsWith('#property#')).map(name => name.slice(10));
    expect(properties.filter(name => !called.includes(`.${name}`))).toEqual([]);
  });

  it('is described in docs/yaql.md, function by function', () => {
    const page = readFileSync(new URL('../../../docs/yaql.md', import.meta.url), 'utf8');
    expect(page).toBe(withFunctions(page));
    for (const name of absent.keys()) expect(page).toContain(`\`${name}()\``);
    expect(page).toContain(`The limit is ${limits.maxYaqlSteps} steps`.replace('The', 'the'));
    for (const bound of [limits.maxYaqlCallDepth, limits.maxYaqlDepth]) expect(page).toContain(String(bound));
  });

  it('refuses what depends on more than its data before it is evaluated, by name', () => {
    for (const name of absent.keys()) {
      const text = thrownBy(() => compileYaql(`[1].select({a => [(${name}() + 1)]})`));
      expect(text).toContain(`The function "${name}" is not available: `);
    }
  });
});

function thrownBy(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return error instanceof YaqlFailure ? error.message : String(error);
  }
  return 'nothing was thrown';
}
