/** Nodes of a cluster that are nothing but their transport and server, in one process, on loopback. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { HybridTime } from '../../engine/kernel/clock.ts';
import type { Address, NodeId, Uuid } from '../../engine/kernel/ids.ts';
import type { Answer, Clock, Command, Envelope } from '../../engine/kernel/world.ts';
import { createClock } from '../../engine/real/clock.ts';
import { createDice } from '../../engine/real/dice.ts';
import { startNodeServer } from '../../engine/transport/server.ts';
import type { Serving } from '../../engine/transport/serving.ts';
import { createGrpcTransport, type GrpcTransport } from '../../engine/transport/transport.ts';
import type { Tls } from '../../proto/grpc.ts';

export const uuid = (n: number): Uuid => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as Uuid;
export const address: Address = { kind: 'stack', stack: uuid(1), bucket: 0, id: uuid(1) };
export const someClock = (1_785_000_000_000 * 1024) as HybridTime;

export function stopMessage(n: number, text = ''): Envelope {
  return {
    id: uuid(n),
    to: address,
    from: undefined,
    clock: someClock,
    message: { kind: 'stop', generation: n, abort: text } as Envelope['message'],
  };
}

export interface TestNode {
  readonly id: NodeId;
  readonly transport: GrpcTransport;
  readonly received: Envelope[];
  readonly asked: Command[];
  readonly log: string[];
  /** Streams that others opened to it and that are still open. */
  readonly streams: Set<object>;
  broken: number;
  answer: (to: Address, command: Command) => Promise<Answer>;
  port: number;
  stop(): Promise<void>;
}

export interface TestNodeOptions {
  readonly tls?: Tls;
  readonly clock?: Partial<Clock>;
  readonly allowed?: { readonly engines: readonly string[]; readonly gateways: readonly string[] };
  readonly serving?: Serving;
}

const noServing: Serving = { command: () => undefined, query: () => undefined, running: 0 };

/** One that looks others up in `addresses` and puts itself there. */
export async function startTestNode(
  name: string,
  addresses: Map<string, string>,
  options: TestNodeOptions = {},
): Promise<TestNode> {
  const clock: Clock = { ...createClock(), ...options.clock };
  const received: Envelope[] = [];
  const asked: Command[] = [];
  const log: string[] = [];
  const streams = new Set<object>();
  const transport = createGrpcTransport({
    me: name as NodeId,
    clock,
    dice: createDice(),
    log: { write: (_level, event, fields) => log.push(`${event} ${JSON.stringify(fields ?? {})}`) },
    addressOf: node => addresses.get(node),
    ...(options.tls && { tls: options.tls }),
  });
  const node: TestNode = {
    id: name as NodeId,
    transport,
    received,
    asked,
    log,
    streams,
    broken: 0,
    port: 0,
    answer: async () => ({ kind: 'done' }),
    stop: async () => undefined,
  };
  transport.serve({
    receive: envelope => received.push(envelope),
    receiveAsk: (to, command) => {
      asked.push(command);
      return node.answer(to, command);
    },
    streamBroke: () => {
      node.broken += 1;
    },
  });
  const watched: GrpcTransport = {
    tell: (to, envelope) => transport.tell(to, envelope),
    ask: (to, about, command, deadlineMs) => transport.ask(to, about, command, deadlineMs),
    serve: served => transport.serve(served),
    membersChanged: () => transport.membersChanged(),
    answer: (call, reply) => transport.answer(call, reply),
    stop: () => transport.stop(),
    talk: stream => {
      streams.add(stream);
      for (const event of ['end', 'error', 'cancelled']) stream.once(event, () => streams.delete(stream));
      transport.talk(stream);
    },
  };
  const server = await startNodeServer({
    listen: '127.0.0.1:0',
    transport: watched,
    serving: options.serving ?? noServing,
    clock,
    ...(options.tls && { tls: options.tls }),
    ...(options.allowed && { allowed: options.allowed }),
  });
  node.port = server.port;
  node.stop = async () => {
    transport.stop();
    await server.stop(500);
  };
  addresses.set(name, `127.0.0.1:${server.port}`);
  return node;
}

/** Until it is so; throws what was expected after five seconds. */
export async function until(so: () => boolean, what: string): Promise<void> {
  for (const end = Date.now() + 5_000; !so(); await sleep(5)) {
    if (Date.now() > end) throw new Error(`never: ${what}`);
  }
}
