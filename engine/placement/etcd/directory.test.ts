import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3 } from 'etcd3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { leaseWorker, startEtcd, type TestEtcd } from '../../../test/support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts';
import { eventually, until } from '../../../test/support/until.ts';
import { type NodeId, type Shard, shardCount } from '../../kernel/ids.ts';
import { limits } from '../../kernel/limits.ts';
import { connect } from './client.ts';
import { createEtcdDirectory, type EtcdDirectory, type EtcdDirectoryOptions } from './directory.ts';
import { type DirectoryView, watchDirectory } from './view.ts';

const all = Array.from({ length: shardCount }, (_, shard) => shard as Shard);
const node = (name: string): NodeId => name as NodeId;

describe('directories over one etcd', () => {
  let server: TestEtcd;
  let proxy: TcpProxy;
  let direct: Etcd3;
  let prefix: string;
  let opened: { stop(): Promise<void> }[] = [];
  let said: string[] = [];
  let tests = 0;

  beforeAll(async () => {
    server = await startEtcd();
    proxy = await startTcpProxy(server.port);
    direct = connect({ hosts: [server.host] });
  });
  beforeEach(() => {
    tests += 1;
    prefix = `/cluster-${tests}/`;
    said = [];
  });
  afterEach(async () => {
    proxy.pass(true);
    await Promise.all(opened.map(one => one.stop()));
    opened = [];
  });
  afterAll(async () => {
    direct?.close();
    await proxy?.stop();
    await server?.stop();
  });

  const log = { write: (_level: string, event: string) => void said.push(event) };
  const held = (directory: Pick<EtcdDirectory, 'ownerOf'>, by: string): Shard[] =>
    all.filter(shard => directory.ownerOf(shard) === by);

  async function open(name: string, options: Partial<EtcdDirectoryOptions> = {}): Promise<EtcdDirectory> {
    const directory = await createEtcdDirectory({
      hosts: [server.host],
      prefix,
      me: node(name),
      address: `${name}:1`,
      speaks: [1, 2],
      log,
      leaseWorker,
      ...options,
    });
    opened.push(directory);
    return directory;
  }

  async function view(): Promise<DirectoryView> {
    const watched = await watchDirectory({ hosts: [server.host], prefix, log });
    opened.push(watched);
    return watched;
  }

  it('gives each shard to one of two that ask at once, and both see whose it is', async () => {
    const [a, b] = await Promise.all([open('a'), open('b')]);
    const [ofA, ofB] = await Promise.all([eventually(() => a.win(all)), eventually(() => b.win(all))]);
    expect([...ofA].filter(shard => ofB.has(shard))).toEqual([]);
    expect(ofA.size + ofB.size).toBe(shardCount);
    for (const shard of ofA) expect(a.ownerOf(shard)).toBe('a');
    await until('both see the same', () => all.every(shard => a.ownerOf(shard) === b.ownerOf(shard)));
    expect(held(b, 'a')).toEqual([...ofA].sort((x, y) => x - y));
    await eventually(() => a.drop(all)); // what is b's stays b's
    await until('a has nothing', () => held(b, 'a').length === 0);
    expect(held(b, 'b').length).toBe(ofB.size);
  });

  it('shows a gateway the members, how to reach them, and the owners', async () => {
    const a = await open('a');
    const gateway = await view();
    await open('b', { speaks: [2, 3] });
    await eventually(() => a.win(all.slice(0, 200)));
    await until('all is there', () => gateway.members().length === 2 && held(gateway, 'a').length === 200);
    expect(gateway.members()).toEqual([
      { id: 'a', address: 'a:1', speaks: [1, 2], isLeaving: false },
      { id: 'b', address: 'b:1', speaks: [2, 3], isLeaving: false },
    ]);
  });

  it('counts one that leaves out at once, and still says how to reach it', async () => {
    const [a, b] = await Promise.all([open('a'), open('b')]);
    await eventually(() => a.win(all.slice(0, 10)));
    let told = 0;
    b.onChange(() => {
      told += 1;
    });
    await until('two members', () => b.members().length === 2);
    await a.leave();
    await until('one member', () => b.members().length === 1 && held(b, 'a').length === 10);
    expect(a.members()).toEqual(['b']);
    expect(b.member(node('a'))?.address).toBe('a:1');
    expect(told).toBeGreaterThan(0);
    await eventually(() => a.drop(all.slice(0, 5)));
    expect((await eventually(() => b.win(all.slice(0, 10)))).size).toBe(5);
    await a.stop();
    const ms = await until('all is free', () => b.member(node('a')) === undefined && held(b, 'a').length === 0);
    expect(ms).toBeLessThan(3_000); // revoked, not run out
    expect(held(b, 'b').length).toBe(5);
  });

  it('begins another lease when its own is gone, with no shard on it', async () => {
    const [a, b] = await Promise.all([open('a'), open('b')]);
    await eventually(() => a.win(all.slice(0, 10)));
    const { kvs } = await direct.kv.range({ key: Buffer.from(`${prefix}members/a`) });
    await direct.leaseClient.leaseRevoke({ ID: kvs[0]?.lease ?? '' });
    await until('b sees it', () => !b.members().includes(node('a')));
    expect(held(b, 'a')).toEqual([]);
    const ms = await until('it is back', () => b.members().includes(node('a')));
    expect(ms).toBeLessThan(limits.leaseTtlMs); // found at the next renewal
    expect(said).toContain('lease-lost');
    await until('it may begin things again', () => a.deadline() > performance.now());
    expect((await eventually(() => b.win(all.slice(0, 10)))).size).toBe(10);
    expect((await eventually(() => a.win(all.slice(5, 15)))).size).toBe(5);
  });

  it('takes the name of a process that is no more, and frees what that held at once', async () => {
    const former = await open('a', { hosts: [proxy.host] });
    const b = await open('b');
    await eventually(() => former.win(all));
    proxy.pass(false); // as good as killed
    const began = performance.now();
    const a = await open('a');
    expect((await eventually(() => a.win(all))).size).toBe(shardCount);
    expect(performance.now() - began).toBeLessThan(limits.leaseTtlMs);
    await until('b sees them', () => held(b, 'a').length === shardCount);
    expect(said).toContain('node-name-was-held');
  });

  it('stops before its lease ends when it is cut off, and the keys go only after that', async () => {
    const [a, b] = await Promise.all([open('a', { hosts: [proxy.host] }), open('b')]);
    await eventually(() => a.win(all.slice(0, 300)));
    await until('seen', () => held(b, 'a').length === 300);
    await sleep(1_600); // at least one renewal behind it
    proxy.pass(false);
    const began = performance.now();
    await until('a may begin nothing more', () => a.deadline() <= performance.now());
    const fencedMs = performance.now() - began;
    expect(held(b, 'a').length).toBe(300);
    await until('the keys are gone', () => held(b, 'a').length === 0);
    const goneMs = performance.now() - began;
    expect(fencedMs).toBeLessThan(limits.leaseTtlMs - 500);
    expect(goneMs).toBeGreaterThan(fencedMs + 500);
    expect(goneMs).toBeLessThan(limits.leaseTtlMs + 4_000);
    expect(held(a, 'a').length).toBe(300); // it knows no better yet
    await expect(a.win(all.slice(400, 401))).rejects.toThrow();
    proxy.pass(true);
    await until('a is back', () => b.members().includes(node('a')) && a.deadline() > performance.now());
    await until('a knows', () => held(a, 'a').length === 0);
  });

  it('goes on with what it knows while etcd is killed, and with its lease when it is back', async () => {
    const [a, b] = await Promise.all([open('a'), open('b')]);
    const gateway = await view();
    await eventually(() => a.win(all.slice(0, 100)));
    await until('seen', () => held(gateway, 'a').length === 100);
    server.signal('SIGKILL');
    await until('noticed', () => gateway.isStale() && a.isStale());
    expect(held(gateway, 'a').length).toBe(100);
    expect(gateway.members().map(({ id }) => id)).toEqual(['a', 'b']);
    await expect(b.win(all.slice(200, 210))).rejects.toThrow();
    await server.restart();
    await until('watched again', () => !gateway.isStale() && !a.isStale(), 5_000);
    expect((await eventually(() => a.win(all.slice(100, 200)))).size).toBe(100);
    await until('renewed', () => a.deadline() > performance.now() + 2_000);
    await until('seen', () => held(b, 'a').length === 200);
    expect(said).not.toContain('lease-lost');
  });

  it('fences itself while etcd is frozen, and renews when it thaws', async () => {
    const a = await open('a');
    await eventually(() => a.win(all.slice(0, 50)));
    server.signal('SIGSTOP');
    try {
      const fencedMs = await until('fenced', () => a.deadline() <= performance.now());
      expect(fencedMs).toBeLessThan(limits.leaseTtlMs - 500);
      await expect(a.win(all.slice(50, 60))).rejects.toThrow();
    } finally {
      server.signal('SIGCONT');
    }
    await until('renewed', () => a.deadline() > performance.now());
    await until('it can take shards', () => !a.isStale());
    expect((await eventually(() => a.win(all.slice(50, 60)))).size).toBe(10);
  });
});
