import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../engine/resources/registry.ts';
import { tombstones } from '../../engine/resources/tombstones.ts';
import { declarations, median } from './lines.ts';
import { typeSources } from './sources.ts';

describe('lines of a declaration', () => {
  const text = `/** What it is. */
import { string } from './schema.ts';
import { attributes } from './more.ts';

const properties = {
  // said
  name: string('a ( in a text'),
};

function life() {
  return {};
}

export default resource('OS::A::B', {
  properties,
  attributes,

  life: life(),
});
`;

  it('are those of the call, and of the constants that it takes, without comments and blanks', () => {
    const more = { path: 'a/more.ts', text: 'export const attributes = {\n  one: 1,\n};\n' };
    expect(declarations(['OS::A::B', 'OS::A::C'], [{ path: 'a/b.ts', text }, more])).toEqual([
      { type: 'OS::A::B', path: 'a/b.ts', declaration: 5 + 3 + 3, rest: 3 },
    ]);
  });

  it('have a median', () => {
    expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([])]).toEqual([2, 2.5, 0]);
  });
});

describe('the types', () => {
  // Types whose services are gone are rows of one table.
  const gone = new Set(tombstones.map(({ name }) => name));
  const names = createRegistry()
    .names()
    .filter(name => !gone.has(name));
  const all = declarations(names, typeSources());

  it('are each declared in one place that is found', () => {
    expect(all.map(({ type }) => type)).toEqual(names);
  });

  it('have declarations of 40 lines, and half of them fewer', () => {
    expect(median(all.map(({ declaration }) => declaration))).toBeLessThanOrEqual(40);
  });
});
