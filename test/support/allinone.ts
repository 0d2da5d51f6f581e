/** The all-in-one as a child process, for tests that treat it as users do, and for those that kill it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logIn, type Session } from '../../cli/client.ts';
import { type SandboxUser, sandboxEnv } from '../../cli/env.ts';
import { freePortBase, portsOf } from '../../cli/ports.ts';
import { endProcess, isAlive } from '../../cli/processes.ts';
import { endSandbox } from '../cloud/child.ts';
import { openAddress } from './open-address.ts';

const readyMs = 60_000;
const stopMs = 30_000;
const graceMs = 5_000;

const compiled = (path: string): string =>
  fileURLToPath(new URL(`${import.meta.url.endsWith('.ts') ? '../../dist' : '../..'}/${path}`, import.meta.url));

export interface AllInOneChildOptions {
  /** True: no fsync in the database. */
  readonly ephemeral: boolean;
  /** In place of a sandbox of its own. */
  readonly cloud?: OtherCloud;
  /** So many engines and two gateways, each a process (`npm run cluster`), in place of the all-in-one. */
  readonly engines?: number;
  /** More of its command line. */
  readonly args?: readonly string[];
}

/** A cloud that is there already, in whose catalog the all-in-one is the orchestration of a region of its own. */
export interface OtherCloud {
  /** With `/v3`. */
  readonly keystoneUrl: string;
  /** Where the catalog says that the all-in-one is. */
  readonly portBase: number;
  /** The region whose orchestration it is. */
  readonly region: string;
  /** The region whose services its engine calls. */
  readonly servicesRegion: string;
  /** Who its clients are, in the project of the same name. */
  readonly user: string;
  readonly password: string;
}

/** One data folder and one port base; its process may be started, killed and started again. */
export class AllInOneChild {
  readonly portBase: number;
  readonly dataDir: string;
  readonly #ephemeral: boolean;
  readonly #cloud: OtherCloud | undefined;
  readonly #engines: number | undefined;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  #output = '';
  #expected: ChildProcess | undefined;
  #surprise: string | undefined;

  private constructor(portBase: number, { ephemeral, cloud, engines, args = [] }: AllInOneChildOptions) {
    this.portBase = portBase;
    this.#engines = engines;
    this.#args = args;
    this.#cloud = cloud;
    this.dataDir = mkdtempSync(join(tmpdir(), 'convect-test-'));
    // PostgreSQL refuses to run as root; started by root it runs as a user of its own, who must pass through.
    chmodSync(this.dataDir, 0o711);
    this.#ephemeral = ephemeral;
  }

  /** A running one, on free ports (or where the cloud's catalog says), with a data folder of its own. */
  static async start(options: AllInOneChildOptions): Promise<AllInOneChild> {
    const child = new AllInOneChild(options.cloud?.portBase ?? (await freePortBase()), options);
    try {
      await child.start();
    } catch (error) {
      await child.remove();
      throw error;
    }
    return child;
  }

  /** The cloud that it was given; undefined where it has a sandbox of its own. */
  get cloud(): OtherCloud | undefined {
    return this.#cloud;
  }

  get keystoneUrl(): string {
    return this.#cloud?.keystoneUrl ?? `http://127.0.0.1:${portsOf(this.portBase).keystone}/v3`;
  }

  get nativeUrl(): string {
    return `http://127.0.0.1:${portsOf(this.portBase).native}`;
  }

  /** The process that is engine and gateway; undefined while it is down. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What it printed since it was started last. */
  get output(): string {
    return this.#output;
  }

  /** OS_* for a client. */
  env(user: SandboxUser = 'demo'): Readonly<Record<string, string>> {
    const env = sandboxEnv(this.portBase, user);
    if (this.#cloud === undefined) return env;
    const { keystoneUrl, region, user: name, password } = this.#cloud;
    const who = { OS_USERNAME: name, OS_PASSWORD: password, OS_PROJECT_NAME: name };
    return { ...env, ...who, OS_AUTH_URL: keystoneUrl, OS_REGION_NAME: region };
  }

  /** `demo` stands for the user of a cloud that it was given. */
  logIn(user: SandboxUser = 'demo'): Promise<Session> {
    const who = user === 'demo' ? (this.#cloud?.user ?? user) : user;
    return this.logInTo(who, who);
  }

  /** As any user whose password is `password`, in any project of the domain `Default`. */
  logInTo(user: string, project: string): Promise<Session> {
    const region = this.#cloud?.region;
    return logIn({ keystoneUrl: this.keystoneUrl, user, password: 'password', project, ...(region && { region }) });
  }

  /**
   * Starts the process and waits for its `ready: …`.
   *
   * @throws Error with what it printed, when it ends or a minute passes before.
   */
  async start(): Promise<void> {
    const what =
      this.#engines === undefined
        ? [compiled('cli/main.js'), 'dev']
        : [compiled('test/cluster/main.js'), '--engines', String(this.#engines)];
    const args = [
      '--enable-source-maps',
      ...what,
      '--port-base',
      String(this.portBase),
      '--data',
      this.dataDir,
      ...this.#args,
    ];
    if (this.#ephemeral) args.push('--ephemeral');
    if (this.#cloud !== undefined) args.push('--cloud', this.#cloud.keystoneUrl);
    const env = {
      ...process.env,
      CONVECT_FETCH_ALLOW: openAddress,
      ...(this.#cloud && { CONVECT_REGION: this.#cloud.servicesRegion }),
    };
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    this.#process = child;
    this.#output = '';
    this.#surprise = undefined;
    await new Promise<void>((resolve, reject) => {
      const fail = (why: string): void => reject(new Error(`the all-in-one ${why}; it printed:\n${this.#output}`));
      const timer = setTimeout(() => fail(`was not ready after ${readyMs / 1000} s`), readyMs);
      const hear = (text: string): void => {
        this.#output += text;
        if (/^ready: /m.test(this.#output)) {
          clearTimeout(timer);
          resolve();
        }
      };
      child.stdout?.setEncoding('utf8').on('data', hear);
      child.stderr?.setEncoding('utf8').on('data', hear);
      child.once('error', error => fail(`could not be started (${error.message})`));
      child.once('exit', (code, signal) => {
        clearTimeout(timer);
        if (this.#process === child) this.#process = undefined;
        if (this.#expected !== child) this.#surprise = `ended by itself (${signal ?? code})`;
        fail(`ended (${signal ?? code})`);
      });
    });
  }

  /** kill -9 of the engine's process alone; returns when it is gone. Its children live on. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined) throw new Error('there is no process to kill');
    const gone = new Promise(resolve => child.once('exit', resolve));
    this.#expected = child;
    child.kill('SIGKILL');
    await gone;
  }

  /** A clean stop. Returns the exit status; in words where it had ended by itself or had to be killed. */
  async stop(): Promise<number | string> {
    const child = this.#process;
    if (child === undefined) return this.#surprise ?? 0;
    this.#expected = child;
    const ended = new Promise<number | string>(resolve =>
      child.once('exit', (code, signal) => resolve(signal ?? code ?? 1)),
    );
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends all that belongs to it, children too, and removes its data. */
  async remove(): Promise<void> {
    await this.stop();
    await endSandbox(this.dataDir);
    for (const pid of postmasters(this.dataDir)) await endProcess(pid, graceMs);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Database servers that still run in a folder below this one. */
export function postmasters(folder: string): number[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .flatMap(({ name }) => {
      const place = join(folder, name);
      if (!existsSync(join(place, 'PG_VERSION'))) return postmasters(place);
      const file = join(place, 'postmaster.pid');
      // Its first line is the pid; the file is gone after a clean stop.
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : Number.NaN;
      return Number.isInteger(pid) && isAlive(pid) ? [pid] : [];
    });
}
