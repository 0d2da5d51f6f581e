/** `convect stack create`: a template, its files and environments, parameters; `--wait` until it is done. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Value, ValueMap } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import { EndedBadly, type Out } from './out.ts';
import { createStack } from './stacks.ts';
import { prettyJson, textIn } from './table.ts';
import { collect, readText } from './template-files.ts';
import { Unusable } from './unusable.ts';
import { type Ended, watch } from './watch.ts';

interface Flags {
  readonly template: string;
  readonly environment: readonly string[];
  readonly parameter: readonly string[];
  readonly parameterFile: readonly string[];
  readonly tags?: string;
  readonly timeout?: number;
  readonly enableRollback?: boolean;
  readonly wait?: boolean;
  readonly poll: number;
  readonly json?: boolean;
}

export const append = (value: string, before: readonly string[]): readonly string[] => [...before, value];

export const pollOption = (): Option =>
  new Option('--poll <SECONDS>', 'how often to look while waiting').argParser(seconds).default(0.5);

function seconds(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < 0.1 || value > 3_600) {
    throw new InvalidArgumentError('It must be a number of seconds from 0.1 to 3600.');
  }
  return value;
}

export function minutes(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of minutes.');
  return Number(text);
}

/** Takes environments and parameters, too. */
export function withInputs(command: Command): Command {
  return command
    .option('-e, --environment <FILE>', 'an environment; may be given several times, later ones win', append, [])
    .option(
      '--parameter <KEY=VALUE>',
      'a parameter; may be given several times, one key again makes a list',
      append,
      [],
    )
    .option('--parameter-file <KEY=FILE>', 'a parameter whose value is the content of a file', append, []);
}

export function addStackCreate(stack: Command, connected: () => Promise<Session>, out: Out): void {
  const command = stack
    .command('create')
    .description('creates a stack from a template')
    .argument('<NAME>', 'what to call it')
    .requiredOption('-t, --template <FILE>', 'the template: a path or a URL');
  withInputs(command)
    .option('--tags <TAGS>', 'tags, separated by commas')
    .option('--timeout <MINUTES>', 'how long it may take', minutes)
    .option('--enable-rollback', 'take away again what a create that fails has made')
    .option('--wait', 'wait until it is done; status 3 if it fails')
    .addOption(pollOption())
    .option('--json', 'print JSON')
    .action((name: string, flags: Flags) => create(name, flags, connected, out));
}

async function create(name: string, flags: Flags, connected: () => Promise<Session>, out: Out): Promise<void> {
  const collected = await collect(flags.template, flags.environment);
  const parameters = await parametersOf(flags.parameter, flags.parameterFile);
  const session = await connected();
  const rollback = flags.enableRollback === true;
  const created = await createStack(session, {
    name,
    collected,
    parameters,
    tags: flags.tags,
    timeoutMins: flags.timeout,
    rollback,
  });
  const id = textIn(created, 'id');
  if (flags.wait !== true) {
    out.line(flags.json === true ? prettyJson(created) : `stack ${name} (${id}) CREATE_IN_PROGRESS`);
    return;
  }
  const screen = flags.json === true ? { isTty: false, write: () => undefined } : out.screen;
  const ended = await watch({
    session,
    stack: `${name}/${id}`,
    screen,
    pollMs: flags.poll * 1_000,
    rollsBack: rollback,
  });
  if (flags.json === true && ended.stack !== undefined) out.line(prettyJson(ended.stack));
  tellEnd(name, ended, out, flags.json === true);
}

/** The last line of everything that waits; throws EndedBadly where it did not end as was wanted. */
export function tellEnd(name: string, ended: Ended, out: Out, quiet = false): void {
  if (!quiet) {
    for (const reason of ended.reasons) out.line(`  ${reason}`);
    out.line(`stack ${name} ${ended.status}`);
  }
  if (!ended.complete) throw new EndedBadly(`stack ${name} ${ended.status}`);
}

/** `a=b`: a text; the same key again: a list of them. Throws Unusable for what has no `=`. */
export async function parametersOf(given: readonly string[], files: readonly string[]): Promise<ValueMap> {
  const parameters = new Map<string, Value>();
  const values = new Map<string, string[]>();
  for (const each of given) {
    const [key, value] = pairOf('--parameter', each);
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  for (const [key, all] of values) parameters.set(key, all.length === 1 ? (all[0] ?? '') : all);
  for (const each of files) {
    const [key, path] = pairOf('--parameter-file', each);
    parameters.set(key, await readText(path));
  }
  return parameters;
}

function pairOf(option: string, text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Unusable(`${option} ${text}: it must be KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
