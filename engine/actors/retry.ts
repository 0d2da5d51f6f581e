import { limits } from '../kernel/limits.ts';
import type { Clock, Dice } from '../kernel/world.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { World } from './world.ts';

/** Resolves after a pause that doubles with each attempt (from 0), with full jitter. */
export function pause({ clock, dice }: { readonly clock: Clock; readonly dice: Dice }, attempt: number): Promise<void> {
  const most = Math.min(limits.commitRetryMaxMs, limits.commitRetryFirstMs * 2 ** Math.min(attempt, 16));
  return new Promise(resolve => {
    clock.after(1 + dice.below(Math.max(1, most)), resolve);
  });
}

/** A read that is asked again for as long as the database cannot be reached. Rejects with anything else. */
export async function untilAvailable<T>(world: World, read: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      if (attempt === 4) world.log.write('warn', 'store-unavailable');
      await pause(world, attempt);
    }
  }
}
