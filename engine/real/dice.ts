import { randomFillSync, randomUUID } from 'node:crypto';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Dice } from '../kernel/world.ts';

/** Asking the operating system costs more than what it gives: it is asked for so much at once. */
const poolBytes = 8_192;

const mostSides = 2 ** 32;

/** The operating system's randomness. */
export function createDice(): Dice {
  let pool = new Uint8Array(0);
  let used = 0;
  /** Where in the pool the next n bytes are. No byte is ever given twice. */
  const take = (n: number): number => {
    if (used + n > pool.length) {
      pool = randomFillSync(new Uint8Array(Math.max(poolBytes, n)));
      used = 0;
    }
    used += n;
    return used - n;
  };
  return {
    uuid: () => randomUUID() as Uuid,
    bytes: n => {
      const at = take(n);
      return pool.slice(at, at + n);
    },
    below: n => {
      invariant(Number.isInteger(n) && n >= 1 && n <= mostSides, 'dice have sides');
      // As many bits as n - 1 has, rolled again where they are too many: so all sides are equally likely.
      const unused = Math.clz32(n - 1);
      const bytes = (39 - unused) >> 3;
      for (;;) {
        let at = take(bytes);
        let rolled = 0;
        for (let i = 0; i < bytes; i++) rolled = (rolled << 8) | (pool[at++] ?? 0);
        rolled = (rolled & (unused === 32 ? 0 : -1 >>> unused)) >>> 0;
        if (rolled < n) return rolled;
      }
    },
  };
}
