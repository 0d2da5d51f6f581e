/**
 * How long the stacks of an engine that is gone stand still: from its end to the first row that its successor commits
 * for one of them. Read from the database, whatever the engines say.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

const lookMs = 50;

export class Rows {
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Those of these shards in which something is under way; of all shards where none are named. */
  async busy(shards: readonly number[] | undefined): Promise<readonly number[]> {
    const sql = 'SELECT DISTINCT shard FROM resources WHERE unfinished';
    const found = await this.with(client => client.query<{ shard: number }>(sql));
    const all = found.rows.map(({ shard }) => shard);
    return shards === undefined ? all : all.filter(shard => shards.includes(shard));
  }

  /** Milliseconds from `since` (unix) until a row of these shards was written after it; undefined: not in this time. */
  async firstCommit(shards: readonly number[], since: number, withinMs: number): Promise<number | undefined> {
    const sql = 'SELECT 1 FROM resources WHERE shard = ANY($1) AND clock > $2 LIMIT 1';
    return this.with(async client => {
      for (;;) {
        const { rows } = await client.query(sql, [shards, Math.ceil(since) * 1_024]);
        if (rows.length > 0) return Date.now() - since;
        if (Date.now() > since + withinMs) return undefined;
        await sleep(lookMs);
      }
    });
  }

  private async with<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }
}
