import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { AuditRecord } from '../gateway/audit.ts';
import { openAudit } from './audit-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'convect-audit-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const record = (id: string) => ({ request_id: id }) as AuditRecord;
const read = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as unknown);

it('audit records are appended, to a new file after SIGHUP, and for its owner and group alone', () => {
  const file = join(folder, 'audit.jsonl');
  const logged: string[] = [];
  const log = { write: (_level: string, event: string) => logged.push(event) };
  const first = openAudit(file, log);
  first.write(record('1'));
  first.close();
  const audit = openAudit(file, log);
  audit.write(record('2'));
  expect(read(file)).toEqual([{ request_id: '1' }, { request_id: '2' }]);
  expect(statSync(file).mode & 0o007).toBe(0);
  renameSync(file, `${file}.1`);
  audit.write(record('3'));
  process.emit('SIGHUP');
  audit.write(record('4'));
  expect(read(`${file}.1`)).toHaveLength(3);
  expect(read(file)).toEqual([{ request_id: '4' }]);
  audit.close();
  audit.write(record('5')); // its file is closed: nothing is thrown, the log says it
  expect(logged).toEqual(['audit-lost']);
  expect(process.listenerCount('SIGHUP')).toBe(0);
  expect(() => openAudit(join(folder, 'none', 'x'), log)).toThrow(/ENOENT/);
});
