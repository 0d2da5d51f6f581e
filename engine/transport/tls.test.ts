import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Tls } from '../../proto/grpc.ts';
import { type Authority, createAuthority } from '../../test/support/certificates.ts';
import { address, startTestNode, stopMessage, type TestNode, until, uuid } from '../../test/support/grpc-nodes.ts';

let authority: Authority;
let stranger: Authority;
beforeAll(() => {
  authority = createAuthority();
  stranger = createAuthority();
});

const addresses = new Map<string, string>();
const nodes: TestNode[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.stop();
});

const allowed = { engines: ['convect-engine'], gateways: ['convect-gateway'] };
const command = { request: uuid(7), message: { kind: 'remove' } };

async function node(name: string, tls: Tls | undefined): Promise<TestNode> {
  const started = await startTestNode(name, addresses, { ...(tls && { tls }), allowed });
  nodes.push(started);
  return started;
}

const engine = (): Tls => ({ ...authority.issue(['convect-engine']), serverName: 'convect-engine' });

/** What becomes of a command and a message from a node that shows this to one that is as it should be. */
async function triedWith(tls: Tls | undefined): Promise<{ readonly told: number; readonly answer: unknown }> {
  const server = await node('server', engine());
  const client = await node('client', tls);
  client.transport.tell(server.id, stopMessage(1));
  const answer = await client.transport.ask(server.id, address, command, 5_000).catch((error: unknown) => error);
  if (answer instanceof Error) await until(() => client.log.some(line => line.startsWith('stream-ended')), 'no stream');
  else await until(() => server.received.length > 0, 'the message');
  expect(server.asked.length).toBe(answer instanceof Error ? 0 : 1);
  return { told: server.received.length, answer };
}

describe('with certificates', () => {
  test('nodes that have the right ones talk', async () => {
    expect(await triedWith(engine())).toEqual({ told: 1, answer: { kind: 'done' } });
  });

  test("a server's certificate may be of its address instead", async () => {
    const tls = authority.issue(['convect-engine'], true);
    const server = await node('server', tls);
    const client = await node('client', tls);
    expect(await client.transport.ask(server.id, address, command, 5_000)).toEqual({ kind: 'done' });
  });

  test('a client without one is refused', async () => {
    const { told, answer } = await triedWith(undefined);
    expect(told).toBe(0);
    expect(String(answer)).toMatch(/^Unreachable: UNAVAILABLE/);
  });

  test('a client with one of another authority is refused', async () => {
    const foreign = { ...stranger.issue(['convect-engine']), ca: engine().ca, serverName: 'convect-engine' };
    const { told, answer } = await triedWith(foreign);
    expect(told).toBe(0);
    expect(String(answer)).toMatch(/^Unreachable: UNAVAILABLE/);
  });

  test('a client with another name is refused: also a gateway, which may not speak as a node', async () => {
    for (const name of ['somebody', 'convect-gateway', 'convect-engine.example.org']) {
      const { told, answer } = await triedWith({ ...authority.issue([name]), serverName: 'convect-engine' });
      expect(told).toBe(0);
      expect(String(answer)).toMatch(/^Unreachable: PERMISSION_DENIED/);
    }
  });

  test('a server with another name is not spoken to', async () => {
    const { told, answer } = await triedWith({ ...engine(), serverName: 'convect-other' });
    expect(told).toBe(0);
    expect(String(answer)).toMatch(/^Unreachable: UNAVAILABLE/);
  });

  test('a server of another authority is not spoken to', async () => {
    const { told, answer } = await triedWith({ ...engine(), ca: stranger.issue(['x']).ca });
    expect(told).toBe(0);
    expect(String(answer)).toMatch(/^Unreachable: UNAVAILABLE/);
  });
});
