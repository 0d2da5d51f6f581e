/**
 * Seeded dice: sfc32 (Chris Doty-Humphrey's small fast counter), one stream per seed and name.
 *
 * Streams are forked by name, so a fault that rolls once more does not shift what a client does: a shrunk or changed
 * run of a seed stays near the one it came from.
 */
import type { Uuid } from '../../engine/kernel/ids.ts';
import { hash32 } from '../../engine/kernel/ids.ts';
import type { Dice } from '../../engine/kernel/world.ts';

export class SimDice implements Dice {
  private readonly name: string;
  private a: number;
  private b: number;
  private c: number;
  private d = 1;

  constructor(name: string) {
    this.name = name;
    this.a = hash32(`${name}/a`);
    this.b = hash32(`${name}/b`);
    this.c = hash32(`${name}/c`);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** Dice of their own, which these do not move. */
  fork(name: string): SimDice {
    return new SimDice(`${this.name}/${name}`);
  }

  /** An integer of 32 bits. */
  next(): number {
    const t = (this.a + this.b + this.d) | 0;
    this.d = (this.d + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + t) | 0;
    return t >>> 0;
  }

  /** In [0, 1). */
  unit(): number {
    return this.next() / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  below(n: number): number {
    // As the real ones are: what they refuse must not pass here.
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32) throw new RangeError(`dice have sides, not ${n}`);
    return Math.floor(this.unit() * n);
  }

  /** An integer from low to high, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** A real number, evenly spread. */
  span(low: number, high: number): number {
    return low + this.unit() * (high - low);
  }

  /** Mostly near low, now and then near high: how delays are spread. */
  skewed(low: number, high: number): number {
    const u = this.unit();
    return low + u * u * u * (high - low);
  }

  pick<T>(list: readonly T[]): T {
    const found = list[this.below(list.length)];
    if (found === undefined) throw new RangeError('there is nothing to pick from');
    return found;
  }

  shuffled<T>(list: readonly T[]): T[] {
    const copy = [...list];
    for (let i = copy.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const moved = copy[i] as T;
      copy[i] = copy[j] as T;
      copy[j] = moved;
    }
    return copy;
  }

  bytes(n: number): Uint8Array {
    const bytes = new Uint8Array(n);
    for (let i = 0; i < n; i++) bytes[i] = this.next() >>> 24;
    return bytes;
  }

  uuid(): Uuid {
    const hex = () => this.next().toString(16).padStart(8, '0');
    const [p, q, r, s] = [hex(), hex(), hex(), hex()];
    const variant = ((Number.parseInt(r.slice(0, 1), 16) & 3) | 8).toString(16);
    return `${p}-${q.slice(0, 4)}-4${q.slice(5)}-${variant}${r.slice(1, 4)}-${r.slice(4)}${s}` as Uuid;
  }
}
