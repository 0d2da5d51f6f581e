/** Logs, a JSON object a line: the all-in-one's in a file of its data folder, a cluster's processes' on standard error. */
import pino from 'pino';

type Level = 'debug' | 'info' | 'warn' | 'error';

export interface FileLog {
  write(level: Level, event: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}

/** Appends to the file at `path`. Written at once, not buffered: the last lines before a crash are the wanted ones. */
export function fileLog(path: string): FileLog {
  const level = process.env['CONVECT_LOG_LEVEL'] ?? 'info';
  const log = pino({ base: { pid: process.pid }, level }, pino.destination({ dest: path, sync: true, mode: 0o600 }));
  return { write: (at, event, fields = {}) => log[at](fields, event) };
}

/** JSON lines on standard error, for a process whose output somebody else collects. */
export function errorLog(level: string): FileLog {
  const log = pino({ base: null, level }, pino.destination({ dest: 2, sync: true }));
  return { write: (at, event, fields = {}) => log[at](fields, event) };
}
