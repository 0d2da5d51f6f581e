/** Orders to nested stacks: late, doubled, cut short, against commands that come to the child directly. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Order } from './messages.ts';
import { decode, type StackRecord } from './records.ts';
import { stacksBelow } from './tree-rows.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;

afterEach(async () => {
  await rig.node.stop();
});

const hot = (resources: object, more: object = {}): string =>
  JSON.stringify({ heat_template_version: '2021-04-16', ...more, resources });
const test = (properties: object = {}) => ({ type: 'OS::Heat::TestResource', properties });

/** A stack whose `r` is a stack with one resource, `t`, which takes so long to change. */
const inner = hot(
  { t: test({ value: { get_param: 'v' }, action_wait_secs: { update: 1 } }) },
  { parameters: { v: { type: 'string' } }, outputs: { o: { value: { get_attr: ['t', 'output'] } } } },
);
const files = { files: JSON.stringify({ 'inner.yaml': inner }) };
const outer = (v: string, more: object = {}): string => hot({ r: { type: 'inner.yaml', properties: { v } }, ...more });

async function recordOf(stack: Uuid): Promise<StackRecord> {
  const [row] = await rig.store.read('stacks', [stack]);
  if (row === undefined) throw new Error(`no stack ${stack}`);
  return decode.stack(row);
}

async function until(stack: Uuid, state: string): Promise<void> {
  for (let i = 0; i < 500; i++) {
    const [row] = await rig.store.read('stacks', [stack]);
    if (row !== undefined && `${String(row.columns['action'])}_${String(row.columns['status'])}` === state) return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`${state} did not come: ${JSON.stringify(await rig.ended(stack))}`);
}

async function parentAndChild(): Promise<readonly [Uuid, Uuid]> {
  rig = await started();
  const stack = await rig.create(outer('one'), files);
  expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
  return [stack, (await rig.physical(stack, 'r')) as Uuid];
}

/** As if its parent's resource had sent it. */
async function send(child: Uuid, order: Partial<Order>): Promise<void> {
  const to = { kind: 'stack', stack: child, bucket: 0, id: child };
  const message: Order = {
    kind: 'order',
    order: 1,
    parent: { kind: 'resource', stack: rig.world.dice.uuid(), bucket: 0, id: rig.world.dice.uuid() },
    what: 'define',
    parentResource: 'r',
    name: 'one-r-x',
    root: child,
    tree: { project: 'p', username: 'u', isAdmin: false, depth: 0, environment: 'none', files: 'none' },
    converge: false,
    template: hot({ late: test() }),
    parameters: rig.world.vault.seal('{}'),
    entry: [],
    ...order,
  };
  rig.node.receive({ id: rig.world.dice.uuid(), to, from: message.parent, clock: rig.world.clock.now(), message });
  await new Promise(resolve => setTimeout(resolve, 150));
}

describe('an order', () => {
  it('that comes after its stack was ordered away makes nothing', async () => {
    rig = await started();
    await rig.create(hot({})); // its node owns all shards by now
    const child = rig.world.dice.uuid();
    await send(child, { order: 2, what: 'delete' });
    expect(await rig.ended(child)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    const buried = await recordOf(child);
    await send(child, { order: 1 });
    expect(await recordOf(child)).toEqual(buried);
    expect(await rig.resources(child)).toEqual([]);
    // Nor does one that was sent later: what is gone is gone.
    await send(child, { order: 3 });
    expect(await rig.resources(child)).toEqual([]);
    expect(await rig.ended(child)).toContain('DELETE_COMPLETE');
    expect((await recordOf(child)).nesting?.settled).toEqual({
      order: 3,
      failure: 'The Stack (one-r-x) could not be found.',
    });
    expect(rig.problems).toEqual([]);
  });

  it('that comes late or twice changes nothing', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(stack, outer('two'), files);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const now = await recordOf(child);
    expect(now.nesting).toMatchObject({ taken: 2, settled: { order: 2, failure: null } });
    for (const order of [1, 2]) await send(child, { order });
    for (const order of [1, 2]) await send(child, { order, what: 'delete' });
    expect(await recordOf(child)).toEqual(now);
    expect(await rig.resources(child)).toEqual(['t UPDATE_COMPLETE: state changed']);
    expect(rig.problems).toEqual([]);
  });

  it('is not answered by another stack that its resource had before', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(stack, outer('two'), files);
    await until(child, 'UPDATE_IN_PROGRESS');
    const [row] = await rig.store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
    if (row === undefined) throw new Error('no row of r');
    const to = { kind: row.kind, stack, bucket: row.bucket, id: row.key };
    const older = rig.world.dice.uuid();
    const from = { kind: 'stack', stack: older, bucket: 0, id: older };
    const message = { kind: 'childSettled', child: older, order: 2, there: true };
    rig.node.receive({ id: rig.world.dice.uuid(), to, from, clock: rig.world.clock.now(), message });
    await new Promise(resolve => setTimeout(resolve, 150));
    expect(await rig.resources(stack)).toEqual(['r UPDATE_IN_PROGRESS: state changed']);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(await rig.ended(child)).toContain('UPDATE_COMPLETE');
  });

  it('to do something with a stack that never came says so, and one that comes after it is taken', async () => {
    rig = await started();
    await rig.create(hot({})); // its node owns all shards by now
    const child = rig.world.dice.uuid();
    await send(child, { order: 1, what: 'suspend' });
    expect(await rig.store.read('stacks', [child])).toEqual([]);
    await send(child, { order: 2 });
    expect(await rig.ended(child)).toContain('CREATE_COMPLETE');
    expect(await rig.resources(child)).toEqual(['late CREATE_COMPLETE: state changed']);
  });
});

describe('a cancel', () => {
  it('without rollback stops the stacks below, and the next update goes on', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(stack, outer('two'), files);
    await until(child, 'UPDATE_IN_PROGRESS');
    await rig.ask(stack, { kind: 'cancel', rollback: false } as { kind: string });
    expect(await rig.ended(stack)).toBe('UPDATE_FAILED: Stack UPDATE cancelled');
    expect(await rig.ended(child)).toBe('UPDATE_FAILED: Stack UPDATE cancelled');
    await rig.update(stack, outer('three'), files);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const events = (await rig.events(stack)).filter(text => text.startsWith('r '));
    expect(events).toEqual([
      'r CREATE_IN_PROGRESS',
      'r CREATE_COMPLETE',
      'r UPDATE_IN_PROGRESS',
      'r UPDATE_FAILED: resources.r: Stack UPDATE cancelled',
      'r UPDATE_IN_PROGRESS',
      'r UPDATE_COMPLETE',
    ]);
    expect(rig.problems).toEqual([]);
  });

  it('without rollback orders no further batch', async () => {
    rig = await started();
    const group = (value: string): string =>
      hot({
        g: {
          type: 'OS::Heat::ResourceGroup',
          properties: { count: 3, resource_def: test({ value, action_wait_secs: { update: 1 } }) },
          update_policy: { rolling_update: { max_batch_size: 1 } },
        },
      });
    const stack = await rig.create(group('old'));
    await rig.ended(stack);
    const child = (await rig.physical(stack, 'g')) as Uuid;
    await rig.update(stack, group('new'));
    await until(child, 'UPDATE_IN_PROGRESS');
    await rig.ask(stack, { kind: 'cancel', rollback: false } as { kind: string });
    expect(await rig.ended(child)).toBe('UPDATE_FAILED: Stack UPDATE cancelled');
    await new Promise(resolve => setTimeout(resolve, 1_500));
    const begun = (await rig.events(child)).filter(text => /^\d UPDATE_IN_PROGRESS/.test(text));
    expect(begun).toEqual(['2 UPDATE_IN_PROGRESS']);
    expect(rig.problems).toEqual([]);
  });

  it('with rollback takes the child back by an ordinary update', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(stack, outer('two'), files);
    await until(child, 'UPDATE_IN_PROGRESS');
    await rig.ask(stack, { kind: 'cancel', rollback: true } as { kind: string });
    expect(await rig.ended(stack)).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect((await rig.events(child)).filter(text => !text.startsWith('t '))).toEqual(
      [
        'CREATE_IN_PROGRESS: Stack CREATE started',
        'CREATE_COMPLETE: Stack CREATE completed successfully',
        'UPDATE_IN_PROGRESS: Stack UPDATE started',
        'UPDATE_FAILED: Stack UPDATE cancelled',
        'UPDATE_IN_PROGRESS: Stack UPDATE started',
        'UPDATE_COMPLETE: Stack UPDATE completed successfully',
      ].map(text => expect.stringMatching(new RegExp(`^one-r-\\w+ ${text}$`))),
    );
    expect(rig.problems).toEqual([]);
  });
});

describe('a command that comes to a child directly', () => {
  it('and changes it is undone by its parent’s next update', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(child, hot({ other: test() }));
    expect(await rig.ended(child)).toContain('UPDATE_COMPLETE');
    expect(await rig.resources(child)).toEqual(['other CREATE_COMPLETE: state changed']);
    await rig.update(stack, outer('one'), files);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(await rig.resources(child)).toEqual(['t CREATE_COMPLETE: state changed']);
    expect(rig.problems).toEqual([]);
  });

  it('and takes back what its parent ordered fails its parent’s update', async () => {
    const [stack, child] = await parentAndChild();
    await rig.update(stack, outer('two'), files);
    await until(child, 'UPDATE_IN_PROGRESS');
    await rig.ask(child, { kind: 'cancel', rollback: true } as { kind: string });
    expect(await rig.ended(stack)).toBe('UPDATE_FAILED: Resource UPDATE failed: resources.r: Stack UPDATE cancelled');
    expect(await rig.ended(child)).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect(rig.problems).toEqual([]);
  });

  it('and deletes it fails its parent’s next update, and holds no delete up', async () => {
    const [stack, child] = await parentAndChild();
    await rig.ask(child, { kind: 'remove' });
    expect(await rig.ended(child)).toContain('DELETE_COMPLETE');
    await rig.update(stack, outer('two'), files);
    expect(await rig.ended(stack)).toMatch(
      /^UPDATE_FAILED: Resource UPDATE failed: resources\.r: The Stack \(one-r-\w+\) could not be found\.$/,
    );
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });

  it('and suspends it fails its parent’s next update, until it is resumed', async () => {
    const [stack, child] = await parentAndChild();
    await rig.ask(child, { kind: 'act', action: 'SUSPEND' } as { kind: string });
    expect(await rig.ended(child)).toContain('SUSPEND_COMPLETE');
    await rig.update(stack, outer('two'), files);
    expect(await rig.ended(stack)).toBe(
      'UPDATE_FAILED: Resource UPDATE failed: resources.r: Updating a stack when it is suspended is not supported.',
    );
    await rig.ask(child, { kind: 'act', action: 'RESUME' } as { kind: string });
    expect(await rig.ended(child)).toContain('RESUME_COMPLETE');
    await rig.update(stack, outer('two'), files);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });
});

describe('a stack beside its parent', () => {
  it('is a root to whoever lists it, and goes with the resource', async () => {
    rig = await started();
    const stack = await rig.create(
      hot({ s: { type: 'OS::Heat::Stack', properties: { template: hot({ t: test() }) } } }),
    );
    expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
    const child = (await rig.physical(stack, 's')) as Uuid;
    const roots = await rig.store.select('stacks', { where: [{ column: 'nested_depth', in: [0] }] });
    expect(roots.map(({ key }) => key).sort()).toEqual([stack, child].sort());
    expect(await stacksBelow(rig.world, stack)).toHaveLength(1);
    expect(await stacksBelow(rig.world, stack, { shown: true })).toEqual([]);
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
    expect(await rig.ended(child)).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });
});
