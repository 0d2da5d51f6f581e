import { describe, expect, it } from 'vitest';
import { type Case, cases } from './cases.ts';
import { fault, figuresOf, type Result, tableOf } from './report.ts';
import { median, type Sample } from './rounds.ts';
import { chain, independent } from './templates.ts';
import { cpuSeconds, rssMib } from './usage.ts';

function sample(seconds: number, commits = 1): Sample {
  return { seconds, floorSeconds: seconds / 2, cpuSeconds: seconds * 2, commits };
}

function caseNamed(name: string): Case {
  const found = cases.find(each => each.name === name);
  if (found === undefined) throw new Error(`there is no case ${name}`);
  return found;
}

function result(name: string, samples: readonly Sample[]): Result {
  return { of: caseNamed(name), samples, cold: sample(9), rssMib: 100.04 };
}

describe('figures', () => {
  it('are medians: one slow round changes nothing', () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2);
    expect(() => median([])).toThrow('nothing');
    expect(figuresOf(result('create-1000', [sample(0.2), sample(60), sample(0.1)]))).toEqual({
      case: 'create-1000',
      seconds: 0.2,
      limit_seconds: 0.1,
      rate: 5_000,
      cpu_seconds: 0.4,
      rss_mib: 100,
    });
  });
  it('find a case at fault by its worst round', () => {
    expect(fault(result('chain-100', [sample(1, 2), sample(1, 1)]))).toBeUndefined();
    expect(fault(result('chain-100', [sample(1, 2), sample(1, 3), sample(1, 1)]))).toContain('3 commits');
    expect(fault(result('create-1000', [sample(1, 50)]))).toBeUndefined();
  });
  it('stand under their heads', () => {
    const [heads = '', line = ''] = tableOf([result('chain-100', [sample(0.02, 1), sample(0.02, 2)])]).split('\n');
    expect(line).toHaveLength(heads.length);
    expect(line).toMatch(/chain-100 .* 2\.00 .* 1–2 +2\.7 s$/);
  });
});

describe('templates', () => {
  it('have as many resources as asked for, chained or not', () => {
    expect(Object.keys(independent(7)['resources'] as object)).toHaveLength(7);
    expect((chain(3)['resources'] as Record<string, unknown>)['v2']).toEqual({
      type: 'OS::Heat::Value',
      properties: { value: { get_attr: ['v1', 'value'] } },
    });
  });
});

describe('usage', () => {
  it('of a process that works rises, and what is no process has used nothing', () => {
    const before = cpuSeconds(process.pid);
    const until = performance.now() + 150;
    while (performance.now() < until) Math.sqrt(2);
    expect(cpuSeconds(process.pid)).toBeGreaterThan(before);
    expect(cpuSeconds(process.pid, true)).toBeGreaterThanOrEqual(cpuSeconds(process.pid));
    expect(rssMib(process.pid)).toBeGreaterThan(10);
    expect(cpuSeconds(2 ** 22 + 1)).toBe(0);
  });
});
