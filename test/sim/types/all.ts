/** Every entry of the table of types under every fault that makes twins, orphans and mistaken things. */
import { matches } from '../../diff/known.ts';
import { typeEntries } from '../../types/all.ts';
import type { TypeEntry } from '../../types/form.ts';
import type { FaultKind } from '../faults.ts';
import { type Life, liveUnder } from './life.ts';

export const typeFaults = [
  'cloud-timeout-after-success',
  'cloud-lands-late',
  'cloud-twin',
] as const satisfies readonly FaultKind[];

/** A fault that has not come up by then cannot: nothing is asked that it could hit. */
const seedsEach = 4;

/** What was found and is not mended yet: not played, and said in every run. */
export const notYet: readonly { readonly type: string; readonly fault: FaultKind; readonly why: string }[] = [
  {
    type: 'OS::Neutron::RouterInterface',
    fault: 'cloud-lands-late',
    why: 'a call that was sent again while the first could still land brings the tie back after it was taken away',
  },
];

export interface Lived {
  readonly entry: TypeEntry;
  readonly fault: FaultKind | undefined;
  readonly seed: number;
  readonly hits: number;
  readonly violations: readonly string[];
  readonly tail: readonly string[];
}

/** The entries that the sandbox serves, of types whose names match. */
export function simEntries(only = '*'): readonly TypeEntry[] {
  return typeEntries.filter(({ type, not }) => matches(only, type) && not?.sandbox === undefined);
}

/** One entry: once without a fault, then with each until it came up. */
export async function* lives(entry: TypeEntry, firstSeed: number): AsyncGenerator<Lived> {
  const plain = await liveUnder(entry, { seed: firstSeed, fault: undefined });
  const left = plain.rests.at(-1);
  const orphans = left === '' || plain.violations.length > 0 ? [] : [`left behind without any fault: ${left}`];
  yield { entry, fault: undefined, seed: firstSeed, ...plain, violations: [...plain.violations, ...orphans] };
  if (plain.violations.length > 0) return;
  for (const fault of typeFaults) {
    if (notYet.some(each => each.type === entry.type && each.fault === fault)) continue;
    for (let seed = firstSeed; seed < firstSeed + seedsEach; seed++) {
      const life = await liveUnder(entry, { seed, fault });
      yield { entry, fault, seed, ...life, violations: [...life.violations, ...differences(plain, life)] };
      if (life.hits > 0) break;
    }
  }
}

/** Where the cloud holds more, or less, than in the life without a fault. */
export function differences(
  plain: Pick<Life, 'rests'>,
  { rests, violations }: Pick<Life, 'rests' | 'violations'>,
): readonly string[] {
  if (violations.length > 0) return [];
  return plain.rests.flatMap((rest, i) =>
    rest === rests[i] ? [] : [`rest ${i}: there is ${rests[i] ?? 'nothing known'}; without the fault: ${rest}`],
  );
}
