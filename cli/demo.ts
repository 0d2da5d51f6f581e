/**
 * `npm run demo`: the first thing a newcomer runs. Starts the all-in-one on free ports with data of its own, creates a
 * stack over the API as any client would, shows how it grows, and prints its outputs.
 *
 * Last line: `demo: <stack> CREATE_COMPLETE in <s> s`. Stays up for the reader to go on, unless `--exit` is given.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { logIn, type Session } from './client.ts';
import { startDev, untilToldToStop } from './dev.ts';
import { freePortBase } from './ports.ts';
import { Progress, type ResourceLine } from './progress.ts';

const stackName = 'first';
const pollMs = 150;
const waitMs = 120_000;

/** A chain of values from a random one, something slow beside it, and outputs from both. */
export const demoTemplate = `heat_template_version: 2018-08-31

description: A first stack. A name is drawn, greeted and framed; meanwhile something slow gets ready.

parameters:
  greeting:
    type: string
    default: Hello
    description: How to begin

resources:
  name:
    type: OS::Heat::RandomString
    properties:
      length: 8
      character_classes: [{class: lowercase}]

  greeted:
    type: OS::Heat::Value
    properties:
      type: string
      value:
        str_replace:
          template: GREETING, NAME!
          params:
            GREETING: {get_param: greeting}
            NAME: {get_attr: [name, value]}

  framed:
    type: OS::Heat::Value
    properties:
      type: string
      value: {list_join: [' ', ['***', {get_attr: [greeted, value]}, '***']]}

  pause:
    type: OS::Heat::Delay
    properties:
      min_wait: 1

  slow:
    type: OS::Heat::TestResource
    depends_on: pause
    properties:
      value: {get_attr: [greeted, value]}
      wait_secs: 1

  last:
    type: OS::Heat::Value
    properties:
      type: json
      value:
        said: {get_attr: [slow, output]}
        framed: {get_attr: [framed, value]}

outputs:
  greeting:
    description: What the chain of values says
    value: {get_attr: [framed, value]}
  all:
    description: What all of it says
    value: {get_attr: [last, value]}
`;

interface StackBody {
  readonly stack: {
    readonly id: string;
    readonly stack_status: string;
    readonly stack_status_reason: string;
    readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
  };
}

interface ResourcesBody {
  readonly resources: readonly {
    readonly resource_name: string;
    readonly resource_type: string;
    readonly resource_status: string;
  }[];
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { exit: { type: 'boolean', default: false } } });
  const told = untilToldToStop();
  console.log('Starting an engine, a gateway, a database and a sandbox cloud …');
  const portBase = await freePortBase();
  const dev = await startDev({ portBase, dataDir: undefined, cloud: 'sandbox', ephemeral: true });
  try {
    const user = { user: 'demo', password: 'password', project: 'demo' };
    const session = await logIn({ keystoneUrl: dev.keystoneUrl, ...user });
    console.log(`Creating the stack "${stackName}" of cli/demo.ts at ${dev.nativeUrl}\n`);
    const started = performance.now();
    const shown = await createAndWatch(session);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    for (const { output_key, output_value } of shown.outputs ?? []) {
      console.log(`${output_key}: ${typeof output_value === 'string' ? output_value : JSON.stringify(output_value)}`);
    }
    if (shown.stack_status !== 'CREATE_COMPLETE')
      throw new Error(`${shown.stack_status}: ${shown.stack_status_reason}`);
    if (!values.exit) goOn(portBase);
    console.log(`demo: ${stackName} ${shown.stack_status} in ${seconds} s`);
    if (!values.exit) await told;
  } finally {
    await dev.stop();
  }
}

async function createAndWatch(session: Session): Promise<StackBody['stack']> {
  const json = { stack_name: stackName, template: demoTemplate, parameters: { greeting: 'Hello' } };
  const { stack } = await session.must<StackBody>('POST', '/stacks', { json });
  const path = `/stacks/${stackName}/${stack.id}`;
  const progress = new Progress({
    isTty: process.stdout.isTTY === true,
    write: text => void process.stdout.write(text),
  });
  const deadline = performance.now() + waitMs;
  for (;;) {
    // In this order, so that a complete stack is never shown with resources that were read before.
    const now = await session.must<StackBody>('GET', path);
    const { resources } = await session.must<ResourcesBody>('GET', `${path}/resources`);
    progress.show(stackName, now.stack.stack_status, linesOf(resources));
    if (!now.stack.stack_status.endsWith('_IN_PROGRESS')) {
      console.log('');
      return now.stack;
    }
    if (performance.now() > deadline) throw new Error(`still ${now.stack.stack_status} after ${waitMs / 1000} s`);
    await sleep(pollMs);
  }
}

/** In the order of the template, whatever order the server has. */
function linesOf(resources: ResourcesBody['resources']): ResourceLine[] {
  const place = (name: string): number => demoTemplate.indexOf(`\n  ${name}:\n`);
  return resources
    .map(one => ({ name: one.resource_name, type: one.resource_type, status: one.resource_status }))
    .sort((a, b) => place(a.name) - place(b.name));
}

function goOn(portBase: number): void {
  const lines = [
    'It stays up until you press Ctrl-C; what it holds is gone then. In another shell:',
    `  eval "$(npx convect dev env --port-base ${portBase})"`,
    '  openstack stack list',
    `  openstack stack show ${stackName}`,
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
