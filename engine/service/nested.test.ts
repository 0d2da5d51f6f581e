import { expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import { started } from '../../test/support/stack-rig.ts';
import { createRegistry } from '../resources/registry.ts';
import { createEngineService } from './service.ts';
import type { Caller } from '../../proto/engine.ts';
it('lists resources and events of nested stacks, and finds them by name', async () => {
  const rig = await started();
  const resource_def = { type: 'OS::Heat::TestResource' };
  const resources = { g: { type: 'OS::Heat::ResourceGroup', properties: { count: 2, resource_def } } };
  const outputs = { refs: { value: { get_attr: ['g', 'attributes', 'output'] } } };
  const stack = await rig.create(JSON.stringify({ heat_template_version: '2021-04-16', resources, outputs }));
  await rig.ended(stack);
  const service = createEngineService(rig.world, rig.node, createRegistry());
  const caller: Caller = {
    project: 'p',
    userId: 'u',
    userName: 'u',
    roles: [],
    isAdmin: false,
    token: '',
    requestId: 'req-x',
  };
  const identity = { project: 'p', name: 'one', id: stack };
  const query = { types: undefined, filters: new Map(), withDetail: false };
  const names = async (nestedDepth: number) =>
    (await service.listResources(caller, identity, { ...query, nestedDepth })).map(({ name }) => name).sort();
  expect(await names(0)).toEqual(['g']);
  expect(await names(1)).toEqual(['0', '1', 'g']);
  const child = (await service.listResources(caller, identity, { ...query, nestedDepth: 1 })).find(
    ({ name }) => name === '0',
  );
  const group = await service.showResource(caller, identity, 'g', ['output']);
  expect(group.nested).toEqual(child?.stack);
  expect(child?.parentResource).toBe('g');
  expect(group.parentResource).toBeUndefined();
  expect(plainOf(group.attributes ?? null)).toEqual({
    refs: null,
    refs_map: null,
    attributes: null,
    removed_rsrc_list: [],
    output: ['test_string', 'test_string'],
  });
  expect(await service.locate(caller, child?.stack.name ?? '')).toEqual(child?.stack);
  const events = {
    resourceName: undefined,
    filters: new Map(),
    descending: false,
    sortBy: 'time' as const,
    limit: undefined,
    marker: undefined,
  };
  expect(await service.listEvents(caller, identity, { ...events, nestedDepth: undefined })).toHaveLength(4);
  expect(await service.listEvents(caller, identity, { ...events, nestedDepth: 1 })).toHaveLength(10);
  const { value } = await service.output(caller, identity, 'refs');
  expect(value).toEqual(
    new Map([
      ['0', 'test_string'],
      ['1', 'test_string'],
    ]),
  );
  await rig.node.stop();
});
