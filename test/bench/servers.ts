/**
 * What servers cost: how long a stack of them takes, and how many requests each service gets for it.
 *
 * Counted is at the services, not in the engine: the sandbox counts what comes in, and on the lab the services' logs
 * do (lab-calls.ts). What a server needs itself is one POST to make it and one DELETE; all the rest (looking whether it
 * is there yet, what its image is called, logins, checks of tokens) is set beside.
 */
import type { Session } from '../../cli/client.ts';
import { portsOf } from '../../cli/ports.ts';
import { AllInOneChild } from '../support/allinone.ts';
import { until } from './rounds.ts';
import { servers as template } from './templates.ts';

/** Requests by what they are: `compute POST`. */
export type Calls = ReadonlyMap<string, number>;

/** Of a cloud: everything that was asked of its services since the last time. */
export type TakeCalls = () => Promise<Calls>;

export interface Half {
  readonly seconds: number;
  readonly calls: Calls;
}

/** One stack's life. */
export interface Life {
  /** Who made it. */
  readonly by: string;
  readonly servers: number;
  readonly create: Half;
  readonly remove: Half;
}

export interface ServersCase {
  readonly name: string;
  readonly about: string;
  readonly servers: number;
  /** More calls than this for a server, beside the one that it needs, are a fault: on the sandbox, of a create. */
  readonly maxBeside: number;
}

export const serversCases: readonly ServersCase[] = [
  {
    name: 'servers-1000',
    about: 'a stack of 1,000 servers, where every answer takes 100 ms and 0.2 ms for each thing in it',
    servers: 1_000,
    maxBeside: 1.1,
  },
  { name: 'servers-50', about: 'a stack of 50 servers', servers: 50, maxBeside: 1.1 },
];

const latency = 'kind=latency,ms=100,per-item=0.2';
const giveUpMs = 600_000;
const pollMs = 200;

/** The case on a sandbox as slow as a cloud, in an all-in-one of its own. `started` hears of it, to end it early. */
export async function onSandbox(of: ServersCase, started: (child: AllInOneChild) => void): Promise<Life> {
  const child = await AllInOneChild.start({ ephemeral: false });
  started(child);
  try {
    const { keystone } = portsOf(child.portBase);
    const control = `http://127.0.0.1:${keystone}`;
    const session = await child.logIn();
    await sandboxed(`${control}/__faults`, 'PUT', { faults: [latency] });
    return await lifeOf('Convect', session, of.servers, () => sandboxCalls(control));
  } finally {
    await child.remove();
  }
}

/** What the sandbox has counted; it begins anew. */
async function sandboxCalls(control: string): Promise<Calls> {
  const counted = await sandboxed(`${control}/__calls`, 'GET');
  await sandboxed(`${control}/__calls`, 'DELETE');
  const services = Object.entries(counted as Readonly<Record<string, Readonly<Record<string, number>>>>);
  return new Map(
    services.flatMap(([service, methods]) =>
      Object.entries(methods).map(([method, calls]) => [`${service} ${method}`, calls] as const),
    ),
  );
}

async function sandboxed(url: string, method: string, body?: object): Promise<unknown> {
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
  return response.json();
}

interface StackBody {
  readonly stack: { readonly id: string };
}

/** Creates the stack and deletes it, by a client that asks five times a second. Throws if the stack fails. */
export async function lifeOf(by: string, session: Session, count: number, taken: TakeCalls): Promise<Life> {
  const name = `bench-${count}-servers`;
  let path = '';
  try {
    const create = await half(taken, async () => {
      const json = { stack_name: name, template: template(count), timeout_mins: 60, disable_rollback: true };
      const { stack } = await session.must<StackBody>('POST', '/stacks', { json });
      path = `/stacks/${name}/${stack.id}`;
      await until(session, path, 'CREATE_COMPLETE', { pollMs, giveUpMs });
    });
    const remove = await half(taken, async () => {
      await session.must('DELETE', path);
      await until(session, path, 'DELETE_COMPLETE', { pollMs, giveUpMs });
    });
    return { by, servers: count, create, remove };
  } catch (error) {
    if (path !== '') await discard(session, path).catch(() => undefined);
    throw error;
  }
}

/** Ends a stack that failed, as far as that goes: it holds what others count. */
async function discard(session: Session, path: string): Promise<void> {
  await session.ask('DELETE', path);
  await until(session, path, 'DELETE_COMPLETE', { pollMs, giveUpMs });
}

async function half(taken: TakeCalls, work: () => Promise<void>): Promise<Half> {
  await taken();
  const began = performance.now();
  await work();
  const seconds = (performance.now() - began) / 1_000;
  return { seconds, calls: await taken() };
}
