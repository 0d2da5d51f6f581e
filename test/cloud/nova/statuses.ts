/** The status that clients see, of the two states that Nova keeps; and back, for filters. */
import type { Server, VmState } from './state.ts';

type ByTask = Readonly<Record<string, string>> & { readonly default: string };

const resizing = {
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
};
const rebuilding = {
  rebuilding: 'REBUILD',
  rebuild_block_device_mapping: 'REBUILD',
  rebuild_spawning: 'REBUILD',
};

const statuses: Readonly<Record<VmState, ByTask>> = {
  active: {
    default: 'ACTIVE',
    rebooting: 'REBOOT',
    reboot_pending: 'REBOOT',
    reboot_started: 'REBOOT',
    rebooting_hard: 'HARD_REBOOT',
    updating_password: 'PASSWORD',
    ...rebuilding,
    ...resizing,
  },
  building: { default: 'BUILD' },
  stopped: { default: 'SHUTOFF', ...resizing, ...rebuilding },
  resized: { default: 'VERIFY_RESIZE', resize_reverting: 'REVERT_RESIZE' },
  paused: { default: 'PAUSED' },
  suspended: { default: 'SUSPENDED' },
  rescued: { default: 'RESCUE' },
  shelved_offloaded: { default: 'SHELVED_OFFLOADED' },
  error: { default: 'ERROR', ...rebuilding },
  deleted: { default: 'DELETED' },
};

export function statusOf({ state, task }: Pick<Server, 'state' | 'task'>): string {
  const byTask = statuses[state];
  return (task === null ? undefined : byTask[task]) ?? byTask.default;
}

const known = new Set(Object.values(statuses).flatMap(byTask => Object.values(byTask)));

export const isStatus = (status: string): boolean => known.has(status.toUpperCase());

/** NOSTATE, RUNNING, PAUSED, SHUTDOWN, SUSPENDED: as hypervisors number them. */
export function powerOf({ state, launchedAt }: Pick<Server, 'state' | 'launchedAt'>): number {
  if (state === 'building' || launchedAt === undefined) return 0;
  if (state === 'paused') return 3;
  if (state === 'deleted') return 0;
  // What the lab's hypervisor says of a suspended server is that it runs.
  return state === 'stopped' || state === 'shelved_offloaded' ? 4 : 1;
}
