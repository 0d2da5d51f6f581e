/** One commit: all of it or nothing, one version after the other, in its number's turn. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitNumber, Lane } from '../../kernel/ids.ts';
import { CommitRefused, CommitUnknown, type RowSet } from '../store.ts';
import { versionedTables } from '../tables.ts';
import { content, event, freed, type Home, Life, next, retried, row, session, set, taken, uuid } from './fixtures.ts';

export function commits(home: () => Home): void {
  let life: Life;
  beforeEach(async () => {
    life = await Life.begin(home().store);
  });

  const refusal = async (what: RowSet) => {
    const error = await life.commit(what).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CommitRefused);
    const { code, constraint } = error as CommitRefused;
    return constraint === undefined ? code : `${code} ${constraint}`;
  };

  describe('what a commit writes', () => {
    it('gives back every column of every table as it was', async () => {
      const text = 'ä\u{1f600}\uffee\\ \'"{},NULL\n\t';
      const stack = row('stacks', {
        unfinished: true,
        state: text,
        columns: { name: text, reason: '', tags: '["a"]', updated_at: 2 ** 52, deleted_at: 0, timeout_mins: -5 },
      });
      const rows = [
        stack,
        row('resources', { stack: stack.key, columns: { name: text, physical_id: 'NULL' } }),
        row('incarnations', {
          stack: stack.key,
          columns: { service: 's', region: null, physical_id: text, owned: true },
        }),
        row('debts', { stack: stack.key, columns: { region: '' } }),
        row('timers', { stack: stack.key, bucket: 3 }),
      ];
      expect(rows.map(each => each.table)).toEqual(Object.keys(versionedTables));
      const happened = event(stack.key, { physical_id: text, properties: '{}' });
      await life.commit(set(...rows, happened, content(stack.key, 'h', text), taken(text, stack.key)));
      for (const each of rows) expect(await home().store.read(each.table, [each.key])).toEqual([each]);
      expect(await home().store.events([stack.key], { where: [] })).toEqual([happened]);
      expect(await home().store.contents(stack.key, ['h', 'none'])).toEqual(new Map([['h', text]]));
      expect(await home().store.named('demo', text)).toBe(stack.key);
      expect(await home().store.named('other', text)).toBeUndefined();
    });

    it('may be nothing', async () => {
      await life.commit(set());
      await life.commit(set());
      expect(await home().store.burn(life.lane(), 2 as CommitNumber)).toBe('in');
    });

    it('is no longer the writer’s own', async () => {
      const columns = { ...row('resources').columns };
      const mine = { ...row('resources'), columns };
      await life.commit(set(mine));
      (columns as Record<string, unknown>)['name'] = 'changed afterwards';
      const [found] = await home().store.read('resources', [mine.key]);
      expect(found?.columns['name']).toBe('r');
    });

    it('is a thousand rows at once, too', async () => {
      const stack = uuid();
      const rows = Array.from({ length: 1000 }, (_, i) => row('resources', { stack, columns: { name: `r${i}` } }));
      await life.commit(set(...rows, ...rows.map(() => event(stack))));
      await life.commit(set(...rows.map(each => next(each, { columns: { status: 'FAILED' } }))));
      expect(await home().store.count('resources', [{ column: 'stack', in: [stack] }])).toBe(1000);
      expect(
        await home().store.count('resources', [
          { column: 'stack', in: [stack] },
          { column: 'status', in: ['FAILED'] },
        ]),
      ).toBe(1000);
    });
  });

  describe('versions', () => {
    it('go up one by one', async () => {
      const first = row('resources');
      await life.commit(set(first));
      const second = next(first, { state: 'second', goneAt: null });
      await life.commit(set(second));
      expect(await home().store.read('resources', [first.key])).toEqual([second]);
    });

    it('of a missing row are refused, and nothing is resurrected', async () => {
      const missing = row('resources', { version: 7 });
      const beside = row('resources');
      expect(await refusal(set(beside, missing))).toBe('22012');
      expect(await home().store.read('resources', [missing.key, beside.key])).toEqual([]);
    });

    it('are not skipped', async () => {
      const first = row('resources');
      await life.commit(set(first));
      expect(await refusal(set(next(first, { version: 3 })))).toBe('22012');
      expect(await refusal(set(next(first, { version: 1 })))).toBe('22012');
      expect(await refusal(set(next(first, { version: 0 })))).toBe('22012');
      expect(await home().store.read('resources', [first.key])).toEqual([first]);
    });

    it('1 is for rows that never were, gone ones included', async () => {
      const first = row('timers');
      await life.commit(set(first));
      await life.commit(set(next(first, { goneAt: first.clock })));
      expect(await refusal(set(first))).toBe('22012');
    });

    it('of one row are written once per commit', async () => {
      const first = row('timers');
      expect(await refusal(set(first, next(first)))).toBe('21000');
      expect(await home().store.read('timers', [first.key])).toEqual([]);
    });
  });

  describe('a refused row', () => {
    it('spoils all that was written with it, and its number stays free', async () => {
      const good = row('stacks');
      await life.commit(set(good));
      const batch = set(
        next(good, { state: 'never' }),
        row('debts', { stack: good.key, version: 2 }),
        event(good.key),
        content(good.key, 'h', 'b'),
        taken('never-taken', good.key),
      );
      expect(await refusal(batch)).toBe('22012');
      expect(await home().store.read('stacks', [good.key])).toEqual([good]);
      expect(await home().store.events([good.key], { where: [] })).toEqual([]);
      expect(await home().store.contents(good.key, ['h'])).toEqual(new Map());
      expect(await home().store.named('demo', 'never-taken')).toBeUndefined();
      await life.commit(set(next(good)));
    });

    it.each([
      ['a NUL', { state: 'a\0b' }, '22021'],
      ['no uuid', { plan: 'x' as never }, '22P02'],
      ['a fraction', { columns: { generation: 1.5 } }, '22P02'],
      ['more than 32 bits', { columns: { nested_depth: 2 ** 31 } }, '22003'],
      ['a text for a number', { columns: { generation: 'one' } }, '22P02'],
      ['nothing where something must be', { columns: { project: null } }, '23502'],
      ['another actor than itself', { actor: uuid() }, '23514'],
      ['a column that is not there', { columns: { colour: 'red' } }, '42703'],
    ])('is one with %s', async (_, changes, code) => {
      expect(await refusal(set(row('stacks', changes)))).toBe(code);
      await life.commit(set(row('stacks')));
    });
  });

  describe('events and contents', () => {
    it('refuse an event that is there', async () => {
      const happened = event(uuid());
      await life.commit(set(happened));
      expect(await refusal(set({ ...happened, reason: 'again' }))).toBe('23505 events_pkey');
      expect(await home().store.events([happened.stack], { where: [] })).toEqual([happened]);
    });

    it('keep the first of two contents', async () => {
      const root = uuid();
      await life.commit(set(content(root, 'h', 'first')));
      await life.commit(set(content(root, 'h', 'second'), content(root, 'i', 'other')));
      expect(await home().store.contents(root, ['i', 'h'])).toEqual(
        new Map([
          ['i', 'other'],
          ['h', 'first'],
        ]),
      );
    });
  });

  describe('names', () => {
    it('are taken, freed and taken again', async () => {
      const [one, two] = [uuid(), uuid()];
      const name = `n-${one}`;
      await life.commit(set(taken(name, one)));
      expect(await refusal(set(row('stacks', { key: two }), taken(name, two)))).toBe('22012 names');
      expect(await refusal(set(freed(name, two)))).toBe('22012 names');
      expect(await home().store.named('demo', name)).toBe(one);
      expect(await home().store.read('stacks', [two])).toEqual([]);
      await life.commit(set(taken(name, one)));
      await life.commit(set(freed(name, one)));
      expect(await home().store.named('demo', name)).toBeUndefined();
      await life.commit(set(taken(name, two)));
      expect(await home().store.named('demo', name)).toBe(two);
    });

    it('of other projects are others', async () => {
      const name = `n-${uuid()}`;
      const [one, two] = [uuid(), uuid()];
      await life.commit(set(taken(name, one), { ...taken(name, two), project: 'admin' }));
      expect(await home().store.named('admin', name)).toBe(two);
    });

    it('twice in one commit are refused', async () => {
      const name = `n-${uuid()}`;
      expect(await refusal(set(taken(name, uuid()), taken(name, uuid())))).toBe('21000');
    });
  });

  describe('what we own in a cloud', () => {
    const thing = (physicalId: string, owned = true, region: string | null = null) => ({
      columns: { service: 'compute', region, physical_id: physicalId, owned },
    });

    it('belongs to one live incarnation', async () => {
      const id = uuid();
      const mine = row('incarnations', thing(id));
      await life.commit(set(mine));
      expect(await refusal(set(row('incarnations', thing(id))))).toBe('23505 incarnations_owned');
      expect(await refusal(set(row('debts'), row('incarnations', thing(id))))).toBe('23505 incarnations_owned');
      await life.commit(set(row('incarnations', thing(id, false)), row('incarnations', thing(id, true, 'RegionOne'))));
      await life.commit(set(next(mine, { columns: { service: 'compute' } })));
    });

    it('is free when it is disowned or gone, within one commit too', async () => {
      const id = uuid();
      const first = row('incarnations', thing(id));
      await life.commit(set(first));
      const second = row('incarnations', thing(id));
      await life.commit(set(second, next(first, { columns: { owned: false } })));
      await life.commit(set(next(second, { goneAt: second.clock })));
      const third = row('incarnations', thing(id));
      await life.commit(set(third));
      expect(await refusal(set(next(first, { version: 3, columns: { owned: true } })))).toBe(
        '23505 incarnations_owned',
      );
    });

    it('is not two of one commit’s', async () => {
      const id = uuid();
      expect(await refusal(set(row('incarnations', thing(id)), row('incarnations', thing(id))))).toBe(
        '23505 incarnations_owned',
      );
    });
  });

  describe('the fence', () => {
    it('takes each number once, in order', async () => {
      const { store } = life;
      const at = (n: number) => retried(() => store.commit(life.lane(), n as CommitNumber, set(row('timers'))));
      await expect(at(2)).rejects.toBeInstanceOf(CommitUnknown);
      await at(1);
      await expect(at(1)).rejects.toBeInstanceOf(CommitUnknown);
      await expect(at(3)).rejects.toBeInstanceOf(CommitUnknown);
      await at(2);
    });

    it('knows no session that has not begun, or has ended', async () => {
      const { store } = life;
      const first = row('timers');
      const stranger = { session: session(), lane: 0 as Lane };
      await expect(retried(() => store.commit(stranger, 1 as CommitNumber, set(first)))).rejects.toBeInstanceOf(
        CommitUnknown,
      );
      await store.end(life.id);
      await expect(life.commit(set(first))).rejects.toBeInstanceOf(CommitUnknown);
      expect(await store.burn(life.lane(), 1 as CommitNumber)).toBe('fenced');
      expect(await store.read('timers', [first.key])).toEqual([]);
    });

    it('lets lanes and sessions go side by side', async () => {
      const other = await Life.begin(home().client());
      const rows: string[] = [];
      const stream = async (who: Life, lane: number) => {
        for (let i = 0; i < 10; i++) {
          const each = row('timers');
          rows.push(each.key);
          await who.commit(set(each, event(each.stack)), lane as Lane);
        }
      };
      await Promise.all([0, 1, 2, 3].flatMap(lane => [stream(life, lane), stream(other, lane)]));
      expect(rows).toHaveLength(80);
      expect(await home().store.count('timers', [{ column: 'key', in: rows }])).toBe(80);
      expect(life.nextNumber(3 as Lane)).toBe(11);
    });

    it('begins once: a repeated begin changes nothing', async () => {
      await life.commit(set());
      await life.store.begin(life.id);
      await life.commit(set());
      expect(life.nextNumber()).toBe(3);
    });
  });
}
