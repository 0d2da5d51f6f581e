/**
 * Hybrid time: wall-clock milliseconds and a counter in one integer, `ms * 1024 + counter`.
 *
 * It never goes back on one node, and a node that reads a row or a message moves past the time it carries, so what
 * was caused is always later than its cause, over all nodes (Kulkarni et al., Logical Physical Clocks, 2014). It fits
 * a JavaScript number and an INT8 until the year 2248. More than 1,024 ticks in a millisecond just run into the next.
 */
export type HybridTime = number & { readonly brand: 'hybrid' };
/** Milliseconds of a clock that only goes forward; comparable on one node only. */
export type Millis = number;

const ticksPerMs = 1024;

export function hybridFromMs(ms: number): HybridTime {
  return (Math.floor(ms) * ticksPerMs) as HybridTime;
}

/** Unix milliseconds. */
export function msOf(time: HybridTime): number {
  return Math.floor(time / ticksPerMs);
}

export function addMs(time: HybridTime, ms: number): HybridTime {
  return (time + Math.round(ms * ticksPerMs)) as HybridTime;
}

export function later(a: HybridTime, b: HybridTime): HybridTime {
  return a > b ? a : b;
}

/** The rule of a hybrid clock over a wall clock; `World`s wrap one each. */
export class HybridClock {
  private last = 0;
  private readonly wallMs: () => number;

  constructor(wallMs: () => number) {
    this.wallMs = wallMs;
  }

  /** A time later than all that this clock gave or saw. */
  now(): HybridTime {
    this.last = Math.max(this.last + 1, Math.floor(this.wallMs()) * ticksPerMs);
    return this.last as HybridTime;
  }

  /** Moves past a time that came from elsewhere (a row, an envelope). */
  observe(time: HybridTime): void {
    if (time > this.last) this.last = time;
  }
}

const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** A time-ordered uuid (RFC 9562 version 7): 48 bits of milliseconds, the counter in `rand_a`, then 8 bytes of dice. */
export function timeOrderedUuid(time: HybridTime, random: Uint8Array): string {
  const ms = msOf(time).toString(16).padStart(12, '0');
  const counter = (time % ticksPerMs).toString(16).padStart(3, '0');
  const hex = (i: number): string => hexOfByte[random[i] ?? 0] ?? '';
  const variant = hexOfByte[((random[0] ?? 0) & 0x3f) | 0x80] ?? '';
  const node = hex(2) + hex(3) + hex(4) + hex(5) + hex(6) + hex(7);
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7${counter}-${variant}${hex(1)}-${node}`;
}
