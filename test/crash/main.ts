/**
 * `npm run crash -- --stacks 50 --kills 10 [--seed S]`: the engine of an all-in-one is killed with SIGKILL, again and
 * again, at seeded instants in the middle of creating stacks, and started again each time. Database and sandbox live
 * on. What a client was told stays true: every stack that was accepted is complete in the end, with nothing drawn
 * twice, each event once and in an order that could have been.
 *
 * Last line: `crash: kills=10 stacks=50 lost=0 failed=0 doubled_events=0`; the status is 0 only if the last three are
 * 0 and all kills and stacks came to be.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { Random } from '../support/random.ts';
import { judge, type StackSeen } from './check.ts';
import { type Posted, post } from './poster.ts';
import { type Planned, planStack } from './template.ts';

/** A life of the engine lasts up to this much after it answers, while it has something to do. */
const maxLifeMs = 2_000;
/** The kill follows so soon after the posts that it is aimed at, or after something was seen to be in progress. */
const justAfterMs = 60;
const settleMs = 180_000;
const pollMs = 250;
const shownFaults = 5;

interface Options {
  readonly stacks: number;
  readonly kills: number;
  readonly seed: number;
}

interface Tally {
  kills: number;
  lost: number;
  failed: number;
  doubled: number;
}

const say = (line: string): void => console.log(line);

function options(): Options {
  const { values } = parseArgs({
    options: {
      stacks: { type: 'string', default: '50' },
      kills: { type: 'string', default: '10' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [stacks, kills, seed] = [Number(values.stacks), Number(values.kills), Number(values.seed)];
  if (![stacks, kills].every(n => Number.isInteger(n) && n >= 1))
    throw new Error('--stacks and --kills must be 1 or more');
  if (!Number.isInteger(seed) || seed < 0) throw new Error('--seed must be 0 or more');
  return { stacks, kills, seed };
}

async function main({ stacks, kills, seed }: Options): Promise<number> {
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
    await untilSettled(session, accepted.length);
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

/** The stacks on their way into the engine. */
class Posting {
  readonly #session: Session;
  readonly #left: Planned[];
  readonly #random: Random;
  readonly #giveUp = new AbortController();
  readonly #begun: Promise<Posted>[] = [];
  #answered = 0;

  constructor(session: Session, plans: readonly Planned[], random: Random) {
    this.#session = session;
    this.#left = [...plans];
    this.#random = random;
  }

  /** Posts the next stacks, each at a random instant of the time given; returns how many there were. */
  begin(howMany: number, withinMs: number): number {
    const next = this.#left.splice(0, howMany);
    for (const plan of next) {
      const delayMs = withinMs === 0 ? 0 : this.#random.below(withinMs);
      const posted = sleep(delayMs).then(() => post(this.#session, plan, this.#giveUp.signal));
      this.#begun.push(
        posted.finally(() => {
          this.#answered += 1;
        }),
      );
    }
    return next.length;
  }

  /** Returns once a stack is in progress, in words; posts another where all are done, undefined where none is left. */
  async untilBusy(): Promise<string | undefined> {
    for (;;) {
      const { inProgress } = await count(this.#session);
      const unanswered = this.#begun.length - this.#answered;
      if (inProgress > 0) return `${inProgress} stacks in progress, ${unanswered} to come`;
      if (unanswered === 0 && this.#left.length === 0) return undefined;
      if (unanswered === 0) this.begin(1, 0);
      await sleep(10);
    }
  }

  /** What became of each, when all are answered, or it is time to give up. */
  async all(): Promise<Posted[]> {
    const timer = setTimeout(() => this.#giveUp.abort(), settleMs);
    try {
      return await Promise.all(this.#begun);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface StackListed {
  readonly stack_name: string;
  readonly stack_status: string;
}

async function count(session: Session): Promise<{ complete: number; inProgress: number; all: number }> {
  const { stacks } = await session.must<{ stacks: readonly StackListed[] }>('GET', '/stacks');
  const having = (end: string): number => stacks.filter(stack => stack.stack_status.endsWith(end)).length;
  return { complete: having('_COMPLETE'), inProgress: having('_IN_PROGRESS'), all: stacks.length };
}

/** Waits until no stack is in progress any more, or for as long as one may take: what stands still then has failed. */
async function untilSettled(session: Session, wanted: number): Promise<void> {
  const deadline = performance.now() + settleMs;
  let shown = '';
  for (;;) {
    const { complete, inProgress } = await count(session);
    const line = `  ${complete} of ${wanted} complete, ${inProgress} in progress`;
    if (line !== shown) say(line);
    shown = line;
    if (inProgress === 0 || performance.now() > deadline) return;
    await sleep(pollMs);
  }
}

interface StackBody {
  readonly stack: {
    readonly id: string;
    readonly stack_status: string;
    readonly stack_status_reason: string;
    readonly outputs: readonly { readonly output_key: string; readonly output_value: unknown }[];
  };
}

async function look(session: Session, { name }: Planned): Promise<StackSeen | undefined> {
  const answer = await session.ask('GET', `/stacks/${name}`);
  if (answer.status === 404) return undefined;
  const { stack } = answer.body as StackBody;
  const path = `/stacks/${name}/${stack.id}`;
  const { resources } = await session.must<Pick<StackSeen, 'resources'>>('GET', `${path}/resources`);
  const { events } = await session.must<Pick<StackSeen, 'events'>>('GET', `${path}/events?sort_dir=asc`);
  return {
    status: stack.stack_status,
    reason: stack.stack_status_reason,
    resources,
    outputs: new Map((stack.outputs ?? []).map(output => [output.output_key, output.output_value])),
    events,
  };
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

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const removed = child?.remove() ?? Promise.resolve();
    void removed.finally(() => {
      say(`crash: ended by ${signal}`);
      process.exit(1);
    });
  });
}

try {
  process.exitCode = await main(options());
} catch (error) {
  say(`crash: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
