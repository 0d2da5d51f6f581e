/** Where a gateway's audit records go: a file, to which each is appended before its request is answered, or standard output. */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { AuditRecord, AuditSink } from '../gateway/audit.ts';
import type { FileLog } from './log.ts';

export interface Audit extends AuditSink {
  close(): void;
}

/**
 * Opens it; throws where it cannot be opened. A record that cannot be written is told to the log, with its request's id,
 * and the request is answered all the same. SIGHUP opens the file anew, after it was moved away.
 */
export function openAudit(file: string | undefined, log: FileLog): Audit {
  const open = (path: string): number => openSync(path, 'a', 0o640);
  let descriptor = file === undefined ? 1 : open(file);
  const again = (): void => {
    if (file === undefined) return;
    try {
      const next = open(file);
      closeSync(descriptor);
      descriptor = next;
    } catch (error) {
      log.write('error', 'audit-not-reopened', { error: codeOf(error) });
    }
  };
  if (file !== undefined) process.on('SIGHUP', again);
  return {
    write: (record: AuditRecord) => {
      try {
        writeSync(descriptor, `${JSON.stringify(record)}\n`);
      } catch (error) {
        log.write('error', 'audit-lost', { request_id: record.request_id, error: codeOf(error) });
      }
    },
    close: () => {
      process.off('SIGHUP', again);
      if (file !== undefined) closeSync(descriptor);
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
