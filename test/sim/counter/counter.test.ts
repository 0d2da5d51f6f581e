import { describe, expect, it } from 'vitest';
import { runCounter } from './run.ts';

describe('counter actors on three simulated nodes', () => {
  it('lose no acknowledged add and no hand-over, whatever goes wrong', async () => {
    let faults = 0;
    let acknowledged = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const run = await runCounter(seed);
      expect(run.violations, `seed ${seed}`).toEqual([]);
      faults += run.faults;
      acknowledged += run.acknowledged;
    }
    expect(faults).toBeGreaterThan(1_000);
    expect(acknowledged).toBeGreaterThan(300);
  });

  it('does the same for the same seed, and something else for another', async () => {
    const first = await runCounter(7);
    const again = await runCounter(7, { verbose: true });
    const other = await runCounter(8);
    expect(again.digest).toBe(first.digest);
    expect(other.digest).not.toBe(first.digest);
  });
});
