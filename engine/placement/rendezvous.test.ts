import { describe, expect, it } from 'vitest';
import type { NodeId } from '../kernel/ids.ts';
import { assignment } from './rendezvous.ts';

const nodes = (...names: string[]): NodeId[] => names as NodeId[];

describe('the assignment of shards', () => {
  it('is the same for everybody, whatever order they see the members in', () => {
    expect(assignment(nodes('a', 'b', 'c'))).toEqual(assignment(nodes('c', 'a', 'b')));
  });

  it('gives each member about its share', () => {
    const counts = new Map<string, number>();
    for (const owner of assignment(nodes('a', 'b', 'c', 'd')))
      counts.set(String(owner), (counts.get(String(owner)) ?? 0) + 1);
    for (const count of counts.values()) expect(Math.abs(count - 256)).toBeLessThan(64);
    expect(counts.size).toBe(4);
  });

  it('moves only what the member that left had', () => {
    const before = assignment(nodes('a', 'b', 'c'));
    const after = assignment(nodes('a', 'b'));
    before.forEach((owner, shard) => {
      if (owner !== 'c') expect(after[shard]).toBe(owner);
      else expect(['a', 'b']).toContain(after[shard]);
    });
  });

  it('is nobody’s where nobody is', () => {
    expect(assignment([]).every(owner => owner === undefined)).toBe(true);
  });
});
