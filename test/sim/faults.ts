/**
 * Which faults a seed has, how often, and how often each came up.
 *
 * Each seed gives every kind its own intensity, some none at all (swarm testing): a run with all faults at once
 * rarely gets anywhere, and hides what only two of them together break. After `heal` nothing new goes wrong; what is
 * under way (a late request, a paused node) still happens.
 */
import type { SimDice } from './dice.ts';

/** Probability per occasion at intensity 1. */
export const faultRates = {
  // network, per message
  'message-dropped': 0.03,
  'message-delayed': 0.04,
  'message-repeated': 0.03,
  'message-reordered': 0.05,
  // database, per statement
  'commit-40001': 0.03,
  'commit-57014': 0.01,
  'commit-lost': 0.015,
  'commit-answer-lost': 0.02,
  'commit-late': 0.02,
  'commit-repeated': 0.01,
  'burn-answer-lost': 0.2,
  'row-refused': 0.005,
  'store-unavailable': 0.01,
  'store-answer-lost': 0.02,
  // directory, per operation
  'directory-failed': 0.02,
  'directory-answer-lost': 0.03,
  'watch-late': 0.02,
  'watch-cut': 0.02,
  'watch-compacted': 0.3,
  // cloud, per request
  'cloud-500-before': 0.03,
  'cloud-500-after': 0.03,
  'cloud-409': 0.02,
  'cloud-timeout-after-success': 0.03,
  'cloud-lands-late': 0.04,
  'cloud-lost': 0.02,
  'cloud-refused': 0.03,
  'cloud-twin': 0.15,
  'cloud-build-error': 0.025,
  'trust-unsent': 0.08,
  'trust-answer-lost': 0.1,
  'trust-lands-late': 0.06,
  // handlers, per turn (at most twice a stack, so that it is not parked)
  'handler-throws': 0.002,
  // nodes, per second
  'node-killed': 0.012,
  'node-paused': 0.02,
  'node-paused-long': 0.006,
  'node-handed-off': 0.008,
  partition: 0.008,
} as const;

export type FaultKind = keyof typeof faultRates;

export const faultKinds = Object.keys(faultRates) as readonly FaultKind[];

/** By kind; others are as they would be. */
export type Rates = Readonly<Partial<Record<FaultKind, number>>>;

const intensities = [0, 0.3, 1, 1, 2.5] as const;

export class Faults {
  readonly counts = new Map<FaultKind, number>();
  private readonly dice: SimDice;
  private readonly rates = new Map<FaultKind, number>();
  private over = false;

  /** `more` multiplies rates: what a planted bug needs to matter. `only`: these alone come up, so often. */
  constructor(dice: SimDice, more: Rates = {}, only?: Rates) {
    this.dice = dice;
    if (only !== undefined) {
      for (const kind of faultKinds) this.rates.set(kind, only[kind] ?? 0);
      return;
    }
    const wild = dice.pick([0.4, 1, 1, 1.5]);
    for (const kind of faultKinds)
      this.rates.set(kind, faultRates[kind] * dice.pick(intensities) * wild * (more[kind] ?? 1));
  }

  /** True if this fault shall happen now; then it counts. */
  roll(kind: FaultKind, times = 1): boolean {
    if (this.over) return false;
    const hit = this.dice.chance((this.rates.get(kind) ?? 0) * times);
    if (hit) this.count(kind);
    return hit;
  }

  private count(kind: FaultKind): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  heal(): void {
    this.over = true;
  }

  get healed(): boolean {
    return this.over;
  }

  get total(): number {
    let sum = 0;
    for (const count of this.counts.values()) sum += count;
    return sum;
  }
}
