/** The thread behind compute.ts: the same jobs over the same types, the product's own and the operator's. */
import { parentPort, workerData } from 'node:worker_threads';
import { jobs } from '../orchestration/jobs.ts';
import { createRegistry } from '../resources/registry.ts';
import { siteInThread, type ThreadSite, typesOf } from '../site/site.ts';
import type { JobReply } from './compute.ts';

const site = await siteInThread(workerData as ThreadSite);
const known: Readonly<Record<string, (input: never) => unknown>> | undefined =
  site && jobs(createRegistry(typesOf(site)), site.globals);

parentPort?.on('message', ({ job, input }: { job: string; input: unknown }) => {
  const reply = (): JobReply => {
    if (known === undefined) return { unable: true };
    try {
      return { output: known[job]?.(input as never) };
    } catch (error) {
      return { error: error instanceof Error ? `${error.name}: ${error.message}` : 'unknown' };
    }
  };
  parentPort?.postMessage(reply());
});
