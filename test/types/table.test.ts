import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../engine/resources/registry.ts';
import { typeEntries } from './all.ts';
import { isCannot, type TypeEntry } from './form.ts';
import { entryName } from './name.ts';
import { at, isSeen, resolved } from './seen.ts';
import { countedProperties, page, summary } from './shown.ts';
import { stagesOf, templateOf } from './stages.ts';

const registry = createRegistry();
const names = [...new Set(typeEntries.map(({ type }) => type))];
const ofType = (type: string): readonly TypeEntry[] => typeEntries.filter(entry => entry.type === type);

/** Where a type is made, changed and replaced by name. */
function properties({ properties: given, updates = {}, replaces }: TypeEntry): readonly string[] {
  const replacing = isCannot(replaces) ? {} : replaces;
  const changes = [...Object.values(updates), ...Object.values(replacing)];
  const also = changes.flatMap(change => (isCannot(change) ? [] : Object.keys(change.with ?? {})));
  return [...Object.keys(given), ...Object.keys(updates), ...Object.keys(replacing), ...also];
}

describe('the table of types', () => {
  it('has an entry for every type that is shown', () => {
    const listed = registry.names().filter(name => registry.get(name)?.support.status !== 'HIDDEN');
    expect(listed.filter(name => !names.includes(name))).toEqual([]);
  });

  it('tells its entries apart', () => {
    expect(typeEntries.map(entryName)).toEqual([...new Set(typeEntries.map(entryName))]);
  });

  it.each(typeEntries.map(entry => [entryName(entry), entry] as const))(
    '%s: types and properties that exist',
    (_, entry) => {
      const type = registry.get(entry.type);
      expect(type, entry.type).toBeDefined();
      if (type === undefined) return;
      if (!type.anyProperties) {
        expect(properties(entry).filter(name => !Object.hasOwn(type.properties, name))).toEqual([]);
      }
      const around = Object.values(entry.around ?? {}).map(each => String((each as { type?: unknown }).type));
      expect(around.filter(name => registry.get(name) === undefined)).toEqual([]);
      const unread = [...Object.keys(entry.unread ?? {}), ...(entry.varying ?? [])];
      expect(unread.filter(name => !Object.hasOwn(type.attributes, name))).toEqual([]);
    },
  );

  it.each(names)('%s: each property that can be changed is, or why not; what replaces is none of them', name => {
    const type = registry.get(name);
    const updates = Object.assign({}, ...ofType(name).map(entry => entry.updates ?? {})) as object;
    const updatable = countedProperties(type?.properties ?? {}).filter(each => type?.properties[each]?.updateAllowed);
    expect(updatable.filter(each => !Object.hasOwn(updates, each))).toEqual([]);
    const isUpdatable = (each: string): boolean => type?.properties[each]?.updateAllowed ?? false;
    expect(Object.keys(updates).filter(each => !isUpdatable(each))).toEqual([]);
    for (const { replaces } of ofType(name)) {
      if (!isCannot(replaces)) expect(Object.keys(replaces).filter(isUpdatable)).toEqual([]);
    }
  });
});

describe('an entry', () => {
  const entry: TypeEntry = {
    type: 'OS::A::B',
    properties: { name: '$stack-a', one: 1 },
    updates: {
      one: { to: 2 },
      two: { to: 2, wave: 2, with: { name: '$stack-b' } },
      three: { cannot: 'say' },
      four: { to: 4, not: { lab: 'why' } },
    },
    replaces: { name: { to: '$stack-c' } },
  };

  it('is a life of stages, each on top of the one before', () => {
    expect(stagesOf(entry, 'lab').map(({ kind, properties: all }) => [kind, all])).toEqual([
      ['create', { name: '$stack-a', one: 1 }],
      ['update', { name: '$stack-a', one: 2 }],
      ['update', { name: '$stack-b', one: 2, two: 2 }],
      ['replace', { name: '$stack-c', one: 2, two: 2 }],
    ]);
    expect(stagesOf(entry, 'sandbox')[1]?.properties).toEqual({ name: '$stack-a', one: 2, four: 4 });
  });

  it('is a template with its stack’s name', () => {
    expect(templateOf(entry, 's1', { name: '$stack-a' }, ['mtu'])).toEqual({
      heat_template_version: '2021-04-16',
      resources: { it: { type: 'OS::A::B', properties: { name: 's1-a' } } },
      outputs: { mtu: { value: { get_attr: ['it', 'mtu'] } } },
    });
  });
});

describe('what is shown', () => {
  it.each([
    [1, '1', true],
    [true, 'True', true],
    ['a', 'b', false],
    [null, undefined, true],
    [{ a: 1 }, { a: 1, b: 2 }, true],
    [{ a: 1 }, { b: 1 }, false],
    [{ a: {} }, { a: 'x' }, true],
    [{ a: {} }, { a: null }, false],
    [[{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }], true],
    [[1], [1, 2], false],
    [[1, 1], [1, 2], false],
    ['', null, false],
    ['[object Object]', {}, false],
  ])('%j in %j: %s', (expected, actual, seen) => {
    expect(isSeen(expected, actual)).toBe(seen);
  });

  it('stands at a path', () => {
    const thing = { a: { b: [{ c: 1 }] }, 'x.y': 2 };
    expect([at(thing, 'a.b.0.c'), at(thing, 'x.y'), at(thing, 'a.z'), at(thing, '')]).toEqual([1, 2, undefined, thing]);
  });

  it('names things by their ids', () => {
    expect(resolved([{ get_resource: 'net' }, { a: 1 }], new Map([['net', 'n1']]))).toEqual(['n1', { a: 1 }]);
  });
});

describe('the page', () => {
  const row = (type: string, cloud: 'lab' | 'sandbox', cell: string) => ({
    type,
    cloud,
    cells: [cell, '1/1', '1/1', '– why', '1/1'],
  });

  it('keeps the other cloud’s rows', () => {
    const first = page([row('B', 'sandbox', '1/2'), row('A', 'sandbox', '0/2')], undefined);
    const both = page([row('A', 'lab', '2/2')], first);
    expect(both.split('\n').filter(line => /^\| [AB] /.test(line))).toEqual([
      '| A | sandbox | 0/2 | 1/1 | 1/1 | – why | 1/1 |',
      '| A | lab | 2/2 | 1/1 | 1/1 | – why | 1/1 |',
      '| B | sandbox | 1/2 | 1/1 | 1/1 | – why | 1/1 |',
    ]);
    expect(both).toContain('3 rows, 15 cells, 3 of them empty (20.0 %).');
  });

  it('says nothing of nothing', () => {
    expect(summary([])).toBe('0 rows, 0 cells, 0 of them empty (0.0 %).');
  });
});
