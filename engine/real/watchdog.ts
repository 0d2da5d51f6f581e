/**
 * The watchdog: a handler that never returns holds the whole process, and nothing inside the loop can say so.
 *
 * A thread of its own knows whose turn runs. When one holds the loop for limits.loopStallMs it writes a strike for
 * that stack over its own connection and ends the process: the other stacks go on on the next owner or after the
 * restart, and a stack that does it again and again is parked (architecture: One bad stack). A process that was
 * stopped as a whole (SIGSTOP, a suspended machine) is not blamed on whoever's turn it was: the thread stood still too.
 */
import { Worker } from 'node:worker_threads';
import type { Uuid } from '../kernel/ids.ts';

/** What both threads see: a beat of the main loop, the turn's number (0: none runs), and its stack's uuid. */
export const shared = { beat: 0, turn: 1, words: 2, stackBytes: 36 } as const;
const beatMs = 100;

export interface WatchdogOptions {
  /** Where strikes are written. */
  readonly databaseUrl: string;
  /** Which process is ended. */
  readonly pid: number;
}

export interface Watchdog {
  /** Whose turn begins; undefined: it ended. */
  onTurn(stack: Uuid | undefined): void;
  /** One sign of life of the main loop; it is given by itself as well. */
  stop(): Promise<void>;
}

/** Starts the thread. `beating` false leaves the signs of life out, for a test of what then happens. */
export function createWatchdog(options: WatchdogOptions, beating = true): Watchdog {
  const memory = new SharedArrayBuffer(shared.words * 4 + shared.stackBytes);
  const words = new Int32Array(memory, 0, shared.words);
  const stackText = Buffer.from(memory, shared.words * 4, shared.stackBytes);
  const worker = new Worker(new URL('./watchdog-worker.js', import.meta.url), { workerData: { memory, ...options } });
  worker.unref();
  const timer = setInterval(() => Atomics.add(words, shared.beat, 1), beatMs).unref();
  if (!beating) clearInterval(timer);
  let turns = 0;
  return {
    onTurn: stack => {
      if (stack === undefined) {
        Atomics.store(words, shared.turn, 0);
        return;
      }
      turns = (turns % 0x7fff_ffff) + 1;
      stackText.write(stack, 'latin1');
      Atomics.store(words, shared.turn, turns);
    },
    stop: async () => {
      clearInterval(timer);
      await worker.terminate();
    },
  };
}
