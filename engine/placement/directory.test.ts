import { afterAll, beforeAll } from 'vitest';
import { directoryConformance } from '../../test/support/directory-conformance.ts';
import { leaseWorker, startEtcd, type TestEtcd } from '../../test/support/etcd.ts';
import type { NodeId } from '../kernel/ids.ts';
import { createLocalDirectory } from '../real/local-directory.ts';
import { createEtcdDirectory } from './etcd/directory.ts';

directoryConformance('of this process alone', async () => ({
  directory: createLocalDirectory(),
  close: async () => undefined,
}));

let server: TestEtcd;
let opened = 0;
beforeAll(async () => {
  server = await startEtcd();
});
afterAll(() => server?.stop());

directoryConformance('in etcd', async () => {
  opened += 1;
  const directory = await createEtcdDirectory({
    hosts: [server.host],
    prefix: `/cluster-${opened}/`,
    me: 'n1' as NodeId,
    address: '127.0.0.1:1',
    speaks: [1, 1],
    log: { write: () => undefined },
    leaseWorker,
  });
  return { directory, close: () => directory.stop() };
});
