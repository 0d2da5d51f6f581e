import { describe, expect, it } from 'vitest';
import type { Session, Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { Sweeper } from './sweeper.ts';
import type { World } from './world.ts';

const stack = '00000000-0000-4000-8000-000000000001' as Uuid;
const other = '00000000-0000-4000-8000-000000000002' as Uuid;

/** A world whose sweeps are begun by hand; `has` says how many events too many a stack has. */
function rig(has: Map<Uuid, number>) {
  const asked: (readonly [Uuid, number, number])[] = [];
  let due: (() => void) | undefined;
  const world = {
    clock: {
      now: () => 0,
      after: (_ms: number, fn: () => void) => {
        due = fn;
        return () => undefined;
      },
    },
    store: {
      sweep: async () => 0,
      trimEvents: async (key: Uuid, keep: number, atMost: number) => {
        asked.push([key, keep, atMost]);
        const trimmed = Math.min(has.get(key) ?? 0, atMost);
        has.set(key, (has.get(key) ?? 0) - trimmed);
        return trimmed;
      },
    },
  } as unknown as World;
  const sweeper = new Sweeper(world, 'session' as Session);
  sweeper.start();
  const sweep = async (): Promise<void> => {
    due?.();
    await new Promise(resolve => setImmediate(resolve));
  };
  return { sweeper, sweep, asked };
}

describe('the sweeper', () => {
  it('trims the events of stacks that wrote many, batch by batch, once', async () => {
    const { sweeper, sweep, asked } = rig(new Map([[stack, 2 * limits.eventPurgeBatch + 1]]));
    sweeper.wrote(stack, limits.eventsUntilTrim - 1);
    sweeper.wrote(other, limits.eventsUntilTrim - 1);
    await sweep();
    expect(asked).toEqual([]);
    sweeper.wrote(stack, 1);
    await sweep();
    expect(asked).toEqual(Array.from({ length: 3 }, () => [stack, limits.maxEventsPerStack, limits.eventPurgeBatch]));
    await sweep();
    expect(asked).toHaveLength(3);
  });

  it('counts only so many stacks', async () => {
    const { sweeper, sweep, asked } = rig(new Map());
    sweeper.wrote(stack, limits.eventsUntilTrim - 1);
    for (let i = 0; i < limits.eventCountsKept; i++) sweeper.wrote(`stack-${i}` as Uuid, 1);
    sweeper.wrote(stack, 1);
    await sweep();
    expect(asked).toEqual([]);
  });
});
