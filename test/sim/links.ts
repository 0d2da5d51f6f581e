/**
 * The cables: which places cannot reach each other just now, and how long a message takes.
 *
 * A partition cuts one node off from a set of others for a while: from its peers, the directory, the database, the
 * cloud, in any mixture, because that is how switches fail.
 */
import type { SimDice } from './dice.ts';

export type Place = number | 'directory' | 'database' | 'cloud';

export class Links {
  readonly dice: SimDice;
  private readonly cuts = new Set<string>();

  constructor(dice: SimDice) {
    this.dice = dice;
  }

  cut(a: Place, b: Place): void {
    this.cuts.add(key(a, b));
  }

  mend(a: Place, b: Place): void {
    this.cuts.delete(key(a, b));
  }

  mendAll(): void {
    this.cuts.clear();
  }

  up(a: Place, b: Place): boolean {
    return this.cuts.size === 0 || !this.cuts.has(key(a, b));
  }

  /** Milliseconds of one way. */
  latency(): number {
    return this.dice.skewed(0.1, 4);
  }
}

function key(a: Place, b: Place): string {
  const [x, y] = [String(a), String(b)];
  return x < y ? `${x}|${y}` : `${y}|${x}`;
}
