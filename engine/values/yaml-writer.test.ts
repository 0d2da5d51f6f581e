import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseJson } from './json.ts';
import { isList, type Value } from './value.ts';
import { writeYaml } from './yaml-writer.ts';
import { parseYaml } from './yaml.ts';

/** As test/yaml/record.py had them from PyYAML. */
const recorded = readFileSync(new URL('../../test/yaml/dumps.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map(line => {
    const pair = parseJson(line);
    if (!isList(pair) || typeof pair[1] !== 'string') throw new Error('a value and its text');
    return { value: pair[0] ?? null, text: pair[1] };
  });

const shown = (value: Value, text: string) => ({ value, text });

describe('a value as YAML', () => {
  it('is what PyYAML writes, to the letter', () => {
    const different = recorded.flatMap(({ value, text }) => {
      const ours = writeYaml(value);
      return ours === text ? [] : [{ ...shown(value, text), ours }];
    });
    expect(different).toEqual([]);
    expect(recorded.length).toBeGreaterThan(800);
  });

  it('reads back as that value', () => {
    const other = recorded.filter(({ value }) => {
      const back = parseYaml(writeYaml(value));
      return JSON.stringify(plain(back)) !== JSON.stringify(plain(value));
    });
    expect(other.slice(0, 5)).toEqual([]);
  });
});

/** Maps by the order of their keys, floats by their number. */
function plain(value: Value): unknown {
  if (value instanceof Map) {
    return [...(value as ReadonlyMap<string, Value>)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, plain(v)]);
  }
  if (isList(value)) return { list: value.map(plain) };
  if (typeof value === 'bigint') return `${value}n`;
  return typeof value === 'object' && value !== null && 'float' in value ? Number(value.float) : value;
}
