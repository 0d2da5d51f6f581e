/**
 * A run of stacks that call the sandbox cloud, whose engine is killed: faults, aims, and what is there in the end by the
 * cloud's own journal, whatever the engine believes.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { Journal } from '../cloud/journal.ts';
import type { AllInOneChild } from '../support/allinone.ts';
import { type Made, madeBy, type Thing, thingsIn, touches } from './cloud-state.ts';
import type { Claim } from './count.ts';
import { debtsIn, knownOf, tidyingIn } from './database.ts';
import { JournalTail } from './journal-tail.ts';
import { Neighbours, ownerOf } from './neighbours.ts';
import { count, say, shown } from './posting.ts';

const aimMs = 10_000;
/** How long the database may still work on what a dead engine sent. */
const lastWordsMs = 300;
/** A create that nobody saw land is waited for until it can land no more: two minutes; and then another is tried. */
export const settleMs = 400_000;
const debtsMs = 300_000;
const pollMs = 500;
/** How long the sandbox holds an answer back. */
const answerMs = 150;
/** A kill hit a call if the sandbox journaled it no longer ago: older ones that nobody knows of landed late. */
const midCallMs = answerMs + 50;
const lateMs = 2_000;
const lateRate = 0.05;
const services = ['compute', 'network', 'volumev3'] as const;

export interface CloudRun {
  readonly child: AllInOneChild;
  readonly session: Session;
  readonly neighbours: Neighbours;
  /** Whose stacks they are. */
  readonly us: { readonly user: string; readonly project: string };
  readonly tail: JournalTail;
  /** What was there before the first stack. */
  readonly before: ReadonlySet<string>;
}

const journalPath = ({ dataDir }: AllInOneChild): string => join(dataDir, 'cloud', 'journal');
const journal = (child: AllInOneChild) => Journal.read(journalPath(child));

/** Logs in, and lets the neighbours move in. */
export async function beginRun(child: AllInOneChild): Promise<CloudRun> {
  const session = await child.logIn();
  const us = await ownerOf(child, session);
  const neighbours = await Neighbours.moveIn(child, session);
  const before = new Set(thingsIn(journal(child)).map(({ id }) => id));
  return { child, session, neighbours, us, tail: new JournalTail(journalPath(child)), before };
}

/**
 * Right after the sandbox journaled a POST of ours of this kind, in words; undefined where none came in ten seconds.
 */
export async function aimed({ tail, us }: CloudRun, aim: Made['kind']): Promise<string | undefined> {
  const entry = await tail.until(each => {
    const made = madeBy(each);
    return made?.kind === aim && made.user === us.user;
  }, aimMs);
  return entry === undefined ? undefined : `the POST of a ${aim}`;
}

/** What was made for us just before the engine died, at `now`, and is in no row of the database. */
export async function unknownToDatabase({ child, us }: CloudRun, now: number): Promise<Made[]> {
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

/** Answers that are held back, and requests that land after their connection was cut. */
export function faultsOf(seed: number): string[] {
  return services.flatMap(service => [
    latency(service),
    `service=${service},method=POST,kind=lands-late,ms=${lateMs},rate=${lateRate},seed=${seed}`,
  ]);
}

/** Answers that are held back. */
export const slowAnswers = (): string[] => services.map(latency);

export async function setFaults({ keystoneUrl }: AllInOneChild, faults: readonly string[]): Promise<void> {
  const url = `${new URL(keystoneUrl).origin}/__faults`;
  const response = await fetch(url, { method: 'PUT', body: JSON.stringify({ faults }) });
  if (!response.ok) throw new Error(`the sandbox refused the faults: ${await response.text()}`);
}

/** Waits until no create can land any more, and the credentials of all deleted stacks are revoked. */
export async function untilNoDebts({ dataDir }: AllInOneChild): Promise<void> {
  const deadline = performance.now() + debtsMs;
  let shown = '';
  for (;;) {
    const [debts, tidying] = [await debtsIn(dataDir), await tidyingIn(dataDir)];
    const line = `  ${debts} creates that may still land, ${tidying} credentials of deleted stacks`;
    if (line !== shown) say(line);
    shown = line;
    if (debts + tidying === 0) return;
    if (performance.now() > deadline) throw new Error(`${line.trim()}: not over after ${debtsMs / 1_000} s`);
    await sleep(pollMs);
  }
}

/** Whose the neighbours' things are, by their ids. */
export function foreignOf({ child, neighbours }: CloudRun): Map<string, string> {
  const made = journal(child)
    .map(madeBy)
    .filter(each => each !== undefined);
  return new Map(made.filter(({ user }) => neighbours.users.includes(user)).map(({ id, user }) => [id, user]));
}

/** What the stacks' owner has by now, and did not have before. */
export function ours(run: CloudRun): Thing[] {
  const { before, us } = run;
  const foreign = foreignOf(run);
  return thingsIn(journal(run.child)).filter(
    ({ id, kind, project, device }) =>
      project === us.project && kind !== 'trust' && !before.has(id) && !foreign.has(id) && !foreign.has(device),
  );
}

/** In words: what ours did to neighbours' things, or says of them. */
export function touchedBy(run: CloudRun, owners: ReadonlyMap<string, string>, claims: readonly Claim[]): string[] {
  const entries = journal(run.child);
  const there = new Set(thingsIn(entries).map(({ id }) => id));
  const gone = [...owners.keys()].filter(id => !there.has(id)).map(id => `${id}, a neighbour's, is gone`);
  const claimed = claims
    .filter(({ physicalId }) => owners.has(physicalId))
    .map(({ name }) => `${name} is a neighbour's`);
  return [...touches(entries, owners), ...gone, ...claimed];
}

/** What is still there, in words, when all stacks are deleted and no create can land any more. */
export async function deleteAll(run: CloudRun, names: readonly string[]): Promise<string[]> {
  const { session, child } = run;
  await setFaults(child, []);
  for (const name of names) {
    const answer = await shown(session, name);
    const { stack } = answer.body as { stack?: { id: string } };
    if (stack !== undefined) await session.must('DELETE', `/stacks/${name}/${stack.id}`);
  }
  const deadline = performance.now() + settleMs;
  let left = names.length;
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
