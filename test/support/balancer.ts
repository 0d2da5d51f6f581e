/** What stands before several gateways: a TCP balancer that gives each connection to the next one that takes it. */
import { connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  stop(): Promise<void>;
}

/** Listens on a port of 127.0.0.1; `targets` are ports there, in turn. */
export async function startBalancer(port: number, targets: readonly number[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer(client => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    client.pause();
    turn += 1;
    pass(
      client,
      targets.map((_, i) => targets[(turn + i) % targets.length] ?? 0),
      sockets,
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    stop: async () => {
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function pass(client: Socket, [target, ...others]: readonly number[], sockets: Set<Socket>): void {
  if (target === undefined || client.destroyed) {
    client.destroy();
    return;
  }
  const upstream = connect(target, '127.0.0.1');
  const refused = (): void => pass(client, others, sockets);
  upstream.once('error', refused);
  upstream.once('connect', () => {
    upstream.off('error', refused);
    sockets.add(upstream);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => {
      sockets.delete(upstream);
      client.destroy();
    });
    client.on('close', () => upstream.destroy());
    client.pipe(upstream);
    upstream.pipe(client);
  });
}
