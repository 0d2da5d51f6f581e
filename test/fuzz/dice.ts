/** Dice of one case: the run's seed and the case's number alone decide what comes. */
import { Random } from '../support/random.ts';

export class Dice extends Random {
  constructor(seed: number, index: number) {
    // Neighbouring numbers must not give neighbouring streams.
    super(Math.imul(seed ^ Math.imul(index + 1, 0x9e3779b1), 0x85ebca6b) ^ (index >>> 3));
  }

  chance(p: number): boolean {
    return this.next() < p;
  }

  /** A whole number, from … to. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** Mostly few, seldom up to `most`. */
  few(most: number): number {
    const x = this.next();
    return Math.floor(x * x * (most + 1));
  }

  times<T>(n: number, make: (i: number) => T): T[] {
    return Array.from({ length: n }, (_, i) => make(i));
  }

  some<T>(from: readonly T[]): T | undefined {
    return from.length === 0 ? undefined : this.pick(from);
  }
}
