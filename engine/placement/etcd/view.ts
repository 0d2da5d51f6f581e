import type { NodeId, Shard } from '../../kernel/ids.ts';
import type { Cancel, Log } from '../../kernel/world.ts';
import { connect, type EtcdOptions } from './client.ts';
import type { Member } from './copy.ts';
import { watchCopy } from './watched.ts';

export interface Peer extends Member {
  readonly id: NodeId;
}

/** The directory as a gateway sees it: read only, and old while etcd is away. */
export interface DirectoryView {
  /** Those that take shards. */
  members(): readonly Peer[];
  /** Also one that is leaving and still holds shards. */
  member(node: NodeId): Member | undefined;
  ownerOf(shard: Shard): NodeId | undefined;
  /** Members or owners changed. */
  onChange(fn: () => void): Cancel;
  isStale(): boolean;
  stop(): Promise<void>;
}

/** Rejects when etcd refuses this client, or could not be reached for limits.etcdStartMs. */
export async function watchDirectory(options: EtcdOptions & { readonly log: Log }): Promise<DirectoryView> {
  const etcd = connect(options);
  try {
    const { copy, isStale, stop } = await watchCopy(etcd, options, options.log);
    return {
      members: () =>
        copy.members().flatMap(id => {
          const member = copy.member(id);
          return member === undefined ? [] : [{ id, ...member }];
        }),
      member: node => copy.member(node),
      ownerOf: shard => copy.ownerOf(shard),
      onChange: fn => copy.onChange(fn),
      isStale,
      stop: async () => {
        await stop();
        etcd.close();
      },
    };
  } catch (error) {
    etcd.close();
    throw error;
  }
}
