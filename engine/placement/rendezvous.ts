import { hash32, type NodeId, type Shard, shardCount } from '../kernel/ids.ts';

/**
 * Which of the members each shard belongs to: the highest of hash(member, shard) (rendezvous hashing, Thaler and
 * Ravishankar 1998). When a member comes or goes only its own share moves.
 */
export function assignment(members: readonly NodeId[]): readonly (NodeId | undefined)[] {
  return Array.from({ length: shardCount }, (_, shard) => ownerAmong(members, shard as Shard));
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
