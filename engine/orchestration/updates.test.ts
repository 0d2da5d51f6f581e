/** Updates as real Heat does them: events, reasons, who is told and who is not (contract: lifecycle §7, recorded). */
import { describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';

const head = 'heat_template_version: 2018-08-31\nresources:\n';
const test = (name: string, properties: string, rest = '') =>
  `  ${name}: {type: OS::Heat::TestResource, properties: {${properties}}${rest}}\n`;
const value = (name: string, text: string, rest = '') =>
  `  ${name}: {type: OS::Heat::Value, properties: {value: ${text}}${rest}}\n`;

async function updated(before: string, after: string, options: Record<string, unknown> = {}) {
  const rig = await started();
  const stack = await rig.create(head + before);
  await rig.ended(stack);
  const known = (await rig.events(stack)).length;
  const first = await rig.physical(stack, 'a');
  await rig.update(stack, head + after, options);
  const end = await rig.ended(stack);
  const told = (await rig.events(stack)).slice(known);
  return { ...rig, stack, end, events: told, first, known, all: rig.events };
}

describe('an update', () => {
  it('of nothing tells nobody', async () => {
    const { end, events, problems, store, stack, node } = await updated(
      value('a', '1') + value('b', '{get_attr: [a, value]}'),
      value('a', '1') + value('b', '{get_attr: [a, value]}'),
    );
    expect(end).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(events).toEqual(['one UPDATE_IN_PROGRESS', 'one UPDATE_COMPLETE']);
    const rows = await store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
    expect(rows.map(row => row.columns['generation'])).toEqual([1, 1]);
    expect(problems).toEqual([]);
    node.kill();
  });

  it('changes in place, and its users after it', async () => {
    const { events, first, physical, stack, problems, node } = await updated(
      value('a', '1') + value('b', '{get_attr: [a, value]}') + value('c', '3'),
      value('a', '2') + value('b', '{get_attr: [a, value]}') + value('c', '3'),
    );
    expect(events).toEqual([
      'one UPDATE_IN_PROGRESS',
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'b UPDATE_IN_PROGRESS',
      'b UPDATE_COMPLETE',
      'one UPDATE_COMPLETE',
    ]);
    expect(await physical(stack, 'a')).toBe(first);
    expect(problems).toEqual([]);
    node.kill();
  });

  it('replaces, moves the users, then takes the old one away', async () => {
    const { events, first, physical, stack, problems, node } = await updated(
      '  a: {type: OS::Heat::RandomString, properties: {length: 8}}\n' + value('b', '{get_resource: a}'),
      '  a: {type: OS::Heat::RandomString, properties: {length: 9}}\n' + value('b', '{get_resource: a}'),
    );
    expect(events).toEqual([
      'one UPDATE_IN_PROGRESS',
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE: The Resource a requires replacement.',
      'a CREATE_IN_PROGRESS',
      'a CREATE_COMPLETE',
      'b UPDATE_IN_PROGRESS',
      'b UPDATE_COMPLETE',
      'a DELETE_IN_PROGRESS',
      'a DELETE_COMPLETE',
      'one UPDATE_COMPLETE',
    ]);
    expect(await physical(stack, 'a')).not.toBe(first);
    expect(problems).toEqual([]);
    node.kill();
  });

  it('to another type replaces without trying', async () => {
    const { events, node } = await updated(value('a', 'x'), test('a', 'value: x'));
    expect(events.slice(1, -1)).toEqual([
      'a CREATE_IN_PROGRESS',
      'a CREATE_COMPLETE',
      'a DELETE_IN_PROGRESS',
      'a DELETE_COMPLETE',
    ]);
    node.kill();
  });

  it('adds and removes', async () => {
    const { events, resources, stack, problems, node } = await updated(
      value('a', '1') + value('b', '{get_attr: [a, value]}'),
      value('c', '1') + value('d', '{get_attr: [c, value]}'),
    );
    const of = (name: string) => events.filter(event => event.startsWith(`${name} `));
    expect(events.indexOf('b DELETE_COMPLETE')).toBeLessThan(events.indexOf('a DELETE_IN_PROGRESS'));
    expect(of('c')).toEqual(['c CREATE_IN_PROGRESS', 'c CREATE_COMPLETE']);
    expect(of('d')).toEqual(['d CREATE_IN_PROGRESS', 'd CREATE_COMPLETE']);
    expect(await resources(stack)).toEqual(['c CREATE_COMPLETE: state changed', 'd CREATE_COMPLETE: state changed']);
    expect(problems).toEqual([]);
    node.kill();
  });

  it('turns a dependency around without waiting in a circle', async () => {
    const { events, end, node } = await updated(
      test('a', 'update_replace_value: x') + test('b', 'update_replace_value: y', ', depends_on: a'),
      test('a', 'update_replace_value: z', ', depends_on: b') + test('b', 'update_replace_value: w'),
    );
    expect(end).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    const deleted = events.filter(event => event.endsWith('DELETE_COMPLETE'));
    expect(deleted).toEqual(['b DELETE_COMPLETE', 'a DELETE_COMPLETE']);
    node.kill();
  });

  it('that only changes metadata or depends_on says so and calls nothing', async () => {
    const { events, node } = await updated(
      value('a', '1') + value('b', '1'),
      value('a', '1', ', metadata: {x: 1}') + value('b', '1', ', depends_on: a'),
    );
    expect(events.slice(1, -1)).toEqual([
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'b UPDATE_IN_PROGRESS',
      'b UPDATE_COMPLETE',
    ]);
    node.kill();
  });

  it('replaces what failed, without trying to change it', async () => {
    const rig = await started();
    const stack = await rig.create(head + test('a', 'fail: true') + test('b', 'value: x', ', depends_on: a'));
    await rig.ended(stack);
    const known = (await rig.events(stack)).length;
    await rig.update(stack, head + test('a', 'fail: false') + test('b', 'value: x', ', depends_on: a'));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    const events = (await rig.events(stack)).slice(known);
    expect(events.filter(event => event.startsWith('a '))).toEqual([
      'a CREATE_IN_PROGRESS',
      'a CREATE_COMPLETE',
      'a DELETE_IN_PROGRESS',
      'a DELETE_COMPLETE',
    ]);
    expect(events.filter(event => event.startsWith('b '))).toEqual(['b CREATE_IN_PROGRESS', 'b CREATE_COMPLETE']);
    rig.node.kill();
  });

  it('that fails says what failed, and rolls back where that was asked for', async () => {
    const before = test('a', 'value: x') + test('b', 'value: {get_attr: [a, output]}');
    const after = test('a', 'value: y') + test('b', 'value: {get_attr: [a, output]}, fail: true');
    const { end, events, resources, stack, problems, node } = await updated(before, after, { disableRollback: false });
    expect(end).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect(events).toEqual([
      'one UPDATE_IN_PROGRESS',
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'b UPDATE_IN_PROGRESS',
      'b UPDATE_FAILED: ValueError: resources.b: Test Resource failed b',
      'one UPDATE_FAILED',
      'one ROLLBACK_IN_PROGRESS',
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'b CREATE_IN_PROGRESS',
      'b CREATE_COMPLETE',
      'b DELETE_IN_PROGRESS',
      'b DELETE_COMPLETE',
      'one ROLLBACK_COMPLETE',
    ]);
    expect(await resources(stack)).toEqual(['a UPDATE_COMPLETE: state changed', 'b CREATE_COMPLETE: state changed']);
    expect(problems).toEqual([]);
    node.kill();
  });

  it('rolled back takes the old one back without an event', async () => {
    const before = test('a', 'update_replace_value: x') + test('b', 'value: x', ', depends_on: a');
    const after = test('a', 'update_replace_value: y') + test('b', 'value: y, fail: true', ', depends_on: a');
    const { events, first, physical, resources, stack, node } = await updated(before, after, {
      disableRollback: false,
    });
    expect(events.filter(event => event.startsWith('a '))).toEqual([
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE: The Resource a requires replacement.',
      'a CREATE_IN_PROGRESS',
      'a CREATE_COMPLETE',
      'a DELETE_IN_PROGRESS',
      'a DELETE_COMPLETE',
    ]);
    expect(await physical(stack, 'a')).toBe(first);
    expect((await resources(stack))[0]).toBe('a UPDATE_COMPLETE: The Resource a requires replacement.');
    node.kill();
  });

  it('puts back what it had removed', async () => {
    const before = test('a', 'value: x') + test('b', 'value: x');
    const { end, resources, stack, node } = await updated(before, test('b', 'value: y, fail: true, wait_secs: 0.2'), {
      disableRollback: false,
    });
    expect(end).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect(await resources(stack)).toEqual(['a CREATE_COMPLETE: state changed', 'b CREATE_COMPLETE: state changed']);
    node.kill();
  });

  it('supersedes one that is under way', async () => {
    const rig = await started();
    const stack = await rig.create(head + test('a', 'value: x'));
    await rig.ended(stack);
    const known = (await rig.events(stack)).length;
    await rig.update(stack, head + test('a', 'value: y, action_wait_secs: {update: 0.3}'));
    await rig.update(stack, head + test('a', 'value: z'));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect((await rig.events(stack)).slice(known)).toEqual([
      'one UPDATE_IN_PROGRESS',
      'a UPDATE_IN_PROGRESS',
      'one UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'a UPDATE_IN_PROGRESS',
      'a UPDATE_COMPLETE',
      'one UPDATE_COMPLETE',
    ]);
    rig.node.kill();
  });
});

describe('cancelling', () => {
  it('rolls back at once, or lets the running one end', async () => {
    for (const rollback of [true, false]) {
      const rig = await started();
      const stack = await rig.create(head + test('a', 'value: x'));
      await rig.ended(stack);
      await rig.update(stack, head + test('a', 'value: y, action_wait_secs: {update: 0.3}'));
      await rig.ask(stack, { kind: 'cancel', rollback } as { kind: string });
      expect(await rig.ended(stack)).toBe(
        rollback ? 'ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully' : 'UPDATE_FAILED: Stack UPDATE cancelled',
      );
      rig.node.kill();
    }
  });
});

describe('an update at the same moment as a cancel', () => {
  it('removes what the rollback has just made again', async () => {
    const rig = await started();
    const a = test('a', 'value: x, action_wait_secs: {update: 0.3}');
    const stack = await rig.create(head + a + test('c', 'value: x'));
    await rig.ended(stack);
    const without = head + test('a', 'value: y, action_wait_secs: {update: 0.3}');
    await rig.update(stack, without);
    while ((await rig.resources(stack)).length > 1) await new Promise(resolve => setTimeout(resolve, 5));
    const cancelled = rig.ask(stack, { kind: 'cancel', rollback: true } as { kind: string });
    await Promise.all([cancelled, rig.update(stack, without)]);
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect((await rig.resources(stack)).map(text => text.slice(0, 2))).toEqual(['a ']);
    expect(rig.problems).toEqual([]);
    rig.node.kill();
  });
});

describe('acting on a stack', () => {
  it('suspends users first, resumes them last, and checks', async () => {
    const { stack, ask, ended, all, known, node, update } = await updated(
      test('a', 'value: x') + test('b', 'value: x', ', depends_on: a'),
      test('a', 'value: x') + test('b', 'value: x', ', depends_on: a'),
    );
    const from = (await all(stack)).length;
    expect(known).toBeLessThan(from);
    const acted = async (action: string) => {
      await ask(stack, { kind: 'act', action } as { kind: string });
      return ended(stack);
    };
    expect(await acted('SUSPEND')).toBe('SUSPEND_COMPLETE: Stack SUSPEND completed successfully');
    await expect(update(stack, head + test('a', 'value: y'))).rejects.toThrow(
      'Updating a stack when it is suspended is not supported.',
    );
    expect(await acted('RESUME')).toBe('RESUME_COMPLETE: Stack RESUME completed successfully');
    expect(await acted('RESUME')).toBe('RESUME_COMPLETE: Stack RESUME completed successfully');
    expect(await acted('CHECK')).toMatch('CHECK_COMPLETE: Stack CHECK completed successfully');
    const order = (await all(stack)).slice(from);
    expect(order.indexOf('b SUSPEND_COMPLETE')).toBeLessThan(order.indexOf('a SUSPEND_IN_PROGRESS'));
    expect(order.indexOf('a RESUME_COMPLETE')).toBeLessThan(order.indexOf('b RESUME_IN_PROGRESS'));
    expect(order).toContain('a CHECK_COMPLETE: CHECK not supported for OS::Heat::TestResource');
    node.kill();
  });
});

describe('checking a stack of which an update failed', () => {
  const act = (rig: Awaited<ReturnType<typeof started>>, stack: Parameters<typeof rig.ended>[0]) =>
    rig.ask(stack, { kind: 'act', action: 'CHECK' } as { kind: string });

  it('settles nothing of what was left open', async () => {
    const rig = await started();
    const a = test('a', 'value: x, action_wait_secs: {create: 0.2}');
    const template = head + a + test('b', 'value: {get_attr: [a, output]}');
    const stack = await rig.create(template);
    await rig.ask(stack, { kind: 'cancel', rollback: false } as { kind: string });
    while (!(await rig.resources(stack)).some(text => text.startsWith('a CREATE_COMPLETE')))
      await new Promise(resolve => setTimeout(resolve, 10));
    await act(rig, stack);
    expect(await rig.ended(stack)).toContain('CHECK_COMPLETE');
    await rig.update(stack, template);
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect((await rig.resources(stack)).map(text => text.split(':')[0])).toEqual([
      'a CHECK_COMPLETE',
      'b CREATE_COMPLETE',
    ]);
    rig.node.kill();
  });

  it('waits for nothing that is on its way out', async () => {
    const rig = await started();
    const old = test('g', 'value: {get_attr: [d, output]}, update_replace_value: one');
    const stack = await rig.create(head + test('d', 'value: x') + old + test('h', 'value: {get_attr: [g, output]}'));
    await rig.ended(stack);
    const next =
      test('g', 'value: x, update_replace_value: two') + test('h', 'value: y, fail: true', ', depends_on: g');
    await rig.update(stack, head + next);
    expect(await rig.ended(stack)).toContain('UPDATE_FAILED');
    await act(rig, stack);
    expect(await rig.ended(stack)).toContain('CHECK_COMPLETE');
    await rig.update(stack, head + next.replace('fail: true', 'fail: false'));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect((await rig.resources(stack)).length).toBe(2);
    expect(rig.problems).toEqual([]);
    rig.node.kill();
  });

  it('checks what is there, not what it was to become', async () => {
    const rig = await started();
    const stack = await rig.create(head + test('a', 'value: x') + test('b', 'value: x'));
    await rig.ended(stack);
    const inner = `${head}${test('t', 'value: x')}`;
    const next = `${test('a', 'value: y, fail: true')}  b: {type: inner.yaml, depends_on: a}\n`;
    await rig.update(stack, head + next, { files: JSON.stringify({ 'inner.yaml': inner }) });
    expect(await rig.ended(stack)).toContain('UPDATE_FAILED');
    await act(rig, stack);
    expect(await rig.ended(stack)).toContain('CHECK_COMPLETE');
    expect(rig.problems).toEqual([]);
    rig.node.kill();
  });
});
