/** What every Directory keeps, whoever stands behind it: this process alone, or etcd. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Shard, shardCount } from '../../engine/kernel/ids.ts';
import type { Directory } from '../../engine/kernel/world.ts';
import { eventually, until } from './until.ts';

export interface OpenedDirectory {
  readonly directory: Directory;
  close(): Promise<void>;
}

const all = Array.from({ length: shardCount }, (_, shard) => shard as Shard);
const some = (...shards: number[]): Shard[] => shards.map(shard => shard as Shard);

export function directoryConformance(name: string, open: () => Promise<OpenedDirectory>): void {
  describe(`a directory, ${name}`, () => {
    let opened: OpenedDirectory;
    let directory: Directory;

    beforeEach(async () => {
      opened = await open();
      directory = opened.directory;
      await until('a member', () => directory.members().includes(directory.me));
    });
    afterEach(() => opened.close());

    const mine = (): number => all.filter(shard => directory.ownerOf(shard) === directory.me).length;

    it('begins with itself as a member, no shard, and a lease', () => {
      expect(directory.members()).toEqual([directory.me]);
      expect(mine()).toBe(0);
      expect(directory.deadline()).toBeGreaterThan(performance.now());
    });

    it('gives the shards that nobody holds, and shows them at once', async () => {
      expect([...(await directory.win(some(3, 700)))].sort()).toEqual([3, 700]);
      expect(directory.ownerOf(3 as Shard)).toBe(directory.me);
      expect(directory.ownerOf(700 as Shard)).toBe(directory.me);
      expect(directory.ownerOf(4 as Shard)).toBeUndefined();
    });

    it('gives again what it gave before, and nothing for nothing', async () => {
      await directory.win(some(3));
      expect([...(await directory.win(some(3, 5)))].sort()).toEqual([3, 5]);
      expect([...(await directory.win([]))]).toEqual([]);
    });

    it('gives all of them', async () => {
      expect((await eventually(() => directory.win(all))).size).toBe(shardCount);
      expect(mine()).toBe(shardCount);
    });

    it('takes back what is dropped, and only that', async () => {
      await directory.win(some(1, 2, 3));
      await directory.drop(some(2, 9));
      await until('dropped', () => directory.ownerOf(2 as Shard) === undefined);
      expect(mine()).toBe(2);
      expect((await directory.win(some(2))).size).toBe(1);
    });

    it('holds nothing after a renewal, and can take it all again', async () => {
      await eventually(() => directory.win(all));
      await directory.renew();
      await until('freed', () => mine() === 0);
      expect(directory.deadline()).toBeGreaterThan(performance.now());
      await until('a member', () => directory.members().includes(directory.me));
      expect((await eventually(() => directory.win(all))).size).toBe(shardCount);
    });
  });
}
