import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordedCases } from './all.ts';
import { one } from './case.ts';
import { Recordings } from './store.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-diff-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const answers = { validate: { status: 200 } };

describe('recordings', () => {
  it('are there for a run that comes later, a line each', () => {
    new Recordings(folder).set(one('g/a', '', { a: 1 }), answers);
    new Recordings(folder).set(one('g/b', '', { b: 1 }), answers);
    expect(new Recordings(folder).get(one('g/a', '', { a: 1 }))).toEqual(answers);
    expect(readFileSync(join(folder, 'g.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it('are no answers to another question', () => {
    new Recordings(folder).set(one('g/a', '', { a: 1 }), answers);
    expect(new Recordings(folder).get(one('g/a', '', { a: 2 }))).toBeUndefined();
    expect(new Recordings(folder).get(one('g/a', '', { a: 1 }, { asks: ['preview'] }))).toBeUndefined();
  });

  it('of cases that are no more go away', () => {
    const all = new Recordings(folder);
    const [a, b] = [one('g/a', '', {}), one('g/b', '', {})];
    all.set(b, answers);
    all.set(a, answers);
    all.tidy([a]);
    expect(new Recordings(folder).get(a)).toEqual(answers);
    expect(new Recordings(folder).get(b)).toBeUndefined();
  });

  it('are kept of every case', () => {
    const kept = new Recordings('test/fixtures/recorded/templates');
    expect(recordedCases.filter(each => kept.get(each) === undefined).map(({ name }) => name)).toEqual([]);
  });
});
