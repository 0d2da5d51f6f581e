/**
 * The engine of one machine: a node that is the whole cluster, over a database of its own.
 *
 * The database is an embedded PostgreSQL in a child process that outlives a crash of this one and is adopted by the
 * next start; or whatever `databaseUrl` says. Data, key and log are below `dataDir`.
 */
import { join } from 'node:path';
import type { EngineService } from '../proto/engine.ts';
import { assemble } from './assembly.ts';
import type { CloudOptions } from './cloud/cloud.ts';
import type { CallCount } from './cloud/counters.ts';
import type { Tracer } from './kernel/tracing.ts';
import { msOf } from './kernel/clock.ts';
import { startWhole, type Undo } from './kernel/undo.ts';
import type { Log } from './kernel/world.ts';
import { createClock } from './real/clock.ts';
import { createDice } from './real/dice.ts';
import { createLocalDirectory, createLocalTransport } from './real/local-directory.ts';
import type { AddressRules } from './real/open-addresses.ts';
import { ownVaultKeys } from './real/vault-key.ts';
import type { Site } from './site/site.ts';
import { startEmbedded } from './store/embedded.ts';
import { migrate } from './store/migrate.ts';

export interface LocalEngineOptions {
  /** Everything that is kept is below this folder. */
  readonly dataDir: string;
  /** A database to use instead of the embedded one; `migrate` is run on it. */
  readonly databaseUrl?: string;
  /** True: what is written may be lost with the machine (no fsync). */
  readonly ephemeral: boolean;
  /** The services that resources are made of; absent: none, and types that need one fail. */
  readonly cloud?: CloudOptions;
  /** Addresses that templates by URL may, and may not, be fetched from. */
  readonly fetch?: AddressRules;
  /** Types and environments of its operator's. */
  readonly site?: Site;
  readonly log: Log;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
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

/** Starts it; resolves when it owns all of its shards' rows or is taking them. What was started ends when a later part fails. */
export async function startLocalEngine(options: LocalEngineOptions): Promise<LocalEngine> {
  return startWhole(async undo => {
    const databaseUrl = options.databaseUrl ?? (await embedded(options, undo));
    await migrate(databaseUrl);
    return { ...(await build(options, databaseUrl, undo)), databaseUrl };
  });
}

async function embedded({ dataDir, ephemeral }: LocalEngineOptions, undo: Undo[]): Promise<string> {
  const database = await startEmbedded({ dataDir: join(dataDir, 'postgres'), ephemeral });
  undo.push(() => database.stop());
  return database.url;
}

async function build(
  { dataDir, cloud, fetch, site, log, tracer }: LocalEngineOptions,
  databaseUrl: string,
  undo: Undo[],
): Promise<Pick<LocalEngine, 'service' | 'calls'>> {
  const clock = createClock();
  const { node, service, calls } = await assemble(
    {
      databaseUrl,
      vaultKeys: await ownVaultKeys(join(dataDir, 'vault.key')),
      ...(cloud && { cloud }),
      ...(fetch && { fetch }),
      ...(site && { site }),
      clock,
      dice: createDice(),
      directory: createLocalDirectory(msOf(clock.now())),
      transport: createLocalTransport(),
      log,
      ...(tracer && { tracer }),
    },
    undo,
  );
  await node.start();
  undo.push(() => node.stop());
  return { service, calls };
}
