/** Rounds on clusters to figures, side by side: what a resource costs with one engine and with several. */
import { mostRatio } from './cluster-cases.ts';
import { cpuOf, type Usage } from './cluster-site.ts';
import type { ClusterResult, ClusterSample } from './clusters.ts';
import { aligned, type Figures } from './report.ts';
import { median } from './rounds.ts';

const parts = ['create', 'remove'] as const;
type Part = (typeof parts)[number];

const titles = { create: 'create', remove: 'delete' } as const;

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

interface Line {
  readonly head: string;
  readonly of: (sample: ClusterSample, resources: number) => number;
  readonly digits: number;
}

const micros =
  (of: (usage: Usage) => number): Line['of'] =>
  ({ used }, resources) =>
    (of(used) * 1e6) / resources;
const each =
  (of: (usage: Usage) => number): Line['of'] =>
  ({ used }, resources) =>
    of(used) / resources;
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const lines: readonly Line[] = [
  { head: 'wall s', of: ({ seconds }) => seconds, digits: 2 },
  { head: 'resources/s', of: ({ seconds }, resources) => resources / seconds, digits: 0 },
  { head: 'CPU µs a resource: engines, PostgreSQL, etcd', of: micros(cpuOf), digits: 0 },
  { head: '  engines', of: micros(({ engines }) => sum(engines)), digits: 0 },
  { head: '  PostgreSQL', of: micros(({ postgres }) => postgres), digits: 0 },
  { head: '  etcd', of: micros(({ etcd }) => etcd), digits: 0 },
  { head: '  and of the gateway', of: micros(({ gateway }) => gateway), digits: 0 },
  { head: 'cores busy: all of these', of: ({ used, seconds }) => (cpuOf(used) + used.gateway) / seconds, digits: 2 },
  { head: '  the busiest engine', of: ({ used, seconds }) => Math.max(...used.engines) / seconds, digits: 2 },
  { head: '  PostgreSQL', of: ({ used, seconds }) => used.postgres / seconds, digits: 2 },
  { head: 'commits', of: ({ used }) => used.commits, digits: 0 },
  { head: '  rows, events, contents each', of: ({ used }) => share(used.committedRows, used.commits), digits: 0 },
  { head: '  ms each', of: ({ used }) => share(used.commitSeconds * 1e3, used.commits), digits: 1 },
  { head: 'rows, events, contents a resource', of: each(({ committedRows }) => committedRows), digits: 2 },
  { head: 'write-ahead bytes a resource', of: each(({ walBytes }) => walBytes), digits: 0 },
  { head: 'turns a resource', of: each(({ turns }) => turns), digits: 2 },
  { head: 'messages between engines a resource', of: each(({ messages }) => messages), digits: 2 },
  { head: '  bytes of them a resource', of: each(({ messageBytes }) => messageBytes), digits: 0 },
];

/** A table for each half of one case: medians over the rounds, a column for each cluster, then the last to the first. */
export function clusterTables(results: readonly ClusterResult[]): string {
  return parts.map(part => tableOf(results, part)).join('\n\n');
}

function tableOf(results: readonly ClusterResult[], part: Part): string {
  const compared = results.length > 1;
  const heads = results.map(({ engines }) => `${engines} engine${engines === 1 ? '' : 's'}`);
  const rows = lines.map(({ head, of, digits }) => {
    const medians = results.map(result => median(result.rounds.map(round => of(round[part], result.of.resources))));
    const [first = 0, last = 0] = [medians[0], medians.at(-1)];
    const times = compared ? [first === 0 ? '–' : (last / first).toFixed(2)] : [];
    return [head, ...medians.map(value => value.toFixed(digits)), ...times];
  });
  return aligned([[titles[part], ...heads, ...(compared ? ['×'] : [])], ...rows]);
}

export interface Ratio {
  readonly name: string;
  readonly engines: readonly [number, number];
  /** CPU of the bigger cluster to that of the smaller, of each pair of rounds. */
  readonly pairs: readonly number[];
}

/** Of each case that was measured on two clusters or more: the biggest to the smallest, creating. */
export function ratiosOf(results: readonly ClusterResult[]): readonly Ratio[] {
  return [...new Set(results.map(({ of }) => of))].flatMap(of => {
    const own = results.filter(result => result.of === of).toSorted((a, b) => a.engines - b.engines);
    const [few, many] = [own[0], own.at(-1)];
    if (few === undefined || many === undefined || few === many) return [];
    const pairs = few.rounds.flatMap((round, n) => {
      const other = many.rounds[n];
      return other === undefined ? [] : [cpuOf(other.create.used) / cpuOf(round.create.used)];
    });
    return [{ name: of.name, engines: [few.engines, many.engines], pairs }];
  });
}

export function ratioLine({ name, engines: [few, many], pairs }: Ratio): string {
  const range = `${Math.min(...pairs).toFixed(3)} to ${Math.max(...pairs).toFixed(3)} in ${pairs.length} pairs of rounds`;
  return (
    `${name}: CPU of engines, PostgreSQL and etcd for a resource, ${many} engines to ${few}: ` +
    `${median(pairs).toFixed(3)} (${range}; at most ${mostRatio} is allowed)`
  );
}

/** Why it is not as it must be; undefined where it is. */
export function ratioFault({ name, engines: [few, many], pairs }: Ratio): string | undefined {
  const found = median(pairs);
  if (found <= mostRatio) return undefined;
  return `${name}: ${many} engines take ${found.toFixed(2)} times the CPU of ${few}, at most ${mostRatio} is allowed`;
}

export function clusterFigures({ of, engines, rounds, rssMib }: ClusterResult): readonly Figures[] {
  return parts.map(part => {
    const seconds = median(rounds.map(round => round[part].seconds));
    return {
      case: `${of.name} engines=${engines} ${titles[part]}`,
      seconds: Number(seconds.toFixed(3)),
      limit_seconds: null,
      rate: Number((of.resources / seconds).toFixed(1)),
      cpu_seconds: Number(median(rounds.map(round => cpuOf(round[part].used))).toFixed(2)),
      rss_mib: Number(rssMib.toFixed(1)),
    };
  });
}
