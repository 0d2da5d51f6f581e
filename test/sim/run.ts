/** One seed: a cluster, its users, its faults; then peace, and the reckoning. */
import { productWire } from '../../engine/actors/wire.ts';
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { Registry } from '../../engine/kit/resource.ts';
import type { Spread } from '../../engine/kernel/limits.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import type { Books } from './books.ts';
import { heal, startChaos } from './chaos.ts';
import { Chronicle } from './chronicle.ts';
import { SimCredentials } from './cloud/credentials.ts';
import { SimCloud } from './cloud/port.ts';
import { SimService } from './cloud/service.ts';
import { Cluster } from './cluster.ts';
import { SimDice } from './dice.ts';
import type { FaultKind } from './faults.ts';
import { Accounts } from './invariants/accounts.ts';
import { Adopted } from './invariants/adopted.ts';
import type { InvariantName, Violation } from './invariants/checks.ts';
import { checkEnds } from './invariants/ends.ts';
import { Groups } from './invariants/groups.ts';
import { checkHistory } from './invariants/history.ts';
import { Hooks } from './invariants/hooks.ts';
import { Nests } from './invariants/nests.ts';
import { Order } from './invariants/order.ts';
import { Reads } from './invariants/reads.ts';
import type { OperationKind } from './operation-kinds.ts';
import { Operations } from './operations.ts';
import { Reactions } from './reactions.ts';
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
  /** `<kind> of <owner>`: how many came to be in the cloud. */
  readonly things: ReadonlyMap<string, number>;
  /** `<action>_<status>`: how many stacks ended so. */
  readonly ends: ReadonlyMap<string, number>;
  readonly checks: ReadonlyMap<InvariantName, number>;
  readonly violations: readonly Violation[];
  readonly tail: readonly string[];
}

const chaosMs = 45_000;
/** Debts end after two minutes, pulls come at the latest after five, actions end after twenty. */
const patienceMs = 3_600_000;
const maxSteps = 600_000;
const restartMs = 100;
/** Leases run out, shards are claimed again, unfinished actors are loaded. */
const recoveryMs = 12_000;

/** Small stacks are spread as others spread large ones: over many buckets, ahead of their birth in many commits. */
const bucketSizes = [1, 2, 4, 16, 256] as const;
const bigPlans = [2, 8, 24] as const;
const aheads = [1, 3, 10] as const;

/** Peace, in which some stacks are changed once more, and then all nodes at once begin anew from the rows: that must change nothing. */
async function toTheEnd(cluster: Cluster, operations: Operations): Promise<void> {
  const { scheduler, checks, books } = cluster;
  const until = async (isOver: () => boolean) => {
    const limit = scheduler.now + patienceMs;
    const quiet = () => scheduler.now > chaosMs && operations.pending === 0 && books.owed.size === 0 && isOver();
    const how = await scheduler.run(() => checks.broken || quiet() || scheduler.now > limit, maxSteps);
    if (checks.broken) return false;
    checks.expect(
      'every stack ends',
      how === 'done' && quiet(),
      () => `${operations.pending} requests are unanswered (${how}), and unfinished: ${unfinished(books)}`,
    );
    return !checks.broken;
  };
  const isSettled = () => [...books.unfinished].every(key => mayRest(books, key));
  if (!(await until(isSettled))) return;
  if (operations.lastWords() && !(await until(isSettled))) return;
  const events = eventCount(books);
  scheduler.note(() => '---- all begin anew');
  for (const slot of cluster.slots) cluster.kill(slot, restartMs);
  const recovered = scheduler.now + recoveryMs;
  if (!(await until(() => scheduler.now > recovered && books.unfinished.size === 0))) return;
  checks.expect('events once', eventCount(books) === events, () => 'a restart of all nodes wrote events');
}

/** A resource that was never begun, of a stack that has ended: its owner learns that when it loads it. */
function mayRest(books: Books, key: Uuid): boolean {
  const row = books.rows.get(key);
  const stack = row === undefined ? undefined : books.stacks.get(row.stack);
  // A user may have said of it that it is not healthy.
  const isFresh =
    row?.columns.action === 'INIT' || (row?.columns.action === 'CHECK' && row.columns.physical_id === null);
  return isFresh && stack?.columns.status !== 'IN_PROGRESS';
}

function unfinished(books: Books): string {
  const keys = [...books.unfinished, ...books.owed];
  const shown = (key: Uuid) => books.rows.get(key) ?? books.stacks.get(key);
  return keys.map(key => `${shown(key)?.kind} ${key} of stack ${shown(key)?.stack}`).join(', ');
}

function endsOf(books: Books): ReadonlyMap<string, number> {
  const ends = new Map<string, number>();
  for (const row of books.stacks.values()) {
    const end = `${String(row.columns.action)}_${String(row.columns.status)}`;
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  return ends;
}

/** Who never began, and waited at a hook, learns with all others that its stack has stopped; it says so then. */
const lateRemark = 'Failure occurred while waiting.';

function eventCount(books: Books): number {
  let count = 0;
  for (const events of books.events.values()) count += events.filter(({ reason }) => reason !== lateRemark).length;
  return count;
}

/** The same types, but those that a plant made others of. */
function planted(registry: Registry, plant: Plant | undefined): Registry {
  if (plant?.builtIn === undefined) return registry;
  const others = new Map(
    registry
      .names()
      .flatMap(name => registry.get(name) ?? [])
      .map(type => [type.name, plant.builtIn?.(type) ?? type]),
  );
  return { get: name => others.get(name) ?? registry.get(name), names: () => registry.names() };
}

export async function runSeed({ seed, nodes = 3, plant, verbose = false }: RunOptions): Promise<RunResult> {
  const types = plant?.type === undefined ? simTypes : simTypes.map(type => plant.type?.(type) ?? type);
  const registry = planted(createRegistry(types), plant);
  const dice = new SimDice(`seed ${seed} spread`);
  const spread: Spread = {
    bucketSize: dice.pick(bucketSizes),
    bigPlanRows: dice.pick(bigPlans),
    commitAheadRows: dice.pick(aheads),
  };
  const cluster: Cluster = new Cluster({
    seed,
    nodes,
    verbose,
    wire: productWire(),
    behaviours: () => behaviours(registry, spread),
    spread,
    unparks,
    jobs: jobs(registry),
    cloud: (slot, directory) => new SimCloud(service, slot.process, directory),
    credentials: slot => new SimCredentials(service.trusts, slot.process, cluster),
    plant,
  });
  const service = new SimService(cluster, cluster.dice.fork('cloud'));
  const accounts = new Accounts(cluster, service);
  const adopted = new Adopted(cluster, service);
  const chronicle = new Chronicle(cluster);
  const reads = new Reads(cluster);
  const operations = new Operations(cluster, {
    show: stack => reads.show(stack),
    takeSlot: slot => {
      const body = JSON.stringify({ key: { name: 'theirs', mark: 'theirs', slot } });
      service.others({ service: 'sim', method: 'POST', path: '/keys', body });
    },
    stranger: type => service.stranger(type),
  });
  new Order(cluster, () => operations.secrets());
  const nests = new Nests(cluster, operations);
  const reactions = new Reactions(cluster, operations, chronicle);
  new Hooks(cluster, operations, reactions);
  new Groups(cluster, root => operations.stacks.some(({ id, tampered }) => id === root && tampered));
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
    await toTheEnd(cluster, operations);
    if (!checks.broken) {
      checkEnds({ cluster, operations, service, chronicle, nests });
      nests.final();
      accounts.final();
      adopted.final();
      checkHistory(cluster);
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
    things: service.ledger.counts,
    ends: endsOf(books),
    checks: checks.counts,
    violations: checks.violations,
    tail: scheduler.tail(60_000),
  };
}
