import { describe, expect, it } from 'vitest';
import { addMs, HybridClock, hybridFromMs, msOf, timeOrderedUuid } from './clock.ts';
import { bucketOfResource, bucketSize, isUuid, laneCount, laneOf, shardCount, shardOf, type Uuid } from './ids.ts';
import { BrokenInvariant, invariant } from './invariant.ts';

const uuid = (n: number): Uuid => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}` as Uuid;

describe('hybrid time', () => {
  it('rises with every look, also when the wall clock stands still or goes back', () => {
    let wall = 1_000;
    const clock = new HybridClock(() => wall);
    const first = clock.now();
    const second = clock.now();
    wall = 500;
    const third = clock.now();
    expect([first < second, second < third]).toEqual([true, true]);
    expect(msOf(third)).toBe(1_000);
  });

  it('moves past what it saw, so an effect is later than its cause', () => {
    const clock = new HybridClock(() => 1_000);
    const seen = hybridFromMs(9_000);
    clock.observe(seen);
    expect(clock.now()).toBeGreaterThan(seen);
  });

  it('runs into the next millisecond rather than repeat itself', () => {
    const clock = new HybridClock(() => 1_000);
    const times = Array.from({ length: 3_000 }, () => clock.now());
    expect(new Set(times).size).toBe(3_000);
    expect(msOf(times.at(-1) ?? hybridFromMs(0))).toBe(1_002);
  });

  it('is exact for the next two centuries', () => {
    const far = hybridFromMs(Date.UTC(2240, 0));
    expect(Number.isSafeInteger(addMs(far, 1) + 1_023)).toBe(true);
  });

  it('makes uuids that sort as the times do', () => {
    const clock = new HybridClock(() => 1_700_000_000_000);
    const random = () => Uint8Array.from({ length: 8 }, () => 255);
    const ids = Array.from({ length: 1_500 }, () => timeOrderedUuid(clock.now(), random()));
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('places', () => {
  it('spread evenly over shards and lanes, and never change', () => {
    const shards = new Map<number, number>();
    const lanes = new Map<number, number>();
    for (let n = 0; n < 20_000; n++) {
      const shard = shardOf(uuid(n), n % 3);
      shards.set(shard, (shards.get(shard) ?? 0) + 1);
      lanes.set(laneOf(uuid(n)), (lanes.get(laneOf(uuid(n))) ?? 0) + 1);
    }
    expect(shards.size).toBe(shardCount);
    expect(Math.max(...shards.values())).toBeLessThan(50);
    expect(lanes.size).toBe(laneCount);
    for (const count of lanes.values()) expect(Math.abs(count - 5_000)).toBeLessThan(400);
    // Rows carry these numbers: another function would lose them.
    expect([shardOf(uuid(1), 0), shardOf(uuid(1), 1), laneOf(uuid(1))]).toMatchInlineSnapshot(`
      [
        122,
        316,
        2,
      ]
    `);
  });

  it('keep a stack and its first resources together', () => {
    expect([0, bucketSize - 1, bucketSize, 3 * bucketSize].map(n => bucketOfResource(n))).toEqual([0, 0, 1, 3]);
  });

  it('know a uuid when they see one', () => {
    expect(isUuid(uuid(7))).toBe(true);
    for (const text of ['', 'x', uuid(7).toUpperCase().replace('0', 'A'), `${uuid(7)} `])
      expect(isUuid(text)).toBe(false);
  });
});

describe('an invariant', () => {
  it('throws what was expected to hold', () => {
    expect(() => invariant(false, 'two is two')).toThrow(new BrokenInvariant('two is two'));
    expect(() => invariant(true, 'two is two')).not.toThrow();
  });
});
