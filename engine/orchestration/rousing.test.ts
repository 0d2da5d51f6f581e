import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { EngineNode } from '../node.ts';
import type { Uuid } from '../kernel/ids.ts';
import { started } from '../../test/support/stack-rig.ts';
import { behaviours, unparks } from './behaviours.ts';

const waiting = (seconds: number) => `heat_template_version: 2018-08-31
resources:
  a: {type: OS::Heat::TestResource, properties: {action_wait_secs: {create: ${seconds}, update: ${seconds}}}}
  b: {type: OS::Heat::TestResource, properties: {value: {get_attr: [a, output]}}}
`;

type Rig = Awaited<ReturnType<typeof started>>;

const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 500 && !(await isSo()); i++) await new Promise(resolve => setTimeout(resolve, 10));
  expect(await isSo()).toBe(true);
};

const stateOf = async (rig: Rig, stack: Uuid, resource: string): Promise<string> =>
  (await rig.resources(stack)).find(text => text.startsWith(`${resource} `)) ?? '';

/** The same rows under another node; what it was asked by the rig goes to it. */
async function nextLife(rig: Rig) {
  rig.node.kill();
  const node = new EngineNode({ world: rig.world, behaviours: behaviours(createRegistry()), unparks });
  await node.start();
  const ask = (stack: Uuid, message: { kind: string }) =>
    node.ask({ kind: 'stack', stack, bucket: 0, id: stack }, { request: rig.world.dice.uuid(), message }, 5_000);
  return { node, ask };
}

async function parked(rig: Rig, stack: Uuid): Promise<void> {
  for (let i = 0; i < 3; i++) await rig.store.strike(stack, Date.now(), rig.world.dice.uuid());
  expect((await rig.store.parked()).has(stack)).toBe(true);
}

describe('a parked stack', () => {
  it('goes on when it is woken, with all its resources', async () => {
    const rig = await started();
    const stack = await rig.create(waiting(0.3));
    await until(async () => (await stateOf(rig, stack, 'a')) === 'a CREATE_IN_PROGRESS: state changed');
    await parked(rig, stack);
    const { node, ask } = await nextLife(rig);
    await new Promise(resolve => setTimeout(resolve, 600));
    expect(await stateOf(rig, stack, 'a')).toBe('a CREATE_IN_PROGRESS: state changed');
    expect(node.population).toBe(0);
    expect(await ask(stack, { kind: 'wake' })).toEqual({ kind: 'woken' });
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(await rig.store.strikes(stack)).toEqual({ strikes: 0, parked: undefined });
    await node.stop();
  });

  it('ends where it hangs when it is reset, and can be deleted', async () => {
    const rig = await started();
    const stack = await rig.create(waiting(600));
    await until(async () => (await stateOf(rig, stack, 'a')) === 'a CREATE_IN_PROGRESS: state changed');
    await parked(rig, stack);
    const { node, ask } = await nextLife(rig);
    expect(await ask(stack, { kind: 'reset' })).toEqual({ kind: 'reset' });
    expect(await rig.ended(stack)).toBe('CREATE_FAILED: Stack status manually reset');
    await until(async () => (await stateOf(rig, stack, 'a')).startsWith('a CREATE_FAILED: CREATE aborted'));
    await ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    await node.stop();
  });
});

describe('a reset', () => {
  it('ends what is under way without a rollback; where nothing is, it changes nothing', async () => {
    const rig = await started();
    const stack = await rig.create(waiting(0), { disableRollback: false });
    expect(await rig.ended(stack)).toMatch('CREATE_COMPLETE');
    await rig.ask(stack, { kind: 'reset' });
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    await rig.update(stack, waiting(600), { disableRollback: false });
    await until(async () => (await stateOf(rig, stack, 'a')).includes('IN_PROGRESS'));
    await rig.ask(stack, { kind: 'reset' });
    expect(await rig.ended(stack)).toBe('UPDATE_FAILED: Stack status manually reset');
    await until(async () => (await stateOf(rig, stack, 'a')).includes('_FAILED'));
    expect(await stateOf(rig, stack, 'b')).toMatch(/^b (CREATE|UPDATE)_COMPLETE/);
    await rig.update(stack, waiting(0));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(rig.problems).toEqual([]);
    await rig.node.stop();
  });

  it('of a stack that is not there is refused', async () => {
    const rig = await started();
    for (const kind of ['reset', 'wake'])
      await expect(rig.ask(rig.world.dice.uuid(), { kind })).rejects.toThrow('could not be found');
    await rig.node.stop();
  });
});
