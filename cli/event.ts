/** `convect event list`, as it was or as it goes on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { Value, ValueMap } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import type { Out } from './out.ts';
import { pollOption } from './stack-create.ts';
import { ask, listIn, nameAndId, queryOf, showStack, stackPath } from './stacks.ts';
import { prettyJson, rowsAsValue, textIn } from './table.ts';

interface Flags {
  readonly resource?: string;
  readonly limit?: string;
  readonly follow?: boolean;
  readonly poll: number;
  readonly json?: boolean;
}

export function addEventCommands(program: Command, connected: () => Promise<Session>, out: Out): void {
  program
    .command('event')
    .description('events of a stack: list')
    .command('list')
    .description('lists the events of a stack, the oldest first')
    .argument('<STACK>', 'name or id')
    .option('--resource <NAME>', 'only those of this resource')
    .option('--limit <N>', 'at most so many')
    .option('--follow', 'go on with new ones until the stack has ended what it does')
    .addOption(pollOption())
    .option('--json', 'print JSON')
    .action((name: string, flags: Flags) => list(name, flags, connected, out));
}

const keys = ['event_time', 'resource_name', 'resource_status', 'resource_status_reason', 'id'];
const columns = ['Time', 'Resource', 'Status', 'Reason', 'ID'];

async function list(name: string, flags: Flags, connected: () => Promise<Session>, out: Out): Promise<void> {
  const session = await connected();
  const stack = await showStack(session, name, false);
  const path = stackPath(stack);
  const from = flags.resource === undefined ? path : `${path}/resources/${encodeURIComponent(flags.resource)}`;
  let marker: string | undefined;
  for (;;) {
    // Asked for before the events: what has ended then has told all of them.
    const status =
      flags.follow === true ? textIn(await showStack(session, nameAndId(stack), false), 'stack_status') : '';
    const query = queryOf([
      ['sort_dir', 'asc'],
      ['limit', flags.limit],
      ['marker', marker],
    ]);
    const events = listIn(await ask(session, 'GET', `${from}/events${query}`), 'events');
    tell(events, flags.json === true, out);
    marker = events.at(-1)?.get('id')?.toString() ?? marker;
    if (!status.endsWith('_IN_PROGRESS')) return;
    await sleep(flags.poll * 1_000);
  }
}

function tell(events: readonly ValueMap[], asJson: boolean, out: Out): void {
  const rows = events.map(event => keys.map((key): Value => event.get(key) ?? null));
  if (asJson) out.line(prettyJson(rowsAsValue(columns, rows)));
  for (const event of asJson ? [] : events) {
    const [time, resource, status, reason] = keys.map(key => textIn(event, key));
    out.line(`${time}  ${resource}  ${status}  ${reason}`);
  }
}
