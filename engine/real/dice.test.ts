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
  it('roll every side about equally often, and no side that is not there', () => {
    const dice = createDice();
    for (const sides of [1, 2, 6, 62, 1_000]) {
      const rolled = new Array<number>(sides).fill(0);
      const rolls = sides * 500;
      for (let i = 0; i < rolls; i++) {
        const side = dice.below(sides);
        rolled[side] = (rolled[side] ?? 0) + 1;
      }
      expect(Object.keys(rolled)).toHaveLength(sides);
      // Expected 500 each, with a deviation of 22: seven of those is beyond chance.
      for (const times of rolled) expect(Math.abs(times - 500)).toBeLessThan(160);
    }
    for (const sides of [2 ** 24 + 1, 2 ** 30 + 1, 2 ** 31, 2 ** 32]) {
      const side = dice.below(sides);
      expect(Number.isSafeInteger(side) && side >= 0 && side < sides).toBe(true);
    }
  });
  it('roll the upper half of as many sides as 32 bits have', () => {
    const dice = createDice();
    const upper = Array.from({ length: 400 }, () => dice.below(2 ** 32)).filter(side => side >= 2 ** 31);
    expect(upper.length).toBeGreaterThan(100);
  });
  it('have at least one side', () => {
    const dice = createDice();
    for (const sides of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) expect(() => dice.below(sides)).toThrow('sides');
  });
});
