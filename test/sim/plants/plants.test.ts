import { describe, expect, it } from 'vitest';
import type { Violation } from '../invariants/checks.ts';
import { runSeed } from '../run.ts';
import { plants } from './all.ts';
import type { Plant } from './plant.ts';

const mostSeeds = 1_000;
const patienceMs = 600_000;

/** The same seed under the same faults, with nothing planted. */
const clean = new Map<string, readonly Violation[]>();

async function unplanted(seed: number, plant: Plant): Promise<readonly Violation[]> {
  const key = `${seed} ${JSON.stringify(plant.more ?? {})}`;
  const known = clean.get(key);
  if (known !== undefined) return known;
  const { name, rule, noticedBy } = plant;
  const faultsAlone: Plant = { name, rule, noticedBy, ...(plant.more === undefined ? {} : { more: plant.more }) };
  const { violations } = await runSeed({ seed, plant: faultsAlone });
  clean.set(key, violations);
  return violations;
}

describe('a planted bug is caught by the invariant that is named for its rule', () => {
  it('there is one for each rule that the simulator must watch', () => {
    expect(plants.map(({ name }) => name).sort()).toEqual([
      'adopt-foreign',
      'batch-of-all',
      'batch-undone',
      'batch-unended',
      'burn-twice',
      'clean-before-moved',
      'create-without-look',
      'effects-before-commit',
      'forget-incarnation',
      'holds-from-memory',
      'hook-passed',
      'lost-stop',
      'no-fence',
      'no-not-after',
      'old-generation',
      'orphan-child',
      'real-too-early',
      'release-order',
      'resurrect-row',
      'retain-forgotten',
      'spin-in-handler',
      'stale-claim',
      'throw-in-handler',
      'unheard-user',
      'watch-without-revision',
    ]);
  });

  it.each(plants.map(plant => [plant.name, plant] as const))(
    '%s',
    async (_name, plant) => {
      let caught: Violation | undefined;
      for (let seed = plant.from ?? 1; seed <= mostSeeds && caught === undefined; seed++) {
        caught = (await runSeed({ seed, plant })).violations[0];
        expect(await unplanted(seed, plant), `seed ${seed} without it`).toEqual([]);
      }
      expect(caught, plant.rule).toBeDefined();
      expect(plant.noticedBy).toContain(caught?.invariant);
    },
    patienceMs,
  );
});
