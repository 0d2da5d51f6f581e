/** A directory over three etcd servers: the leader is killed, then most of them are gone for a while. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leaseWorker, startEtcds, type TestEtcd } from '../../../test/support/etcd.ts';
import { eventually, until } from '../../../test/support/until.ts';
import { type NodeId, type Shard, shardCount } from '../../kernel/ids.ts';
import { limits } from '../../kernel/limits.ts';
import { connect } from './client.ts';
import { createEtcdDirectory } from './directory.ts';
import { watchDirectory } from './view.ts';

const all = Array.from({ length: shardCount }, (_, shard) => shard as Shard);

describe('a directory over three servers', () => {
  let servers: TestEtcd[] = [];
  const said: string[] = [];
  const log = {
    write: (_level: string, event: string, fields?: object) => void said.push(`${event} ${JSON.stringify(fields)}`),
  };

  beforeAll(async () => {
    servers = await startEtcds(3);
  });
  afterAll(() => Promise.all(servers.map(server => server.stop())));

  async function leader(): Promise<TestEtcd> {
    for (const server of servers) {
      const etcd = connect({ hosts: [server.host] });
      const status = await eventually(() => etcd.maintenance.status());
      etcd.close();
      if (status.leader === status.header.member_id) return server;
    }
    throw new Error('nobody leads');
  }

  it('goes on when the leader is killed; without a leader it stops in time, and goes on when there is one', async () => {
    const hosts = servers.map(({ host }) => host);
    const directory = await createEtcdDirectory({
      ...{ hosts, me: 'n1' as NodeId, address: 'n1:1', speaks: [1, 1], log, leaseWorker },
    });
    const view = await watchDirectory({ hosts, log });
    try {
      expect((await eventually(() => directory.win(all))).size).toBe(shardCount);
      const lead = await leader();
      lead.signal('SIGKILL');
      const before = directory.deadline();
      await until('renewed', () => directory.deadline() > before);
      await until('watched', () => !view.isStale() && !directory.isStale());
      expect(said.filter(line => line.startsWith('lease-lost'))).toEqual([]);
      await until('seen', () => view.ownerOf(1023 as Shard) === 'n1');

      const [frozen] = servers.filter(server => server !== lead);
      frozen?.signal('SIGSTOP');
      try {
        const left = await until('fenced', () => directory.deadline() <= performance.now());
        expect(left).toBeLessThan(limits.leaseTtlMs + limits.etcdCallMs);
        await until('it is said', () => view.isStale());
        expect(view.ownerOf(1023 as Shard)).toBe('n1');
      } finally {
        frozen?.signal('SIGCONT');
      }
      await until('renewed', () => directory.deadline() > performance.now());
      await until('watched', () => !view.isStale() && !directory.isStale());
      await until('the view is right', () => all.every(shard => view.ownerOf(shard) === directory.ownerOf(shard)));
      expect(view.members().map(({ id }) => id)).toEqual(['n1']);
    } finally {
      await view.stop();
      await directory.stop();
    }
  });
});
