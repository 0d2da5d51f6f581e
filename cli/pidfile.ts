/**
 * One process per data folder: the file that says which one it is.
 *
 * Two engines on one database would take the shards from each other, two sandboxes on one journal would each forget
 * what the other answered; so a second one must not start. And an all-in-one that comes back after a crash finds by
 * this file the sandbox that outlived it. A process is known by its pid and the instant of its start, because pids
 * are used again.
 */
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive, startOf } from './processes.ts';

export interface Holder {
  readonly pid: number;
  readonly portBase: number;
}

/** Whose pidfile this is; undefined where there is none, or its process is gone. */
export function holderOf(path: string): Holder | undefined {
  let kept: Partial<Holder & { started: string }>;
  try {
    kept = JSON.parse(readFileSync(path, 'utf8')) as typeof kept;
  } catch {
    return undefined;
  }
  const { pid, portBase, started } = kept;
  if (typeof pid !== 'number' || typeof portBase !== 'number') return undefined;
  return isAlive(pid) && startOf(pid) === started ? { pid, portBase } : undefined;
}

/**
 * Takes the file for this process.
 *
 * @throws Error when another process that lives holds it.
 */
export function takePidfile(path: string, portBase: number): void {
  const holder = holderOf(path);
  if (holder?.pid === process.pid) return;
  if (holder !== undefined) throw taken(path, holder);
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, started: startOf(process.pid), portBase }), { mode: 0o600 });
  try {
    rmSync(path, { force: true });
    // Whole or not at all, and only if nobody else took it in this instant.
    linkSync(mine, path);
  } catch (error) {
    const other = holderOf(path);
    throw other === undefined ? error : taken(path, other);
  } finally {
    rmSync(mine, { force: true });
  }
}

/** True while the file is this process's own. */
export function holdsPidfile(path: string): boolean {
  return holderOf(path)?.pid === process.pid;
}

/** Gives the file back, if it is this process's own. */
export function dropPidfile(path: string): void {
  if (holdsPidfile(path)) rmSync(path, { force: true });
}

function taken(path: string, { pid, portBase }: Holder): Error {
  return new Error(`already running: pid ${pid} on port base ${portBase} (${path})`);
}
