/** Big plans, strikes and sweeping: what the store does beside commits and reads. */
import { beforeEach, describe, expect, it } from 'vitest';
import { addMs } from '../../kernel/clock.ts';
import { limits } from '../../kernel/limits.ts';
import { content, event, freed, type Home, Life, next, now, pages, row, set, shard, taken, uuid } from './fixtures.ts';

export function upkeep(home: () => Home): void {
  let life: Life;
  beforeEach(async () => {
    life = await Life.begin(home().store);
  });

  describe('a big plan', () => {
    const planned = (plan = uuid()) => {
      const stack = row('stacks', { unfinished: true });
      const places = [shard(), shard()] as const;
      const rows = places.map((place, bucket) =>
        row('resources', { stack: stack.key, shard: place, bucket, unfinished: true, plan }),
      );
      return { plan, stack, places, rows };
    };

    it('is seen by nobody until its stack’s row names it', async () => {
      const { plan, stack, places, rows } = planned();
      await life.commit(set(...rows));
      const { store } = home();
      const keys = rows.map(each => each.key);
      const where = [{ column: 'stack', in: [stack.key] }];
      const seen = async () => [
        (await store.load(keys)).rows.length,
        (await store.read('resources', keys)).length,
        (await pages(store.unfinished(places))).flat().length,
        (await store.select('resources', { where, withGone: true })).length,
        await store.count('resources', where),
      ];
      expect(await seen()).toEqual([0, 0, 0, 0, 0]);
      await life.commit(set(stack));
      expect(await seen()).toEqual([0, 0, 0, 0, 0]);
      await life.commit(set(next(stack, { columns: { plans: `${uuid()} ${plan}` } })));
      expect(await seen()).toEqual([2, 2, 2, 2, 2]);
      expect((await store.load(keys)).rows).toEqual([...rows].sort((a, b) => (a.key < b.key ? -1 : 1)));
      await life.commit(set(next(rows[0]!, { plan: null }), next(rows[1]!)));
      expect(await seen()).toEqual([2, 2, 2, 2, 2]);
    });

    it('that never became real is struck out, and can be tried again with the same keys', async () => {
      const { plan, stack, rows } = planned();
      const real = planned();
      const own = row('timers', { stack: stack.key });
      await life.commitOf(stack.key, set(...rows, own, ...real.rows));
      await life.commitOf(stack.key, set(next(real.stack, { version: 1, columns: { plans: real.plan } })));
      await home().store.strikeOut(life.id, stack.key, now());
      await home().store.strikeOut(life.id, real.stack.key, now());
      await life.commitOf(stack.key, set(...rows, next(stack, { version: 1, columns: { plans: plan } })));
      await home().store.strikeOut(life.id, stack.key, now());
      expect(
        await home().store.read(
          'resources',
          rows.map(each => each.key),
        ),
      ).toEqual(rows);
      expect(await home().store.read('timers', [own.key])).toEqual([own]);
      expect(
        await home().store.read(
          'resources',
          real.rows.map(each => each.key),
        ),
      ).toEqual(real.rows);
    });

    it('is not struck out by what lands late of an attempt before it', async () => {
      const { plan, stack, rows } = planned();
      const older = planned().rows.map(each => ({ ...each, stack: stack.key }));
      await life.commit(set(...older));
      const before = now();
      await life.commit(set(...rows.map(each => ({ ...each, clock: now() }))));
      await home().store.strikeOut(life.id, stack.key, before);
      const plans = `${older[0]?.plan} ${plan}`;
      await life.commit(set(next(stack, { version: 1, columns: { plans } })));
      const all = await home().store.read(
        'resources',
        [...older, ...rows].map(({ key }) => key),
      );
      expect(all.map(({ key }) => key).sort()).toEqual(rows.map(({ key }) => key).sort());
    });

    it('is not struck out by a session that was displaced', async () => {
      const { plan, stack, places, rows } = planned();
      await life.own(places[0]);
      await life.commit(set(...rows));
      const fresh = await Life.begin(home().client());
      await fresh.store.claim(fresh.id, new Map([[places[0], life.id]]));
      await life.store.strikeOut(life.id, stack.key, now());
      await fresh.commit(set(next(stack, { version: 1, columns: { plans: plan } })));
      expect(
        await home().store.read(
          'resources',
          rows.map(each => each.key),
        ),
      ).toEqual(rows);
    });
  });

  describe('strikes', () => {
    it('park a stack at the third within the window, until it is unparked', async () => {
      const { store } = home();
      const stack = row('stacks');
      const member = row('resources', { stack: stack.key });
      await life.commit(set(stack, member));
      const errorId = uuid();
      expect(await store.strikes(stack.key)).toEqual({ strikes: 0, parked: undefined });
      expect(await store.strike(stack.key, 1_000, uuid())).toEqual({ strikes: 1, parked: false });
      expect(await store.strikes(stack.key)).toEqual({ strikes: 1, parked: undefined });
      expect(await store.strike(stack.key, 2_000, uuid())).toEqual({ strikes: 2, parked: false });
      expect((await store.load([stack.key])).parked).toEqual(new Map());
      expect(await store.strike(stack.key, 3_000, errorId)).toEqual({ strikes: 3, parked: true });
      expect(await store.strike(stack.key, 4_000, uuid())).toEqual({ strikes: 4, parked: true });
      const loaded = await store.load([member.key, stack.key]);
      expect(loaded.parked).toEqual(new Map([[stack.key, errorId]]));
      expect(loaded.rows).toEqual([stack, member]);
      expect((await store.load([member.key])).parked).toEqual(new Map([[stack.key, errorId]]));
      await life.commit(set(next(stack)));
      expect((await store.load([stack.key])).parked.size).toBe(1);
      expect(await store.strikes(stack.key)).toEqual({ strikes: 4, parked: errorId });
      await store.unpark(stack.key);
      expect(await store.strikes(stack.key)).toEqual({ strikes: 0, parked: undefined });
      expect((await store.load([stack.key])).parked.size).toBe(0);
      expect(await store.strike(stack.key, 5_000, uuid())).toEqual({ strikes: 1, parked: false });
    });

    it('are forgotten one by one, each after its own window', async () => {
      const { store } = home();
      const stack = row('stacks');
      await life.commit(set(stack));
      const window = limits.strikeWindowMs;
      const at = async (ms: number) => (await store.strike(stack.key, ms, uuid())).strikes;
      expect(await at(0)).toBe(1);
      expect(await at(window - 1)).toBe(2);
      expect(await at(window)).toBe(2);
      expect(await at(3 * window)).toBe(1);
    });

    it('told twice count once, and of a stack that is not there count nothing', async () => {
      const { store } = home();
      const stack = row('stacks');
      await life.commit(set(stack));
      const errorId = uuid();
      for (let i = 0; i < 4; i++) expect((await store.strike(stack.key, i, errorId)).strikes).toBe(1);
      expect(await store.strike(uuid(), 1, errorId)).toEqual({ strikes: 0, parked: false });
    });
  });

  describe('sweeping', () => {
    it('takes rows that are long gone, of shards of mine, under the fence', async () => {
      const [mine, theirs] = [shard(), shard()];
      await life.own(mine);
      const fresh = await Life.begin(home().client());
      await fresh.own(theirs);
      const rows = [
        row('resources', { shard: mine }),
        row('incarnations', { shard: mine }),
        row('timers', { shard: mine, plan: uuid() }),
        row('timers', { shard: mine }),
        row('timers', { shard: theirs }),
        row('timers', { shard: mine }),
      ] as const;
      await life.commit(set(...rows));
      const before = addMs(now(), 10);
      const goneAt = (i: number) => (i === 3 ? before : i === 5 ? null : addMs(before, -1));
      await life.commit(set(...rows.map((each, i) => next(each, { goneAt: goneAt(i) }))));
      const { store } = home();
      expect(await store.sweep(uuid() as never, before, 100)).toBe(0);
      expect(await store.sweep(life.id, before, 2)).toBe(2);
      expect(await store.sweep(life.id, before, 2)).toBe(1);
      expect(await store.sweep(life.id, before, 2)).toBe(0);
      const kept = await store.select('timers', {
        where: [{ column: 'key', in: rows.map(each => each.key) }],
        withGone: true,
      });
      expect(kept.map(each => each.key).sort()).toEqual([rows[3].key, rows[4].key, rows[5].key].sort());
      await store.claim(life.id, new Map([[theirs, fresh.id]]));
      expect(await fresh.store.sweep(fresh.id, before, 100)).toBe(0);
      expect(await store.sweep(life.id, before, 100)).toBe(1);
    });

    it('of a stack takes its events, contents, strikes and freed names, and no other’s', async () => {
      const place = shard();
      await life.own(place);
      const stack = row('stacks', { shard: place });
      const other = row('stacks', { shard: place });
      const [name, taken2] = [`n-${stack.key}`, `m-${stack.key}`];
      await life.commit(
        set(
          stack,
          other,
          taken(name, stack.key),
          taken(taken2, other.key),
          event(stack.key),
          event(stack.key),
          event(other.key),
        ),
      );
      await life.commit(set(content(stack.key, 'h', 'b'), content(other.key, 'h', 'b')));
      await home().store.strike(stack.key, 1, uuid());
      const over = next(stack, { goneAt: stack.clock });
      await life.commit(set(over, freed(name, stack.key)));
      const { store } = home();
      expect(await store.sweep(life.id, now(), 3)).toBe(3);
      expect(
        (await store.select('stacks', { where: [{ column: 'key', in: [stack.key] }], withGone: true })).length,
      ).toBe(1);
      expect(await store.sweep(life.id, now(), 3)).toBe(1);
      expect(
        (await store.select('stacks', { where: [{ column: 'key', in: [stack.key] }], withGone: true })).length,
      ).toBe(0);
      expect(await store.events([stack.key, other.key], { where: [] })).toHaveLength(1);
      expect((await store.contents(stack.key, ['h'])).size + (await store.contents(other.key, ['h'])).size).toBe(1);
      expect(await store.named('demo', taken2)).toBe(other.key);
      await life.commit(set(row('stacks', { key: stack.key, shard: place })));
      expect((await store.strike(stack.key, 2, uuid())).strikes).toBe(1);
    });
  });

  it('the database’s clock is near', async () => {
    expect(Math.abs((await home().store.nowMs()) - Date.now())).toBeLessThan(2_000);
  });
}
