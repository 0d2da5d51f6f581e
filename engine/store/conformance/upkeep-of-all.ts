/** What an operator does to the data as a whole (../upkeep.ts), while actors live on it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { addMs } from '../../kernel/clock.ts';
import { laneCount, type Uuid } from '../../kernel/ids.ts';
import type { Row } from '../store.ts';
import type { SealedPlace, SealedText, TextPlace, Upkeep } from '../upkeep.ts';
import { content, event, freed, type Home, Life, next, now, row, set, shard, taken, uuid } from './fixtures.ts';

const later = () => addMs(now(), 60_000);

/** All batches of one, and how many each sort came to. */
async function purged(upkeep: Upkeep, project: string, beforeMs: number, atMost: number) {
  const sum = { stacks: 0, events: 0, contents: 0, batches: 0 };
  for (;;) {
    const { stacks, events, contents } = await upkeep.purgeStacks({ beforeMs, project }, atMost);
    if (stacks + events + contents === 0) return sum;
    expect(Math.max(stacks, events, contents)).toBeLessThanOrEqual(atMost);
    sum.stacks += stacks;
    sum.events += events;
    sum.contents += contents;
    sum.batches += 1;
  }
}

async function sealedIn(upkeep: Upkeep, place: SealedPlace, atMost: number): Promise<readonly SealedText[]> {
  const found: SealedText[] = [];
  let after: TextPlace | undefined;
  do {
    const { texts, last } = await upkeep.sealedTexts(place, after, atMost);
    expect(texts.length).toBeLessThanOrEqual(atMost);
    found.push(...texts);
    after = last;
  } while (after !== undefined);
  return found;
}

export function upkeepOfAll(home: () => Home): void {
  let life: Life;
  let project: string;
  beforeEach(async () => {
    life = await Life.begin(home().store);
    project = uuid();
  });

  const deleted = (deletedAt: number | null, columns: Row['columns'] = {}, unfinished = false): Row => {
    const key = (columns['key'] ?? uuid()) as Uuid;
    const rest = Object.fromEntries(Object.entries(columns).filter(([name]) => name !== 'key'));
    return row('stacks', {
      key,
      stack: key,
      unfinished,
      columns: { project, action: 'DELETE', status: 'COMPLETE', deleted_at: deletedAt, ...rest },
    });
  };
  const left = async (...stacks: readonly Row[]) => {
    const keys = stacks.map(({ key }) => key);
    const found = await home().store.select('stacks', { where: [{ column: 'key', in: keys }], withGone: true });
    return found.map(({ key }) => key).sort();
  };
  const keysOf = (...stacks: readonly Row[]) => stacks.map(({ key }) => key).sort();

  describe('purging deleted stacks', () => {
    it('takes those that were deleted before then with all that is theirs, batch by batch, and no other', async () => {
      const [old, young, living, foreign] = [deleted(1_000), deleted(3_000), deleted(null), deleted(1_000)] as const;
      const elsewhere = next(foreign, { version: 1, columns: { project: uuid() } });
      const stacks = [old, young, living, elsewhere];
      const events = stacks.flatMap(({ key }) => [event(key), event(key), event(key)]);
      const contents = stacks.flatMap(({ key }) => [content(key, uuid(), 'a'), content(key, uuid(), 'b')]);
      const name = `n-${old.key}`;
      await life.commit(set(...stacks, ...events, ...contents, taken(name, old.key)));
      await life.commit(set(freed(name, old.key)));
      const { store, upkeep } = home();
      expect(await upkeep.countPurgeable({ beforeMs: 2_000, project })).toBe(1);
      expect(await purged(upkeep, project, 2_000, 2)).toEqual({ stacks: 1, events: 3, contents: 2, batches: 2 });
      expect(await left(...stacks)).toEqual(keysOf(young, living, elsewhere));
      expect((await store.events(keysOf(...stacks), { where: [] })).length).toBe(9);
      const hashes = contents.map(({ hash }) => hash);
      const bodies = await Promise.all(stacks.map(({ key }) => store.contents(key, hashes)));
      expect(bodies.map(found => found.size)).toEqual([0, 2, 2, 2]);
      expect(await upkeep.countPurgeable({ beforeMs: 2_000, project })).toBe(0);
      expect(await upkeep.countPurgeable({ beforeMs: 2_000 })).toBeGreaterThanOrEqual(1);
      // The name is free, and so is the key.
      await life.commit(set(deleted(null, { key: old.key }), taken(name, old.key)));
    });

    it('waits for credentials, debts and rows that are still to be swept', async () => {
      const [tidying, owing, unswept] = [deleted(1, {}, true), deleted(1), deleted(1)] as const;
      const debt = row('debts', { stack: owing.key, unfinished: true });
      const gone = row('resources', { stack: unswept.key });
      await life.commit(set(tidying, owing, unswept, debt, gone, event(owing.key)));
      await life.commit(set(next(gone, { goneAt: now() })));
      const { upkeep } = home();
      expect(await purged(upkeep, project, 2, 10)).toMatchObject({ batches: 0 });
      expect(await left(tidying, owing, unswept)).toEqual(keysOf(tidying, owing, unswept));
      await life.commit(set(next(tidying, { unfinished: false })));
      expect(await purged(upkeep, project, 2, 10)).toMatchObject({ stacks: 1 });
      expect(await left(tidying, owing, unswept)).toEqual(keysOf(owing, unswept));
    });

    it('keeps the contents of a root for as long as a stack of its tree is there', async () => {
      const root = deleted(1);
      const nested = deleted(5_000, { root: root.key, owner: root.key, nested_depth: 1 });
      const kept = content(root.key, uuid(), 'a template of both');
      await life.commit(set(root, nested, kept));
      const { store, upkeep } = home();
      expect(await purged(upkeep, project, 2_000, 10)).toMatchObject({ batches: 0 });
      expect((await store.contents(root.key, [kept.hash])).size).toBe(1);
      expect(await purged(upkeep, project, 6_000, 10)).toMatchObject({ stacks: 2, contents: 1 });
      expect(await left(root, nested)).toEqual([]);
    });
  });

  it('stacks are listed by their keys, page by page', async () => {
    const stacks = Array.from({ length: 5 }, () => deleted(null));
    await life.commit(set(...stacks));
    const { upkeep } = home();
    const found: Uuid[] = [];
    for (let page = await upkeep.stackKeys(project, undefined, 2); page.length > 0; ) {
      expect(page.length).toBeLessThanOrEqual(2);
      found.push(...page);
      page = await upkeep.stackKeys(project, found.at(-1), 2);
    }
    expect(found).toEqual(keysOf(...stacks));
    expect((await upkeep.stackKeys(undefined, undefined, 3)).length).toBe(3);
  });

  it('the oldest events go, of stacks that have too many', async () => {
    const [many, few] = [deleted(null), deleted(null)] as const;
    const events = Array.from({ length: 7 }, () => event(many.key));
    await life.commit(set(many, few, ...events, event(few.key), event(few.key)));
    const { store, upkeep } = home();
    const keys = [many.key, few.key];
    const counts = async () => Promise.all(keys.map(async key => (await store.events([key], { where: [] })).length));
    expect(await upkeep.trimEvents(keys, 3, 2)).toBe(2);
    expect(await counts()).toEqual([5, 2]);
    expect(await store.trimEvents(many.key, 3, 100)).toBe(2);
    expect(await upkeep.trimEvents(keys, 3, 100)).toBe(0);
    const ids = (await store.events([many.key], { where: [] })).map(({ id }) => id);
    expect(ids).toEqual(events.slice(-3).map(({ id }) => id));
    expect(await counts()).toEqual([3, 2]);
  });

  describe('contents that no row names', () => {
    const lay = async (...more: readonly Row[]) => {
      const hashes = { stack: uuid(), below: uuid(), resource: uuid(), incarnation: uuid(), old: uuid() };
      const stack = deleted(null, {});
      const root = next(stack, { version: 1, state: JSON.stringify({ contents: { template: hashes.stack } }) });
      const child = next(deleted(null, { root: root.key, owner: root.key }), {
        version: 1,
        state: JSON.stringify({ contents: { template: hashes.below } }),
      });
      const resource = row('resources', { stack: child.key, state: JSON.stringify({ file: hashes.resource }) });
      const incarnation = row('incarnations', {
        stack: child.key,
        actor: resource.key,
        state: JSON.stringify({ told: hashes.incarnation }),
      });
      const contents = Object.values(hashes).map(hash => content(root.key, hash, 'body'));
      await life.commit(set(root, child, resource, incarnation, ...contents, ...more));
      const there = async () => {
        const found = await home().store.contents(root.key, Object.values(hashes));
        return Object.entries(hashes).flatMap(([name, hash]) => (found.has(hash) ? [name] : []));
      };
      return { root, child, resource, there };
    };
    const named = ['stack', 'below', 'resource', 'incarnation'];

    it('go, and no others', async () => {
      const { root, child, there } = await lay();
      const other = await lay();
      const { upkeep } = home();
      expect(await upkeep.purgeContents([root.key, child.key], later(), 10)).toBe(1);
      expect(await there()).toEqual(named);
      expect(await other.there()).toEqual([...named, 'old']);
      expect(await upkeep.purgeContents([root.key, child.key], later(), 10)).toBe(0);
    });

    it('stay while a stack of the tree is in progress, was just written, or has something to do', async () => {
      const { upkeep } = home();
      const quiet = await lay();
      expect(await upkeep.purgeContents([quiet.root.key], quiet.root.clock, 10)).toBe(0);
      const running = await lay();
      await life.commit(set(next(running.child, { columns: { status: 'IN_PROGRESS' } })));
      expect(await upkeep.purgeContents([running.root.key], later(), 10)).toBe(0);
      const waiting = await lay();
      await life.commit(set(next(waiting.resource, { unfinished: true })));
      expect(await upkeep.purgeContents([waiting.root.key], later(), 10)).toBe(0);
      for (const { there } of [quiet, running, waiting]) expect(await there()).toEqual([...named, 'old']);
    });
  });

  describe('sealed texts', () => {
    const sealed = (id: string) => `sealed:v1:0000${id}:AAAA`;

    it('are found where they are, page by page, and exchanged only if they are as they were', async () => {
      const stack = deleted(null);
      const resources = Array.from({ length: 3 }, (_, i) =>
        row('resources', { stack: stack.key, state: JSON.stringify({ credential: sealed(`000${i}`) }) }),
      );
      const plain = row('resources', { stack: stack.key, state: '{}' });
      const happened = event(stack.key, { properties: sealed('0009') });
      const kept = content(stack.key, uuid(), sealed('0008'));
      await life.commit(set(stack, ...resources, plain, happened, event(stack.key), kept));
      const { store, upkeep } = home();
      const of = async (place: SealedPlace, owners: readonly Uuid[]) =>
        (await sealedIn(upkeep, place, 2)).filter(({ owner }) => owners.includes(owner));
      const keys = [...resources, plain].map(({ key }) => key);
      const found = await of('resources', keys);
      expect(found.map(({ owner }) => owner)).toEqual(keysOf(...resources));
      expect(found.every(({ version, part }) => version === 1 && part === '')).toBe(true);
      // One of them is written by its owner in between.
      const moved = resources.find(({ key }) => key === found[0]?.owner) as Row;
      await life.commit(set(next(moved)));
      const resealed = found.map(each => ({ ...each, resealed: each.text.replace('0000000', '1111111') }));
      expect(await upkeep.reseal('resources', resealed)).toBe(2);
      expect(await upkeep.reseal('resources', resealed)).toBe(0);
      const states = await store.read('resources', keys);
      expect(states.filter(({ state }) => state.includes('1111111')).map(({ key }) => key)).toEqual(
        states.filter(({ key }) => key !== moved.key && key !== plain.key).map(({ key }) => key),
      );
      // Its owner goes on with the version that it knows.
      const second = states.find(({ key }) => key !== moved.key && key !== plain.key) as Row;
      await life.commit(set(next(second)));

      for (const [place, owner, text] of [
        ['events', stack.key, happened.properties],
        ['contents', stack.key, kept.body],
      ] as const) {
        const [only] = await of(place, [owner]);
        expect(only).toEqual({ owner, part: place === 'events' ? happened.id : kept.hash, version: 0, text });
        const stale = { ...(only as SealedText), text: 'another' };
        expect(await upkeep.reseal(place, [{ ...stale, resealed: 'lost' }])).toBe(0);
        expect(await upkeep.reseal(place, [{ ...(only as SealedText), resealed: 'new' }])).toBe(1);
      }
      expect((await store.contents(stack.key, [kept.hash])).get(kept.hash)).toBe('new');
      const [first] = await store.events([stack.key], { where: [{ column: 'properties', in: ['new'] }] });
      expect(first?.id).toBe(happened.id);
      expect(await upkeep.reseal('stacks', [])).toBe(0);
    });
  });

  it('sessions without a shard are listed with how far they are, and ended while they have none', async () => {
    const { store, upkeep } = home();
    const idle = await Life.begin(store);
    const busy = await Life.begin(store);
    await busy.own(shard());
    const before = await upkeep.idleSessions();
    expect([before.has(idle.id), before.has(busy.id)]).toEqual([true, false]);
    await idle.commit(set(deleted(null)));
    expect((await upkeep.idleSessions()).get(idle.id)).not.toBe(before.get(idle.id));
    expect(await upkeep.endSessions([busy.id])).toBe(0);
    expect(await upkeep.endSessions([idle.id])).toBe(laneCount);
    expect((await upkeep.idleSessions()).has(idle.id)).toBe(false);
    await busy.commit(set(deleted(null)));
    await expect(idle.commit(set(deleted(null)))).rejects.toThrow('no fence row');
  });

  it('parked stacks are listed with what parked them', async () => {
    const { store } = home();
    const [bad, good] = [deleted(null), deleted(null)] as const;
    await life.commit(set(bad, good));
    const errorIds = [uuid(), uuid(), uuid()];
    for (const [i, errorId] of errorIds.entries()) await store.strike(bad.key, 1_000 + i, errorId);
    await store.strike(good.key, 1_000, uuid());
    const parked = await store.parked();
    expect([parked.get(bad.key), parked.has(good.key)]).toEqual([errorIds[2], false]);
    await store.unpark(bad.key);
    expect((await store.parked()).has(bad.key)).toBe(false);
  });
}
