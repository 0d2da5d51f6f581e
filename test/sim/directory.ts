/**
 * A simulated etcd, and the client that a node has of it.
 *
 * The server keeps leases with a time to live, the keys that hang on them, and tells every client what changed, in
 * order but late. A client's stream breaks now and then, with all that was on its way; the next one begins at the
 * revision after the last that arrived, or with a list where that is compacted away. A client renews its lease from the
 * sending of the last renewal on; a paused or cut-off node stops renewing, its lease runs out, its keys are free. When
 * a client finds its lease gone it begins another at once, as etcd clients do: what it held is then somebody's or
 * nobody's.
 */
import { type NodeId, type Shard, shardCount } from '../../engine/kernel/ids.ts';
import { limits } from '../../engine/kernel/limits.ts';
import type { Cancel, Directory } from '../../engine/kernel/world.ts';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import { never, type SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** Operations of one etcd transaction. */
const transactionSize = 128;
const clientDeadlineMs = 2_000;

interface Lease {
  readonly id: number;
  readonly node: NodeId;
  expiresAt: number;
}

/** What one revision of the store changed. */
export interface Change {
  readonly member?: { readonly node: NodeId; readonly here: boolean };
  readonly shards?: readonly Shard[];
  readonly owner?: NodeId | undefined;
}

export class SimEtcd {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly links: Links;
  private readonly leases = new Map<number, Lease>();
  private readonly members = new Map<NodeId, number>();
  private readonly leaving = new Set<number>();
  private readonly keys = new Map<Shard, Lease>();
  private readonly clients = new Set<SimDirectory>();
  /** Told of keys that a node gives back, in the instant of the effect. */
  readonly dropped: (process: SimProcess, shards: readonly Shard[]) => void;
  private count = 0;
  private readonly history: Change[] = [];

  constructor(scheduler: Scheduler, faults: Faults, links: Links, dropped: SimEtcd['dropped']) {
    this.scheduler = scheduler;
    this.faults = faults;
    this.links = links;
    this.dropped = dropped;
  }

  /** Whose key a shard is: by the server, not by anybody's copy. */
  holder(shard: Shard): NodeId | undefined {
    return this.keys.get(shard)?.node;
  }

  /** A new lease, with the node's member key on it; an older one of the node's other life stays until it runs out. */
  grant(node: NodeId): number {
    const lease = { id: ++this.count, node, expiresAt: this.scheduler.now + limits.leaseTtlMs };
    this.leases.set(lease.id, lease);
    this.members.set(node, lease.id);
    this.expireLater(lease);
    this.tell({ member: { node, here: true } });
    return lease.id;
  }

  /** False if the lease is gone. */
  keepAlive(id: number): boolean {
    const lease = this.leases.get(id);
    if (lease === undefined) return false;
    lease.expiresAt = this.scheduler.now + limits.leaseTtlMs;
    return true;
  }

  /** Its node is no member any more, and keeps what hangs on it. */
  countOut(id: number): void {
    const lease = this.leases.get(id);
    if (lease === undefined || this.members.get(lease.node) !== id) return;
    this.leaving.add(id);
    this.tell({ member: { node: lease.node, here: false } });
  }

  revoke(id: number): void {
    const lease = this.leases.get(id);
    if (lease === undefined) return;
    this.leases.delete(id);
    this.leaving.delete(id);
    const freed = [...this.keys].filter(([, holder]) => holder === lease).map(([shard]) => shard);
    for (const shard of freed) this.keys.delete(shard);
    if (freed.length > 0) this.tell({ shards: freed, owner: undefined });
    if (this.members.get(lease.node) === id) {
      this.members.delete(lease.node);
      this.tell({ member: { node: lease.node, here: false } });
    }
  }

  /** One transaction a call: keys without a holder become this lease's. Returns those that are. */
  win(id: number, shards: readonly Shard[]): readonly Shard[] {
    const lease = this.leases.get(id);
    if (lease === undefined) return [];
    const fresh = shards.filter(shard => !this.keys.has(shard));
    for (const shard of fresh) this.keys.set(shard, lease);
    if (fresh.length > 0) this.tell({ shards: fresh, owner: lease.node });
    return shards.filter(shard => this.keys.get(shard) === lease);
  }

  drop(process: SimProcess, id: number, shards: readonly Shard[]): void {
    const mine = shards.filter(shard => this.keys.get(shard)?.id === id);
    for (const shard of mine) this.keys.delete(shard);
    this.dropped(process, mine);
    if (mine.length > 0) this.tell({ shards: mine, owner: undefined });
  }

  /** The first revision that has not been. */
  get next(): number {
    return this.history.length;
  }

  join(client: SimDirectory): void {
    this.clients.add(client);
  }

  /** All there is, as changes of an empty copy. */
  list(): readonly Change[] {
    const changes: Change[] = [];
    for (const [node, id] of this.members) if (!this.leaving.has(id)) changes.push({ member: { node, here: true } });
    const byNode = new Map<NodeId, Shard[]>();
    for (const [shard, { node }] of this.keys) {
      const known = byNode.get(node);
      if (known === undefined) byNode.set(node, [shard]);
      else known.push(shard);
    }
    for (const [owner, shards] of byNode) changes.push({ shards, owner });
    return changes;
  }

  /** What a watch from this revision on begins with. */
  since = (revision: number): readonly Change[] => this.history.slice(revision);

  leave(client: SimDirectory): void {
    this.clients.delete(client);
  }

  private tell(change: Change): void {
    const revision = this.history.push(change) - 1;
    for (const client of this.clients) client.notice(change, revision);
  }

  private expireLater(lease: Lease): void {
    this.scheduler.at(lease.expiresAt, 'lease expiry', -1, () => {
      if (!this.leases.has(lease.id)) return;
      if (this.scheduler.now >= lease.expiresAt) this.revoke(lease.id);
      else this.expireLater(lease);
    });
  }
}

export class SimDirectory implements Directory {
  readonly me: NodeId;
  private readonly etcd: SimEtcd;
  private readonly process: SimProcess;
  private readonly here = new Set<NodeId>();
  private readonly owners: (NodeId | undefined)[] = Array.from({ length: shardCount }, () => undefined);
  private readonly listeners = new Set<() => void>();
  private lastDelivery = 0;
  /** The first revision of which this copy has not seen everything. */
  private seen = 0;
  /** Counts streams: what an older one carried does not arrive. Undefined: none stands. */
  private stream: number | undefined;
  private streams = 0;
  private lease: number | undefined;
  private renewedAt = Number.NEGATIVE_INFINITY;
  private notifying = false;

  constructor(etcd: SimEtcd, process: SimProcess) {
    this.etcd = etcd;
    this.process = process;
    this.me = process.id;
  }

  /** Connects: a lease, the member key, a first copy; then renewals. */
  async open(): Promise<void> {
    await this.begin();
    this.etcd.join(this);
    this.fill();
    this.keepAlive();
  }

  close(): void {
    this.etcd.leave(this);
  }

  members(): readonly NodeId[] {
    return [...this.here].sort();
  }

  ownerOf(shard: Shard): NodeId | undefined {
    return this.owners[shard];
  }

  deadline(): number {
    return this.renewedAt + limits.cloudCallWindowMs;
  }

  onChange(fn: () => void): Cancel {
    this.listeners.add(fn);
    return () => {
      this.listeners.delete(fn);
    };
  }

  async win(shards: readonly Shard[]): Promise<ReadonlySet<Shard>> {
    const won = new Set<Shard>();
    const { lease } = this; // the whole call hangs on the lease it began with
    if (lease === undefined) return won;
    for (let i = 0; i < shards.length; i += transactionSize) {
      const some = shards.slice(i, i + transactionSize);
      for (const shard of await this.call('win', () => this.etcd.win(lease, some))) won.add(shard);
    }
    if (this.lease === lease) for (const shard of won) this.owners[shard] = this.me;
    return won;
  }

  async drop(shards: readonly Shard[]): Promise<void> {
    const { lease } = this;
    if (lease === undefined) return;
    for (let i = 0; i < shards.length; i += transactionSize) {
      const some = shards.slice(i, i + transactionSize);
      await this.call('drop', () => this.etcd.drop(this.process, lease, some));
    }
  }

  async leave(): Promise<void> {
    const { lease } = this;
    if (lease !== undefined) await this.call('leave', () => this.etcd.countOut(lease));
  }

  async renew(): Promise<void> {
    const old = this.lease;
    if (old !== undefined) await this.call('revoke', () => this.etcd.revoke(old));
    if (this.lease === old) await this.begin();
  }

  /** Leaves for good: an orderly end. */
  async resign(): Promise<void> {
    const old = this.lease;
    this.lease = undefined;
    this.renewedAt = Number.NEGATIVE_INFINITY;
    if (old !== undefined) await this.call('revoke', () => this.etcd.revoke(old));
  }

  private async begin(): Promise<void> {
    const sentAt = this.etcd.scheduler.now;
    const lease = await this.call('grant', () => this.etcd.grant(this.me));
    this.lease = lease;
    this.renewedAt = sentAt;
  }

  private keepAlive(): void {
    this.process.after(limits.leaseRenewMs, 'renew', () => {
      void this.renewOnce().then(() => this.keepAlive());
    });
  }

  private async renewOnce(): Promise<void> {
    const { lease } = this;
    if (lease === undefined) return;
    const sentAt = this.etcd.scheduler.now;
    try {
      const lives = await this.call('keep alive', () => this.etcd.keepAlive(lease));
      if (this.lease !== lease) return;
      if (lives) this.renewedAt = sentAt;
      else await this.begin();
    } catch {
      // The next renewal tells.
    }
  }

  /** A change of the server's, on its way to this copy: late, but in order. */
  notice(change: Change, revision: number): void {
    const { stream } = this;
    if (stream === undefined || !this.process.alive) return;
    this.deliver(() => {
      if (this.stream !== stream) return;
      if (!this.etcd.links.up(this.process.index, 'directory') || this.etcd.faults.roll('watch-cut')) this.cut();
      else this.take([change], revision + 1);
    });
  }

  /** The copy is made anew, from a list. */
  private fill(): void {
    const changes = this.etcd.list();
    this.arrive(this.etcd.next, () => {
      this.here.clear();
      this.owners.fill(undefined);
      return changes;
    });
  }

  /** A stream that begins with what the copy has missed. */
  private resume(): void {
    const { etcd } = this;
    if (!etcd.links.up(this.process.index, 'directory')) this.resumeLater();
    else if (etcd.faults.roll('watch-compacted')) this.fill();
    else {
      const missed = etcd.since(this.seen);
      this.arrive(etcd.next, () => missed);
    }
  }

  private cut(): void {
    this.stream = undefined;
    this.resumeLater();
  }

  private resumeLater(): void {
    this.process.after(this.etcd.links.dice.skewed(100, 500), 'watch again', () => this.resume());
  }

  /** A stream's first answer, then what happens from that revision on. */
  private arrive(next: number, changes: () => readonly Change[]): void {
    const stream = ++this.streams;
    this.stream = stream;
    this.deliver(() => {
      if (this.stream !== stream) return;
      if (this.etcd.links.up(this.process.index, 'directory')) this.take(changes(), next);
      else this.cut();
    });
  }

  private deliver(effect: () => void): void {
    const { scheduler, faults, links } = this.etcd;
    const delay = faults.roll('watch-late') ? links.dice.skewed(100, 4_000) : links.dice.skewed(0.5, 20);
    const at = Math.max(this.lastDelivery + 0.000_1, scheduler.now + delay);
    this.lastDelivery = at;
    scheduler.at(at, 'watch', this.process.index, () => this.process.enter(effect));
  }

  private take(changes: readonly Change[], next: number): void {
    this.seen = next;
    for (const change of changes) {
      if (change.member?.here === true) this.here.add(change.member.node);
      else if (change.member !== undefined) this.here.delete(change.member.node);
      for (const shard of change.shards ?? []) this.owners[shard] = change.owner;
    }
    this.notify();
  }

  private notify(): void {
    if (this.notifying) return;
    this.notifying = true;
    this.process.after(0, 'directory changed', () => {
      this.notifying = false;
      for (const listener of [...this.listeners]) listener();
    });
  }

  /** There, the effect, and back; cut in either direction. */
  private call<T>(label: string, effect: () => T): Promise<T> {
    const { scheduler, faults, links } = this.etcd;
    if (!this.process.alive) return never();
    const fail = (ms: number) =>
      new Promise<never>((_resolve, reject) => {
        this.process.after(ms, `${label} failed`, () => reject(new DirectoryUnavailable(label)));
      });
    if (!links.up(this.process.index, 'directory')) return fail(clientDeadlineMs);
    if (faults.roll('directory-failed')) return fail(links.dice.skewed(1, clientDeadlineMs));
    if (faults.roll('directory-answer-lost')) {
      scheduler.after(links.latency(), label, this.process.index, () => void effect());
      return fail(links.dice.skewed(5, clientDeadlineMs));
    }
    return new Promise(resolve => {
      scheduler.after(links.latency(), label, this.process.index, () => {
        const value = effect();
        this.process.after(links.latency(), label, () => resolve(value));
      });
    });
  }
}

/** etcd did not answer; what was asked may have been done. */
export class DirectoryUnavailable extends Error {
  override readonly name = 'DirectoryUnavailable';
}
