/**
 * One sandbox per data folder: the file that says which process it is.
 *
 * Two sandboxes on one journal would each forget what the other answered, so a second one must not start; and an
 * all-in-one that comes back after a crash finds by this file the sandbox that outlived it.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { commandOf } from '../../cli/processes.ts';

export interface Holder {
  readonly pid: number;
  readonly portBase: number;
}

/** Whose pidfile this is; undefined where there is none, or its process is gone or is no sandbox (a re-used pid). */
export function holderOf(path: string): Holder | undefined {
  let holder: Partial<Holder>;
  try {
    holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
  } catch {
    return undefined;
  }
  const { pid, portBase } = holder;
  if (typeof pid !== 'number' || typeof portBase !== 'number') return undefined;
  return commandOf(pid).includes(path) ? { pid, portBase } : undefined;
}

/**
 * Takes the file for this process.
 *
 * @throws Error when another sandbox that lives holds it.
 */
export function takePidfile(path: string, portBase: number): void {
  const holder = holderOf(path);
  if (holder !== undefined && holder.pid !== process.pid) {
    throw new Error(`the sandbox of this data folder already runs: pid ${holder.pid}`);
  }
  rmSync(path, { force: true });
  // Fails if another one took it in this instant.
  writeFileSync(path, JSON.stringify({ pid: process.pid, portBase }), { flag: 'wx', mode: 0o600 });
}

/** True while the file is this process's own. */
export function holdsPidfile(path: string): boolean {
  return holderOf(path)?.pid === process.pid;
}
