import { describe, expect, it } from 'vitest';
import { createDice } from './dice.ts';

describe('the dice', () => {
  it('give as many bytes as asked for, also more than are fetched at once', () => {
    const dice = createDice();
    for (const n of [0, 1, 12, 8_191, 8_192, 8_193, 100_000, 3]) expect(dice.bytes(n)).toHaveLength(n);
  });
  it('give no bytes twice, and none that another holder has in hand', () => {
    const dice = createDice();
    const seen = new Set<string>();
    const given = Array.from({ length: 5_000 }, () => dice.bytes(12));
    for (const bytes of given) {
      expect(bytes.byteLength).toBe(bytes.buffer.byteLength);
      seen.add(Buffer.from(bytes).toString('hex'));
    }
    expect(seen.size).toBe(given.length);
    // Zeros that were never filled would be there in runs: of 60,000 random bytes about one in 256 is 0.
    const zeros = given.reduce((sum, bytes) => sum + bytes.filter(byte => byte === 0).length, 0);
    expect(zeros).toBeGreaterThan(100);
    expect(zeros).toBeLessThan(400);
  });
});
