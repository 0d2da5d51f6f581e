/**
 * A small OpenStack over real HTTP, for demos, tests and a laptop: real clients and engines talk to it as they would to
 * a cloud. One process, a server per service side by side, one journal on disk.
 *
 * It survives being killed: what it answered is in the journal (journal.ts), and whoever starts the all-in-one again
 * adopts a sandbox that still runs (child.ts). Beside OpenStack's own paths Keystone's port has some of the sandbox's:
 *
 *   GET /sandbox              which process, which build
 *   GET, PUT, POST, DELETE /__faults    the rules of faults.ts in force; PUT `{"faults": ["…"]}` replaces them, POST adds
 *   GET, DELETE /__calls      how many requests came, by service and method; DELETE begins at 0 again
 *   GET /__calls/latest       the last 10,000 of those, one by one
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Ports, portsOf } from '../../cli/ports.ts';
import { compose } from './compose.ts';
import { Faults } from './faults.ts';
import { Journal } from './journal.ts';
import { services } from './keystone/catalog.ts';
import { isFurnished, requestsOf } from './openstack.ts';
import { beginning, Calls, createServer } from './serve.ts';
import { isFields } from './service.ts';

export interface SandboxOptions {
  /** The all-in-one's port base: says where the sandbox listens, and where its catalog sends clients. */
  readonly portBase: number;
  /** Where the journal is; made when it is not there. */
  readonly dataDir: string;
  /** Unix milliseconds; the machine's clock unless a test has its own. */
  readonly now?: () => number;
  /** What `GET /sandbox` answers beside the ports: by this an all-in-one knows its own sandbox again. */
  readonly about?: Readonly<Record<string, unknown>>;
  /** Rules of faults.ts. */
  readonly faults?: readonly string[];
}

export interface Sandbox {
  readonly keystoneUrl: string;
  stop(): Promise<void>;
}

/** On which of a base's ports a service of the sandbox listens. */
const portNames: Readonly<Record<string, keyof Ports>> = {
  identity: 'keystone',
  compute: 'nova',
  network: 'neutron',
  volumev3: 'cinder',
  image: 'glance',
};

/** Starts the cloud in this process; furnished anew where the data folder holds none. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { portBase, dataDir, now = Date.now, about = {} } = options;
  const ports = portsOf(portBase);
  const faults = new Faults();
  faults.set(options.faults ?? []);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const composed = compose(services(ports));
  const { cloud, keystone } = composed;
  const journal = openJournal(join(dataDir, 'journal'), composed, now());
  const calls = new Calls();
  const serving = {
    cloud,
    now,
    authenticate: (token: string | undefined, time: number) => keystone.authenticate(token, time),
    faults,
    calls,
    authUrl: `http://127.0.0.1:${ports.keystone}`,
  };
  const servers = new Map(cloud.services.map(({ type }) => [type, createServer(type, serving)]));
  const stop = async (): Promise<void> => {
    for (const server of servers.values()) {
      server.server.closeAllConnections();
      await server.close();
    }
    journal.close();
  };
  control(servers.get('identity'), { portBase, ...about }, faults, calls);
  try {
    for (const [type, server] of servers) {
      await server.listen({ port: ports[portNames[type] ?? 'keystone'], host: '127.0.0.1' });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { keystoneUrl: `http://127.0.0.1:${ports.keystone}/v3`, stop };
}

function openJournal(path: string, composed: ReturnType<typeof compose>, now: number): Journal {
  const { cloud, keystoneState } = composed;
  const entries = Journal.read(path);
  cloud.replay(entries);
  if (!isFurnished(entries)) composed.furnish(beginning(now));
  keystoneState.dropExpired(now);
  // In one step: a first start leaves all of the furniture or none, a later one drops what is over (expired tokens).
  const journal = Journal.rewrite(path, [cloud.snapshot(), ...requestsOf(entries)]);
  cloud.recordTo(journal);
  return journal;
}

function control(app: FastifyInstance | undefined, about: object, faults: Faults, calls: Calls): void {
  if (app === undefined) throw new Error('a sandbox has a Keystone');
  const listed = (): object => ({ faults: faults.list() });
  app.get('/sandbox', () => about);
  app.get('/__faults', listed);
  app.put('/__faults', ({ body }) => {
    faults.set(texts(body));
    return listed();
  });
  app.post('/__faults', ({ body }) => {
    for (const text of texts(body)) faults.add(text);
    return listed();
  });
  app.delete('/__faults', () => {
    faults.set([]);
    return listed();
  });
  app.get('/__calls', () => calls.counts);
  app.get('/__calls/latest', () => calls.latest);
  app.delete('/__calls', () => {
    calls.reset();
    return calls.counts;
  });
}

/** The `faults` of a body. */
function texts(body: unknown): string[] {
  const given = isFields(body) ? body['faults'] : undefined;
  if (!Array.isArray(given)) throw Object.assign(new Error('the body is {"faults": ["…", …]}'), { statusCode: 400 });
  return given.map(String);
}
