import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Doing, type Fake, json, startFake } from '../../test/support/fake-services.ts';
import { limits } from '../kernel/limits.ts';
import { createClock } from '../real/clock.ts';
import { createHttp, type Http, type HttpOutcome } from './http.ts';

const undo: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (let next = undo.pop(); next !== undefined; next = undo.pop()) await next();
});

function client(): Http {
  const http = createHttp(createClock());
  undo.push(() => http.stop());
  return http;
}

async function fake(doing: Doing | (() => Doing)): Promise<Fake> {
  const started = await startFake(() => (typeof doing === 'function' ? doing() : doing));
  undo.push(() => started.stop());
  return started;
}

const post = (http: Http, origin: string, deadlineMs = 5_000): Promise<HttpOutcome> =>
  http.send({
    method: 'POST',
    origin,
    path: '/v2.0/things?x=%2F..',
    headers: { 'x-auth-token': 't' },
    body: '{"a":1.0}',
    deadlineMs,
  });

describe('what became of a request', () => {
  it('gives the answer, and sends body and path as they are', async () => {
    const server = await fake(json(201, { thing: 'ü' }, { 'Retry-After': '3' }));
    const outcome = await post(client(), server.url);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 201, body: '{"thing":"ü"}' } });
    expect(outcome.kind === 'answered' && outcome.answer.headers.get('retry-after')).toBe('3');
    expect(server.got).toMatchObject([{ method: 'POST', path: '/v2.0/things?x=%2F..', body: '{"a":1.0}' }]);
  });

  it('keeps the connection for the next request', async () => {
    const http = client();
    const server = await fake(json(200, {}));
    for (let i = 0; i < 20; i++) await post(http, server.url);
    expect(server.got).toHaveLength(20);
    // A second one where a request comes before the first has come to rest.
    expect(new Set(server.got.map(({ from }) => from)).size).toBeLessThanOrEqual(2);
  });

  it.each(['cut', 'cut body'] as const)('does not know what a request did whose connection was %s', async doing => {
    const server = await fake(doing);
    expect(await post(client(), server.url)).toMatchObject({ kind: 'unknown' });
    expect(server.got).toHaveLength(1);
  });

  it('does not know at the deadline, and comes back then', async () => {
    const server = await fake('hang');
    const began = performance.now();
    expect(await post(client(), server.url, 100)).toEqual({ kind: 'unknown', reason: 'no answer within 100 ms' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('has sent nothing where nobody listens', async () => {
    const server = await startFake(() => json(200, {}));
    await server.stop();
    const outcome = await post(client(), server.url);
    expect(outcome).toMatchObject({ kind: 'unsent' });
    expect(outcome.kind === 'unsent' && outcome.reason).toContain('ECONNREFUSED');
  });

  it('has sent nothing where TLS does not come about, or the name is none', async () => {
    const server = await fake(json(200, {}));
    expect(await post(client(), server.url.replace('http:', 'https:'))).toMatchObject({ kind: 'unsent' });
    expect(await post(client(), 'http://no-such-host.invalid')).toMatchObject({ kind: 'unsent' });
  });

  it('has sent nothing of what a header could not carry', async () => {
    const server = await fake(json(200, {}));
    const http = client();
    const request = {
      method: 'GET',
      origin: server.url,
      path: '/',
      headers: { 'x-auth-token': 'a\r\nb' },
      deadlineMs: 500,
    };
    expect(await http.send(request)).toMatchObject({ kind: 'unsent' });
    expect(server.got).toHaveLength(0);
  });

  it('stops reading an answer that is too long', async () => {
    const server = await fake({ status: 200, body: 'x'.repeat(limits.cloudAnswerBytes + 1) });
    expect(await post(client(), server.url, 20_000)).toMatchObject({ kind: 'unknown', reason: /bytes/ });
  });

  it('has sent nothing while it waited for a connection, and writes nothing afterwards', async () => {
    const { origin, sockets } = await deaf();
    const http = client();
    const all = Array.from({ length: limits.cloudConnections }, () => post(http, origin, 600));
    expect(await post(http, origin, 200)).toMatchObject({ kind: 'unsent' });
    const outcomes = await Promise.all(all);
    expect(outcomes.every(({ kind }) => kind === 'unknown')).toBe(true);
    await new Promise(resolve => setTimeout(resolve, 100));
    expect(sockets()).toBe(limits.cloudConnections);
  });
});

/** Takes connections and bytes, and never answers; counts connections that said anything. */
async function deaf(): Promise<{ origin: string; sockets: () => number }> {
  let heard = 0;
  const open = new Set<Socket>();
  const server: Server = createServer(socket => {
    open.add(socket);
    socket.on('error', () => undefined).once('data', () => heard++);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  undo.push(async () => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  connect(port, '127.0.0.1')
    .on('error', () => undefined)
    .destroy();
  return { origin: `http://127.0.0.1:${port}`, sockets: () => heard };
}
