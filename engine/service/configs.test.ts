/** Software configs as clients see them: those of their project, an admin's of all. */
import { afterEach, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import { limits } from '../kernel/limits.ts';
import { createRegistry } from '../resources/registry.ts';
import { fromPlain, type PlainMap } from '../values/json.ts';
import type { ValueMap } from '../values/value.ts';
import type { Caller } from '../../proto/engine.ts';
import { createEngineService } from './service.ts';

let rig: Awaited<ReturnType<typeof started>>;
afterEach(() => rig.node.stop());

const caller = (project: string, isAdmin = false): Caller => ({
  project,
  isAdmin,
  userId: 'u',
  userName: 'u',
  roles: [],
  token: '',
  requestId: 'req-x',
});
const content = (plain: PlainMap): ValueMap => fromPlain(plain) as ValueMap;
const every = { limit: undefined, marker: undefined };

async function service() {
  rig = await started();
  return createEngineService(rig.world, rig.node, createRegistry());
}

it('are made, listed, shown and deleted; the same id again makes no other', async () => {
  const engine = await service();
  const id = rig.world.dice.uuid();
  const made = await engine.createConfig(caller('p'), { id, content: content({ name: 'n', config: 'text' }) });
  expect(made).toMatchObject({ id, project: 'p', name: 'n', group: null, config: 'text', inputs: [], options: null });
  const again = await engine.createConfig(caller('p'), { id, content: content({ name: 'other' }) });
  expect(again).toEqual(made);
  const { config, inputs, outputs, options, ...entry } = made;
  expect([config, inputs, outputs, options]).toEqual(['text', [], [], null]);
  expect(await engine.listConfigs(caller('p'), every)).toEqual([entry]);
  expect(await engine.showConfig(caller('p'), id)).toEqual(made);
  expect(JSON.stringify(rig.store.dump().configs)).not.toContain('"text"');
  await engine.deleteConfig(caller('p'), id);
  const gone = `Software config with id ${id} not found`;
  await expect(engine.showConfig(caller('p'), id)).rejects.toThrow(gone);
  await expect(engine.deleteConfig(caller('p'), id)).rejects.toThrow(gone);
  expect(await engine.listConfigs(caller('p'), every)).toEqual([]);
});

it('are their project’s and no other’s; an admin sees all', async () => {
  const engine = await service();
  const [mine, theirs] = [rig.world.dice.uuid(), rig.world.dice.uuid()];
  await engine.createConfig(caller('p'), { id: mine, content: content({}) });
  await engine.createConfig(caller('q'), { id: theirs, content: content({}) });
  const idsOf = async (who: Caller) => (await engine.listConfigs(who, every)).map(({ id }) => id).sort();
  expect(await idsOf(caller('p'))).toEqual([mine]);
  expect(await idsOf(caller('admin', true))).toEqual([mine, theirs].sort());
  const unseen = `Software config with id ${theirs} not found`;
  await expect(engine.showConfig(caller('p'), theirs)).rejects.toThrow(unseen);
  await expect(engine.deleteConfig(caller('p'), theirs)).rejects.toThrow(unseen);
  await expect(engine.showConfig(caller('p'), 'no-uuid')).rejects.toThrow('Software config with id no-uuid not found');
  expect((await engine.showConfig(caller('admin', true), theirs)).project).toBe('q');
});

it('are listed in pages', async () => {
  const engine = await service();
  for (let i = 0; i < 3; i++) {
    await engine.createConfig(caller('p'), { id: rig.world.dice.uuid(), content: content({}) });
  }
  const ids = (await engine.listConfigs(caller('p'), every)).map(({ id }) => id);
  const page = async (limit: number | undefined, marker: string | undefined) =>
    (await engine.listConfigs(caller('p'), { limit, marker })).map(({ id }) => id);
  expect(await page(2, undefined)).toEqual(ids.slice(0, 2));
  expect(await page(2, ids[1])).toEqual(ids.slice(2));
  expect(await page(undefined, 'unknown')).toEqual(ids);
});

it('are bounded in number', async () => {
  const engine = await service();
  rig.store.countConfigs = async () => limits.maxSoftwareConfigs;
  const ask = engine.createConfig(caller('p'), { id: rig.world.dice.uuid(), content: content({}) });
  await expect(ask).rejects.toThrow('Request limit exceeded: You have reached the maximum software configs per tenant');
});
