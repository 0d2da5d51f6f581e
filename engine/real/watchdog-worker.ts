/** The thread behind watchdog.ts. */
import { randomUUID } from 'node:crypto';
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { createSqlStore } from '../store/sql.ts';
import { shared, type WatchdogOptions } from './watchdog.ts';

const lookMs = 250;
const { memory, databaseUrl, pid } = workerData as WatchdogOptions & { readonly memory: SharedArrayBuffer };
const words = new Int32Array(memory, 0, shared.words);

interface Seen {
  readonly beat: number;
  readonly turn: number;
  readonly since: number;
}

function look(now: number): Seen {
  return { beat: Atomics.load(words, shared.beat), turn: Atomics.load(words, shared.turn), since: now };
}

async function end(): Promise<void> {
  const stack = Buffer.from(memory, shared.words * 4, shared.stackBytes).toString('latin1') as Uuid;
  const errorId = randomUUID() as Uuid;
  writeSync(2, `${JSON.stringify({ level: 50, msg: 'spin', stack, errorId })}\n`);
  const store = createSqlStore({
    connectionString: databaseUrl,
    applicationName: 'convect-watchdog',
    readConnections: 1,
  });
  try {
    await store.strike(stack, Date.now(), errorId);
  } finally {
    process.kill(pid, 'SIGKILL');
  }
}

let seen = look(performance.now());
let lastLook = performance.now();
for (;;) {
  await sleep(lookMs);
  const now = performance.now();
  const stoodStill = now - lastLook > 2 * lookMs; // this thread did as well: nobody is to blame
  lastLook = now;
  const next = look(now);
  if (stoodStill || next.turn === 0 || next.turn !== seen.turn || next.beat !== seen.beat) seen = next;
  else if (now - seen.since >= limits.loopStallMs) {
    await end();
    break;
  }
}
