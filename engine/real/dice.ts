import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Uuid } from '../kernel/ids.ts';
import type { Dice } from '../kernel/world.ts';

/** The operating system's randomness. */
export function createDice(): Dice {
  return {
    uuid: () => randomUUID() as Uuid,
    bytes: n => randomBytes(n),
    below: n => randomInt(n),
  };
}
