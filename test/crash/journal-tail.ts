/** The sandbox's journal as it grows: so that a kill can follow a line of it within a millisecond or two. */
import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Entry } from '../cloud/journal.ts';

const lookMs = 1;
const chunkBytes = 65_536;

export class JournalTail {
  readonly #file: number;
  readonly #chunk = Buffer.alloc(chunkBytes);
  #rest = Buffer.alloc(0);
  #offset = 0;

  /** Reads from the beginning. */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** What was added since it was asked last. */
  next(): Entry[] {
    const parts = [this.#rest];
    for (;;) {
      const bytes = readSync(this.#file, this.#chunk, 0, chunkBytes, this.#offset);
      if (bytes === 0) break;
      this.#offset += bytes;
      parts.push(Buffer.from(this.#chunk.subarray(0, bytes)));
    }
    const text = Buffer.concat(parts);
    const end = text.lastIndexOf('\n') + 1;
    this.#rest = text.subarray(end);
    const lines = text.subarray(0, end).toString('utf8').split('\n');
    return lines.filter(line => line !== '').map(line => JSON.parse(line) as Entry);
  }

  /** The first new entry that fits; undefined when none came in this time. */
  async until(fits: (entry: Entry) => boolean, withinMs: number): Promise<Entry | undefined> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const found = this.next().find(fits);
      if (found !== undefined || performance.now() > deadline) return found;
      await sleep(lookMs);
    }
  }

  close(): void {
    closeSync(this.#file);
  }
}
