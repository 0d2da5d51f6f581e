/**
 * `npm run bench -- [--only CASE] [--against sandbox|lab] [--engines N,…] [--rounds N] [--json FILE]`: how fast stacks come and go, through the API of an all-in-one that
 * is a process of its own and keeps what it writes (real flushes to disk), each beside the floor (floor.ts) that the
 * same database sets in the same round. Rounds of different stacks alternate, so that a noisy minute hits all alike;
 * medians count. A first round of each, on a server that has just started, is shown apart as `cold`.
 *
 * Cases: cases.ts, language.ts, `servers-…` (servers.ts; on the lab beside real Heat) and `table` (heat-table.ts). Only if asked for,
 * since they take minutes: `fairness` (fairness.ts), and with `--engines` or by their names those of cluster-cases.ts,
 * on clusters of so many engines, in turns (default 1,3). Last line: `bench: N cases`. The status is not 0 where a
 * stack fails, a case takes more commits or more CPU than it may, or nothing was measured.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbedded } from '../../engine/store/embedded.ts';
import { AllInOneChild, postmasters } from '../support/allinone.ts';
import type { TestCluster } from '../support/cluster.ts';
import { runMain } from '../support/main.ts';
import { type Case, cases, type Stack } from './cases.ts';
import { type ClusterCase, clusterCases } from './cluster-cases.ts';
import { clusterFigures, clusterTables, ratioFault, ratioLine, ratiosOf } from './cluster-table.ts';
import { measureClusters } from './clusters.ts';
import { fairness, fairnessFault, fairnessFigures, fairnessTable, measureFairness } from './fairness.ts';
import { Floor } from './floor.ts';
import { heatScript, heatTable } from './heat-table.ts';
import { type LanguageCase, languageCases, measureLanguage } from './language.ts';
import { type Figures, fault, figuresOf, type Result, tableOf } from './report.ts';
import { type Round, round, type Site } from './rounds.ts';
import { onSandbox, type ServersCase, serversCases } from './servers.ts';
import { onLab } from './servers-lab.ts';
import { serversFault, serversFigures, tablesOf } from './servers-table.ts';
import { cpuSeconds, rssMib } from './usage.ts';

const say = (line: string): void => console.log(line);

interface Options {
  readonly only: string | undefined;
  readonly against: 'sandbox' | 'lab';
  readonly json: string | undefined;
  /** Clusters of so many engines; undefined: not said. */
  readonly engines: readonly number[] | undefined;
  /** On clusters; undefined: as many as the case has. */
  readonly rounds: number | undefined;
}

interface Chosen {
  readonly cases: readonly Case[];
  readonly servers: readonly ServersCase[];
  /** What templates cost before anything is made of them. */
  readonly language: readonly LanguageCase[];
  /** The script of the table; undefined: not asked for, or not there. */
  readonly script: string | undefined;
  /** Asked for by its name: it takes minutes. */
  readonly fairness: boolean;
  /** By their names or with --engines. */
  readonly clusters: readonly ClusterCase[];
}

interface Measured {
  readonly figures: readonly Figures[];
  readonly faults: readonly string[];
}

function options(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { only: text, against: { ...text, default: 'sandbox' }, json: text, engines: text, rounds: text },
  });
  const { only, against, json } = values;
  if (against !== 'sandbox' && against !== 'lab') throw new Error(`--against ${against}: it is sandbox or lab`);
  return {
    only,
    against,
    json,
    engines: values.engines?.split(',').map(each => counted('--engines', each, 9)),
    rounds: values.rounds === undefined ? undefined : counted('--rounds', values.rounds, 100),
  };
}

function counted(option: string, text: string, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= most) return number;
  throw new Error(`${option} ${text}: it is a whole number, 1 to ${most}`);
}

/** Only servers are measured against the lab; there all that are asked for. */
function chosen({ only, against, engines, rounds }: Options): Chosen {
  const onSandbox = against === 'sandbox';
  const onCluster = onSandbox && (engines !== undefined || clusterCases.some(({ name }) => name === only));
  if (!onCluster && (engines ?? rounds) !== undefined) {
    throw new Error('--engines and --rounds are for cases on clusters, which are not measured on the lab');
  }
  const alone = onSandbox && !onCluster;
  const script = alone && (only === undefined || only === 'table') ? heatScript() : undefined;
  if (alone && only === 'table' && script === undefined) {
    throw new Error('table: ../shared/lab/bench_heat.py is not there; it must stand beside this repo');
  }
  const asked = <T extends { readonly name: string }>(all: readonly T[], isThere: boolean): readonly T[] =>
    isThere ? all.filter(({ name }) => only === undefined || only === name) : [];
  const picked: Chosen = {
    cases: asked(cases, alone),
    servers: asked(serversCases, !onCluster),
    language: asked(languageCases, alone),
    script,
    fairness: alone && only === fairness.name,
    clusters: asked(clusterCases, onCluster),
  };
  const { fairness: isFairness, script: _, ...lists } = picked;
  if (script === undefined && !isFairness && Object.values(lists).every(list => list.length === 0)) {
    throw new Error(`--only ${only} matches nothing; ${namesThere(onCluster, onSandbox)}`);
  }
  return picked;
}

function namesThere(onCluster: boolean, onSandbox: boolean): string {
  const names = (all: readonly { readonly name: string }[]): string => all.map(({ name }) => name).join(', ');
  if (onCluster) return `on clusters there are ${names(clusterCases)}`;
  if (!onSandbox) return `against the lab there are ${names(serversCases)}`;
  return `there are ${names([...cases, ...languageCases, ...serversCases, { name: 'table' }, fairness, ...clusterCases])}`;
}

/** All rounds of the stacks that the cases need, one of each in turn; the first of each is the cold one. */
async function play(site: Site, stacks: readonly Stack[]): Promise<ReadonlyMap<Stack, readonly Round[]>> {
  const rounds = new Map<Stack, Round[]>(stacks.map(stack => [stack, []]));
  const most = Math.max(...stacks.map(stack => stack.rounds));
  for (let n = 0; n <= most + 1; n++) {
    for (const [stack, done] of rounds) {
      if (n > stack.rounds + 1) continue;
      const warmUp = n === 1;
      const played = await round(site, `bench-${stack.name}-${n}`, stack);
      if (!warmUp) done.push(played);
    }
  }
  return rounds;
}

async function measure(child: AllInOneChild, picked: readonly Case[]): Promise<readonly Result[]> {
  const { pid } = child;
  const [postmaster] = postmasters(child.dataDir);
  if (pid === undefined || postmaster === undefined) throw new Error('the all-in-one is not up');
  const database = await startEmbedded({ dataDir: join(child.dataDir, 'postgres') });
  const floor = await Floor.open(database.url);
  try {
    const cpu = (): number => cpuSeconds(pid) + cpuSeconds(postmaster, true);
    const site: Site = { session: await child.logIn(), floor, cpu };
    const rounds = await play(site, [...new Set(picked.map(({ stack }) => stack))]);
    return picked.map(of => {
      const played = (rounds.get(of.stack) ?? []).map(each => each.get(of.part));
      const [cold, ...samples] = played.filter(sample => sample !== undefined);
      if (cold === undefined || samples.length === 0) throw new Error(`${of.name}: nothing was measured`);
      return { of, samples, cold, rssMib: rssMib(pid) };
    });
  } finally {
    await floor.close();
  }
}

/** What needs an all-in-one alone. */
async function measureStacks({ cases: picked, script }: Chosen): Promise<Measured> {
  if (picked.length === 0 && script === undefined) return { figures: [], faults: [] };
  for (const { name, about } of picked) say(`${name}: ${about}`);
  child = await AllInOneChild.start({ ephemeral: false });
  const figures: Figures[] = [];
  const faults: string[] = [];
  try {
    if (picked.length > 0) {
      const results = await measure(child, picked);
      say(`\n${tableOf(results)}\n`);
      figures.push(...results.map(figuresOf));
      faults.push(...results.map(fault).filter(why => why !== undefined));
    }
    if (script !== undefined) {
      say('table: ../shared/lab/bench_heat.py, which takes some minutes');
      const { table, figures: more } = await heatTable(child, script);
      say(`\n${table}`);
      figures.push(...more);
    }
  } finally {
    await child.remove();
  }
  return { figures, faults };
}

async function measureServers(picked: readonly ServersCase[], against: Options['against']): Promise<Measured> {
  const figures: Figures[] = [];
  const faults: string[] = [];
  const started = (its: AllInOneChild): void => {
    child = its;
  };
  for (const of of picked) {
    say(`${of.name}: ${of.about}, on the ${against}`);
    const lives = against === 'lab' ? await onLab(of, say, started) : [await onSandbox(of, started)];
    say(`\n${tablesOf(lives)}\n`);
    const [own] = lives;
    if (own === undefined) continue;
    figures.push(...serversFigures(of, own));
    const why = against === 'sandbox' ? serversFault(of, own) : undefined;
    if (why !== undefined) faults.push(why);
  }
  return { figures, faults };
}

async function languageOf({ language }: Chosen): Promise<Measured> {
  const figures: Figures[] = [];
  const faults: string[] = [];
  for (const of of language) {
    say(`${of.name}: ${of.about}`);
    const measured = await measureLanguage(of, its => {
      child = its;
    });
    say(`\n${measured.lines.join('\n')}\n`);
    figures.push(...measured.figures);
    if (measured.fault !== undefined) faults.push(measured.fault);
  }
  return { figures, faults };
}

async function fairnessOf({ fairness: isAsked }: Chosen): Promise<Measured> {
  if (!isAsked) return { figures: [], faults: [] };
  say(`${fairness.name}: ${fairness.about}`);
  const all = await measureFairness(its => {
    clusters.push(its);
  });
  say(`\n${fairnessTable(all)}\n`);
  const why = fairnessFault(all);
  return { figures: fairnessFigures(all), faults: why === undefined ? [] : [why] };
}

async function clustersOf({ clusters: picked }: Chosen, { engines = [1, 3], rounds }: Options): Promise<Measured> {
  if (picked.length === 0) return { figures: [], faults: [] };
  for (const { name, about } of picked) say(`${name}: ${about}`);
  const started = (its: TestCluster): void => void clusters.push(its);
  const results = await measureClusters(picked, { engines, rounds, say, started });
  for (const of of picked) say(`\n${of.name}\n\n${clusterTables(results.filter(result => result.of === of))}`);
  const ratios = ratiosOf(results);
  say(`\n${ratios.map(ratio => `${ratioLine(ratio)}\n`).join('')}`);
  const faults = ratios.map(ratioFault).filter(why => why !== undefined);
  return { figures: results.flatMap(clusterFigures), faults };
}

async function main(asked: Options): Promise<number> {
  const picked = chosen(asked);
  const parts = [
    await measureStacks(picked),
    await languageOf(picked),
    await measureServers(picked.servers, asked.against),
    await fairnessOf(picked),
    await clustersOf(picked, asked),
  ];
  const figures = parts.flatMap(part => part.figures);
  const faults = parts.flatMap(part => part.faults);
  if (asked.json !== undefined) writeFileSync(asked.json, `${JSON.stringify({ cases: figures }, null, 2)}\n`);
  if (faults.length > 0) throw new Error(faults.join('; '));
  say(`bench: ${figures.length} cases`);
  return 0;
}

let child: AllInOneChild | undefined;
const clusters: TestCluster[] = [];

await runMain({
  name: 'bench',
  main: () => main(options()),
  end: async () => Promise.allSettled([child?.remove(), ...clusters.map(cluster => cluster.stop())]),
});
