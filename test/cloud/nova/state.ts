/**
 * What Nova knows, and its tables.
 *
 * A server's life: building (scheduling → networking → spawning) → active → deleting → deleted, with stopped, suspended,
 * paused, shelved, rescued and resized beside; `error` may come of any. A deleted server is nowhere but in a list with
 * `changes-since`. What will happen of itself is in the record, with its time.
 */
import type { Index, Table, Tables } from '../table.ts';

export type VmState =
  | 'building'
  | 'active'
  | 'stopped'
  | 'suspended'
  | 'paused'
  | 'resized'
  | 'rescued'
  | 'shelved_offloaded'
  | 'error'
  | 'deleted';

/** What happens to a server when its time (Unix ms) has come. */
export interface Due {
  readonly at: number;
  readonly what: 'networks' | 'built' | 'settled' | 'gone';
  /** `settled`: the state it comes to. */
  readonly state?: VmState;
}

/** A network interface; a wish until `portId` says which port it became. */
export interface Nic {
  readonly networkId: string | undefined;
  readonly fixedIp: string | undefined;
  readonly portId: string | undefined;
  readonly tag: string | null;
  /** Nova made the port, so it goes with the server. */
  readonly ours: boolean;
  /** From which its port's id and address are drawn: 16 random bytes, in hex. */
  readonly seed: string;
}

export interface Disk {
  readonly volumeId: string;
  readonly attachmentId: string;
  readonly device: string;
  readonly bootIndex: number | null;
  readonly deleteOnTermination: boolean;
  readonly tag: string | null;
  /** When what is under way with it ends (Unix ms). */
  readonly due?: { readonly at: number; readonly what: 'attached' | 'detached' } | undefined;
}

export interface Fault {
  readonly code: number;
  readonly message: string;
  readonly createdAt: number;
}

/** As it was when the server was made: a flavor may be deleted or its name reused. */
export interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly ram: number;
  readonly vcpus: number;
  readonly disk: number;
  readonly ephemeral: number;
  readonly swap: number;
  readonly isPublic: boolean;
  readonly description: string | null;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** Default 1. */
  readonly rxtxFactor?: number;
  /** Projects that may use it where it is private. */
  readonly projects?: readonly string[];
}

export interface ServerGroup {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly policy: string;
  readonly rules: Readonly<Record<string, unknown>>;
}

/** Its row stays when it is deleted: ids are numbers, given once. */
export interface Aggregate {
  readonly id: string;
  readonly uuid: string;
  readonly name: string;
  readonly zone: string | null;
  readonly hosts: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly deletedAt: number | undefined;
}

export interface Server {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string;
  readonly hostname: string;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Empty when it boots from a volume. */
  readonly imageId: string;
  readonly flavor: Flavor;
  /** What it was before a resize that is not yet confirmed. */
  readonly oldFlavor?: Flavor | undefined;
  readonly keyName: string | null;
  readonly userData: string | null;
  readonly configDrive: string;
  readonly diskConfig: 'AUTO' | 'MANUAL';
  readonly accessIPv4: string;
  readonly accessIPv6: string;
  readonly zone: string;
  readonly reservationId: string;
  /** Names or ids, as asked for. */
  readonly securityGroups: readonly string[] | undefined;
  readonly nics: readonly Nic[];
  readonly disks: readonly Disk[];
  readonly state: VmState;
  readonly task: string | null;
  readonly locked: boolean;
  readonly fault?: Fault | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly launchedAt: number | undefined;
  readonly terminatedAt: number | undefined;
  readonly due?: Due | undefined;
  /** The server group that it is in. */
  readonly groupId?: string | undefined;
  /** By an injected fault no host will be found for it. */
  readonly doomed?: true;
}

export interface KeyPair {
  /** `<user>/<name>`. */
  readonly id: string;
  readonly number: number;
  readonly userId: string;
  readonly name: string;
  readonly type: string;
  readonly publicKey: string;
  readonly fingerprint: string;
  readonly createdAt: number;
}

/** Of a project, as far as it was changed; -1 is no limit. The id is the project's. */
export interface Quota {
  readonly id: string;
  readonly limits: Readonly<Record<string, number>>;
}

export interface NovaTables {
  readonly servers: Table<Server>;
  /** Under `soon`: those to which something will happen of itself. */
  readonly waiting: Index<Server>;
  /** By project: those that are there. */
  readonly living: Index<Server>;
  readonly flavors: Table<Flavor>;
  readonly keyPairs: Table<KeyPair>;
  readonly quotas: Table<Quota>;
  readonly groups: Table<ServerGroup>;
  readonly aggregates: Table<Aggregate>;
}

export const soon = 'soon';

export function tablesOf(tables: Tables): NovaTables {
  const servers = tables.table<Server>('compute.servers');
  const waits = ({ due, disks, terminatedAt }: Server): boolean =>
    due !== undefined || terminatedAt !== undefined || disks.some(disk => disk.due !== undefined);
  return {
    servers,
    waiting: servers.index(server => (waits(server) ? [soon] : [])),
    living: servers.index(({ state, projectId }) => (state === 'deleted' ? [] : [projectId])),
    flavors: tables.table<Flavor>('compute.flavors'),
    keyPairs: tables.table<KeyPair>('compute.keypairs'),
    quotas: tables.table<Quota>('compute.quotas'),
    groups: tables.table<ServerGroup>('compute.groups'),
    aggregates: tables.table<Aggregate>('compute.aggregates'),
  };
}

/** How long things take, in milliseconds. */
export interface NovaDelays {
  /** From the POST to ACTIVE. Its ports are made after a quarter of it. */
  readonly buildMs: number;
  readonly deleteMs: number;
  /** Anything else: attach, detach, stop, resize. */
  readonly actionMs: number;
}

export const zone = 'nova';
export const host = 'lab';

/** Of a project of which nothing else was said. As in the lab, what costs a tenant nothing is not limited. */
export const defaultLimits: Readonly<Record<string, number>> = {
  cores: -1,
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  instances: -1,
  key_pairs: -1,
  metadata_items: 128,
  ram: -1,
  security_group_rules: -1,
  security_groups: -1,
  server_group_members: -1,
  server_groups: -1,
};
