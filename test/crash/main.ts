/**
 * `npm run crash -- --stacks 50 --kills 10 [--seed S]`: the engine of an all-in-one is killed with SIGKILL, again and
 * again, at seeded instants in the middle of creating stacks, and started again each time. Database and sandbox live
 * on. What a client was told stays true: every stack that was accepted is complete in the end, with nothing drawn
 * twice, each event once and in an order that could have been.
 *
 * With `--servers 50` instead of `--stacks`: stacks of servers, ports and volumes on the sandbox (servers.ts). With
 * `--update`: in the middle of updates of stacks (updates.ts).
 *
 * Last line: `crash: kills=10 stacks=50 lost=0 failed=0 doubled_events=0`; the status is 0 only if the last three are
 * 0 and all kills and stacks came to be.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { Random } from '../support/random.ts';
import { runMain } from '../support/main.ts';
import { judge, type StackSeen } from './check.ts';
import type { Posted } from './poster.ts';
import { count, look, Posting, say, untilSettled } from './posting.ts';
import { crashServers } from './servers.ts';
import { type Planned, planStack } from './template.ts';
import { crashUpdates } from './updates.ts';

/** A life of the engine lasts up to this much after it answers, while it has something to do. */
const maxLifeMs = 2_000;
/** The kill follows so soon after the posts that it is aimed at, or after something was seen to be in progress. */
const justAfterMs = 60;
const settleMs = 180_000;
const shownFaults = 5;

interface Options {
  readonly stacks: number;
  /** Given: stacks with so many servers instead. */
  readonly servers: number | undefined;
  readonly update: boolean;
  readonly kills: number;
  readonly seed: number;
}

interface Tally {
  kills: number;
  lost: number;
  failed: number;
  doubled: number;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      stacks: { type: 'string' },
      servers: { type: 'string' },
      update: { type: 'boolean', default: false },
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
    },
  });
  const { update } = values;
  const [stacks, kills, seed] = [
    Number(values.stacks ?? (update ? '24' : '50')),
    Number(values.kills),
    Number(values.seed),
  ];
  const servers = values.servers === undefined ? undefined : Number(values.servers);
  if (servers !== undefined && !(Number.isInteger(servers) && servers >= 1))
    throw new Error('--servers must be 1 or more');
  if (![stacks, kills].every(n => Number.isInteger(n) && n >= 1))
    throw new Error('--stacks and --kills must be 1 or more');
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be 0 or more');
  return { stacks, servers, update, kills, seed };
}

async function main({ stacks, servers, update, kills, seed }: Options): Promise<number> {
  const started = (one: AllInOneChild): void => {
    child = one;
  };
  if (update) return crashUpdates({ stacks, kills, seed, started });
  if (servers !== undefined) {
    return crashServers({ servers, kills, seed, started });
  }
  const random = new Random(seed);
  const plans = Array.from({ length: stacks }, (_, index) => planStack(`stack${index}`, random));
  const tally: Tally = { kills: 0, lost: 0, failed: 0, doubled: 0 };
  say(`crash: seed ${seed}; starting an all-in-one`);
  child = await AllInOneChild.start({ ephemeral: false });
  let clean = false;
  try {
    const session = await child.logIn();
    const posted = await killAmidst(child, session, plans, { kills, random, tally });
    const accepted = posted.filter(one => one.refused === undefined);
    for (const { plan, refused } of posted.filter(one => one.refused !== undefined)) say(`  ${plan.name}: ${refused}`);
    await untilSettled(session, accepted.length, settleMs);
    for (const { plan } of accepted) record(tally, plan, await look(session, plan));
    const lostAnswers = posted.reduce((sum, one) => sum + one.lostAnswers, 0);
    say(`crash: ${accepted.length} of ${stacks} accepted; clients asked again ${lostAnswers} times`);
    const wrong = tally.lost + tally.failed + tally.doubled;
    clean = wrong === 0 && tally.kills === kills && accepted.length === stacks;
    say(lastLine(tally, accepted.length));
    return clean ? 0 : 1;
  } finally {
    if (!clean) {
      await child.stop();
      process.stderr.write(`crash: the data folder is kept: ${child.dataDir}\n`);
    } else await child.remove();
  }
}

function lastLine({ kills, lost, failed, doubled }: Tally, stacks: number): string {
  return `crash: kills=${kills} stacks=${stacks} lost=${lost} failed=${failed} doubled_events=${doubled}`;
}

interface Killing {
  readonly kills: number;
  readonly random: Random;
  readonly tally: Tally;
}

/**
 * A share of the stacks is posted into each life of the engine, at random instants, and at a random instant the engine
 * is killed. Every other kill is aimed: some of the share are posted together and the kill follows within the time in
 * which they are planned and committed. The others come anywhere in the time that stacks take, while at least one is
 * in progress: a kill of an idle engine would prove nothing.
 */
async function killAmidst(
  engine: AllInOneChild,
  session: Session,
  plans: readonly Planned[],
  { kills, random, tally }: Killing,
): Promise<Posted[]> {
  const posting = new Posting(session, plans, random);
  const share = Math.max(1, Math.floor(plans.length / (kills + 1)));
  for (let life = 0; life < kills; life++) {
    const aimed = life % 2 === 1 ? Math.ceil(share / 2) : 0;
    posting.begin(share - aimed, maxLifeMs / 2);
    await sleep(random.below(maxLifeMs));
    const busy = posting.begin(aimed, 0) > 0 ? `${aimed} posts` : await posting.untilBusy();
    if (busy === undefined) {
      say('  nothing is left that a kill could hit: more stacks are needed for so many kills');
      break;
    }
    await sleep(random.below(justAfterMs));
    const before = performance.now();
    await engine.kill();
    tally.kills += 1;
    await engine.start();
    const backAfter = ((performance.now() - before) / 1000).toFixed(2);
    const { complete, inProgress } = await count(session);
    say(
      `  kill ${tally.kills} of ${kills} amidst ${busy}; back after ${backAfter} s: ${complete} complete, ${inProgress} not`,
    );
  }
  posting.begin(plans.length, maxLifeMs / 2);
  return posting.all();
}

function record(tally: Tally, plan: Planned, seen: StackSeen | undefined): void {
  const { lost, faults, doubled } = judge(plan, seen);
  if (lost) tally.lost += 1;
  if (faults.length > 0) tally.failed += 1;
  tally.doubled += doubled.length;
  const lines = [...(lost ? ['is lost'] : []), ...faults, ...doubled.map(key => `has twice the event ${key}`)];
  for (const line of lines.slice(0, shownFaults)) say(`  ${plan.name} ${line}`);
  if (lines.length > shownFaults) say(`  ${plan.name} … and ${lines.length - shownFaults} more`);
}

let child: AllInOneChild | undefined;

await runMain({ name: 'crash', main: () => main(options()), end: async () => child?.remove() });
