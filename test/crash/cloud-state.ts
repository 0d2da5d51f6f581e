/**
 * What really is in the sandbox cloud, and who did what to it, out of its own journal: whatever the engine believes.
 */
import type { Entry } from '../cloud/journal.ts';
import { isRequest, type RequestEntry } from '../cloud/openstack.ts';
import { type Item, Tables } from '../cloud/table.ts';

export type Kind = 'server' | 'port' | 'volume' | 'network' | 'subnet' | 'trust';

export interface Thing {
  readonly kind: Kind;
  readonly id: string;
  readonly project: string;
  /** A port's server. */
  readonly device: string;
  /** A server's volumes. */
  readonly volumes: readonly string[];
}

const tableOf: Readonly<Record<Kind, string>> = {
  server: 'compute.servers',
  port: 'neutron.ports',
  volume: 'volumev3.volumes',
  network: 'neutron.networks',
  subnet: 'neutron.subnets',
  trust: 'keystone.trusts',
};

/** Requests that make one of them. */
const makes: readonly (readonly [RegExp, Kind])[] = [
  [/^\/v2(\.1)?(\/[^/]+)?\/servers$/, 'server'],
  [/^\/v2\.0\/ports$/, 'port'],
  [/^\/v3\/[^/]+\/volumes$/, 'volume'],
  [/^\/v2\.0\/networks$/, 'network'],
  [/^\/v2\.0\/subnets$/, 'subnet'],
];

/** A thing that a POST made, as its line of the journal says. */
export interface Made {
  readonly kind: Kind;
  readonly id: string;
  readonly user: string;
  readonly at: number;
  readonly name: string;
}

/** What the request made; undefined for one that made nothing of these kinds. */
export function madeBy(entry: Entry): Made | undefined {
  if (!isRequest(entry) || entry.method !== 'POST' || entry.id === undefined) return undefined;
  const kind = makes.find(([path]) => path.test(entry.path))?.[1];
  const { id, user, at, marks } = entry;
  return kind && { kind, id, user, at, name: String(marks['name'] ?? '') };
}

type Fields = Item & Readonly<Record<string, unknown>>;

/** All that is there after these entries. */
export function thingsIn(entries: readonly Entry[]): Thing[] {
  const tables = new Tables();
  for (const entry of entries) if ('changes' in entry) tables.replay((entry as RequestEntry).changes);
  return (Object.entries(tableOf) as [Kind, string][]).flatMap(([kind, table]) =>
    tables
      .table<Fields>(table)
      .filter(item => kind !== 'server' || item['state'] !== 'deleted')
      .map(item => thingOf(kind, item)),
  );
}

function thingOf(kind: Kind, item: Fields): Thing {
  const disks = (item['disks'] ?? []) as readonly { readonly volumeId: string }[];
  return {
    kind,
    id: item.id,
    project: String(item['projectId'] ?? item['project_id'] ?? ''),
    device: String(item['device_id'] ?? ''),
    volumes: disks.map(disk => disk.volumeId),
  };
}

/** The accepted requests by others that touched one of these things: in words. */
export function touches(entries: readonly Entry[], owners: ReadonlyMap<string, string>): string[] {
  return entries.filter(isRequest).flatMap(entry => {
    const { method, path, user } = entry;
    const ids = [...entry.changes.map(change => change.id), ...path.split('/')];
    const hit = ids.find(id => owners.has(id) && owners.get(id) !== user);
    return hit === undefined ? [] : [`${method} ${path} touched ${hit}, which is another's`];
  });
}
