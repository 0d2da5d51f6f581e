import { pino } from 'pino';
import type { Log } from '../kernel/world.ts';

/** JSON lines on standard error; `level` is the least that is written. */
export function createLog(level: 'debug' | 'info' | 'warn' | 'error' | 'silent'): Log {
  const logger = pino({ level, base: null }, pino.destination({ dest: 2, sync: true }));
  return {
    write: (at, event, fields) => logger[at]({ ...fields }, event),
  };
}
