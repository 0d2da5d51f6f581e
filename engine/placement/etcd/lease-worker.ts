/**
 * The thread behind session.ts: renews a lease for as long as the main loop lives.
 *
 * A thread of its own, so that a main loop that is busy for a second loses nothing; and one that looks at the main
 * loop, so that a process that does nothing any more does not keep its shards for ever. It writes when the last good
 * renewal was SENT: the server's time to live began then or later, never earlier.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { IDuplexStream, ILeaseKeepAliveRequest, ILeaseKeepAliveResponse } from 'etcd3';
import { limits } from '../../kernel/limits.ts';
import { connect, requireLeader } from './client.ts';
import { type LeaseWorkerData, nanos, type Order, type Report, shared } from './session.ts';

type Stream = IDuplexStream<ILeaseKeepAliveRequest, ILeaseKeepAliveResponse>;

const { memory, etcd: options } = workerData as LeaseWorkerData;
const words = new BigInt64Array(memory);
const etcd = connect(options);
const renewNanos = BigInt(limits.leaseRenewMs) * 1_000_000n;
const stallNanos = BigInt(limits.loopStallMs) * 1_000_000n;
const patienceNanos = BigInt(limits.etcdCallMs) * 1_000_000n;

let lease: string | undefined;
/** When the next renewal is due. */
let dueAt = 0n;
let stream: Stream | undefined;
/** When the renewal that has no answer yet was sent; on one stream there is never more than one. */
let sentAt: bigint | undefined;

function report(what: Report): void {
  parentPort?.postMessage(what);
}

function close(): void {
  const old = stream;
  stream = undefined;
  sentAt = undefined;
  old?.cancel();
}

function take({ ID, TTL }: ILeaseKeepAliveResponse): void {
  const at = sentAt;
  sentAt = undefined;
  if (lease === undefined || ID !== lease || at === undefined) return;
  if (BigInt(TTL) > 0n) {
    Atomics.store(words, shared.renewedAt, at);
    dueAt = at + renewNanos;
    return;
  }
  lease = undefined;
  close();
  report({ lost: ID });
}

async function open(): Promise<Stream> {
  const fresh = await etcd.leaseClient.leaseKeepAlive({ interceptors: [requireLeader] });
  const drop = (): void => {
    if (stream === fresh) close();
  };
  fresh.on('error', drop);
  fresh.on('end', drop);
  fresh.on('data', answer => {
    if (stream === fresh) take(answer);
  });
  return fresh;
}

async function renew(): Promise<void> {
  const wanted = lease;
  if (wanted === undefined) return;
  if (sentAt !== undefined && nanos() - sentAt > patienceNanos) close();
  if (sentAt !== undefined) return;
  try {
    stream ??= await open();
  } catch {
    return; // the next look tries again, perhaps at another server
  }
  if (lease !== wanted) return;
  sentAt = nanos();
  stream.write({ ID: wanted });
}

parentPort?.on('message', (order: Order) => {
  lease = order.lease;
  dueAt = order.since + renewNanos;
  close();
});

report({ ready: true });
let beat = Atomics.load(words, shared.beat);
let beatSeenAt = nanos();
for (;;) {
  await sleep(limits.leaseLookMs);
  const now = nanos();
  const next = Atomics.load(words, shared.beat);
  if (next !== beat) {
    beat = next;
    beatSeenAt = now;
  }
  if (now - beatSeenAt <= stallNanos && now >= dueAt) await renew();
}
