/** Who may write: claims, releases, and what becomes of a displaced session's commits. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitNumber } from '../../kernel/ids.ts';
import { CommitUnknown } from '../store.ts';
import { type Home, Life, next, row, session, set, shard } from './fixtures.ts';

export function takeover(home: () => Home): void {
  let old: Life;
  let fresh: Life;
  beforeEach(async () => {
    old = await Life.begin(home().store);
    fresh = await Life.begin(home().client());
  });

  describe('a claim', () => {
    it('takes what nobody has, and is the same when it is repeated', async () => {
      const shards = [shard(), shard()] as const;
      const seen = new Map(shards.map(each => [each, undefined]));
      expect(await old.store.owners(shards)).toEqual(seen);
      expect(await old.store.claim(old.id, seen)).toEqual(new Set(shards));
      expect(await old.store.claim(old.id, seen)).toEqual(new Set(shards));
      expect(await fresh.store.owners(shards)).toEqual(new Map(shards.map(each => [each, old.id])));
      await old.commit(set(row('timers')));
    });

    it('takes only what is still as it was seen', async () => {
      const [mine, free] = [shard(), shard()];
      await old.own(mine);
      const got = await fresh.store.claim(
        fresh.id,
        new Map([
          [mine, undefined],
          [free, undefined],
        ]),
      );
      expect(got).toEqual(new Set([free]));
      expect(await fresh.store.claim(fresh.id, new Map([[mine, session()]]))).toEqual(new Set());
      expect(await fresh.store.owners([mine])).toEqual(new Map([[mine, old.id]]));
      await old.commit(set(row('timers')));
    });

    it('ends the session that it displaces, with all its lanes, and no other', async () => {
      const [taken, left] = [shard(), shard()];
      await old.own(taken, left);
      const third = await Life.begin(home().store);
      expect(await fresh.store.claim(fresh.id, new Map([[taken, old.id]]))).toEqual(new Set([taken]));
      for (const lane of [0, 1, 2, 3]) {
        await expect(old.commit(set(row('timers')), lane as never)).rejects.toBeInstanceOf(CommitUnknown);
        expect(await old.store.burn(old.lane(lane as never), 1 as CommitNumber)).toBe('fenced');
      }
      await third.commit(set(row('timers')));
      await fresh.commit(set(row('timers')));
      expect(await fresh.store.owners([taken, left])).toEqual(
        new Map([
          [taken, fresh.id],
          [left, old.id],
        ]),
      );
      expect(await fresh.store.claim(fresh.id, new Map([[left, old.id]]))).toEqual(new Set([left]));
    });

    it('by a stale claimer, fenced itself, takes nothing and ends nobody', async () => {
      const [first, second] = [shard(), shard()];
      await old.own(first);
      const third = await Life.begin(home().store);
      await third.own(second);
      await fresh.store.claim(fresh.id, new Map([[first, old.id]]));
      expect(await old.store.claim(old.id, new Map([[second, third.id]]))).toEqual(new Set());
      expect(await old.store.claim(old.id, new Map([[first, old.id]]))).toEqual(new Set());
      await third.commit(set(row('timers')));
      expect(await third.store.owners([first, second])).toEqual(
        new Map([
          [first, fresh.id],
          [second, third.id],
        ]),
      );
    });

    it('after nobody was seen, when somebody had it and gave it back in between, finds all that was written', async () => {
      const place = shard();
      const seen = await fresh.store.owners([place]);
      expect(seen).toEqual(new Map([[place, undefined]]));
      await old.own(place);
      const first = row('timers', { shard: place });
      await old.commit(set(first));
      await old.store.release(old.id, [place]);
      expect(await fresh.store.claim(fresh.id, seen)).toEqual(new Set([place]));
      expect(await fresh.store.read('timers', [first.key])).toEqual([first]);
      await fresh.commit(set(next(first)));
      await old.commit(set(row('timers'))); // released in order: not displaced
    });

    it('of a session that ended finds its shards', async () => {
      const place = shard();
      await old.own(place);
      await old.store.end(old.id);
      expect(await fresh.store.owners([place])).toEqual(new Map([[place, old.id]]));
      expect(await fresh.store.claim(fresh.id, new Map([[place, old.id]]))).toEqual(new Set([place]));
    });

    it('that two make at once is won by one', async () => {
      const places = Array.from({ length: 8 }, shard);
      const seen = new Map(places.map(each => [each, undefined]));
      const [a, b] = await Promise.all([old.store.claim(old.id, seen), fresh.store.claim(fresh.id, seen)]);
      expect([...a, ...b].sort()).toEqual([...places].sort());
      const owners = await old.store.owners(places);
      for (const each of places) expect(owners.get(each)).toBe(a.has(each) ? old.id : fresh.id);
      await old.commit(set());
      await fresh.commit(set());
    });
  });

  it('a release gives up what is mine alone', async () => {
    const [mine, theirs] = [shard(), shard()];
    await old.own(mine);
    await fresh.own(theirs);
    await old.store.release(old.id, [mine, theirs]);
    expect(await old.store.owners([mine, theirs])).toEqual(
      new Map([
        [mine, undefined],
        [theirs, fresh.id],
      ]),
    );
  });

  it('a commit that arrives after the claim writes nothing', async () => {
    const place = shard();
    const shaky = await home().shaky();
    const late = await Life.begin(shaky.store);
    await late.own(place);
    const first = row('timers', { shard: place });
    await late.commit(set(first));
    shaky.lose('commit', 'held');
    await expect(late.commit(set(next(first, { state: 'late' }), row('timers')))).rejects.toBeInstanceOf(CommitUnknown);
    expect(await fresh.store.claim(fresh.id, new Map([[place, late.id]]))).toEqual(new Set([place]));
    await shaky.release();
    expect(await fresh.store.read('timers', [first.key])).toEqual([first]);
    expect(await late.store.burn(late.lane(), late.nextNumber())).toBe('fenced');
    await fresh.commit(set(next(first, { state: 'mine' })));
  });
}
