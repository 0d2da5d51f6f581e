/**
 * The sandbox as a child that outlives its parent: found again and adopted after a crash, else started.
 *
 * Adopted is only what is provably this data folder's sandbox: its pidfile names a process that lives, on the same
 * ports, which answers with that pid and this build. Anything else that holds the
 * pidfile is ended and replaced; its journal goes on.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstTaken, isFree, portsOf, sandboxPorts } from '../../cli/ports.ts';
import { endProcess, whoListens } from '../../cli/processes.ts';
import { buildOf, entry } from './build.ts';
import { Faults } from './faults.ts';
import { holderOf } from '../../cli/pidfile.ts';

const startMs = 20_000;
const endMs = 3_000;
const portFreedMs = 500; // after its process is gone
const askMs = 2_000;

export interface SandboxChild {
  readonly keystoneUrl: string;
  readonly pid: number;
  /** True when it was already running. */
  readonly adopted: boolean;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

/** Where the sandbox of a data folder says which process it is. */
export const pidfileOf = (dataDir: string): string => resolve(dataDir, 'sandbox.pid');

/**
 * Makes sure that the sandbox of this data folder runs on these ports.
 *
 * @param faults rules of faults.ts that are to be in force; without any, those of one that runs already stay.
 * @throws Error when somebody else holds its port, or it does not come up; the message says what it printed.
 */
export async function ensureSandbox(
  portBase: number,
  dataDir: string,
  faults: readonly string[] = [],
): Promise<SandboxChild> {
  // Read here first: a rule that cannot be read must not leave a sandbox behind.
  new Faults().set(faults);
  const child = await adoptOrStart(portBase, dataDir);
  if (faults.length > 0) await setFaults(portBase, faults);
  return child;
}

/** Replaces the rules of a running sandbox. @throws Error with its words where one cannot be read. */
async function setFaults(portBase: number, faults: readonly string[]): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${portsOf(portBase).keystone}/__faults`, {
    method: 'PUT',
    body: JSON.stringify({ faults }),
  });
  const body = (await response.json()) as { readonly error?: { readonly message?: string } };
  if (!response.ok) throw new Error(body.error?.message ?? `the sandbox refused the faults (${response.status})`);
}

async function adoptOrStart(portBase: number, dataDir: string): Promise<SandboxChild> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const port = portsOf(portBase).keystone;
  const pidfile = pidfileOf(dataDir);
  const child = (pid: number, adopted: boolean): SandboxChild => ({
    keystoneUrl: `http://127.0.0.1:${port}/v3`,
    pid,
    adopted,
    stop: () => endProcess(pid, endMs),
  });
  const holder = holderOf(pidfile);
  if (holder !== undefined) {
    if (holder.portBase === portBase && (await answers(port, holder.pid))) return child(holder.pid, true);
    await endProcess(holder.pid, endMs);
  }
  // A sandbox that was killed this instant may hold its port for some milliseconds more.
  const deadline = performance.now() + portFreedMs;
  const ports = Object.entries(sandboxPorts(portBase));
  const numbers = ports.map(([, number]) => number);
  while ((await firstTaken(numbers)) !== undefined && performance.now() < deadline) await sleep(20);
  for (const [name, number] of ports) {
    if (await isFree(number)) continue;
    throw new Error(`port ${number} (${name[0]?.toUpperCase()}${name.slice(1)}) is taken by ${whoListens(number)}`);
  }
  return child(await start(portBase, dataDir, pidfile), false);
}

/** Ends the sandbox of a data folder, if one runs: for whoever cleans up after an all-in-one that was killed. */
export async function endSandbox(dataDir: string): Promise<void> {
  const holder = holderOf(pidfileOf(dataDir));
  if (holder !== undefined) await endProcess(holder.pid, endMs);
}

async function start(portBase: number, dataDir: string, pidfile: string): Promise<number> {
  const logPath = join(dataDir, 'sandbox.log');
  const log = openSync(logPath, 'w', 0o600);
  const args = ['--port-base', String(portBase), '--data', resolve(dataDir, 'cloud'), '--pidfile', pidfile];
  // A session of its own: neither a terminal's Ctrl-C nor the parent's death reaches it.
  const spawned = spawn(process.execPath, ['--enable-source-maps', entry, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const state = { over: false };
  spawned.once('exit', () => {
    state.over = true;
  });
  spawned.once('error', () => {
    state.over = true;
  });
  spawned.unref();
  const { pid } = spawned;
  const deadline = performance.now() + startMs;
  while (pid !== undefined && !state.over && performance.now() < deadline) {
    if (await answers(portsOf(portBase).keystone, pid)) return pid;
    await sleep(20);
  }
  if (!state.over) spawned.kill('SIGKILL');
  throw new Error(`the sandbox cloud did not start: ${readFileSync(logPath, 'utf8').trim() || 'it printed nothing'}`);
}

/** True when the sandbox that answers there is this process, of this build. */
async function answers(port: number, pid: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/sandbox`, { signal: AbortSignal.timeout(askMs) });
    const about = (await response.json()) as { pid?: unknown; build?: unknown };
    return about.pid === pid && about.build === buildOf();
  } catch {
    return false;
  }
}
