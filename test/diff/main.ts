/**
 * `npm run diff -- [--only GLOB] [--against recorded|lab] [--record [--again]] [--out DIR]`: the same requests to real
 * Heat and to Convect, and what came back compared.
 *
 *   --against recorded   real Heat's answers as they were recorded (the default; needs no lab)
 *   --against lab        real Heat in ../shared/lab, which must be up
 *   --record             asks the lab only, and writes the recordings; of templates only what is not recorded yet,
 *                        so that it can be broken off and go on (`--again`: all)
 *   --out DIR            both recordings of each that differs (templates: of all), and all events in their order
 *
 * A scenario of a stack's life that differs is played once more by itself, and then counts as it is.
 * `--only` names a group (`lifecycle`, `templates`), a scenario, a case or a glob. Differences that are meant are in
 * known.yaml. `types` compares the attributes of each type (test/types), as it is created and as it is updated. All templates together show a matrix of functions and constraints by versions, in which a hole is a
 * failure (templates/matrix.ts).
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { AllInOneChild } from '../support/allinone.ts';
import { runMain } from '../support/main.ts';
import { Api } from './api.ts';
import type { Difference } from './compare.ts';
import { KnownDifferences, matches } from './known.ts';
import { type Played, recordable, type Subject, subjects, tidyRecordings } from './subjects.ts';
import { templateCases } from './templates/all.ts';
import { furnish } from './templates/furnish.ts';
import { matrix } from './templates/matrix.ts';

const labKeystone = 'http://127.0.0.1:5000/v3';
const demo = { user: 'demo', password: 'password', project: 'demo' };
const admin = { user: 'admin', password: 'password', project: 'admin' };
const atOnceOnHeat = 4;
const atOnceOnConvect = 16;

const write = (line: string): void => console.log(line);
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function chosen(from: readonly Subject[], only: string | undefined): Subject[] {
  const found = from.filter(({ group, name }) =>
    only === undefined ? true : [group, name, `${group}/${name}`].some(each => matches(only, each)),
  );
  const groups = [...new Set(from.map(({ group }) => group))].join(', ');
  if (found.length === 0) throw new Error(`--only ${only} matches nothing; groups: ${groups}`);
  return found;
}

/** Whom a subject asks as. */
interface Asked {
  readonly member: Api;
  readonly admin: Api;
}

async function open(keystoneUrl: string, base?: string): Promise<Asked> {
  return { member: await Api.open(keystoneUrl, demo, base), admin: await Api.open(keystoneUrl, admin, base) };
}

const apiOf = (asked: Asked, { as }: Subject): Api => asked[as ?? 'member'];

/** So many at once, each to its own stack. */
async function each(all: readonly Subject[], atOnce: number, work: (subject: Subject) => Promise<void>): Promise<void> {
  const left = [...all];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker));
}

let named = 0;
/** Of what a stack's name may have, and short, as names of nested stacks are made of it. */
function stackName({ name, group }: Subject): string {
  named += 1;
  const end = `${Date.now().toString(36)}${named.toString(36)}`;
  return group === 'lifecycle' ? `diff-${name}-${end}` : `diff-${end}`;
}

async function record(all: readonly Subject[], again: boolean, out: string | undefined): Promise<number> {
  const heat = await open(labKeystone);
  await furnish(labKeystone, demo);
  const wanted = all.filter(subject => again || subject.timed || subject.recorded() === undefined);
  let failed = 0;
  await each(wanted, atOnceOnHeat, async subject => {
    try {
      const played = await subject.play(apiOf(heat, subject), stackName(subject));
      subject.keep(played.recording);
      if (out !== undefined) save(out, subject, 'heat', played);
      write(`recorded  ${subject.name}`);
    } catch (error) {
      failed += 1;
      write(`failed    ${subject.name}: ${messageOf(error)}`);
    }
  });
  tidyRecordings();
  write(`diff: recorded ${wanted.length - failed} of ${wanted.length}; ${all.length} are chosen`);
  return failed;
}

interface Counts {
  equal: number;
  textOnly: number;
  different: number;
  known: number;
}

async function compareAll(
  all: readonly Subject[],
  convect: Asked,
  heat: Asked | undefined,
  out?: string,
): Promise<number> {
  const known = KnownDifferences.read();
  const counts: Counts = { equal: 0, textOnly: 0, different: 0, known: 0 };
  const differ = new Set<string>();
  const verdict = (subject: Subject, found: readonly Difference[]): void => {
    if (tell(subject, found, known, counts)) differ.add(subject.name);
  };
  const again: Subject[] = [];
  await each(all, heat === undefined ? atOnceOnConvect : atOnceOnHeat, async subject => {
    const found = await differences(subject, convect, heat, out);
    if (!subject.timed || found.every(difference => known.meant(subject.name, difference))) verdict(subject, found);
    else again.push(subject);
  });
  // A scenario acts in the middle of what another takes its time for: on a busy machine it may come too late.
  for (const subject of again) {
    write(`again  ${subject.name}, by itself`);
    verdict(subject, await differences(subject, convect, heat, out));
  }
  const holes = showMatrix(all, differ);
  const unmet = known.unmet(
    all.map(({ name }) => name),
    subjects.map(({ name }) => name),
  );
  for (const entry of unmet) write(`known.yaml: no longer differs: ${entry}`);
  const { equal, textOnly, different } = counts;
  write(`diff: equal ${equal} of ${all.length}, text-only ${textOnly}, different ${different}, known ${counts.known}`);
  return unmet.length + textOnly + different + holes;
}

/** Only where all cases were played can a hole be told. Returns how many there are. */
function showMatrix(all: readonly Subject[], differ: ReadonlySet<string>): number {
  const played = new Set(all.filter(({ group }) => group === 'templates').map(({ name }) => name));
  if (played.size < templateCases.length) return 0;
  const { lines, holes } = matrix(templateCases, differ);
  write(['', 'g good, b bad, d data there, ! differs from real Heat', ...lines, ''].join('\n'));
  for (const hole of holes) write(`hole: ${hole}`);
  return holes.length;
}

async function differences(
  subject: Subject,
  convect: Asked,
  heat: Asked | undefined,
  out: string | undefined,
): Promise<readonly Difference[]> {
  try {
    const [theirs, ours] = await Promise.all([
      heat === undefined
        ? { recording: recordedOf(subject), order: [] }
        : subject.play(apiOf(heat, subject), stackName(subject)),
      subject.play(apiOf(convect, subject), stackName(subject)),
    ]);
    const all = subject.compare(theirs.recording, ours.recording);
    if (out !== undefined && (all.length > 0 || !subject.timed)) {
      save(out, subject, 'heat', theirs);
      save(out, subject, 'convect', ours);
    }
    return all;
  } catch (error) {
    const convectSaid = `not played to its end: ${messageOf(error)}`;
    return [{ path: 'played', heat: 'to its end', convect: convectSaid, text: false }];
  }
}

function recordedOf(subject: Subject): object {
  const found = subject.recorded();
  if (found === undefined) throw new Error('real Heat was not asked this: --record');
  return found;
}

/** Whether it differs in what is not meant. */
function tell(subject: Subject, all: readonly Difference[], known: KnownDifferences, counts: Counts): boolean {
  const unknown = all.filter(difference => !known.meant(subject.name, difference));
  const verdict =
    all.length === 0
      ? 'equal'
      : unknown.length === 0
        ? 'known'
        : unknown.every(difference => difference.text)
          ? 'textOnly'
          : 'different';
  counts[verdict] += 1;
  // There are too many cases to tell those that are as they should be.
  if (!subject.timed && unknown.length === 0) return false;
  const lines = unknown.map(({ path, heat, convect }) => `  ${path}\n    heat:    ${heat}\n    convect: ${convect}`);
  const about = unknown.length > 0 ? ` (${subject.row})` : '';
  write([`${verdict === 'textOnly' ? 'text-only' : verdict}  ${subject.name}${about}`, ...lines].join('\n'));
  return unknown.length > 0;
}

function save(out: string, { name, asked }: Subject, who: string, { recording, order }: Played): void {
  const file = join(out, name);
  mkdirSync(dirname(file), { recursive: true });
  if (asked !== undefined) writeFileSync(`${file}.asked.json`, `${JSON.stringify(asked, null, 1)}\n`);
  writeFileSync(`${file}.${who}.json`, `${JSON.stringify(recording, null, 1)}\n`);
  if (order.length > 0) writeFileSync(`${file}.${who}.events`, `${order.join('\n')}\n`);
}

/** A type may be newer than the lab's last run: it is told of, and compared when it is recorded. */
function recordedOnes(all: readonly Subject[]): Subject[] {
  const missing = all.filter(subject => subject.group === 'types' && subject.recorded() === undefined);
  for (const { name } of missing) write(`not recorded  ${name}`);
  const left = all.filter(subject => !missing.includes(subject));
  if (left.length === 0) throw new Error('real Heat was asked none of this: --record');
  return left;
}

let running: AllInOneChild | undefined;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      against: { type: 'string', default: 'recorded' },
      record: { type: 'boolean', default: false },
      again: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const { only, against } = values;
  if (against !== 'recorded' && against !== 'lab') throw new Error(`--against ${against}: it is recorded or lab`);
  if (values.record) return record(chosen(recordable, only), values.again, values.out);
  const all = against === 'lab' ? chosen(subjects, only) : recordedOnes(chosen(subjects, only));
  running = await AllInOneChild.start({ ephemeral: true });
  try {
    const base = `http://127.0.0.1:${running.portBase + 4}/v1`;
    const convect = await open(running.keystoneUrl, base);
    await furnish(running.keystoneUrl, demo);
    if (against === 'lab') await furnish(labKeystone, demo);
    const heat = against === 'lab' ? await open(labKeystone) : undefined;
    return await compareAll(all, convect, heat, values.out);
  } finally {
    await running.remove();
    running = undefined;
  }
}

await runMain({ name: 'diff', main: async () => ((await main()) > 0 ? 1 : 0), end: async () => running?.remove() });
