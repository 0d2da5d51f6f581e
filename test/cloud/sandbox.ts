/**
 * A small OpenStack over real HTTP, for demos, tests and a laptop: real clients and engines talk to it as they would to
 * a cloud. One process, a server per service side by side, one journal on disk. So far it has Keystone alone.
 *
 * It survives being killed: what it answered is in the journal (journal.ts), and whoever starts the all-in-one again
 * adopts a sandbox that still runs (child.ts).
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { portsOf } from '../../cli/ports.ts';
import { Journal } from './journal.ts';
import { services } from './keystone/catalog.ts';
import { createKeystone } from './keystone/routes.ts';
import { seed } from './keystone/seed.ts';
import { KeystoneState } from './keystone/state.ts';

export interface SandboxOptions {
  /** The all-in-one's port base: says where the sandbox listens, and where its catalog sends clients. */
  readonly portBase: number;
  /** Where the journal is; made when it is not there. */
  readonly dataDir: string;
  /** Unix milliseconds; the machine's clock unless a test has its own. */
  readonly now?: () => number;
  /** What `GET /sandbox` answers beside the ports: by this an all-in-one knows its own sandbox again. */
  readonly about?: Readonly<Record<string, unknown>>;
}

export interface Sandbox {
  readonly keystoneUrl: string;
  stop(): Promise<void>;
}

/** Starts the cloud in this process; furnished anew where the data folder holds none. */
export async function startSandbox({
  portBase,
  dataDir,
  now = Date.now,
  about = {},
}: SandboxOptions): Promise<Sandbox> {
  const ports = portsOf(portBase);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const { journal, state } = await openState(join(dataDir, 'journal'), now());
  const keystone = createKeystone({ state, services: services(ports), now });
  keystone.get('/sandbox', () => ({ portBase, ...about }));
  try {
    await keystone.listen({ port: ports.keystone, host: '127.0.0.1' });
  } catch (error) {
    journal.close();
    throw error;
  }
  return {
    keystoneUrl: `http://127.0.0.1:${ports.keystone}/v3`,
    async stop() {
      keystone.server.closeAllConnections();
      await keystone.close();
      journal.close();
    },
  };
}

async function openState(path: string, now: number): Promise<{ journal: Journal; state: KeystoneState }> {
  const entries = Journal.read(path);
  const state = new KeystoneState();
  state.replay(entries);
  if (entries.length === 0) await seed(state);
  // In one step: a first start leaves all of the furniture or none, a later one drops what is over (expired tokens).
  const journal = Journal.rewrite(path, state.snapshot(now));
  state.recordTo(journal);
  return { journal, state };
}
