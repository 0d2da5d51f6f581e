import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, startEmbedded } from '../../test/databases.ts';
import type { HybridTime } from '../kernel/clock.ts';
import { type CommitNumber, type Lane, type Session, shardOf, type Uuid } from '../kernel/ids.ts';
import type { Embedded } from '../store/embedded.ts';
import { createSqlStore } from '../store/sql.ts';
import type { Row } from '../store/store.ts';

const stack = '11111111-1111-4111-8111-111111111111' as Uuid;

const row: Row = {
  table: 'stacks',
  key: stack,
  actor: stack,
  kind: 'stack',
  stack,
  bucket: 0,
  shard: shardOf(stack, 0),
  version: 1,
  clock: 1 as HybridTime,
  unfinished: true,
  goneAt: null,
  plan: null,
  columns: {
    project: 'p',
    name: 'n',
    owner: null,
    parent_resource: null,
    root: stack,
    nested_depth: 0,
    username: 'u',
    user_project: null,
    action: 'CREATE',
    status: 'IN_PROGRESS',
    reason: '',
    created_at: 1,
    updated_at: null,
    deleted_at: null,
    disable_rollback: true,
    timeout_mins: null,
    tags: null,
    generation: 1,
    plans: '',
  },
  state: '{}',
};

describe('the watchdog', () => {
  let database: Embedded;
  let url: string;

  beforeAll(async () => {
    database = await startEmbedded();
    url = await freshDatabase(database.url);
    const store = createSqlStore({ connectionString: url });
    const session = randomUUID() as Session;
    await store.begin(session);
    await store.commit({ session, lane: 0 as Lane }, 1 as CommitNumber, {
      rows: [row],
      events: [],
      contents: [],
      names: [],
    });
    await store.close();
  });
  afterAll(() => database?.stop());

  async function query(text: string): Promise<readonly Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(text)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  async function watched(
    beating: boolean,
  ): Promise<{ victim: ChildProcess; watchdog: Awaited<ReturnType<typeof load>> }> {
    const victim = spawn('sleep', ['60'], { stdio: 'ignore' });
    return { victim, watchdog: await load(victim, beating) };
  }

  /** The built one: a thread runs JavaScript only. */
  async function load(victim: ChildProcess, beating: boolean) {
    const built = (await import(
      new URL('../../dist/engine/real/watchdog.js', import.meta.url).href
    )) as typeof import('./watchdog.ts');
    return built.createWatchdog({ databaseUrl: url, pid: victim.pid ?? 0 }, beating);
  }

  it('strikes the stack whose turn holds the loop, and ends the process', async () => {
    const { victim, watchdog } = await watched(false);
    watchdog.onTurn(stack);
    const [, signal] = await once(victim, 'exit');
    expect(signal).toBe('SIGKILL');
    expect(await query(`SELECT array_length(struck_at, 1) AS strikes FROM stacks WHERE key = '${stack}'`)).toEqual([
      { strikes: 1 },
    ]);
    await watchdog.stop();
  });

  it('leaves a loop alone that beats, or in which no turn runs', async () => {
    const beating = await watched(true);
    beating.watchdog.onTurn(stack);
    const idle = await watched(false);
    idle.watchdog.onTurn(stack);
    idle.watchdog.onTurn(undefined);
    await sleep(3_500);
    for (const { victim, watchdog } of [beating, idle]) {
      expect(victim.exitCode ?? victim.signalCode).toBeNull();
      await watchdog.stop();
      victim.kill('SIGKILL');
    }
  });
});
