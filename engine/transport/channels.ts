/** gRPC channels to other nodes: one each, opened at its first use, another one where a node's address has changed. */
import {
  Client,
  type ClientDuplexStream,
  Metadata,
  type MethodDefinition,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import type { NodeId } from '../kernel/ids.ts';
import type { Cancel, Clock } from '../kernel/world.ts';
import { Unreachable } from '../actors/runtime.ts';
import { channelCredentials, channelOptions, methodOf, serviceOf, type Tls } from '../../proto/grpc.ts';
import type { Frame, Question, Reply } from './frames.ts';

interface Channel {
  readonly address: string;
  readonly client: Client;
  /** Commands under way, to be given up when the node is gone. */
  readonly asking: Set<() => void>;
}

export class Channels {
  private readonly clock: Clock;
  private readonly tls: Tls | undefined;
  private readonly open = new Map<NodeId, Channel>();
  private readonly talk: MethodDefinition<Frame, Frame>;
  private readonly question: MethodDefinition<Question, Reply>;

  constructor(clock: Clock, tls: Tls | undefined) {
    this.clock = clock;
    this.tls = tls;
    const peers = serviceOf('Peers');
    this.talk = methodOf(peers, 'Talk');
    this.question = methodOf(peers, 'Ask');
  }

  /** A new stream to it. */
  stream(node: NodeId, address: string): ClientDuplexStream<Frame, Frame> {
    const { path, requestSerialize, responseDeserialize } = this.talk;
    return this.to(node, address).client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
  }

  /** Rejects with Unreachable where no reply came: nobody knows then whether the command was heard. */
  ask(node: NodeId, address: string, question: Question, deadlineMs: number): Promise<Reply> {
    const { path, requestSerialize, responseDeserialize } = this.question;
    const channel = this.to(node, address);
    return new Promise((resolve, reject) => {
      const ended = (error: ServiceError | null, reply?: Reply): void => {
        cancelTimer();
        channel.asking.delete(giveUp);
        if (reply !== undefined && error === null) resolve(reply);
        else reject(new Unreachable(error === null ? 'no reply' : whyOf(error)));
      };
      const call = channel.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        question,
        new Metadata(),
        ended,
      );
      const giveUp = (): void => call.cancel();
      const cancelTimer: Cancel = this.clock.after(deadlineMs, giveUp);
      channel.asking.add(giveUp);
    });
  }

  /** The node is gone, or is another process by now. */
  close(node: NodeId): void {
    const channel = this.open.get(node);
    if (channel === undefined) return;
    this.open.delete(node);
    for (const giveUp of [...channel.asking]) giveUp();
    channel.client.close();
  }

  closeAll(): void {
    for (const node of [...this.open.keys()]) this.close(node);
  }

  private to(node: NodeId, address: string): Channel {
    const known = this.open.get(node);
    if (known?.address === address) return known;
    this.close(node);
    const client = new Client(address, channelCredentials(this.tls), channelOptions(this.tls));
    const channel: Channel = { address, client, asking: new Set() };
    this.open.set(node, channel);
    return channel;
  }
}

/** For logs: gRPC's own words, which hold addresses and no data of anybody's. */
export function whyOf(error: ServiceError): string {
  return `${status[error.code] ?? error.code}: ${error.details}`;
}
