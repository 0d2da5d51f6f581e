/** Breakpoints and restricted actions of an environment. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Caller } from '../../proto/engine.ts';
import type { Uuid } from '../kernel/ids.ts';
import { createRegistry } from '../resources/registry.ts';
import { createEngineService } from '../service/service.ts';
import { mapOf } from '../values/value.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;
afterEach(() => rig.node.stop());

const caller: Caller = {
  project: 'p',
  userId: 'u',
  userName: 'u',
  roles: [],
  isAdmin: false,
  token: '',
  requestId: 'none',
};
const test = (properties: object = {}, more: object = {}) => ({ type: 'OS::Heat::TestResource', properties, ...more });
const template = (resources: object): string => JSON.stringify({ heat_template_version: '2021-04-16', resources });
const set = (resources: object) => ({
  environment: rig.world.vault.seal(
    JSON.stringify({ environment: { resource_registry: { resources } }, environment_files: [], parameters: {} }),
  ),
});

async function paused(stack: Uuid, name: string, hook: string): Promise<void> {
  const text = `paused until Hook ${hook} is cleared`;
  for (let i = 0; i < 300; i++) {
    if ((await rig.events(stack)).findLast(each => each.startsWith(`${name} `))?.endsWith(text) === true) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`${name} did not pause at ${hook}: ${(await rig.events(stack)).join('\n')}`);
}

async function signal(stack: Uuid, name: string, details: Record<string, string>): Promise<void> {
  const service = createEngineService(rig.world, rig.node, createRegistry());
  const [row] = await rig.store.read('stacks', [stack]);
  const identity = { project: 'p', name: String(row?.columns['name']), id: stack };
  await service.signalResource(caller, identity, name, mapOf(Object.entries(details)));
}

async function addressOf(stack: Uuid, name: string) {
  const rows = await rig.store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
  const row = rows.find(({ columns }) => columns['name'] === name);
  if (row === undefined) throw new Error(`no resource ${name}`);
  return { kind: row.kind, stack, bucket: row.bucket, id: row.actor };
}

const unset = (stack: Uuid, name: string, hook: string) => signal(stack, name, { unset_hook: hook });
const of = async (stack: Uuid, name: string) =>
  (await rig.events(stack)).filter(text => text.startsWith(`${name} `)).map(text => text.slice(name.length + 1));

describe('a hook', () => {
  it('stops a create before and after it, until it is cleared', async () => {
    rig = await started();
    const resources = { a: test(), b: test({}, { depends_on: 'a' }) };
    const stack = await rig.create(template(resources), set({ a: { hooks: ['pre-create', 'post-create'] } }));
    await paused(stack, 'a', 'pre-create');
    expect(await rig.resources(stack)).toEqual(['a INIT_COMPLETE', 'b INIT_COMPLETE']);
    await expect(unset(stack, 'a', 'post-create')).rejects.toThrow(
      `The "post-create" hook is not defined on TestResource "a" Stack "one" [${stack}]`,
    );
    await unset(stack, 'a', 'pre-create');
    await paused(stack, 'a', 'post-create');
    expect(await rig.resources(stack)).toEqual(['a CREATE_COMPLETE: state changed', 'b INIT_COMPLETE']);
    await unset(stack, 'a', 'post-create');
    expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
    expect(await of(stack, 'a')).toEqual([
      'INIT_COMPLETE: CREATE paused until Hook pre-create is cleared',
      'INIT_COMPLETE: Hook pre-create is cleared',
      'CREATE_IN_PROGRESS',
      'CREATE_COMPLETE',
      'CREATE_COMPLETE: CREATE paused until Hook post-create is cleared',
      'CREATE_COMPLETE: Hook post-create is cleared',
    ]);
    expect(rig.problems).toEqual([]);
  });

  it('stops an update, also where nothing changes, and nothing after one that did not happen', async () => {
    rig = await started();
    const hooked = set({ 'a*': { hooks: ['pre-update', 'post-update', 'pre-create'] } });
    const stack = await rig.create(template({ ab: test({ value: 'x' }) }));
    await rig.ended(stack);
    await rig.update(stack, template({ ab: test({ value: 'x' }), a2: test() }), hooked);
    await paused(stack, 'ab', 'pre-update');
    await unset(stack, 'ab', 'pre-update');
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    await rig.update(stack, template({ ab: test({ value: 'y' }), a2: test() }), hooked);
    for (const name of ['ab', 'a2']) {
      await paused(stack, name, 'pre-update');
      await unset(stack, name, 'pre-update');
    }
    await paused(stack, 'ab', 'post-update');
    await unset(stack, 'ab', 'post-update');
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect((await of(stack, 'ab')).slice(2)).toEqual([
      'CREATE_COMPLETE: UPDATE paused until Hook pre-update is cleared',
      'CREATE_COMPLETE: Hook pre-update is cleared',
      'CREATE_COMPLETE: UPDATE paused until Hook pre-update is cleared',
      'CREATE_COMPLETE: Hook pre-update is cleared',
      'UPDATE_IN_PROGRESS',
      'UPDATE_COMPLETE',
      'UPDATE_COMPLETE: UPDATE paused until Hook post-update is cleared',
      'UPDATE_COMPLETE: Hook post-update is cleared',
    ]);
    expect(rig.problems).toEqual([]);
  });

  it('stops a delete of the stack before and after it', async () => {
    rig = await started();
    const stack = await rig.create(template({ a: test() }), set({ a: { hooks: ['pre-delete', 'post-delete'] } }));
    await rig.ended(stack);
    await rig.ask(stack, { kind: 'remove' });
    for (const hook of ['pre-delete', 'post-delete']) {
      await paused(stack, 'a', hook);
      await unset(stack, 'a', hook);
    }
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });

  it('holds nobody up after a stop, and a delete gets past it', async () => {
    rig = await started();
    const stack = await rig.create(template({ a: test() }), set({ a: { hooks: 'pre-create' } }));
    await paused(stack, 'a', 'pre-create');
    await rig.ask(stack, { kind: 'cancel', rollback: false } as { kind: string });
    expect(await rig.ended(stack)).toBe('CREATE_FAILED: Stack CREATE cancelled');
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
  });

  it('lets nothing go that waited for it when the delete was stopped', async () => {
    rig = await started();
    const stack = await rig.create(template({ a: test() }), set({ a: { hooks: 'pre-delete' } }));
    await rig.ended(stack);
    await rig.ask(stack, { kind: 'remove' });
    await paused(stack, 'a', 'pre-delete');
    const stop = { kind: 'stop', generation: 2, abort: 'Timed out' };
    const { dice, clock } = rig.world;
    rig.node.receive({
      id: dice.uuid(),
      to: await addressOf(stack, 'a'),
      from: undefined,
      clock: clock.now(),
      message: stop,
    });
    for (let i = 0; i < 100 && !(await of(stack, 'a')).at(-1)?.endsWith('Failure occurred while waiting.'); i++)
      await new Promise(resolve => setTimeout(resolve, 10));
    expect((await of(stack, 'a')).at(-1)).toBe('CREATE_COMPLETE: Failure occurred while waiting.');
    await expect(unset(stack, 'a', 'pre-delete')).rejects.toThrow(
      'The "pre-delete" hook is not defined on TestResource',
    );
    expect(await rig.resources(stack)).toEqual(['a CREATE_COMPLETE: state changed']);
    expect(rig.problems).toEqual([]);
  });

  it('counts no more for what an update took away and could not', async () => {
    rig = await started();
    const hooked = set({ a: { hooks: 'pre-delete' } });
    const stack = await rig.create(template({ a: test(), b: test({}, { depends_on: 'a' }) }), hooked);
    await rig.ended(stack);
    // It still uses what is to go when something else fails.
    const slow = test({ action_wait_secs: { update: 1 }, value: 'x' });
    await rig.update(stack, template({ b: slow, d: test({ fail: true }) }), set({}));
    expect(await rig.ended(stack)).toContain('UPDATE_FAILED');
    expect((await rig.resources(stack)).some(text => text.startsWith('a '))).toBe(true);
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });

  it('is passed by what an update has begun to take away', async () => {
    rig = await started();
    const hooked = set({ a: { hooks: 'pre-delete' } });
    const stack = await rig.create(template({ a: test({ action_wait_secs: { delete: 1 } }), b: test() }), hooked);
    await rig.ended(stack);
    await rig.update(stack, template({ b: test() }), hooked);
    for (let i = 0; i < 200 && (await of(stack, 'a')).at(-1) !== 'DELETE_IN_PROGRESS'; i++)
      await new Promise(resolve => setTimeout(resolve, 10));
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });

  it('stops a newer update of a nested stack, whatever an older one has under way', async () => {
    rig = await started();
    const member = (value: string) => test({ value, action_wait_secs: { update: 1 } });
    const group = (value: string) =>
      template({ g: { type: 'OS::Heat::ResourceGroup', properties: { count: 1, resource_def: member(value) } } });
    const stack = await rig.create(group('one'));
    await rig.ended(stack);
    await rig.update(stack, group('two'));
    await rig.update(stack, group('three'), set({ g: { hooks: 'pre-update' } }));
    await paused(stack, 'g', 'pre-update');
    await new Promise(resolve => setTimeout(resolve, 1_200));
    expect((await of(stack, 'g')).filter(text => text === 'UPDATE_IN_PROGRESS')).toHaveLength(1);
    await unset(stack, 'g', 'pre-update');
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });

  it('that was cleared is not cleared again by the same request in a later update', async () => {
    rig = await started();
    const hooked = set({ a: { hooks: 'pre-update' } });
    const stack = await rig.create(template({ a: test({ value: 'x' }) }));
    await rig.ended(stack);
    const address = await addressOf(stack, 'a');
    const clear = { request: rig.world.dice.uuid(), message: { kind: 'unhook', hook: 'pre-update' } };
    await rig.update(stack, template({ a: test({ value: 'y' }) }), hooked);
    await paused(stack, 'a', 'pre-update');
    await rig.node.ask(address, clear, 5_000);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    await rig.update(stack, template({ a: test({ value: 'z' }) }), hooked);
    await paused(stack, 'a', 'pre-update');
    expect(await rig.node.ask(address, clear, 5_000)).toEqual({ kind: 'unhooked' });
    await new Promise(resolve => setTimeout(resolve, 100));
    await paused(stack, 'a', 'pre-update');
    await unset(stack, 'a', 'pre-update');
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
  });

  it('that is cleared for what is gone is answered', async () => {
    rig = await started();
    const stack = await rig.create(template({ a: test() }));
    await rig.ended(stack);
    const address = await addressOf(stack, 'a');
    await rig.ask(stack, { kind: 'remove' });
    await rig.ended(stack);
    const message = { kind: 'unhook', hook: 'pre-delete' };
    await expect(rig.node.ask(address, { request: rig.world.dice.uuid(), message }, 5_000)).rejects.toThrow(
      `The Resource (${address.id}) could not be found.`,
    );
  });

  it('may be set for what is in a nested stack', async () => {
    rig = await started();
    const group = { type: 'OS::Heat::ResourceGroup', properties: { count: 2, resource_def: test() } };
    const stack = await rig.create(template({ g: group }), set({ g: { '1': { hooks: 'pre-create' } } }));
    for (let i = 0; i < 200 && (await rig.physical(stack, 'g')) === 'null'; i++)
      await new Promise(resolve => setTimeout(resolve, 10));
    const child = (await rig.physical(stack, 'g')) as Uuid;
    await paused(child, '1', 'pre-create');
    expect(await rig.resources(child)).toEqual(['0 CREATE_COMPLETE: state changed', '1 INIT_COMPLETE']);
    await unset(child, '1', 'pre-create');
    expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
  });
});

describe('a signal', () => {
  it('is for those that there are, and for what they take', async () => {
    rig = await started();
    const stack = await rig.create(template({ a: test() }));
    await rig.ended(stack);
    await expect(signal(stack, 'a', {})).rejects.toThrow('signal is not supported for resource.');
    await expect(signal(stack, 'nobody', {})).rejects.toThrow('The Resource (nobody) could not be found in Stack one.');
    const physical = await rig.physical(stack, 'a');
    await expect(unset(stack, 'a', 'x')).rejects.toThrow(
      `Invalid hook type "x" for TestResource "a" [${physical}] Stack "one" [${stack}]`,
    );
    await rig.ask(stack, { kind: 'act', action: 'SUSPEND' } as { kind: string });
    await rig.ended(stack);
    await expect(signal(stack, 'a', {})).rejects.toThrow('Signal resource during SUSPEND is not supported.');
  });
});

describe('a restricted action', () => {
  it('fails the update, and the resource stays as it is', async () => {
    rig = await started();
    const restricted = set({ a: { restricted_actions: 'replace' }, b: { restricted_actions: ['update'] } });
    const stack = await rig.create(template({ a: test(), b: test() }), restricted);
    await rig.ended(stack);
    await rig.update(stack, template({ a: test(), b: test({ value: 'other' }) }), restricted);
    expect(await rig.ended(stack)).toBe(
      'UPDATE_FAILED: Resource UPDATE failed: ResourceActionRestricted: resources.b: update is restricted for resource.',
    );
    await rig.update(stack, template({ a: test({ update_replace_value: 'x' }), b: test() }), restricted);
    expect(await rig.ended(stack)).toBe(
      'UPDATE_FAILED: Resource UPDATE failed: ResourceActionRestricted: resources.a: replace is restricted for resource.',
    );
    expect(await rig.resources(stack)).toEqual([
      'a CREATE_COMPLETE: state changed',
      'b CREATE_COMPLETE: state changed',
    ]);
    expect((await of(stack, 'b')).at(-1)).toBe('UPDATE_FAILED: update is restricted for resource.');
    await rig.update(stack, template({ a: test({ value: 'y' }), b: test() }), restricted);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });
});
