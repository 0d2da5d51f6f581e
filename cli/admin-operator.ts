/**
 * `convect admin reset|services list|parked|debts|orphans`: what goes through the API, and so through the stacks' owners.
 * The API lets admins alone do it: OS_* of an admin, as every other command reads them.
 */
import { type Command, Option } from 'commander';
import { limits } from '../engine/kernel/limits.ts';
import type { Value, ValueMap } from '../engine/values/value.ts';
import { ApiError, type Session } from './client.ts';
import { confirmed } from './confirm.ts';
import { duration } from './duration.ts';
import type { Out } from './out.ts';
import { ask, listIn, mapIn, nameAndId, showStack, stackPath } from './stacks.ts';
import { prettyJson, print, textIn } from './table.ts';
import { Unusable } from './unusable.ts';

type Connected = () => Promise<Session>;
interface JsonFlag {
  readonly json?: boolean;
}

export function addOperatorCommands(admin: Command, services: Command, connected: Connected, out: Out): void {
  admin
    .command('reset')
    .description('ends what is under way of stacks, as FAILED, wherever it hangs')
    .argument('<STACK...>', 'ids, or names in this project')
    .action((stacks: readonly string[]) => tellEach(stacks, 'reset', connected, out));
  services
    .command('list')
    .description('lists the engines that take stacks')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonFlag) => {
      const engines = await listed(connected, 'engines');
      const keys = ['node', 'address', 'since', 'shards'];
      print(['Node', 'Address', 'Since', 'Shards'], engines.map(valuesOf(keys)), json === true, out);
    });
  addParked(admin, connected, out);
  admin
    .command('debts')
    .description('lists creates whose answer was lost and that may still land; they are looked after')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonFlag) => {
      const keys = ['resource_type', 'mark', 'until', 'looks'];
      const rows = (await listed(connected, 'debts')).map(debt => [shownStack(debt), ...valuesOf(keys)(debt)]);
      print(['Stack', 'Type', 'Mark', 'Until', 'Looks'], rows, json === true, out);
    });
  admin
    .command('orphans')
    .description('lists what carries our mark in the cloud and no stack claims')
    .addOption(
      new Option('--older-than <TIME>', 'only what was made so long ago: younger may be on its way')
        .argParser(duration)
        .default(limits.orphanAgeMs, '10m'),
    )
    .option('--delete', 'delete those that are ours for certain')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print JSON')
    .action((flags: OrphanFlags) => orphans(flags, connected, out));
}

function addParked(admin: Command, connected: Connected, out: Out): void {
  const parked = admin.command('parked').description('stacks that are left alone after errors of ours: list, unpark');
  parked
    .command('list')
    .description('lists them, with the id by which their error is found in the log')
    .option('--json', 'print JSON')
    .action(async ({ json }: JsonFlag) => {
      const keys = ['stack_status', 'strikes', 'error_id'];
      const rows = (await listed(connected, 'parked')).map(each => [shownStack(each), ...valuesOf(keys)(each)]);
      print(['Stack', 'Status', 'Strikes', 'Error'], rows, json === true, out);
    });
  parked
    .command('unpark')
    .description('gives stacks another chance')
    .argument('<STACK...>', 'ids, or names in this project')
    .action((stacks: readonly string[]) => tellEach(stacks, 'wake', connected, out));
}

async function tellEach(
  names: readonly string[],
  what: 'reset' | 'wake',
  connected: Connected,
  out: Out,
): Promise<void> {
  const session = await connected();
  for (const name of names) {
    const stack = await showStack(session, name, false);
    await ask(session, 'POST', `${stackPath(stack)}/${what}`);
    const now = await showStack(session, nameAndId(stack), false);
    out.line(`stack ${textIn(now, 'stack_name')} ${textIn(now, 'stack_status')}`);
  }
}

async function listed(connected: Connected, what: 'engines' | 'parked' | 'debts'): Promise<readonly ValueMap[]> {
  return listIn(await ask(await connected(), 'GET', `/admin/${what}`), what);
}

const valuesOf =
  (keys: readonly string[]) =>
  (map: ValueMap): readonly Value[] =>
    keys.map(key => map.get(key) ?? null);

/** `name (id)` of the stack that something is of. */
function shownStack(map: ValueMap): string {
  const stack = mapIn(map, 'stack');
  return stack.size === 0 ? '-' : `${textIn(stack, 'stack_name')} (${textIn(stack, 'id')})`;
}

interface OrphanFlags extends JsonFlag {
  readonly olderThan: number;
  readonly delete?: boolean;
  readonly yes?: boolean;
}

async function orphans(flags: OrphanFlags, connected: Connected, out: Out): Promise<void> {
  const session = await connected();
  const query = `?older_than=${Math.round(flags.olderThan / 1_000)}`;
  const found = await ask(session, 'GET', `/admin/orphans${query}`);
  if (flags.json === true) {
    out.line(prettyJson(found));
    return;
  }
  const all = listIn(found, 'orphans');
  const keys = ['collection', 'id', 'mark', 'project', 'created_at'];
  const columns = ['Kind', 'ID', 'Mark', 'Project', 'Created', 'Ours', 'Named in the events of'];
  if (all.length > 0) {
    print(
      columns,
      all.map(each => [...valuesOf(keys)(each), isCertain(each) ? 'yes' : 'not certain', shownStack(each)]),
      false,
      out,
    );
  }
  for (const each of listIn(found, 'unseen'))
    out.line(`not looked at: ${textIn(each, 'service')} ${textIn(each, 'collection')}: ${textIn(each, 'reason')}`);
  const ours = all.filter(isCertain);
  const { deleted, refused } = flags.delete === true ? await remove(session, ours, flags, query) : nothing;
  for (const line of refused) out.line(line);
  const [things, collections] = [textIn(found, 'things'), textIn(found, 'collections')];
  out.line(
    `orphans: things=${things} collections=${collections} orphans=${all.length} ours=${ours.length} deleted=${deleted}`,
  );
  if (refused.length > 0) throw new Unusable(`${refused.length} could not be deleted`);
}

const isCertain = (orphan: ValueMap): boolean => orphan.get('certain') === true;

interface Removed {
  readonly deleted: number;
  readonly refused: readonly string[];
}

const nothing: Removed = { deleted: 0, refused: [] };

async function remove(
  session: Session,
  ours: readonly ValueMap[],
  flags: OrphanFlags,
  query: string,
): Promise<Removed> {
  if (ours.length === 0) return nothing;
  if (flags.yes !== true) {
    if (process.stdin.isTTY !== true) throw new Unusable('--delete needs --yes where nobody can be asked');
    if (!(await confirmed(`Delete ${ours.length} things?`))) throw new Unusable('nothing was deleted');
  }
  let deleted = 0;
  const refused: string[] = [];
  for (const each of ours) {
    const path = ['service', 'collection', 'id'].map(key => encodeURIComponent(textIn(each, key))).join('/');
    try {
      await ask(session, 'DELETE', `/admin/orphans/${path}${query}`);
      deleted += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      refused.push(error.message);
    }
  }
  return { deleted, refused };
}
