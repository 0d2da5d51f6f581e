/** Runs a command as a user would, and keeps what it said. */
import { spawn } from 'node:child_process';

export interface Ran {
  /** As one would type it. */
  readonly line: string;
  /** The exit status; 127 when there is no such command, 124 when it was ended because of `timeoutMs`. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** The whole environment; PATH and HOME are added from this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 120_000;

export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const { env = {}, timeoutMs = defaultTimeoutMs } = options;
  const { PATH, HOME } = process.env;
  const line = [command, ...args].map(quoted).join(' ');
  return new Promise(resolve => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH, HOME, LANG: 'C.UTF-8', ...env },
      detached: true,
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said.stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said.stderr += text;
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      // The whole group: npm and node start children of their own.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ line, ...said, status: error.code === 'ENOENT' ? 127 : 126, stderr: error.message });
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const status = late ? 124 : (code ?? 128);
      const why = late ? `\n(ended after ${timeoutMs / 1000} s)` : signal === null ? '' : `\n(ended by ${signal})`;
      resolve({ line, status, stdout: said.stdout, stderr: said.stderr + why });
    });
  });
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What ran and what it said, for whoever reads a failure. */
export function transcript(ran: Ran): string {
  const part = (name: string, text: string): string =>
    text.trim() === '' ? `  ${name}: (empty)` : `  ${name}:\n${indent(text.trimEnd())}`;
  return [`  $ ${ran.line}`, `  exit: ${ran.status}`, part('stdout', ran.stdout), part('stderr', ran.stderr)].join(
    '\n',
  );
}

export const indent = (text: string): string => text.replace(/^/gm, '    ');
