/**
 * `npm test`: everything a change must pass, in the order in which a failure is cheapest to find.
 *
 *   setup        what the tests need from the machine (test/setup.sh)
 *   types        the compiler; its output is what the later phases run
 *   lint         biome's rules and format (the house's own rules are tests: test/lint)
 *   units        every *.test.ts but those of etcd and conformance
 *   etcd         the directory over a real etcd that is cut off, frozen and killed; beside it, which leaves a processor:
 *   sim          200 seeds of the simulated cluster
 *   sim-types    every type of the table in test/types under the faults of a simulated cloud
 *   model        2,000 runs against the reference model of what exists
 *   chaos        10 kills of the processes of a cluster
 *   client       the real openstack client against an all-in-one
 *
 * and beside client, which waits most of the time, and two at a time after it:
 *
 *   e2e          all other clients and scenarios
 *   conformance  one suite on every store: memory, embedded PostgreSQL, Debian's PostgreSQL 15
 *   diff         what real Heat answered when it was recorded, against what Convect answers to the same requests
 *   attributes   the same for every attribute of each type of the table in test/types
 *   templates    the same for 2,400 templates: every function, version and constraint, used well and wrongly
 *   fuzz         20,000 broken templates and environments
 *
 * `npm run test:node24` is the same under Node 24 (the npm package `node`), whichever one is installed.
 *
 * A failed phase does not stop the later ones: one run shows all there is to mend. `-- --only units,sim` runs some.
 * The last line is always `N passed, N failed, N skipped`; the exit status is 0 only if nothing failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Ended, runChild } from './runner/child.ts';
import {
  add,
  chaosCounts,
  type Counts,
  diffCounts,
  e2eCounts,
  fuzzCounts,
  lastLine,
  modelCounts,
  none,
  oneCheck,
  settle,
  simCounts,
  simTypesCounts,
  vitestCounts,
} from './runner/counts.ts';

interface Phase {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly maxMinutes: number;
  readonly count: (ended: Ended) => Counts;
  /** Runs while that one does, which leaves it a processor: it waits for its clients' processes most of the time. */
  readonly beside?: string;
}

const bin = (name: string): string => join('node_modules', '.bin', name);

function vitest(name: string, reports: string, filter: readonly string[], maxMinutes: number): Phase {
  const report = join(reports, `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return {
    name,
    command: [bin('vitest'), 'run', ...reporters, ...filter],
    maxMinutes,
    count: () => vitestCounts(readFileSync(report, 'utf8')),
  };
}

const conformance = 'engine/store/conformance.test.ts';
/** Its servers are cut off, frozen and killed, and leases run out by the clock: one file at a time, beside one processor's work. */
const etcd = 'engine/placement/etcd';

function phases(reports: string): Phase[] {
  const check = (ended: Ended): Counts => oneCheck(ended.status);
  return [
    { name: 'setup', command: ['bash', 'test/setup.sh'], maxMinutes: 10, count: check },
    { name: 'types', command: [bin('tsc'), '-p', '.'], maxMinutes: 3, count: check },
    { name: 'lint', command: [bin('biome'), 'ci', '--colors=off', '.'], maxMinutes: 2, count: check },
    vitest('units', reports, ['--exclude', conformance, '--exclude', `${etcd}/**`], 10),
    vitest('etcd', reports, [etcd, '--no-file-parallelism'], 8),
    {
      name: 'sim',
      command: ['node', '--enable-source-maps', 'dist/test/sim/main.js', '--seeds', '200', '--threads', '1'],
      maxMinutes: 8,
      beside: 'etcd',
      count: ended => simCounts(ended.output),
    },
    {
      name: 'sim-types',
      command: ['node', '--enable-source-maps', 'dist/test/sim/main.js', '--types'],
      maxMinutes: 4,
      beside: 'etcd',
      count: ended => simTypesCounts(ended.output),
    },
    {
      name: 'model',
      command: ['node', '--enable-source-maps', 'dist/test/model/main.js', '--runs', '2000'],
      maxMinutes: 8,
      beside: 'etcd',
      count: ended => modelCounts(ended.output),
    },
    {
      name: 'chaos',
      command: ['node', '--enable-source-maps', 'dist/test/chaos/main.js', '--kills', '10'],
      maxMinutes: 8,
      count: ended => chaosCounts(ended.output),
    },
    {
      name: 'client',
      command: ['node', '--enable-source-maps', 'dist/test/e2e/main.js', '--only', 'openstackclient'],
      maxMinutes: 12,
      count: ended => e2eCounts(ended.output),
    },
    {
      name: 'e2e',
      command: ['node', '--enable-source-maps', 'dist/test/e2e/main.js', '--except', 'openstackclient'],
      maxMinutes: 8,
      beside: 'client',
      count: ended => e2eCounts(ended.output),
    },
    { ...vitest('conformance', reports, [conformance], 10), beside: 'client' },
    {
      name: 'diff',
      command: ['node', '--enable-source-maps', 'dist/test/diff/main.js', '--only', 'lifecycle'],
      maxMinutes: 8,
      beside: 'client',
      count: ended => diffCounts(ended.output),
    },
    {
      name: 'attributes',
      command: ['node', '--enable-source-maps', 'dist/test/diff/main.js', '--only', 'types'],
      maxMinutes: 4,
      beside: 'client',
      count: ended => diffCounts(ended.output),
    },
    {
      name: 'templates',
      command: ['node', '--enable-source-maps', 'dist/test/diff/main.js', '--only', 'templates'],
      maxMinutes: 8,
      beside: 'client',
      count: ended => diffCounts(ended.output),
    },
    {
      name: 'fuzz',
      command: ['node', '--enable-source-maps', 'dist/test/fuzz/main.js', '--runs', '20000'],
      maxMinutes: 8,
      beside: 'client',
      count: ended => fuzzCounts(ended.output),
    },
  ];
}

const kills = new Map<string, () => void>();

async function runPhase(phase: Phase, atOnce: boolean): Promise<Counts> {
  const started = performance.now();
  if (!atOnce) console.log(`\n── ${phase.name}`);
  const onStart = (kill: () => void): void => {
    kills.set(phase.name, kill);
  };
  const ended = await runChild(phase.command, phase.maxMinutes * 60_000, { atOnce, onStart });
  let counts = none;
  try {
    counts = phase.count(ended);
  } catch (error) {
    console.log(`${phase.name}: left no counts: ${error instanceof Error ? error.message : String(error)}`);
  }
  counts = settle(counts, ended.status);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`── ${phase.name}: ${lastLine(counts)} in ${seconds} s`);
  return counts;
}

function chosen(all: readonly Phase[], only: string | undefined): readonly Phase[] {
  if (only === undefined) return all;
  const names = only.split(',');
  const unknown = names.filter(name => !all.some(phase => phase.name === name));
  if (unknown.length > 0) {
    throw new Error(`--only ${unknown.join(',')} matches nothing; there are ${all.map(p => p.name).join(', ')}`);
  }
  return all.filter(phase => names.includes(phase.name));
}

/** The first at once, the others in turn beside it; where it has ended, two of them at a time. */
async function twoAtOnce<T>(lead: T, others: readonly T[], run: (each: T) => Promise<void>): Promise<void> {
  const queue = [...others];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await run(next);
  };
  await Promise.all([run(lead).then(lane), lane()]);
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const reports = mkdtempSync(join(tmpdir(), 'convect-test-'));
  const results: [string, Counts][] = [];
  console.log(`on Node ${process.version}`);
  try {
    const all = chosen(phases(reports), values.only);
    const run = async (phase: Phase, atOnce: boolean): Promise<void> => {
      results.push([phase.name, await runPhase(phase, atOnce)]);
    };
    for (const phase of all) {
      if (all.some(({ name }) => name === phase.beside)) continue;
      const aside = all.filter(({ beside }) => beside === phase.name);
      await twoAtOnce(phase, aside, each => run(each, each !== phase));
    }
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
  const sum = results.map(([, counts]) => counts).reduce(add, none);
  const failed = results.filter(([, counts]) => counts.failed > 0).map(([name]) => name);
  console.log(failed.length > 0 ? `\nfailed: ${failed.join(', ')}` : '');
  console.log(lastLine(sum));
  return sum.failed > 0 ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    for (const kill of kills.values()) kill();
    console.log(`ended by ${signal}\n${lastLine({ ...none, failed: 1 })}`);
    process.exit(1);
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  console.log(`${error instanceof Error ? error.message : String(error)}\n${lastLine({ ...none, failed: 1 })}`);
  process.exitCode = 1;
}
