/** What only a database can show: statements that wait for each other, clients that stop, servers that go away. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { columnsOf, configFields, contentFields, eventFields, fieldsOf, nameFields, tableNames } from '../columns.ts';
import { migrate, migrations } from '../migrate.ts';
import { createSqlStore, type SqlStore } from '../sql.ts';
import { CommitRetry, CommitTimeout, CommitUnknown, type Row, StoreUnavailable } from '../store.ts';
import { type Home, Life, next, row, set, shard } from './fixtures.ts';
import { LossyProxy } from './proxy.ts';

const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => (error as Error).name,
  );

/** Does it again for as long as the database cannot be reached. */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || tries === 20) throw error;
    }
  }
}

export function races(home: () => Home): void {
  let url: string;
  let hand: pg.Client;
  let old: Life;
  let fresh: Life;
  let first: Row;
  const place = shard();

  beforeEach(async () => {
    url = home().url ?? '';
    hand = new pg.Client({ connectionString: url });
    hand.on('error', () => undefined);
    await hand.connect();
    old = await Life.begin(home().store);
    fresh = await Life.begin(home().client());
    const owner = (await fresh.store.owners([place])).get(place);
    await old.store.claim(old.id, new Map([[place, owner]]));
    first = row('timers', { shard: place });
    await old.commit(set(first));
  });
  afterEach(() => hand.end());

  /** Locks the row against everybody else. */
  const lock = async () => {
    await hand.query('BEGIN');
    await hand.query('SELECT key FROM timers WHERE key = $1 FOR UPDATE', [first.key]);
  };

  /** Until so many statements in this database wait for a lock. */
  const waiting = async (count: number) => {
    const text = `SELECT count(*)::INT4 AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    for (let i = 0; i < 200; i++) {
      await hand.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await hand.query<{ n: number }>(text);
      if (rows[0]!.n >= count) return;
      await sleep(5);
    }
    throw new Error(`no ${count} statements wait`);
  };
  const stored = async () => (await fresh.store.read('timers', [first.key]))[0];

  describe('statements that meet', () => {
    it('a claim waits for a commit that is on its way, and sees it', async () => {
      await lock();
      const second = next(first);
      const commit = old.commit(set(second));
      await waiting(1);
      const claim = fresh.store.claim(fresh.id, new Map([[place, old.id]]));
      await waiting(2);
      await hand.query('COMMIT');
      await commit;
      expect(await claim).toEqual(new Set([place]));
      expect(await stored()).toEqual(second);
      await expect(old.commit(set(next(second)))).rejects.toBeInstanceOf(CommitUnknown);
    });

    it('a commit that waited for a claim writes nothing', async () => {
      await hand.query('BEGIN');
      await hand.query('UPDATE shards SET session = $1 WHERE shard = $2', [fresh.id, place]);
      await hand.query('DELETE FROM fences WHERE session = $1', [old.id]);
      const commit = outcome(old.commit(set(next(first), row('timers'))));
      await waiting(1);
      await hand.query('COMMIT');
      expect(await commit).toBe('CommitUnknown');
      expect(await stored()).toEqual(first);
      expect(await old.store.burn(old.lane(), old.nextNumber())).toBe('fenced');
    });

    it('a burn waits for its commit, and says in', async () => {
      await lock();
      const commit = old.commit(set(next(first)));
      await waiting(1);
      const burn = old.store.burn(old.lane(), old.nextNumber());
      await waiting(2);
      await hand.query('COMMIT');
      await commit;
      expect(await burn).toBe('in');
    });

    it('a sweep that waited for a claim deletes nothing', async () => {
      await old.commit(set(next(first, { goneAt: first.clock })));
      await hand.query('BEGIN');
      await hand.query('UPDATE shards SET session = $1 WHERE shard = $2', [fresh.id, place]);
      await hand.query('DELETE FROM fences WHERE session = $1', [old.id]);
      const sweep = old.store.sweep(old.id, (first.clock + 1) as typeof first.clock, 10);
      await waiting(1);
      await hand.query('COMMIT');
      expect(await sweep).toBe(0);
    });

    it('a lane that waits keeps no other waiting', async () => {
      await lock();
      const commit = old.commit(set(next(first)));
      await waiting(1);
      await old.commit(set(row('timers')), 1 as never);
      await old.store.select('timers', { where: [], limit: 1 });
      await hand.query('COMMIT');
      await commit;
    });

    it('a commit that waits too long is ended, and may be tried again', async () => {
      await lock();
      await expect(old.commit(set(next(first)))).rejects.toBeInstanceOf(CommitTimeout);
      await hand.query('COMMIT');
      expect(await stored()).toEqual(first);
      await old.commit(set(next(first)));
    });

    it('two sessions that take the same name at once: one gets it, the other is refused', async () => {
      const name = `n-${first.key}`;
      const takes = [old, fresh].map(life => {
        const stack = row('stacks');
        return outcome(life.commit(set(stack, { project: 'p', name, stack: stack.key, gone: false })));
      });
      expect((await Promise.all(takes)).sort()).toEqual(['CommitRefused', 'done']);
    });
  });

  describe('a client that stops', () => {
    let proxy: LossyProxy;
    let store: SqlStore;
    let stopped: Life;
    beforeEach(async () => {
      const target = new URL(url);
      proxy = new LossyProxy({ host: target.hostname, port: Number(target.port) });
      target.port = String(await proxy.listen());
      store = createSqlStore({ connectionString: target.href });
      stopped = await Life.begin(store);
      await stopped.store.claim(stopped.id, new Map([[place, old.id]]));
      await stopped.commit(set(next(first)));
    });
    afterEach(async () => {
      proxy.close();
      await store.close();
    });
    const claim = () => fresh.store.claim(fresh.id, new Map([[place, stopped.id]]));

    it('in the middle of a commit blocks no takeover', async () => {
      proxy.lose('commit_', 'half');
      const commit = outcome(stopped.commit(set(next(first, { version: 3, state: 'late' }))));
      await sleep(50);
      const started = performance.now();
      expect(await claim()).toEqual(new Set([place]));
      await fresh.commit(set(next(first, { version: 3 })));
      expect(performance.now() - started).toBeLessThan(1_000);
      await proxy.release();
      expect(await commit).toBe('CommitUnknown');
      expect((await stored())?.state).toBe('{}');
    });

    it('before the very end of a commit blocks it for seconds: until PostgreSQL 17’s time-out, or its connection ends', async () => {
      proxy.lose('commit_', 'sync');
      const commit = outcome(stopped.commit(set(next(first, { version: 3, state: 'late' }))));
      await sleep(50);
      const early = await outcome(claim());
      const { rows } = await hand.query<{ server_version_num: string }>('SHOW server_version_num');
      if (Number(rows[0]?.server_version_num) < 170_000) {
        expect(early).toBe('StoreUnavailable');
        proxy.close();
      }
      expect(await reached(claim)).toEqual(new Set([place]));
      expect(await commit).toBe('CommitUnknown');
      expect((await stored())?.state).toBe('{}');
    });
  });

  describe('a server that goes away', () => {
    /** Our connections to this database end, as at a shutdown. */
    const terminate = () =>
      hand.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );

    it('in the middle of a commit leaves its outcome open', async () => {
      await lock();
      const commit = outcome(old.commit(set(next(first))));
      await waiting(1);
      await terminate();
      expect(await commit).toBe('CommitUnknown');
      await hand.query('COMMIT');
      expect(await reached(() => old.store.burn(old.lane(), old.nextNumber()))).toBe('never');
      old.skip();
      await old.commit(set(next(first)));
    });

    it('between commits is not noticed', async () => {
      await old.store.owners([place]);
      await terminate();
      await sleep(50);
      await old.commit(set(next(first)));
      expect((await reached(() => old.store.owners([place]))).get(place)).toBe(old.id);
    });

    it('for good is said as what it is', async () => {
      const store = createSqlStore({ connectionString: 'postgresql://nobody@127.0.0.1:1/none' });
      await expect(store.named('p', 'n')).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.burn(old.lane(), old.nextNumber())).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.commit(old.lane(), old.nextNumber(), set())).rejects.toBeInstanceOf(CommitRetry);
      await store.close();
    });
  });

  describe('the schema', () => {
    it('has the columns of tables.ts, and no others but the store’s own', async () => {
      const { rows } = await hand.query<{ at: string; type: string; nullable: string }>(
        `SELECT table_name || '.' || column_name AS at, udt_name AS type, is_nullable AS nullable FROM information_schema.columns WHERE table_schema = 'public'`,
      );
      const plain = [
        ...tableNames.flatMap(table => fieldsOf(table).map(field => ({ table: table as string, field }))),
        ...eventFields.map(field => ({ table: 'events', field })),
        ...contentFields.map(field => ({ table: 'contents', field })),
        ...configFields.map(field => ({ table: 'configs', field })),
        ...nameFields.map(field => ({ table: 'names', field })),
      ];
      const expected = plain.map(({ table, field: { name, type, nullable } }) =>
        [`${table}.${name}`, type, nullable ? 'YES' : 'NO'].join(' '),
      );
      const found = rows.map(({ at, type, nullable }) => [at, type, nullable].join(' '));
      const own = found.filter(each => !expected.includes(each)).map(each => each.split(' ')[0] ?? '');
      expect(expected.filter(each => !found.includes(each))).toEqual([]);
      expect(own.filter(each => !/^(fences|shards|migrations)\.|\.born$/.test(each)).sort()).toEqual([
        'configs.gone_at',
        'stacks.parked',
        'stacks.struck_at',
        'stacks.struck_by',
      ]);
      expect(columnsOf('timers')).toHaveLength(1);
    });

    it('is migrated once, and each statement may run again', async () => {
      expect(await migrate(url)).toEqual([]);
      for (const { statements } of await migrations()) for (const text of statements) await hand.query(text);
      const { rows } = await hand.query<{ n: number }>('SELECT count(*)::INT4 AS n FROM shards');
      expect(rows[0]?.n).toBe(1024);
      await hand.query('DELETE FROM migrations');
      expect(await Promise.all([migrate(url), migrate(url)])).toHaveLength(2);
    });
  });
}
