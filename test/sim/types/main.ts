/**
 * `npm run sim -- --types [--only GLOB] [--seed S]`: every type of the table in test/types once under each fault of a cloud that
 * makes twins, orphans and mistaken things; and how often each fault came up, by type.
 */
import { entryName } from '../../types/name.ts';
import type { FaultKind } from '../faults.ts';
import { liveUnder } from './life.ts';
import { lives, type Lived, notYet, simEntries, typeFaults } from './all.ts';

const tailLines = 120;

/** Prints the table; true where nothing was violated. */
export async function simTypes(only: string | undefined, seed: number, say: (text: string) => void): Promise<boolean> {
  const entries = simEntries(only);
  if (entries.length === 0) throw new Error(`--only ${only}: there is no such type`);
  let [runs, faults, violations] = [0, 0, 0];
  say(`hits of ${typeFaults.join(', ')}`);
  for (const entry of entries) {
    const hits = new Map<FaultKind, number>();
    for await (const lived of lives(entry, seed)) {
      runs += 1;
      faults += lived.hits;
      violations += lived.violations.length;
      if (lived.fault !== undefined) hits.set(lived.fault, (hits.get(lived.fault) ?? 0) + lived.hits);
      if (lived.violations.length > 0) await show(lived, say, violations === lived.violations.length);
    }
    say(`  ${entryName(entry)}: ${typeFaults.map(fault => hits.get(fault) ?? '–').join(' ')}`);
  }
  for (const { type, fault, why } of notYet) say(`not yet: ${type}, ${fault}: ${why}`);
  say(`sim: types=${entries.length} runs=${runs} faults=${faults} violations=${violations}`);
  return violations === 0;
}

/** What is violated; of the first one its trace, too. */
async function show(
  { entry, fault, seed, violations }: Lived,
  say: (text: string) => void,
  isFirst: boolean,
): Promise<void> {
  if (isFirst) {
    const { tail } = await liveUnder(entry, { seed, fault, verbose: true });
    for (const line of tail.slice(-tailLines)) say(line);
  }
  for (const what of violations) say(`${entryName(entry)}, ${fault ?? 'no fault'}, seed ${seed}: ${what}`);
}
