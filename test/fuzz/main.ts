/**
 * `npm run fuzz -- --runs N [--seed S] [--threads T] [--case I] [--plant BUG]`: templates, environments and files that are
 * generated and broken in all ways, through parsing, validation, planning and preview (check.ts). Case I of seed S is
 * always the same; `--case I` runs that one alone and shows it.
 *
 * Last line: `fuzz: runs=N thrown=0 hung=0 max_ms=… max_rss_mib=…`; milliseconds are those of a processor.
 */
import { parseArgs } from 'node:util';
import { createRegistry } from '../../engine/resources/registry.ts';
import { type Case, shown, sizeOf } from './case.ts';
import { caseOf } from './cases.ts';
import { Checker } from './check.ts';
import { planted, plantNames } from './plants.ts';
import { type Found, runFuzz } from './run.ts';
import { shrunk } from './shrink.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Of each kind one is shown in full, and so many kinds. */
const kindsShown = 10;

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly threads: number;
  readonly index: number | undefined;
  readonly plant: string | undefined;
}

function options(): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    options: { runs: text, seed: text, threads: text, case: text, plant: text },
  });
  if (values.plant !== undefined && !plantNames.includes(values.plant)) {
    throw new Error(`--plant ${values.plant}: there are ${plantNames.join(', ')}`);
  }
  return {
    runs: whole('runs', values.runs ?? '20000', 1),
    seed: whole('seed', values.seed ?? '1', 0),
    threads: whole('threads', values.threads ?? '1', 1),
    index: values.case === undefined ? undefined : whole('case', values.case, 0),
    plant: values.plant,
  };
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < least) throw new Error(`--${name} is a whole number from ${least} on`);
  return number;
}

async function main({ runs, seed, threads, index, plant }: Options): Promise<boolean> {
  const kinds = new Map<string, { readonly index: number; readonly what: Found; count: number }>();
  const found = (at: number, what: Found): void => {
    const known = kinds.get(what.key);
    if (known === undefined) kinds.set(what.key, { index: at, what, count: 1 });
    else known.count += 1;
  };
  const from = index ?? 0;
  const to = index === undefined ? runs : index + 1;
  if (index !== undefined) say(shown(caseOf(seed, index)));
  const { thrown, hung, maxMs, maxRssMib, ...rest } = await runFuzz({ seed, from, to, threads, plant, found });
  for (const each of [...kinds.values()].slice(0, kindsShown)) await report(each, seed, plant);
  if (kinds.size > kindsShown) say(`and ${kinds.size - kindsShown} kinds more`);
  if (rest.runs !== to - from) throw new Error(`${rest.runs} of ${to - from} cases were run`);
  say(
    `fuzz: runs=${rest.runs} thrown=${thrown} hung=${hung} max_ms=${maxMs.toFixed(0)} max_rss_mib=${maxRssMib.toFixed(0)}`,
  );
  return thrown === 0 && hung === 0;
}

async function report(
  { index, what, count }: { readonly index: number; readonly what: Found; readonly count: number },
  seed: number,
  plant: string | undefined,
): Promise<void> {
  say(`\n${what.kind}, ${count} times: ${what.message}`);
  say(`again: npm run fuzz -- --seed ${seed} --case ${index}${plant === undefined ? '' : ` --plant ${plant}`}`);
  const given = caseOf(seed, index);
  // Whatever hangs or kills its process would do so here.
  const small = what.kind === 'thrown' ? await smaller(given, what.key, plant) : given;
  say(sizeOf(small) > 20_000 ? `(a case of ${sizeOf(small)} characters)` : shown(small));
}

async function smaller(given: Case, key: string, plant: string | undefined): Promise<Case> {
  const checker = new Checker(createRegistry(), planted(plant));
  return shrunk(given, async each => (await checker.check(each))?.key === key);
}

try {
  process.exitCode = (await main(options())) ? 0 : 1;
} catch (error) {
  say(`fuzz: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
