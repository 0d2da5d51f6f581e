/**
 * The World's Transport over gRPC (proto/peers.proto): messages of actors on one stream per pair of nodes, batched
 * and never acknowledged; commands as calls of their own, with a deadline.
 *
 *   tell ─▶ encode ─▶ outbox of the node ─▶ its link, as far as there is credit ─▶ decode ─▶ deliver
 *   ask  ─▶ a call to the owner ─▶ answer, HeatError, or NotOwner with a hint; Unreachable where nothing came back
 *
 * The invariant: nothing here is ever waited for by an actor, and nothing here is kept. A stream that breaks, a node
 * that stands still and a full outbox cost messages; whoever waits for what they said reads the rows. What this
 * release cannot read is refused, so that the sender's log says it too, and never dropped in silence.
 */
import { type ServerUnaryCall, type ServerDuplexStream, status, type sendUnaryData } from '@grpc/grpc-js';
import type { Clock, Command, Dice, Envelope, Log, Transport } from '../kernel/world.ts';
import type { Address, NodeId, Uuid } from '../kernel/ids.ts';
import type { Meters } from '../kernel/meters.ts';
import { errors, isHeatError } from '../kernel/errors.ts';
import type { Answer } from '../kernel/world.ts';
import { NotOwner, Unreachable } from '../actors/runtime.ts';
import { decodeEnvelope, encodeEnvelope, WireError } from '../actors/wire.ts';
import { errorOf, faultOf } from '../../proto/fault.ts';
import type { Tls } from '../../proto/grpc.ts';
import { speaks, understands } from '../../proto/version.ts';
import { Channels } from './channels.ts';
import type { Frame, Hello, Question, Reply } from './frames.ts';
import { Link } from './link.ts';
import { Peer } from './peer.ts';

export interface GrpcTransportOptions {
  readonly me: NodeId;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** Absent: nothing is encrypted and nobody is checked. For loopback alone. */
  readonly tls?: Tls;
  /** Absent: nothing is counted. */
  readonly meters?: Meters;
  /** Where a member listens (`host:port`); undefined: no member. */
  addressOf(node: NodeId): string | undefined;
}

/** What a transport serves: the node of this process. */
export interface Served {
  receive(envelope: Envelope): void;
  receiveAsk(to: Address, command: Command): Promise<Answer>;
  /** A stream broke: what was on its way is lost, whoever waits looks at rows. */
  streamBroke(): void;
}

export interface GrpcTransport extends Transport {
  /** From now on, what arrives is this node's. */
  serve(node: Served): void;
  /** Members came or went: streams to those that went are ended. */
  membersChanged(): void;
  /** The other side's stream (proto/peers.proto, Talk). */
  talk(stream: ServerDuplexStream<Frame, Frame>): void;
  /** The other side's command (Ask). */
  answer(call: ServerUnaryCall<Question, Reply>, reply: sendUnaryData<Reply>): void;
  stop(): void;
}

/** Nothing is connected before the first message. */
export function createGrpcTransport(options: GrpcTransportOptions): GrpcTransport {
  return new GrpcNodes(options);
}

class GrpcNodes implements GrpcTransport {
  readonly me: NodeId;
  readonly clock: Clock;
  readonly dice: Dice;
  private readonly options: GrpcTransportOptions;
  private readonly channels: Channels;
  private readonly peers = new Map<NodeId, Peer>();
  /** Streams of whom nobody knows yet who they are. */
  private readonly strangers = new Set<Link>();
  private node: Served | undefined;
  private stopped = false;
  /** Messages that were given to a stream's outbox, and the bytes of their envelopes. */
  private told = 0;
  private toldBytes = 0;

  constructor(options: GrpcTransportOptions) {
    this.options = options;
    this.me = options.me;
    this.clock = options.clock;
    this.dice = options.dice;
    this.channels = new Channels(options.clock, options.tls);
    const { meters } = options;
    meters?.read('convect_messages_sent_total', 'Messages of actors to other nodes.', () => this.told, true);
    meters?.read('convect_message_bytes_sent_total', 'Bytes of these messages.', () => this.toldBytes, true);
  }

  serve(node: Served): void {
    this.node = node;
  }

  // ---- out

  tell(node: NodeId, envelope: Envelope): void {
    if (this.stopped) return;
    const bytes = encodeEnvelope(envelope);
    this.told += 1;
    this.toldBytes += bytes.length;
    this.peer(node).tell(bytes);
  }

  async ask(node: NodeId, to: Address, command: Command, deadlineMs: number): Promise<Answer> {
    const { request: id, message, trace } = command;
    const address = this.options.addressOf(node);
    if (address === undefined || this.stopped) throw new Unreachable(`no address of ${node}`);
    const clock = this.clock.now();
    const envelope = encodeEnvelope({ id, to, from: undefined, clock, message, ...(trace && { trace }) });
    const question = { envelope, speaksMin: speaks.min, speaksMax: speaks.max };
    const { answer, fault, notOwner } = await this.channels.ask(node, address, question, deadlineMs);
    if (answer !== undefined) return JSON.parse(answer) as Answer;
    if (fault !== undefined) throw errorOf(fault);
    if (notOwner !== undefined) throw new NotOwner(`${node} says so`, notOwner.owner as NodeId | undefined);
    throw new Unreachable(`${node} gave a reply that this release does not know`);
  }

  // ---- in

  talk(stream: ServerDuplexStream<Frame, Frame>): void {
    const abort = (why: string): void => {
      stream.emit('error', { code: status.ABORTED, details: why, message: why });
    };
    this.strangers.add(new Link(this, { stream, abort, opened: 'there' }));
  }

  answer({ request }: ServerUnaryCall<Question, Reply>, reply: sendUnaryData<Reply>): void {
    void this.replyTo(request).then(said => reply(null, said));
  }

  private async replyTo({ envelope, speaksMin, speaksMax }: Question): Promise<Reply> {
    try {
      if (!understands(speaks, { min: speaksMin, max: speaksMax })) throw new WireError('a version not spoken here');
      const { id, to, clock, message, trace } = decodeEnvelope(envelope);
      this.clock.observe(clock);
      if (this.node === undefined || this.stopped) throw new NotOwner('not serving');
      return {
        answer: JSON.stringify(await this.node.receiveAsk(to, { request: id, message, ...(trace && { trace }) })),
      };
    } catch (error) {
      return this.refusalOf(error);
    }
  }

  private refusalOf(error: unknown): Reply {
    if (error instanceof NotOwner) return { notOwner: error.owner === undefined ? {} : { owner: error.owner } };
    if (isHeatError(error)) return { fault: faultOf(error) };
    if (error instanceof WireError) {
      this.options.log.write('warn', 'ask-refused', { why: error.message });
      return { fault: faultOf(errors.Unavailable({ message: 'This engine cannot read the command; please retry.' })) };
    }
    const errorId: Uuid = this.dice.uuid();
    const name = error instanceof Error ? error.name : 'unknown';
    this.options.log.write('error', 'ask-failed', { error_id: errorId, error: name });
    return { fault: faultOf(errors.Internal({ errorId })) };
  }

  // ---- what links and peers ask of their host

  met(link: Link, { node }: Hello): void {
    this.strangers.delete(link);
    if (node === this.me) link.abort('it is this node itself');
    else this.peer(node as NodeId).add(link);
  }

  received(link: Link, bytes: Uint8Array): void {
    try {
      const envelope = decodeEnvelope(bytes);
      this.node?.receive(envelope);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.options.log.write('warn', 'message-refused', { from: link.node ?? '?', why: error.message });
      link.refuse(error.message);
    }
  }

  roomy(link: Link): void {
    if (link.node !== undefined) this.peers.get(link.node)?.flush();
  }

  refused(link: Link, reason: string): void {
    this.options.log.write('warn', 'message-refused-there', { node: link.node ?? '?', why: reason });
  }

  ended(link: Link, why: string | undefined): void {
    this.strangers.delete(link);
    const owner = this.dialing.get(link) ?? link.node;
    this.dialing.delete(link);
    const peer = owner === undefined ? undefined : this.peers.get(owner);
    const wasUsed = peer?.ended(link) ?? false;
    if (why === undefined || this.stopped) return;
    this.options.log.write('info', 'stream-ended', { node: owner ?? '?', why });
    if (wasUsed) this.node?.streamBroke();
  }

  private readonly dialing = new Map<Link, NodeId>();

  dial(node: NodeId): Link | undefined {
    const address = this.options.addressOf(node);
    if (address === undefined || this.stopped) return undefined;
    const stream = this.channels.stream(node, address);
    const link = new Link(this, { stream, abort: () => stream.cancel(), opened: 'here' });
    this.dialing.set(link, node);
    return link;
  }

  dropped(node: NodeId, count: number): void {
    this.options.log.write('warn', 'messages-dropped', { node, count });
  }

  // ---- members

  membersChanged(): void {
    for (const [node, peer] of [...this.peers]) {
      if (this.options.addressOf(node) !== undefined) continue;
      this.peers.delete(node);
      peer.close('it is no member any more');
      this.channels.close(node);
    }
  }

  stop(): void {
    if (this.stopped) return;
    for (const peer of this.peers.values()) peer.flush();
    this.stopped = true;
    for (const peer of this.peers.values()) peer.close('this node stops');
    for (const link of this.strangers) link.abort('this node stops');
    this.channels.closeAll();
  }

  private peer(node: NodeId): Peer {
    const known = this.peers.get(node);
    if (known !== undefined) return known;
    const peer = new Peer(this, node);
    this.peers.set(node, peer);
    return peer;
  }
}
