import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leaseWorker, startEtcd, type TestEtcd } from '../../test/support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.ts';
import { until } from '../../test/support/until.ts';
import type { World } from '../actors/world.ts';
import { type NodeId, type Session, type Shard, shardCount } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { createClock } from '../real/clock.ts';
import { createDice } from '../real/dice.ts';
import { createLocalTransport } from '../real/local-directory.ts';
import { createNoCloud } from '../real/no-cloud.ts';
import { createMemoryStore, type MemoryStore } from '../store/memory.ts';
import { createEtcdDirectory, type EtcdDirectory } from './etcd/directory.ts';
import { Placement, type ShardHolder } from './placement.ts';
import { shareOf } from './rendezvous.ts';

const dice = createDice();

/** A life that writes nothing: what it holds, and how much was given away at once. */
class Holder implements ShardHolder {
  readonly session = dice.uuid() as Session;
  readonly held = new Set<Shard>();
  readonly drained: number[] = [];
  probes = 0;
  /** So many more drains end; the one after them lasts until this is called. */
  letThrough = Number.POSITIVE_INFINITY;
  release = (): void => undefined;

  ownedShards(): ReadonlySet<Shard> {
    return this.held;
  }
  async adopt(shards: readonly Shard[]): Promise<void> {
    for (const shard of shards) this.held.add(shard);
  }
  async drain(shards: readonly Shard[]): Promise<void> {
    for (const shard of shards) this.held.delete(shard);
    this.drained.push(shards.length);
    this.letThrough -= 1;
    if (this.letThrough < 0)
      await new Promise<void>(resolve => {
        this.release = resolve;
      });
  }
  probe(): void {
    this.probes += 1;
  }
  ownershipChanged(): void {}
}

interface Node {
  readonly directory: EtcdDirectory;
  readonly holder: Holder;
  readonly placement: Placement;
}

describe('placement over etcd', () => {
  let server: TestEtcd;
  let proxy: TcpProxy;
  let store: MemoryStore;
  let prefix: string;
  let nodes: Node[] = [];
  let tests = 0;

  beforeAll(async () => {
    server = await startEtcd();
    proxy = await startTcpProxy(server.port);
  });
  beforeEach(() => {
    tests += 1;
    prefix = `/cluster-${tests}/`;
    store = createMemoryStore({ nowMs: () => Date.now() });
  });
  afterEach(async () => {
    for (const { placement } of nodes) placement.end();
    await Promise.all(nodes.map(({ directory }) => directory.stop()));
    nodes = [];
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  async function start(name: string, host = server.host): Promise<Node> {
    const log = { write: () => undefined };
    const me = name as NodeId;
    const directory = await createEtcdDirectory({
      ...{ hosts: [host], prefix, me, address: `${name}:1`, speaks: [1, 1], log, leaseWorker },
    });
    const world: World = {
      clock: createClock(),
      dice,
      store,
      transport: createLocalTransport(),
      directory,
      cloud: createNoCloud(),
      compute: { run: () => Promise.reject(new Error('nothing to compute')) },
      vault: { seal: text => text, open: text => text },
      log,
    };
    const holder = new Holder();
    await store.begin(holder.session);
    const node = { directory, holder, placement: new Placement(world, holder) };
    nodes.push(node);
    node.placement.reconcile();
    return node;
  }

  /** How many shards the database gives to a life. */
  async function written(holder: Holder): Promise<number> {
    const all = Array.from({ length: shardCount }, (_, shard) => shard as Shard);
    return [...(await store.owners(all)).values()].filter(session => session === holder.session).length;
  }

  const settled = (...of: readonly Node[]): boolean => {
    const members = of.map(({ directory }) => directory.me).sort();
    return of.every(({ directory, holder }) => {
      const share = shareOf(directory.me, members);
      return holder.held.size === share.size && [...share].every(shard => holder.held.has(shard));
    });
  };

  it('gives a node that comes its share, some shards at a time, and takes it all when that leaves', async () => {
    const a = await start('a');
    await until('a has all', () => settled(a));
    expect(await written(a.holder)).toBe(shardCount);
    const b = await start('b');
    await until('each has its share', () => settled(a, b));
    const moved = a.holder.drained.reduce((sum, count) => sum + count, 0);
    expect(moved).toBe(shareOf('b' as NodeId, ['a', 'b'] as NodeId[]).size);
    expect(Math.max(...a.holder.drained)).toBeLessThanOrEqual(limits.movesPerRound);
    expect(b.holder.drained).toEqual([]);
    expect((await written(a.holder)) + (await written(b.holder))).toBe(shardCount);

    const began = performance.now();
    await b.placement.handOffAll();
    expect(b.holder.held.size).toBe(0);
    expect(await written(b.holder)).toBe(0);
    await until('a has all again', () => settled(a));
    expect(performance.now() - began).toBeLessThan(4_000); // not by the end of a lease
    expect(Math.max(...b.holder.drained)).toBeLessThanOrEqual(limits.movesPerRound);
  });

  it('lets the others take what is given up while the rest is still being drained', async () => {
    const [a, b] = await Promise.all([start('a'), start('b')]);
    await until('each has its share', () => settled(a, b));
    b.holder.letThrough = 1;
    const ended = b.placement.handOffAll();
    const share = shareOf('a' as NodeId, ['a', 'b'] as NodeId[]).size;
    await until('a has some of them', () => a.holder.held.size > share);
    expect(b.holder.held.size).toBeGreaterThan(0);
    b.holder.letThrough = Number.POSITIVE_INFINITY;
    b.holder.release();
    await ended;
    await until('a has all', () => settled(a));
  });

  it('takes the shards of a node that is gone when its lease ends, and displaces it in the database', async () => {
    const [a, b] = await Promise.all([start('a'), start('b', proxy.host)]);
    await until('each has its share', () => settled(a, b));
    proxy.pass(false);
    const ms = await until('a has all', () => settled(a), 15_000);
    expect(ms).toBeLessThan(limits.leaseTtlMs + 5_000);
    expect(await written(b.holder)).toBe(0);
    expect(b.holder.held.size).toBeGreaterThan(0); // it does not know; the fence does
    await expect(store.commit({ session: b.holder.session, lane: 0 as never }, 1 as never, nothing)).rejects.toThrow();
    proxy.pass(true);
    await until('it finds out that its life is over', () => b.holder.probes > 0);
  });
});

const nothing = { rows: [], events: [], contents: [], names: [] };
