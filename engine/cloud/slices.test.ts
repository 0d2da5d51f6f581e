import { describe, expect, it } from 'vitest';
import { itemsOf, membersOf, stringAt, Unsliceable } from './slices.ts';

const slice = (text: string, key: string): string | undefined => {
  const span = membersOf(text).get(key);
  return span && text.slice(span.start, span.end);
};

describe('slices of JSON', () => {
  it('are the text itself, whatever is in it', () => {
    const thing = '{ "id":"a\\"]}", "n": 12345678901234567890.0e1, "deep": [[{"}":"["}], "\\\\"], "e": {} }';
    const text = ` {"links": [], "things" : [${thing},\n{"id":"b"} , 7, "x]", null] ,"next":null}`;
    const things = membersOf(text).get('things')!;
    const items = itemsOf(text, things).map(({ start, end }) => text.slice(start, end));
    expect(items).toEqual([thing, '{"id":"b"}', '7', '"x]"', 'null']);
    expect(stringAt(text, membersOf(text, itemsOf(text, things)[0]!).get('id'))).toBe('a"]}');
    expect(slice(text, 'next')).toBe('null');
    expect(slice(thing, 'n')).toBe('12345678901234567890.0e1');
    expect(itemsOf('[ ]', { start: 0, end: 3 })).toEqual([]);
    expect(membersOf('{}').size).toBe(0);
  });

  it('agree with JSON.parse on random documents', () => {
    let seed = 7;
    const below = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;
    const make = (depth: number): unknown => {
      const kind = below(depth > 3 ? 4 : 6);
      if (kind === 0) return ['"', '\\', '}', ']', ',', ':', 'ü\n', ''][below(8)]!.repeat(below(4));
      if (kind === 1) return below(2_000) / 8 - 100;
      if (kind === 2) return below(2) === 0;
      if (kind === 3) return null;
      if (kind === 4) return Array.from({ length: below(4) }, () => make(depth + 1));
      return Object.fromEntries(Array.from({ length: below(4) }, (_, i) => [`k${i}`, make(depth + 1)]));
    };
    for (let i = 0; i < 500; i++) {
      const items = Array.from({ length: below(5) }, () => make(0));
      const text = JSON.stringify({ before: make(0), items, after: make(0) }, undefined, below(3));
      const spans = itemsOf(text, membersOf(text).get('items')!);
      expect(spans.map(({ start, end }) => JSON.parse(text.slice(start, end)) as unknown)).toEqual(items);
    }
  });

  it.each(['', '[]', '{"a"', '{"a":', '{"a":[1,}', '{"a":"b', '{"a":1,}', '{"a" 1}', '<html>'])('refuse %j', text => {
    expect(() => membersOf(text)).toThrow(Unsliceable);
  });
});
