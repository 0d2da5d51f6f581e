/**
 * A cluster that is measured: what its processes have used so far, and how its engines' own meters stand.
 *
 * Engines, gateway, PostgreSQL (with its backends) and etcd are read from /proc; commits, turns and messages between
 * nodes from the engines' /metrics; what PostgreSQL wrote ahead from the place in its log. The client and the sandbox
 * cloud, of which only Keystone is asked anything, count nowhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { Session } from '../../cli/client.ts';
import { engineStatusOffset, startCluster, type TestCluster } from '../support/cluster.ts';
import { cpuSeconds, rssMib } from './usage.ts';

/** Sums since the start. */
export interface Usage {
  /** Processor seconds of each. */
  readonly engines: readonly number[];
  readonly gateway: number;
  readonly postgres: number;
  readonly etcd: number;
  readonly commits: number;
  readonly committedRows: number;
  /** Seconds that commits took, each from being sent to its outcome. */
  readonly commitSeconds: number;
  readonly turns: number;
  /** Between engines, and the bytes of them. */
  readonly messages: number;
  readonly messageBytes: number;
  readonly walBytes: number;
}

const balancedMs = 60_000;
const calmLooks = 4;
const lookMs = 500;

export class ClusterSite {
  readonly engines: number;
  readonly session: Session;
  private readonly cluster: TestCluster;
  private readonly database: pg.Client;

  private constructor(cluster: TestCluster, session: Session, database: pg.Client) {
    this.engines = cluster.engines.length;
    this.cluster = cluster;
    this.session = session;
    this.database = database;
  }

  /** So many engines, one gateway; flushes to disk are real. `started` hears of it early, so that a signal can end it. */
  static async start(engines: number, started: (cluster: TestCluster) => void): Promise<ClusterSite> {
    const cluster = await startCluster({ engines, gateways: 1, logLevel: 'warn' });
    started(cluster);
    try {
      const [gateway = ''] = cluster.gatewayUrls;
      const { token, url } = await cluster.logIn('demo');
      const database = new pg.Client({ connectionString: cluster.database.url, application_name: 'convect-bench' });
      database.on('error', () => undefined);
      await database.connect();
      // Past the balancer, which runs in this process.
      const session = new Session(token, `${gateway}${new URL(url).pathname}`);
      const site = new ClusterSite(cluster, session, database);
      await site.balanced();
      return site;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.database.end();
    await this.cluster.stop();
  }

  /** Of the engine that holds most. */
  rssMib(): number {
    return Math.max(...this.cluster.engines.map(({ pid }) => (pid === undefined ? 0 : rssMib(pid))));
  }

  async usage(): Promise<Usage> {
    // First, so that what reading the meters costs falls between two measurements.
    const { cluster } = this;
    const cpu = {
      engines: cluster.engines.map(({ name, pid }) => cpuSeconds(alive(name, pid))),
      gateway: cluster.gateways.reduce((sum, { name, pid }) => sum + cpuSeconds(alive(name, pid)), 0),
      postgres: cpuSeconds(cluster.database.pid, true),
      etcd: cpuSeconds(alive('etcd', cluster.etcd.pid)),
    };
    const meters = await this.meters();
    const sum = (name: string): number => meters.reduce((all, of) => all + (of.get(name) ?? 0), 0);
    const wal = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::FLOAT8 AS bytes";
    return {
      ...cpu,
      commits: sum('convect_commit_rows_count'),
      committedRows: sum('convect_commit_rows_sum'),
      commitSeconds: sum('convect_commit_seconds_sum'),
      turns: sum('convect_turns_total'),
      messages: sum('convect_messages_sent_total'),
      messageBytes: sum('convect_message_bytes_sent_total'),
      walBytes: (await this.database.query<{ bytes: number }>(wal)).rows[0]?.bytes ?? 0,
    };
  }

  private meters(): Promise<readonly ReadonlyMap<string, number>[]> {
    return Promise.all(
      this.cluster.engines.map(async (_, n) => {
        const response = await fetch(`http://127.0.0.1:${this.cluster.portBase + engineStatusOffset + n}/metrics`);
        return sumsIn(await response.text());
      }),
    );
  }

  /** Until each engine holds about its share of the shards, and none moves any more. */
  private async balanced(): Promise<void> {
    let [before, calm] = ['', 0];
    for (const end = performance.now() + balancedMs; calm < calmLooks; await sleep(lookMs)) {
      const shards = (await this.meters()).map(of => of.get('convect_shards_owned') ?? 0);
      const now = shards.join();
      calm = now === before && isShared(shards) ? calm + 1 : 0;
      before = now;
      if (performance.now() > end) throw new Error(`the engines' shards were not shared out in a minute: ${now}`);
    }
  }
}

/** What is read stands before what is asked: a process that is gone has used nothing, and that would be wrong. */
function alive(name: string, pid: number | undefined): number {
  if (pid === undefined) throw new Error(`${name} is down`);
  return pid;
}

/** True where all shards are held, and by each engine more than half of its share. */
export function isShared(shards: readonly number[]): boolean {
  const all = shards.reduce((sum, each) => sum + each, 0);
  return all === 1_024 && shards.every(each => each > all / shards.length / 2);
}

/** Prometheus' text: each name with the sum over its labels. */
export function sumsIn(text: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [, name = '', value] of text.matchAll(/^([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$/gm)) {
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}

/** Processor seconds of what a cluster must not make dearer: engines, PostgreSQL and etcd. */
export function cpuOf({ engines, postgres, etcd }: Usage): number {
  return engines.reduce((sum, each) => sum + each, 0) + postgres + etcd;
}

/** What was used between two readings. */
export function used(before: Usage, after: Usage): Usage {
  const numbers = Object.keys(after).filter(key => key !== 'engines') as Exclude<keyof Usage, 'engines'>[];
  const differences = Object.fromEntries(numbers.map(key => [key, after[key] - before[key]]));
  const engines = after.engines.map((each, n) => each - (before.engines[n] ?? 0));
  return { ...(differences as Omit<Usage, 'engines'>), engines };
}
