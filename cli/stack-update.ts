/** `convect stack update`: another definition for a stack, or what it would change (`--dry-run`). */
import { type Command, Option } from 'commander';
import type { ValueMap } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import type { Out } from './out.ts';
import { append, minutes, parametersOf, pollOption, tellEnd, withInputs } from './stack-create.ts';
import { listIn, nameAndId, previewUpdate, showStack, type StackChange, stackPath, updateStack } from './stacks.ts';
import { prettyJson, tableLines, textIn, textsIn } from './table.ts';
import { collectChange } from './template-files.ts';
import { Unusable } from './unusable.ts';
import { watch } from './watch.ts';

interface Flags {
  readonly template?: string;
  readonly environment: readonly string[];
  readonly parameter: readonly string[];
  readonly parameterFile: readonly string[];
  readonly existing?: boolean;
  readonly clearParameter: readonly string[];
  readonly tags?: string;
  readonly timeout?: number;
  readonly rollback: 'enabled' | 'disabled' | 'keep';
  readonly converge?: boolean;
  readonly dryRun?: boolean;
  readonly showNested?: boolean;
  readonly wait?: boolean;
  readonly poll: number;
  readonly json?: boolean;
}

export function addStackUpdate(stack: Command, connected: () => Promise<Session>, out: Out): void {
  const command = stack
    .command('update')
    .description('gives a stack another template, environment or parameters')
    .argument('<STACK>', 'name or id')
    .option('-t, --template <FILE>', 'the template: a path or a URL; not needed with --existing');
  withInputs(command)
    .option('--existing', 'keep what is not given: template, environment, files, parameters, tags')
    .option('--clear-parameter <KEY>', 'with --existing: back to its default; may be given several times', append, [])
    .option('--tags <TAGS>', 'tags, separated by commas; without --existing none stay that are not given')
    .option('--timeout <MINUTES>', 'how long it may take', minutes)
    .addOption(
      new Option('--rollback <WHEN>', 'go back if it fails').choices(['enabled', 'disabled', 'keep']).default('keep'),
    )
    .option('--converge', 'compare with what there is in the cloud, not with what was made')
    .option('--dry-run', 'only show what would be changed, and why')
    .option('--show-nested', 'with --dry-run: in the stacks below too')
    .option('--wait', 'wait until it is done; status 3 if it fails')
    .addOption(pollOption())
    .option('--json', 'print JSON')
    .action((name: string, flags: Flags) => update(name, flags, connected, out));
}

async function update(name: string, flags: Flags, connected: () => Promise<Session>, out: Out): Promise<void> {
  const change = await changeOf(flags);
  const session = await connected();
  const path = stackPath(await showStack(session, name, false));
  if (flags.dryRun === true) {
    show(await previewUpdate(session, path, change, flags.showNested === true), flags.json === true, out);
    return;
  }
  await updateStack(session, path, change);
  const stack = await showStack(session, name, false);
  if (flags.wait !== true) {
    const status = `stack ${textIn(stack, 'stack_name')} (${textIn(stack, 'id')}) ${textIn(stack, 'stack_status')}`;
    out.line(flags.json === true ? prettyJson(stack) : status);
    return;
  }
  const ended = await watch({
    session,
    stack: nameAndId(stack),
    screen: flags.json === true ? { isTty: false, write: () => undefined } : out.screen,
    pollMs: flags.poll * 1_000,
    rollsBack: stack.get('disable_rollback') === false,
  });
  if (flags.json === true && ended.stack !== undefined) out.line(prettyJson(ended.stack));
  tellEnd(textIn(stack, 'stack_name'), ended, out, flags.json === true);
}

async function changeOf(flags: Flags): Promise<StackChange> {
  const existing = flags.existing === true;
  if (flags.template === undefined && !existing) {
    throw new Unusable('--template is missing; or --existing, to keep the one that the stack has');
  }
  if (flags.clearParameter.length > 0 && !existing) {
    throw new Unusable('--clear-parameter goes with --existing: without it no parameter stays that is not given');
  }
  return {
    collected: await collectChange(flags.template, flags.environment),
    parameters: await parametersOf(flags.parameter, flags.parameterFile),
    existing,
    clearParameters: flags.clearParameter,
    tags: flags.tags,
    timeoutMins: flags.timeout,
    rollback: flags.rollback === 'keep' ? undefined : flags.rollback === 'enabled',
    converge: flags.converge === true,
  };
}

const kinds = ['updated', 'replaced', 'added', 'deleted', 'unchanged'] as const;

function show(changes: ValueMap, asJson: boolean, out: Out): void {
  if (asJson) {
    out.line(prettyJson(changes));
    return;
  }
  const rows = kinds
    .filter(kind => kind !== 'unchanged')
    .flatMap(kind =>
      listIn(changes, kind).map(each => [
        kind,
        textIn(each, 'resource_name'),
        textIn(each, 'resource_type'),
        textsIn(each, 'because').join('; '),
      ]),
    );
  if (rows.length > 0) for (const line of tableLines(['Change', 'Name', 'Type', 'Because'], rows)) out.line(line);
  out.line(`preview: ${kinds.map(kind => `${listIn(changes, kind).length} ${kind}`).join(', ')}`);
}
