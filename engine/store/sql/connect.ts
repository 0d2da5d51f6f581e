/**
 * Connections to the database, and how a statement other than a commit is run on them.
 *
 * Nothing here waits for ever: connecting, every statement and every answer has a time of its own, shorter than half
 * a lease (limits.ts), and a connection that broke one of them is cut. No statement is part of a transaction that
 * would wait for its client, so a stopped node holds no lock.
 */
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { limits } from '../../kernel/limits.ts';
import { StoreUnavailable } from '../store.ts';
import { isSerialization, readFailure } from './failures.ts';
import { Places } from './places.ts';
import type { Query } from './select.ts';
import { setWhatIsKnown, settings } from './statements.ts';

export type Isolation = 'read committed' | 'serializable';

export interface ConnectOptions {
  readonly connectionString: string;
  /** Default: read committed on PostgreSQL, serializable on CockroachDB. */
  readonly isolation?: Isolation;
  readonly applicationName?: string;
  /** The client to connect with; tests give one that fails. */
  readonly client?: typeof pg.Client;
}

const int8 = 20;

/** INT8 as numbers: all of ours are below 2^53. Only on our own connections. */
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === int8 ? Number : pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
};

const keepAliveSeconds = String(limits.storeKeepAliveMs / 1_000);

const postgresSettings: ReadonlyMap<string, string> = new Map([
  // Arrays of any length are one plan, and no plan here is worth compiling.
  ['plan_cache_mode', 'force_generic_plan'],
  ['jit', 'off'],
  // A client that stopped between the last two messages of a statement (they leave in one write, but may still be
  // parted) holds its locks without being "idle in transaction"; from release 17 on this ends it.
  ['transaction_timeout', String(limits.storeStatementMs)],
  ['tcp_keepalives_idle', keepAliveSeconds],
  ['tcp_keepalives_interval', '1'],
  ['tcp_keepalives_count', '2'],
]);

function clientConfig(options: ConnectOptions, statementMs: number): pg.ClientConfig {
  return {
    connectionString: options.connectionString,
    application_name: options.applicationName ?? 'convect',
    connectionTimeoutMillis: limits.storeConnectMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: limits.storeStatementMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: limits.storeKeepAliveMs,
    types,
  };
}

/** Tells a new connection how it is to work. */
async function setUp(client: pg.ClientBase, isolation: Isolation | undefined): Promise<void> {
  const { rows } = await client.query<{ version: string }>(settings.version);
  const cockroach = rows[0]?.version.includes('CockroachDB') === true;
  const level = isolation ?? (cockroach ? 'serializable' : 'read committed');
  await client.query(level === 'serializable' ? settings.serializable : settings.readCommitted);
  if (cockroach) return;
  await client.query(setWhatIsKnown, [[...postgresSettings.keys()], [...postgresSettings.values()]]);
}

/** A connection of one's own, for commits. Its `error` events are heard: a lost connection is seen at the next query. */
export async function connectAlone(options: ConnectOptions): Promise<pg.Client> {
  const client = new (options.client ?? pg.Client)(clientConfig(options, limits.storeCommitStatementMs));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await setUp(client, options.isolation);
    return client;
  } catch (error) {
    cut(client);
    throw error;
  }
}

/** Ends a connection at once, whatever it is doing, and waits for nothing. */
export function cut(client: pg.Client): void {
  client.end().catch(() => undefined);
}

/** Rejects with what `late` makes after so many milliseconds, and lets the work go its way. */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

export interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly count: number;
}

/** Some connections for statements that may be run again. */
export class Connections {
  private readonly pool: pg.Pool;
  private readonly places: Places;
  private readonly waitMs: number;

  /** `waitMs`: how long a statement may wait for those before it. */
  constructor(options: ConnectOptions, max: number, waitMs: number) {
    this.places = new Places(max);
    this.waitMs = waitMs;
    this.pool = new pg.Pool({
      ...clientConfig(options, limits.storeStatementMs),
      ...(options.client === undefined ? {} : { Client: options.client }),
      max,
      allowExitOnIdle: true,
      onConnect: (client: pg.ClientBase) => {
        // While it is lent out, the pool does not listen; an error that nobody hears would end the process.
        client.on('error', () => undefined);
        return setUp(client, options.isolation);
      },
    });
    this.pool.on('error', () => undefined);
  }

  /** Runs it, again after 40001. Throws StoreUnavailable where the database cannot be reached or does not answer. */
  async run(
    { name, text }: { readonly name?: string; readonly text: string },
    values: unknown[] = [],
  ): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.once({ ...(name === undefined ? {} : { name }), text, values });
      } catch (error) {
        if (!isSerialization(error) || tries >= limits.storeRetries) throw readFailure(error);
        await sleep(2 ** tries);
      }
    }
  }

  private async once(query: Query): Promise<Answer> {
    const leave = await this.places.take(this.waitMs);
    if (leave === undefined) throw new StoreUnavailable('too many statements wait for a connection');
    try {
      return await this.send(query);
    } finally {
      leave();
    }
  }

  /** There is a place, so no more than connecting takes time of the pool's. */
  private async send(query: Query): Promise<Answer> {
    const client = await this.pool.connect();
    let failed = true;
    try {
      const sent = client.query<unknown[]>({ ...query, rowMode: 'array' });
      const { rows, rowCount } = await within(
        limits.storeReadDeadlineMs,
        sent,
        () => new StoreUnavailable('the database did not answer in time'),
      );
      failed = false;
      return { rows, count: rowCount ?? 0 };
    } catch (error) {
      failed = !isSerialization(error);
      throw error;
    } finally {
      client.release(failed);
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}
