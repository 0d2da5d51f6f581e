/** The thread behind compute.ts: the same jobs over the product's own types. */
import { parentPort } from 'node:worker_threads';
import { jobs } from '../orchestration/jobs.ts';
import { createRegistry } from '../resources/registry.ts';
import type { JobReply } from './compute.ts';

const known: Readonly<Record<string, (input: never) => unknown>> = jobs(createRegistry());

parentPort?.on('message', ({ id, job, input }: { id: number; job: string; input: unknown }) => {
  const reply = (): JobReply => {
    try {
      return { id, output: known[job]?.(input as never) };
    } catch (error) {
      return { id, error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
    }
  };
  parentPort?.postMessage(reply());
});
