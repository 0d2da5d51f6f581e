/** What stands before several gateways: a TCP balancer that gives each connection to the next one that takes it. */
import { connect, createServer, type Socket } from 'node:net';

export interface Balancer {
  stop(): Promise<void>;
}

export interface Target {
  readonly port: number;
  /** Where it says whether it is ready. */
  readonly statusPort: number;
}

const lookMs = 250;
const answerMs = 1_000;

/** Listens on a port of 127.0.0.1; the targets' are there too. Those that are not ready come last. */
export async function startBalancer(port: number, targets: readonly Target[]): Promise<Balancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const away = new Set<number>();
  const looking = setInterval(() => {
    for (const target of targets) {
      void isReady(target).then(ready => (ready ? away.delete(target.port) : away.add(target.port)));
    }
  }, lookMs);
  const server = createServer(client => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    client.pause();
    turn += 1;
    const inTurn = targets.map((_, i) => targets[(turn + i) % targets.length]?.port ?? 0);
    const ready = inTurn.filter(each => !away.has(each));
    pass(client, [...ready, ...inTurn.filter(each => away.has(each))], sockets);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    stop: async () => {
      clearInterval(looking);
      const closed = new Promise(resolve => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

async function isReady({ statusPort }: Target): Promise<boolean> {
  try {
    const url = `http://127.0.0.1:${statusPort}/readyz`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerMs) });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
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
