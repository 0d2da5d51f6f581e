/**
 * Sealing again all that is kept, with a new key, while engines run.
 *
 * A row is exchanged only while it is at the version that was read, and its version stays: its owner goes on as if
 * nothing had been. What an owner has in memory is still as the old key sealed it, and comes back with its next write;
 * so the walk is repeated until one finds nothing, and whoever ends it earlier is told how much is left. The old key
 * opens until then.
 */
import { limits } from '../kernel/limits.ts';
import {
  type Resealed,
  type SealedPlace,
  sealedPlaces,
  type SealedText,
  type TextPlace,
  type Upkeep,
} from './upkeep.ts';

/** What a text becomes, and how many sealed texts in it were exchanged or could not be opened (values/resealing.ts). */
export type Reseal = (text: string) => {
  readonly text: string;
  readonly exchanged: number;
  readonly unopened: number;
};

export interface ResealWalk {
  /** Rows that were exchanged. */
  readonly rows: number;
  /** Rows that somebody wrote in between: another walk finds them. */
  readonly moved: number;
  /** Sealed texts, or what looks like one, that no key opens. */
  readonly unopened: number;
}

/** One walk over everything. `dryRun`: what would be exchanged is counted as moved. */
export async function resealAll(upkeep: Upkeep, reseal: Reseal, batch: number, dryRun = false): Promise<ResealWalk> {
  const sum = { rows: 0, moved: 0, unopened: 0 };
  for (const place of sealedPlaces) {
    for await (const page of pagesOf(upkeep, place, batch)) {
      const texts = page.map(each => ({ each, made: reseal(each.text) }));
      for (const { made } of texts) sum.unopened += made.unopened;
      const changed = texts.filter(({ made }) => made.exchanged > 0);
      const resealed = changed.map(({ each, made }): Resealed => ({ ...each, resealed: made.text }));
      const rows = dryRun ? 0 : await upkeep.reseal(place, resealed);
      sum.rows += rows;
      sum.moved += resealed.length - rows;
    }
  }
  return sum;
}

async function* pagesOf(upkeep: Upkeep, place: SealedPlace, batch: number): AsyncIterable<readonly SealedText[]> {
  let after: TextPlace | undefined;
  do {
    const { texts, last } = await upkeep.sealedTexts(place, after, Math.min(batch, limits.upkeepBatch));
    after = last;
    if (texts.length > 0) yield texts;
  } while (after !== undefined);
}
