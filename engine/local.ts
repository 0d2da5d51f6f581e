/**
 * The engine of one machine: a node that is the whole cluster, over a database of its own.
 *
 * The database is an embedded PostgreSQL in a child process that outlives a crash of this one and is adopted by the
 * next start; or whatever `databaseUrl` says. Data, key and log are below `dataDir`.
 */
import { join } from 'node:path';
import type { EngineService } from '../proto/engine.ts';
import type { World } from './actors/world.ts';
import { type CloudOptions, createCloud } from './cloud/cloud.ts';
import type { CallCount } from './cloud/counters.ts';
import type { Clock, Dice, Directory, Log } from './kernel/world.ts';
import { EngineNode } from './node.ts';
import { behaviours, unparks } from './orchestration/behaviours.ts';
import { jobs, type PlanJob } from './orchestration/jobs.ts';
import { createClock } from './real/clock.ts';
import { createCompute } from './real/compute.ts';
import { createDice } from './real/dice.ts';
import { createLocalDirectory, createLocalTransport } from './real/local-directory.ts';
import { createNoCloud } from './real/no-cloud.ts';
import { readVaultKey } from './real/vault-key.ts';
import { createWatchdog } from './real/watchdog.ts';
import { createRegistry } from './resources/registry.ts';
import { createEngineService } from './service/service.ts';
import { startEmbedded } from './store/embedded.ts';
import { migrate } from './store/migrate.ts';
import { createSqlStore } from './store/sql.ts';
import { createVault } from './values/sealed.ts';

export interface LocalEngineOptions {
  /** Everything that is kept is below this folder. */
  readonly dataDir: string;
  /** A database to use instead of the embedded one; `migrate` is run on it. */
  readonly databaseUrl?: string;
  /** True: what is written may be lost with the machine (no fsync). */
  readonly ephemeral: boolean;
  /** The services that resources are made of; absent: none, and types that need one fail. */
  readonly cloud?: CloudOptions;
  readonly log: Log;
}

export interface LocalEngine {
  readonly service: EngineService;
  /** With its password: never to be logged. */
  readonly databaseUrl: string;
  /** Requests to services so far. */
  calls(): readonly CallCount[];
  /** Hands over in order, then ends the database's child too. */
  stop(): Promise<void>;
}

type Undo = () => Promise<void>;

/** Starts it; resolves when it owns all of its shards' rows or is taking them. What was started ends when a later part fails. */
export async function startLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  const undo: Undo[] = [];
  const stop = async (): Promise<void> => {
    for (let next = undo.pop(); next !== undefined; next = undo.pop()) await next();
  };
  try {
    const databaseUrl = options.databaseUrl ?? (await embedded(options, undo));
    await migrate(databaseUrl);
    return { ...(await build(options, databaseUrl, undo)), databaseUrl, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function embedded({ dataDir, ephemeral }: LocalEngineOptions, undo: Undo[]): Promise<string> {
  const database = await startEmbedded({ dataDir: join(dataDir, 'postgres'), ephemeral });
  undo.push(() => database.stop());
  return database.url;
}

async function build(
  options: LocalEngineOptions,
  databaseUrl: string,
  undo: Undo[],
): Promise<Pick<LocalEngine, 'service' | 'calls'>> {
  const registry = createRegistry();
  const dice = createDice();
  const store = createSqlStore({ connectionString: databaseUrl });
  undo.push(() => store.close());
  const compute = createCompute(
    jobs(registry),
    new URL('./real/compute-worker.js', import.meta.url),
    job => (job as PlanJob).template.length,
  );
  undo.push(() => compute.stop());
  const key = await readVaultKey(join(options.dataDir, 'vault.key'));
  const clock = createClock();
  const directory = createLocalDirectory();
  const { calls, ...cloud } = cloudFor(options, { clock, dice, directory }, undo);
  const world: World = {
    clock,
    dice,
    store,
    transport: createLocalTransport(),
    directory,
    ...cloud,
    compute,
    vault: createVault(key, n => dice.bytes(n)),
    log: options.log,
  };
  const watchdog = createWatchdog({ databaseUrl, pid: process.pid });
  undo.push(() => watchdog.stop());
  const node = new EngineNode({ world, behaviours: behaviours(registry), unparks, onTurn: watchdog.onTurn });
  await node.start();
  undo.push(() => node.stop());
  return { service: createEngineService(world, node, registry), calls };
}

/** The ports to services; what is under way there is cut only after the node has stopped. */
function cloudFor(
  { cloud: options, log }: LocalEngineOptions,
  { clock, dice, directory }: { readonly clock: Clock; readonly dice: Dice; readonly directory: Directory },
  undo: Undo[],
): Pick<World, 'cloud' | 'credentials'> & Pick<LocalEngine, 'calls'> {
  if (options === undefined) return { cloud: createNoCloud(), calls: () => [] };
  const mayStart = (): boolean => clock.monotonic() < directory.deadline();
  const cloud = createCloud(options, { clock, dice, log, mayStart });
  undo.push(() => cloud.stop());
  return { cloud, credentials: cloud, calls: () => cloud.counters() };
}
