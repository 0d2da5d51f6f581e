/**
 * Brings a database to this release's schema: numbered files of single statements, forward only.
 *
 * Each statement runs alone, outside transactions, and may be run again (CockroachDB commits around each DDL
 * statement anyway), so a migration that was interrupted just begins anew, and two nodes that start at once do no
 * harm. The previous release must be able to live with each of them: old and new nodes run side by side for a while.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { limits } from '../kernel/limits.ts';
import { packageRoot } from './files.ts';

export const migrationsFolder = join('engine', 'store', 'migrations');

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** All migrations of the package, in order. Throws for a file that is not numbered, and for a number that is missing. */
export async function migrations(): Promise<readonly Migration[]> {
  const folder = join(packageRoot(), migrationsFolder);
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (name, index) => {
      const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
      if (number !== index + 1) throw new Error(`migration ${name} is not number ${index + 1}`);
      return { number, name, statements: splitStatements(await readFile(join(folder, name), 'utf8')) };
    }),
  );
}

/** A statement ends with a semicolon at the end of a line. Comments stand on lines of their own. */
export function splitStatements(text: string): readonly string[] {
  const code = text.replaceAll(/^\s*--.*$/gm, '');
  return code
    .split(/;[ \t]*$/m)
    .map(statement => statement.trim())
    .filter(statement => statement !== '');
}

export const bookkeeping = {
  table:
    'CREATE TABLE IF NOT EXISTS migrations (number INT8 NOT NULL, name TEXT NOT NULL, CONSTRAINT migrations_pkey PRIMARY KEY (number))',
  done: 'SELECT number, name FROM migrations ORDER BY number',
  add: 'INSERT INTO migrations (number, name) VALUES ($1::INT8, $2::TEXT) ON CONFLICT (number) DO NOTHING',
} as const;

/** Another node that does the same at the same time: unique (23505), already there (42P07), retry (40). */
const concurrent = /^(?:23505|42P07|40...|XX000)$/;

async function again(work: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await work();
      return;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!concurrent.test(code) || tries >= limits.storeRetries) throw error;
    }
  }
}

/** How far a database is. Names, in order. */
export interface SchemaState {
  readonly done: readonly string[];
  /** Of this release, and not run yet. */
  readonly missing: readonly string[];
  /** Run by another release: newer than this one, or its number is another's here. */
  readonly foreign: readonly string[];
}

async function connected<T>(connectionString: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: limits.storeConnectMs });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

interface Done {
  readonly number: string;
  readonly name: string;
}

const undefinedTable = '42P01';

async function doneIn(client: pg.Client): Promise<readonly Done[]> {
  try {
    return (await client.query<Done>(bookkeeping.done)).rows;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === undefinedTable) return [];
    throw error;
  }
}

function stateOf(all: readonly Migration[], done: readonly Done[]): SchemaState {
  const ours = new Map(all.map(({ number, name }) => [number, name]));
  const numbers = new Set(done.map(({ number }) => Number(number)));
  return {
    done: done.map(({ name }) => name),
    missing: all.filter(({ number }) => !numbers.has(number)).map(({ name }) => name),
    foreign: done.filter(({ number, name }) => ours.get(Number(number)) !== name).map(({ name }) => name),
  };
}

/** How far the database is; nothing is written. Rejects where it cannot be reached. */
export async function schemaState(connectionString: string): Promise<SchemaState> {
  const all = await migrations();
  return connected(connectionString, async client => stateOf(all, await doneIn(client)));
}

/**
 * Runs what is missing and returns the names of what was run; migrations of newer releases are left alone, so that a
 * node of the previous release can still start. Rejects where the database cannot be reached or a statement fails.
 */
export async function migrate(connectionString: string): Promise<readonly string[]> {
  const all = await migrations();
  return connected(connectionString, async client => {
    await again(() => client.query(bookkeeping.table));
    const missing = new Set(stateOf(all, await doneIn(client)).missing);
    for (const { number, name, statements } of all.filter(each => missing.has(each.name))) {
      for (const statement of statements) await again(() => client.query(statement));
      await again(() => client.query(bookkeeping.add, [number, name]));
    }
    return [...missing];
  });
}
