/** A TCP proxy on a free port of 127.0.0.1 that cuts connections where a test wants it, or lets nothing through. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface TcpProxy {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Connections so far. */
  readonly connections: number;
  /** Cuts the next connection that passes on so many bytes from the server, after exactly that many. Once. */
  cutAfter(bytes: number): void;
  /** Cuts all connections now. */
  cut(): void;
  /** False: all connections are silent from now on, new ones too, as when a route drops packets. True cuts those. */
  pass(isOpen: boolean): void;
  stop(): Promise<void>;
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let cutAt: number | undefined;
  let isOpen = true;
  let connections = 0;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer(client => {
    connections += 1;
    const upstream = connect(target, '127.0.0.1');
    let passed = 0;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', bytes => {
      if (isOpen) upstream.write(bytes);
    });
    upstream.on('data', bytes => {
      if (!isOpen) return;
      passed += bytes.length;
      if (cutAt !== undefined && passed >= cutAt) {
        client.end(bytes.subarray(0, bytes.length - (passed - cutAt)));
        cutAt = undefined;
        upstream.destroy();
      } else {
        client.write(bytes);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    cutAfter: bytes => {
      cutAt = bytes;
    },
    cut,
    pass: isNow => {
      if (isNow) cut(); // bytes of theirs are missing
      isOpen = isNow;
    },
    stop: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
