/**
 * `npm run demo`: the first thing a newcomer runs. Starts the all-in-one on free ports with data of its own, creates a
 * stack over the API as any client would, shows how it grows, and prints its outputs.
 *
 * Last line: `demo: <stack> CREATE_COMPLETE in <s> s`. Stays up for the reader to go on, unless `--exit` is given.
 */
import { parseArgs } from 'node:util';
import { logIn, type Session } from './client.ts';
import { demoTemplate } from './demo-template.ts';
import { startDev } from './dev.ts';
import { untilToldToStop } from './stopping.ts';
import { terminal } from './out.ts';
import { freePortBase } from './ports.ts';
import { listIn, showStack } from './stacks.ts';
import { shownValue, textIn } from './table.ts';
import { type Ended, watch } from './watch.ts';

const stackName = 'first';
const pollMs = 150;
const waitMs = 120_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
  const told = untilToldToStop();
  console.log('Starting an engine, a gateway, a database and a sandbox cloud …');
  const portBase = await freePortBase();
  const dev = await startDev({ portBase, dataDir: undefined, cloud: 'sandbox', ephemeral: true });
  try {
    const user = { user: 'demo', password: 'password', project: 'demo' };
    const session = await logIn({ keystoneUrl: dev.keystoneUrl, ...user });
    console.log(`Creating the stack "${stackName}" of cli/demo-template.ts at ${dev.nativeUrl}\n`);
    const started = performance.now();
    const ended = await createAndWatch(session);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (!ended.complete) throw new Error(`${ended.status}: ${ended.reasons.join('; ')}`);
    for (const output of listIn(await showStack(session, stackName), 'outputs')) {
      console.log(`${textIn(output, 'output_key')}: ${shownValue(output.get('output_value') ?? null)}`);
    }
    if (!values.exit) goOn(portBase);
    console.log(`demo: ${stackName} ${ended.status} in ${seconds} s`);
    if (!values.exit) await told;
  } finally {
    await dev.stop();
  }
}

async function createAndWatch(session: Session): Promise<Ended> {
  const json = { stack_name: stackName, template: demoTemplate };
  const { stack } = await session.must<{ readonly stack: { readonly id: string } }>('POST', '/stacks', { json });
  const { screen } = terminal;
  const ended = await watch({ session, stack: `${stackName}/${stack.id}`, screen, pollMs, rollsBack: false, waitMs });
  console.log('');
  return ended;
}

function goOn(portBase: number): void {
  const lines = [
    'It stays up until you press Ctrl-C; what it holds is gone then. In another shell:',
    `  eval "$(npx convect dev env --port-base ${portBase})"`,
    '  openstack stack list',
    `  openstack stack show ${stackName}`,
    '  openstack server list',
    'For one that stays: npx convect dev',
  ];
  console.log(`\n${lines.join('\n')}\n`);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.log(`demo: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}
