/**
 * ONE lease, on which everything hangs that this node holds in etcd.
 *
 *   grant ─▶ renewed every limits.leaseRenewMs by a thread ─▶ lost (etcd says so) ─▶ the owner begins another
 *                 └─ the main loop has not ticked for limits.loopStallMs: no more renewals
 *
 * The invariant: `deadline()` lies before the end of the lease at the server. It counts from the SENDING of the last
 * renewal that was answered, on a clock that cannot be set; the server counts from when that arrived, which was later.
 * So a node that is cut off, frozen or slow knows that it may no longer begin anything before anybody else may.
 */
import { Worker } from 'node:worker_threads';
import { EtcdLeaseInvalidError, type Etcd3 } from 'etcd3';
import type { Millis } from '../../kernel/clock.ts';
import { limits } from '../../kernel/limits.ts';
import type { EtcdOptions } from './client.ts';

/** Words that both threads see: a beat of the main loop, and when (nanos) the last good renewal was sent. */
export const shared = { beat: 0, renewedAt: 1, words: 2 } as const;
const beatMs = 100;

export interface LeaseWorkerData {
  readonly memory: SharedArrayBuffer;
  readonly etcd: EtcdOptions;
}

/** To the thread: which lease to renew from now on, and when (nanos) it was asked for. */
export interface Order {
  readonly lease: string | undefined;
  readonly since: bigint;
}

/** From it: it runs; and then, of each lease that has ended at the server. */
export type Report = { readonly ready: true } | { readonly lost: string };

/** The clock of all threads: it runs evenly, and through a stop of the process as well. */
export const nanos = (): bigint => process.hrtime.bigint();

/** That clock's difference to performance.now() of this thread, which World.clock.monotonic() is. */
const offsetMs = performance.now() - Number(nanos()) / 1e6;

export class LeaseSession {
  private readonly etcd: Etcd3;
  private readonly words = new BigInt64Array(new SharedArrayBuffer(shared.words * 8));
  private readonly worker: Worker;
  private readonly beats: NodeJS.Timeout;
  /** On a busy machine a thread takes seconds to start; a lease would end before its first renewal. */
  private readonly ready: Promise<void>;
  private current: string | undefined;

  /** `onLost` is told once of each lease that ended without being asked to. `worker`: the thread's compiled file. */
  constructor(etcd: Etcd3, options: EtcdOptions, worker: URL, onLost: (lease: string) => void) {
    this.etcd = etcd;
    const { hosts, tls, auth } = options; // what else there is need not be cloneable
    const connection = { hosts, ...(tls === undefined ? {} : { tls }), ...(auth === undefined ? {} : { auth }) };
    const workerData: LeaseWorkerData = { memory: this.words.buffer as SharedArrayBuffer, etcd: connection };
    this.worker = new Worker(worker, { workerData });
    this.worker.unref();
    let ready = (): void => undefined;
    this.ready = new Promise(resolve => {
      ready = resolve;
    });
    this.worker.on('message', (report: Report) => {
      if ('ready' in report) ready();
      else if (this.current === report.lost) {
        this.current = undefined;
        onLost(report.lost);
      }
    });
    this.beats = setInterval(() => Atomics.add(this.words, shared.beat, 1n), beatMs).unref();
  }

  /** Undefined: none is held, as far as is known. */
  get lease(): string | undefined {
    return this.current;
  }

  /** Until when (monotonic) what the lease stands for may be begun; far in the past where none is held. */
  deadline(): Millis {
    if (this.current === undefined) return Number.NEGATIVE_INFINITY;
    return Number(Atomics.load(this.words, shared.renewedAt)) / 1e6 + offsetMs + limits.cloudCallWindowMs;
  }

  /**
   * A new lease, renewed from now on; `hang` puts on it what must be there before it counts. Rejects if either fails:
   * nothing is held then, and what was granted ends by itself.
   */
  async begin(hang: (lease: string) => Promise<void>): Promise<void> {
    await this.ready;
    const sentAt = nanos();
    const { ID } = await this.etcd.leaseClient.leaseGrant({ TTL: Math.ceil(limits.leaseTtlMs / 1000), ID: 0 });
    await hang(ID);
    // An answer to the lease before may still be under way in the thread: what it writes was sent before this grant.
    Atomics.store(this.words, shared.renewedAt, sentAt);
    this.current = ID;
    this.order(ID, sentAt);
  }

  /** Ends it at the server: all its keys are gone then. Rejects where that is not certain; it is not renewed any more. */
  async revoke(): Promise<void> {
    const old = this.current;
    if (old === undefined) return;
    this.order(undefined, nanos());
    await revoke(this.etcd, old);
    if (this.current === old) this.current = undefined;
  }

  /** Ends the thread. The lease ends by itself, if it was not revoked. */
  async stop(): Promise<void> {
    clearInterval(this.beats);
    this.current = undefined;
    await this.worker.terminate();
  }

  private order(lease: string | undefined, since: bigint): void {
    this.worker.postMessage({ lease, since } satisfies Order);
  }
}

/** Ends a lease, which may have ended already. */
export async function revoke(etcd: Etcd3, lease: string): Promise<void> {
  try {
    await etcd.leaseClient.leaseRevoke({ ID: lease });
  } catch (error) {
    if (!(error instanceof EtcdLeaseInvalidError)) throw error;
  }
}
