/** One engine node over the memory store, everything else real, calling whatever cloud a test brings. */
import type { World } from '../../engine/actors/world.ts';
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { Trace } from '../../engine/kernel/tracing.ts';
import type { Answer, Cloud } from '../../engine/kernel/world.ts';
import { EngineNode } from '../../engine/node.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import { createClock } from '../../engine/real/clock.ts';
import { createDice } from '../../engine/real/dice.ts';
import { createLocalDirectory, createLocalTransport } from '../../engine/real/local-directory.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { createMemoryStore } from '../../engine/store/memory.ts';
import { createVault } from '../../engine/values/sealed.ts';

export interface EngineRig {
  /** Asks for a stack of this template; its id. */
  create(template: string, isAdmin?: boolean, trace?: Trace, environment?: object): Promise<Uuid>;
  /** Gives it another template; `rollback`: back to the old one if that fails. */
  update(
    stack: Uuid,
    template: string,
    options?: { readonly rollback?: boolean; readonly isAdmin?: boolean; readonly trace?: Trace },
  ): Promise<void>;
  /** The physical ids of its resources by name; '' where there is none. */
  physicalIds(stack: Uuid): Promise<ReadonlyMap<string, string>>;
  /** What its resources are, by name: `CREATE_COMPLETE`. */
  states(stack: Uuid): Promise<ReadonlyMap<string, string>>;
  /** Events of one of its resources, oldest first: `CREATE_COMPLETE <physical id>: state changed`. */
  events(stack: Uuid, resource: string): Promise<readonly string[]>;
  remove(stack: Uuid): Promise<void>;
  act(stack: Uuid, action: 'SUSPEND' | 'RESUME' | 'CHECK'): Promise<void>;
  /** How its action ended: `CREATE_COMPLETE: <reason>`. */
  ended(stack: Uuid, action: string, withinMs?: number): Promise<string>;
  /** What the log was told. */
  readonly problems: readonly string[];
  stop(): Promise<void>;
}

/** Starts one; `credential` is what every call is made with, `others` are ports in place of the usual ones. */
export async function startEngineRig(
  cloud: Cloud,
  credential = '',
  others: Partial<Pick<World, 'clock' | 'tracer' | 'meters'>> = {},
): Promise<EngineRig> {
  const registry = createRegistry();
  const dice = createDice();
  const known: Readonly<Record<string, (input: never) => unknown>> = jobs(registry);
  const store = createMemoryStore({ nowMs: () => Date.now() });
  const problems: string[] = [];
  const vault = createVault(dice.bytes(32), n => dice.bytes(n));
  const world: World = {
    clock: createClock(),
    dice,
    store,
    transport: createLocalTransport(),
    directory: createLocalDirectory(),
    cloud,
    vault,
    compute: { run: async (job, input) => known[job]?.(input as never) as never },
    log: {
      write: (level, event, fields) => {
        if (level === 'warn' || level === 'error') problems.push(`${event} ${JSON.stringify(fields)}`);
      },
    },
    ...others,
  };
  const node = new EngineNode({ world, behaviours: behaviours(registry), unparks });
  await node.start();
  const ask = (stack: Uuid, message: { readonly kind: string }, trace?: Trace): Promise<Answer> =>
    node.ask(
      { kind: 'stack', stack, bucket: 0, id: stack },
      { request: dice.uuid(), message, ...(trace && { trace }) },
      5_000,
    );
  return {
    problems,
    async create(template, isAdmin = false, trace?: Trace, given?: object) {
      const stack = dice.uuid();
      const environment = JSON.stringify({ environment: given ?? null, environment_files: [], parameters: {} });
      const command = {
        kind: 'create',
        project: 'p',
        name: `rig-${stack.slice(0, 8)}`,
        username: 'u',
        isAdmin,
        template,
        environment: vault.seal(environment),
        files: '{}',
        disableRollback: true,
        tags: [],
        tagged: false,
        credential: vault.seal(credential),
      };
      await ask(stack, command, trace);
      return stack;
    },
    async update(stack, template, { rollback = false, isAdmin = false, trace } = {}) {
      const environment = JSON.stringify({ environment: null, environment_files: [], parameters: {} });
      const command = {
        kind: 'update',
        existing: false,
        isAdmin,
        template,
        environment: vault.seal(environment),
        files: '{}',
        clearParameters: [],
        tagged: false,
        tags: [],
        converge: false,
        disableRollback: !rollback,
        credential: vault.seal(credential),
      };
      await ask(stack, command, trace);
    },
    async physicalIds(stack) {
      const rows = await store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
      return new Map(rows.map(({ columns: { name, physical_id: id } }) => [String(name), String(id ?? '')]));
    },
    async states(stack) {
      const rows = await store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
      return new Map(rows.map(({ columns: { name, action, status } }) => [String(name), `${action}_${status}`]));
    },
    async events(stack, resource) {
      const rows = await store.events([stack], { where: [{ column: 'resource_name', in: [resource] }] });
      return rows.map(each => `${each.action}_${each.status} ${each.physical_id}: ${each.reason}`);
    },
    async remove(stack) {
      await ask(stack, { kind: 'remove' });
    },
    async act(stack, action) {
      const act = { kind: 'act', action };
      await ask(stack, act);
    },
    async ended(stack, action, withinMs = 10_000) {
      for (const until = Date.now() + withinMs; Date.now() < until; await new Promise(next => setTimeout(next, 10))) {
        const [row] = await store.read('stacks', [stack]);
        if (row?.columns.action !== action || row.columns.status === 'IN_PROGRESS') continue;
        return `${row.columns.action}_${row.columns.status}: ${row.columns.reason}`;
      }
      return `never: ${JSON.stringify((await store.read('stacks', [stack]))[0]?.columns)} ${problems.join('\n')}`;
    },
    stop: () => node.stop(),
  };
}
