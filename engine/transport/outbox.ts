/**
 * What waits for one node: bounded, and the oldest goes first when it is full.
 *
 * A message only wakes, and whoever waits for what it said reads the rows instead; so an outbox that cannot be
 * emptied may forget, and the node that fills it is never held up (architecture: rows are the truth).
 */
import { limits } from '../kernel/limits.ts';
import { Queue } from '../actors/mailbox.ts';

/** What an envelope of so many bytes takes of windows and queues. */
export function costOf(envelope: Uint8Array): number {
  return envelope.length + limits.peerEnvelopeCost;
}

export class Outbox {
  private readonly queue = new Queue<Uint8Array>();
  private readonly most: number;
  private bytes = 0;
  /** How many were dropped so far. */
  dropped = 0;

  constructor(mostBytes: number = limits.peerQueueBytes) {
    this.most = mostBytes;
  }

  get size(): number {
    return this.queue.size;
  }

  push(envelope: Uint8Array): void {
    this.queue.push(envelope);
    this.bytes += costOf(envelope);
    // The last one always fits: an envelope may be bigger than what waits behind others.
    while (this.bytes > this.most && this.queue.size > 1) {
      this.shift();
      this.dropped += 1;
    }
  }

  shift(): Uint8Array | undefined {
    const envelope = this.queue.shift();
    if (envelope !== undefined) this.bytes -= costOf(envelope);
    return envelope;
  }

  clear(): void {
    while (this.shift() !== undefined);
  }
}
