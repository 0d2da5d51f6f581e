import { randomFillSync, randomUUID } from 'node:crypto';
import { Buffer } from 'node:buffer';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Dice } from '../kernel/world.ts';

/** Asking the operating system costs more than what it gives: it is asked for so much at once. */
const poolBytes = 8_192;

const rollBytes = 6;
const rolls = 2 ** (8 * rollBytes);

/** The operating system's randomness. */
export function createDice(): Dice {
  let pool = Buffer.alloc(0);
  let used = 0;
  /** Where in the pool the next n bytes are. No byte is ever given twice. */
  const take = (n: number): number => {
    if (used + n > pool.length) {
      pool = randomFillSync(Buffer.alloc(Math.max(poolBytes, n)));
      used = 0;
    }
    used += n;
    return used - n;
  };
  return {
    uuid: () => randomUUID() as Uuid,
    bytes: n => {
      const at = take(n);
      return Uint8Array.prototype.slice.call(pool, at, at + n);
    },
    below: n => {
      invariant(Number.isSafeInteger(n) && n >= 1 && n <= rolls, 'dice have sides');
      // What is above the last whole multiple of n would favour the low ones: rolled again.
      const fair = rolls - (rolls % n);
      for (;;) {
        const at = take(rollBytes);
        const rolled = pool.readUIntBE(at, rollBytes);
        if (rolled < fair) return rolled % n;
      }
    },
  };
}
