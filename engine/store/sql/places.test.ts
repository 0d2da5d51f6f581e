import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Places } from './places.ts';

describe('places', () => {
  it('are so many at once, and go to those who wait in their order', async () => {
    const places = new Places(2);
    const seen: string[] = [];
    const [first, second] = [await places.take(1), await places.take(1)];
    const waiting = ['third', 'fourth'].map(async name => {
      const leave = await places.take(1_000);
      seen.push(name);
      return leave;
    });
    await sleep(5);
    expect(seen).toEqual([]);
    first?.();
    first?.(); // once more is nothing
    await sleep(5);
    expect(seen).toEqual(['third']);
    second?.();
    for (const leave of await Promise.all(waiting)) leave?.();
    expect(seen).toEqual(['third', 'fourth']);
    expect([await places.take(1), await places.take(1), await places.take(1)].map(each => each !== undefined)).toEqual([
      true,
      true,
      false,
    ]);
  });
  it('are not given to who has left', async () => {
    const places = new Places(1);
    const leave = await places.take(1);
    expect(await places.take(5)).toBeUndefined();
    const late = places.take(1_000);
    leave?.();
    expect(await late).toBeTypeOf('function');
  });
});
