import { describe, expect, it } from 'vitest';
import { addMs } from '../kernel/clock.ts';
import { limits } from '../kernel/limits.ts';
import { content, event, Life, next, now, row, set, uuid } from './conformance/fixtures.ts';
import { createMemoryStore } from './memory.ts';
import { purge } from './purge.ts';
import { resealAll } from './reseal.ts';
import type { Purged, Upkeep } from './upkeep.ts';

const deletedAt = (ms: number | null) => row('stacks', { columns: { deleted_at: ms, status: 'COMPLETE' } });

describe('a purge', () => {
  const options = { beforeMs: 10, keepEvents: 2, quietSince: addMs(now(), 1_000_000), batch: 2 };

  it('goes through all stacks, tells how far it is, and leaves what is to stay', async () => {
    const store = createMemoryStore();
    const life = await Life.begin(store);
    const gone = Array.from({ length: limits.upkeepRoots + 3 }, () => deletedAt(1));
    const living = Array.from({ length: limits.upkeepRoots + 3 }, () => deletedAt(null));
    const last = living.toSorted((a, b) => (a.key < b.key ? -1 : 1)).at(-1);
    if (last === undefined) throw new Error('there are some');
    const unnamed = Array.from({ length: 3 }, () => content(last.key, uuid(), 'old'));
    const events = Array.from({ length: 7 }, () => event(last.key));
    await life.commit(set(...gone, ...living, ...unnamed, ...events, event(gone[0]?.key ?? uuid())));
    const told: Purged[] = [];
    const sum = await purge(store.upkeep, options, soFar => told.push(soFar));
    expect(sum).toEqual({ stacks: gone.length, events: 5 + 1, contents: 3 });
    expect(told.at(-1)).toEqual(sum);
    expect(told.length).toBeGreaterThan(gone.length / 2);
    expect(store.dump().rows.stacks).toHaveLength(living.length);
    expect(await purge(store.upkeep, options, () => undefined)).toEqual({ stacks: 0, events: 0, contents: 0 });
  });

  it('that was interrupted is made up by the next', async () => {
    const store = createMemoryStore();
    const life = await Life.begin(store);
    await life.commit(set(...Array.from({ length: 9 }, () => deletedAt(1))));
    let batches = 0;
    const interrupted: Upkeep = Object.assign(Object.create(store.upkeep) as Upkeep, {
      purgeStacks: (...given: Parameters<Upkeep['purgeStacks']>) => {
        batches += 1;
        return batches > 2 ? Promise.reject(new Error('the power went')) : store.upkeep.purgeStacks(...given);
      },
    });
    await expect(purge(interrupted, options, () => undefined)).rejects.toThrow('the power went');
    expect(store.dump().rows.stacks).toHaveLength(5);
    expect(await purge(store.upkeep, options, () => undefined)).toMatchObject({ stacks: 5 });
  });
});

describe('sealing all again', () => {
  const reseal = (text: string) => {
    const exchanged = text.split('00000001').length - 1;
    return { text: text.replaceAll('00000001', '00000002'), exchanged, unopened: text.includes('0000000f') ? 1 : 0 };
  };

  it('walks over every place, and says what was written in between and what cannot be opened', async () => {
    const store = createMemoryStore();
    const life = await Life.begin(store);
    const sealed = (key: string) => JSON.stringify({ a: `sealed:v1:${key}:AAAA` });
    const stack = row('stacks', { state: sealed('00000001') });
    const resources = Array.from({ length: 5 }, () =>
      row('resources', { stack: stack.key, state: sealed('00000001') }),
    );
    const foreign = row('debts', { stack: stack.key, state: sealed('0000000f') });
    const kept = content(stack.key, uuid(), sealed('00000001'));
    const happened = event(stack.key, { properties: sealed('00000001') });
    await life.commit(set(stack, ...resources, foreign, kept, happened));
    expect(await resealAll(store.upkeep, reseal, 2, true)).toEqual({ rows: 0, moved: 8, unopened: 1 });
    const [mover] = resources;
    if (mover === undefined) throw new Error('there are some');
    const meanwhile: Upkeep = Object.assign(Object.create(store.upkeep) as Upkeep, {
      reseal: async (...given: Parameters<Upkeep['reseal']>) => {
        if (given[0] === 'stacks') await life.commit(set(next(stack), next(mover)));
        return store.upkeep.reseal(...given);
      },
    });
    expect(await resealAll(meanwhile, reseal, 2)).toEqual({ rows: 7, moved: 1, unopened: 1 });
    expect(await resealAll(store.upkeep, reseal, 2)).toEqual({ rows: 1, moved: 0, unopened: 1 });
    expect(await resealAll(store.upkeep, reseal, 2)).toEqual({ rows: 0, moved: 0, unopened: 1 });
    const { rows, events, contents } = store.dump();
    const texts = [...rows.stacks, ...rows.resources].map(({ state }) => state);
    const all = [...texts, ...events.map(each => each.properties), ...contents.map(({ body }) => body)];
    expect(all).toEqual(Array.from({ length: 8 }, () => sealed('00000002')));
  });
});
