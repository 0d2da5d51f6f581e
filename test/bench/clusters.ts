/**
 * The same load on clusters of one and of several engines, in turns: on a machine that others use as well, what
 * stands side by side was measured within seconds. First rounds on each are not counted.
 */
import type { TestCluster } from '../support/cluster.ts';
import type { Session } from '../../cli/client.ts';
import type { ClusterCase } from './cluster-cases.ts';
import { ClusterSite, cpuOf, type Usage, used } from './cluster-site.ts';
import { until } from './rounds.ts';

export interface ClusterSample {
  readonly seconds: number;
  readonly used: Usage;
}

/** One life of all the case's stacks. */
export interface ClusterRound {
  readonly create: ClusterSample;
  readonly remove: ClusterSample;
}

export interface ClusterResult {
  readonly of: ClusterCase;
  readonly engines: number;
  readonly rounds: readonly ClusterRound[];
  readonly rssMib: number;
}

export interface ClusterRun {
  /** A cluster for each of these. */
  readonly engines: readonly number[];
  /** Instead of the case's own. */
  readonly rounds: number | undefined;
  readonly say: (line: string) => void;
  readonly started: (cluster: TestCluster) => void;
}

const patience = { pollMs: 100, giveUpMs: 900_000 };

/** All cases on all clusters. Throws where a stack fails. */
export async function measureClusters(
  cases: readonly ClusterCase[],
  run: ClusterRun,
): Promise<readonly ClusterResult[]> {
  const sites: ClusterSite[] = [];
  try {
    for (const engines of run.engines) sites.push(await ClusterSite.start(engines, run.started));
    const results: ClusterResult[] = [];
    for (const of of cases) results.push(...(await inTurns(of, sites, run)));
    return results;
  } finally {
    for (const site of sites) await site.stop();
  }
}

async function inTurns(
  of: ClusterCase,
  sites: readonly ClusterSite[],
  { rounds = of.rounds, say }: ClusterRun,
): Promise<readonly ClusterResult[]> {
  const done = sites.map(site => ({ site, rounds: [] as ClusterRound[] }));
  for (let n = 1 - of.warmUps; n <= rounds; n++) {
    // Who comes first changes, so that a rising or falling load of the machine hits all alike.
    for (const each of n % 2 === 0 ? done : done.toReversed()) {
      const played = await round(each.site, `${of.name}-${n + of.warmUps}`, of);
      say(`  ${of.name}, engines ${each.site.engines}, ${n > 0 ? `round ${n}` : 'warm-up'}: ${inShort(played)}`);
      if (n > 0) each.rounds.push(played);
    }
  }
  return done.map(({ site, rounds: played }) => ({
    of,
    engines: site.engines,
    rounds: played,
    rssMib: site.rssMib(),
  }));
}

function inShort({ create, remove }: ClusterRound): string {
  const [made, gone] = [create, remove].map(
    each => `${each.seconds.toFixed(2)} s, CPU ${cpuOf(each.used).toFixed(2)} s`,
  );
  return `created in ${made}; deleted in ${gone}`;
}

async function round(site: ClusterSite, prefix: string, of: ClusterCase): Promise<ClusterRound> {
  let paths: readonly string[] = [];
  const create = await timed(site, async () => {
    paths = await Promise.all(of.stacks.map((stack, n) => post(site.session, `${prefix}-${n}`, stack)));
    await allAre(site.session, paths, 'CREATE_COMPLETE');
  });
  const remove = await timed(site, async () => {
    await Promise.all(paths.map(path => site.session.must('DELETE', path)));
    await allAre(site.session, paths, 'DELETE_COMPLETE');
  });
  return { create, remove };
}

async function timed(site: ClusterSite, work: () => Promise<void>): Promise<ClusterSample> {
  const before = await site.usage();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, used: used(before, await site.usage()) };
}

async function post(
  session: Session,
  name: string,
  { template, files }: ClusterCase['stacks'][number],
): Promise<string> {
  const texts = Object.entries(files ?? {}).map(([file, content]) => [file, JSON.stringify(content)]);
  const json = {
    stack_name: name,
    template,
    files: Object.fromEntries(texts),
    timeout_mins: 60,
    disable_rollback: true,
  };
  const { stack } = await session.must<{ stack: { id: string } }>('POST', '/stacks', { json });
  return `/stacks/${name}/${stack.id}`;
}

/** One after the other: whoever is waited for, the last one ends it. */
async function allAre(session: Session, paths: readonly string[], wanted: string): Promise<void> {
  for (const path of paths) await until(session, path, wanted, patience);
}
