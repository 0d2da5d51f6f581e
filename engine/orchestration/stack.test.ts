import { describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';

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
      'a CREATE_FAILED: ValueError: resources.a: Test Resource failed a',
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
