/** Every planted bug, by name. */
import { effectsBeforeCommit, oldGeneration, releaseOrder, spinInHandler, throwInHandler } from './actors.ts';
import { cleanBeforeMoved, forgetIncarnation, holdsFromMemory, lostStop, orphanChild, unheardUser } from './changes.ts';
import { adoptForeign, createWithoutLook, noNotAfter } from './clouds.ts';
import { burnTwice, noFence, realTooEarly, resurrectRow, staleClaim } from './database.ts';
import { watchWithoutRevision } from './directory.ts';
import { batchOfAll, batchUnended, hookPassed, retainForgotten, batchUndone } from './groups.ts';
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
  realTooEarly,
  throwInHandler,
  spinInHandler,
  cleanBeforeMoved,
  unheardUser,
  forgetIncarnation,
  holdsFromMemory,
  orphanChild,
  lostStop,
  watchWithoutRevision,
  batchOfAll,
  batchUnended,
  batchUndone,
  hookPassed,
  retainForgotten,
];

export function plantNamed(name: string): Plant | undefined {
  return plants.find(plant => plant.name === name);
}
