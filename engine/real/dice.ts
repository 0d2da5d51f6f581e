import { randomFillSync, randomInt, randomUUID } from 'node:crypto';
import type { Uuid } from '../kernel/ids.ts';
import type { Dice } from '../kernel/world.ts';

/** Asking the operating system costs more than what it gives: it is asked for so much at once. */
const poolBytes = 8_192;

/** The operating system's randomness. */
export function createDice(): Dice {
  let pool = new Uint8Array(0);
  let used = 0;
  return {
    uuid: () => randomUUID() as Uuid,
    bytes: n => {
      if (used + n > pool.length) {
        // No byte is ever given twice.
        pool = randomFillSync(new Uint8Array(Math.max(poolBytes, n)));
        used = 0;
      }
      used += n;
      return pool.slice(used - n, used);
    },
    below: n => randomInt(n),
  };
}
