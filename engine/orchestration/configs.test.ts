/** Software configs as resources, over one node: made once, read by others, replaced, gone. */
import { afterEach, describe, expect, it } from 'vitest';
import { plainOf } from '../../test/support/plain.ts';
import { started } from '../../test/support/stack-rig.ts';
import { limits } from '../kernel/limits.ts';
import type { Uuid } from '../kernel/ids.ts';
import { StoreUnavailable } from '../store/store.ts';
import { fromPlain, type PlainMap } from '../values/json.ts';
import { isMap } from '../values/value.ts';
import { configContent } from './config-content.ts';
import { addConfig, configsOf } from './configs.ts';

type Rig = Awaited<ReturnType<typeof started>>;
let rig: Rig;

afterEach(async () => {
  await rig.node.stop();
});

const scope = { project: 'p', isAdmin: false };
const hot = (resources: object, outputs: object = {}) =>
  JSON.stringify({ heat_template_version: '2021-04-16', resources, outputs });
const config = (properties: object, type = 'SoftwareConfig') => ({ type: `OS::Heat::${type}`, properties });
const attr = (name: string) => ({ value: { get_attr: [name, 'config'] } });

function contentOf(plain: PlainMap) {
  const given = fromPlain(plain);
  if (!isMap(given)) throw new Error('a map');
  return configContent(given);
}

async function created(template: string): Promise<Uuid> {
  const stack = await rig.create(template);
  expect(await rig.ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
  return stack;
}

async function outputs(stack: Uuid): Promise<Record<string, unknown>> {
  return Object.fromEntries((await rig.outputs(stack)).map(({ key, value }) => [key, plainOf(value)]));
}

async function kept(stack: Uuid, name: string) {
  const [found] = await configsOf(rig.world, scope, [await rig.physical(stack, name)]);
  return found;
}

async function deleted(stack: Uuid): Promise<void> {
  await rig.ask(stack, { kind: 'remove' });
  expect(await rig.ended(stack)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
  expect(rig.problems).toEqual([]);
}

describe('a software config', () => {
  it('is kept as it was asked for, read by its attribute, and gone with its stack', async () => {
    rig = await started();
    const inputs = [{ name: 'size', type: 'Number', default: 3 }, { name: 'bare' }];
    const given = { config: '#!/bin/sh\necho', group: 'script', options: { a: 1 }, inputs, outputs: [{ name: 'out' }] };
    const stack = await created(hot({ c: config(given) }, { text: attr('c'), id: { value: { get_resource: 'c' } } }));
    const found = await kept(stack, 'c');
    expect(found).toMatchObject({ project: 'p', group: 'script', config: '#!/bin/sh\necho' });
    expect(found?.name).toMatch(/^one-c-[a-z0-9]{12}$/);
    expect(found?.inputs.map(plainOf)).toEqual([
      { name: 'size', type: 'Number', default: 3 },
      { name: 'bare', type: 'String' },
    ]);
    expect(found?.outputs.map(plainOf)).toEqual([{ name: 'out', type: 'String', error_output: false }]);
    expect(plainOf(found?.options ?? null)).toEqual({ a: 1 });
    expect(await outputs(stack)).toEqual({ text: '#!/bin/sh\necho', id: found?.id });
    await deleted(stack);
    expect(await rig.store.listConfigs({ project: 'p' })).toEqual([]);
  });

  it('is replaced by another when anything of it changes, and stays when nothing does', async () => {
    rig = await started();
    const stack = await created(hot({ c: config({ config: 'one' }), o: config({}) }));
    const [before, other] = [await rig.physical(stack, 'c'), await rig.physical(stack, 'o')];
    await rig.update(stack, hot({ c: config({ config: 'two' }), o: config({}) }));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await rig.physical(stack, 'o')).toBe(other);
    const now = await kept(stack, 'c');
    expect([now?.id === before, now?.config]).toEqual([false, 'two']);
    expect((await rig.store.listConfigs({ project: 'p' })).map(({ id }) => id).sort()).toEqual([now?.id, other].sort());
    await deleted(stack);
  });

  it('as a map, or as YAML for cloud-init', async () => {
    rig = await started();
    const resources = {
      s: config({ config: { a: [1, 'b'] } }, 'StructuredConfig'),
      c: config({ cloud_config: { runcmd: ['echo hi'], packages: ['git'] } }, 'CloudConfig'),
    };
    const stack = await created(hot(resources, { s: attr('s'), c: attr('c') }));
    expect(await outputs(stack)).toEqual({
      s: { a: [1, 'b'] },
      c: '#cloud-config\npackages:\n- git\nruncmd:\n- echo hi\n',
    });
    expect((await kept(stack, 'c'))?.group).toBe('Heat::Ungrouped');
    await deleted(stack);
  });

  it('is made once, also where the answer to that was lost, or nobody saw that it was removed', async () => {
    rig = await started();
    const { store } = rig;
    let lost = 0;
    const add = store.addConfig.bind(store);
    const remove = store.removeConfig.bind(store);
    const losing = async (landed: Promise<unknown>): Promise<never> => {
      await landed;
      lost += 1;
      throw new StoreUnavailable('no answer');
    };
    store.addConfig = row => (lost === 0 ? losing(add(row)) : add(row));
    store.removeConfig = (id, at) => (lost === 1 ? losing(remove(id, at)) : remove(id, at));
    const stack = await created(hot({ c: config({ config: 'x' }) }));
    expect(lost).toBe(1);
    expect(await store.listConfigs({ project: 'p' })).toHaveLength(1);
    await deleted(stack);
    expect(lost).toBe(2);
    expect(await store.listConfigs({ project: 'p' })).toEqual([]);
  }, 20_000);

  it('fails in words where the project has too many', async () => {
    rig = await started();
    rig.store.countConfigs = async () => limits.maxSoftwareConfigs;
    const stack = await rig.create(hot({ c: config({}) }));
    expect(await rig.ended(stack)).toBe(
      'CREATE_FAILED: Resource CREATE failed: RequestLimitExceeded: resources.c: Request limit exceeded: You have reached the maximum software configs per tenant, 4096. Please delete some software configs.',
    );
    await deleted(stack);
  });
});

describe('a multipart message', () => {
  const part = (what: unknown, more: object = {}) => ({ config: what, ...more });

  it('has the contents of configs, of its own stack and of others, and texts as they are', async () => {
    rig = await started();
    const id = '11111111-2222-4333-8444-555555555555' as Uuid;
    await addConfig(rig.world, 'p', id, contentOf({ config: 'of another stack' }));
    const foreign = '11111111-2222-4333-8444-666666666666' as Uuid;
    await addConfig(rig.world, 'q', foreign, contentOf({ config: 'of another project' }));
    const parts = [
      part({ get_resource: 'c' }, { filename: 'x-shellscript.sh' }),
      part(id.toUpperCase(), { subtype: 'x-other' }),
      part(foreign),
      part('plain text'),
    ];
    const resources = { c: config({ config: '#!/bin/sh' }), m: config({ parts }, 'MultipartMime') };
    const stack = await created(hot(resources, { m: attr('m') }));
    const { m } = await outputs(stack);
    const texts = String(m).split(/^--=+\d+==(?:--)?\n/m);
    expect(texts.slice(1, -1).map(text => text.trimEnd())).toEqual([
      'Content-Type: text/x-shellscript; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\nContent-Disposition: attachment; filename="x-shellscript.sh"\n\n#!/bin/sh',
      'Content-Type: text/x-other; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\nof another stack',
      `Content-Type: text/plain; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\n${foreign}`,
      'Content-Type: text/plain; charset="us-ascii"\nMIME-Version: 1.0\nContent-Transfer-Encoding: 7bit\n\nplain text',
    ]);
    expect((await kept(stack, 'm'))?.config).toBe(m);
    await deleted(stack);
    expect((await rig.store.listConfigs({ project: undefined })).map(each => each.id).sort()).toEqual([id, foreign]);
  });

  it('of messages has the parts of those', async () => {
    rig = await started();
    const resources = {
      inner: config({ parts: [part('one', { filename: 'a.sh' }), part('two é')] }, 'MultipartMime'),
      outer: config(
        { parts: [part({ get_resource: 'inner' }, { type: 'multipart' }), part('no message', { type: 'multipart' })] },
        'MultipartMime',
      ),
    };
    const stack = await created(hot(resources, { inner: attr('inner'), outer: attr('outer') }));
    const { inner, outer } = await outputs(stack);
    expect(outer).toBe(inner);
    await deleted(stack);
  });

  it('keeps what other configs hold sealed, in every row', async () => {
    rig = await started();
    const id = '11111111-2222-4333-8444-777777777777' as Uuid;
    await addConfig(rig.world, 'p', id, contentOf({ config: 'a-secret-of-somebody' }));
    const resources = {
      m: config({ parts: [part(id)] }, 'MultipartMime'),
      o: config({ config: { get_attr: ['m', 'config'] } }),
    };
    const stack = await created(hot(resources, { o: attr('o') }));
    expect(String((await outputs(stack))['o'])).toContain('a-secret-of-somebody');
    expect(JSON.stringify(rig.store.dump())).not.toContain('a-secret-of-somebody');
    await deleted(stack);
  });
});

describe('a resource chain', () => {
  const chain = (properties: object) => ({ type: 'OS::Heat::ResourceChain', properties });
  const test = 'OS::Heat::TestResource';

  it('has members of its types with the same properties, one after the other', async () => {
    rig = await started();
    const resources = { c: chain({ resources: [test, 'OS::Heat::Value'], resource_properties: { value: 'v' } }) };
    const shown = {
      refs: { value: { get_attr: ['c', 'refs'] } },
      second: { value: { get_attr: ['c', 'resource.1.value'] } },
    };
    const stack = await created(hot(resources, shown));
    const child = (await rig.store.select('stacks', { where: [{ column: 'owner', in: [stack] }] }))[0]?.key as Uuid;
    const { refs, second } = await outputs(stack);
    expect(refs).toEqual([await rig.physical(child, '0'), await rig.physical(child, '1')]);
    expect(second).toBe('v');
    const order = (await rig.events(child)).filter(line => /^[01] /.test(line));
    expect(order).toEqual(['0 CREATE_IN_PROGRESS', '0 CREATE_COMPLETE', '1 CREATE_IN_PROGRESS', '1 CREATE_COMPLETE']);
    await deleted(stack);
  });

  it('makes them at once where it is told to, and follows its list', async () => {
    rig = await started();
    const properties = { concurrent: true, resource_properties: { value: 'v', wait_secs: 0.2 } };
    const of = (...types: readonly string[]) =>
      hot(
        { c: chain({ ...properties, resources: types }) },
        { a: { value: { get_attr: ['c', 'attributes', 'output'] } } },
      );
    const stack = await created(of(test, test));
    const child = (await rig.store.select('stacks', { where: [{ column: 'owner', in: [stack] }] }))[0]?.key as Uuid;
    const order = (await rig.events(child)).filter(line => /^[01] /.test(line));
    expect(order.slice(0, 2).sort()).toEqual(['0 CREATE_IN_PROGRESS', '1 CREATE_IN_PROGRESS']);
    expect(await outputs(stack)).toEqual({ a: { '0': 'v', '1': 'v' } });
    const first = await rig.physical(child, '0');
    await rig.update(stack, of(test, test, test));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await outputs(stack)).toEqual({ a: { '0': 'v', '1': 'v', '2': 'v' } });
    expect(await rig.physical(child, '0')).toBe(first);
    await rig.update(stack, of(test));
    expect(await rig.ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(await outputs(stack)).toEqual({ a: { '0': 'v' } });
    await deleted(stack);
  });

  it('is refused where a type is none', async () => {
    rig = await started();
    const ask = rig.create(hot({ c: chain({ resources: ['OS::Heat::Nope'] }) }));
    await expect(ask).rejects.toThrow('OS::Heat::Nope');
  });
});
