/**
 * `npm run rolling -- --rounds 3 --rps 50`: every engine and gateway of a cluster is restarted (SIGTERM, as an upgrade
 * does it), one after the other, while clients ask: lists, shows, creates, deletes.
 *
 * Last line: `rolling: requests=… refused_retryable=… failed=0 handoff_max=…s`. `refused_retryable`: 429 and 503 with
 * a Retry-After, asked again and answered. `failed`: any other answer than the right one, none at all, or stacks that
 * did not end as they should. `handoff_max`: the longest from an engine's SIGTERM to its end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { say } from '../crash/posting.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { Random } from '../support/random.ts';
import { runMain } from '../support/main.ts';
import { Callers } from './callers.ts';

const calmMs = 3_000;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '1' },
      rps: { type: 'string', default: '50' },
      seed: { type: 'string', default: '1' },
    },
  });
  const [rounds, rps, seed] = [Number(values.rounds), Number(values.rps), Number(values.seed)];
  if (![rounds, rps].every(n => Number.isInteger(n) && n >= 1)) throw new Error('--rounds and --rps are 1 or more');
  say(`rolling: ${rounds} rounds at ${rps} requests/s; starting a cluster`);
  cluster = await startCluster({ engines: 3, gateways: 2 });
  try {
    const callers = new Callers(await cluster.logIn(), new Random(seed));
    const calling = callers.run(rps);
    await sleep(calmMs);
    const { handoffs, wrong } = await roll(cluster, rounds, callers);
    await sleep(calmMs);
    callers.stop();
    await calling;
    await callers.clear();
    const { requests, refused, failed } = callers;
    for (const line of [...failed, ...wrong].slice(0, 20)) say(`  ${line}`);
    const longest = (Math.max(...handoffs) / 1_000).toFixed(2);
    const bad = failed.length + wrong.length;
    say(`rolling: requests=${requests} refused_retryable=${refused} failed=${bad} handoff_max=${longest}s`);
    return bad === 0 && requests > 0 ? 0 : 1;
  } finally {
    await cluster.stop();
    cluster = undefined;
  }
}

async function roll(
  { engines, gateways }: TestCluster,
  rounds: number,
  callers: Callers,
): Promise<{ readonly handoffs: readonly number[]; readonly wrong: readonly string[] }> {
  const handoffs: number[] = [];
  const wrong: string[] = [];
  for (let round = 1; round <= rounds; round++) {
    for (const one of [...engines, ...gateways]) {
      const began = performance.now();
      const status = await one.stop();
      const took = performance.now() - began;
      if (one.kind === 'engine') handoffs.push(took);
      if (status !== 0) wrong.push(`${one.name} ended with ${status}`);
      await one.start();
      await sleep(calmMs);
      const { requests, refused, failed } = callers;
      say(
        `  round ${round}: ${one.name} ended in ${(took / 1_000).toFixed(2)} s; ${requests} requests so far, `.concat(
          `${refused} refused for the moment, ${failed.length} failed`,
        ),
      );
    }
  }
  return { handoffs, wrong };
}

let cluster: TestCluster | undefined;

await runMain({ name: 'rolling', main, end: async () => cluster?.stop() });
