/** Every planted bug, by name. */
import { effectsBeforeCommit, oldGeneration, releaseOrder, spinInHandler, throwInHandler } from './actors.ts';
import { adoptForeign, createWithoutLook, noNotAfter } from './clouds.ts';
import { burnTwice, noFence, resurrectRow, staleClaim } from './database.ts';
import type { Plant } from './plant.ts';

export const plants: readonly Plant[] = [
  noFence,
  staleClaim,
  releaseOrder,
  burnTwice,
  oldGeneration,
  effectsBeforeCommit,
  createWithoutLook,
  noNotAfter,
  adoptForeign,
  resurrectRow,
  throwInHandler,
  spinInHandler,
];

export function plantNamed(name: string): Plant | undefined {
  return plants.find(plant => plant.name === name);
}
