#!/usr/bin/env node
/**
 * The `convect` command. Whatever cannot be done ends with a status other than 0 and says why in its last line:
 * 1 it was refused or is not possible, 2 wrong use of the command, 3 a stack that was waited for has failed.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addAdminCommands } from './admin.ts';
import { ApiError, connect, type Session } from './client.ts';
import { readCloudConfig } from './cloud-config.ts';
import { envLines, type SandboxUser, sandboxUsers } from './env.ts';
import { addEventCommands } from './event.ts';
import { EndedBadly, exit, terminal } from './out.ts';
import { addOutputCommands } from './output.ts';
import { defaultPortBase } from './ports.ts';
import { addResourceCommands } from './resource.ts';
import { addStackCommands } from './stack.ts';
import { Unusable } from './unusable.ts';

interface DevFlags {
  readonly portBase: number;
  readonly data?: string;
  readonly cloud: string;
  readonly ephemeral?: boolean;
  readonly fault: readonly string[];
  readonly trace?: string;
  readonly pluginDir: readonly string[];
  readonly environmentDir?: string;
  readonly templateDir?: string;
}

function portBase(text: string): number {
  const base = Number(text);
  // The highest port of a base is 54 above it.
  if (!/^\d+$/.test(text) || base < 1024 || base > 65_000) {
    throw new InvalidArgumentError('It must be a whole number from 1024 to 65000.');
  }
  return base;
}

function cloud(text: string): string {
  if (text === 'sandbox') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new InvalidArgumentError('It must be "sandbox" or the URL of a Keystone, such as http://127.0.0.1:5000/v3.');
  }
  return text;
}

const portBaseOption = (): Option =>
  new Option('--port-base <N>', 'N: CloudFormation API, N+4: native API, N+50: the sandbox cloud')
    .argParser(portBase)
    .default(defaultPortBase);

const program = new Command('convect')
  .description('OpenStack Orchestration as a cluster of actors')
  .enablePositionalOptions()
  .exitOverride(); // before there are commands below it: they take it over

const dev = program
  .command('dev')
  .description('everything on this machine: engine, gateways, database and a sandbox cloud')
  .addOption(portBaseOption())
  .option('--data <DIR>', 'where to keep the data (default: $XDG_DATA_HOME/convect)')
  .option('--cloud <sandbox|KEYSTONE_URL>', 'which cloud to log in at', cloud, 'sandbox')
  .option('--ephemeral', 'faster, and what was written may be lost; without --data nothing is kept')
  .option(
    '--fault <RULE>',
    'what goes wrong in the sandbox, e.g. service=network,method=POST,kind=500,rate=0.1 (may be repeated; kinds: ' +
      '500, 409, 500-after …, refuse, timeout-after, lands-late, latency)',
    (rule: string, rules: readonly string[]) => [...rules, rule],
    [] as readonly string[],
  )
  .option(
    '--plugin-dir <DIR>',
    'a folder with resource types of your own (may be repeated; docs/plugins.md)',
    (dir: string, dirs: readonly string[]) => [...dirs, dir],
    [] as readonly string[],
  )
  .option('--environment-dir <DIR>', 'a folder with environments for all stacks')
  .option('--template-dir <DIR>', 'the folder in which they find the templates that they name')
  .option('--trace <FILE>', 'write the ways of requests there (OTLP, a JSON object a line)')
  .action(async (flags: DevFlags) => {
    // Loaded only here: the other commands need no engine.
    const { runDev } = await import('./dev.ts');
    await runDev({
      portBase: flags.portBase,
      dataDir: flags.data,
      cloud: flags.cloud,
      ephemeral: flags.ephemeral === true,
      faults: flags.fault,
      ...(flags.trace !== undefined && { trace: flags.trace }),
      pluginDirs: flags.pluginDir,
      environmentDir: flags.environmentDir,
      templateDir: flags.templateDir,
    });
    process.exit(0);
  });

dev
  .command('env')
  .description('prints the OS_* variables for a shell: eval "$(convect dev env)"')
  .addOption(portBaseOption())
  .addOption(new Option('--user <NAME>', 'who to be').choices(sandboxUsers).default('demo'))
  .action((flags: { portBase: number; user: SandboxUser }) => {
    for (const line of envLines(flags.portBase, flags.user)) console.log(line);
  });

program
  .command('engine')
  .description('one engine of a cluster')
  .requiredOption('--config <FILE>', 'its configuration (YAML)')
  .action(async ({ config }: { config: string }) => {
    const { runEngine } = await import('./engine.ts');
    await runEngine(config);
    process.exit(0);
  });

program
  .command('gateway')
  .description('the native API in front of a cluster')
  .requiredOption('--config <FILE>', 'its configuration (YAML)')
  .action(async ({ config }: { config: string }) => {
    const { runGateway } = await import('./gateway.ts');
    await runGateway(config);
    process.exit(0);
  });

async function connected(): Promise<Session> {
  const config = readCloudConfig();
  try {
    return await connect(config);
  } catch (error) {
    if (error instanceof ApiError) throw new Unusable(`${config.authUrl} refused the login: ${error.message}`);
    throw error;
  }
}

for (const add of [addStackCommands, addResourceCommands, addEventCommands, addOutputCommands, addAdminCommands]) {
  add(program, connected, terminal);
}

try {
  await program.parseAsync();
} catch (error) {
  process.exit(statusOf(error));
}

/** Says what went wrong, unless it was said already. */
function statusOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exit.done : exit.usage;
  if (error instanceof EndedBadly) return error.status;
  const message = error instanceof Error ? error.message : String(error);
  console.error(`convect: ${message}`);
  return exit.refused;
}
