/**
 * `npm run e2e -- [--only NAME | --except NAME] [--against sandbox|lab] [--out FILE] [--cluster [--kill-engine STEP]]`: real clients and whole scenarios
 * against an all-in-one that runs as a process of its own, with a sandbox cloud or on the services of a real OpenStack
 * (../shared/lab); with `--cluster` against three engines, two gateways and etcd in its place, one of which gets a
 * SIGKILL two seconds after that step has begun.
 *
 * Prints `e2e: NAME N steps passed, N failed` per scenario, and as the last line the same for the one that was asked
 * for, or for `all`. Fails when nothing was checked.
 */
import { parseArgs } from 'node:util';
import { AllInOneChild, type OtherCloud } from '../support/allinone.ts';
import { runMain } from '../support/main.ts';
import { Lab } from './lab.ts';
import type { Scenario } from './scenario.ts';
import { scenarios } from './scenarios.ts';
import { expect, Steps } from './steps.ts';

const write = (line: string): void => console.log(line);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      except: { type: 'string' },
      against: { type: 'string', default: 'sandbox' },
      cluster: { type: 'boolean', default: false },
      'kill-engine': { type: 'string' },
      out: { type: 'string' },
    },
  });
  const { only, except, against } = values;
  out = values.out;
  engines = values.cluster ? 3 : undefined;
  const killAt = values['kill-engine'];
  killStep = killAt === undefined ? undefined : Number(killAt);
  if (killStep !== undefined && (!values.cluster || !Number.isInteger(killStep) || killStep < 1))
    throw new Error(`--kill-engine ${killAt}: it is the number of a step, from 1 on, and goes with --cluster`);
  if (against !== 'sandbox' && against !== 'lab') throw new Error(`--against ${against}: it is sandbox or lab`);
  const able = scenarios.filter(scenario => against === 'sandbox' || scenario.onLab === true);
  const chosen = able.filter(scenario =>
    only === undefined ? scenario.onlyWhenAsked !== true && scenario.name !== except : scenario.name === only,
  );
  const isUnknown = except !== undefined && !able.some(({ name }) => name === except);
  if (chosen.length === 0 || isUnknown) {
    const names = able.map(one => one.name).join(', ');
    throw new Error(
      `${isUnknown ? `--except ${except}` : `--only ${only}`} matches nothing; against the ${against} there are ${names}`,
    );
  }
  const all = new Steps(only ?? 'all', write);
  for (const scenario of chosen) {
    const steps = new Steps(scenario.name, write);
    write(`\n${scenario.name}: ${scenario.about}`);
    if (against === 'lab') await playOnLab(scenario, steps);
    else await play(scenario, steps);
    if (only === undefined) write(steps.line);
    all.passed += steps.passed;
    all.failed += steps.failed;
  }
  write(all.line);
  return all.failed === 0 && all.passed > 0 ? 0 : 1;
}

/** In a project and as a user of its own, which are taken away again. */
async function playOnLab(scenario: Scenario, steps: Steps): Promise<void> {
  const lab = await Lab.open(steps);
  if (lab === undefined) return;
  try {
    await play(scenario, steps, lab.cloud);
  } finally {
    await steps.step("the run's own user and project go", () => lab.close());
  }
}

async function play(scenario: Scenario, steps: Steps, cloud?: OtherCloud): Promise<void> {
  if (scenario.kind === 'alone') return scenario.play(steps);
  const options = { ephemeral: true, ...(cloud && { cloud }), ...(engines !== undefined && { engines }) };
  const what = engines === undefined ? 'the all-in-one' : 'the cluster';
  const started = await steps.step(`${what} starts`, () => AllInOneChild.start(options));
  if (started === undefined) return;
  running = started;
  const killed = killStep === undefined ? undefined : killIn(steps, started, killStep);
  try {
    await scenario.play(steps, started, { out });
    if (killed !== undefined)
      await steps.step(`an engine was killed in step ${killStep}`, async () =>
        expect(killed(), 'that', '  it was not'),
      );
    await steps.step(`${what} stops cleanly`, async () => {
      const status = await started.stop();
      if (status !== 0) throw new Error(`it ended with ${status}; it had printed:\n${started.output}`);
    });
  } finally {
    await started.remove();
    running = undefined;
  }
}

/** An engine in the middle: clients are to see that it takes a moment longer, and nothing else. True once it was. */
function killIn(steps: Steps, { output }: AllInOneChild, at: number): () => boolean {
  let isKilled = false;
  const pid = Number(/^engine-2: pid (\d+)$/m.exec(output)?.[1]);
  steps.onStep = step => {
    if (step !== at) return;
    setTimeout(() => {
      write(`    engine-2 (pid ${pid}) is killed`);
      isKilled = process.kill(pid, 'SIGKILL');
    }, killAfterMs);
  };
  return () => isKilled;
}

const killAfterMs = 2_000;
let running: AllInOneChild | undefined;
/** Of a cluster; undefined: an all-in-one. */
let engines: number | undefined;
/** The file of a scenario that keeps what it found. */
let out: string | undefined;
/** The step in whose middle one of them is killed. */
let killStep: number | undefined;

await runMain({ name: 'e2e', main, end: async () => running?.remove() });
