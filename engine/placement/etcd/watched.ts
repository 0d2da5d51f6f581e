import { setTimeout as sleep } from 'node:timers/promises';
import type { Etcd3 } from 'etcd3';
import { limits } from '../../kernel/limits.ts';
import type { Log } from '../../kernel/world.ts';
import { defaultPrefix, type EtcdOptions, isRefusal, reasonOf } from './client.ts';
import { DirectoryCopy } from './copy.ts';
import { type PrefixWatch, watchPrefix } from './watch.ts';

export interface WatchedCopy {
  readonly copy: DirectoryCopy;
  /** True while changes do not arrive here: what is known may be old. */
  isStale(): boolean;
  stop(): Promise<void>;
}

/**
 * A copy of the directory that follows etcd. Resolves when it has been filled once; rejects when etcd refuses this
 * client (Error with etcd's words), or could not be reached for limits.etcdStartMs. After that it never fails: with
 * etcd away it keeps what it knows.
 */
export async function watchCopy(etcd: Etcd3, options: EtcdOptions, log: Log): Promise<WatchedCopy> {
  const copy = new DirectoryCopy();
  let isConnected = false;
  let lists = 0;
  let watch: PrefixWatch | undefined;
  const ended = new AbortController();
  const filled = new Promise<void>((resolve, reject) => {
    let last: unknown = new Error('etcd does not answer');
    watch = watchPrefix(etcd, options.prefix ?? defaultPrefix, {
      snapshot: (keys, revision) => {
        copy.snapshot(keys, revision);
        lists += 1;
        if (lists > 1) log.write('info', 'directory-listed-again', { keys: keys.length });
        resolve();
      },
      changes: changes => copy.apply(changes),
      connected: (isNow, reason) => {
        if (isNow !== isConnected) log.write(isNow ? 'info' : 'warn', isNow ? 'etcd-watched' : 'etcd-away', { reason });
        isConnected = isNow;
      },
      failed: error => {
        last = error;
        if (lists > 0 || !isRefusal(error)) return true;
        reject(new Error(`etcd refuses this client: ${reasonOf(error)}`));
        return false;
      },
    });
    sleep(limits.etcdStartMs, undefined, { signal: ended.signal }).then(
      () => reject(new Error(`no etcd within ${limits.etcdStartMs / 1000} s: ${reasonOf(last)}`)),
      () => undefined,
    );
  });
  try {
    await filled;
  } catch (error) {
    await watch?.stop();
    throw error;
  } finally {
    ended.abort();
  }
  return { copy, isStale: () => !isConnected, stop: async () => watch?.stop() };
}
