/** Reads: what they show, in which order, in which pages. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Uuid } from '../../kernel/ids.ts';
import type { Condition, Row, Select } from '../store.ts';
import { event, type Home, Life, next, pages, row, set, shard, uuid } from './fixtures.ts';

export const pageRows = 4;

export function reads(home: () => Home): void {
  let life: Life;
  beforeEach(async () => {
    life = await Life.begin(home().store);
  });

  describe('load', () => {
    it('gives all live rows of actors, of every table', async () => {
      const stack = row('stacks', { unfinished: true, columns: { tags: '[]' } });
      const parts = [
        row('incarnations', { stack: stack.key, actor: stack.key, columns: { service: 's' } }),
        row('debts', { stack: stack.key, actor: stack.key }),
        row('timers', { stack: stack.key, actor: stack.key }),
      ];
      const gone = row('timers', { stack: stack.key, actor: stack.key });
      const other = row('resources', { stack: stack.key });
      await life.commit(set(stack, ...parts, gone, other));
      await life.commit(set(next(gone, { goneAt: gone.clock })));
      const { rows, parked } = await home().store.load([uuid(), stack.key]);
      expect(rows).toEqual([stack, ...parts]);
      expect(parked.size).toBe(0);
      expect((await home().store.load([stack.key, other.key])).rows).toContainEqual(other);
      expect((await home().store.load([])).rows).toEqual([]);
    });
  });

  describe('unfinished', () => {
    it('gives main rows of all actors with something to do, in pages', async () => {
      const [one, two] = [shard(), shard()];
      const busy = Array.from({ length: 11 }, (_, i) =>
        row('resources', { shard: i % 2 === 0 ? one : two, unfinished: true }),
      );
      const idle = row('resources', { shard: one });
      const done = row('resources', { shard: one, unfinished: true });
      const gone = row('resources', { shard: one, unfinished: true });
      const elsewhere = row('resources', { shard: shard(), unfinished: true });
      await life.commit(set(...busy, idle, done, gone, elsewhere));
      await life.commit(set(next(done, { unfinished: false }), next(gone, { goneAt: gone.clock })));
      const found = await pages(home().store.unfinished([two, one, one]));
      const order = (a: Row, b: Row) => a.shard - b.shard || (a.key < b.key ? -1 : 1);
      expect(found.flat()).toEqual([...busy].sort(order));
      expect(found.map(page => page.length)).toEqual([pageRows, pageRows, 3]);
      expect(await pages(home().store.unfinished([]))).toEqual([]);
      expect(await pages(home().store.unfinished([shard()]))).toEqual([]);
    });

    it('finds an actor by any of its rows, once', async () => {
      const place = shard();
      const main = row('resources', { shard: place });
      const parts = [
        row('incarnations', { shard: place, stack: main.stack, actor: main.key, unfinished: true }),
        row('debts', { shard: place, stack: main.stack, actor: main.key, unfinished: true }),
      ];
      await life.commit(set(main, ...parts));
      expect(await pages(home().store.unfinished([place]))).toEqual([[main]]);
    });

    it('leaves out parked stacks, wherever their rows are', async () => {
      const [here, there] = [shard(), shard()];
      const stack = row('stacks', { shard: here, unfinished: true });
      const member = row('resources', { shard: there, stack: stack.key, unfinished: true });
      await life.commit(set(stack, member));
      for (let i = 0; i < 3; i++) await home().store.strike(stack.key, i, uuid());
      expect(await pages(home().store.unfinished([here, there]))).toEqual([]);
      await home().store.unpark(stack.key);
      expect((await pages(home().store.unfinished([here, there]))).flat()).toEqual([stack, member]);
    });
  });

  describe('select', () => {
    let stack: Uuid;
    let rows: Row[];
    beforeEach(async () => {
      stack = uuid();
      const many: readonly [string, string | null, number][] = [
        ['a', null, 3],
        ['B', 'p', 1],
        ['a_b', 'P', 2],
        ['ä', null, 3],
        ['Z', 'pq', 2],
        ['\uffee', '', 1],
        ['\u{1f600}', '%', 2],
        ['%', 'p%q', 3],
      ];
      rows = many.map(([name, physical_id, generation]) =>
        row('resources', { stack, columns: { name, physical_id, generation } }),
      );
      await life.commit(set(...rows));
    });
    const names = async (select: Partial<Select> & { where?: readonly Condition[] }) =>
      (
        await home().store.select('resources', {
          order: [{ column: 'name' }],
          ...select,
          where: [{ column: 'stack', in: [stack] }, ...(select.where ?? [])],
        })
      ).map(each => each.columns['name']);
    const byCodePoint = ['%', 'B', 'Z', 'a', 'a_b', 'ä', '\uffee', '\u{1f600}'];

    it('orders texts by code points', async () => {
      expect(await names({})).toEqual(byCodePoint);
      expect(await names({ order: [{ column: 'name', descending: true }] })).toEqual([...byCodePoint].reverse());
    });

    it.each<[string, Condition, string[]]>([
      ['in', { column: 'name', in: ['a', 'B', 'none'] }, ['B', 'a']],
      ['in nothing', { column: 'name', in: [] }, []],
      ['in, with null', { column: 'physical_id', in: ['p', null] }, ['B', 'a', 'ä']],
      ['not in', { column: 'physical_id', notIn: ['p', 'P'] }, ['%', 'Z', 'a', 'ä', '\uffee', '\u{1f600}']],
      ['not in, with null', { column: 'physical_id', notIn: ['p', null] }, ['%', 'Z', 'a_b', '\uffee', '\u{1f600}']],
      ['not in nothing', { column: 'physical_id', notIn: [] }, byCodePoint],
      ['not null', { column: 'physical_id', notIn: [null] }, ['%', 'B', 'Z', 'a_b', '\uffee', '\u{1f600}']],
      ['contains', { column: 'physical_id', contains: 'p' }, ['%', 'B', 'Z']],
      ['contains, of no pattern', { column: 'physical_id', contains: '%' }, ['%', '\u{1f600}']],
      ['contains, in no text', { column: 'generation', contains: '1' }, []],
      ['above', { column: 'name', above: 'a' }, ['a_b', 'ä', '\uffee', '\u{1f600}']],
      ['below', { column: 'name', below: 'a' }, ['%', 'B', 'Z']],
      ['below, of nulls', { column: 'physical_id', below: 'p' }, ['a_b', '\uffee', '\u{1f600}']],
      ['above a number', { column: 'generation', above: 2 }, ['%', 'a', 'ä']],
      ['above nothing', { column: 'physical_id', above: null }, []],
      ['a number', { column: 'generation', in: [1] }, ['B', '\uffee']],
      ['a boolean', { column: 'unfinished', in: [true] }, []],
    ])('filters: %s', async (_, condition, expected) => {
      expect(await names({ where: [condition] })).toEqual(expected);
      const all = [{ column: 'stack', in: [stack] }, condition];
      expect(await home().store.count('resources', all)).toBe(expected.length);
    });

    it('puts nulls last ascending and first descending, and ends with the key', async () => {
      const compare = (a: Row, b: Row) => (a.key < b.key ? -1 : 1);
      const nulls = rows.filter(each => each.columns['physical_id'] === null).sort(compare);
      const where = [{ column: 'stack', in: [stack] }];
      const up = await home().store.select('resources', { where, order: [{ column: 'physical_id' }] });
      expect(up.slice(-2)).toEqual(nulls);
      expect(up[0]?.columns['physical_id']).toBe('');
      const down = await home().store.select('resources', {
        where,
        order: [{ column: 'physical_id', descending: true }],
      });
      expect(down.slice(0, 2)).toEqual(nulls);
      expect(await home().store.select('resources', { where })).toEqual([...rows].sort(compare));
    });

    it.each<[string, Select['order']]>([
      ['key', []],
      ['name', [{ column: 'name' }]],
      ['nulls last', [{ column: 'physical_id' }]],
      ['nulls first', [{ column: 'physical_id', descending: true }]],
      ['numbers, then nulls', [{ column: 'generation', descending: true }, { column: 'physical_id' }]],
      [
        'both ways',
        [{ column: 'generation' }, { column: 'physical_id', descending: true }, { column: 'name', descending: true }],
      ],
    ])('pages go through all rows once: by %s', async (_, order = []) => {
      const where = [{ column: 'stack', in: [stack] }];
      const whole = await home().store.select('resources', { where, order });
      const found: Row[] = [];
      for (let last: Uuid | undefined; ; last = found.at(-1)?.key) {
        const select = last === undefined ? { where, order, limit: 3 } : { where, order, limit: 3, after: last };
        const page = await home().store.select('resources', select);
        found.push(...page);
        if (page.length < 3) break;
      }
      expect(found).toEqual(whole);
      expect(found).toHaveLength(rows.length);
    });

    it('goes on after a row that went meanwhile, and begins anew after one that never was', async () => {
      const marker = rows.find(each => each.columns['name'] === 'a')!;
      await life.commit(set(next(marker, { goneAt: marker.clock })));
      expect(await names({ after: marker.key })).toEqual(byCodePoint.slice(4));
      expect(await names({ after: uuid(), limit: 2 })).toEqual(['%', 'B']);
      expect(await names({ withGone: true, after: marker.key, limit: 1 })).toEqual(['a_b']);
    });

    it('shows gone rows when it is asked to', async () => {
      const [first] = rows;
      const gone = next(first!, { goneAt: first!.clock });
      await life.commit(set(gone));
      expect(await names({})).not.toContain('a');
      expect(await names({ withGone: true })).toContain('a');
      expect(await home().store.read('resources', [gone.key])).toEqual([]);
      expect(await home().store.count('resources', [{ column: 'stack', in: [stack] }])).toBe(7);
    });

    it('knows the columns that it may be given, and throws for others', async () => {
      const base = ['key', 'actor', 'stack', 'shard', 'version', 'clock', 'unfinished'];
      for (const column of base) {
        await expect(
          home().store.select('timers', { where: [], order: [{ column }], limit: 1 }),
        ).resolves.toBeDefined();
      }
      for (const column of ['state', 'born', 'name', 'key; DROP TABLE timers']) {
        await expect(home().store.select('timers', { where: [{ column, in: ['x'] }] })).rejects.toThrow('selected');
        await expect(home().store.select('timers', { where: [], order: [{ column }] })).rejects.toThrow('selected');
      }
    });
  });

  it('read gives rows in the order they are asked for, once', async () => {
    const rows = [row('debts'), row('debts'), row('debts')];
    await life.commit(set(...rows));
    const keys = [rows[2]!.key, uuid(), rows[0]!.key, rows[2]!.key];
    expect(await home().store.read('debts', keys)).toEqual([rows[2], rows[0]]);
    expect(await home().store.read('timers', keys)).toEqual([]);
  });

  describe('events', () => {
    it('come by id, in pages, both ways', async () => {
      const stack = uuid();
      const all = Array.from({ length: 7 }, (_, i) => event(stack, { resource_name: `r${i}` }));
      await life.commit(set(...[...all].reverse()));
      await life.commit(set(event(uuid())));
      const some = (select: Partial<Select>) => home().store.events([stack], { where: [], ...select });
      const descending = [{ column: 'id', descending: true }];
      expect(await some({})).toEqual(all);
      expect(await some({ limit: 2 })).toEqual(all.slice(0, 2));
      expect(await some({ limit: 3, after: all[1]!.id })).toEqual(all.slice(2, 5));
      expect(await some({ after: all[6]!.id })).toEqual([]);
      expect(await some({ after: uuid(), limit: 1 })).toEqual(all.slice(0, 1));
      expect(await some({ order: descending })).toEqual([...all].reverse());
      expect(await some({ order: descending, after: all[3]!.id, limit: 2 })).toEqual([all[2], all[1]]);
    });

    it('are filtered and ordered by their columns', async () => {
      const stack = uuid();
      const failed = event(stack, { status: 'FAILED', resource_type: 'B', physical_id: 'x' });
      const others = [event(stack, { resource_type: 'C' }), event(stack, { resource_type: 'A' })] as const;
      await life.commit(set(failed, ...others));
      const some = (select: Partial<Select>) => home().store.events([stack], { where: [], ...select });
      expect(await some({ where: [{ column: 'status', in: ['FAILED'] }] })).toEqual([failed]);
      expect(await some({ where: [{ column: 'physical_id', notIn: ['x'] }] })).toEqual([...others]);
      expect(await some({ where: [{ column: 'clock', above: failed.clock }] })).toEqual([...others]);
      expect(await some({ order: [{ column: 'resource_type' }] })).toEqual([others[1], failed, others[0]]);
      const after = { order: [{ column: 'resource_type' }], after: failed.id };
      expect(await some(after)).toEqual([others[0]]);
    });

    it('of several stacks come as one list', async () => {
      const [one, two] = [uuid(), uuid()];
      const all = [event(one), event(two), event(one), event(two)];
      await life.commit(set(...all));
      expect(await home().store.events([two, one], { where: [] })).toEqual(all);
      expect(await home().store.events([one, two], { where: [], after: all[1]!.id, limit: 1 })).toEqual([all[2]]);
      expect(await home().store.events([], { where: [] })).toEqual([]);
    });
  });

  it('contents are a root’s own', async () => {
    const [one, two] = [uuid(), uuid()];
    await life.commit(set({ root: one, hash: 'h', body: 'one' }, { root: two, hash: 'h', body: 'two' }));
    expect(await home().store.contents(two, ['h'])).toEqual(new Map([['h', 'two']]));
    expect(await home().store.contents(two, [])).toEqual(new Map());
  });
}
