/**
 * One stream to one node, from its first frame to its end.
 *
 *   opened ─▶ hello both ways ─▶ batches and credit both ways ─▶ ended (by either side, or cut)
 *
 * Back-pressure is credit in bytes: each side says how much the other may send, and gives more when envelopes were
 * handed to their actors, a slice per turn of the event loop. So a node that cannot keep up is sent nothing more,
 * what it holds is bounded by its own window, and its sender drops the oldest (outbox.ts). Nothing is acknowledged:
 * what was on its way when a stream is cut is lost, and found again in the rows.
 */
import type { NodeId } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Clock } from '../kernel/world.ts';
import { Queue } from '../actors/mailbox.ts';
import { speaks, understands } from '../../proto/version.ts';
import type { Frame, Hello } from './frames.ts';
import { costOf, type Outbox } from './outbox.ts';

/** A gRPC stream of frames, from either end. */
export interface FrameStream {
  write(frame: Frame): boolean;
  end(): void;
  on(event: 'data', hear: (frame: Frame) => void): unknown;
  on(event: 'error', hear: (error: Error) => void): unknown;
  on(event: 'end' | 'drain' | 'cancelled', hear: () => void): unknown;
}

export interface LinkHost {
  readonly me: NodeId;
  readonly clock: Clock;
  /** The other side has said who it is; the link may be used. */
  met(link: Link, hello: Hello): void;
  received(link: Link, envelope: Uint8Array): void;
  /** More may be sent. */
  roomy(link: Link): void;
  /** The other side could not read what it was sent. */
  refused(link: Link, reason: string): void;
  /** Called once, whoever ended it. `why` is undefined where it ended in order. */
  ended(link: Link, why: string | undefined): void;
}

export interface LinkOptions {
  readonly stream: FrameStream;
  /** Ends the stream at once. */
  readonly abort: (why: string) => void;
  /** Which side opened it. */
  readonly opened: 'here' | 'there';
}

export class Link {
  readonly opened: 'here' | 'there';
  /** The other node's id, once it said it. */
  node: NodeId | undefined;
  private readonly host: LinkHost;
  private readonly stream: FrameStream;
  private readonly cut: (why: string) => void;
  /** Bytes that may be sent; one envelope may take it below 0. */
  private credit = 0;
  private blocked = false;
  private retired = false;
  private heardBye = false;
  private over = false;
  private readonly inbox = new Queue<Uint8Array>();
  private inboxBytes = 0;
  /** Of what was handed over, the bytes that the other side has not been told of yet. */
  private owed = 0;
  private pumping = false;

  constructor(host: LinkHost, { stream, abort, opened }: LinkOptions) {
    this.host = host;
    this.stream = stream;
    this.cut = abort;
    this.opened = opened;
    stream.on('data', frame => this.hear(frame));
    stream.on('drain', () => {
      this.blocked = false;
      this.host.roomy(this);
    });
    stream.on('error', error => this.end(error.message));
    const over = (): void =>
      this.end(this.heardBye || this.retired ? undefined : 'cut by the other side, or on the way');
    stream.on('cancelled', over);
    stream.on('end', over);
    const hello = { node: host.me, speaksMin: speaks.min, speaksMax: speaks.max, credit: limits.peerWindowBytes };
    stream.write({ hello });
  }

  /** True while envelopes may be sent here: both sides know each other, and it is not on its way out. */
  get usable(): boolean {
    return this.node !== undefined && !this.retired && !this.over;
  }

  /** Sends what the other side has room for, in batches. */
  sendFrom(outbox: Outbox): void {
    while (this.usable && !this.blocked && this.credit > 0 && outbox.size > 0) {
      const envelopes: Uint8Array[] = [];
      let bytes = 0;
      while (envelopes.length < limits.peerBatchEnvelopes && bytes < limits.peerBatchBytes && this.credit > 0) {
        const envelope = outbox.shift();
        if (envelope === undefined) break;
        envelopes.push(envelope);
        bytes += envelope.length;
        this.credit -= costOf(envelope);
      }
      this.blocked = !this.stream.write({ batch: { envelopes } });
    }
  }

  /** Says that an envelope of the other side could not be read. */
  refuse(reason: string): void {
    if (!this.over) this.stream.write({ refused: { reason } });
  }

  /** Nothing more is sent here; what the other side still says is heard. For the side that opened it. */
  retire(): void {
    if (this.retired || this.over) return;
    this.retired = true;
    this.stream.write({ bye: {} });
    this.stream.end();
  }

  /** Ends it now; what is on its way is lost. */
  abort(why: string): void {
    if (this.over) return;
    this.cut(why);
    this.end(why);
  }

  private hear(frame: Frame): void {
    if (this.over) return;
    if (frame.hello !== undefined) this.meet(frame.hello);
    else if (this.node === undefined) this.abort('the first frame is no hello');
    else if (frame.batch !== undefined) this.take(frame.batch.envelopes);
    else if (frame.credit !== undefined) this.allow(frame.credit.bytes);
    else if (frame.refused !== undefined) this.host.refused(this, frame.refused.reason);
    else if (frame.bye !== undefined) this.heardBye = true;
    else this.refuse('a frame that this release does not know');
  }

  private meet(hello: Hello): void {
    if (this.node !== undefined) {
      this.abort('a second hello');
    } else if (!understands(speaks, { min: hello.speaksMin, max: hello.speaksMax })) {
      const theirs = `${hello.speaksMin} to ${hello.speaksMax}`;
      this.abort(`it speaks versions ${theirs}, not ${speaks.min} to ${speaks.max}`);
    } else {
      this.node = hello.node as NodeId;
      this.credit = hello.credit;
      this.host.met(this, hello);
    }
  }

  private allow(bytes: number): void {
    this.credit += bytes;
    if (this.credit > 0) this.host.roomy(this);
  }

  private take(envelopes: readonly Uint8Array[]): void {
    for (const envelope of envelopes) {
      this.inbox.push(envelope);
      this.inboxBytes += costOf(envelope);
    }
    if (this.inboxBytes > limits.peerWindowBytes + limits.wireMessageBytes) this.abort('it sends more than it may');
    else this.pumpSoon();
  }

  private pumpSoon(): void {
    if (this.pumping) return;
    this.pumping = true;
    this.host.clock.soon(() => {
      this.pumping = false;
      this.pump();
    });
  }

  /** Also after the end: what has arrived is not lost. */
  private pump(): void {
    for (let i = 0; i < limits.peerSlice; i++) {
      const envelope = this.inbox.shift();
      if (envelope === undefined) break;
      this.inboxBytes -= costOf(envelope);
      this.owed += costOf(envelope);
      this.host.received(this, envelope);
    }
    if (this.owed >= limits.peerWindowBytes / 4 && !this.over) {
      this.stream.write({ credit: { bytes: this.owed } });
      this.owed = 0;
    }
    if (this.inbox.size > 0) this.pumpSoon();
  }

  private end(why: string | undefined): void {
    if (this.over) return;
    this.over = true;
    if (why === undefined && !this.retired) this.stream.end();
    this.host.ended(this, why);
  }
}
