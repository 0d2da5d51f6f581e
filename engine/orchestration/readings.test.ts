/** How often templates are read that a job comes by again and again. */
import { expect, it } from 'vitest';
import { limits } from '../kernel/limits.ts';
import { readingOnce, valueIn } from './readings.ts';

/** The texts that a job reads, and those that had to be read. */
function job(kind: 'wants' | 'made', ...texts: readonly string[]): readonly string[] {
  const read: string[] = [];
  readingOnce(() => {
    for (const text of texts) {
      valueIn(text, each => {
        read.push(each);
        return [each];
      });
    }
    return { kind };
  });
  return read;
}

it('reads what a job has read before it wanted more once, and nothing longer than the job goes on', () => {
  expect(job('wants', 'root', 'a', 'a')).toEqual(['root', 'a']);
  expect(job('wants', 'root', 'a', 'b')).toEqual(['b']);
  expect(job('made', 'other')).toEqual(['other']);
  expect(job('made', 'root', 'a', 'b', 'c')).toEqual(['c']);
  expect(job('made', 'root', 'a', 'b', 'c', 'other')).toEqual(['root', 'a', 'b', 'c', 'other']);
});

it('keeps so much of it, and no more', () => {
  const texts = ['x', 'y', 'z'].map(letter => letter.repeat(limits.templatesKeptChars / 2 - 1));
  expect(job('wants', ...texts)).toEqual(texts);
  expect(job('made', ...texts)).toEqual(texts.slice(0, 2));
});

it('keeps nothing of what could not be read, and leaves no job under way', () => {
  const fail = () => {
    throw new Error('no');
  };
  expect(() => readingOnce(() => ({ kind: 'wants', value: valueIn('t', fail) }))).toThrow('no');
  expect(job('made', 't')).toEqual(['t']);
});
