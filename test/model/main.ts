/**
 * `npm run model -- --runs N [--seed S] [--verbose]`: random graphs and operations against the reference model
 * (oracle.ts). `--verbose` says what is asked and what happens: for a single seed.
 */
import { parseArgs } from 'node:util';
import { runModel } from './run.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function whole(text: string, name: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} is a number from 1 on`);
  return value;
}

async function main(): Promise<boolean> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const runs = whole(values.runs, 'runs');
  const first = whole(values.seed, 'seed');
  let [ops, replaced, nested, failed, violations] = [0, 0, 0, 0, 0];
  for (let seed = first; seed < first + runs; seed++) {
    const result = await runModel(seed, undefined, values.verbose ? say : undefined);
    ops += result.ops;
    replaced += result.replaced;
    nested += result.nested;
    failed += result.failed;
    violations += result.violations.length;
    for (const violation of result.violations) say(`seed ${seed}: ${violation}`);
    if ((seed - first + 1) % 1_000 === 0) say(`${seed - first + 1} runs`);
  }
  const checkedNothing = replaced === 0 || nested === 0 || failed === 0;
  if (checkedNothing) say('nothing was replaced, nested or failed: too few runs to say anything');
  const seen = `replaced=${replaced} nested=${nested} failed=${failed}`;
  say(`model: runs=${runs} ops=${ops} ${seen} violations=${violations}`);
  return violations === 0 && !checkedNothing;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  say(`model: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
