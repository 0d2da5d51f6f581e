/**
 * `convect admin migrate|purge|reencrypt`: what is done to the database itself, with or without engines running.
 *
 * Where it is: `--config` names an engine's file, `--data` the folder of an all-in-one (whose PostgreSQL is adopted, or
 * started for the while), else DATABASE_URL says it. A database's URL holds its password, so no message shows it.
 */
import { existsSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addMs, hybridFromMs } from '../engine/kernel/clock.ts';
import { limits } from '../engine/kernel/limits.ts';
import { readVaultKeys } from '../engine/real/vault-key.ts';
import { startEmbedded } from '../engine/store/embedded.ts';
import { migrate, schemaState } from '../engine/store/migrate.ts';
import { purge } from '../engine/store/purge.ts';
import { resealAll } from '../engine/store/reseal.ts';
import { createSqlUpkeep, type SqlUpkeep } from '../engine/store/sql/upkeep.ts';
import { createResealer } from '../engine/values/resealing.ts';
import { readEngineConfig } from './config.ts';
import type { Out } from './out.ts';
import { Unusable } from './unusable.ts';

export interface DatabaseFlags {
  readonly config?: string;
  readonly data?: string;
}

interface Place {
  /** With its password. */
  readonly url: string;
  readonly vaultKeyFile: string | undefined;
}

async function atDatabase<T>(flags: DatabaseFlags, work: (place: Place) => Promise<T>): Promise<T> {
  if (flags.config !== undefined) {
    const { config, path, secret } = readEngineConfig(flags.config);
    return work({ url: secret(config.databaseUrlFile), vaultKeyFile: path(config.vaultKeyFile) });
  }
  const { DATABASE_URL: given } = process.env;
  const vaultKeyFile = flags.data === undefined ? undefined : join(resolve(flags.data), 'vault.key');
  if (given !== undefined && given !== '') return work({ url: given, vaultKeyFile });
  if (flags.data === undefined)
    throw new Unusable('say where the database is: --config ENGINE.yaml, --data DIR of an all-in-one, or DATABASE_URL');
  const dataDir = join(resolve(flags.data), 'postgres');
  if (!existsSync(join(dataDir, 'db', 'PG_VERSION')))
    throw new Unusable(`${flags.data} is not the data folder of an all-in-one: there is no database in it`);
  const server = await startEmbedded({ dataDir });
  try {
    return await work({ url: server.url, vaultKeyFile });
  } finally {
    if (!server.adopted) await server.stop();
  }
}

/** What a database cannot do ends the command with its reason, without the URL. */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ('code' in error && typeof error.code === 'string' && !('severity' in error))
      throw new Unusable(`the database cannot be reached: ${error.code}`);
    throw error;
  }
}

export interface MigrateFlags extends DatabaseFlags {
  readonly dryRun?: boolean;
  readonly status?: boolean;
}

/** Brings the schema up to date. Refuses a database that another release has taken further: there is no way back. */
export async function runMigrate(flags: MigrateFlags, out: Out): Promise<void> {
  await atDatabase(flags, async ({ url }) => {
    const { done, missing, foreign } = await reached(() => schemaState(url));
    if (flags.status === true) {
      for (const name of done) out.line(`${foreign.includes(name) ? 'foreign' : 'done   '}  ${name}`);
    }
    for (const name of missing) out.line(`missing  ${name}`);
    if (foreign.length > 0 && flags.status !== true) {
      const names = foreign.join(', ');
      throw new Unusable(
        `another release has run ${names}, which this one does not know; it cannot be taken back: use that release, ` +
          'which this one’s engines can live beside',
      );
    }
    const run = flags.dryRun === true || flags.status === true ? [] : await reached(() => migrate(url));
    out.line(`migrate: run=${run.length} missing=${missing.length - run.length} foreign=${foreign.length}`);
  });
}

export interface PurgeFlags extends DatabaseFlags {
  /** Milliseconds. */
  readonly olderThan: number;
  readonly project?: string;
  readonly batch: number;
  readonly keepEvents: number;
  readonly dryRun?: boolean;
}

/** Deletes what was deleted long ago, and what nobody needs any more. */
export async function runPurge(flags: PurgeFlags, out: Out): Promise<void> {
  const now = Date.now();
  const { project, batch, keepEvents } = flags;
  const scope = { beforeMs: now - flags.olderThan, ...(project !== undefined && { project }) };
  await withUpkeep(flags, async upkeep => {
    if (flags.dryRun === true) {
      out.line(`purge: stacks=${await upkeep.countPurgeable(scope)} events=? contents=? (nothing was deleted)`);
      return;
    }
    const quietSince = addMs(hybridFromMs(now), -limits.goneKeptMs);
    const { screen } = out;
    const { stacks, events, contents } = await purge(upkeep, { ...scope, keepEvents, batch, quietSince }, soFar => {
      if (screen.isTty)
        screen.write(`\rpurged: ${soFar.stacks} stacks, ${soFar.events} events, ${soFar.contents} contents`);
    });
    if (screen.isTty) screen.write('\r\u001b[K');
    out.line(`purge: stacks=${stacks} events=${events} contents=${contents}`);
  });
}

function withUpkeep<T>(flags: DatabaseFlags, work: (upkeep: SqlUpkeep, place: Place) => Promise<T>): Promise<T> {
  return atDatabase(flags, async place => {
    const upkeep = createSqlUpkeep({ connectionString: place.url });
    try {
      return await reached(() => work(upkeep, place));
    } finally {
      await upkeep.close();
    }
  });
}

export interface CleanFlags extends DatabaseFlags {
  /** Milliseconds. */
  readonly idle: number;
}

/** Removes what engines left in the database that are gone for good; one that only has no shard begins a new life. */
export async function runClean(flags: CleanFlags, out: Out): Promise<void> {
  await withUpkeep(flags, async upkeep => {
    const before = await upkeep.idleSessions();
    if (before.size > 0) await sleep(flags.idle);
    const after = before.size > 0 ? await upkeep.idleSessions() : before;
    const over = [...after].filter(([session, far]) => before.get(session) === far).map(([session]) => session);
    if (over.length > 0) await upkeep.endSessions(over);
    out.line(`clean: sessions=${over.length}`);
  });
}

export interface ReencryptFlags extends DatabaseFlags {
  readonly vaultKeyFile?: string;
  readonly batch: number;
  readonly tries: number;
  readonly dryRun?: boolean;
}

const betweenWalksMs = 2_000;

/** Seals with the first key of the vault's file whatever its other keys sealed. Status 1: something is left. */
export async function runReencrypt(flags: ReencryptFlags, out: Out): Promise<void> {
  await withUpkeep(flags, async (upkeep, place) => {
    const file = flags.vaultKeyFile ?? place.vaultKeyFile;
    if (file === undefined) throw new Unusable('say where the keys are: --vault-key-file FILE');
    const { key, older } = await readVaultKeys(file).catch((error: Error) => {
      throw new Unusable(error.message);
    });
    const reseal = createResealer(key, older, n => randomBytes(n));
    let rows = 0;
    for (let walk = 1; ; walk++) {
      const found = await resealAll(upkeep, reseal, flags.batch, flags.dryRun === true);
      rows += found.rows;
      // Rows that were exchanged may come back with their owners' next write: only a walk that finds nothing is the last.
      const left = found.moved;
      const isQuiet = found.rows + found.moved === 0;
      if (flags.dryRun === true || isQuiet || walk >= flags.tries) {
        if (found.unopened > 0)
          out.line(`${found.unopened} sealed texts are of no key in ${file}; they stay as they are`);
        out.line(`reencrypt: rows=${rows} left=${left} unopened=${found.unopened}`);
        if (left > 0 && flags.dryRun !== true)
          throw new Unusable(`${left} rows were written while they were exchanged: run it again`);
        return;
      }
      if (walk > 1 || found.moved > 0) await sleep(betweenWalksMs);
    }
  });
}
