import type { Plant } from './plant.ts';

/** A stream that was cut is begun anew with what happens from now on: what happened in between is never heard of. */
export const watchWithoutRevision: Plant = {
  name: 'watch-without-revision',
  rule: 'a watch goes on from the revision after the last that arrived',
  noticedBy: ['every stack ends', 'ends as it deserves'], // for ever, or until a deadline of its own
  directory: (directory, cluster) => {
    cluster.etcd.since = () => [];
    return directory;
  },
  more: { 'watch-cut': 10, 'watch-compacted': 0, 'node-killed': 3 },
};
