/** `convect stack delete|list|show`; what makes and changes stacks is in stack-create.ts, stack-update.ts, stack-act.ts. */
import type { Command } from 'commander';
import { isList, isMap, type Value, type ValueMap } from '../engine/values/value.ts';
import { ApiError, type Session } from './client.ts';
import { confirmed } from './confirm.ts';
import { EndedBadly, type Out } from './out.ts';
import { addStackCreate, pollOption, tellEnd } from './stack-create.ts';
import { addStackActions } from './stack-act.ts';
import { addStackUpdate } from './stack-update.ts';
import { ask, listIn, nameAndId, queryOf, showStack, stackPath } from './stacks.ts';
import { fieldLines, prettyJson, print, textIn } from './table.ts';
import { Unusable } from './unusable.ts';
import { watch } from './watch.ts';

type Connected = () => Promise<Session>;

export function addStackCommands(program: Command, connected: Connected, out: Out): void {
  const stack = program.command('stack').description('stacks: create, update, act on, delete, list, show');
  addStackCreate(stack, connected, out);
  addStackUpdate(stack, connected, out);
  addStackActions(stack, connected, out);
  stack
    .command('delete')
    .description('deletes stacks and all that they made')
    .argument('<STACK...>', 'names or ids')
    .option('-y, --yes', 'do not ask')
    .option('--wait', 'wait until they are gone; status 3 if one cannot be deleted')
    .addOption(pollOption())
    .action((names: readonly string[], flags: DeleteFlags) => remove(names, flags, connected, out));
  stack
    .command('list')
    .description('lists stacks, the newest first')
    .option('--deleted', 'deleted ones too')
    .option('--tags <TAGS>', 'only those with all of these tags, separated by commas')
    .option('--limit <N>', 'at most so many')
    .option('--json', 'print JSON')
    .action((flags: ListFlags) => list(flags, connected, out));
  stack
    .command('show')
    .description('shows a stack with its parameters and outputs')
    .argument('<STACK>', 'name or id')
    .option('--no-resolve-outputs', 'without outputs')
    .option('--json', 'print JSON')
    .action((name: string, flags: ShowFlags) => show(name, flags, connected, out));
}

interface DeleteFlags {
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly poll: number;
}

/** Every one is tried, whatever became of those before it. */
async function remove(names: readonly string[], flags: DeleteFlags, connected: Connected, out: Out): Promise<void> {
  if (
    flags.yes !== true &&
    process.stdin.isTTY === true &&
    !(await confirmed(`Delete ${names.join(', ')} and all that they made?`))
  ) {
    throw new Unusable('nothing was deleted');
  }
  const session = await connected();
  const begun: { readonly name: string; readonly stack: ValueMap }[] = [];
  const refused: string[] = [];
  for (const name of names) {
    try {
      const stack = await showStack(session, name, false);
      await ask(session, 'DELETE', stackPath(stack));
      begun.push({ name, stack });
      if (flags.wait !== true)
        out.line(`stack ${textIn(stack, 'stack_name')} (${textIn(stack, 'id')}) DELETE_IN_PROGRESS`);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(`${name}: ${error.message}`);
    }
  }
  const failed = flags.wait === true ? await untilGone(session, begun, flags.poll, out) : [];
  if (refused.length > 0) throw new Unusable(refused.join('\n'));
  if (failed.length > 0) throw new EndedBadly(failed.join(', '));
}

async function untilGone(
  session: Session,
  begun: readonly { readonly name: string; readonly stack: ValueMap }[],
  poll: number,
  out: Out,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { stack } of begun) {
    const name = textIn(stack, 'stack_name');
    const ended = await watch({
      session,
      stack: nameAndId(stack),
      screen: out.screen,
      pollMs: poll * 1_000,
      rollsBack: false,
    });
    try {
      tellEnd(name, { ...ended, complete: ended.status === 'DELETE_COMPLETE' }, out);
    } catch (error) {
      if (!(error instanceof EndedBadly)) throw error;
      failed.push(name);
    }
  }
  return failed;
}

interface ListFlags {
  readonly deleted?: boolean;
  readonly tags?: string;
  readonly limit?: string;
  readonly json?: boolean;
}

async function list(flags: ListFlags, connected: Connected, out: Out): Promise<void> {
  const query = queryOf([
    ['show_deleted', flags.deleted === true ? 'true' : undefined],
    ['tags', flags.tags],
    ['limit', flags.limit],
  ]);
  const stacks = listIn(await ask(await connected(), 'GET', `/stacks${query}`), 'stacks');
  const columns = ['ID', 'Name', 'Status', 'Created', 'Updated'];
  const keys = ['id', 'stack_name', 'stack_status', 'creation_time', 'updated_time'];
  const rows = stacks.map(stack => keys.map(key => stack.get(key) ?? null));
  print(columns, rows, flags.json === true, out);
}

interface ShowFlags {
  readonly resolveOutputs: boolean;
  readonly json?: boolean;
}

async function show(name: string, flags: ShowFlags, connected: Connected, out: Out): Promise<void> {
  const stack = await showStack(await connected(), name, flags.resolveOutputs);
  if (flags.json === true) {
    out.line(prettyJson(stack));
    return;
  }
  const fields = ['stack_name', 'id', 'description', 'stack_status', 'stack_status_reason'];
  const times = ['creation_time', 'updated_time', 'deletion_time', 'timeout_mins', 'disable_rollback', 'tags'];
  for (const line of fieldLines([...fields, ...times].map(key => [key, shownField(stack.get(key) ?? null)]))) {
    out.line(line);
  }
  const parameters = stack.get('parameters') ?? null;
  if (isMap(parameters) && parameters.size > 0) section('parameters', [...parameters], out);
  const outputs = listIn(stack, 'outputs').map((output): [string, Value] => [
    textIn(output, 'output_key'),
    output.has('output_error') ? `(${textIn(output, 'output_error')})` : (output.get('output_value') ?? null),
  ]);
  if (outputs.length > 0) section('outputs', outputs, out);
}

/** What has nothing to say is left out. */
function shownField(value: Value): Value | undefined {
  if (value === null || value === '' || (isList(value) && value.length === 0)) return undefined;
  return isList(value) && value.every(item => typeof item === 'string') ? value.join(', ') : value;
}

function section(title: string, fields: readonly (readonly [string, Value])[], out: Out): void {
  out.line(`${title}:`);
  for (const line of fieldLines(fields)) out.line(`  ${line}`);
}
