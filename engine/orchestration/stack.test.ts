import { describe, expect, it } from 'vitest';
import type { World } from '../actors/world.ts';
import type { Answer } from '../kernel/world.ts';
import type { Uuid } from '../kernel/ids.ts';
import { EngineNode } from '../node.ts';
import { createClock } from '../real/clock.ts';
import { createDice } from '../real/dice.ts';
import { createLocalDirectory, createLocalTransport } from '../real/local-directory.ts';
import { createNoCloud } from '../real/no-cloud.ts';
import { createRegistry } from '../resources/registry.ts';
import { createMemoryStore } from '../store/memory.ts';
import type { EventRow, Row } from '../store/store.ts';
import { createVault } from '../values/sealed.ts';
import { behaviours, unparks } from './behaviours.ts';
import { jobs } from './jobs.ts';

/** One node over the memory store, with everything else real. */
async function started() {
  const registry = createRegistry();
  const dice = createDice();
  const known: Readonly<Record<string, (input: never) => unknown>> = jobs(registry);
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
    log: { write: (_level, event, fields) => problems.push(`${event} ${JSON.stringify(fields)}`) },
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
    (await store.events([stack], { where: [] })).map((e: EventRow) => `${e.resource_name} ${e.action}_${e.status}`);
  return { store, node, ask, create, ended, events, problems };
}

const chain = `
heat_template_version: 2018-08-31
resources:
  a: {type: OS::Heat::RandomString, properties: {length: 8}}
  b: {type: OS::Heat::Value, properties: {value: {get_attr: [a, value]}}}
  c: {type: OS::Heat::Value, properties: {value: {list_join: ['-', [{get_attr: [b, value]}, x]]}}}
outputs:
  out: {value: {get_attr: [c, value]}}
`;

describe('a stack', () => {
  it('is created in order, and deleted in reverse', async () => {
    const { create, ended, events, ask, problems, node } = await started();
    const stack = await create(chain);
    expect(await ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(await events(stack)).toEqual([
      'one CREATE_IN_PROGRESS',
      ...['a', 'b', 'c'].flatMap(name => [`${name} CREATE_IN_PROGRESS`, `${name} CREATE_COMPLETE`]),
      'one CREATE_COMPLETE',
    ]);
    await ask(stack, { kind: 'remove' });
    expect(await ended(stack)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect((await events(stack)).slice(8)).toEqual([
      'one DELETE_IN_PROGRESS',
      ...['c', 'b', 'a'].flatMap(name => [`${name} DELETE_IN_PROGRESS`, `${name} DELETE_COMPLETE`]),
      'one DELETE_COMPLETE',
    ]);
    expect(problems).toEqual([]);
    expect(node.population).toBe(0);
    node.kill();
  });

  it('fails with the first failure, and starts nothing more', async () => {
    const { create, ended, events, node } = await started();
    const stack = await create(`
heat_template_version: 2018-08-31
resources:
  a: {type: OS::Heat::TestResource, properties: {fail: true}}
  b: {type: OS::Heat::None, depends_on: a}
`);
    expect(await ended(stack)).toBe(
      'CREATE_FAILED: Resource CREATE failed: ValueError: resources.a: Test Resource failed a',
    );
    expect(await events(stack)).toEqual([
      'one CREATE_IN_PROGRESS',
      'a CREATE_IN_PROGRESS',
      'a CREATE_FAILED',
      'one CREATE_FAILED',
    ]);
    node.kill();
  });

  it('rolls a failed create back to nothing', async () => {
    const { create, events, store, node } = await started();
    const stack = await create(
      `
heat_template_version: 2018-08-31
resources:
  a: {type: OS::Heat::RandomString}
  b: {type: OS::Heat::TestResource, depends_on: a, properties: {fail: true, wait_secs: 0.02}}
`,
      { disableRollback: false },
    );
    await expect.poll(async () => (await events(stack)).at(-1)).toBe('one ROLLBACK_COMPLETE');
    expect(await store.select('resources', { where: [{ column: 'stack', in: [stack] }] })).toEqual([]);
    node.kill();
  });

  it('keeps a name for itself, and frees it when it is gone', async () => {
    const { create, ended, ask, node } = await started();
    const first = await create(chain);
    await expect(create(chain)).rejects.toMatchObject({ type: 'StackExists' });
    await ended(first);
    await ask(first, { kind: 'remove' });
    await ended(first);
    expect(await ended(await create(chain))).toMatch('CREATE_COMPLETE');
    node.kill();
  });
});
