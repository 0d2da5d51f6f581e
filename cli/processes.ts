/** What /proc tells of other processes: who listens on a port, whether one still lives, and how to end one. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** `pid 4711 (node dist/cli/main.js dev)` for whoever listens on a port; a plain sentence where /proc does not tell. */
export function whoListens(port: number): string {
  const inodes = listeningInodes(port);
  if (inodes.size === 0) return 'a process that /proc does not show';
  for (const pid of numeric('/proc')) {
    for (const fd of numeric(`/proc/${pid}/fd`)) {
      const link = attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`), '');
      const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
      if (inode !== undefined && inodes.has(inode)) return `pid ${pid} (${commandOf(Number(pid))})`;
    }
  }
  return 'a process of another user';
}

/** The command line of a process, blanks between its arguments; empty when there is no such process. */
export function commandOf(pid: number): string {
  return attempt(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'), '')
    .split('\0')
    .join(' ')
    .trim();
}

/** True until the kernel has closed all that the process had open: a zombie waiting for its parent is gone. */
export function isAlive(pid: number): boolean {
  const [state] = statOf(pid);
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** When a process began, in clock ticks since the machine did; undefined when there is no such process. */
export function startOf(pid: number): string | undefined {
  return statOf(pid)[19];
}

/** The fields of /proc/PID/stat from the third on: the second, a name, may hold anything. */
function statOf(pid: number): string[] {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'utf8'), '');
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Asks a process to end, kills it when it has not after `graceMs`, and returns when it is gone. */
export async function endProcess(pid: number, graceMs: number): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    if (!isAlive(pid)) return;
    attempt(() => process.kill(pid, signal), false);
    const deadline = performance.now() + graceMs;
    while (isAlive(pid) && performance.now() < deadline) await sleep(10);
  }
}

function listeningInodes(port: number): Set<string> {
  const found = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of attempt(() => readFileSync(table, 'utf8'), '')
      .split('\n')
      .slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const listens = state === '0A' && Number.parseInt(local?.split(':')[1] ?? '', 16) === port;
      if (listens && inode !== undefined) found.add(inode);
    }
  }
  return found;
}

function numeric(folder: string): string[] {
  return attempt(() => readdirSync(folder), []).filter(name => /^\d+$/.test(name));
}

function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
