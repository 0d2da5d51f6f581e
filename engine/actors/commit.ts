/**
 * Writing a lane's commits, one number after the other, until each one's outcome is known.
 *
 *   commit n ── ok ───────────────────────────────▶ in
 *      │  ├── CommitRetry: surely not written ────▶ n again, after a pause
 *      │  ├── CommitTimeout ──▶ n once more, then as refused
 *      │  └── CommitRefused ──▶ refused (n is still free: the statement failed as a whole)
 *      └── CommitUnknown ──▶ burn n ── in ────────▶ in
 *                              ├── never ─────────▶ n + 1, same rows
 *                              └── fenced ────────▶ this life is over
 *
 * `burn` makes exactly n impossible before it answers, so a commit that still sits in some socket can never land
 * after its rows went in under another number (architecture: Unknown outcomes).
 */
import type { CommitNumber } from '../kernel/ids.ts';
import type { Clock, Dice } from '../kernel/world.ts';
import { CommitRefused, CommitRetry, CommitTimeout, type LaneId, type RowSet, type Store } from '../store/store.ts';
import { pause } from './retry.ts';

export type Written =
  | { readonly kind: 'in' }
  | { readonly kind: 'refused'; readonly error: CommitRefused }
  | { readonly kind: 'fenced' };

export class CommitWriter {
  private readonly world: { readonly store: Store; readonly clock: Clock; readonly dice: Dice };
  private readonly lane: LaneId;
  private next = 1 as CommitNumber;

  constructor(world: { readonly store: Store; readonly clock: Clock; readonly dice: Dice }, lane: LaneId) {
    this.world = world;
    this.lane = lane;
  }

  /** Writes the rows as the lane's next commit. Resolves only when the outcome is certain; never rejects. */
  async write(rows: RowSet): Promise<Written> {
    let timeouts = 0;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.world.store.commit(this.lane, this.next, rows);
        return this.landed();
      } catch (error) {
        if (error instanceof CommitRefused) return { kind: 'refused', error };
        if (error instanceof CommitTimeout && ++timeouts > 1)
          return { kind: 'refused', error: new CommitRefused('57014') };
        if (!(error instanceof CommitRetry || error instanceof CommitTimeout)) {
          const outcome = await this.settle();
          if (outcome === 'in') return this.landed();
          if (outcome === 'fenced') return { kind: 'fenced' };
          this.next = (this.next + 1) as CommitNumber;
        }
      }
      await pause(this.world, attempt);
    }
  }

  private landed(): Written {
    this.next = (this.next + 1) as CommitNumber;
    return { kind: 'in' };
  }

  private async settle(): Promise<'in' | 'never' | 'fenced'> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.world.store.burn(this.lane, this.next);
      } catch {
        await pause(this.world, attempt); // the burn's own answer was lost: ask again
      }
    }
  }
}
