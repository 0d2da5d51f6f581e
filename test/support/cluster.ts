/**
 * A whole cluster on this machine: etcd, PostgreSQL, a sandbox cloud, engines and gateways, each a process of its
 * own on 127.0.0.1, and a balancer before the gateways where the sandbox's catalog says that the orchestration is.
 */
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { logIn, type Session } from '../../cli/client.ts';
import { type SandboxUser, sandboxEnv } from '../../cli/env.ts';
import { freePortBase, portsOf } from '../../cli/ports.ts';
import { startWhole, type Undo } from '../../engine/kernel/undo.ts';
import { type Embedded, startEmbedded, startPostgres } from '../../engine/store/embedded.ts';
import { migrate } from '../../engine/store/migrate.ts';
import { ensureSandbox } from '../cloud/child.ts';
import { startBalancer } from './balancer.ts';
import { ClusterProcess } from './cluster-process.ts';
import { startEtcd, type TestEtcd } from './etcd.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { openAddress } from './open-address.ts';

/** Where Debian's packages put PostgreSQL's programs. */
const debianPostgres = '/usr/lib/postgresql/15/bin';

const restartTries = 20;
const restartPauseMs = 250;

export interface ClusterOptions {
  readonly engines: number;
  readonly gateways: number;
  /** Default: a free one. */
  readonly portBase?: number;
  /** Where all is kept, logs too; absent: a temporary folder, removed by `stop`. */
  readonly dataDir?: string;
  /** The database does not flush to disk: faster. */
  readonly ephemeral?: boolean;
  /** A Keystone (with /v3) in place of the sandbox; its catalog has `portBase` + 4 as the orchestration. */
  readonly keystoneUrl?: string;
  /** The region whose services the engines call. */
  readonly region?: string;
  readonly logLevel?: string;
  /** Settings of engine n, from 0 on, over what it has. */
  readonly engineConfig?: (n: number) => object;
  /** Settings of gateway n, over what it has. */
  readonly gatewayConfig?: (n: number) => object;
  /** The first engine reaches etcd, and is reached by others, through `TestCluster.ways`, which may be closed. */
  readonly cutable?: boolean;
  /** Each process writes its spans to `<its name>.spans` below the data folder. */
  readonly tracing?: boolean;
}

export interface TestCluster {
  readonly portBase: number;
  readonly dataDir: string;
  readonly keystoneUrl: string;
  /** The balancer's. */
  readonly nativeUrl: string;
  readonly gatewayUrls: readonly string[];
  readonly engines: readonly ClusterProcess[];
  readonly gateways: readonly ClusterProcess[];
  readonly etcd: TestEtcd;
  readonly database: Database;
  /** With `cutable`: the first engine's way to etcd, and everybody's way to it. */
  readonly ways: readonly TcpProxy[];
  /** OS_* for a client of the sandbox. */
  env(user?: SandboxUser): Readonly<Record<string, string>>;
  logIn(user?: SandboxUser): Promise<Session>;
  stop(): Promise<void>;
}

/** The database server; started again it listens on the same port. */
export interface Database {
  /** With its password. */
  readonly url: string;
  readonly pid: number;
  /** After it ended, however it did. */
  restart(): Promise<void>;
}

/** Starts it; resolves when all processes are ready. What was started is ended when a later part fails. */
export async function startCluster(options: ClusterOptions): Promise<TestCluster> {
  return startWhole(undo => build(options, undo));
}

async function build(options: ClusterOptions, undo: Undo[]): Promise<Omit<TestCluster, 'stop'>> {
  const portBase = options.portBase ?? (await freePortBase());
  const dataDir = folder(options.dataDir, undo);
  const etcd = await startEtcd();
  undo.push(() => etcd.stop());
  const database = await startDatabase(join(dataDir, 'postgres'), options.ephemeral ?? false, undo);
  await migrate(database.url);
  const keystoneUrl = options.keystoneUrl ?? (await sandbox(portBase, dataDir, undo));
  const ways =
    options.cutable === true ? [await startTcpProxy(etcd.port), await startTcpProxy(portBase + engineOffset)] : [];
  undo.push(() => Promise.all(ways.map(way => way.stop())));
  const config = new Configs(dataDir, portBase, { etcd, database, keystoneUrl, ways }, options);
  const engines = numbers(options.engines).map(n => config.engine(n));
  const gateways = numbers(options.gateways).map(n => config.gateway(n));
  // Gateways first, so that they end last.
  undo.push(() => Promise.all(gateways.map(one => one.stop())));
  undo.push(() => Promise.all(engines.map(one => one.stop())));
  await Promise.all([...engines, ...gateways].map(one => one.start()));
  const { native } = portsOf(portBase);
  const gatewayPorts = gateways.map((_, n) => portBase + gatewayOffset + n);
  const targets = gatewayPorts.map((port, n) => ({ port, statusPort: portBase + gatewayStatusOffset + n }));
  const balancer = await startBalancer(native, targets);
  undo.push(() => balancer.stop());
  return {
    portBase,
    dataDir,
    keystoneUrl,
    nativeUrl: `http://127.0.0.1:${native}`,
    gatewayUrls: gatewayPorts.map(port => `http://127.0.0.1:${port}`),
    engines,
    gateways,
    etcd,
    database,
    ways,
    env: (user = 'demo') => sandboxEnv(portBase, user),
    logIn: (user = 'demo') => logIn({ keystoneUrl, user, password: 'password', project: user }),
  };
}

// Above the port base, beside those of cli/ports.ts.
const engineOffset = 10;
export const engineStatusOffset = 20;
const gatewayOffset = 30;
const gatewayStatusOffset = 40;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);

interface Services {
  readonly etcd: TestEtcd;
  readonly database: Database;
  readonly keystoneUrl: string;
  readonly ways: readonly TcpProxy[];
}

/** The processes' configuration files. JSON is YAML. */
class Configs {
  private readonly dataDir: string;
  private readonly portBase: number;
  private readonly services: Services;
  private readonly options: ClusterOptions;

  constructor(dataDir: string, portBase: number, services: Services, options: ClusterOptions) {
    this.dataDir = dataDir;
    this.portBase = portBase;
    this.services = services;
    this.options = options;
    // What is in the database was sealed with it.
    if (!existsSync(join(dataDir, 'vault.key'))) this.secret('vault.key', randomBytes(32).toString('hex'));
    this.secret('service-password', 'password');
    this.secret('database-url', services.database.url);
  }

  engine(n: number): ClusterProcess {
    const { region } = this.options;
    const [toEtcd, toEngine] = n === 0 ? this.services.ways : [];
    return this.process('engine', n, {
      etcd: { hosts: [toEtcd?.host ?? this.services.etcd.host] },
      ...(toEngine !== undefined && { advertise: toEngine.host }),
      node: `engine-${n + 1}`,
      listen: `127.0.0.1:${this.portBase + engineOffset + n}`,
      status: `127.0.0.1:${this.portBase + engineStatusOffset + n}`,
      databaseUrlFile: 'database-url',
      migrate: false,
      vaultKeyFile: 'vault.key',
      fetch: { allow: [openAddress] },
      cloud: { ...this.keystone(), ...(region !== undefined && { region }) },
      ...this.options.engineConfig?.(n),
    });
  }

  gateway(n: number): ClusterProcess {
    return this.process('gateway', n, {
      listen: `127.0.0.1:${this.portBase + gatewayOffset + n}`,
      status: `127.0.0.1:${this.portBase + gatewayStatusOffset + n}`,
      keystone: this.keystone(),
      ...this.options.gatewayConfig?.(n),
    });
  }

  private process(kind: 'engine' | 'gateway', n: number, own: object): ClusterProcess {
    const name = `${kind}-${n + 1}`;
    const file = join(this.dataDir, `${name}.yaml`);
    const { logLevel = 'info', tracing = false } = this.options;
    const traced = tracing ? { tracing: { file: `${name}.spans` } } : {};
    const config = { etcd: { hosts: [this.services.etcd.host] }, ...own, ...traced, logLevel };
    writeFileSync(file, JSON.stringify(config, undefined, 2));
    return new ClusterProcess(kind, name, file, join(this.dataDir, `${name}.log`));
  }

  private keystone(): object {
    const user = { userName: 'heat', passwordFile: 'service-password', projectName: 'service' };
    return { authUrl: this.services.keystoneUrl, ...user };
  }

  private secret(name: string, text: string): void {
    writeFileSync(join(this.dataDir, name), `${text}\n`, { mode: 0o600 });
  }
}

async function sandbox(portBase: number, dataDir: string, undo: Undo[]): Promise<string> {
  const child = await ensureSandbox(portBase, dataDir);
  undo.push(() => child.stop());
  return child.keystoneUrl;
}

/** Debian's server where it is installed, else the packaged one. */
async function startDatabase(dataDir: string, ephemeral: boolean, undo: Undo[]): Promise<Database> {
  const start = (port?: number): Promise<Embedded> => {
    const options = { dataDir, ephemeral, ...(port !== undefined && { port }) };
    return existsSync(join(debianPostgres, 'postgres'))
      ? startPostgres(debianPostgres, options)
      : startEmbedded(options);
  };
  let server = await start();
  undo.push(() => server.stop());
  const { url } = server;
  return {
    url,
    get pid() {
      return server.pid;
    },
    restart: async () => {
      for (let tries = 1; ; tries++) {
        try {
          server = await start(Number(new URL(url).port));
          return;
        } catch (error) {
          // What the killed one left behind may hold its shared memory for a moment.
          if (tries === restartTries) throw error;
          await sleep(restartPauseMs);
        }
      }
    },
  };
}

function folder(dataDir: string | undefined, undo: Undo[]): string {
  if (dataDir !== undefined) {
    const path = resolve(dataDir);
    mkdirSync(path, { recursive: true });
    return path;
  }
  const path = mkdtempSync(join(tmpdir(), 'convect-cluster-'));
  // PostgreSQL refuses to run as root; started by root it runs as a user of its own, who must pass through.
  chmodSync(path, 0o711);
  undo.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
