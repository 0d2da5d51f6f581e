/**
 * `npm run sim -- --seeds N [--seed S] [--nodes K] [--plant BUG] [--twice] [--threads N]`: the simulated cluster, seed by
 * seed, on all processors.
 *
 * `npm run sim -- --types [--only GLOB] [--seed S]`: each type of the table in test/types (types/main.ts).
 *
 * A violation prints its seed and the end of its trace; the same seed alone is the same run. With `--plant` a bug is
 * planted on purpose: the run ends at the first seed that catches it, and fails if none does.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { plantNamed, plants } from './plants/all.ts';
import type { Plant } from './plants/plant.ts';
import { playSeeds } from './pool.ts';
import { Report } from './report.ts';
import { type RunResult, runSeed } from './run.ts';
import { simTypes } from './types/main.ts';

const tailLines = 120;
const progressEvery = 100;

interface Options {
  readonly seeds: number;
  readonly first: number;
  readonly nodes: number;
  readonly plant: Plant | undefined;
  readonly twice: boolean;
  readonly threads: number;
  /** The types of the table in place of random stacks; those whose names match. */
  readonly types: string | undefined;
}

class BadOption extends Error {}

function whole(text: string, name: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new BadOption(`--${name} is a number from 1 to ${most}`);
  return value;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '200' },
      seed: { type: 'string', default: '1' },
      nodes: { type: 'string', default: '3' },
      plant: { type: 'string' },
      twice: { type: 'boolean', default: false },
      threads: { type: 'string', default: String(availableParallelism()) },
      types: { type: 'boolean', default: false },
      only: { type: 'string', default: '*' },
    },
  });
  const plant = values.plant === undefined ? undefined : plantNamed(values.plant);
  if (values.plant !== undefined && plant === undefined) {
    throw new BadOption(`--plant is one of ${plants.map(({ name }) => name).join(', ')}`);
  }
  return {
    seeds: whole(values.seeds, 'seeds', 10_000_000),
    first: whole(values.seed, 'seed', 2 ** 31),
    nodes: whole(values.nodes, 'nodes', 16),
    plant,
    twice: values.twice,
    threads: whole(values.threads, 'threads', 256),
    types: values.types ? values.only : undefined,
  };
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** The same seed once more, now with its trace. */
async function show(result: RunResult, { nodes, plant }: Options): Promise<void> {
  const [violation] = result.violations;
  if (violation === undefined) return;
  const { tail } = await runSeed({ seed: result.seed, nodes, plant, verbose: true });
  for (const line of tail.slice(-tailLines)) say(line);
  say('');
  say(`seed ${result.seed} breaks "${violation.invariant}" at ${violation.at.toFixed(3)} ms: ${violation.what}`);
  say(`again: npm run sim -- --seeds 1 --seed ${result.seed}${nodes === 3 ? '' : ` --nodes ${nodes}`}`);
}

async function run(options: Options): Promise<boolean> {
  const report = new Report(options.nodes);
  const began = Date.now();
  let differing = 0;
  let caught = false;
  let n = 0;
  const setting = { nodes: options.nodes, plant: options.plant?.name, twice: options.twice };
  for await (const { result, differs } of playSeeds(options, setting, options.threads)) {
    const { plant } = options;
    const { seed } = result;
    if (differs) {
      differing++;
      say(`seed ${seed} was another run the second time`);
    }
    report.add(result);
    const [violation] = result.violations;
    if (violation !== undefined && plant !== undefined) {
      caught = true;
      const named = violation.invariant !== 'no unhandled error' && plant.noticedBy.includes(violation.invariant);
      say(
        `${plant.name} is caught at seed ${seed} by "${violation.invariant}"${named ? '' : ', which is not named for it'}: ${violation.what}`,
      );
      if (!named) differing++;
    } else if (violation !== undefined) {
      if (report.violations === 1) await show(result, options);
      else say(`seed ${seed} breaks "${violation.invariant}": ${violation.what}`);
    }
    n++;
    if (n % progressEvery === 0) {
      process.stderr.write(`${n} seeds, ${Math.round((1_000 * n) / (Date.now() - began))} a second\n`);
    }
    if (caught) break;
  }
  const good = options.plant === undefined ? judged(report) && report.violations === 0 : caught;
  say(report.lastLine());
  return good && differing === 0;
}

function judged(report: Report): boolean {
  for (const line of report.tables()) say(line);
  const shortfalls = report.shortfalls();
  for (const line of shortfalls) say(line);
  return shortfalls.length === 0;
}

try {
  const chosen = options();
  const isGood = chosen.types === undefined ? run(chosen) : simTypes(chosen.types, chosen.first, say);
  process.exitCode = (await isGood) ? 0 : 1;
} catch (error) {
  say(`sim: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
