/** The fuzz run itself: that it repeats, that it catches what is planted, that it goes on after what it killed. */
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../engine/resources/registry.ts';
import { mapOf } from '../../engine/values/value.ts';
import { type Case, sizeOf } from './case.ts';
import { caseOf } from './cases.ts';
import { Checker } from './check.ts';
import { planted } from './plants.ts';
import { type Found, runFuzz } from './run.ts';
import { shrunk } from './shrink.ts';

/** Where the plants are. */
const delayed = (given: Case): boolean => given.template.includes('OS::Heat::Delay');

function firstDelayed(seed: number): number {
  for (let index = 0; ; index++) if (delayed(caseOf(seed, index))) return index;
}

it('gives the same case for the same seed and number, and another for another', () => {
  expect(caseOf(5, 77)).toEqual(caseOf(5, 77));
  expect(caseOf(5, 77)).not.toEqual(caseOf(5, 78));
  expect(caseOf(6, 77)).not.toEqual(caseOf(5, 77));
});

it('gives templates of all kinds: a good part is taken, a good part is not', async () => {
  const kinds = new Map<string, number>();
  const count = <R extends { readonly kind: string }>(result: R): R => {
    kinds.set(result.kind, (kinds.get(result.kind) ?? 0) + 1);
    return result;
  };
  const checker = new Checker(createRegistry(), ({ validate, plan }) => ({
    validate: job => count(validate(job)),
    plan: job => count(plan(job)),
  }));
  for (let index = 0; index < 500; index++) expect(await checker.check(caseOf(11, index))).toBeUndefined();
  for (const kind of ['valid', 'made', 'refused']) expect(kinds.get(kind) ?? 0).toBeGreaterThan(100);
  expect(kinds.get('wants') ?? 0).toBeGreaterThan(2);
});

describe('what is planted', () => {
  it.each([
    ['throw', /thrown/, /^TypeError /],
    ['server', /thrown/, /^500 RemoteError$/],
    ['loop', /hung/, /^hung /],
    // On a machine that has no time the second may be over before the memory is.
    ['leak', /died|hung/, /^(died|hung) /],
  ])(
    '%s is caught, and the cases after it are run',
    async (plant, kind, key) => {
      const from = firstDelayed(3);
      const found: (readonly [number, Found])[] = [];
      const options = { seed: 3, from, to: from + 3, threads: 1, plant };
      const result = await runFuzz({ ...options, found: (index, what) => void found.push([index, what]) });
      const [first] = found;
      expect(first?.[0]).toBe(from);
      expect([first?.[1].kind, first?.[1].key]).toEqual([expect.stringMatching(kind), expect.stringMatching(key)]);
      expect(result.runs).toBe(3);
      expect(result.hung + result.thrown).toBe(found.length);
    },
    60_000,
  );

  it('nothing is not', async () => {
    const from = firstDelayed(3);
    const result = await runFuzz({
      seed: 3,
      from,
      to: from + 20,
      threads: 2,
      plant: undefined,
      found: () => undefined,
    });
    expect(result).toMatchObject({ runs: 20, thrown: 0, hung: 0 });
    expect(result.maxRssMib).toBeGreaterThan(10);
  }, 60_000);
});

it('makes a finding smaller, as long as it is one', async () => {
  const given = { ...caseOf(3, firstDelayed(3)), files: { a: 'x', b: 'y' }, parameters: mapOf([['p', 1n]]) };
  const checker = new Checker(createRegistry(), planted('throw'));
  const { key } = (await checker.check(given)) ?? { key: '' };
  const small = await shrunk(given, async each => (await checker.check(each))?.key === key);
  expect(delayed(small)).toBe(true);
  expect(sizeOf(small)).toBeLessThanOrEqual('OS::Heat::Delay'.length + 2);
  expect(small).toMatchObject({ environment: null, files: {}, environmentFiles: [] });
});
