/**
 * `npm run diff -- [--only GLOB] [--against recorded|lab] [--record] [--out DIR]`: the same requests to real Heat and to
 * Convect, and what came back compared.
 *
 *   --against recorded   real Heat's answers as they were recorded (the default; needs no lab)
 *   --against lab        real Heat in ../shared/lab, which must be up
 *   --record             plays to the lab only, and writes the recordings
 *   --out DIR            both recordings of each scenario that differs, and all events in their order
 *
 * A scenario that differs is played once more by itself, and then counts as it is.
 * `--only` names a group (`lifecycle`), a scenario or a glob. Differences that are meant are in known.yaml.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { AllInOneChild } from '../support/allinone.ts';
import { runMain } from '../support/main.ts';
import { Api } from './api.ts';
import { compare, type Difference } from './compare.ts';
import { KnownDifferences, matches } from './known.ts';
import { lifecycle } from './lifecycle.ts';
import { type Played, play } from './play.ts';
import type { Recording } from './recording.ts';
import type { Scenario } from './scenario.ts';

const labKeystone = 'http://127.0.0.1:5000/v3';
const demo = { user: 'demo', password: 'password', project: 'demo' };
const atOnceOnHeat = 4;
const atOnceOnConvect = 16;

const groups: ReadonlyMap<string, readonly Scenario[]> = new Map([['lifecycle', lifecycle]]);

interface Job {
  readonly group: string;
  readonly scenario: Scenario;
}

/** Somebody else's words, so they are among the fixtures. */
const recorded = 'test/fixtures/recorded';
const fileOf = ({ group, scenario }: Job): string => join(recorded, group, `${scenario.name}.json`);
const write = (line: string): void => console.log(line);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function chosen(only: string | undefined): Job[] {
  const all = [...groups].flatMap(([group, list]) => list.map(scenario => ({ group, scenario })));
  const jobs = all.filter(({ group, scenario: { name } }) =>
    only === undefined ? true : [group, name, `${group}/${name}`].some(each => matches(only, each)),
  );
  if (jobs.length === 0) throw new Error(`--only ${only} matches nothing; groups: ${[...groups.keys()].join(', ')}`);
  return jobs;
}

/** So many at once, each to its own stack. */
async function each(jobs: readonly Job[], atOnce: number, work: (job: Job) => Promise<void>): Promise<void> {
  const left = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker));
}

const stackName = (scenario: Scenario): string => `diff-${scenario.name}-${Date.now().toString(36)}`;

async function record(jobs: readonly Job[], out: string | undefined): Promise<number> {
  const heat = await Api.open(labKeystone, demo);
  let failed = 0;
  await each(jobs, atOnceOnHeat, async job => {
    try {
      const played = await play(job.scenario, heat, stackName(job.scenario));
      mkdirSync(join(recorded, job.group), { recursive: true });
      writeFileSync(fileOf(job), asFile(played.recording));
      if (out !== undefined) save(out, job.scenario.name, 'heat', played);
      write(`recorded  ${job.scenario.name}`);
    } catch (error) {
      failed += 1;
      write(`failed    ${job.scenario.name}: ${messageOf(error)}`);
    }
  });
  write(`diff: recorded ${jobs.length - failed} of ${jobs.length}`);
  return failed;
}

interface Counts {
  equal: number;
  textOnly: number;
  different: number;
  known: number;
}

async function compareAll(jobs: readonly Job[], convect: Api, heat: Api | undefined, out?: string): Promise<number> {
  const known = KnownDifferences.read();
  const counts: Counts = { equal: 0, textOnly: 0, different: 0, known: 0 };
  const differences = async (job: Job): Promise<readonly Difference[]> => {
    const { scenario } = job;
    try {
      const [theirs, ours] = await Promise.all([
        heat === undefined
          ? { recording: JSON.parse(readFileSync(fileOf(job), 'utf8')) as Recording, order: [] }
          : play(scenario, heat, stackName(scenario)),
        play(scenario, convect, stackName(scenario)),
      ]);
      const all = compare(theirs.recording, ours.recording);
      if (out !== undefined && all.length > 0) {
        save(out, scenario.name, 'heat', theirs);
        save(out, scenario.name, 'convect', ours);
      }
      return all;
    } catch (error) {
      const convect = `not played to its end: ${messageOf(error)}`;
      return [{ path: 'played', heat: 'to its end', convect, text: false }];
    }
  };
  const again: Job[] = [];
  await each(jobs, heat === undefined ? atOnceOnConvect : atOnceOnHeat, async job => {
    const all = await differences(job);
    if (all.every(difference => known.meant(job.scenario.name, difference))) tell(job.scenario, all, known, counts);
    else again.push(job);
  });
  // A scenario acts in the middle of what another takes its time for: on a busy machine it may come too late.
  for (const job of again) {
    write(`again  ${job.scenario.name}, by itself`);
    tell(job.scenario, await differences(job), known, counts);
  }
  const unmet = known.unmet(jobs.map(job => job.scenario.name));
  for (const entry of unmet) write(`known.yaml: no longer differs: ${entry}`);
  const { equal, textOnly, different } = counts;
  write(`diff: equal ${equal} of ${jobs.length}, text-only ${textOnly}, different ${different}, known ${counts.known}`);
  return unmet.length + textOnly + different;
}

function tell(scenario: Scenario, all: readonly Difference[], known: KnownDifferences, counts: Counts): void {
  const unknown = all.filter(difference => !known.meant(scenario.name, difference));
  const verdict =
    all.length === 0
      ? 'equal'
      : unknown.length === 0
        ? 'known'
        : unknown.every(difference => difference.text)
          ? 'textOnly'
          : 'different';
  counts[verdict] += 1;
  const lines = unknown.map(({ path, heat, convect }) => `  ${path}\n    heat:    ${heat}\n    convect: ${convect}`);
  const about = unknown.length > 0 ? ` (${scenario.row})` : '';
  write([`${verdict === 'textOnly' ? 'text-only' : verdict}  ${scenario.name}${about}`, ...lines].join('\n'));
}

const asFile = (recording: Recording): string => `${JSON.stringify(recording, null, 1)}\n`;

function save(out: string, name: string, who: string, { recording, order }: Played): void {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, `${name}.${who}.json`), asFile(recording));
  if (order.length > 0) writeFileSync(join(out, `${name}.${who}.events`), `${order.join('\n')}\n`);
}

let running: AllInOneChild | undefined;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      against: { type: 'string', default: 'recorded' },
      record: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const { only, against } = values;
  if (against !== 'recorded' && against !== 'lab') throw new Error(`--against ${against}: it is recorded or lab`);
  const jobs = chosen(only);
  if (values.record) return record(jobs, values.out);
  running = await AllInOneChild.start({ ephemeral: true });
  try {
    const base = `http://127.0.0.1:${running.portBase + 4}/v1`;
    const convect = await Api.open(running.keystoneUrl, demo, base);
    const heat = against === 'lab' ? await Api.open(labKeystone, demo) : undefined;
    return await compareAll(jobs, convect, heat, values.out);
  } finally {
    await running.remove();
    running = undefined;
  }
}

await runMain({ name: 'diff', main: async () => ((await main()) > 0 ? 1 : 0), end: async () => running?.remove() });
