import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Journal } from './journal.ts';

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-journal-'));
  path = join(folder, 'journal');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const entry = (kind: string) => ({ service: 'test', kind });

it('is empty where there is none, and reads back what was appended, in order', () => {
  expect(Journal.read(path)).toEqual([]);
  const journal = Journal.rewrite(path, [entry('a')]);
  journal.append(entry('b'));
  journal.append(entry('c\nd'));
  journal.close();
  expect(Journal.read(path)).toEqual([entry('a'), entry('b'), entry('c\nd')]);
});

it('drops a last line that was cut off, and goes on behind what is whole', () => {
  const journal = Journal.rewrite(path, [entry('a')]);
  journal.close();
  appendFileSync(path, '{"service":"test","ki');
  expect(Journal.read(path)).toEqual([entry('a')]);
  const again = Journal.rewrite(path, Journal.read(path));
  again.append(entry('b'));
  again.close();
  expect(Journal.read(path)).toEqual([entry('a'), entry('b')]);
});

it('refuses a file that is damaged in the middle', () => {
  writeFileSync(path, '{"service":"te\n{"service":"test","kind":"b"}\n');
  expect(() => Journal.read(path)).toThrow(SyntaxError);
});

it('replaces the file in one step and is readable by its owner alone', () => {
  Journal.rewrite(path, [entry('a')]).close();
  Journal.rewrite(path, [entry('b')]).close();
  expect(readdirSync(folder)).toEqual(['journal']);
  expect(readFileSync(path, 'utf8')).toBe('{"service":"test","kind":"b"}\n');
});
