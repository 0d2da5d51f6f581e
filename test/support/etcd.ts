/** etcd for tests: a real server (Debian's), with its data in a temporary folder, on free ports of 127.0.0.1. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type EtcdOptions } from '../../engine/placement/etcd/client.ts';
import type { Certificate } from './certificates.ts';

export interface TestEtcd {
  readonly port: number;
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** SIGSTOP, SIGCONT, SIGKILL … to the server's process. */
  signal(name: NodeJS.Signals): void;
  /** Starts it again, on the same port and data, once it has ended. Resolves when it answers. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

const startMs = 40_000;

/**
 * With a certificate it speaks TLS, and asks for one of its authority from its clients. Rejects, and says what to
 * install, where etcd is missing.
 */
export async function startEtcd(tls?: Certificate): Promise<TestEtcd> {
  const [server] = await startEtcds(1, tls);
  if (server === undefined) throw new Error('no server');
  return server;
}

/** Servers of one cluster; they answer once most of them run. */
export async function startEtcds(count: number, tls?: Certificate): Promise<TestEtcd[]> {
  const places: Place[] = [];
  for (let i = 0; i < count; i++) {
    places.push({ name: `etcd-${i}`, port: await freePort(), peer: `http://127.0.0.1:${await freePort()}` });
  }
  const cluster = places.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const starts = await Promise.allSettled(places.map(place => startServer(place, cluster, tls)));
  const servers = starts.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []));
  const failed = starts.find(start => start.status === 'rejected');
  if (failed === undefined) return servers;
  await Promise.all(servers.map(server => server.stop()));
  throw failed.reason;
}

interface Place {
  readonly name: string;
  readonly port: number;
  readonly peer: string;
}

async function startServer({ name, port, peer }: Place, cluster: string, tls?: Certificate): Promise<TestEtcd> {
  const folder = mkdtempSync(join(tmpdir(), 'convect-etcd-'));
  const file = (what: string): string => join(folder, `${what}.pem`);
  for (const what of ['ca', 'cert', 'key'] as const) {
    if (tls !== undefined) writeFileSync(file(what), tls[what], { mode: 0o600 });
  }
  const host = `127.0.0.1:${port}`;
  const url = `${tls === undefined ? 'http' : 'https'}://${host}`;
  const args = [
    ...['--name', name, '--data-dir', join(folder, 'data'), '--logger', 'zap', '--log-level', 'error'],
    ...['--listen-client-urls', url, '--advertise-client-urls', url],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', cluster],
    ...(tls === undefined ? [] : ['--client-cert-auth', '--trusted-ca-file', file('ca')]),
    ...(tls === undefined ? [] : ['--cert-file', file('cert'), '--key-file', file('key')]),
  ];
  let child: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    const said: string[] = [];
    const started = spawn('etcd', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    started.stderr?.setEncoding('utf8').on('data', (text: string) => said.push(text));
    started.on('error', error => said.push(`${error.message} (test/setup.sh installs etcd)`));
    await untilAnswers({ hosts: [host], ...(tls === undefined ? {} : { tls }) }, () => {
      if (started.pid === undefined || hasEnded(started)) throw new Error(`etcd ended: ${said.join('')}`);
    });
  };
  const end = async (): Promise<void> => {
    if (child === undefined || hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const stop = async (): Promise<void> => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    port,
    host,
    get pid() {
      return child === undefined || hasEnded(child) ? undefined : child.pid;
    },
    signal: what => void child?.kill(what),
    restart: async () => {
      await end();
      await start();
    },
    stop,
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

async function untilAnswers(options: EtcdOptions, check: () => void): Promise<void> {
  const until = performance.now() + startMs;
  const etcd = connect(options);
  try {
    for (;;) {
      check();
      try {
        await etcd.maintenance.status();
        return;
      } catch (error) {
        if (performance.now() > until) throw error;
        await sleep(50);
      }
    }
  } finally {
    etcd.close();
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The lease's thread, compiled: `npm test` compiles before it tests. */
export const leaseWorker = new URL('../../dist/engine/placement/etcd/lease-worker.js', import.meta.url);
