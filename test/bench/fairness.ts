/**
 * One project creates 2,000 stacks as fast as it can; what does another's one stack take meanwhile?
 *
 * On a cluster of two engines, measured three times in the same run: alone; beside the 2,000, which come through a
 * gateway as it is; and beside 2,000 more through one that was told to let a project do whatever it wants. The stack is
 * made, timed and deleted again and again, for as long as the others are being posted.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Session } from '../../cli/client.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { aligned, type Figures } from './report.ts';
import { median, until } from './rounds.ts';

export const fairness = {
  name: 'fairness',
  about: 'a stack of 7 resources (a network and a subnet of them), beside 2,000 of another project',
} as const;

const heavyStacks = 2_000;
const clients = 64;
const aloneRounds = 20;
const pollMs = 20;
/** Slower than this against being alone, in the median, is a fault; and so is any that took so much of the others' time. */
const mostTimes = 12;
const mostShare = 0.1;

export interface Beside {
  readonly name: string;
  /** Seconds, each. */
  readonly times: readonly number[];
  /** How long the others took altogether, and each of them until it was answered; nothing alone. */
  readonly others?: { readonly seconds: number; readonly answered: readonly number[]; readonly failed: number };
}

const template = {
  heat_template_version: '2018-08-31',
  resources: {
    ...Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`s${n}`, { type: 'OS::Heat::RandomString' }])),
    net: { type: 'OS::Neutron::Net' },
    subnet: { type: 'OS::Neutron::Subnet', properties: { network: { get_resource: 'net' }, cidr: '10.0.0.0/24' } },
  },
};

/** All three. `started` hears of the cluster, so that a signal can end it. */
export async function measureFairness(started: (cluster: TestCluster) => void): Promise<readonly Beside[]> {
  const cluster = await startCluster({
    engines: 2,
    gateways: 2,
    gatewayConfig: n => (n === 0 ? {} : { perProject: { atOnce: 512 } }),
  });
  started(cluster);
  try {
    const [fair = '', unbounded = ''] = cluster.gatewayUrls;
    const light = at(fair, await cluster.logIn('demo'));
    await beside('warm-up', light, undefined, 5);
    return [
      await beside('alone', light, undefined, aloneRounds),
      await beside('beside 2,000', light, at(fair, await cluster.logIn('admin'))),
      await beside('… unbounded', at(unbounded, light), at(unbounded, await cluster.logIn('admin'))),
    ];
  } finally {
    await cluster.stop();
  }
}

/** The same session at one of the gateways, past the balancer. */
function at(gateway: string, session: Session): Session {
  return new Session(session.token, `${gateway}${new URL(session.url).pathname}`);
}

let numbers = 0;

async function beside(name: string, light: Session, heavy: Session | undefined, rounds?: number): Promise<Beside> {
  const times: number[] = [];
  const others = heavy === undefined ? undefined : crowd(heavy);
  // Until all clients of the others are at work.
  if (others !== undefined) await sleep(1_000);
  while (rounds === undefined ? !others?.done : times.length < rounds) times.push(await one(light));
  const over = await others?.over;
  return { name, times, ...(over && { others: over }) };
}

/** Seconds from POST to CREATE_COMPLETE. */
async function one(session: Session): Promise<number> {
  const name = `light-${numbers++}`;
  const began = performance.now();
  const { stack } = await session.must<{ stack: { id: string } }>('POST', '/stacks', {
    json: { stack_name: name, template },
  });
  await until(session, `/stacks/${name}/${stack.id}`, 'CREATE_COMPLETE', { pollMs, giveUpMs: 300_000 });
  const seconds = (performance.now() - began) / 1_000;
  await session.must('DELETE', `/stacks/${name}/${stack.id}`);
  return seconds;
}

/** Begins to post stacks; `over` when the last of them is complete. */
function crowd(session: Session): {
  /** All were answered. */
  readonly done: boolean;
  readonly over: Promise<NonNullable<Beside['others']>>;
} {
  const began = performance.now();
  const answered: number[] = [];
  let next = 0;
  let failed = 0;
  const post = async (): Promise<void> => {
    while (next++ < heavyStacks) {
      const asked = performance.now();
      const { status } = await session.ask('POST', '/stacks', { json: { stack_name: `heavy-${numbers++}`, template } });
      if (status !== 201) failed += 1;
      answered.push((performance.now() - asked) / 1_000);
    }
  };
  const work = async (): Promise<NonNullable<Beside['others']>> => {
    await Promise.all(Array.from({ length: clients }, post));
    state.done = true;
    for (;;) {
      const path = '/stacks?status=IN_PROGRESS&limit=1';
      const { stacks } = await session.must<{ stacks: readonly unknown[] }>('GET', path);
      if (stacks.length === 0) break;
      await sleep(200);
    }
    const seconds = (performance.now() - began) / 1_000;
    return { seconds, answered, failed };
  };
  const state = { done: false };
  const over = work();
  over.catch(() => {
    state.done = true; // whoever waits for it hears why
  });
  return {
    get done() {
      return state.done;
    },
    over,
  };
}

export function fairnessTable(all: readonly Beside[]): string {
  const heads = [
    'one stack',
    'times',
    'median s',
    'max s',
    '× alone',
    'the others: s',
    'stacks/s',
    'median wait s',
    'failed',
  ];
  const alone = medianOf(all, 'alone');
  const lines = all.map(({ name, times, others }) => [
    name,
    String(times.length),
    median(times).toFixed(3),
    Math.max(...times).toFixed(3),
    (median(times) / alone).toFixed(1),
    others?.seconds.toFixed(1) ?? '–',
    others === undefined ? '–' : (heavyStacks / others.seconds).toFixed(0),
    others === undefined ? '–' : median(others.answered).toFixed(2),
    others === undefined ? '–' : String(others.failed),
  ]);
  return aligned([heads, ...lines]);
}

function medianOf(all: readonly Beside[], name: string): number {
  const found = all.find(each => each.name === name);
  if (found === undefined) throw new Error(`nothing was measured ${name}`);
  return median(found.times);
}

export function fairnessFigures(all: readonly Beside[]): readonly Figures[] {
  const alone = medianOf(all, 'alone');
  return all.map(({ name, times, others }) => ({
    case: `fairness ${name}`,
    seconds: Number(median(times).toFixed(4)),
    limit_seconds: Number(alone.toFixed(4)),
    rate: others === undefined ? 0 : Number((heavyStacks / others.seconds).toFixed(1)),
    cpu_seconds: null,
    rss_mib: null,
  }));
}

/** Why it is not as it must be; undefined where it is. The unbounded one is there to compare. */
export function fairnessFault(all: readonly Beside[]): string | undefined {
  const found = all.find(({ name }) => name.startsWith('beside'));
  if (found?.others === undefined) return 'fairness: nothing was measured beside others';
  const { times, others } = found;
  const slower = median(times) / medianOf(all, 'alone');
  if (others.failed > 0) return `fairness: ${others.failed} of the others' stacks were refused`;
  if (slower > mostTimes)
    return `fairness: ${slower.toFixed(1)} times slower than alone, at most ${mostTimes} is allowed`;
  const longest = Math.max(...times);
  if (longest <= others.seconds * mostShare) return undefined;
  return `fairness: one took ${longest.toFixed(1)} s while the others took ${others.seconds.toFixed(1)} s`;
}
