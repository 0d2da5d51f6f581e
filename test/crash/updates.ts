/**
 * `npm run crash -- --update --kills 10`: the engine killed in the middle of updates, and of updates of updates.
 *
 * A third of the kills are aimed at a POST that the sandbox has just journaled, a third at updates that were just asked
 * for, the others come at any time while something is updated. In the end each stack is what the version says that was
 * taken last: nothing more and nothing less in the engine's rows and in the cloud's own journal; then all are deleted,
 * and nothing is left.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AllInOneChild } from '../support/allinone.ts';
import { Random } from '../support/random.ts';
import { repeatedIn, type StackSeen } from './check.ts';
import {
  aimed,
  beginRun,
  type CloudRun,
  deleteAll,
  faultsOf,
  foreignOf,
  ours,
  setFaults,
  settleMs,
  slowAnswers,
  touchedBy,
  unknownToDatabase,
  untilNoDebts,
} from './cloud-run.ts';
import { type Changed, Changing } from './changing.ts';
import { type Claim, countThings } from './count.ts';
import { thingsOf, updatingIn } from './database.ts';
import { count, look, say, untilSettled } from './posting.ts';
import type { Planned } from './template.ts';

const maxLifeMs = 2_500;
const justAfterMs = 80;
const pollMs = 10;
const shownFaults = 20;
const aims = ['server', 'port', 'volume'] as const;
const tries = 5;

export interface UpdatesOptions {
  readonly stacks: number;
  readonly kills: number;
  readonly seed: number;
  /** Hears of the all-in-one once it is there, to end it where the run is cut short. */
  readonly started: (child: AllInOneChild) => void;
}

interface Run extends CloudRun {
  readonly changing: Changing;
  readonly random: Random;
  readonly seed: number;
}

/** Returns the status to end with. */
export async function crashUpdates({ stacks, kills, seed, started }: UpdatesOptions): Promise<number> {
  const random = new Random(seed);
  say(`crash: seed ${seed}; starting an all-in-one for ${stacks} stacks that are updated`);
  const child = await AllInOneChild.start({ ephemeral: false });
  started(child);
  let clean = false;
  try {
    const begun = await beginRun(child);
    const changing = new Changing(begun.session, stacks, seed, random);
    const run: Run = { ...begun, changing, random, seed };
    await changing.create();
    await untilSettled(run.session, stacks, settleMs);
    const killed = await killAmidst(run, kills);
    await untilSettled(run.session, stacks, settleMs);
    await untilNoDebts(child);
    const result = await verdict(run);
    run.tail.close();
    const { extra, missing, failed, doubled, touched } = result;
    const wrong = [...failed, ...extra, ...missing, ...doubled, ...touched, ...changing.refusals];
    for (const line of wrong.slice(0, shownFaults)) say(`  ${line}`);
    if (wrong.length > shownFaults) say(`  … and ${wrong.length - shownFaults} more`);
    say(`crash: clients asked again ${changing.lostAnswers} times`);
    // A run that hit no update, or no call of one, proved nothing.
    clean = wrong.length === 0 && killed.kills === kills && killed.midUpdate === kills && killed.midCall > 0;
    const about = `kills=${killed.kills} mid_update=${killed.midUpdate} mid_call=${killed.midCall}`;
    const what = `stacks=${stacks} updates=${changing.taken}`;
    const found = `extra=${extra.length} missing=${missing.length} failed=${failed.length}`;
    say(`crash: ${about} ${what} ${found} doubled_events=${doubled.length} foreign_touched=${touched.length}`);
    return clean ? 0 : 1;
  } finally {
    if (!clean) {
      await child.stop();
      process.stderr.write(`crash: the data folder is kept: ${child.dataDir}\n`);
    } else await child.remove();
  }
}

interface Killed {
  readonly kills: number;
  /** How many of them found a stack in the middle of an update. */
  readonly midUpdate: number;
  /** How many left something in the cloud of which no row knew. */
  readonly midCall: number;
}

async function killAmidst(run: Run, kills: number): Promise<Killed> {
  const { child, session, changing, random, tail } = run;
  const share = Math.ceil(changing.stacks.length / 2);
  let [midUpdate, midCall] = [0, 0];
  for (let done = 0; done < kills; done++) {
    await setFaults(child, faultsOf(run.seed + done));
    tail.next();
    const amidst = await moment(run, done, share);
    const killedAt = Date.now();
    await child.kill();
    const unknown = await unknownToDatabase(run, killedAt);
    const updating = await updatingIn(child.dataDir);
    if (unknown.length > 0) midCall += 1;
    if (updating > 0) midUpdate += 1;
    await setFaults(child, []);
    for (const made of unknown.slice(0, 2)) await run.neighbours.imitate(made);
    await child.start();
    const { complete, inProgress } = await count(session);
    const hit = unknown.map(({ kind }) => kind).join(', ') || 'none';
    say(`  kill ${done + 1} of ${kills} amidst ${amidst}: ${updating} in an update; made, but not committed: ${hit}`);
    say(`    ${complete} stacks complete, ${inProgress} not`);
    await sleep(random.below(maxLifeMs));
  }
  await setFaults(child, slowAnswers());
  await changing.all();
  return { kills, midUpdate, midCall };
}

/** Waits for the instant of the next kill, in words; by turns right after a POST, right after requests, or any. */
async function moment(run: Run, done: number, share: number): Promise<string> {
  const { changing, random } = run;
  if (done % 3 === 0) {
    const aim = aims[(done / 3) % aims.length] ?? 'server';
    changing.begin(share, 0);
    for (let i = 0; i < tries; i++) {
      const hit = await aimed(run, aim);
      if (hit !== undefined) return hit;
      changing.begin(share, 0);
    }
  } else if (done % 3 === 1) {
    changing.begin(share, maxLifeMs);
    await sleep(random.below(maxLifeMs));
    const asked = changing.begin(2, 0);
    await sleep(random.below(justAfterMs));
    if ((await count(run.session)).inProgress > 0) return `${asked} requests`;
  } else {
    changing.begin(share, maxLifeMs / 2);
    await sleep(random.below(maxLifeMs));
  }
  for (;;) {
    const { inProgress } = await count(run.session);
    if (inProgress > 0) return `${inProgress} updates`;
    changing.begin(1, 0);
    await sleep(pollMs);
  }
}

interface Result {
  readonly extra: readonly string[];
  readonly missing: readonly string[];
  readonly failed: readonly string[];
  readonly doubled: readonly string[];
  readonly touched: readonly string[];
}

async function verdict(run: Run): Promise<Result> {
  const { changing, session, child } = run;
  const failed: string[] = [];
  const doubled: string[] = [];
  const [extra, missing]: [string[], string[]] = [[], []];
  const claims: Claim[] = [];
  for (const stack of changing.stacks) {
    const seen = await look(session, stack);
    if (seen === undefined) {
      failed.push(`${stack.name} is lost`);
      continue;
    }
    if (!/^(CREATE|UPDATE)_COMPLETE$/.test(seen.status)) failed.push(`${stack.name} is ${seen.status}: ${seen.reason}`);
    doubled.push(...repeatedIn(seen.events).map(key => `${stack.name} has twice the event ${key}`));
    if (stack.version.kind === 'servers') {
      claims.push(...claimsOf(stack.version.plan, seen, extra));
    } else {
      const wanted = [...stack.version.graph.values()].map(([path, value]) => `${path} = ${value}`);
      const there = (await thingsOf(child.dataDir, stack.id)).map(([path, value]) => `${path} = ${value}`);
      missing.push(...without(wanted, there).map(line => `${stack.name} has not ${line}`));
      extra.push(...without(there, wanted).map(line => `${stack.name} has ${line}`));
    }
  }
  const counted = countThings(claims, ours(run));
  const owners = foreignOf(run);
  const left = await deleteAll(
    run,
    changing.stacks.map(({ name }) => name),
  );
  const rows = await leftInRows(child, changing.stacks);
  return {
    extra: [...extra, ...counted.extra, ...left, ...rows],
    missing: [...missing, ...counted.missing],
    failed,
    doubled,
    touched: touchedBy(run, owners, claims),
  };
}

/** What of these lines is not among those, each as often as it is there. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return lines.filter(line => {
    const at = left.indexOf(line);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

async function leftInRows({ dataDir }: AllInOneChild, stacks: readonly Changed[]): Promise<string[]> {
  const left: string[] = [];
  for (const { name, id } of stacks)
    left.push(...(await thingsOf(dataDir, id)).map(([path]) => `${name}.${path} is left in rows after the delete`));
  return left;
}

/** What each resource of the plan says it has; what the stack has besides is `extra`. */
function claimsOf({ name: stack, template, resources: names }: Planned, seen: StackSeen, extra: string[]): Claim[] {
  const { resources } = template as { resources: Readonly<Record<string, { readonly type: string }>> };
  const foreign = seen.resources.filter(({ resource_name }) => !names.includes(resource_name));
  extra.push(...foreign.map(({ resource_name }) => `${stack} has a resource ${resource_name}`));
  const idOf = (name: string): string => {
    const found = seen.resources.find(each => each.resource_name === name);
    return /^(CREATE|UPDATE)_COMPLETE$/.test(found?.resource_status ?? '') ? (found?.physical_resource_id ?? '') : '';
  };
  return names.map(name => ({
    name: `${stack}.${name}`,
    type: resources[name]?.type ?? '',
    physicalId: idOf(name),
    ...(name.startsWith('attachment') && { server: idOf(name.replace('attachment', 'server')) }),
  }));
}
