/** The database of an all-in-one, as a test looks into it; its server lives on while the engine is dead. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** One statement in the database of this data folder; its rows. */
export async function queryDev<Row extends pg.QueryResultRow>(
  dataDir: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const place = join(dataDir, 'postgres');
  const password = readFileSync(join(place, 'password'), 'utf8').trim();
  const port = Number(readFileSync(join(place, 'db', 'postmaster.pid'), 'utf8').split('\n')[3]);
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'convect', password, database: 'postgres' });
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end();
  }
}
