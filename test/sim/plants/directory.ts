import type { Plant } from './plant.ts';

/** A stream that was cut is begun anew with what happens from now on: what happened in between is never heard of. */
export const watchWithoutRevision: Plant = {
  name: 'watch-without-revision',
  rule: 'a watch goes on from the revision after the last that arrived',
  noticedBy: ['every stack ends'],
  directory: (directory, cluster) => {
    cluster.etcd.since = () => [];
    return directory;
  },
  more: { 'watch-cut': 10, 'watch-compacted': 0, 'node-killed': 3 },
};
