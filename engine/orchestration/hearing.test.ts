/** Whose rows a resource reads when nobody tells it anything (the simulator drops messages). */
import { describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { pullsOf } from './hearing.ts';
import { decode, type ResourceRecord } from './records.ts';
import { freshState } from './resource-turn.ts';

const head = 'heat_template_version: 2018-08-31\nresources:\n';
const templates = {
  two: `${head}  used: {type: OS::Heat::TestResource}\n  user: {type: OS::Heat::TestResource, depends_on: used}\n`,
  more: `${head}  used: {type: OS::Heat::TestResource}\n  user: {type: OS::Heat::TestResource, depends_on: used}\n  new: {type: OS::Heat::TestResource}\n`,
};

/** A stack of a user and what it uses, with the rows of the latter. */
async function used() {
  const rig = await started();
  const stack = await rig.create(templates.two);
  await rig.ended(stack);
  const rows = await rig.store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
  const things = await rig.store.select('incarnations', { where: [{ column: 'stack', in: [stack] }] });
  const record = rows.map(decode.resource).find(({ name }) => name === 'used');
  if (record === undefined) throw new Error('it was made');
  const incarnations = things.map(decode.incarnation).filter(({ id }) => id === record.current);
  const pulls = (change: Partial<ResourceRecord>): readonly Uuid[] =>
    pullsOf(freshState({ ...record, ...change }, incarnations, stack)).map(({ id }: Address) => id);
  const user = record.requiredBy[0]?.id;
  return { rig, stack, record, user, pulls };
}

describe('a resource that is told nothing', () => {
  it('reads nobody’s row once it is done', async () => {
    const { rig, pulls } = await used();
    expect(pulls({})).toEqual([]);
    rig.node.kill();
  });

  it('reads its users’ rows before it goes, and its stack’s: that may have stopped unheard', async () => {
    const { rig, stack, record, user, pulls } = await used();
    const going = { removed: true, generation: record.generation + 1 };
    expect(pulls(going)).toEqual([user, stack]);
    expect(pulls({ ...going, stopped: true })).toEqual([]);
    rig.node.kill();
  });

  it('reads the rows of what it requires, and its stack’s, before it begins', async () => {
    const { rig, stack, record, pulls } = await used();
    const requires = [{ kind: 'resource', stack, bucket: 0, id: 'required' as Uuid }];
    expect(pulls({ requires, generation: record.generation + 1 })).toEqual(['required', stack]);
    rig.node.kill();
  });
});

describe('a stack that is loaded again in the middle of an update', () => {
  it('knows whom it told, those that were new then among them', async () => {
    const { rig, stack } = await used();
    await rig.update(stack, templates.more);
    expect(await rig.ended(stack)).toContain('UPDATE_COMPLETE');
    const [row] = await rig.store.read('stacks', [stack]);
    if (row === undefined) throw new Error('it is there');
    const { root, told } = decode.stack(row);
    expect(told).not.toBeNull(); // not all were told
    const ids = (await rig.store.contents(root, [told ?? ''])).get(told ?? '')?.split(' ') ?? [];
    const rows = await rig.store.select('resources', { where: [{ column: 'stack', in: [stack] }] });
    const names = ids.map(id => rows.find(({ key }) => key === id)?.columns['name']);
    expect(names).toEqual(['new']);
    rig.node.kill();
  });
});
