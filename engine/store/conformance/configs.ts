/** Software configs: rows of a project that never change, and whose ids are used once. */
import { describe, expect, it } from 'vitest';
import { addMs } from '../../kernel/clock.ts';
import type { ConfigRow } from '../store.ts';
import { type Home, Life, now, uuid } from './fixtures.ts';

function config(project: string, changes: Partial<ConfigRow> = {}): ConfigRow {
  return {
    id: uuid(),
    project,
    name: 'n',
    group_name: 'Heat::Ungrouped',
    created_at: 1_700_000_000_000,
    body: 'sealed:v1:00000000:AAAA',
    ...changes,
  };
}

/** As lists have it. */
const listed = ({ body: _, ...rest }: ConfigRow) => rest;

export function configs(home: () => Home): void {
  describe('software configs', () => {
    it('are there once they were added, to every client, with what they were added with', async () => {
      const { store } = home();
      const [named, bare] = [config(uuid()), config(uuid(), { name: null, group_name: null, body: '' })];
      await store.addConfig(named);
      await home().client().addConfig(bare);
      expect(await store.readConfigs([bare.id, uuid(), named.id, bare.id])).toEqual([bare, named]);
      expect(await home().client().readConfigs([named.id])).toEqual([named]);
      expect(await store.readConfigs([])).toEqual([]);
    });

    it('stay what the first add of their id said', async () => {
      const { store } = home();
      const first = config(uuid());
      await store.addConfig(first);
      await store.addConfig({ ...first, project: uuid(), name: 'other', body: 'other' });
      expect(await store.readConfigs([first.id])).toEqual([first]);
      expect(await store.countConfigs(first.project)).toBe(1);
    });

    it('are gone when they are removed, and an add that lands later brings none back', async () => {
      const { store } = home();
      const gone = config(uuid());
      await store.addConfig(gone);
      expect(await store.removeConfig(gone.id, now())).toBe(true);
      expect(await store.removeConfig(gone.id, now())).toBe(false);
      await store.addConfig(gone);
      expect(await store.readConfigs([gone.id])).toEqual([]);
      expect(await store.listConfigs({ project: gone.project })).toEqual([]);
      expect(await store.countConfigs(gone.project)).toBe(0);
    });

    it('that never were can be removed, so that an add which is still under way comes too late', async () => {
      const { store } = home();
      const late = config(uuid());
      expect(await store.removeConfig(late.id, now())).toBe(false);
      await store.addConfig(late);
      expect(await store.readConfigs([late.id])).toEqual([]);
    });

    it('are listed by project, newest first, in pages', async () => {
      const { store } = home();
      const project = uuid();
      const [old, twin, other, fresh] = [
        config(project, { created_at: 1 }),
        config(project, { created_at: 2 }),
        config(project, { created_at: 2 }),
        config(project, { created_at: 3 }),
      ] as const;
      const foreign = config(uuid(), { created_at: 4 });
      for (const each of [twin, old, fresh, foreign, other]) await store.addConfig(each);
      const middle = [twin, other].sort((a, b) => (a.id < b.id ? 1 : -1));
      const all = [fresh, ...middle, old].map(listed);
      expect(await store.listConfigs({ project })).toEqual(all);
      expect(await store.listConfigs({ project, limit: 2 })).toEqual(all.slice(0, 2));
      expect(await store.listConfigs({ project, after: all[1]?.id ?? old.id, limit: 5 })).toEqual(all.slice(2));
      expect(await store.listConfigs({ project, after: uuid() })).toEqual(all);
      expect(await store.listConfigs({ project, after: old.id })).toEqual([]);
      expect(await store.listConfigs({ project: uuid() })).toEqual([]);
      const everywhere = await store.listConfigs({ project: undefined });
      expect(everywhere.filter(({ id }) => id === foreign.id || id === old.id)).toHaveLength(2);
      expect(await store.countConfigs(project)).toBe(4);
    });

    it('that are long gone are swept; then their ids are free again', async () => {
      const { store } = home();
      const life = await Life.begin(store);
      const [older, younger] = [config(uuid()), config(uuid())];
      for (const each of [older, younger]) await store.addConfig(each);
      const goneAt = now();
      await store.removeConfig(older.id, goneAt);
      await store.removeConfig(younger.id, addMs(goneAt, 60_000));
      expect(await store.sweep(uuid() as never, addMs(goneAt, 1), 100)).toBe(0);
      expect(await store.sweep(life.id, addMs(goneAt, 1), 100)).toBeGreaterThanOrEqual(1);
      for (const each of [older, younger]) await store.addConfig(each);
      expect(await store.readConfigs([older.id, younger.id])).toEqual([older]);
      // Nothing is left for those that count what a sweep takes.
      await store.sweep(life.id, addMs(goneAt, 3_600_000), 100);
      expect(await store.sweep(life.id, addMs(goneAt, 3_600_000), 100)).toBe(0);
    });

    it('are found where they are to be sealed again, and exchanged only while they are as they were read', async () => {
      const { store, upkeep } = home();
      const [sealed, plain] = [config(uuid()), config(uuid(), { body: 'plain' })];
      for (const each of [sealed, plain]) await store.addConfig(each);
      const { texts } = await upkeep.sealedTexts('configs', undefined, 1_000);
      const mine = texts.filter(({ owner }) => owner === sealed.id || owner === plain.id);
      const text = { owner: sealed.id, part: '', version: 0, text: sealed.body };
      expect(mine).toEqual([text]);
      expect(await upkeep.reseal('configs', [{ ...text, text: 'another', resealed: 'x' }])).toBe(0);
      expect(await upkeep.reseal('configs', [{ ...text, resealed: 'again' }])).toBe(1);
      expect((await store.readConfigs([sealed.id])).map(({ body }) => body)).toEqual(['again']);
    });
  });
}
