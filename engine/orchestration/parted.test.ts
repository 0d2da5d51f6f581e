/** What a resource waits for before it goes: never for those that went, or let go of it, in an earlier generation. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import { limits } from '../kernel/limits.ts';

type Rig = Awaited<ReturnType<typeof started>>;

let rig: Rig | undefined;
afterEach(() => rig?.node.kill());

const head = 'heat_template_version: 2018-08-31\nresources:\n';
const test = (name: string, properties: string, rest = '') =>
  `  ${name}: {type: OS::Heat::TestResource, properties: {${properties}}${rest}}\n`;

/** Runs the templates one after the other, then removes the stack; how long that took, in milliseconds. */
async function lastMs(...templates: readonly string[]): Promise<number> {
  rig = await started();
  const [first = '', ...later] = templates;
  const stack = await rig.create(head + first);
  expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
  for (const next of later) {
    await rig.update(stack, head + next);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
  }
  const from = performance.now();
  await rig.ask(stack, { kind: 'remove' });
  expect(await rig.ended(stack)).toContain('DELETE_COMPLETE');
  expect(rig.problems).toEqual([]);
  return performance.now() - from;
}

// Nobody tells it any more, so only a pull would: it comes after limits.pullFirstMs.
const soon = limits.pullFirstMs / 2;

describe('a stack that goes after an update', () => {
  it('waits for none that the update took away', async () => {
    const user = test('user', 'action_wait_secs: {delete: 0.1}', ', depends_on: used');
    expect(await lastMs(test('used', 'value: x') + user, test('used', 'value: x'))).toBeLessThan(soon);
  });

  it('waits for none that uses something else since', async () => {
    const both = test('used', 'value: x') + test('other', 'value: x');
    const user = (of: string) =>
      test('user', `value: {get_attr: [${of}, output]}, update_replace_value: ${of}`, `, depends_on: ${of}`);
    expect(await lastMs(both + user('used'), both + user('other'))).toBeLessThan(soon);
    const slow = (of: string) => test('user', `value: ${of}, action_wait_secs: {update: 0.1}`, `, depends_on: ${of}`);
    expect(await lastMs(both + slow('used'), both + slow('other'))).toBeLessThan(soon);
  });
});

describe('what is still used after an update that failed', () => {
  const user = (value: string, of: string) => test('user', `value: ${value}, wait_secs: 0.2`, `, depends_on: ${of}`);
  const failing = (of: string) => test('user', 'value: b, fail: true', `, depends_on: ${of}`);
  const both = test('used', 'value: x') + test('other', 'value: x');

  it.each([[[]], [['CHECK']]])('goes after who used it has moved, whatever came in between: %s', async actions => {
    rig = await started();
    const stack = await rig.create(head + both + user('a', 'used'));
    await rig.ended(stack);
    await rig.update(stack, head + both + failing('other'));
    expect(await rig.ended(stack)).toContain('UPDATE_FAILED');
    for (const action of actions) {
      await rig.ask(stack, { kind: 'act', action } as { kind: string });
      await rig.ended(stack);
    }
    const known = (await rig.events(stack)).length;
    await rig.update(stack, head + test('other', 'value: x') + user('c', 'other'));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const told = (await rig.events(stack)).slice(known).map(line => line.split(':')[0]);
    const end = Math.max(told.indexOf('user UPDATE_COMPLETE'), told.indexOf('user CREATE_COMPLETE'));
    expect(end).toBeGreaterThan(0);
    expect(told.indexOf('used DELETE_IN_PROGRESS')).toBeGreaterThan(end);
    expect(rig.problems).toEqual([]);
  });
});

describe('what an update replaces', () => {
  it('waits for none that parted from it before', async () => {
    const used = (value: string) => test('used', `update_replace_value: ${value}`);
    const user = test('user', 'action_wait_secs: {delete: 0.1}', ', depends_on: used');
    rig = await started();
    const stack = await rig.create(head + used('a') + user);
    await rig.ended(stack);
    await rig.update(stack, head + used('a'));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const from = performance.now();
    await rig.update(stack, head + used('b'));
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    expect(performance.now() - from).toBeLessThan(soon);
  });
});
