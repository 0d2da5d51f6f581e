/**
 * The sandbox cloud's memory: a file of lines, one JSON object each, in the order in which things happened.
 *
 * Invariant: what a service answered is in the journal before the answer leaves. So the cloud may be killed at any
 * instant and comes back knowing all that any client was told; and a test can count from the journal what really
 * happened in the cloud, whatever the engine believes. A line that was cut off by a kill was never answered: it is
 * dropped when the journal is read. (The page cache survives the process, so there is no fsync: the sandbox
 * outlives kills, not power cuts.)
 */
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';

/** One thing that happened, to one service. `kind` and the other keys are that service's own. */
export interface Entry {
  readonly service: string;
  readonly kind: string;
}

/** Where services write what they did. */
export interface Recorder {
  append(entry: Entry): void;
}

export class Journal implements Recorder {
  readonly #file: number;

  private constructor(file: number) {
    this.#file = file;
  }

  /**
   * What the journal at `path` holds; nothing when there is none.
   *
   * @throws SyntaxError when a line other than the last cannot be read: then the file was damaged, not cut off.
   */
  static read(path: string): Entry[] {
    return existsSync(path) ? parse(readFileSync(path, 'utf8')) : [];
  }

  /** A journal at `path` that holds exactly these entries: the old file, if any, is replaced in one step. */
  static rewrite(path: string, entries: readonly Entry[]): Journal {
    const next = `${path}.next`;
    writeFileSync(next, entries.map(entry => `${JSON.stringify(entry)}\n`).join(''), { mode: 0o600 });
    renameSync(next, path);
    return new Journal(openSync(path, 'a'));
  }

  append(entry: Entry): void {
    writeSync(this.#file, `${JSON.stringify(entry)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

function parse(text: string): Entry[] {
  // Text after the last newline is a line that was cut off.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter(line => line !== '').map(line => JSON.parse(line) as Entry);
}
