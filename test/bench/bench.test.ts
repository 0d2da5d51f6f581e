import { describe, expect, it } from 'vitest';
import { type Case, cases } from './cases.ts';
import { besideHeat } from './heat-table.ts';
import { callsIn, loggedIn } from './lab-calls.ts';
import { type Figures, fault, figuresOf, type Result, tableOf } from './report.ts';
import { median, type Sample } from './rounds.ts';
import { type Life, serversCases } from './servers.ts';
import { beside, serversFault, serversFigures, tablesOf } from './servers-table.ts';
import { chain, independent, servers, values } from './templates.ts';
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

describe('updates', () => {
  const differing = (a: Record<string, unknown>, b: Record<string, unknown>): readonly string[] => {
    const [before, after] = [a['resources'], b['resources']] as [Record<string, unknown>, Record<string, unknown>];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    return Object.keys(after).filter(name => JSON.stringify(after[name]) !== JSON.stringify(before[name]));
  };
  it('change one resource, or none', () => {
    expect(differing(values(100), values(100, 50))).toEqual(['v50']);
    expect(differing(independent(100), independent(100, 50))).toEqual(['r50']);
    expect(differing(independent(100), independent(100))).toEqual([]);
  });
  it('are there for each case that measures one', () => {
    for (const { name, part, stack } of cases) {
      const parts: readonly string[] = ['create', ...(stack.updates ?? []).map(update => update.part), 'remove'];
      expect({ name, parts }).toEqual({ name, parts: expect.arrayContaining([part]) });
      expect(new Set(parts).size).toBe(parts.length);
    }
  });
});

describe('the table of real Heat', () => {
  it('stands beside the cases that were measured with it', () => {
    const figure = (name: string, seconds: number): Figures => ({
      case: name,
      seconds,
      limit_seconds: null,
      rate: 1,
      cpu_seconds: null,
      rss_mib: null,
    });
    const table = besideHeat([figure('table-A-create-10', 0.1), figure('table-C-create-100', 0.1)]);
    expect(table.split('\n')).toHaveLength(2);
    expect(table).toMatch(/table-C-create-100 +RandomStrings in a group +0\.100 +4\.4 s +44 ×$/);
  });
});

describe('usage', () => {
  it('of a process that works rises, and what is no process has used nothing', () => {
    const before = cpuSeconds(process.pid);
    const until = performance.now() + 150;
    while (performance.now() < until) Math.sqrt(2);
    expect(cpuSeconds(process.pid)).toBeGreaterThan(before);
    const alone = cpuSeconds(process.pid);
    expect(cpuSeconds(process.pid, true)).toBeGreaterThanOrEqual(alone);
    expect(rssMib(process.pid)).toBeGreaterThan(10);
    expect(cpuSeconds(2 ** 22 + 1)).toBe(0);
  });
});

describe('servers', () => {
  const life = (posts: number, gets: number): Life => ({
    by: 'Convect',
    servers: 10,
    create: {
      seconds: 2,
      calls: new Map([
        ['compute POST', posts],
        ['network GET', gets],
      ]),
    },
    remove: { seconds: 1, calls: new Map([['compute DELETE', 10]]) },
  });
  const [of] = serversCases;
  if (of === undefined) throw new Error('there are no cases');

  it('are as many as asked for', () => {
    expect(Object.keys(servers(7)['resources'] as object)).toHaveLength(7);
  });
  it('cost what goes beyond one request each', () => {
    expect(beside(life(10, 11), 'create')).toBe(1.1);
    expect(beside(life(10, 11), 'remove')).toBe(0);
  });
  it('are at fault beyond the limit, and where fewer requests were counted than there are servers', () => {
    expect(serversFault(of, life(10, 11))).toBeUndefined();
    expect(serversFault(of, life(10, 12))).toContain('1.20 calls a server');
    expect(serversFault(of, life(9, 0))).toContain('the count is wrong');
  });
  it('stand side by side, a table for each half', () => {
    const [create = '', remove = ''] = tablesOf([life(10, 5), { ...life(10, 40), by: 'real Heat' }]).split('\n\n');
    expect(create).toMatch(/create +Convect +real Heat\n/);
    expect(create).toMatch(/calls: network GET +5 +40\n/);
    expect(create).toMatch(/a server, beside its POST +0\.50 +4\.00$/);
    expect(remove).toMatch(/a server, beside its DELETE +0\.00 +0\.00$/);
    expect(serversFigures(of, life(10, 5))).toMatchObject([
      { case: 'servers-1000-create', seconds: 2, rate: 5, calls: 15 },
      { case: 'servers-1000-delete', seconds: 1, rate: 10, calls: 10 },
    ]);
  });
});

describe("requests in the lab's logs", () => {
  const line = (of: string, id: string, project: string, request: string, daemon = 'nova.osapi_compute.wsgi.server') =>
    `2026-11-21 12:01:10.484 19240 INFO ${daemon} [${of} ${id} user ${project} - - default default] ` +
    `127.0.0.1 "${request} HTTP/1.1" status: 202 len: 858 time: 1.0896051`;

  it('are read, of whichever service', () => {
    expect(loggedIn(line('None', 'req-1', 'ours', 'POST /v2.1/servers'))).toEqual({
      of: undefined,
      id: 'req-1',
      project: 'ours',
      method: 'POST',
      path: '/v2.1/servers',
    });
    const glance = '[None req-2 user ours - - default default] 127.0.0.1 - - [21/Nov/2026 12:01:15] ';
    expect(
      loggedIn(`x INFO eventlet.wsgi.server ${glance}"GET /v2/images?name=a HTTP/1.1" 200 990 0.04`),
    ).toMatchObject({
      id: 'req-2',
      method: 'GET',
    });
    expect(loggedIn('x INFO nova.compute.manager [None req-1 user ours - - default default] Took 4 s')).toBeUndefined();
  });
  it("are counted for one project, without what services ask of one another and Nova's ports", () => {
    const calls = callsIn(
      new Map([
        [
          'compute',
          [line('None', 'req-1', 'ours', 'POST /v2.1/servers'), line('None', 'req-2', 'else', 'GET /v2.1/servers')],
        ],
        [
          'network',
          [
            line('req-1', 'req-3', 'ours', 'GET /v2.0/networks'),
            line('req-9', 'req-4', 'ours', 'GET /v2.0/networks'),
            line('None', 'req-5', 'ours', 'POST /v2.0/ports'),
          ],
        ],
        [
          'image',
          [line('None', 'req-1', 'ours', 'GET /v2/images/x'), line('None', 'req-6', 'ours', 'GET /v2/images/x')],
        ],
      ]),
      'ours',
    );
    expect(Object.fromEntries(calls)).toEqual({ 'compute POST': 1, 'network GET': 1, 'image GET': 1 });
  });
});
