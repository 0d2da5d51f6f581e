import { createServer, connect, type Server as TcpServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Client, status, type ServiceError } from '@grpc/grpc-js';
import { afterEach, describe, expect, test } from 'vitest';
import { channelCredentials, channelOptions, methodOf, serviceOf } from '../../proto/grpc.ts';
import {
  address,
  startTestNode,
  stopMessage,
  type TestNode,
  type TestNodeOptions,
  until,
  uuid,
} from '../../test/support/grpc-nodes.ts';
import { NotOwner, Unreachable } from '../actors/runtime.ts';
import { errors, type HeatError, PlacedError } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { createClock } from '../real/clock.ts';
import type { Frame } from './frames.ts';

const ending: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let end = ending.pop(); end !== undefined; end = ending.pop()) await end();
});

const addresses = new Map<string, string>();
async function node(name: string, options: TestNodeOptions = {}): Promise<TestNode> {
  const started = await startTestNode(name, addresses, options);
  ending.push(() => started.stop());
  return started;
}

const command = { request: uuid(7), message: { kind: 'remove' } };
const generations = (of: TestNode): number[] =>
  of.received.map(({ message }) => (message as unknown as { generation: number }).generation);
const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

/** A way to a node that can be cut. */
async function wayTo(name: string): Promise<{ cut(): void }> {
  const port = Number(addresses.get(name)?.split(':')[1]);
  const sockets = new Set<Socket>();
  const proxy: TcpServer = createServer(near => {
    const far = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>(listening => proxy.listen(0, '127.0.0.1', listening));
  addresses.set(name, `127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  ending.push(() => {
    cut();
    proxy.close();
  });
  return { cut };
}

describe('messages', () => {
  test('arrive in their order, both ways on one stream', async () => {
    const [a, b] = [await node('a'), await node('b')];
    for (const n of upTo(3_000)) a.transport.tell(b.id, stopMessage(n));
    await until(() => b.received.length === 3_000, '3,000 messages');
    expect(generations(b)).toEqual(upTo(3_000));
    for (const n of upTo(1_000)) b.transport.tell(a.id, stopMessage(n));
    await until(() => a.received.length === 1_000, '1,000 messages back');
    expect(generations(a)).toEqual(upTo(1_000));
    expect([a.streams.size, b.streams.size]).toEqual([0, 1]);
  });

  test('of two nodes that begin at once: none is lost, and one stream stays', async () => {
    const [a, b] = [await node('a'), await node('b')];
    for (const n of upTo(500)) {
      a.transport.tell(b.id, stopMessage(n));
      b.transport.tell(a.id, stopMessage(n));
    }
    await until(() => a.received.length === 500 && b.received.length === 500, 'all of both');
    await until(() => a.streams.size === 0 && b.streams.size === 1, 'the stream that the smaller id opened');
    b.transport.tell(a.id, stopMessage(500));
    await until(() => a.received.length === 501, 'one more, on that stream');
    expect([generations(a), generations(b)]).toEqual([upTo(501), upTo(500)]);
    expect(a.broken + b.broken).toBe(0);
  });

  test('a big one passes, bigger than the window', async () => {
    const [a, b] = [await node('a'), await node('b')];
    const text = 'x'.repeat(limits.peerWindowBytes + 1);
    a.transport.tell(b.id, stopMessage(1, text));
    a.transport.tell(b.id, stopMessage(2));
    await until(() => b.received.length === 2, 'both');
    expect(b.received[0]?.message).toEqual(stopMessage(1, text).message);
  });

  test('a cut stream: the other side is told to look at rows, and what comes later arrives', async () => {
    const [a, b] = [await node('a'), await node('b')];
    const way = await wayTo('b');
    a.transport.tell(b.id, stopMessage(1));
    await until(() => b.received.length === 1, 'the first');
    way.cut();
    await until(() => a.broken === 1 && b.broken === 1, 'both learn of it');
    a.transport.tell(b.id, stopMessage(2));
    await until(() => generations(b).includes(2), 'the second, on another stream');
  });

  test('a node that cannot be reached is tried again', async () => {
    const a = await node('a');
    const b = await node('b');
    const place = addresses.get('b') ?? '';
    await b.stop();
    a.transport.tell(b.id, stopMessage(1));
    await until(() => a.log.some(line => line.startsWith('stream-ended')), 'it was tried');
    const again = await startTestNode('b', addresses);
    ending.push(() => again.stop());
    expect(addresses.get('b')).not.toBe(place);
    await until(() => again.received.length === 1, 'the message that waited');
  });

  test('none is kept for who is no member', async () => {
    const a = await node('a');
    const b = await node('b');
    a.transport.tell(b.id, stopMessage(1));
    await until(() => b.received.length === 1, 'the first');
    const place = addresses.get('b') ?? '';
    addresses.delete('b');
    a.transport.membersChanged();
    await until(() => b.streams.size === 0, 'the stream ends');
    addresses.set('b', place);
    a.transport.tell(b.id, stopMessage(2));
    await until(() => generations(b).includes(2), 'back again');
  });
});

describe('back-pressure', () => {
  test('a node that does not get on is sent no more than its window; the oldest of the rest are dropped', async () => {
    const later: (() => void)[] = [];
    let stuck = true;
    const { soon } = createClock();
    const b = await node('b', { clock: { soon: fn => (stuck ? later.push(fn) : soon(fn)) } });
    const a = await node('a');
    const text = 'x'.repeat(65_000);
    const size = 65_000 + 2 * limits.peerEnvelopeCost;
    const count = Math.ceil((limits.peerWindowBytes + limits.peerQueueBytes) / size) + 100;
    for (const n of upTo(count)) a.transport.tell(b.id, stopMessage(n, text));
    await until(() => a.log.some(line => line.startsWith('messages-dropped')), 'a full outbox');
    await until(() => later.length > 0, 'something arrives');
    expect(b.received).toEqual([]);
    stuck = false;
    for (const fn of later.splice(0)) fn();
    await until(() => generations(b).at(-1) === count - 1, 'the newest');
    const got = generations(b);
    expect(got).toEqual([...got].sort((x, y) => x - y));
    expect(got.length).toBeLessThan(count);
    expect(got.length * size).toBeGreaterThan(limits.peerQueueBytes * 0.9);
  });

  test('who sends more than it may is cut off', async () => {
    const b = await node('b', { clock: { soon: () => undefined } });
    const raw = talkTo('b');
    raw.stream.write({ hello: { node: 'z', speaksMin: 1, speaksMax: 1, credit: 1_000 } });
    const envelope = new Uint8Array(8_000_000);
    for (let i = 0; i < 6; i++) raw.stream.write({ batch: { envelopes: [envelope] } });
    await until(() => raw.errors.length > 0, 'the end of the stream');
    expect(raw.errors[0]?.details).toBe('it sends more than it may');
    expect(b.received).toEqual([]);
  });
});

function talkTo(name: string): {
  readonly stream: ReturnType<typeof open>;
  readonly frames: Frame[];
  readonly errors: ServiceError[];
} {
  const stream = open(addresses.get(name) ?? '');
  const frames: Frame[] = [];
  const errors: ServiceError[] = [];
  stream.on('data', (frame: Frame) => frames.push(frame));
  stream.on('error', (error: ServiceError) => errors.push(error));
  ending.push(() => stream.cancel());
  return { stream, frames, errors };
}
function open(at: string) {
  const { path, requestSerialize, responseDeserialize } = methodOf<Frame, Frame>(serviceOf('Peers'), 'Talk');
  const client = new Client(at, channelCredentials(undefined), channelOptions(undefined));
  ending.push(() => client.close());
  return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
}

describe('other releases', () => {
  test('what cannot be read is refused aloud, and the next is taken', async () => {
    const b = await node('b');
    const { stream, frames } = talkTo('b');
    stream.write({ hello: { node: 'z', speaksMin: 1, speaksMax: 1, credit: 1_000 } });
    stream.write({ batch: { envelopes: [Buffer.from([0x0a, 0x01])] } });
    await until(() => frames.some(frame => frame.refused !== undefined), 'a refusal');
    await until(() => b.log.some(line => line.startsWith('message-refused')), 'a line in its log');
    stream.write({} as Frame);
    await until(() => frames.filter(frame => frame.refused !== undefined).length === 2, 'another refusal');
  });

  test('a node that speaks other versions only gets no stream', async () => {
    await node('b');
    const { stream, errors: got } = talkTo('b');
    stream.write({ hello: { node: 'z', speaksMin: 5, speaksMax: 9, credit: 1_000 } });
    await until(() => got.length > 0, 'the end');
    expect([got[0]?.code, got[0]?.details]).toEqual([status.ABORTED, 'it speaks versions 5 to 9, not 1 to 1']);
  });

  test('nor does one that does not say who it is', async () => {
    await node('b');
    const { stream, errors: got } = talkTo('b');
    stream.write({ batch: { envelopes: [] } });
    await until(() => got.length > 0, 'the end');
    expect(got[0]?.details).toBe('the first frame is no hello');
  });
});

describe('commands', () => {
  test('are answered, and carry what was said', async () => {
    const [a, b] = [await node('a'), await node('b')];
    b.answer = async () => ({ kind: 'made', id: 'ü' }) as { kind: string };
    expect(await a.transport.ask(b.id, address, command, 5_000)).toEqual({ kind: 'made', id: 'ü' });
    expect(b.asked).toEqual([command]);
  });

  test('an error comes back whole', async () => {
    const [a, b] = [await node('a'), await node('b')];
    b.answer = () => Promise.reject(errors.StackValidationFailed({ path: 'resources.a', message: 'bad' }));
    const error = await a.transport.ask(b.id, address, command, 5_000).catch((one: unknown) => one);
    expect(error).toBeInstanceOf(PlacedError);
    expect((error as HeatError).message).toBe('resources.a: : bad');
  });

  test('NotOwner says who is', async () => {
    const [a, b] = [await node('a'), await node('b')];
    b.answer = () => Promise.reject(new NotOwner('x', 'c' as NodeId));
    const error = await a.transport.ask(b.id, address, command, 5_000).catch((one: unknown) => one);
    expect([error instanceof NotOwner, (error as NotOwner).owner]).toEqual([true, 'c']);
  });

  test("a bug there is an error id here, and its words stay in that node's log", async () => {
    const [a, b] = [await node('a'), await node('b')];
    b.answer = () => Promise.reject(new TypeError('secret words'));
    const error = await a.transport.ask(b.id, address, command, 5_000).catch((one: unknown) => one);
    expect((error as HeatError).status).toBe(500);
    const id = /error id ([0-9a-f-]{36})/.exec((error as HeatError).message)?.[1] ?? '?';
    expect(b.log.find(line => line.includes(id))).toMatch(/^ask-failed .*TypeError/);
    expect(b.log.join()).not.toContain('secret words');
  });

  test('no reply: Unreachable, at the deadline, when the node goes, and when nobody listens', async () => {
    const [a, b] = [await node('a'), await node('b')];
    b.answer = () => new Promise(() => undefined);
    await expect(a.transport.ask(b.id, address, command, 50)).rejects.toThrow(Unreachable);
    const pending = a.transport.ask(b.id, address, command, 60_000);
    pending.catch(() => undefined);
    await until(() => b.asked.length === 2, 'the second arrives');
    a.transport.membersChanged();
    addresses.delete('b');
    a.transport.tell(b.id, stopMessage(1)); // the peer is known, the member is not
    a.transport.membersChanged();
    await expect(pending).rejects.toThrow(Unreachable);
    addresses.set('b', '127.0.0.1:1');
    await expect(a.transport.ask(b.id, address, command, 5_000)).rejects.toThrow(/^UNAVAILABLE/);
  });
});
