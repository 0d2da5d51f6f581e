/**
 * A TCP proxy before a database, that loses what it is told to: the next message of a connection in which a certain
 * text is, on its way there, its answer on the way back, or held up for as long as one likes.
 */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Loss } from './fixtures.ts';

/** `half`: the first half arrives, the other is held up. `sync`: all but the last message, which ends a statement. */
export type ProxyLoss = Loss | 'half' | 'sync';

const syncBytes = 5;

interface Trap {
  readonly text: string;
  readonly loss: ProxyLoss;
}

export class LossyProxy {
  private readonly target: { readonly host: string; readonly port: number };
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private trap: Trap | undefined;
  private held: (() => Promise<void>) | undefined;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.target = target;
  }

  async listen(): Promise<number> {
    this.server = createServer(client => this.accept(client));
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    return address.port;
  }

  /** Armed until it catches something. */
  lose(text: string, loss: ProxyLoss): void {
    this.trap = { text, loss };
  }

  /** Sends what was held up to the server, and waits for its answer, which nobody gets. */
  async release(): Promise<void> {
    if (this.held === undefined) throw new Error('nothing is held up');
    await this.held();
    this.held = undefined;
  }

  private accept(client: Socket): void {
    const server = connect(this.target);
    let held: Buffer[] | undefined;
    const both = [client, server] as const;
    for (const socket of both) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => this.sockets.delete(socket));
    }
    const end = () => {
      for (const socket of both) socket.destroy();
    };
    client.on('close', () => held ?? server.destroy());
    server.on('close', () => client.destroy());
    server.on('data', data => client.write(data));
    client.on('data', data => {
      if (held !== undefined) {
        held.push(data);
        return;
      }
      if (this.trap === undefined || !data.includes(this.trap.text)) {
        server.write(data);
        return;
      }
      const { loss } = this.trap;
      this.trap = undefined;
      if (loss === 'before') end();
      if (loss === 'after') {
        server.removeAllListeners('data');
        server.write(data);
        server.once('data', end);
      }
      if (loss === 'held' || loss === 'half' || loss === 'sync') {
        const parts = { held: 0, half: Math.floor(data.length / 2), sync: data.length - syncBytes };
        const sent = parts[loss];
        server.write(data.subarray(0, sent));
        held = [data.subarray(sent)];
        this.held = () => this.deliver(server, held ?? []);
      }
    });
  }

  private async deliver(server: Socket, held: readonly Buffer[]): Promise<void> {
    server.removeAllListeners('data');
    const answered = once(server, 'data');
    server.write(Buffer.concat(held));
    await answered;
    server.destroy();
    await sleep(20);
  }

  close(): void {
    this.server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
