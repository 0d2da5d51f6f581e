/**
 * One other node: what waits for it, the stream to it, and the way to open one.
 *
 * The invariant: at most one stream per pair is used. Either side may open one; of two that were opened at once both
 * sides keep that of the smaller node id, and the other side retires its own, which loses nothing. A node that cannot
 * be reached is tried again with a growing pause while something waits for it.
 */
import type { NodeId } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Cancel, Clock, Dice } from '../kernel/world.ts';
import type { Link } from './link.ts';
import { Outbox } from './outbox.ts';

export interface PeerHost {
  readonly me: NodeId;
  readonly clock: Clock;
  readonly dice: Dice;
  /** Opens a stream; undefined where nobody knows the node's address. */
  dial(node: NodeId): Link | undefined;
  /** So many messages for it were dropped, in all. */
  dropped(node: NodeId, count: number): void;
}

export class Peer {
  readonly node: NodeId;
  private readonly host: PeerHost;
  private readonly outbox = new Outbox();
  private readonly links = new Set<Link>();
  private dialed: Link | undefined;
  private failures = 0;
  private notBefore = 0;
  private timer: Cancel | undefined;
  private flushing = false;
  private told = 0;
  private closed = false;

  constructor(host: PeerHost, node: NodeId) {
    this.host = host;
    this.node = node;
  }

  get linked(): boolean {
    return this.links.size > 0;
  }

  /** An envelope for it, in its turn; those of one turn of the event loop go together. */
  tell(envelope: Uint8Array): void {
    this.outbox.push(envelope);
    if (this.flushing) return;
    this.flushing = true;
    this.host.clock.soon(() => {
      this.flushing = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.closed) return;
    const link = this.best();
    link?.sendFrom(this.outbox);
    if (link === undefined && this.outbox.size > 0) this.dial();
    this.tellOfDropped();
  }

  /** A stream whose other end is this node. */
  add(link: Link): void {
    if (link.opened === 'there') {
      // Opened anew by a node that lost the one before, or that is a new process by now.
      for (const old of this.links) if (old.opened === 'there') old.abort('another stream took its place');
    } else {
      this.failures = 0;
    }
    this.links.add(link);
    const best = this.best();
    // The smaller one's stays; only who opened a stream can end it without a loss.
    for (const other of this.links) if (other !== best && other.opened === 'here') other.retire();
    this.flush();
  }

  /** A stream is over, perhaps before it was of any use. Returns whether it was the one in use. */
  ended(link: Link): boolean {
    const wasUsed = this.links.delete(link);
    if (link === this.dialed) {
      this.dialed = undefined;
      const most = Math.min(limits.peerRedialMaxMs, limits.peerRedialFirstMs * 2 ** Math.min(this.failures++, 10));
      this.notBefore = this.host.clock.monotonic() + most / 2 + this.host.dice.below(most / 2);
    }
    const isLast = ![...this.links].some(other => other.usable);
    if (isLast) this.flush();
    return wasUsed && isLast;
  }

  /** It is no member any more: nothing is kept for it. */
  close(why: string): void {
    this.closed = true;
    this.timer?.();
    this.outbox.clear();
    for (const link of [...this.links]) link.abort(why);
    this.dialed?.abort(why);
  }

  private best(): Link | undefined {
    const preferred = this.host.me < this.node ? 'here' : 'there';
    const usable = [...this.links].filter(link => link.usable);
    return usable.find(link => link.opened === preferred) ?? usable[0];
  }

  private dial(): void {
    if (this.dialed !== undefined || this.timer !== undefined) return;
    const wait = this.notBefore - this.host.clock.monotonic();
    if (wait > 0) {
      this.timer = this.host.clock.after(wait, () => {
        this.timer = undefined;
        this.flush();
      });
      return;
    }
    this.dialed = this.host.dial(this.node);
    // Without an address: what waits is kept for the moment, and looked at again with the next message.
  }

  private tellOfDropped(): void {
    if (this.outbox.dropped === this.told) return;
    // Once for the first, then each time that it has doubled.
    if (this.outbox.dropped >= this.told * 2) {
      this.told = this.outbox.dropped;
      this.host.dropped(this.node, this.told);
    }
  }
}
