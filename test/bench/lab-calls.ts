/**
 * What the lab's services were asked on behalf of one project, from their own logs of requests.
 *
 * What one service asks of another while it serves a request is the service's, not its client's, and is not counted:
 * it says in its first field whose request it serves, or (at Glance) has that request's id. Nova's agents say neither
 * when they make and remove the ports of servers: those are not counted either, since the stacks whose requests are
 * counted have none of their own.
 * Keystone logs no requests: logins and checks of tokens are not counted here.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Calls } from './servers.ts';

/** Where the lab keeps what it writes (../shared/lab/README.md). */
const folder = process.env['LAB'] ?? '/var/tmp/lab';
const logs = {
  compute: 'nova-api-app.log',
  image: 'glance-api-app.log',
  network: 'neutron-server-app.log',
  volumev3: 'cinder-api-app.log',
} as const;
/** A service writes its line when it has answered. */
const writtenMs = 500;

export interface Logged {
  /** The request on whose behalf it was made; undefined where a client began it. */
  readonly of: string | undefined;
  readonly id: string;
  readonly project: string;
  readonly method: string;
  readonly path: string;
}

/** What a line of a service's log says of a request; undefined where it says something else. */
export function loggedIn(line: string): Logged | undefined {
  const said = /\[(None|req-\S+) (req-\S+) \S+ (\S+) [^\]]*\] .*"([A-Z]+) (\/\S*) HTTP\/1\.[01]"/.exec(line);
  if (said === null) return undefined;
  const [, of = '', id = '', project = '', method = '', path = ''] = said;
  return { of: of === 'None' ? undefined : of, id, project, method, path };
}

/** Those of the project that its clients made, each service's in the order of its answers. */
export function requestsIn(
  lines: ReadonlyMap<string, readonly string[]>,
  project: string,
): readonly (Logged & { readonly service: string })[] {
  const all = [...lines].flatMap(([service, each]) =>
    each.flatMap(line => {
      const logged = loggedIn(line);
      return logged === undefined ? [] : [{ service, ...logged }];
    }),
  );
  const served = new Set(all.filter(({ service }) => service !== 'image').map(({ id }) => id));
  return all.filter(({ service, of, id, project: whose }) => {
    const byService = (of !== undefined && served.has(of)) || (service === 'image' && served.has(id));
    return whose === project && !byService;
  });
}

/** Counts them, by service and method. */
export function callsIn(lines: ReadonlyMap<string, readonly string[]>, project: string): Calls {
  const calls = new Map<string, number>();
  for (const { service, method, path } of requestsIn(lines, project)) {
    if (isNovasPort(method, path)) continue;
    const key = `${service} ${method}`;
    calls.set(key, (calls.get(key) ?? 0) + 1);
  }
  return calls;
}

const isNovasPort = (method: string, path: string): boolean => method !== 'GET' && path.startsWith('/v2.0/ports');

/** The logs from where they end now. */
export class LabCalls {
  readonly #project: string;
  readonly #read: Map<string, number>;

  /** @throws Error where a service has no log. */
  constructor(project: string) {
    this.#project = project;
    for (const log of Object.values(logs)) {
      if (!existsSync(pathOf(log)))
        throw new Error(`${pathOf(log)} is not there: the lab's requests cannot be counted`);
    }
    this.#read = new Map(Object.values(logs).map(log => [log, statSync(pathOf(log)).size]));
  }

  /** What was asked since the last time, counted. */
  async take(): Promise<Calls> {
    return callsIn(await this.#lines(), this.#project);
  }

  /** The same, one by one; with the ports that Nova itself makes and removes. */
  async takeEach(): Promise<ReturnType<typeof requestsIn>> {
    return requestsIn(await this.#lines(), this.#project);
  }

  async #lines(): Promise<ReadonlyMap<string, readonly string[]>> {
    await sleep(writtenMs);
    return new Map(Object.entries(logs).map(([service, log]) => [service, this.#next(log).split('\n')]));
  }

  #next(log: string): string {
    const from = this.#read.get(log) ?? 0;
    const file = openSync(pathOf(log), 'r');
    try {
      const bytes = Buffer.alloc(Math.max(0, statSync(pathOf(log)).size - from));
      const length = readSync(file, bytes, 0, bytes.length, from);
      // A line that is still being written is read the next time.
      const end = bytes.subarray(0, length).lastIndexOf(0x0a) + 1;
      this.#read.set(log, from + end);
      return bytes.toString('utf8', 0, end);
    } finally {
      closeSync(file);
    }
  }
}

const pathOf = (log: string): string => join(folder, 'log', log);
