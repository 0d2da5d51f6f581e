/**
 * All keys below a prefix, as they are and as they change: nothing lost, nothing twice, whatever breaks in between.
 *
 *   list at revision R ─▶ watch from R + 1 ─▶ … the connection breaks … ─▶ watch from the last event's revision + 1
 *            ▲                                                                        │
 *            └──── that revision is compacted away, or the store is younger than it ──┘
 *
 * The invariant: `next` is the first revision of which the receiver has not seen everything. Only events move it, never
 * the revision in a reply's header: that is the store's, and in the middle of a catch-up it is ahead of what was sent
 * (a client that resumes from it loses what lay between). etcd sends all events of a revision in one reply.
 *
 * Survives: connections cut at any byte, a frozen server (the connection's signs of life), a killed one, compaction, a
 * server that lost its leader, a store that was put back to an older state.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3, IDuplexStream, IWatchCreateRequest, IWatchRequest, IWatchResponse } from 'etcd3';
import { limits } from '../../kernel/limits.ts';
import { afterPrefix, backoffMs, reasonOf, requireLeader } from './client.ts';

/** One key; without the prefix. `value` undefined: it is gone. */
export interface Change {
  readonly key: string;
  readonly value: string | undefined;
  readonly revision: bigint;
}

export interface WatchHandlers {
  /** All keys there are at this revision; what is not among them is gone. First of all, and whenever events were missed. */
  snapshot(keys: readonly Change[], revision: bigint): void;
  /** In the order of their revisions, each once. */
  changes(changes: readonly Change[]): void;
  /** The stream stands, or no longer does, and why. */
  connected(isConnected: boolean, reason: string): void;
  /** The first list could not be had. True: go on trying. */
  failed?(error: unknown): boolean;
}

export interface PrefixWatch {
  stop(): Promise<void>;
}

type Stream = IDuplexStream<IWatchRequest, IWatchResponse>;

/** Begins at once; goes on until it is stopped. */
export function watchPrefix(etcd: Etcd3, prefix: string, handlers: WatchHandlers): PrefixWatch {
  const watch = new Watch(etcd, prefix, handlers);
  const running = watch.run();
  return {
    stop: () => {
      watch.stop();
      return running;
    },
  };
}

class Watch {
  private readonly etcd: Etcd3;
  private readonly prefix: string;
  private readonly handlers: WatchHandlers;
  private readonly ended = new AbortController();
  private next: bigint | undefined;

  constructor(etcd: Etcd3, prefix: string, handlers: WatchHandlers) {
    this.etcd = etcd;
    this.prefix = prefix;
    this.handlers = handlers;
  }

  stop(): void {
    this.ended.abort();
  }

  async run(): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      try {
        if (this.next === undefined) this.next = await this.list();
        await this.follow(this.next);
      } catch (error) {
        if (signal.aborted) return;
        this.handlers.connected(false, reasonOf(error));
        if (this.next === undefined && this.handlers.failed?.(error) === false) return;
        await sleep(backoffMs(), undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** The first revision after it. */
  private async list(): Promise<bigint> {
    const answer = await this.etcd.kv.range({ key: Buffer.from(this.prefix), range_end: afterPrefix(this.prefix) });
    if (this.ended.signal.aborted) throw new Error('stopped');
    const revision = BigInt(answer.header.revision);
    const keys = answer.kvs.map(({ key, value, mod_revision }) => ({
      key: this.nameOf(key),
      value: value.toString(),
      revision: BigInt(mod_revision),
    }));
    this.handlers.snapshot(keys, revision);
    return revision + 1n;
  }

  /** Takes events until the stream ends, which it says by rejecting. */
  private async follow(from: bigint): Promise<never> {
    const stream: Stream = await this.etcd.watchClient.watch({ interceptors: [requireLeader] });
    const { signal } = this.ended;
    let isOpen = true; // a stream that was given up may still deliver what was on its way
    let late: NodeJS.Timeout | undefined;
    const stop = (): void => stream.cancel();
    try {
      return await new Promise<never>((_resolve, reject) => {
        late = setTimeout(() => reject(new Error('no answer to a watch')), limits.etcdCallMs);
        signal.addEventListener('abort', stop);
        stream.on('error', reject);
        stream.on('end', () => reject(new Error('the stream ended')));
        stream.on('data', reply => {
          if (!isOpen) return;
          if (reply.created) clearTimeout(late);
          try {
            this.take(reply, from);
          } catch (error) {
            isOpen = false;
            reject(error);
          }
        });
        stream.write({ create_request: this.request(from) });
        if (signal.aborted) stop();
      });
    } finally {
      isOpen = false;
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      stream.cancel();
    }
  }

  private request(from: bigint): IWatchCreateRequest {
    return { key: Buffer.from(this.prefix), range_end: afterPrefix(this.prefix), start_revision: String(from) };
  }

  private take(reply: IWatchResponse, from: bigint): void {
    if (this.ended.signal.aborted) return;
    if (reply.canceled) {
      this.next = undefined; // compacted away, or refused: whatever it was, a list tells what is
      throw new Error(`the watch was cancelled: ${reason(reply)}`);
    }
    if (reply.created) {
      if (BigInt(reply.header.revision) < from - 1n) {
        this.next = undefined;
        throw new Error('the store is older than what it said before');
      }
      this.handlers.connected(true, '');
    }
    const changes = reply.events.map(({ type, kv }) => ({
      key: this.nameOf(kv.key),
      value: type === 'Delete' ? undefined : kv.value.toString(),
      revision: BigInt(kv.mod_revision),
    }));
    const last = changes.at(-1);
    if (last === undefined) return;
    this.next = last.revision + 1n;
    this.handlers.changes(changes);
  }

  private nameOf(key: Buffer): string {
    return key.toString().slice(this.prefix.length);
  }
}

function reason(reply: IWatchResponse): string {
  return reply.compact_revision === '0' ? reply.cancel_reason : `compacted up to ${reply.compact_revision}`;
}
