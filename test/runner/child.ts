/**
 * Runs one command to its end, shows what it prints as it comes, and keeps it for counting.
 *
 * The child leads a process group of its own: when its time is over the whole group is killed, so a hung server that a
 * test started does not outlive the run and does not hang it.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

export interface Ended {
  readonly status: number;
  readonly output: string;
}

/** The last part of the output is enough: the fixed lines stand at the end. */
const maxKeptChars = 4_000_000;

/** How long the children of a child that has ended may go on printing. */
const graceMs = 2_000;

export interface ChildOptions {
  /** Shows what it printed when it has ended, in one piece: something else runs beside it. */
  readonly atOnce?: boolean;
  /** Is given the way to kill it early. */
  readonly onStart?: (kill: () => void) => void;
}

/**
 * Ends with the child's exit status: 124 if its time was over, 127 if it could not be started, 128 + n after signal n.
 */
export function runChild(
  command: readonly [string, ...string[]],
  maxMs: number,
  { atOnce = false, onStart = () => {} }: ChildOptions = {},
): Promise<Ended> {
  const [file, ...args] = command;
  return new Promise(resolve => {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    let late = false;
    // What it left behind may hold its pipes open, even from a group of its own; without this, `close` never comes.
    const letGo = (): void => {
      killGroup(child.pid);
      child.stdout.destroy();
      child.stderr.destroy();
    };
    let grace: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => {
      late = true;
      console.log(`${command.join(' ')}: not done after ${Math.round(maxMs / 1000)} s, killed`);
      letGo();
    }, maxMs);
    const keep = (chunk: string, to: NodeJS.WriteStream): void => {
      if (!atOnce) to.write(chunk);
      output = (output + chunk).slice(-maxKeptChars);
    };
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => keep(chunk, process.stdout));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => keep(chunk, process.stderr));
    child.on('error', error => {
      clearTimeout(timer);
      console.log(`${command.join(' ')}: ${error.message}`);
      resolve({ status: 127, output });
    });
    child.on('exit', () => {
      grace = setTimeout(letGo, graceMs);
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      clearTimeout(grace);
      if (atOnce) process.stdout.write(output);
      resolve({ status: late ? 124 : (status ?? 128 + (signal ? constants.signals[signal] : 0)), output });
    });
    onStart(letGo);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has ended already.
  }
}
