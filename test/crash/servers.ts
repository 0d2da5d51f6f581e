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
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { Journal } from '../cloud/journal.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { Random } from '../support/random.ts';
import { judge } from './check.ts';
import { type Made, madeBy, type Thing, thingsIn, touches } from './cloud-state.ts';
import { type Claim, type Counted, countThings } from './count.ts';
import { debtsIn, knownOf } from './database.ts';
import { JournalTail } from './journal-tail.ts';
import { Neighbours, ownerOf } from './neighbours.ts';
import { count, look, Posting, say, untilSettled } from './posting.ts';
import { planServers } from './server-template.ts';
import type { Planned } from './template.ts';

const maxLifeMs = 2_000;
const aimMs = 10_000;
/** How long the database may still work on what a dead engine sent. */
const lastWordsMs = 300;
/** A create that nobody saw land is waited for until it can land no more: two minutes; and then another is tried. */
const settleMs = 400_000;
const debtsMs = 300_000;
const pollMs = 500;
const shownFaults = 20;
/** How long the sandbox holds an answer back. */
const answerMs = 150;
/** A kill hit a call if the sandbox journaled it no longer ago: older ones that nobody knows of landed late. */
const midCallMs = answerMs + 50;
const lateMs = 2_000;
const lateRate = 0.05;
const services = ['compute', 'network', 'volumev3'] as const;
const aims = ['server', 'port', 'volume', 'server', 'network'] as const;

export interface ServersOptions {
  readonly servers: number;
  readonly kills: number;
  readonly seed: number;
  /** Hears of the all-in-one once it is there, to end it where the run is cut short. */
  readonly started: (child: AllInOneChild) => void;
}

interface Run {
  readonly child: AllInOneChild;
  readonly session: Session;
  readonly plans: readonly Planned[];
  readonly random: Random;
  readonly seed: number;
  readonly neighbours: Neighbours;
  /** Whose stacks they are. */
  readonly us: { readonly user: string; readonly project: string };
  readonly tail: JournalTail;
  /** What was there before the first stack. */
  readonly before: ReadonlySet<string>;
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
    const session = await child.logIn();
    const us = await ownerOf(child, session);
    const neighbours = await Neighbours.moveIn(child, session);
    const before = new Set(thingsIn(journal(child)).map(({ id }) => id));
    const tail = new JournalTail(journalPath(child));
    const run: Run = { child, session, plans, random, seed, neighbours, us, tail, before };
    const killed = await killAmidst(run, kills);
    await untilSettled(session, plans.length, settleMs);
    await untilNoDebts(child);
    const result = await verdict(run);
    tail.close();
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

const journalPath = ({ dataDir }: AllInOneChild): string => join(dataDir, 'cloud', 'journal');
const journal = (child: AllInOneChild) => Journal.read(journalPath(child));

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
    const amidst = aim === undefined ? await someTime(posting, random) : await aimed(run, posting, aim);
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
  await setFaults(child, services.map(latency));
  posting.begin(plans.length, maxLifeMs / 2);
  for (const { plan, refused } of await posting.all()) if (refused !== undefined) say(`  ${plan.name}: ${refused}`);
  return { kills: done, midCall };
}

async function someTime(posting: Posting, random: Random): Promise<string | undefined> {
  await sleep(random.below(maxLifeMs));
  return posting.untilBusy();
}

/** Returns right after the sandbox journaled a POST of ours of this kind; stacks are posted until there is one. */
async function aimed({ tail, us }: Run, posting: Posting, aim: Made['kind']): Promise<string | undefined> {
  for (;;) {
    const entry = await tail.until(each => {
      const made = madeBy(each);
      return made?.kind === aim && made.user === us.user;
    }, aimMs);
    if (entry !== undefined) return `the POST of a ${aim}`;
    if (posting.begin(1, 0) === 0) return posting.untilBusy();
  }
}

/** What was made for us just before the engine died, at `now`, and is in no row of the database. */
async function unknownToDatabase({ child, us }: Run, now: number): Promise<Made[]> {
  await sleep(lastWordsMs);
  const entries = journal(child);
  const there = new Set(thingsIn(entries).map(({ id }) => id));
  const made = entries
    .map(madeBy)
    .filter(each => each !== undefined)
    .filter(({ user, at, id }) => user === us.user && at > now - midCallMs && at <= now && there.has(id));
  const ids = made.map(({ id }) => id);
  const known = await knownOf(child.dataDir, ids);
  return made.filter(({ id }) => !known.has(id));
}

const latency = (service: string): string => `service=${service},method=POST,kind=latency,ms=${answerMs}`;

function faultsOf(seed: number): string[] {
  return services.flatMap(service => [
    latency(service),
    `service=${service},method=POST,kind=lands-late,ms=${lateMs},rate=${lateRate},seed=${seed}`,
  ]);
}

async function setFaults({ keystoneUrl }: AllInOneChild, faults: readonly string[]): Promise<void> {
  const url = `${new URL(keystoneUrl).origin}/__faults`;
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify({ faults }) });
  if (!response.ok) throw new Error(`the sandbox refused the faults: ${await response.text()}`);
}

async function untilNoDebts({ dataDir }: AllInOneChild): Promise<void> {
  const deadline = performance.now() + debtsMs;
  let shown = -1;
  for (;;) {
    const debts = await debtsIn(dataDir);
    if (debts !== shown) say(`  ${debts} creates that may still land`);
    shown = debts;
    if (debts === 0) return;
    if (performance.now() > deadline) throw new Error(`${debts} debts are not over after ${debtsMs / 1_000} s`);
    await sleep(pollMs);
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
  const { child } = run;
  const faults: string[] = [];
  const claims: Claim[] = [];
  for (const plan of run.plans) claims.push(...(await claimsOf(run.session, plan, faults)));
  const counted = countThings(claims, ours(run));
  const servers = ours(run).filter(({ kind }) => kind === 'server').length;
  const left = await deleteAll(run);
  const entries = journal(child);
  const owners = foreignOf(run);
  const there = new Set(thingsIn(entries).map(({ id }) => id));
  const gone = [...owners.keys()].filter(id => !there.has(id)).map(id => `${id}, a neighbour's, is gone`);
  const claimed = claims
    .filter(({ physicalId }) => owners.has(physicalId))
    .map(({ name }) => `${name} is a neighbour's`);
  const touched = [...touches(entries, owners), ...gone, ...claimed];
  const extra = [...counted.extra, ...left];
  const all = [...faults, ...extra, ...counted.missing, ...touched];
  for (const line of all.slice(0, shownFaults)) say(`  ${line}`);
  if (all.length > shownFaults) say(`  … and ${all.length - shownFaults} more`);
  return { servers, foreign: owners.size, extra, missing: counted.missing, touched, sound: all.length === 0 };
}

/** Whose the neighbours' things are, by their ids. */
function foreignOf({ child, neighbours }: Run): Map<string, string> {
  const made = journal(child)
    .map(madeBy)
    .filter(each => each !== undefined);
  return new Map(made.filter(({ user }) => neighbours.users.includes(user)).map(({ id, user }) => [id, user]));
}

/** What the stacks' owner has by now, and did not have before. */
function ours(run: Run): Thing[] {
  const { before, us } = run;
  const foreign = foreignOf(run);
  return thingsIn(journal(run.child)).filter(
    ({ id, kind, project, device }) =>
      project === us.project && kind !== 'trust' && !before.has(id) && !foreign.has(id) && !foreign.has(device),
  );
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

/** What is still there, in words, when all stacks are deleted and no create can land any more. */
async function deleteAll(run: Run): Promise<string[]> {
  const { session, plans, child } = run;
  await setFaults(child, []);
  for (const { name } of plans) {
    const answer = await session.ask('GET', `/stacks/${name}`);
    const { stack } = answer.body as { stack?: { id: string } };
    if (stack !== undefined) await session.must('DELETE', `/stacks/${name}/${stack.id}`);
  }
  const deadline = performance.now() + settleMs;
  let left = plans.length;
  while (left > 0 && performance.now() < deadline) {
    const { all, inProgress } = await count(session);
    left = all;
    if (inProgress === 0) break;
    await sleep(pollMs);
  }
  await untilNoDebts(child);
  const trusts = thingsIn(journal(child)).filter(({ id, kind }) => kind === 'trust' && !run.before.has(id));
  const things = [...ours(run), ...trusts].map(({ kind, id }) => `${kind} ${id} is left after the deletes`);
  return [...(left > 0 ? [`${left} stacks could not be deleted`] : []), ...things];
}

function lastLine({ kills, midCall }: Killed, result: Result): string {
  const { servers, extra, missing, foreign, touched } = result;
  const found = `extra=${extra.length} missing=${missing.length}`;
  const others = `foreign=${foreign} foreign_touched=${touched.length}`;
  return `crash: kills=${kills} mid_call=${midCall} servers=${servers} ${found} ${others}`;
}
