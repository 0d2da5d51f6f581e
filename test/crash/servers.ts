/**
 * `npm run crash -- --servers 50 --kills 10`: the engine killed while it makes servers, ports and volumes.
 *
 * Half of the kills are aimed: the sandbox has journaled a POST of ours, and within milliseconds the engine is dead,
 * before it could commit the answer (which the sandbox holds back for a while, as clouds do). Whether a kill hit such a
 * moment is then read from the database: `mid_call`. Meanwhile some requests land only seconds after their connection
 * was cut, and neighbours put things beside ours that are called the same.
 *
 * In the end, when no create can land any more (`debts` is empty), the cloud's own journal is counted: what nobody
 * claims is `extra`, what is claimed and not there is `missing`; then all stacks are deleted, and what is left of ours
 * is `extra` too. `foreign_touched`: requests of ours upon neighbours' things.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { Random } from '../support/random.ts';
import { judge } from './check.ts';
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
import type { Made } from './cloud-state.ts';
import { type Claim, type Counted, countThings } from './count.ts';
import { count, look, Posting, say, untilSettled } from './posting.ts';
import { planServers } from './server-template.ts';
import type { Planned } from './template.ts';

const maxLifeMs = 2_000;
const shownFaults = 20;
const aims = ['server', 'port', 'volume', 'server', 'network'] as const;

export interface ServersOptions {
  readonly servers: number;
  readonly kills: number;
  readonly seed: number;
  /** Hears of the all-in-one once it is there, to end it where the run is cut short. */
  readonly started: (child: AllInOneChild) => void;
}

interface Run extends CloudRun {
  readonly plans: readonly Planned[];
  readonly random: Random;
  readonly seed: number;
}

/** Returns the status to end with. */
export async function crashServers({ servers, kills, seed, started }: ServersOptions): Promise<number> {
  const random = new Random(seed);
  const plans = planServers(servers, random);
  say(`crash: seed ${seed}; starting an all-in-one for ${plans.length} stacks with ${servers} servers`);
  const child = await AllInOneChild.start({ ephemeral: false });
  started(child);
  let clean = false;
  try {
    const run: Run = { ...(await beginRun(child)), plans, random, seed };
    const killed = await killAmidst(run, kills);
    await untilSettled(run.session, plans.length, settleMs);
    await untilNoDebts(child);
    const result = await verdict(run);
    run.tail.close();
    // A run that hit no call, or had no neighbours, proved nothing.
    const hit = killed.midCall >= Math.ceil(kills / 2) && result.foreign > 0;
    clean = hit && result.sound && killed.kills === kills && result.servers === servers;
    say(lastLine(killed, result));
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
  readonly midCall: number;
}

async function killAmidst(run: Run, kills: number): Promise<Killed> {
  const { child, session, plans, random, tail } = run;
  const posting = new Posting(session, plans, random);
  const share = Math.max(1, Math.floor(plans.length / (kills + 1)));
  let midCall = 0;
  let done = 0;
  for (; done < kills; done++) {
    await setFaults(child, faultsOf(run.seed + done));
    tail.next();
    const aim = done % 2 === 0 ? aims[(done / 2) % aims.length] : undefined;
    posting.begin(share, aim === undefined ? maxLifeMs / 2 : 0);
    const amidst = aim === undefined ? await someTime(posting, random) : await amidstPost(run, posting, aim);
    if (amidst === undefined) {
      say('  nothing is left that a kill could hit: more servers are needed for so many kills');
      break;
    }
    const killedAt = Date.now();
    await child.kill();
    const unknown = await unknownToDatabase(run, killedAt);
    if (unknown.length > 0) midCall += 1;
    await setFaults(child, []);
    for (const made of unknown.slice(0, 2)) await run.neighbours.imitate(made);
    await child.start();
    const { complete, inProgress } = await count(session);
    const hit = unknown.map(({ kind }) => kind).join(', ') || 'none';
    say(`  kill ${done + 1} of ${kills} amidst ${amidst}; made, but not committed: ${hit}`);
    say(`    ${complete} stacks complete, ${inProgress} not`);
  }
  await setFaults(child, slowAnswers());
  posting.begin(plans.length, maxLifeMs / 2);
  for (const { plan, refused } of await posting.all()) if (refused !== undefined) say(`  ${plan.name}: ${refused}`);
  return { kills: done, midCall };
}

async function someTime(posting: Posting, random: Random): Promise<string | undefined> {
  await sleep(random.below(maxLifeMs));
  return posting.untilBusy();
}

/** Right after a POST of ours of this kind; stacks are posted until there is one. */
async function amidstPost(run: Run, posting: Posting, aim: Made['kind']): Promise<string | undefined> {
  for (;;) {
    const hit = await aimed(run, aim);
    if (hit !== undefined) return hit;
    if (posting.begin(1, 0) === 0) return posting.untilBusy();
  }
}

interface Result extends Counted {
  readonly servers: number;
  readonly foreign: number;
  readonly touched: readonly string[];
  /** Nothing else was wrong either. */
  readonly sound: boolean;
}

async function verdict(run: Run): Promise<Result> {
  const faults: string[] = [];
  const claims: Claim[] = [];
  for (const plan of run.plans) claims.push(...(await claimsOf(run.session, plan, faults)));
  const counted = countThings(claims, ours(run));
  const servers = ours(run).filter(({ kind }) => kind === 'server').length;
  const left = await deleteAll(
    run,
    run.plans.map(({ name }) => name),
  );
  const owners = foreignOf(run);
  const touched = touchedBy(run, owners, claims);
  const extra = [...counted.extra, ...left];
  const all = [...faults, ...extra, ...counted.missing, ...touched];
  for (const line of all.slice(0, shownFaults)) say(`  ${line}`);
  if (all.length > shownFaults) say(`  … and ${all.length - shownFaults} more`);
  return { servers, foreign: owners.size, extra, missing: counted.missing, touched, sound: all.length === 0 };
}

async function claimsOf(session: Session, plan: Planned, faults: string[]): Promise<Claim[]> {
  const seen = await look(session, plan);
  const { lost, faults: wrong, doubled } = judge(plan, seen);
  faults.push(...(lost ? [`${plan.name} is lost`] : []), ...wrong.map(line => `${plan.name}: ${line}`));
  faults.push(...doubled.map(key => `${plan.name} has twice the event ${key}`));
  const { resources } = plan.template as { resources: Readonly<Record<string, { readonly type: string }>> };
  const idOf = (name: string): string => {
    const found = seen?.resources.find(each => each.resource_name === name);
    return found?.resource_status === 'CREATE_COMPLETE' ? (found.physical_resource_id ?? '') : '';
  };
  return plan.resources.map(name => ({
    name: `${plan.name}.${name}`,
    type: resources[name]?.type ?? '',
    physicalId: idOf(name),
    ...(name.startsWith('attachment') && { server: idOf(name.replace('attachment', 'server')) }),
  }));
}

function lastLine({ kills, midCall }: Killed, result: Result): string {
  const { servers, extra, missing, foreign, touched } = result;
  const found = `extra=${extra.length} missing=${missing.length}`;
  const others = `foreign=${foreign} foreign_touched=${touched.length}`;
  return `crash: kills=${kills} mid_call=${midCall} servers=${servers} ${found} ${others}`;
}
