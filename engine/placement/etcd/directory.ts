/**
 * The Directory port over a real etcd: one lease, the member's key and the keys of its shards on it, and a copy of
 * everybody's, which the watch keeps up to date.
 *
 * A key says who should try; the row in `shards` and the fence decide (architecture: Ownership). So the rule here is
 * only that keys do not mislead for long: a key is taken in a transaction that holds for this very lease, it goes when
 * the lease goes, and when the lease was lost another begins at once, with no shard on it.
 *
 * Two processes under one name are an error of the operator's: the younger revokes what the older has, and says so.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3, ICompare, IRequestOp, IResponseOp } from 'etcd3';
import type { Millis } from '../../kernel/clock.ts';
import type { NodeId, Shard } from '../../kernel/ids.ts';
import { limits } from '../../kernel/limits.ts';
import type { Cancel, Directory, Log, MemberFacts } from '../../kernel/world.ts';
import { backoffMs, connect, defaultPrefix, type EtcdOptions, isRefusal, reasonOf } from './client.ts';
import { type DirectoryCopy, type Member, memberKey, memberValue, shardKey } from './copy.ts';
import { LeaseSession, revoke } from './session.ts';
import type { Change } from './watch.ts';
import { type WatchedCopy, watchCopy } from './watched.ts';

export interface EtcdDirectoryOptions extends EtcdOptions {
  /** One process at a time may carry it; the same after a restart, or shards move without need. */
  readonly me: NodeId;
  /** `host:port` at which the others reach this node. */
  readonly address: string;
  /** The versions of the messages that this node speaks. */
  readonly speaks: readonly [min: number, max: number];
  /** When this process joined, unix milliseconds. */
  readonly since?: number;
  /** The types of its operator's that this node has, each with a digest. */
  readonly plugins?: Readonly<Record<string, string>>;
  readonly log: Log;
  /** The compiled lease-worker.ts, where it does not stand beside this file. */
  readonly leaseWorker?: URL;
}

export interface EtcdDirectory extends Directory {
  /** How to reach a member; also one that is leaving. */
  member(node: NodeId): Member | undefined;
  /** True while changes do not arrive here. */
  isStale(): boolean;
  /** Revokes the lease, or gives up after limits.etcdCallMs, and ends. */
  stop(): Promise<void>;
}

/** Resolves when the lease is held and the copy is filled. Rejects when etcd refuses, or is away for limits.etcdStartMs. */
export async function createEtcdDirectory(options: EtcdDirectoryOptions): Promise<EtcdDirectory> {
  const etcd = connect(options);
  let watched: WatchedCopy | undefined;
  try {
    watched = await watchCopy(etcd, options, options.log);
    const directory = new Etcd(etcd, options, watched);
    await directory.join();
    return directory;
  } catch (error) {
    await watched?.stop();
    etcd.close();
    throw error;
  }
}

class Etcd implements EtcdDirectory {
  readonly me: NodeId;
  private readonly etcd: Etcd3;
  private readonly options: EtcdDirectoryOptions;
  private readonly watched: WatchedCopy;
  private readonly copy: DirectoryCopy;
  private readonly session: LeaseSession;
  private readonly prefix: string;
  private isLeaving = false;
  private stopped = false;
  /** Beginnings and ends of leases, one after the other. */
  private turn: Promise<void> = Promise.resolve();

  constructor(etcd: Etcd3, options: EtcdDirectoryOptions, watched: WatchedCopy) {
    this.etcd = etcd;
    this.options = options;
    this.watched = watched;
    this.copy = watched.copy;
    this.me = options.me;
    this.prefix = options.prefix ?? defaultPrefix;
    const worker = options.leaseWorker ?? new URL('./lease-worker.js', import.meta.url);
    this.session = new LeaseSession(etcd, options, worker, () => {
      options.log.write('warn', 'lease-lost', { node: this.me });
      void this.beginAgain();
    });
  }

  /** The first lease. What an earlier process of this name held is freed at once, not when its lease runs out. */
  async join(): Promise<void> {
    const until = performance.now() + limits.etcdStartMs;
    for (;;) {
      try {
        return await this.inTurn(async () => {
          await this.endFormer();
          await this.begin();
        });
      } catch (error) {
        if (isRefusal(error) || performance.now() >= until) {
          await this.session.stop();
          throw error;
        }
        await sleep(backoffMs());
      }
    }
  }

  members(): readonly NodeId[] {
    return this.copy.members();
  }

  member(node: NodeId): Member | undefined {
    return this.copy.member(node);
  }

  about(node: NodeId): MemberFacts | undefined {
    const member = this.copy.member(node);
    return member && { address: member.address, since: member.since, plugins: member.plugins };
  }

  ownerOf(shard: Shard): NodeId | undefined {
    return this.copy.ownerOf(shard);
  }

  deadline(): Millis {
    return this.session.deadline();
  }

  onChange(fn: () => void): Cancel {
    return this.copy.onChange(fn);
  }

  isStale(): boolean {
    return this.watched.isStale();
  }

  async win(shards: readonly Shard[]): Promise<ReadonlySet<Shard>> {
    const won = new Set<Shard>();
    const { lease } = this.session; // the whole call hangs on the lease it began with
    if (lease === undefined) return won;
    await inBatches(shards, async some => {
      const { revision, responses } = await this.txn(
        lease,
        some.map(shard => this.winOne(shard, lease)),
      );
      const mine = some.filter((_shard, i) => isMine(responses[i], lease));
      for (const shard of mine) won.add(shard);
      if (this.session.lease === lease) this.note(mine, this.me, revision);
    });
    return won;
  }

  async drop(shards: readonly Shard[]): Promise<void> {
    const { lease } = this.session;
    if (lease === undefined) return;
    await inBatches(shards, async some => {
      const { revision, responses } = await this.txn(
        lease,
        some.map(shard => this.dropOne(shard, lease)),
      );
      const gone = some.filter((_shard, i) => responses[i]?.response_txn.succeeded === true);
      this.note(gone, undefined, revision);
    });
  }

  renew(): Promise<void> {
    return this.inTurn(async () => {
      await this.session.revoke();
      await this.begin();
    });
  }

  leave(): Promise<void> {
    this.isLeaving = true;
    return this.inTurn(async () => {
      const { lease } = this.session;
      if (lease === undefined) return; // the next one will say it
      const put = { request_put: { key: this.key(memberKey(this.me)), value: this.record(), lease } };
      const { revision, responses } = await this.txn(lease, [put]);
      if (responses.length > 0) this.noteMember(revision);
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    try {
      await this.inTurn(() => this.session.revoke());
    } catch (error) {
      this.options.log.write('warn', 'lease-not-revoked', { reason: reasonOf(error) });
    }
    await this.session.stop();
    await this.watched.stop();
    this.etcd.close();
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }

  private async beginAgain(): Promise<void> {
    while (!this.stopped && this.session.lease === undefined) {
      try {
        await this.inTurn(async () => {
          if (!this.stopped && this.session.lease === undefined) await this.begin();
        });
      } catch (error) {
        this.options.log.write('warn', 'no-lease', { reason: reasonOf(error) });
        await sleep(backoffMs());
      }
    }
  }

  private async begin(): Promise<void> {
    await this.session.begin(async lease => {
      const { header } = await this.etcd.kv.put({ key: this.key(memberKey(this.me)), value: this.record(), lease });
      this.noteMember(BigInt(header.revision));
    });
  }

  private async endFormer(): Promise<void> {
    const { kvs } = await this.etcd.kv.range({ key: this.key(memberKey(this.me)) });
    const former = kvs[0]?.lease ?? '0';
    if (former === '0') return;
    this.options.log.write('warn', 'node-name-was-held', { node: this.me });
    await revoke(this.etcd, former);
  }

  /** Does it if the member's key hangs on this lease, hence the lease lives; else nothing, and there are no responses. */
  private async txn(
    lease: string,
    success: IRequestOp[],
  ): Promise<{ readonly revision: bigint; readonly responses: readonly IResponseOp[] }> {
    const compare: ICompare[] = [{ target: 'Lease', result: 'Equal', key: this.key(memberKey(this.me)), lease }];
    const { header, succeeded, responses } = await this.etcd.kv.txn({ compare, success });
    return { revision: BigInt(header.revision), responses: succeeded ? responses : [] };
  }

  private winOne(shard: Shard, lease: string): IRequestOp {
    const key = this.key(shardKey(shard));
    return {
      request_txn: {
        compare: [{ target: 'Create', result: 'Equal', key, create_revision: '0' }],
        success: [{ request_put: { key, value: Buffer.from(this.me), lease } }],
        failure: [{ request_range: { key } }],
      },
    };
  }

  private dropOne(shard: Shard, lease: string): IRequestOp {
    const key = this.key(shardKey(shard));
    return {
      request_txn: {
        compare: [{ target: 'Lease', result: 'Equal', key, lease }],
        success: [{ request_delete_range: { key } }],
      },
    };
  }

  private key(name: string): Buffer {
    return Buffer.from(this.prefix + name);
  }

  private record(): Buffer {
    const { address, speaks, since, plugins } = this.options;
    return Buffer.from(memberValue({ address, speaks, since, plugins, isLeaving: this.isLeaving }));
  }

  /** What a transaction of this node's did is known before the watch tells. */
  private note(shards: readonly Shard[], value: NodeId | undefined, revision: bigint): void {
    this.copy.apply(shards.map((shard): Change => ({ key: shardKey(shard), value, revision })));
  }

  private noteMember(revision: bigint): void {
    this.copy.apply([{ key: memberKey(this.me), value: this.record().toString(), revision }]);
  }
}

/** As many as fit a transaction, a few of those side by side. Rejects, when all of these have ended, if one failed. */
async function inBatches(shards: readonly Shard[], work: (some: readonly Shard[]) => Promise<void>): Promise<void> {
  const batches = slices(shards, limits.etcdTransactionShards);
  for (const few of slices(batches, limits.etcdTransactionsAtOnce)) {
    const ends = await Promise.allSettled(few.map(work));
    const failed = ends.find(end => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }
}

function slices<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Taken now, or this lease's already: asking twice gives the same answer. */
function isMine(response: IResponseOp | undefined, lease: string): boolean {
  if (response === undefined) return false;
  const { succeeded, responses } = response.response_txn;
  return succeeded || responses[0]?.response_range.kvs[0]?.lease === lease;
}
