import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startEtcd, type TestEtcd } from '../../../test/support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts';
import { until } from '../../../test/support/until.ts';
import { limits } from '../../kernel/limits.ts';
import { connect } from './client.ts';
import { type Change, type PrefixWatch, watchPrefix } from './watch.ts';

/** What a watch delivered, held against what was written. */
class Received {
  readonly events: Change[] = [];
  readonly lists: number[] = [];
  readonly keys = new Map<string, string>();
  connections = 0;
  isConnected = false;
  reasons: string[] = [];

  readonly handlers = {
    snapshot: (keys: readonly Change[]) => {
      this.lists.push(keys.length);
      this.keys.clear();
      for (const { key, value } of keys) this.keys.set(key, value ?? '');
    },
    changes: (changes: readonly Change[]) => {
      this.events.push(...changes);
      for (const { key, value } of changes) {
        if (value === undefined) this.keys.delete(key);
        else this.keys.set(key, value);
      }
    },
    connected: (isNow: boolean, reason: string) => {
      if (isNow) this.connections += 1;
      else this.reasons.push(reason);
      this.isConnected = isNow;
    },
  };
}

describe('the watch of a prefix', () => {
  let server: TestEtcd;
  let proxy: TcpProxy;
  let direct: Etcd3;
  let prefix: string;
  let watches: PrefixWatch[];
  let clients: Etcd3[];
  let tests = 0;

  beforeAll(async () => {
    server = await startEtcd();
    proxy = await startTcpProxy(server.port);
    direct = connect({ hosts: [server.host] });
    watches = [];
    clients = [];
  });

  beforeEach(async () => {
    for (const watch of watches) await watch.stop();
    for (const client of clients) client.close();
    watches = [];
    clients = [];
    tests += 1;
    prefix = `/test-${tests}/`;
  });

  afterAll(async () => {
    for (const watch of watches ?? []) await watch.stop();
    for (const client of clients ?? []) client.close();
    direct?.close();
    await proxy?.stop();
    await server?.stop();
  });

  function watchThroughProxy(): Received {
    const received = new Received();
    const client = connect({ hosts: [proxy.host] });
    clients.push(client);
    watches.push(watchPrefix(client, prefix, received.handlers));
    return received;
  }

  /** Writes keys k0 … with their number as the value. */
  async function write(from: number, count: number, size = 100): Promise<void> {
    let next = from;
    await Promise.all(
      Array.from({ length: 64 }, async () => {
        while (next < from + count) {
          const n = next++;
          await direct.put(`${prefix}k${n}`).value(String(n).padEnd(size, '.'));
        }
      }),
    );
  }

  const numbers = (received: Received): number[] =>
    received.events.map(({ value }) => Number.parseInt(value ?? '', 10));
  const lostAndDoubled = (received: Received, count: number): { lost: number; doubled: number } => {
    const got = numbers(received);
    return { lost: count - new Set(got).size, doubled: got.length - new Set(got).size };
  };

  it('tells what there is, then what changes, deletions too, and nothing of other prefixes', async () => {
    await direct.put(`${prefix}a`).value('1');
    await direct.put('/test-other').value('x');
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    expect([...received.keys]).toEqual([['a', '1']]);
    await direct.put(`${prefix}b`).value('2');
    await direct.put(`${prefix.slice(0, -1)}0`).value('after the prefix');
    await direct.delete().key(`${prefix}a`);
    await until('two events', () => received.events.length >= 2);
    expect(received.events.map(({ key, value }) => [key, value])).toEqual([
      ['b', '2'],
      ['a', undefined],
    ]);
    expect((received.events[0]?.revision ?? 0n) < (received.events[1]?.revision ?? 0n)).toBe(true);
  });

  // etcd catches a watch up in replies of 1,000 revisions each, 130 bytes an event here: the cuts fall into the
  // connection's beginning, right behind the watch's creation, and into each of the replies.
  it.each([60, 250, 30_000, 150_000])(
    'loses and doubles nothing when the connection is cut after %i bytes of a catch-up',
    async bytes => {
      const count = 2_200;
      const received = watchThroughProxy();
      await until('connected', () => received.isConnected);
      proxy.pass(false);
      await write(0, count);
      const before = proxy.connections;
      proxy.cutAfter(bytes);
      proxy.pass(true);
      await until('all events', () => received.events.length >= count);
      await sleep(100);
      expect(lostAndDoubled(received, count)).toEqual({ lost: 0, doubled: 0 });
      expect(received.lists).toEqual([0]);
      expect(proxy.connections - before).toBeGreaterThanOrEqual(2); // one that was cut, and one after it
    },
  );

  it('loses and doubles nothing when it is cut again and again while events come', async () => {
    const count = 1_500;
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    const writing = write(0, count);
    for (let cut = 0; cut < 10 && received.events.length < count; cut++) {
      await until('connected', () => received.isConnected);
      await sleep(20);
      proxy.cut();
      await until('noticed', () => !received.isConnected);
    }
    await writing;
    await until('all events', () => received.events.length >= count);
    expect(lostAndDoubled(received, count)).toEqual({ lost: 0, doubled: 0 });
    expect(received.connections).toBeGreaterThan(2);
  });

  it('lists again when what it missed is compacted away', async () => {
    await write(0, 10);
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    proxy.pass(false);
    await write(10, 20);
    await direct.delete().key(`${prefix}k3`);
    const { header } = await direct.kv.range({ key: Buffer.from(prefix) });
    await direct.kv.compact({ revision: header.revision, physical: true });
    proxy.pass(true);
    await until('a second list', () => received.lists.length === 2);
    await until('connected', () => received.isConnected);
    expect(received.lists).toEqual([10, 29]);
    expect(received.keys.has('k3')).toBe(false);
    expect(received.reasons.some(reason => reason.includes('compacted'))).toBe(true);
    await write(30, 1);
    await until('the next event', () => received.keys.has('k30'));
    expect(numbers(received)).toEqual([30]);
  });

  it('goes on soon after a killed server has come back', async () => {
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    await write(0, 50);
    await until('50 events', () => received.events.length >= 50);
    server.signal('SIGKILL');
    await until('noticed', () => !received.isConnected);
    await server.restart();
    await until('connected', () => received.isConnected, 3_000);
    await write(50, 50);
    await until('100 events', () => received.events.length >= 100);
    expect(lostAndDoubled(received, 100)).toEqual({ lost: 0, doubled: 0 });
    expect(received.lists).toEqual([0]);
  });

  it('notices a frozen server by itself, and goes on when it thaws', async () => {
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    await write(0, 5);
    server.signal('SIGSTOP');
    try {
      await until(
        'noticed',
        () => !received.isConnected,
        limits.etcdKeepAliveMs + limits.etcdKeepAliveTimeoutMs + 1_500,
      );
    } finally {
      server.signal('SIGCONT');
    }
    await until('connected', () => received.isConnected);
    await write(5, 5);
    await until('ten events', () => received.events.length >= 10);
    expect(lostAndDoubled(received, 10)).toEqual({ lost: 0, doubled: 0 });
  });

  it('says nothing after it was stopped', async () => {
    const received = watchThroughProxy();
    await until('connected', () => received.isConnected);
    await watches[0]?.stop();
    await write(0, 3);
    await sleep(100);
    expect(received.events).toEqual([]);
  });
});
