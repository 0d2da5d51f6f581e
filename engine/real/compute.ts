/**
 * Jobs in a worker thread when their input is big, inline when it is small.
 *
 * Planning a 500 KB template takes long enough to hold up everybody's heartbeats; handing a small one to a thread
 * costs more than doing it. The worker is started when the first big job comes, and again if it should die: the jobs
 * it took along are rejected, which costs their stacks a strike and not the node.
 */
import { Worker } from 'node:worker_threads';
import { limits } from '../kernel/limits.ts';
import type { Compute } from '../kernel/world.ts';

type Jobs = Readonly<Record<string, (input: never) => unknown>>;

interface Waiting {
  /** The job in this thread after all. */
  readonly here: () => void;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

export interface JobReply {
  readonly id: number;
  readonly output?: unknown;
  readonly error?: string;
  /** That thread cannot do any: what it would load is not any more what this one has. */
  readonly unable?: true;
}

/**
 * `worker` is the file that runs the same jobs in a thread, `data` what it is told at its start; `weigh` says how big an
 * input is, in characters.
 */
export function createCompute(
  jobs: Jobs,
  worker: URL,
  weigh: (input: unknown) => number,
  data: unknown,
): Compute & { stop(): Promise<void> } {
  let thread: Worker | undefined;
  let nextId = 1;
  const waiting = new Map<number, Waiting>();

  function lost(why: Error): void {
    thread = undefined;
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  }

  function started(): Worker {
    if (thread !== undefined) return thread;
    const fresh = new Worker(worker, { workerData: data });
    fresh.unref();
    fresh.on('message', (reply: JobReply) => {
      const job = waiting.get(reply.id);
      waiting.delete(reply.id);
      if (reply.unable === true) job?.here();
      else if (reply.error === undefined) job?.resolve(reply.output);
      else job?.reject(new Error(reply.error));
    });
    fresh.on('error', error => lost(error instanceof Error ? error : new Error('the worker failed')));
    fresh.on('exit', () => thread === fresh && lost(new Error('the worker ended')));
    thread = fresh;
    return fresh;
  }

  return {
    run: async <I, O>(job: string, input: I): Promise<O> => {
      const run = jobs[job];
      if (run === undefined) throw new RangeError(`there is no job ${job}`);
      if (weigh(input) < limits.computeInlineChars) return run(input as never) as O;
      return new Promise<O>((resolve, reject) => {
        const id = nextId++;
        const here = (): void => {
          try {
            resolve(run(input as never) as O);
          } catch (error) {
            reject(error instanceof Error ? error : new Error('unknown'));
          }
        };
        waiting.set(id, { here, resolve: output => resolve(output as O), reject });
        started().postMessage({ id, job, input });
      });
    },
    stop: async () => {
      await thread?.terminate();
    },
  };
}
