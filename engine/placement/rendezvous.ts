import { hash32, type NodeId, type Shard, shardCount } from '../kernel/ids.ts';

/**
 * Which of the members each shard belongs to: the highest of hash(member, shard) (rendezvous hashing, Thaler and
 * Ravishankar 1998). When a member comes or goes only its own share moves.
 */
export function assignment(members: readonly NodeId[]): readonly (NodeId | undefined)[] {
  return Array.from({ length: shardCount }, (_, shard) => ownerAmong(members, shard as Shard));
}

/** Shares of late: members change seldom, and every node looks once a second whether it has what is its own. */
const shares = new Map<string, ReadonlySet<Shard>>();
const sharesKept = 64;

/** The shards that belong to one of the members. The same set for the same members: not to be changed. */
export function shareOf(member: NodeId, members: readonly NodeId[]): ReadonlySet<Shard> {
  const key = JSON.stringify([member, members]);
  const known = shares.get(key);
  if (known !== undefined) return known;
  const share = new Set<Shard>();
  assignment(members).forEach((owner, shard) => {
    if (owner === member) share.add(shard as Shard);
  });
  if (shares.size >= sharesKept) shares.clear();
  shares.set(key, share);
  return share;
}

function ownerAmong(members: readonly NodeId[], shard: Shard): NodeId | undefined {
  let best: NodeId | undefined;
  let bestHash = -1;
  for (const member of members) {
    const hash = hash32(`${member}#${shard}`);
    if (hash > bestHash || (hash === bestHash && best !== undefined && member < best)) {
      best = member;
      bestHash = hash;
    }
  }
  return best;
}
