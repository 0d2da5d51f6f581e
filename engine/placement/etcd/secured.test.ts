import type { Etcd3 } from 'etcd3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Certificate, createAuthority } from '../../../test/support/certificates.ts';
import { leaseWorker, startEtcd, type TestEtcd } from '../../../test/support/etcd.ts';
import { until } from '../../../test/support/until.ts';
import type { NodeId, Shard } from '../../kernel/ids.ts';
import { connect, type EtcdOptions } from './client.ts';
import { createEtcdDirectory, type EtcdDirectory } from './directory.ts';
import { type DirectoryView, watchDirectory } from './view.ts';

const auth = { username: 'convect', password: 'correct horse' };

describe('an etcd that asks for certificates and a password', () => {
  let server: TestEtcd;
  let mine: Certificate;
  let theirs: Certificate;
  const log = { write: () => undefined };

  beforeAll(async () => {
    const authority = createAuthority();
    mine = authority.issue(['engine'], true);
    theirs = createAuthority().issue(['engine'], true);
    server = await startEtcd(authority.issue(['etcd'], true));
    await protect(connect({ hosts: [server.host], tls: mine }));
  });
  afterAll(() => server?.stop());

  /** A user that may do what it likes below our prefix, and nothing else. */
  async function protect(etcd: Etcd3): Promise<void> {
    await etcd.user('root').create('secret');
    await etcd.user('root').addRole('root');
    await etcd.role('ours').create();
    await etcd.role('ours').grant({ permission: 'Readwrite', range: etcd.range({ prefix: '/convect/' }) });
    await etcd.user(auth.username).create(auth.password);
    await etcd.user(auth.username).addRole('ours');
    await etcd.auth.authEnable();
    etcd.close();
  }

  const open = (options: Partial<EtcdOptions> = {}): Promise<EtcdDirectory> =>
    createEtcdDirectory({
      hosts: [server.host],
      tls: mine,
      auth,
      me: 'n1' as NodeId,
      address: 'n1:1',
      speaks: [1, 1],
      log,
      leaseWorker,
      ...options,
    });

  it('serves one that has both, and its tokens are had anew when etcd forgot them', async () => {
    const directory = await open();
    let view: DirectoryView | undefined;
    try {
      view = await watchDirectory({ hosts: [`https://${server.host}`], tls: mine, auth, log });
      expect((await directory.win([5, 6] as Shard[])).size).toBe(2);
      await until('seen', () => view?.ownerOf(6 as Shard) === 'n1');
      await server.restart(); // its tokens are in memory
      const before = directory.deadline();
      await until('renewed', () => directory.deadline() > before && !directory.isStale());
      expect((await directory.win([7] as Shard[])).size).toBe(1);
      await until('seen', () => view?.ownerOf(7 as Shard) === 'n1');
    } finally {
      await view?.stop();
      await directory.stop();
    }
  });

  it('refuses a wrong password and another prefix at once', async () => {
    await expect(open({ auth: { ...auth, password: 'wrong' } })).rejects.toThrow(/authentication failed/);
    await expect(open({ prefix: '/other/' })).rejects.toThrow(/permission denied/);
  });

  it('is not reached without a certificate, with another authority’s, nor where we trust another', async () => {
    const { ca } = mine;
    for (const tls of [{ ca }, { ...theirs, ca }, { ...mine, ca: theirs.ca }]) {
      const etcd = connect({ hosts: [server.host], tls, auth });
      await expect(etcd.maintenance.status()).rejects.toThrow();
      etcd.close();
    }
  });

  it('is not trusted under another name, and is where we are told the name', async () => {
    const wrong = connect({ hosts: [server.host], tls: { ...mine, serverName: 'database' }, auth });
    await expect(wrong.maintenance.status()).rejects.toThrow(/altnames|Hostname/);
    wrong.close();
    const right = connect({ hosts: [server.host], tls: { ...mine, serverName: 'etcd' }, auth });
    expect((await right.maintenance.status()).version).toMatch(/^3\./);
    right.close();
  });
});
