/** What the preview of an update says of nested stacks. */
import { afterEach, describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { Caller, PreviewedResource, StackChange, UpdatePreview } from '../../proto/engine.ts';
import type { Uuid } from '../kernel/ids.ts';
import { createRegistry } from '../resources/registry.ts';
import { emptyMap } from '../values/value.ts';
import { createEngineService } from './service.ts';

const caller: Caller = {
  project: 'p',
  userId: 'u',
  userName: 'u',
  roles: [],
  isAdmin: false,
  token: '',
  requestId: 'req-1',
};

let rig: Awaited<ReturnType<typeof started>>;
afterEach(() => rig.node.kill());

const hot = (resources: object, more: object = {}): string =>
  JSON.stringify({ heat_template_version: '2021-04-16', ...more, resources });
const test = (properties: object = {}) => ({ type: 'OS::Heat::TestResource', properties });
const inner = (resources: object = {}, output: unknown = { get_attr: ['t', 'output'] }): string =>
  hot(
    { t: test({ value: { get_param: 'v' } }), ...resources },
    { parameters: { v: { type: 'string' } }, outputs: { o: { value: output } } },
  );
const outer = (v: unknown, more: object = {}): string =>
  hot({
    n: { type: 'inner.yaml', properties: { v } },
    after: test({ value: { get_attr: ['n', 'o'] } }),
    ...more,
  });

async function made(template: string, file: string): Promise<Uuid> {
  rig = await started();
  const stack = await rig.create(template, { files: JSON.stringify({ 'inner.yaml': file }) });
  expect(await rig.ended(stack)).toContain('CREATE_COMPLETE');
  return stack;
}

async function previewed(stack: Uuid, template: string, file: string, withNested = true) {
  const service = createEngineService(rig.world, rig.node, createRegistry());
  const change: StackChange = {
    existing: false,
    template,
    environment: undefined,
    environmentFiles: [],
    files: new Map([['inner.yaml', file]]),
    parameters: emptyMap,
    clearParameters: [],
    timeoutMins: undefined,
    disableRollback: undefined,
    tags: undefined,
    converge: false,
  };
  return service.previewUpdate(caller, { project: 'p', name: 'one', id: stack }, change, withNested);
}

const shown = (preview: UpdatePreview): Record<string, readonly string[]> =>
  Object.fromEntries(
    Object.entries(preview)
      .map(([fate, list]): [string, string[]] => [
        fate,
        (list as UpdatePreview['updated']).map(each => `${each.parentResource ?? ''}/${each.name}`).sort(),
      ])
      .filter(([, list]) => list.length > 0),
  );

describe('the preview of a create', () => {
  it('shows what is in a nested stack in the place of its resource', async () => {
    rig = await started();
    const service = createEngineService(rig.world, rig.node, createRegistry());
    const apart = { type: 'OS::Heat::Stack', properties: { template: hot({ t: test() }) } };
    const group = {
      type: 'OS::Heat::ResourceGroup',
      properties: { count: 2, resource_def: { type: 'inner.yaml', properties: { v: 'm%index%' } } },
    };
    const preview = await service.previewStack(caller, {
      name: 'one',
      template: outer('x', { g: group, apart }),
      environment: undefined,
      environmentFiles: [],
      files: new Map([['inner.yaml', inner()]]),
      parameters: emptyMap,
      timeoutMins: undefined,
      disableRollback: undefined,
      tags: undefined,
    });
    const tree = (list: readonly PreviewedResource[]): unknown[] =>
      list.map(each => ('nested' in each ? { [each.stack.name]: tree(each.nested) } : each.name));
    expect(tree(preview.resources)).toEqual([
      { 'one-n': ['t'] },
      'after',
      { 'one-g': [{ 'one-g-0': ['t'] }, { 'one-g-1': ['t'] }] },
      'apart',
    ]);
    const [n] = preview.resources;
    const [t] = n !== undefined && 'nested' in n ? n.nested : [];
    expect(t !== undefined && 'properties' in t && t.properties.get('value')).toBe('x');
  });
});

describe('the preview of an update', () => {
  it('lets what reads a nested stack stay where nothing changes in there', async () => {
    const stack = await made(outer('x'), inner());
    expect(shown(await previewed(stack, outer('x'), inner()))).toEqual({
      unchanged: ['/after', 'n/t'],
      updated: ['/n'],
    });
    // Only the file differs: n's own properties say nothing of it.
    expect(shown(await previewed(stack, outer('x'), inner({ u: test() })))).toEqual({
      unchanged: ['n/t'],
      updated: ['/after', '/n'],
      added: ['n/u'],
    });
    expect(shown(await previewed(stack, outer('x'), inner({}, 'another')))).toEqual({
      unchanged: ['n/t'],
      updated: ['/after', '/n'],
    });
  });

  it('goes into what changes, comes and goes, and says which stack it is of', async () => {
    const group = (count: number) => ({
      g: { type: 'OS::Heat::ResourceGroup', properties: { count, resource_def: test({ value: 'm%index%' }) } },
    });
    const stack = await made(outer('x', group(2)), inner());
    const child = await rig.physical(stack, 'n');
    const preview = await previewed(stack, outer('y', group(3)), inner());
    expect(shown(preview)).toEqual({
      unchanged: ['g/0', 'g/1'],
      updated: ['/after', '/g', '/n', 'n/t'],
      added: ['g/2'],
    });
    expect(preview.updated.find(({ name }) => name === 't')).toMatchObject({
      stack: { project: 'p', id: child },
      because: ['value: x → y, in place'],
    });
    expect(shown(await previewed(stack, outer('y', group(3)), inner(), false))).toEqual({
      updated: ['/after', '/g', '/n'],
    });
    expect(shown(await previewed(stack, hot({ n: test() }), inner()))).toEqual({
      replaced: ['/n'],
      deleted: ['/after', '/g', 'g/0', 'g/1', 'n/t'],
    });
  });

  it('leaves open what depends on what is not made yet, and tells why a stack cannot be', async () => {
    const stack = await made(outer('x'), inner());
    const late = { r: { type: 'OS::Heat::RandomString' } };
    expect(shown(await previewed(stack, outer({ get_attr: ['r', 'value'] }, late), inner()))).toEqual({
      updated: ['/after', '/n'],
      added: ['/r'],
    });
    const child = (await rig.physical(stack, 'n')) as Uuid;
    await rig.ask(child, { kind: 'remove' });
    await rig.ended(child);
    const { updated } = await previewed(stack, outer('y'), inner());
    expect(updated.find(({ name }) => name === 'n')?.because).toContain('it fails: its stack is not there');
  });
});
