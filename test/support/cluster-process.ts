/** One process of a cluster (`convect engine` or `convect gateway`), to be started, stopped, killed and started again. */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const readyMs = 60_000;
const stopMs = 30_000;

const main = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/cli/main.js' : '../../cli/main.js', import.meta.url),
);

export class ClusterProcess {
  readonly kind: 'engine' | 'gateway';
  readonly name: string;
  private readonly config: string;
  private readonly logFile: string;
  private child: ChildProcess | undefined;
  private said = '';

  constructor(kind: 'engine' | 'gateway', name: string, config: string, logFile: string) {
    this.kind = kind;
    this.name = name;
    this.config = config;
    this.logFile = logFile;
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.child?.pid;
  }

  /** Starts it and waits for its `ready: …`. Rejects with what it said, when it ends or a minute passes before. */
  async start(): Promise<void> {
    if (this.child !== undefined) throw new Error(`${this.name} runs`);
    const args = ['--enable-source-maps', main, this.kind, '--config', this.config];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    this.said = '';
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`${this.name} ${why}; it said:\n${this.said}`));
      const timer = setTimeout(() => fail(`was not ready after ${readyMs / 1000} s`), readyMs);
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        this.said += text;
        if (!/^ready: /m.test(this.said)) return;
        clearTimeout(timer);
        resolve();
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.said = `${this.said}${text}`.slice(-20_000);
        appendFileSync(this.logFile, text);
      });
      child.once('error', error => fail(`could not be started (${error.message})`));
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        if (this.child === child) this.child = undefined;
        fail(`ended (${signal ?? code})`);
      });
    });
  }

  /** SIGSTOP, SIGCONT …; nothing where it is down. */
  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** kill -9; returns when it is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** SIGTERM. The exit status; in words where it had to be killed. 0 where it was down. */
  stop(): Promise<number | string> {
    return this.end('SIGTERM');
  }

  private async end(signal: NodeJS.Signals): Promise<number | string> {
    const { child } = this;
    if (child === undefined) return 0;
    const ended = new Promise<number | string>(resolve => {
      child.once('exit', (code, by) => resolve(by ?? code ?? 1));
    });
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  }
}
