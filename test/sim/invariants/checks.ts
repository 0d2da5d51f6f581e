/**
 * What must always be true, by name, and how often each was looked at on a case that could have broken it.
 *
 * A check that is never evaluated proves nothing, so each is counted; a run of N seeds must have at least N of each.
 * The first violation of a run ends it: what follows is a consequence.
 */
export const invariantNames = [
  'one writer', // only a shard's session updates its rows; only the stack's owner inserts them
  'version order', // every version follows the one before; what is gone or swept never comes back
  'claims displace what they saw',
  'released before given back', // the database first, then the key
  'effects after commit', // tells, answers and tasks leave when their turn's rows are in
  'generations rise',
  'clocks rise', // a row's later version has a later time
  'answered is kept', // what a client was told stays true
  'dependency order', // made after what it requires, undone before it
  'nested stacks have parents', // a resource answers for each, as long as it is there
  'events in order',
  'events once',
  'cloud is accounted for', // every thing of ours has a row, an intent or a debt
  'cloud matches rows', // at the end: things = live incarnations, no debts
  'foreign things untouched',
  'what is adopted is untouched', // what an external id names
  'what is retained stays', // of the deletion policy Retain
  'batches keep their size', // and come one after the other
  'removal policies choose', // which members go, and no others
  'hooks hold', // a resource goes on when its user lets it
  'calls within the lease',
  'every stack ends',
  'ends as it deserves',
  'nothing parked',
  'names are unique',
  'secrets are sealed',
  'reads are committed and consistent',
] as const;

export type InvariantName = (typeof invariantNames)[number];

export interface Violation {
  readonly invariant: InvariantName | 'no unhandled error';
  readonly at: number;
  readonly what: string;
}

export class Checks {
  readonly counts = new Map<InvariantName, number>();
  readonly violations: Violation[] = [];
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  /** Counts one look at a case that matters, and notes it if it is broken. */
  expect(invariant: InvariantName, holds: boolean, what: () => string): void {
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (!holds) this.violations.push({ invariant, at: this.now(), what: what() });
  }

  failed(what: string): void {
    this.violations.push({ invariant: 'no unhandled error', at: this.now(), what });
  }

  get broken(): boolean {
    return this.violations.length > 0;
  }
}
