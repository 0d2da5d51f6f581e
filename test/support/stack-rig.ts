import type { World } from '../../engine/actors/world.ts';
import type { Answer } from '../../engine/kernel/world.ts';
import type { Uuid } from '../../engine/kernel/ids.ts';
import { EngineNode } from '../../engine/node.ts';
import { createClock } from '../../engine/real/clock.ts';
import { createDice } from '../../engine/real/dice.ts';
import { createLocalDirectory, createLocalTransport } from '../../engine/real/local-directory.ts';
import { createNoCloud } from '../../engine/real/no-cloud.ts';
import type { Registry } from '../../engine/kit/resource.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { createMemoryStore } from '../../engine/store/memory.ts';
import type { EventRow, Row } from '../../engine/store/store.ts';
import { createVault } from '../../engine/values/sealed.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import { decode } from '../../engine/orchestration/records.ts';
import { outputsOf } from '../../engine/service/outputs.ts';

const quiet: ReadonlySet<string> = new Set(['state changed']);

/** One node over the memory store, with everything else real; `planning`: the types by which stacks are planned. */
export async function started(registry: Registry = createRegistry(), planning: Registry = registry) {
  const dice = createDice();
  const known: Readonly<Record<string, (input: never) => unknown>> = jobs(planning);
  const store = createMemoryStore({ nowMs: () => Date.now() });
  const world: World = {
    clock: createClock(),
    dice,
    store,
    transport: createLocalTransport(),
    directory: createLocalDirectory(),
    cloud: createNoCloud(),
    vault: createVault(dice.bytes(32), n => dice.bytes(n)),
    compute: { run: async (job, input) => known[job]?.(input as never) as never },
    log: {
      write: (level, event, fields) => {
        if (level !== 'info') problems.push(`${event} ${JSON.stringify(fields)}`);
      },
    },
  };
  const problems: string[] = [];
  const node = new EngineNode({ world, behaviours: behaviours(registry), unparks });
  await node.start();
  const ask = (stack: Uuid, message: { kind: string }): Promise<Answer> =>
    node.ask({ kind: 'stack', stack, bucket: 0, id: stack }, { request: dice.uuid(), message }, 5_000);
  const create = async (template: string, options: Record<string, unknown> = {}) => {
    const stack = dice.uuid();
    const environment = world.vault.seal(JSON.stringify({ environment: null, environment_files: [], parameters: {} }));
    const command = {
      kind: 'create',
      project: 'p',
      name: 'one',
      username: 'u',
      isAdmin: false,
      template,
      environment,
      files: '{}',
      disableRollback: true,
      tags: [],
      tagged: false,
      ...options,
    };
    await ask(stack, command);
    return stack;
  };
  const update = (stack: Uuid, template: string, options: Record<string, unknown> = {}) =>
    ask(stack, {
      kind: 'update',
      existing: false,
      isAdmin: false,
      template,
      environment: world.vault.seal(JSON.stringify({ environment: null, environment_files: [], parameters: {} })),
      files: '{}',
      clearParameters: [],
      tagged: false,
      tags: [],
      converge: false,
      ...options,
    } as { kind: string });
  const stackRow = async (stack: Uuid): Promise<Row | undefined> => (await store.read('stacks', [stack]))[0];
  const ended = async (stack: Uuid): Promise<string> => {
    for (let i = 0; i < 500; i++) {
      const row = await stackRow(stack);
      if (row !== undefined && row.columns.status !== 'IN_PROGRESS')
        return `${row.columns.action}_${row.columns.status}: ${row.columns.reason}`;
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    return `never: ${JSON.stringify((await stackRow(stack))?.columns)}`;
  };
  const events = async (stack: Uuid): Promise<string[]> =>
    (await store.events([stack], { where: [] })).map(
      (e: EventRow) =>
        `${e.resource_name} ${e.action}_${e.status}${quiet.has(e.reason) || e.resource_name === 'one' ? '' : `: ${e.reason}`}`,
    );
  const resources = async (stack: Uuid): Promise<string[]> => {
    const rows = await store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
    return rows
      .map(
        ({ columns: { name, action, status, reason } }) => `${name} ${action}_${status}${reason ? `: ${reason}` : ''}`,
      )
      .sort();
  };
  const physical = async (stack: Uuid, name: string): Promise<string> => {
    const rows = await store.select('resources', {
      where: [
        { column: 'stack', in: [stack] },
        { column: 'name', in: [name] },
      ],
    });
    return String(rows[0]?.columns['physical_id']);
  };
  const outputs = async (stack: Uuid) => {
    const row = await stackRow(stack);
    return row === undefined ? [] : outputsOf(world, registry, decode.stack(row));
  };
  return { world, store, node, ask, create, update, ended, events, resources, physical, outputs, problems };
}
