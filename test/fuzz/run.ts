/**
 * Runs cases in worker processes and watches them: one that takes a second of its processor for a case, or more memory
 * than it may, is killed, and another goes on after that case.
 *
 * The second is counted in the worker's own processor time: on a busy machine a clock would find hangs where there are
 * none. A worker that sleeps without an end is killed by the clock, after a minute.
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { Finding } from './check.ts';

export interface FuzzOptions {
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  readonly threads: number;
  readonly plant: string | undefined;
  /** Told every finding as it comes. */
  readonly found: (index: number, what: Found) => void;
}

export type Found =
  | ({ readonly kind: 'thrown' } & Finding)
  | { readonly kind: 'hung' | 'died'; readonly key: string; readonly message: string };

export interface FuzzResult {
  readonly runs: number;
  readonly thrown: number;
  readonly hung: number;
  readonly maxMs: number;
  readonly maxRssMib: number;
}

const hangCpuMs = 1_000;
const hangWallMs = 60_000;
const lookMs = 50;
const maxHeapMib = 512;
/** With all that is not on the heap. */
const maxRssMib = 1_024;
const ticksPerSecond = 100;

const worker = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/test/fuzz/worker.js' : './worker.js', import.meta.url),
);

/** Resolves when all cases are through. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzResult> {
  const lanes = Array.from({ length: options.threads }, (_, i) => lane(options, options.from + i));
  const results = await Promise.all(lanes);
  const sum = (of: (result: FuzzResult) => number): number => results.reduce((all, each) => all + of(each), 0);
  const most = (of: (result: FuzzResult) => number): number => Math.max(...results.map(of));
  return {
    runs: sum(each => each.runs),
    thrown: sum(each => each.thrown),
    hung: sum(each => each.hung),
    maxMs: most(each => each.maxMs),
    maxRssMib: most(each => each.maxRssMib),
  };
}

/** One worker after the other, each from where the last ended. */
async function lane(options: FuzzOptions, first: number): Promise<FuzzResult> {
  const total = { runs: 0, thrown: 0, hung: 0, maxMs: 0, maxRssMib: 0 };
  for (let from = first; from < options.to; ) {
    const life = new Life(options, from);
    const end = await life.over;
    total.runs += life.begun;
    total.thrown += life.thrown;
    total.maxMs = Math.max(total.maxMs, life.slowestMs);
    total.maxRssMib = Math.max(total.maxRssMib, life.rssMib);
    if (end === 'done') break;
    if (life.begun === 0) throw new Error(`a worker did not start: ${life.errors}`);
    if (end === 'hung') total.hung += 1;
    else total.thrown += 1;
    const said = end === 'hung' ? `took longer than ${hangCpuMs} ms` : `ended its process: ${life.errors}`;
    options.found(life.current, { kind: end, key: `${end} ${life.current}`, message: said });
    from = life.current + options.threads;
  }
  return total;
}

/** One worker process. */
class Life {
  readonly over: Promise<'done' | 'hung' | 'died'>;
  begun = 0;
  current = -1;
  thrown = 0;
  slowestMs = 0;
  rssMib = 0;
  errors = '';
  private looked = -1;
  private cpuAtStart = 0;
  private wallAtStart = performance.now();

  constructor({ seed, to, threads, plant, found }: FuzzOptions, from: number) {
    const args = ['--seed', String(seed), '--from', String(from), '--step', String(threads), '--to', String(to)];
    const child = spawn(
      process.execPath,
      [
        `--max-old-space-size=${maxHeapMib}`,
        '--enable-source-maps',
        worker,
        ...args,
        ...(plant === undefined ? [] : ['--plant', plant]),
      ],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] },
    );
    let isDone = false;
    let isHung = false;
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.errors = (this.errors + chunk).slice(-4_000);
    });
    const lines = createInterface({ input: child.stdio[3] as Readable });
    lines.on('line', line => {
      if (line.startsWith('case ')) this.begins(Number(line.slice(5)));
      else if (line.startsWith('found ')) {
        const { index, ...finding } = JSON.parse(line.slice(6)) as Finding & { index: number };
        this.thrown += 1;
        found(index, { kind: 'thrown', ...finding });
      } else if (line.startsWith('end ')) {
        const { slowest, rssMib } = JSON.parse(line.slice(4)) as { slowest: number; rssMib: number };
        this.slowestMs = slowest;
        this.rssMib = rssMib;
        isDone = true;
      }
    });
    const look = setInterval(() => {
      this.rssMib = Math.max(this.rssMib, rssOf(child.pid));
      if (this.begun === 0 || isDone) return;
      if (this.current !== this.looked) this.looksAt(cpuOf(child.pid));
      const cpu = cpuOf(child.pid) - this.cpuAtStart;
      this.slowestMs = Math.max(this.slowestMs, Math.min(cpu, hangCpuMs));
      if (this.rssMib > maxRssMib) {
        this.errors += `more than ${maxRssMib} MiB`;
        child.kill('SIGKILL');
        return;
      }
      if (cpu < hangCpuMs && performance.now() - this.wallAtStart < hangWallMs) return;
      isHung = true;
      child.kill('SIGKILL');
    }, lookMs);
    this.over = new Promise(resolve => {
      child.on('close', () => {
        clearInterval(look);
        resolve(isDone ? 'done' : isHung ? 'hung' : 'died');
      });
    });
  }

  private begins(index: number): void {
    this.begun += 1;
    this.current = index;
  }

  /** A case that was not under way at the last look counts from now on. */
  private looksAt(cpuMs: number): void {
    this.looked = this.current;
    this.cpuAtStart = cpuMs;
    this.wallAtStart = performance.now();
  }
}

/** Processor milliseconds of a process so far; 0 where it is gone. */
function cpuOf(pid: number | undefined): number {
  const fields = statOf(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 1_000) / ticksPerSecond;
}

function rssOf(pid: number | undefined): number {
  return Number(/VmHWM:\s+(\d+)/.exec(statOf(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;
}

function statOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
