/**
 * `convect dev`: everything on one machine. The engine and the gateways run in this process; the database and the
 * sandbox cloud are children that outlive a crash of it and are adopted by the next start. A clean stop ends them too.
 */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startWhole, type Undo } from '../engine/kernel/undo.ts';
import { type LocalEngineOptions, startLocalEngine } from '../engine/local.ts';
import { loadSite } from '../engine/site/site.ts';
import { createKeystone } from '../gateway/keystone.ts';
import { createGateway } from '../gateway/server.ts';
import { ensureSandbox } from '../test/cloud/child.ts';
import { fileLog } from './log.ts';
import { dropPidfile, takePidfile } from './pidfile.ts';
import { firstTaken, portsOf } from './ports.ts';
import { whoListens } from './processes.ts';
import { version } from './status.ts';
import { untilToldToStop } from './stopping.ts';
import { startTracing, type Tracing } from './tracing.ts';

const answerMs = 20_000;

export interface DevOptions {
  readonly portBase: number;
  /** Undefined: the user's own place for data; with `ephemeral`, a folder that the stop removes. */
  readonly dataDir: string | undefined;
  /** `sandbox`, or the URL of a Keystone (with /v3) whose catalog has this server as its orchestration. */
  readonly cloud: string;
  readonly ephemeral: boolean;
  /** What is to go wrong in the sandbox cloud: rules as test/cloud/faults.ts has them. */
  readonly faults?: readonly string[];
  /** A file to which the ways of requests are written (cli/tracing.ts). */
  readonly trace?: string;
  /** Types and environments of the operator's, as an engine's configuration names them. */
  readonly pluginDirs?: readonly string[];
  readonly environmentDir?: string | undefined;
  readonly templateDir?: string | undefined;
}

export interface Dev {
  readonly portBase: number;
  readonly dataDir: string;
  readonly keystoneUrl: string;
  readonly nativeUrl: string;
  stop(): Promise<void>;
}

/**
 * Starts all of it; resolves once the native API answers. What was started is ended again when a later part fails.
 *
 * @throws Error when a port is taken (the message says by whom), the data folder is in use, or a part does not start.
 */
export async function startDev(options: DevOptions): Promise<Dev> {
  return startWhole(undo => build(options, undo));
}

async function build(options: DevOptions, undo: Undo[]): Promise<Omit<Dev, 'stop'>> {
  const { portBase, ephemeral } = options;
  const { cfn, native } = portsOf(portBase);
  const site = await loadSite(options);
  const dataDir = dataFolder(options, undo);
  const pidfile = join(dataDir, 'convect.pid');
  takePidfile(pidfile, portBase);
  undo.push(() => dropPidfile(pidfile));
  const taken = await firstTaken([native, cfn]);
  if (taken !== undefined) throw new Error(`port ${taken} is taken by ${whoListens(taken)}`);
  const keystoneUrl = await cloudFor(options, dataDir, undo);
  const log = fileLog(join(dataDir, 'convect.log'));
  const tracing = options.trace === undefined ? undefined : await traceTo(options.trace, undo);
  const databaseUrl = process.env['DATABASE_URL'];
  const engine = await startLocalEngine({
    dataDir,
    ...(databaseUrl !== undefined && databaseUrl !== '' && { databaseUrl }),
    ephemeral,
    cloud: services(keystoneUrl),
    fetch: { allow: list(process.env['CONVECT_FETCH_ALLOW']), deny: list(process.env['CONVECT_FETCH_DENY']) },
    site,
    log,
    ...tracing,
  });
  undo.push(() => engine.stop());
  const gateway = createGateway({
    engine: engine.service,
    identity: identity(keystoneUrl, log),
    log,
    awsFunctions: process.env['CONVECT_AWS_FUNCTIONS'] === '1',
    ...tracing,
  });
  undo.push(() => gateway.close());
  await gateway.listen({ host: '127.0.0.1', port: native });
  const nativeUrl = `http://127.0.0.1:${native}`;
  await untilAnswers(`${nativeUrl}/healthcheck`);
  return { portBase, dataDir, keystoneUrl, nativeUrl };
}

/** Addresses and networks with commas between them. */
function list(text = ''): readonly string[] {
  return text.split(',').flatMap(each => each.trim() || []);
}

async function traceTo(file: string, undo: Undo[]): Promise<Pick<Tracing, 'tracer'>> {
  const { tracer, stop } = await startTracing({ file }, { service: 'convect', instance: 'dev', version: version() });
  undo.push(stop);
  return { tracer };
}

/** Who checks tokens: the service user that OpenStack's own installations make for Heat, unless the environment says else. */
function identity(authUrl: string, log: LocalEngineOptions['log']): ReturnType<typeof createKeystone> {
  const { name: userName, password, project: projectName } = serviceUser();
  return createKeystone({ authUrl, userName, password, projectName, log });
}

function serviceUser(): { readonly name: string; readonly password: string; readonly project: string } {
  const { CONVECT_SERVICE_USER, CONVECT_SERVICE_PASSWORD, CONVECT_SERVICE_PROJECT } = process.env;
  return {
    name: CONVECT_SERVICE_USER ?? 'heat',
    password: CONVECT_SERVICE_PASSWORD ?? 'password',
    project: CONVECT_SERVICE_PROJECT ?? 'service',
  };
}

/** Which services the engine calls, and how: those of this Keystone's catalog, narrowed by the environment. */
function services(authUrl: string): NonNullable<LocalEngineOptions['cloud']> {
  const { CONVECT_REGION: region, CONVECT_INTERFACE: face, CONVECT_CACERT: ca, CONVECT_INSECURE } = process.env;
  if (face !== undefined && face !== 'public' && face !== 'internal' && face !== 'admin')
    throw new Error(`CONVECT_INTERFACE is public, internal or admin, not ${face}`);
  return {
    authUrl,
    serviceUser: serviceUser(),
    ...(region !== undefined && region !== '' && { region }),
    ...(face !== undefined && { interface: face }),
    tls: {
      ...(ca !== undefined && ca !== '' && { ca: readFileSync(ca, 'utf8') }),
      insecure: CONVECT_INSECURE === 'true',
    },
  };
}

function dataFolder({ dataDir, ephemeral }: DevOptions, undo: Undo[]): string {
  if (dataDir !== undefined || !ephemeral) {
    const folder = resolve(dataDir ?? defaultDataDir());
    mkdirSync(folder, { recursive: true, mode: folderMode });
    if (asRoot) chmodSync(folder, statSync(folder).mode | 0o001);
    return folder;
  }
  const folder = mkdtempSync(join(tmpdir(), 'convect-'));
  chmodSync(folder, folderMode);
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const asRoot = process.getuid?.() === 0;
/** PostgreSQL refuses to run as root: its own user must be able to pass through. What is secret is a file's own matter. */
const folderMode = asRoot ? 0o711 : 0o700;

/** Where a user's data is kept when nobody says otherwise; root's home would be closed to PostgreSQL's user. */
export function defaultDataDir(): string {
  if (asRoot) return '/var/lib/convect';
  const home = process.env['XDG_DATA_HOME'];
  return join(home === undefined || home === '' ? join(homedir(), '.local', 'share') : home, 'convect');
}

async function cloudFor({ cloud, portBase, faults }: DevOptions, dataDir: string, undo: Undo[]): Promise<string> {
  if (cloud !== 'sandbox') {
    if (faults !== undefined && faults.length > 0) throw new Error('--fault is for the sandbox cloud alone');
    return cloud.replace(/\/$/, '');
  }
  const sandbox = await ensureSandbox(portBase, dataDir, faults);
  undo.push(() => sandbox.stop());
  return sandbox.keystoneUrl;
}

async function untilAnswers(url: string): Promise<void> {
  const deadline = performance.now() + answerMs;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Not yet.
    }
    if (performance.now() > deadline) throw new Error(`${url} does not answer`);
    await sleep(20);
  }
}

/** The command: starts, says `ready: …` as its last line, and stays up until it is told to stop. */
export async function runDev(options: DevOptions): Promise<void> {
  const told = untilToldToStop();
  const starting = startDev(options);
  const first = await Promise.race([told, starting]);
  if (typeof first === 'object') {
    console.log(`data: ${first.dataDir}`);
    if (options.cloud === 'sandbox') {
      const base = options.portBase === 8000 ? '' : ` --port-base ${options.portBase}`;
      console.log(`shell: eval "$(npx convect dev env${base})"`);
    }
    console.log(`ready: ${first.nativeUrl}/v1 (Keystone: ${first.keystoneUrl})`);
  }
  await told;
  const dev = await starting;
  await dev.stop();
}
