/** What a hidden parameter is given down to is sealed as far down as it goes, and still does what it should. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Uuid } from '../kernel/ids.ts';
import { started } from '../../test/support/stack-rig.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;

afterEach(async () => {
  await rig.node.stop();
});

const secret = 'hunter-two';
const hot = (more: object): string => JSON.stringify({ heat_template_version: '2021-04-16', ...more });
const password = { password: { type: 'string', hidden: true } };
const test = (value: unknown, more: object = {}) => ({
  type: 'OS::Heat::TestResource',
  properties: { value, ...more },
});

const inner = hot({
  parameters: { v: { type: 'string' }, fail: { type: 'boolean', default: false } },
  resources: { t: test({ get_param: 'v' }, { fail: { get_param: 'fail' } }) },
  outputs: { o: { value: { get_attr: ['t', 'output'] } } },
});

const tables = ['stacks', 'resources', 'incarnations', 'debts', 'timers'] as const;

/** What is given beside the template. */
const given = (more: object = {}) => ({
  environment: rig.world.vault.seal(
    JSON.stringify({ environment: null, environment_files: [], parameters: { password: secret } }),
  ),
  ...more,
});

/** All that is kept of the stacks: rows, events and contents. */
async function allThatIsKept(stacks: readonly Uuid[]): Promise<string> {
  const kept: unknown[] = [...(await rig.store.events(stacks, { where: [] }))];
  for (const table of tables) {
    for (const row of await rig.store.select(table, { where: [{ column: 'stack', in: stacks }] })) {
      kept.push(row.state, row.columns);
      if (table !== 'stacks') continue;
      const { contents } = JSON.parse(row.state) as { contents: Record<string, string> };
      const bodies = await rig.store.contents(row.columns.root as Uuid, Object.values(contents));
      expect(bodies.size).toBeGreaterThan(0);
      kept.push(...bodies.values());
    }
  }
  return JSON.stringify(kept);
}

describe('a hidden parameter', () => {
  it('that is given to a template as a type is sealed there, also by a rollback', async () => {
    rig = await started();
    const files = given({ files: JSON.stringify({ 'inner.yaml': inner }) });
    const outer = (fail: boolean) =>
      hot({
        parameters: password,
        resources: {
          r: { type: 'inner.yaml', properties: { v: { get_param: 'password' }, fail } },
          after: test({ get_attr: ['r', 'o'] }),
        },
      });
    const stack = await rig.create(outer(false), files);
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const child = (await rig.physical(stack, 'r')) as Uuid;
    expect((await allThatIsKept([stack, child])).includes(secret)).toBe(false);
    await rig.update(stack, outer(true), { ...files, disableRollback: false });
    expect(await rig.ended(stack)).toBe('ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully');
    expect(await rig.resources(child)).toEqual(['t CREATE_COMPLETE: state changed']);
    expect((await allThatIsKept([stack, child])).includes(secret)).toBe(false);
    expect(rig.problems).toEqual([]);
  });

  it('that stands in the definition of a group is sealed in its template, and the group still grows', async () => {
    rig = await started();
    const outer = (count: number) =>
      hot({
        parameters: password,
        resources: {
          g: {
            type: 'OS::Heat::ResourceGroup',
            properties: { count, resource_def: test({ get_param: 'password' }) },
          },
        },
      });
    const stack = await rig.create(outer(1), given());
    expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    const child = (await rig.physical(stack, 'g')) as Uuid;
    expect((await allThatIsKept([stack, child])).includes(secret)).toBe(false);
    await rig.update(stack, outer(3), given());
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect((await rig.resources(child)).length).toBe(3);
    expect((await allThatIsKept([stack, child])).includes(secret)).toBe(false);
    expect(rig.problems).toEqual([]);
  });
});
