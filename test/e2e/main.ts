/**
 * `npm run e2e -- [--only NAME] [--against sandbox]`: real clients and whole scenarios against an all-in-one that runs
 * as a process of its own.
 *
 * Prints `e2e: NAME N steps passed, N failed` per scenario, and as the last line the same for the one that was asked
 * for, or for `all`. Fails when nothing was checked.
 */
import { parseArgs } from 'node:util';
import { AllInOneChild } from '../support/allinone.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { Steps } from './steps.ts';

const write = (line: string): void => console.log(line);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, against: { type: 'string', default: 'sandbox' } },
  });
  if (values.against !== 'sandbox') throw new Error(`--against ${values.against}: only "sandbox" is there so far`);
  const chosen = scenarios.filter(scenario =>
    values.only === undefined ? scenario.onlyWhenAsked !== true : scenario.name === values.only,
  );
  if (chosen.length === 0) {
    throw new Error(`--only ${values.only} matches nothing; there are ${scenarios.map(one => one.name).join(', ')}`);
  }
  const all = new Steps(values.only ?? 'all', write);
  for (const scenario of chosen) {
    const steps = await play(scenario);
    if (values.only === undefined) write(steps.line);
    all.passed += steps.passed;
    all.failed += steps.failed;
  }
  write(all.line);
  return all.failed === 0 && all.passed > 0 ? 0 : 1;
}

async function play(scenario: Scenario): Promise<Steps> {
  write(`\n${scenario.name}: ${scenario.about}`);
  const steps = new Steps(scenario.name, write);
  if (scenario.kind === 'alone') {
    await scenario.play(steps);
    return steps;
  }
  const started = await steps.step('the all-in-one starts', () => AllInOneChild.start({ ephemeral: true }));
  if (started === undefined) return steps;
  running = started;
  try {
    await scenario.play(steps, started);
    await steps.step('the all-in-one stops cleanly', async () => {
      const status = await started.stop();
      if (status !== 0) throw new Error(`it ended with ${status}; it had printed:\n${started.output}`);
    });
  } finally {
    await started.remove();
    running = undefined;
  }
  return steps;
}

let running: AllInOneChild | undefined;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    const removed = running?.remove() ?? Promise.resolve();
    void removed.finally(() => {
      write(`e2e: ended by ${signal}`);
      process.exit(1);
    });
  });
}

try {
  process.exitCode = await main();
} catch (error) {
  write(`e2e: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
