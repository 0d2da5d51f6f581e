/**
 * Many seeds on all processors: each thread plays one at a time, and results come in the order of their seeds, so that
 * what is printed is the same however many threads there are. A seed knows nothing of the others.
 */
import { Worker } from 'node:worker_threads';
import type { Plant } from './plants/plant.ts';
import { type RunResult, runSeed } from './run.ts';

/** What every seed of a run is played with. */
export interface Setting {
  readonly nodes: number;
  /** A planted bug's name. */
  readonly plant?: string | undefined;
  /** Each is played again, and must be the same run. */
  readonly twice: boolean;
}

export interface SeedPlayed {
  readonly result: RunResult;
  /** Played twice, it was another run the second time. */
  readonly differs: boolean;
}

/** Plays one seed here. */
export async function playSeed(
  seed: number,
  { nodes, twice }: Pick<Setting, 'nodes' | 'twice'>,
  plant: Plant | undefined,
): Promise<SeedPlayed> {
  const result = await runSeed({ seed, nodes, plant });
  const differs = twice && (await runSeed({ seed, nodes, plant })).digest !== result.digest;
  return { result, differs };
}

/**
 * Results of `seeds` seeds from `first` on, in order, played by so many threads. Who stops reading ends the threads.
 * Rejects with what a thread died of.
 */
export async function* playSeeds(
  { first, seeds }: { readonly first: number; readonly seeds: number },
  setting: Setting,
  threads: number,
): AsyncGenerator<SeedPlayed> {
  const played = new Map<number, SeedPlayed>();
  let next = first;
  let failure: unknown;
  let wake = (): void => {};
  const workers = Array.from({ length: Math.min(threads, seeds) }, () => {
    const worker = new Worker(new URL('worker.js', import.meta.url), {
      workerData: setting,
      resourceLimits: { maxYoungGenerationSizeMb: 64 },
    });
    const give = (): void => {
      if (next < first + seeds) worker.postMessage(next++);
    };
    worker.on('message', (done: SeedPlayed) => {
      played.set(done.result.seed, done);
      give();
      wake();
    });
    worker.on('error', error => {
      failure = error;
      wake();
    });
    give();
    return worker;
  });
  try {
    for (let seed = first; seed < first + seeds; seed++) {
      for (;;) {
        const done = played.get(seed);
        if (done !== undefined) {
          played.delete(seed);
          yield done;
          break;
        }
        if (failure !== undefined) throw failure;
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    }
  } finally {
    await Promise.all(workers.map(worker => worker.terminate()));
  }
}
