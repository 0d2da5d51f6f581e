/** `convect output show`: one output as a script wants it, or all of them. */
import type { Command } from 'commander';
import { isMap, mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import type { Out } from './out.ts';
import { ask, listIn, showStack, stackPath } from './stacks.ts';
import { fieldLines, prettyJson, textIn } from './table.ts';
import { Unusable } from './unusable.ts';

interface Flags {
  readonly json?: boolean;
}

export function addOutputCommands(program: Command, connected: () => Promise<Session>, out: Out): void {
  program
    .command('output')
    .description('outputs of a stack: show')
    .command('show')
    .description('prints the value of an output; without a key, all of them')
    .argument('<STACK>', 'name or id')
    .argument('[KEY]', 'which one')
    .option('--json', 'print JSON, texts in quotes too')
    .action((name: string, key: string | undefined, flags: Flags) =>
      key === undefined ? all(name, flags, connected, out) : one(name, key, flags, connected, out),
    );
}

async function one(
  name: string,
  key: string,
  { json }: Flags,
  connected: () => Promise<Session>,
  out: Out,
): Promise<void> {
  const session = await connected();
  const path = stackPath(await showStack(session, name, false));
  const output = (await ask(session, 'GET', `${path}/outputs/${encodeURIComponent(key)}`)).get('output') ?? null;
  const value = isMap(output) ? resolved(output) : null;
  out.line(typeof value === 'string' && json !== true ? value : prettyJson(value));
}

async function all(name: string, { json }: Flags, connected: () => Promise<Session>, out: Out): Promise<void> {
  const outputs = listIn(await showStack(await connected(), name), 'outputs');
  if (json === true) {
    const values = outputs.map((output): [string, Value] => [
      textIn(output, 'output_key'),
      output.get('output_value') ?? null,
    ]);
    out.line(prettyJson(mapOf(values)));
    return;
  }
  const fields = outputs.map((output): [string, Value] => [
    textIn(output, 'output_key'),
    output.has('output_error') ? `(${textIn(output, 'output_error')})` : (output.get('output_value') ?? null),
  ]);
  for (const line of fieldLines(fields)) out.line(line);
}

/** Throws Unusable, in the server's words, for an output that cannot be resolved. */
function resolved(output: ValueMap): Value {
  if (output.has('output_error')) throw new Unusable(textIn(output, 'output_error'));
  return output.get('output_value') ?? null;
}
