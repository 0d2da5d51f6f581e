/**
 * `npm run chaos -- --kills 200 [--seed S] [--stacks 100] [--only KIND]`: a cluster on this machine (3 engines, 2
 * gateways, etcd, PostgreSQL, sandbox cloud), 100 stacks of 20 resources under way all the time, its processes killed
 * and stopped at seeded instants, every kind equally often.
 *
 * Last line: `chaos: kills=200 stacks=… lost=0 orphans=0 duplicates=0 engine_failed=0 resume_p50=…s resume_max=…s
 * ttl=5s`. `lost`: accepted, and without an end. `orphans`: things of ours in the cloud that no stack claims, or that
 * the deletes left. `duplicates`: events that came twice, things that two resources claim. `engine_failed`: stacks
 * that failed, although the cloud refused nothing. `resume`: from the end of an engine (or the return of the database)
 * to the first commit of whoever goes on. The status is 0 only if the counts are 0, `resume_max` is at most the TTL
 * and a second, and all kills hit.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { watchDirectory } from '../../engine/placement/etcd/view.ts';
import { limits } from '../../engine/kernel/limits.ts';
import { say } from '../crash/posting.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Random } from '../support/random.ts';
import { runMain } from '../support/main.ts';
import { kinds, owned, type Scene } from './kinds.ts';
import { Load } from './load.ts';
import { Rows } from './resume.ts';
import { leftOver, thingsBefore, verdict } from './verdict.ts';

const beginMs = 20_000;
const warmMs = 15_000;
const pauseMs = 2_000;

interface Options {
  readonly kills: number;
  readonly seed: number;
  readonly stacks: number;
  readonly only: string | undefined;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
      stacks: { type: 'string', default: '100' },
      only: { type: 'string' },
    },
  });
  const [kills, seed, stacks] = [Number(values.kills), Number(values.seed), Number(values.stacks)];
  if (![kills, stacks].every(n => Number.isInteger(n) && n >= 1)) throw new Error('--kills and --stacks are 1 or more');
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed is 0 or more');
  if (values.only !== undefined && !Object.hasOwn(kinds, values.only)) {
    throw new Error(`--only ${values.only}: there are ${Object.keys(kinds).join(', ')}`);
  }
  return { kills, seed, stacks, only: values.only };
}

async function main({ kills, seed, stacks, only }: Options): Promise<number> {
  const random = new Random(seed);
  say(`chaos: seed ${seed}; starting a cluster`);
  const dataDir = mkdtempSync(join(tmpdir(), 'convect-chaos-'));
  chmodSync(dataDir, 0o711); // PostgreSQL's own user must pass through
  cluster = await startCluster({ engines: 3, gateways: 2, dataDir });
  const log = { write: () => undefined };
  const directory = await watchDirectory({ hosts: [cluster.etcd.host], log });
  let status = 1;
  try {
    const before = thingsBefore(cluster);
    const load = new Load(await cluster.logIn(), random);
    load.begin(stacks, beginMs);
    await sleep(warmMs);
    const scene = { cluster, directory, rows: new Rows(cluster.database.url), random };
    const killed = await killAll(scene, load, order(kills, random, only));
    await load.finish();
    const judged = await verdict(cluster, load, before);
    await load.removeKept();
    const left = await leftOver(cluster, before);
    status = report(killed, load, [...judged.orphans, ...left], judged.duplicates);
  } finally {
    await directory.stop();
    await cluster.stop();
    cluster = undefined;
    if (status === 0) rmSync(dataDir, { recursive: true, force: true });
    else process.stderr.write(`chaos: logs and data are kept: ${dataDir}\n`);
  }
  return status;
}

/** Every kind equally often, in a seeded order. */
function order(kills: number, random: Random, only: string | undefined): readonly string[] {
  const names = only === undefined ? Object.keys(kinds) : [only];
  const all = Array.from({ length: kills }, (_, n) => names[n % names.length] ?? '');
  return all
    .map(name => ({ name, at: random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name);
}

interface Killed {
  readonly kills: number;
  readonly wanted: number;
  readonly resumes: readonly number[];
  readonly wrong: readonly string[];
}

async function killAll(scene: Scene, load: Load, names: readonly string[]): Promise<Killed> {
  const resumes: number[] = [];
  const wrong: string[] = [];
  const times = new Map<string, number[]>();
  let kills = 0;
  for (const name of names) {
    await sleep(scene.random.below(pauseMs));
    const busy = `${load.inProgress} stacks (shards ${owned(scene)})`;
    const hit = await kinds[name]?.(scene);
    if (hit === undefined) continue;
    kills += 1;
    if (hit.resume !== undefined) resumes.push(hit.resume);
    if (hit.wrong !== undefined) wrong.push(`${name}: ${hit.wrong}`);
    times.set(name, [...(times.get(name) ?? []), ...(hit.resume === undefined ? [] : [hit.resume])]);
    const { stacks, complete, deleted } = load.tally;
    const out = hit.gone === undefined ? '' : ` (out of the directory after ${seconds(hit.gone)} s)`;
    const went = hit.resume === undefined ? '' : `, gone on after ${seconds(hit.resume)} s${out}`;
    say(
      `  kill ${kills} of ${names.length}: ${name} (${hit.victim}) amidst ${busy}${went}${hit.wrong ? `; ${hit.wrong}` : ''}`,
    );
    say(`    ${stacks} stacks accepted, ${complete} complete, ${deleted} deleted again`);
  }
  for (const [name, list] of times) {
    const max = list.length === 0 ? '-' : seconds(Math.max(...list));
    say(`  ${name.padEnd(20)} ${String(names.filter(each => each === name).length).padStart(4)}   resume_max ${max}`);
  }
  return { kills, wanted: names.length, resumes, wrong };
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(2);

function report(killed: Killed, load: Load, orphans: readonly string[], doubles: readonly string[]): number {
  const { stacks, lost, failed, doubled } = load.tally;
  const { kills, wanted, resumes, wrong } = killed;
  for (const line of [...orphans, ...doubles, ...wrong].slice(0, 30)) say(`  ${line}`);
  const sorted = [...resumes].sort((a, b) => a - b);
  const [p50 = 0, max = 0] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
  const duplicates = doubled.length + doubles.length;
  const sound = lost.length + failed.length + orphans.length + duplicates + wrong.length === 0;
  const resumed = `resume_p50=${seconds(p50)}s resume_max=${seconds(max)}s ttl=${limits.leaseTtlMs / 1_000}s`;
  const counts = `lost=${lost.length} orphans=${orphans.length} duplicates=${duplicates} engine_failed=${failed.length}`;
  say(`chaos: kills=${kills} stacks=${stacks} ${counts} ${resumed}`);
  return sound && kills === wanted && stacks > 0 && max <= limits.leaseTtlMs + 1_000 ? 0 : 1;
}

let cluster: TestCluster | undefined;

await runMain({ name: 'chaos', main: () => main(options()), end: async () => cluster?.stop() });
