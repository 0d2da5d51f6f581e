/**
 * What Cinder knows, and its tables.
 *
 * A volume's life: creating → available → (reserved → attaching → in-use → detaching →) available → deleting → gone.
 * A status that will change of itself says when, and into what.
 */
import type { Image } from '../glance/state.ts';
import type { Index, Table, Tables } from '../table.ts';

/** What happens to a thing when its time has come (Unix ms): it gets this status, or is gone. */
export interface Due {
  readonly at: number;
  readonly status: string | 'gone';
}

export interface Attachment {
  readonly id: string;
  readonly serverId: string;
  /** `/dev/vdb`; empty while it is only reserved. */
  readonly device: string;
  readonly status: 'reserved' | 'attaching' | 'attached' | 'detaching';
  /** Unix milliseconds. */
  readonly attachedAt: number | undefined;
}

interface Thing {
  readonly id: string;
  readonly projectId: string;
  readonly userId: string;
  readonly name: string | null;
  readonly description: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly status: string;
  /** GB. */
  readonly size: number;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly due?: Due | undefined;
}

export interface Volume extends Thing {
  readonly zone: string;
  readonly typeId: string;
  readonly snapshotId: string | null;
  readonly sourceId: string | null;
  /** Of the image that it was made from. */
  readonly image: Readonly<Record<string, string>> | undefined;
  readonly bootable: boolean;
  /** Undefined until it was said. */
  readonly readonly: boolean | undefined;
  readonly attachments: readonly Attachment[];
}

export interface Snapshot extends Thing {
  readonly volumeId: string;
}

export interface Backup extends Thing {
  readonly volumeId: string;
  readonly snapshotId: string | null;
  readonly incremental: boolean;
  readonly container: string | null;
}

export interface VolumeType {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly isPublic: boolean;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** Projects that may use it where it is private. */
  readonly projects?: readonly string[];
  readonly encryption?: Encryption | undefined;
  /** Of its QoS specs. */
  readonly qosId?: string | undefined;
}

/** How volumes of a type are encrypted. */
export interface Encryption {
  readonly id: string;
  readonly provider: string;
  readonly controlLocation: string;
  readonly cipher: string | null;
  readonly keySize: number | null;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
}

export interface QosSpecs {
  readonly id: string;
  readonly name: string;
  readonly consumer: string;
  readonly specs: Readonly<Record<string, string>>;
}

/** Of a project, as far as it was changed; -1 is no limit. The id is the project's. */
export interface Quota {
  readonly id: string;
  readonly limits: Readonly<Record<string, number>>;
}

export interface CinderTables {
  /** Under `soon`: those to which something will happen of itself. */
  readonly waiting: {
    readonly volumes: Index<Volume>;
    readonly snapshots: Index<Snapshot>;
    readonly backups: Index<Backup>;
  };
  readonly volumes: Table<Volume>;
  readonly snapshots: Table<Snapshot>;
  readonly backups: Table<Backup>;
  readonly types: Table<VolumeType>;
  readonly qos: Table<QosSpecs>;
  readonly quotas: Table<Quota>;
}

export const soon = 'soon';

const waits = ({ due }: Thing): readonly string[] => (due === undefined ? [] : [soon]);

export function tablesOf(tables: Tables): CinderTables {
  const volumes = tables.table<Volume>('volumev3.volumes');
  const snapshots = tables.table<Snapshot>('volumev3.snapshots');
  const backups = tables.table<Backup>('volumev3.backups');
  return {
    waiting: { volumes: volumes.index(waits), snapshots: snapshots.index(waits), backups: backups.index(waits) },
    volumes,
    snapshots,
    backups,
    types: tables.table<VolumeType>('volumev3.types'),
    qos: tables.table<QosSpecs>('volumev3.qos'),
    quotas: tables.table<Quota>('volumev3.quotas'),
  };
}

/** What Cinder asks Glance. */
export interface ImagesForCinder {
  image(id: string): Image | undefined;
  named(name: string): readonly Image[];
}

/** How long things take, in milliseconds. */
export interface CinderDelays {
  readonly createMs: number;
  readonly deleteMs: number;
}

export const zone = 'nova';
export const defaultType = 'lab';
/** Of a project of which nothing else was said. As in the lab, nothing is limited. */
export const defaultLimits: Readonly<Record<string, number>> = {
  volumes: -1,
  snapshots: -1,
  gigabytes: -1,
  backups: -1,
  backup_gigabytes: -1,
  groups: -1,
  per_volume_gigabytes: -1,
};
