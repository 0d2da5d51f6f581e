/** `convect admin`: an operator's work, heat-manage's in Heat (docs/admin.md). */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { limits } from '../engine/kernel/limits.ts';
import type { CleanFlags, DatabaseFlags, MigrateFlags, PurgeFlags, ReencryptFlags } from './admin-database.ts';
import { addOperatorCommands } from './admin-operator.ts';
import type { Session } from './client.ts';
import { duration } from './duration.ts';
import type { Out } from './out.ts';

function positive(text: string): number {
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number === 0) throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}

const batchOption = (): Option =>
  new Option('--batch <N>', 'rows that one statement takes').argParser(positive).default(limits.upkeepBatch);

/** Where the database is. */
function atDatabase(command: Command): Command {
  return command
    .option('--config <FILE>', 'the configuration of an engine, which names the database')
    .option('--data <DIR>', 'the data folder of an all-in-one; without both, DATABASE_URL');
}

export function addAdminCommands(program: Command, connected: () => Promise<Session>, out: Out): void {
  const admin = program.command('admin').description('the work of an operator: the database, keys, what went astray');
  addDatabaseCommands(admin, out);
  const services = admin.command('services').description('the engines of the cluster: list, clean');
  addOperatorCommands(admin, services, connected, out);
  atDatabase(services.command('clean'))
    .description('removes what engines left in the database that are gone for good')
    .addOption(
      new Option('--idle <TIME>', 'how long one must have been without a shard')
        .argParser(duration)
        .default(limits.idleLifeMs, '10s'),
    )
    .action(async (flags: CleanFlags) => (await database()).runClean(flags, out));
}

// Loaded only when it runs: the other commands need no database.
const database = () => import('./admin-database.ts');

function addDatabaseCommands(admin: Command, out: Out): void {
  atDatabase(admin.command('migrate'))
    .description('brings the schema of the database to this release, never back')
    .option('--dry-run', 'only say what would be run')
    .option('--status', 'say what was run and what is missing, and run nothing')
    .action(async (flags: MigrateFlags) => (await database()).runMigrate(flags, out));
  atDatabase(admin.command('purge'))
    .description('deletes stacks that were deleted long ago, old events, and contents that no stack has any more')
    .requiredOption('--older-than <TIME>', 'only stacks that were deleted so long ago, such as 30d or 12h', duration)
    .option('--project <ID>', "only that project's stacks")
    .addOption(
      new Option('--keep-events <N>', 'so many events of each living stack stay')
        .argParser(positive)
        .default(limits.maxEventsPerStack),
    )
    .addOption(batchOption())
    .option('--dry-run', 'only say how many stacks it would be')
    .action(async (flags: PurgeFlags) => (await database()).runPurge(flags, out));
  atDatabase(admin.command('reencrypt'))
    .description('seals with the first key of the key file what its other keys sealed')
    .option('--vault-key-file <FILE>', 'the keys, where neither --config nor --data says it')
    .addOption(batchOption())
    .addOption(new Option('--tries <N>', 'walks over all rows until one finds nothing').argParser(positive).default(10))
    .option('--dry-run', 'only say how much is sealed with older keys')
    .action(async (flags: ReencryptFlags & DatabaseFlags) => (await database()).runReencrypt(flags, out));
}
