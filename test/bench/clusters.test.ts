import { describe, expect, it } from 'vitest';
import { limits } from '../../engine/kernel/limits.ts';
import { type ClusterCase, clusterCases, trees } from './cluster-cases.ts';
import { cpuOf, isShared, sumsIn, type Usage, used } from './cluster-site.ts';
import { clusterFigures, clusterTables, ratioFault, ratioLine, ratiosOf } from './cluster-table.ts';
import type { ClusterResult, ClusterSample } from './clusters.ts';
import { minionFile, minions } from './templates.ts';

const nothing: Usage = {
  engines: [0],
  gateway: 0,
  postgres: 0,
  etcd: 0,
  commits: 0,
  committedRows: 0,
  commitSeconds: 0,
  turns: 0,
  messages: 0,
  messageBytes: 0,
  walBytes: 0,
};
const of: ClusterCase = { name: 'ten', about: '', stacks: [], resources: 10, warmUps: 1, rounds: 3 };

const sample = (usage: Partial<Usage>, seconds = 1): ClusterSample => ({ seconds, used: { ...nothing, ...usage } });
const result = (engines: number, creates: readonly ClusterSample[]): ClusterResult => ({
  of,
  engines,
  rounds: creates.map(create => ({ create, remove: sample({ postgres: 1 }) })),
  rssMib: 99.96,
});
const one = result(1, [sample({ engines: [1] }), sample({ engines: [2] }), sample({ engines: [1] })]);

describe('usage of a cluster', () => {
  it('is the difference of two readings, of each engine for itself', () => {
    const before: Usage = { ...nothing, engines: [1, 2], postgres: 3, commits: 10 };
    const after: Usage = { ...nothing, engines: [2, 5], postgres: 7, commits: 11, messages: 4 };
    expect(used(before, after)).toEqual({ ...nothing, engines: [1, 3], postgres: 4, commits: 1, messages: 4 });
  });
  it("is without the gateway's where it is compared", () => {
    expect(cpuOf({ ...nothing, engines: [1, 2], postgres: 4, etcd: 8, gateway: 16 })).toBe(15);
  });
  it("is summed over labels of Prometheus' text", () => {
    const text = '# HELP a_total all\n# TYPE a_total counter\na_total{x="1",y="} 7"} 2\na_total{x="2"} 3\nb 1.5e-3\n';
    expect(Object.fromEntries(sumsIn(text))).toEqual({ a_total: 5, b: 0.0015 });
  });
  it('is read when each engine has its share of the shards, no earlier', () => {
    expect(isShared([1_024])).toBe(true);
    expect(isShared([300, 400, 324])).toBe(true);
    expect(isShared([300, 400, 323])).toBe(false);
    expect(isShared([800, 124, 100])).toBe(false);
  });
});

describe('clusters beside one another', () => {
  const three = result(3, [
    sample({ engines: [0.5, 0.3, 0.2], postgres: 0.1 }),
    sample({ engines: [1, 1, 1] }),
    sample({ engines: [0.4, 0.3, 0.3], etcd: 0.2 }),
  ]);

  it('are compared pair by pair, in the median', () => {
    const [ratio] = ratiosOf([one, three]);
    if (ratio === undefined) throw new Error('nothing was compared');
    expect(ratio.pairs.map(each => each.toFixed(2))).toEqual(['1.10', '1.50', '1.20']);
    expect(ratioLine(ratio)).toContain('3 engines to 1: 1.200 (1.100 to 1.500 in 3 pairs');
    expect(ratioFault(ratio)).toContain('1.20 times the CPU of 1');
    expect(ratioFault({ ...ratio, pairs: [1.1, 1.5, 1.15] })).toBeUndefined();
    expect(ratiosOf([three, one])).toEqual([ratio]);
  });
  it('are not where there is one alone', () => {
    expect(ratiosOf([one])).toEqual([]);
    expect(clusterTables([one]).split('\n')[0]).toMatch(/create +1 engine$/);
  });
  it('have a table for each half, each line as long as its heads', () => {
    const [create = '', remove = ''] = clusterTables([one, three]).split('\n\n');
    expect(create).toMatch(/create +1 engine +3 engines +×\n/);
    expect(create).toMatch(/PostgreSQL, etcd +100000 +120000 +1\.20\n/);
    expect(create).toMatch(/messages between engines a resource +0\.00 +0\.00 +–\n/);
    expect(remove).toMatch(/delete .*\n.*wall s +1\.00 +1\.00 +1\.00\n/);
    expect(new Set(create.split('\n').map(line => line.length)).size).toBe(1);
  });
  it('have a line each in the file', () => {
    expect(clusterFigures(three)).toMatchObject([
      { case: 'ten engines=3 create', seconds: 1, rate: 10, cpu_seconds: 1.2, rss_mib: 100 },
      { case: 'ten engines=3 delete', seconds: 1, rate: 10, cpu_seconds: 1 },
    ]);
  });
});

describe('what clusters make', () => {
  const resourcesOf = (template: unknown): readonly string[] =>
    Object.keys((template as { resources: object }).resources);

  it('has as many resources as the case says', () => {
    const flat = clusterCases.find(({ name }) => name === 'create-10000');
    const counts = flat?.stacks.map(({ template }) => resourcesOf(template).length) ?? [];
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(flat?.resources);
    expect(Math.max(...counts)).toBeLessThanOrEqual(limits.maxResourcesPerStack);
  });
  it('has no tree beyond the limit, and as many nested stacks as it says', () => {
    expect(trees(1_000, 43)).toHaveLength(24);
    expect(trees(1_000, 43).at(-1)).toBe(11);
    expect(trees(86, 43)).toEqual([43, 43]);
    const magnum = clusterCases.find(({ name }) => name === 'magnum');
    const counts = magnum?.stacks.map(({ template }) => Number(/"count":(\d+)/.exec(JSON.stringify(template))?.[1]));
    expect(counts?.reduce((sum, count) => sum + count, 0)).toBe(1_000);
    expect(Math.max(...(counts ?? [])) * 23 + 1).toBeLessThanOrEqual(limits.maxResourcesPerStack);
    expect(magnum?.resources).toBe(22_000 + 1_000 + (counts?.length ?? 0));
  });
  it('is a group of stacks of 22 resources, whose references lead somewhere', () => {
    const minion = minionFile['minion.yaml'];
    const names = resourcesOf(minion);
    expect(names).toHaveLength(22);
    const text = JSON.stringify(minion);
    const referred = [...text.matchAll(/"get_(?:attr|resource)":\[?"(\w+)"/g)].map(([, name]) => name);
    expect(names).toEqual(expect.arrayContaining(referred));
    expect(JSON.stringify(minions(7))).toContain('"count":7');
  });
});
