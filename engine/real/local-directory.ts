import type { NodeId, Shard } from '../kernel/ids.ts';
import type { Directory, Transport } from '../kernel/world.ts';

/**
 * The directory of a process that is the whole cluster: it is the only member, owns what it takes, and its lease
 * never ends. What may write is decided by the database's fence as everywhere: a second process on the same data
 * displaces the first.
 */
export function createLocalDirectory(since?: number): Directory {
  const me = 'local' as NodeId;
  const mine = new Set<Shard>();
  return {
    me,
    members: () => [me],
    about: node => (node === me ? { address: me, since } : undefined),
    ownerOf: shard => (mine.has(shard) ? me : undefined),
    win: async shards => {
      for (const shard of shards) mine.add(shard);
      return new Set(shards);
    },
    drop: async shards => {
      for (const shard of shards) mine.delete(shard);
    },
    leave: async () => undefined,
    renew: async () => mine.clear(),
    deadline: () => Number.POSITIVE_INFINITY,
    onChange: () => () => undefined,
  };
}

/** There is nobody else to talk to. */
export function createLocalTransport(): Transport {
  return {
    tell: () => undefined,
    ask: (_node, to) => Promise.reject(new Error(`there is no other node to ask about ${to.kind}`)),
  };
}
