/** What counts, and how long it may take, in trees of nested stacks; what is shown as a root counts for itself. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { resourcesBeside } from './tree-rows.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;
afterEach(() => rig.node.stop());

const hot = (resources: object): string => JSON.stringify({ heat_template_version: '2021-04-16', resources });
const none = { type: 'OS::Heat::None' };
const some = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, none]));
const apart = (template: string, more: object = {}) => ({ type: 'OS::Heat::Stack', properties: { template, ...more } });

async function made(template: string, options: Record<string, unknown> = {}): Promise<Uuid> {
  const stack = await rig.create(template, options);
  expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
  return stack;
}
const childOf = async (stack: Uuid, name: string) => (await rig.physical(stack, name)) as Uuid;
async function minutesOf(stack: Uuid): Promise<unknown> {
  const [row] = await rig.store.read('stacks', [stack]);
  return row?.columns['timeout_mins'];
}

describe('resources of a tree', () => {
  it('are counted in all its nested stacks but those that are roots of their own', async () => {
    rig = await started();
    const files = { files: JSON.stringify({ 'inner.yaml': hot({ ...some(3), more: apart(hot(some(5))) }) }) };
    const stack = await made(hot({ nested: { type: 'inner.yaml' }, apart: apart(hot(some(7))), own: none }), files);
    const nested = await childOf(stack, 'nested');
    const [lone, deep] = [await childOf(stack, 'apart'), await childOf(nested, 'more')];
    expect(await resourcesBeside(rig.world, stack, stack)).toBe(0);
    expect(await resourcesBeside(rig.world, nested, nested)).toBe(3); // the root's
    expect(await resourcesBeside(rig.world, stack, 'not there yet' as Uuid)).toBe(3 + 4);
    expect(await resourcesBeside(rig.world, lone, lone)).toBe(0);
    expect(await resourcesBeside(rig.world, deep, deep)).toBe(0);
    expect(await resourcesBeside(rig.world, deep, 'not there yet' as Uuid)).toBe(5);
  });

  it('may be a thousand in each root, and no more in an update either', async () => {
    rig = await started();
    const most = limits.maxResourcesPerStack;
    const full = apart(hot(some(most)));
    const stack = await made(hot({ one: full, two: full }));
    await rig.update(stack, hot({ one: full, two: full, three: none }));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    const tooMany = updateTo(hot({ one: full, two: apart(hot(some(most + 1))) }));
    await expect(rig.ask(stack, tooMany)).rejects.toThrow('Maximum resources per stack exceeded.');
  }, 30_000);
});

function updateTo(template: string): { kind: string } & Record<string, unknown> {
  const environment = rig.world.vault.seal(
    JSON.stringify({ environment: null, environment_files: [], parameters: {} }),
  );
  return {
    kind: 'update',
    existing: false,
    isAdmin: false,
    template,
    environment,
    files: '{}',
    clearParameters: [],
    tagged: false,
    tags: [],
    converge: false,
  };
}

describe('stacks of a project', () => {
  it('may be so many, counted with those that are resources of others', async () => {
    rig = await started();
    const most = limits.maxStacksPerProject;
    const stacks = Array.from({ length: most - 2 }, (_, i) => [`s${i}`, apart(hot({}))]);
    await made(hot(Object.fromEntries(stacks)));
    const last = await rig.create(hot({ one: apart(hot({})) }), { name: 'last' });
    expect(await rig.ended(last)).toMatch(
      new RegExp(`^CREATE_FAILED: .*resources.one: .*You have reached the maximum stacks per tenant, ${most}`),
    );
  }, 60_000);
});

describe('the time that a stack’s actions may take', () => {
  it('goes down to its nested stacks, not to roots of their own', async () => {
    rig = await started();
    const inner = { files: JSON.stringify({ 'inner.yaml': hot({ r: none }) }) };
    const template = hot({
      nested: { type: 'inner.yaml' },
      group: { type: 'OS::Heat::ResourceGroup', properties: { count: 1, resource_def: none } },
      apart: apart(hot({ r: none })),
      timed: apart(hot({ r: none }), { timeout: 7 }),
    });
    const stack = await made(template, { ...inner, timeoutMins: 5 });
    const minutes = async () =>
      Promise.all(['nested', 'group', 'apart', 'timed'].map(async name => minutesOf(await childOf(stack, name))));
    expect(await minutes()).toEqual([5, 5, null, 7]);
    await rig.update(stack, template, { ...inner, timeoutMins: 9 });
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await minutes()).toEqual([9, 9, null, 7]);
  });
});
