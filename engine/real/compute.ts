/**
 * Jobs in a worker thread when they are long, inline when they are short.
 *
 * Planning a 500 KB template takes long enough to hold up everybody's heartbeats; handing a small one to a thread costs
 * more than doing it. How long one takes its size tells only in part: a small one runs inline with little work allowed,
 * and where that is not enough it begins again in the thread. Jobs are pure, so nothing is lost but that little work.
 *
 * There is one thread, and it takes one job at a time; projects that wait for it take turns. A job that does not come
 * to its end is ended with its thread, and the next one finds a new thread: that one job is refused, nobody else's.
 */
import { Worker } from 'node:worker_threads';
import { Limiter } from '../kernel/limiter.ts';
import { limits } from '../kernel/limits.ts';
import type { Clock, Compute } from '../kernel/world.ts';

type Jobs = Readonly<Record<string, (input: never) => unknown>>;

export interface ComputeParts {
  readonly jobs: Jobs;
  /** The file that runs the same jobs in a thread. */
  readonly worker: URL;
  /** What the thread is told at its start. */
  readonly data?: unknown;
  /** How big a job is, in characters, whose, and how long it may wait for the thread, in milliseconds. */
  about(input: unknown): { readonly chars: number; readonly project: string; readonly waitMs: number };
  /** Runs what may do little; undefined where that is not enough. */
  inline(run: () => unknown): { readonly done: unknown } | undefined;
  /** What a job gives that took too long. */
  overdue(): unknown;
  /** How long one may take in the thread, in milliseconds; absent: the usual time. */
  readonly jobMs?: number;
}

/** `unable`: that thread cannot do any: what it would load is not any more what this one has. */
export type JobReply = { readonly output: unknown } | { readonly error: string } | { readonly unable: true };

export function createCompute(
  clock: Pick<Clock, 'after' | 'monotonic'>,
  parts: ComputeParts,
): Compute & { stop(): Promise<void> } {
  const { jobs, about, inline, overdue, jobMs = limits.computeJobMs } = parts;
  const places = new Limiter(clock, oneAtATime);
  const thread = new Thread(parts.worker, parts.data);

  const inThread = async (job: string, input: unknown): Promise<unknown> => {
    const { project, waitMs } = about(input);
    const leave = await places.enter('thread', project, waitMs);
    if (leave === undefined) return overdue();
    try {
      const reply = await thread.run(job, input, late => afterTicks(clock, jobMs, late));
      if (reply === 'late') return overdue();
      if ('unable' in reply) return jobs[job]?.(input as never);
      if ('error' in reply) throw new Error(reply.error);
      return reply.output;
    } finally {
      leave();
    }
  };

  return {
    run: async <I, O>(job: string, input: I): Promise<O> => {
      const run = jobs[job];
      if (run === undefined) throw new RangeError(`there is no job ${job}`);
      const { chars } = about(input);
      const short = chars < limits.computeInlineChars ? inline(() => run(input as never)) : undefined;
      return (short === undefined ? await inThread(job, input) : short.done) as O;
    },
    stop: () => thread.stop(),
  };
}

/** Calls back when the time is over, of which a stop of this process (and with it of its threads) is no part. */
function afterTicks(clock: Pick<Clock, 'after'>, ms: number, run: () => void): () => void {
  let left = Math.ceil(ms / limits.computeTickMs);
  let cancel = (): void => {};
  const tick = (): void => {
    if (left === 0) run();
    else cancel = clock.after(limits.computeTickMs, tick);
    left -= 1;
  };
  tick();
  return () => cancel();
}

const oneAtATime = {
  perService: 1,
  perProject: 1,
  first: 1,
  least: 1,
  quickMs: 0,
  slowMs: Number.POSITIVE_INFINITY,
  warinessMs: 0,
};

type End = JobReply | 'late' | Error;

/** It is started when the first job comes, and again after it was ended or died. */
class Thread {
  private readonly file: URL;
  private readonly data: unknown;
  private worker: Worker | undefined;
  /** Of the job that it has. */
  private ended: ((end: End) => void) | undefined;

  constructor(file: URL, data: unknown) {
    this.file = file;
    this.data = data;
  }

  /** One job at a time. Rejects where the thread dies; `late` is called to end it. */
  run(job: string, input: unknown, timer: (late: () => void) => () => void): Promise<JobReply | 'late'> {
    const worker = this.started();
    return new Promise((resolve, reject) => {
      const cancel = timer(() => this.lost(worker, 'late'));
      this.ended = end => {
        this.ended = undefined;
        cancel();
        if (end instanceof Error) reject(end);
        else resolve(end);
      };
      worker.postMessage({ job, input });
    });
  }

  async stop(): Promise<void> {
    await this.worker?.terminate();
  }

  private started(): Worker {
    if (this.worker !== undefined) return this.worker;
    const fresh = new Worker(this.file, { workerData: this.data });
    fresh.unref();
    fresh.on('message', (reply: JobReply) => this.worker === fresh && this.ended?.(reply));
    fresh.on('error', error => this.lost(fresh, error instanceof Error ? error : new Error('the worker failed')));
    fresh.on('exit', () => this.lost(fresh, new Error('the worker ended')));
    this.worker = fresh;
    return fresh;
  }

  private lost(worker: Worker, end: End): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    void worker.terminate();
    this.ended?.(end);
  }
}
