import { expect, it } from 'vitest';
import { Tables } from './table.ts';

interface Thing {
  readonly id: string;
  readonly size: number;
}

it('gives back what was put, in the order of first appearance', () => {
  const things = new Tables().table<Thing>('test.things');
  things.put({ id: 'b', size: 1 });
  things.put({ id: 'a', size: 2 });
  things.put({ id: 'b', size: 3 });
  expect(things.all()).toEqual([
    { id: 'b', size: 3 },
    { id: 'a', size: 2 },
  ]);
  expect(things.filter(({ size }) => size > 2)).toEqual([{ id: 'b', size: 3 }]);
  expect(things.size).toBe(2);
});

it('commits the last state of each id once, and nothing that did not happen', () => {
  const tables = new Tables();
  const things = tables.table<Thing>('test.things');
  things.put({ id: 'a', size: 1 });
  tables.begin();
  things.put({ id: 'a', size: 2 });
  things.put({ id: 'a', size: 3 });
  things.put({ id: 'b', size: 4 });
  things.drop('b');
  things.drop('never there');
  expect(tables.commit()).toEqual([
    { table: 'test.things', id: 'a', item: { id: 'a', size: 3 } },
    { table: 'test.things', id: 'b' },
  ]);
  expect(tables.commit()).toEqual([]);
});

it('takes a request back as if it had not been', () => {
  const tables = new Tables();
  const things = tables.table<Thing>('test.things');
  const others = tables.table<Thing>('test.others');
  things.put({ id: 'a', size: 1 });
  things.put({ id: 'b', size: 1 });
  const before = tables.snapshot();
  tables.begin();
  things.put({ id: 'a', size: 2 });
  things.put({ id: 'a', size: 3 });
  things.drop('b');
  others.put({ id: 'c', size: 1 });
  tables.rollback();
  expect(new Map(tables.snapshot().map(change => [change.id, change]))).toEqual(
    new Map(before.map(change => [change.id, change])),
  );
  expect(tables.commit()).toEqual([]);
});

it('is rebuilt from a snapshot and from the changes after it', () => {
  const tables = new Tables();
  const things = tables.table<Thing>('test.things');
  things.put({ id: 'a', size: 1 });
  things.put({ id: 'b', size: 1 });
  const snapshot = tables.snapshot();
  tables.begin();
  things.put({ id: 'c', size: 1 });
  things.drop('a');
  const changes = tables.commit();
  const again = new Tables();
  again.replay(snapshot);
  again.replay(changes);
  expect(again.table<Thing>('test.things').all()).toEqual(things.all());
});

it('leads to items by what they carry, also after a change, a rollback and a replay', () => {
  const tables = new Tables();
  const things = tables.table<Thing>('test.things');
  things.put({ id: 'a', size: 1 });
  const bySize = things.index(thing => [`size ${thing.size}`]);
  const ids = (size: number): string[] => bySize.all(`size ${size}`).map(thing => thing.id);
  things.put({ id: 'b', size: 1 });
  expect(ids(1).sort()).toEqual(['a', 'b']);
  things.put({ id: 'a', size: 2 });
  expect([ids(1), ids(2)]).toEqual([['b'], ['a']]);
  tables.begin();
  things.put({ id: 'a', size: 3 });
  things.drop('b');
  expect([ids(1), ids(2), ids(3)]).toEqual([[], [], ['a']]);
  expect(bySize.has('size 1')).toBe(false);
  tables.rollback();
  expect([ids(1), ids(2), ids(3)]).toEqual([['b'], ['a'], []]);
  tables.replay([
    { table: 'test.things', id: 'b' },
    { table: 'test.things', id: 'c', item: { id: 'c', size: 2 } as Thing },
  ]);
  expect([ids(1), ids(2).sort()]).toEqual([[], ['a', 'c']]);
});
