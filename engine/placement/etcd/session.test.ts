import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3 } from 'etcd3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { leaseWorker, startEtcd, type TestEtcd } from '../../../test/support/etcd.ts';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.ts';
import { until } from '../../../test/support/until.ts';
import { limits } from '../../kernel/limits.ts';
import { connect } from './client.ts';
import { LeaseSession } from './session.ts';

describe('a lease', () => {
  let server: TestEtcd;
  let proxy: TcpProxy;
  let etcd: Etcd3;
  let sessions: LeaseSession[] = [];
  let lost: string[] = [];

  beforeAll(async () => {
    server = await startEtcd();
    proxy = await startTcpProxy(server.port);
    etcd = connect({ hosts: [server.host] });
  });
  afterEach(async () => {
    await Promise.all(sessions.map(session => session.stop()));
    sessions = [];
    lost = [];
  });
  afterAll(async () => {
    etcd?.close();
    await proxy?.stop();
    await server?.stop();
  });

  function session(host = server.host): LeaseSession {
    const made = new LeaseSession(etcd, { hosts: [host] }, leaseWorker, lease => lost.push(lease));
    sessions.push(made);
    return made;
  }

  const hold = async (): Promise<void> => undefined;
  /** How long ago the last good renewal was sent. */
  const age = (of: LeaseSession): number => performance.now() - (of.deadline() - limits.cloudCallWindowMs);
  /** Seconds that it has left at the server. */
  const left = async (lease: string | undefined): Promise<number> =>
    Number((await etcd.leaseClient.leaseTimeToLive({ ID: lease ?? '' })).TTL);

  /** The main loop does nothing for so long. */
  function block(ms: number): void {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }

  it('is none before it begins, and none when what should hang on it fails', async () => {
    const one = session();
    expect(one.lease).toBeUndefined();
    expect(one.deadline()).toBe(Number.NEGATIVE_INFINITY);
    await expect(
      one.begin(() => {
        throw new Error('not hung');
      }),
    ).rejects.toThrow('not hung');
    expect(one.lease).toBeUndefined();
    expect(one.deadline()).toBe(Number.NEGATIVE_INFINITY);
  });

  it('counts its deadline from the sending, and moves it with each renewal', async () => {
    const one = session();
    const before = performance.now();
    await one.begin(hold);
    const first = one.deadline();
    expect(first).toBeGreaterThan(before + limits.cloudCallWindowMs - 1); // two readings of the clock
    expect(first).toBeLessThanOrEqual(performance.now() + limits.cloudCallWindowMs);
    await until('renewed', () => one.deadline() > first);
    expect(age(one)).toBeLessThan(limits.etcdCallMs);
    expect(one.deadline() - first).toBeGreaterThanOrEqual(limits.leaseRenewMs);
    expect(await left(one.lease)).toBeGreaterThanOrEqual(3);
  });

  it('is renewed while the main loop is busy for two seconds, and no more when it is for longer', {
    retry: 2,
  }, async () => {
    const one = session();
    await one.begin(hold);
    const first = one.deadline();
    await until('renewed', () => one.deadline() > first); // the thread runs
    const second = one.deadline();
    block(2_800);
    expect(one.deadline()).toBeGreaterThan(second);
    await until('a tick of the main loop, and a renewal', () => age(one) < 1_000);
    await sleep(2 * limits.leaseLookMs);
    block(4_500);
    expect(age(one)).toBeGreaterThan(4_500 - limits.loopStallMs - 2 * limits.leaseLookMs);
    const last = one.deadline();
    await until('renewed again', () => one.deadline() > last);
    expect(lost).toEqual([]);
  });

  it('is gone at the server at once when it is revoked, once and twice', async () => {
    const one = session();
    await one.begin(hold);
    const { lease } = one;
    await one.revoke();
    await one.revoke();
    expect(await left(lease)).toBe(-1);
    expect(one.lease).toBeUndefined();
    expect(lost).toEqual([]);
  });

  it('says once that it was lost', async () => {
    const one = session();
    await one.begin(hold);
    const lease = one.lease ?? '';
    await etcd.leaseClient.leaseRevoke({ ID: lease });
    await until('told', () => lost.length > 0);
    expect(lost).toEqual([lease]);
    expect(one.lease).toBeUndefined();
    await one.begin(hold);
    expect(one.lease).not.toBe(lease);
    const first = one.deadline();
    await until('the next one is renewed', () => one.deadline() > first);
    expect(lost).toEqual([lease]);
  });

  it('gets over cut connections without being lost', async () => {
    const one = session(proxy.host);
    await one.begin(hold);
    for (let cut = 0; cut < 2; cut++) {
      const last = one.deadline();
      proxy.cut();
      await until('renewed', () => one.deadline() > last);
    }
    expect(lost).toEqual([]);
  });

  it('moves its deadline no further while nobody answers', async () => {
    const one = session(proxy.host);
    await one.begin(hold);
    const first = one.deadline();
    await until('renewed', () => one.deadline() > first);
    proxy.pass(false);
    const last = one.deadline();
    await until('the deadline passes', () => performance.now() > last);
    expect(one.deadline()).toBe(last);
    expect(one.lease).toBeDefined(); // for all it knows
    proxy.pass(true);
  });
});
