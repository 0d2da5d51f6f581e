/** One seed: a cluster, its users, its faults; then peace, and the reckoning. */
import { productWire } from '../../engine/actors/wire.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { heal, startChaos } from './chaos.ts';
import { SimCloud, SimService } from './cloud.ts';
import { Cluster } from './cluster.ts';
import { SimCredentials } from './credentials.ts';
import { SimDice } from './dice.ts';
import type { FaultKind } from './faults.ts';
import { Accounts } from './invariants/accounts.ts';
import type { InvariantName, Violation } from './invariants/checks.ts';
import { checkEnds } from './invariants/ends.ts';
import { Order } from './invariants/order.ts';
import { Reads } from './invariants/reads.ts';
import { type OperationKind, Operations } from './operations.ts';
import type { Plant } from './plants/plant.ts';
import { simTypes } from './thing.ts';

export interface RunOptions {
  readonly seed: number;
  readonly nodes?: number;
  readonly plant?: Plant | undefined;
  readonly verbose?: boolean;
}

export interface RunResult {
  readonly seed: number;
  readonly digest: string;
  readonly steps: number;
  readonly virtualMs: number;
  readonly stacksEnded: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly operations: ReadonlyMap<OperationKind, number>;
  readonly checks: ReadonlyMap<InvariantName, number>;
  readonly violations: readonly Violation[];
  readonly tail: readonly string[];
}

const chaosMs = 45_000;
/** Debts end after two minutes, pulls come at the latest after five. */
const patienceMs = 3_600_000;
const maxSteps = 600_000;

const bucketSizes = [1, 2, 4, 16, 256] as const;

export async function runSeed({ seed, nodes = 3, plant, verbose = false }: RunOptions): Promise<RunResult> {
  const types = plant?.type === undefined ? simTypes : simTypes.map(type => plant.type?.(type) ?? type);
  const registry = createRegistry(types);
  const bucketSize = new SimDice(`seed ${seed} bucket size`).pick(bucketSizes);
  const cluster: Cluster = new Cluster({
    seed,
    nodes,
    verbose,
    wire: productWire(),
    behaviours: () => behaviours(registry, bucketSize),
    bucketSize,
    unparks,
    jobs: jobs(registry),
    cloud: (slot, directory) => new SimCloud(service, slot.process, directory),
    credentials: slot => new SimCredentials(service.trusts, slot.process, cluster),
    plant,
  });
  const service = new SimService(cluster, cluster.dice.fork('cloud'));
  const accounts = new Accounts(cluster, service);
  const reads = new Reads(cluster);
  const operations = new Operations(cluster, {
    show: stack => reads.show(stack),
    takeSlot: slot => service.foreign({ kind: 'key', name: 'theirs', mark: 'theirs', slot }),
  });
  const order = new Order(cluster, () => operations.secrets());
  const { scheduler, checks, books } = cluster;
  const unhandled = (reason: unknown) => {
    checks.failed(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  };
  process.on('unhandledRejection', unhandled);
  try {
    cluster.start();
    startChaos(cluster);
    operations.plan(chaosMs * 0.7);
    scheduler.after(chaosMs, 'heal', -1, () => heal(cluster));
    const quiet = () =>
      scheduler.now > chaosMs && operations.pending === 0 && books.unfinished.size === 0 && books.owed.size === 0;
    const how = await scheduler.run(() => checks.broken || quiet() || scheduler.now > chaosMs + patienceMs, maxSteps);
    if (!checks.broken) {
      checkEnds(cluster, operations, service);
      checks.expect(
        'every stack ends',
        how === 'done' && quiet(),
        () =>
          `${operations.pending} requests, ${books.unfinished.size} rows, ${books.owed.size} debts are unfinished (${how}): ${[...books.unfinished, ...books.owed].map(key => `${books.rows.get(key)?.kind} ${key} of ${books.rows.get(key)?.stack}`).join(', ')}`,
      );
      accounts.final();
      order.final();
    }
  } catch (error) {
    unhandled(error);
  } finally {
    process.off('unhandledRejection', unhandled);
  }
  return {
    seed,
    digest: scheduler.digest,
    steps: scheduler.steps,
    virtualMs: scheduler.now,
    stacksEnded: operations.stacks.filter(stack => stack.created === 'told').length,
    faults: cluster.faults.counts,
    operations: operations.counts,
    checks: checks.counts,
    violations: checks.violations,
    tail: scheduler.tail(60_000),
  };
}
