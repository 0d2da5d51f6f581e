/**
 * The differences that are meant (known.yaml). Each names the scenario, where in its recording, the line of the
 * contract that allows it or the reason why Convect does better. One that no longer differs fails the run.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Difference } from './compare.ts';

interface Known {
  /** A scenario's name; `*` stands for any part of it. */
  readonly scenario: string;
  /** A difference's path; `*` stands for any part of it. */
  readonly path: string;
  /** What real Heat, and Convect, came to there; `*` as above. Left out: whatever it was. */
  readonly heat?: string;
  readonly convect?: string;
  readonly contract: string;
  readonly why: string;
}

export class KnownDifferences {
  readonly #all: readonly Known[];
  readonly #met = new Set<Known>();

  constructor(yaml: string) {
    const read: unknown = parse(yaml) ?? [];
    if (!Array.isArray(read)) throw new Error('known.yaml: a list of differences');
    this.#all = read.map((entry: unknown) => checked(entry));
  }

  static read(): KnownDifferences {
    return new KnownDifferences(readFileSync('test/diff/known.yaml', 'utf8'));
  }

  meant(scenario: string, { path, heat, convect }: Difference): boolean {
    const found = this.#all.filter(
      known =>
        matches(known.scenario, scenario) &&
        matches(known.path, path) &&
        matches(known.heat ?? '*', heat) &&
        matches(known.convect ?? '*', convect),
    );
    for (const known of found) this.#met.add(known);
    return found.length > 0;
  }

  /** Those that did not differ anywhere, though all that they speak of was played. */
  unmet(played: readonly string[], all: readonly string[] = played): string[] {
    const names = new Set(played);
    const isPlayed = (known: Known): boolean => {
      const spokenOf = all.filter(name => matches(known.scenario, name));
      return spokenOf.length > 0 && spokenOf.every(name => names.has(name));
    };
    return this.#all
      .filter(known => !this.#met.has(known) && isPlayed(known))
      .map(known => `${known.scenario} ${known.path}: ${known.why}`);
  }
}

function checked(entry: unknown): Known {
  const { scenario, path, contract, why } = (entry ?? {}) as Record<string, unknown>;
  for (const field of [scenario, path, contract, why]) {
    if (typeof field === 'string' && field !== '') continue;
    throw new Error(`known.yaml: an entry needs scenario, path, contract and why: ${JSON.stringify(entry)}`);
  }
  return entry as Known;
}

/** `*` is any text. */
export function matches(glob: string, name: string): boolean {
  const pattern = glob.split('*').map(part => part.replaceAll(/[.[\]^$+?(){}|\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`, 's').test(name);
}
