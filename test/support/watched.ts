/** Stacks on a sandbox of one's own, created and updated; every call that changes something is noted, in its order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePortBase } from '../../cli/ports.ts';
import { createCloud } from '../../engine/cloud/cloud.ts';
import { passwordCredential } from '../../engine/cloud/credential.ts';
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { CloudCall } from '../../engine/kernel/world.ts';
import { createClock } from '../../engine/real/clock.ts';
import { createDice } from '../../engine/real/dice.ts';
import { startSandbox } from '../cloud/sandbox.ts';
import { startEngineRig } from './engine-rig.ts';

/** `{name: [type without OS::, properties]}`. */
export type Resources = Readonly<Record<string, readonly [type: string, properties?: object]>>;

export interface WatchedCloud {
  create(resources: Resources): Promise<WatchedStack>;
  /** The sandbox's own answer to a GET. */
  read(service: string, path: string, headers?: Readonly<Record<string, string>>): Promise<Record<string, unknown>>;
  /** Puts something there, or takes it away, behind the engine's back. */
  call(call: CloudCall): Promise<void>;
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

export interface WatchedStack {
  /** Updates it; the calls that change something, with names for ids: `<server>`, `<server 2>` for what followed it. */
  update(
    resources: Resources,
    options?: { readonly rollback?: boolean; readonly end?: string },
  ): Promise<readonly string[]>;
  /** The physical id of a resource now; '' where there is none. */
  id(name: string): Promise<string>;
  remove(): Promise<void>;
}

const admin = passwordCredential(
  { name: 'admin', password: 'password', domain: { id: 'default' } },
  { name: 'admin', domain: { id: 'default' } },
);

export async function startWatched(): Promise<WatchedCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'watched-'));
  const sandbox = await startSandbox({ portBase: await freePortBase(), dataDir: folder });
  const cloud = createCloud(
    { authUrl: sandbox.keystoneUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' } },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart: () => true },
  );
  const calls: CloudCall[] = [];
  const rig = await startEngineRig(
    {
      call: (credential, call, deadlineMs) => {
        calls.push(call);
        return cloud.call(credential, call, deadlineMs);
      },
    },
    admin,
  );
  const asked = async (call: CloudCall): Promise<string> => {
    const outcome = await cloud.call(admin, call, 10_000);
    if (outcome.kind !== 'answered' || outcome.answer.status >= 300) throw new Error(JSON.stringify(outcome));
    return outcome.answer.body;
  };
  return {
    problems: rig.problems,
    async read(service, path, headers) {
      return JSON.parse(await asked({ method: 'GET', service, path, ...(headers && { headers }) })) as never;
    },
    async call(call) {
      await asked(call);
    },
    async create(resources) {
      const id = await rig.create(written(resources), true);
      await ended(rig, id, 'CREATE_COMPLETE: Stack CREATE completed successfully');
      return watched(rig, id, calls);
    },
    async stop() {
      await rig.stop();
      await cloud.stop();
      await sandbox.stop();
      rmSync(folder, { recursive: true });
    },
  };
}

type Rig = Awaited<ReturnType<typeof startEngineRig>>;

async function ended(rig: Rig, id: Uuid, end: string): Promise<void> {
  const how = await rig.ended(id, end.slice(0, end.indexOf('_')), 60_000);
  if (how !== end) throw new Error(`it ended ${how}, not ${end}; ${rig.problems.join('\n')}`);
}

function watched(rig: Rig, id: Uuid, calls: readonly CloudCall[]): WatchedStack {
  const names = new Map<string, string>();
  const learn = async (resources: Resources): Promise<void> => {
    for (const [name, physical] of await rig.physicalIds(id)) {
      // An attachment's id is its volume's.
      if (physical === '' || names.has(physical) || resources[name]?.[0] === 'Cinder::VolumeAttachment') continue;
      const before = [...names.values()].filter(known => known === `<${name}>` || known.startsWith(`<${name} `));
      names.set(physical, before.length === 0 ? `<${name}>` : `<${name} ${before.length + 1}>`);
    }
  };
  const line = ({ method, path, body }: CloudCall): string => {
    let text = `${method} ${path}${body === undefined || body === '' ? '' : ` ${body}`}`;
    for (const [physical, name] of names) text = text.replaceAll(physical, name);
    return text;
  };
  return {
    async update(resources, { rollback = false, end = 'UPDATE_COMPLETE: Stack UPDATE completed successfully' } = {}) {
      await learn(resources);
      const from = calls.length;
      await rig.update(id, written(resources), { rollback, isAdmin: true });
      await ended(rig, id, end);
      await learn(resources);
      return calls
        .slice(from)
        .filter(({ method }) => method !== 'GET')
        .map(line);
    },
    id: async name => (await rig.physicalIds(id)).get(name) ?? '',
    async remove() {
      await rig.remove(id);
      await ended(rig, id, 'DELETE_COMPLETE: Stack DELETE completed successfully');
    },
  };
}

function written(resources: Resources): string {
  const lines = Object.entries(resources).map(([name, [type, properties = {}]]) =>
    JSON.stringify({ [name]: { type: `OS::${type}`, properties } }).slice(1, -1),
  );
  return `heat_template_version: 2018-08-31\nresources:\n  {${lines.join(', ')}}\n`;
}
