/** The real `openstack` client (Debian's python3-openstackclient with python3-heatclient), as its users run it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AllInOneChild } from '../support/allinone.ts';
import { type Ran, run, transcript } from '../support/command.ts';
import { type ExpectedRun, expect, expectRun, StepFailed, type Steps } from './steps.ts';

const missing =
  'the openstack command with its orchestration plug-in; install the packages python3-openstackclient and ' +
  'python3-heatclient (test/setup.sh does)';

/** A row of `-f json`. */
export type Fields = Readonly<Record<string, unknown>>;

export class Client {
  readonly #env: Readonly<Record<string, string>>;
  readonly #folder: string;

  constructor(allInOne: AllInOneChild, folder: string) {
    this.#env = allInOne.env();
    this.#folder = folder;
  }

  file(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }

  run(...args: string[]): Promise<Ran> {
    return run('openstack', args, { env: this.#env });
  }

  async expect(expected: ExpectedRun, ...args: string[]): Promise<Ran> {
    return expectRun(await this.run(...args), expected);
  }

  ok(says: ExpectedRun['says'], ...args: string[]): Promise<Ran> {
    return this.expect({ status: 'success', ...(says && { says }) }, ...args);
  }

  fails(says: ExpectedRun['says'], ...args: string[]): Promise<Ran> {
    return this.expect({ status: 'failure', ...(says && { says }) }, ...args);
  }

  /** A command's `-f json`. */
  async json<T>(...args: string[]): Promise<{ readonly value: T; readonly ran: Ran }> {
    const ran = await this.ok(undefined, ...args, '-f', 'json');
    try {
      return { value: JSON.parse(ran.stdout) as T, ran };
    } catch {
      throw new StepFailed(`  expected: JSON on stdout\n${transcript(ran)}`);
    }
  }
}

/** Plays with a client that has a folder of its own; a failed step, and nothing else, where it is not installed. */
export async function withClient(
  steps: Steps,
  allInOne: AllInOneChild,
  play: (client: Client) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'convect-e2e-'));
  try {
    const client = new Client(allInOne, folder);
    const installed = await steps.step('the client is installed', async () => {
      const ran = await client.run('stack', 'create', '--help');
      expect(ran.status === 0, missing, transcript(ran));
      return true;
    });
    if (installed !== undefined) await play(client);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
