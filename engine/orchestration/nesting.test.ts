/** Nested stacks over one node: templates as types, groups, updates, failures and deletes down and up the tree. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Uuid } from '../kernel/ids.ts';
import { started } from '../../test/support/stack-rig.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;

afterEach(async () => {
  await rig.node.stop();
});

const hot = (more: object): string => JSON.stringify({ heat_template_version: '2021-04-16', ...more });
const filesOf = (files: Record<string, string>) => ({ files: JSON.stringify(files) });

const inner = hot({
  parameters: { v: { type: 'string' }, fail: { type: 'boolean', default: false } },
  resources: {
    t: { type: 'OS::Heat::TestResource', properties: { value: { get_param: 'v' }, fail: { get_param: 'fail' } } },
  },
  outputs: { o: { value: { get_attr: ['t', 'output'] } } },
});
const outer = (properties: object) =>
  hot({
    resources: {
      r: { type: 'inner.yaml', properties },
      after: { type: 'OS::Heat::TestResource', properties: { value: { get_attr: ['r', 'o'] } } },
    },
  });
const group = (properties: object, update_policy: object = {}) =>
  hot({
    resources: {
      g: { type: 'OS::Heat::ResourceGroup', properties, update_policy },
      refs: { type: 'OS::Heat::Value', properties: { value: { get_attr: ['g', 'attributes', 'output'] } } },
    },
  });
const member = (value: string) => ({ type: 'OS::Heat::TestResource', properties: { value } });

async function childOf(stack: Uuid, name: string): Promise<Uuid> {
  return (await rig.physical(stack, name)) as Uuid;
}

/** What a resource of the stack was made with. */
async function madeWith(stack: Uuid, name: string): Promise<unknown> {
  const rows = await rig.store.select('incarnations', { where: [{ column: 'stack', in: [stack] }] });
  const found = rows.map(row => JSON.parse(row.state) as { physicalName: string; properties: string });
  const mine = found.find(({ physicalName }) => physicalName.includes(`-${name}-`));
  return mine === undefined ? undefined : (JSON.parse(mine.properties) as { value: unknown }).value;
}

describe('a template as a resource', () => {
  it('is a stack of its own, whose outputs are its attributes; it is updated, and deleted', async () => {
    rig = await started();
    const stack = await rig.create(outer({ v: 'one' }), filesOf({ 'inner.yaml': inner }));
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const child = await childOf(stack, 'r');
    expect(await rig.resources(child)).toEqual(['t CREATE_COMPLETE: state changed']);
    expect(await madeWith(stack, 'after')).toBe('one');
    await rig.update(stack, outer({ v: 'two' }), filesOf({ 'inner.yaml': inner }));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await childOf(stack, 'r')).toBe(child);
    expect(await madeWith(child, 't')).toBe('two');
    expect(await madeWith(stack, 'after')).toBe('two');
    await rig.ask(stack, { kind: 'remove' });
    expect(await rig.ended(stack)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(await rig.ended(child)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(await rig.resources(child)).toEqual([]);
    expect(rig.problems).toEqual([]);
  });

  it('gets the empty value of its type where null is given, and says which of its outputs cannot be resolved', async () => {
    rig = await started();
    const child = hot({
      parameters: { s: { type: 'string', default: 'd' }, n: { type: 'number', default: 5 } },
      resources: { v: { type: 'OS::Heat::Value', properties: { value: [{ get_param: 's' }, { get_param: 'n' }] } } },
      outputs: { o: { value: { get_attr: ['v', 'value'] } }, bad: { value: { list_join: [',', [5]] } } },
    });
    const read = (attribute: string) => ({ value: { get_attr: ['r', attribute] } });
    const stack = await rig.create(
      hot({
        resources: { r: { type: 'c.yaml', properties: { s: null, n: null } } },
        outputs: { o: read('o'), bad: read('bad'), none: read('none') },
      }),
      filesOf({ 'c.yaml': child }),
    );
    expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
    const shown = (await rig.outputs(stack)).map(({ key, value, error }) => [key, value, error]);
    expect(shown).toEqual([
      ['o', ['', 0n], undefined],
      ['bad', null, 'Error in r output bad: Items to join must be string, map or list not 5'],
      ['none', null, 'The Referenced Attribute (r none) is incorrect.'],
    ]);
  });

  it('goes when its resource is of a type that is no stack', async () => {
    rig = await started();
    const stack = await rig.create(outer({ v: 'one' }), filesOf({ 'inner.yaml': inner }));
    expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
    const child = await childOf(stack, 'r');
    await rig.update(stack, hot({ resources: { r: { type: 'OS::Heat::TestResource' } } }));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await rig.ended(child)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(rig.problems).toEqual([]);
  });

  it('that fails says so up the path, and is mended by the next update', async () => {
    rig = await started();
    const files = filesOf({ 'inner.yaml': inner });
    const stack = await rig.create(outer({ v: 'one', fail: true }), files);
    expect(await rig.ended(stack)).toBe(
      'CREATE_FAILED: Resource CREATE failed: ValueError: resources.r.resources.t: Test Resource failed t',
    );
    const child = await childOf(stack, 'r');
    await rig.update(stack, outer({ v: 'two' }), files);
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await childOf(stack, 'r')).toBe(child);
    expect(rig.problems).toEqual([]);
  });

  it('goes back with its parent', async () => {
    rig = await started();
    const files = filesOf({ 'inner.yaml': inner });
    const stack = await rig.create(outer({ v: 'one' }), files);
    await rig.ended(stack);
    await rig.update(stack, outer({ v: 'two', fail: true }), { ...files, disableRollback: false });
    for (let i = 0; i < 300 && !(await rig.ended(stack)).startsWith('ROLLBACK_COMPLETE'); i++) {
      await new Promise(resolve => setTimeout(resolve, 10));
    }
    expect(await rig.ended(stack)).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect(await madeWith(stack, 'after')).toBe('one');
    expect(rig.problems).toEqual([]);
  });

  it('is suspended, resumed and checked with its parent', async () => {
    rig = await started();
    const stack = await rig.create(outer({ v: 'one' }), filesOf({ 'inner.yaml': inner }));
    await rig.ended(stack);
    const child = await childOf(stack, 'r');
    for (const action of ['SUSPEND', 'RESUME', 'CHECK']) {
      await rig.ask(stack, { kind: 'act', action } as { kind: string });
      expect(await rig.ended(stack)).toContain(`${action}_COMPLETE`);
      expect(await rig.ended(child)).toContain(`${action}_COMPLETE`);
    }
    expect(rig.problems).toEqual([]);
  });
});

describe('a group', () => {
  it('grows and shrinks, and its members are read in order', async () => {
    rig = await started();
    const stack = await rig.create(group({ count: 2, resource_def: member('m%index%') }));
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const child = await childOf(stack, 'g');
    expect(await madeWith(stack, 'refs')).toEqual({ 0: 'm0', 1: 'm1' });
    await rig.update(stack, group({ count: 5, resource_def: member('m%index%') }));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect((await rig.resources(child)).length).toBe(5);
    const last = group({ count: 1, resource_def: member('m%index%'), removal_policies: [{ resource_list: ['0'] }] });
    await rig.update(stack, last);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(await rig.resources(child)).toEqual(['1 CREATE_COMPLETE: state changed']);
    expect(await madeWith(stack, 'refs')).toEqual({ 1: 'm1' });
    expect(rig.problems).toEqual([]);
  });

  it('is changed in batches', async () => {
    rig = await started();
    const policy = { rolling_update: { max_batch_size: 2, min_in_service: 0 } };
    const stack = await rig.create(group({ count: 4, resource_def: member('old') }, policy));
    await rig.ended(stack);
    const child = await childOf(stack, 'g');
    await rig.update(stack, group({ count: 4, resource_def: member('new') }, policy));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const updates = (await rig.events(child)).filter(text => text.includes('UPDATE_IN_PROGRESS'));
    expect(updates.filter(text => /^[0-3] /.test(text)).length).toBe(4);
    expect(updates.filter(text => !/^[0-3] /.test(text)).length).toBe(2);
    expect(rig.problems).toEqual([]);
  });

  it('that is to lose a member before its first one was made never has it', async () => {
    rig = await started();
    const stack = await rig.create(group({ count: 2, resource_def: member('m%index%') }));
    const less = { count: 2, resource_def: member('m%index%'), removal_policies: [{ resource_list: ['0'] }] };
    await rig.update(stack, group(less));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(await madeWith(stack, 'refs')).toEqual({ 1: 'm1', 2: 'm2' });
    expect(rig.problems).toEqual([]);
  });

  it('keeps the names that an update took away, also if that update failed', async () => {
    rig = await started();
    const sized = (properties: object, more: object = {}) =>
      group({ count: 2, resource_def: { type: 'OS::Heat::TestResource', properties }, ...more });
    const stack = await rig.create(sized({ value: 'one' }));
    await rig.ended(stack);
    await rig.update(stack, sized({ value: 'two', fail: true }, { removal_policies: [{ resource_list: ['0'] }] }));
    expect(await rig.ended(stack)).toContain('UPDATE_FAILED');
    await rig.update(stack, sized({ value: 'three' }));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(await madeWith(stack, 'refs')).toEqual({ 1: 'three', 2: 'three' });
    expect(rig.problems).toEqual([]);
  });

  it('goes on with its batches as they were begun, while a newer update says otherwise and has to wait', async () => {
    rig = await started();
    const slow = (value: string) => ({
      type: 'OS::Heat::TestResource',
      properties: { value, action_wait_secs: { update: 2 } },
    });
    const batched = (value: string, other: string, more: object) => {
      const properties = { count: 3, resource_def: member(value) };
      const g = { type: 'OS::Heat::ResourceGroup', properties, depends_on: 'slow', ...more };
      return JSON.stringify({ heat_template_version: '2021-04-16', resources: { slow: slow(other), g } });
    };
    const policy = { update_policy: { rolling_update: { max_batch_size: 1, pause_time: 1 } } };
    const stack = await rig.create(batched('old', 'a', policy));
    await rig.ended(stack);
    const child = await childOf(stack, 'g');
    await rig.update(stack, batched('new', 'a', policy));
    const begun = async () => (await rig.events(child)).filter(text => text.startsWith('one-g-')).length;
    for (let i = 0; i < 300 && (await begun()) < 4; i++) await new Promise(resolve => setTimeout(resolve, 10));
    await rig.update(stack, batched('new', 'b', {}));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const changed = (await rig.events(child)).filter(text => /^[0-2] UPDATE_COMPLETE/.test(text));
    expect(changed).toHaveLength(3);
    expect(rig.problems).toEqual([]);
  });
});
