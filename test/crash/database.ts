/** A look into the database of an all-in-one, whose server lives on while the engine is dead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** One question to the database of this data folder. */
async function query<Row extends pg.QueryResultRow>(dataDir: string, sql: string): Promise<Row[]> {
  const place = join(dataDir, 'postgres');
  const password = readFileSync(join(place, 'password'), 'utf8').trim();
  const port = Number(readFileSync(join(place, 'db', 'postmaster.pid'), 'utf8').split('\n')[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'convect', password, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Which of these ids of things in the cloud some resource's row knows. */
export async function knownOf(dataDir: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await query<{ state: string }>(dataDir, 'SELECT state FROM incarnations');
  const states = rows.map(({ state }) => state).join('\n');
  return new Set(ids.filter(id => states.includes(id)));
}

/** How many creates may still land. */
export async function debtsIn(dataDir: string): Promise<number> {
  const [row] = await query<{ n: number }>(dataDir, 'SELECT count(*)::int AS n FROM debts WHERE gone_at IS NULL');
  return row?.n ?? 0;
}

/** Deleted stacks whose credential is not revoked yet. */
export async function tidyingIn(dataDir: string): Promise<number> {
  const sql = 'SELECT count(*)::int AS n FROM stacks WHERE unfinished AND deleted_at IS NOT NULL';
  const [row] = await query<{ n: number }>(dataDir, sql);
  return row?.n ?? 0;
}
