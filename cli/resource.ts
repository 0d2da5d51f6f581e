/** `convect resource list` and `convect resource mark unhealthy`. */
import type { Command } from 'commander';
import { mapOf } from '../engine/values/value.ts';
import type { Session } from './client.ts';
import type { Out } from './out.ts';
import { ask, queryOf, resourcesOf, showStack, stackPath } from './stacks.ts';
import { print } from './table.ts';
import { Unusable } from './unusable.ts';

interface Flags {
  readonly filter: readonly string[];
  readonly json?: boolean;
}

export function addResourceCommands(program: Command, connected: () => Promise<Session>, out: Out): void {
  const resource = program.command('resource').description('resources of a stack: list, mark');
  resource
    .command('list')
    .description('lists the resources of a stack')
    .argument('<STACK>', 'name or id')
    .option(
      '--filter <KEY=VALUE>',
      'only those with this type, status, name, action, id or physical_resource_id',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--json', 'print JSON')
    .action(async (name: string, flags: Flags) => {
      const query = queryOf(flags.filter.map(pairOf));
      const session = await connected();
      const path = stackPath(await showStack(session, name, false));
      const resources = await resourcesOf(session, path, query);
      const keys = ['resource_name', 'resource_type', 'resource_status', 'physical_resource_id', 'updated_time'];
      const rows = resources.map(resource => keys.map(key => resource.get(key) || null));
      print(['Name', 'Type', 'Status', 'Physical ID', 'Updated'], rows, flags.json === true, out);
    });
  resource
    .command('mark')
    .description('says something of a resource: unhealthy')
    .command('unhealthy')
    .description('says that a resource is broken: the next update replaces it')
    .argument('<STACK>', 'name or id')
    .argument('<RESOURCE>', 'its name, or its physical id')
    .argument('[REASON]', 'why')
    .option('--reset', 'it is healthy again')
    .action(async (name: string, marked: string, reason: string | undefined, flags: { readonly reset?: boolean }) => {
      const session = await connected();
      const path = stackPath(await showStack(session, name, false));
      const body = mapOf([
        ['mark_unhealthy', flags.reset !== true],
        ...(reason === undefined ? [] : [['resource_status_reason', reason] as const]),
      ]);
      await ask(session, 'PATCH', `${path}/resources/${encodeURIComponent(marked)}`, body);
      out.line(`resource ${marked} ${flags.reset === true ? 'healthy' : 'unhealthy'}`);
    });
}

function pairOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Unusable(`--filter ${text}: it must be KEY=VALUE`);
  return [text.slice(0, at), text.slice(at + 1)];
}
