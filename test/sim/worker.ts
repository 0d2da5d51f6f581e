/** A thread of the simulator: runs the seeds that it is sent, one after the other (pool.ts). */
import { parentPort, workerData } from 'node:worker_threads';
import { plantNamed } from './plants/all.ts';
import { playSeed, type SeedPlayed, type Setting } from './pool.ts';

const { plant, ...setting } = workerData as Setting;
const planted = plant === undefined ? undefined : plantNamed(plant);

parentPort?.on('message', (seed: number) => {
  void playSeed(seed, setting, planted).then((played: SeedPlayed) => parentPort?.postMessage(played));
});
