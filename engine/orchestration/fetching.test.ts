/** Templates by URL: what is fetched, how often, and what a request ends with where one cannot be. */
import { describe, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import type { World } from '../actors/world.ts';
import { isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall, Fetched } from '../kernel/world.ts';
import { createLocalDirectory } from '../real/local-directory.ts';
import { createRegistry } from '../resources/registry.ts';
import { planFor, validateFor } from './fetching.ts';
import { jobs } from './jobs.ts';

const hot = (more: object): string => JSON.stringify({ heat_template_version: '2021-04-16', ...more });
const one = (type: string): string => hot({ resources: { r: { type } } });
const leaf = hot({ outputs: { o: { value: 1 } } });
const at = 'http://h/';

const known: Readonly<Record<string, (input: never) => unknown>> = jobs(createRegistry());

/** A web of these pages, and what was asked of it. */
function webOf(pages: Readonly<Record<string, string>>) {
  const asked: string[] = [];
  const textAt = async (url: string): Promise<Fetched> => {
    asked.push(url);
    const text = pages[url.replace(at, '')];
    return text === undefined
      ? { kind: 'failed', reason: `Failed to retrieve template from ${url}: no` }
      : { kind: 'text', text };
  };
  const world = {
    directory: createLocalDirectory(),
    web: { textAt },
    clock: { monotonic: () => 0 },
    compute: { run: async (job: string, input: unknown) => known[job]?.(input as never) },
  } as unknown as World;
  return { world, asked };
}

const about = { stackId: 's', stackName: 'st', timeoutMs: 3_600_000, projectId: 'p' };

function job(template: string, registry: object = {}, files: object = {}) {
  const environment = JSON.stringify({
    environment: { resource_registry: registry },
    environment_files: [],
    parameters: {},
  });
  return { ...about, template, environment, files: JSON.stringify(files), ignoresMissingServices: false };
}

async function plan(pages: Readonly<Record<string, string>>, ...given: Parameters<typeof job>) {
  const { world, asked } = webOf(pages);
  const made = await planFor(world, job(...given), '');
  return { asked, said: isHeatError(made) ? made.message : Object.keys(JSON.parse(made.files)) };
}

describe('a template by URL', () => {
  it.each([
    ['as a type', one(`${at}a.yaml`), {}],
    ['in the registry', one('My::T'), { 'My::T': `${at}a.yaml` }],
    ['by a wildcard', one('My::T'), { 'My::*': `${at}a.yaml` }],
    ['of one resource', one('My::T'), { resources: { r: { 'My::T': `${at}a.yaml` } } }],
  ])('is fetched and kept among the files: %s', async (_what, template, registry) => {
    const { asked, said } = await plan({ 'a.yaml': leaf }, template, registry);
    expect({ asked, said }).toEqual({ asked: [`${at}a.yaml`], said: [`${at}a.yaml`] });
  });

  it('is not fetched where it is among the files, or not used', async () => {
    const files = { [`${at}a.yaml`]: leaf };
    const registry = { 'My::T': `${at}a.yaml`, 'My::U': `${at}b.yaml` };
    const { asked, said } = await plan({}, one('My::T'), registry, files);
    expect({ asked, said }).toEqual({ asked: [], said: [`${at}a.yaml`] });
  });

  it('is fetched once, the ones of a level together, whatever is in them after them', async () => {
    const types = ['a', 'b', 'a'].map((name, i) => [`r${i}`, { type: `${at}${name}.yaml` }]);
    const root = hot({ resources: Object.fromEntries(types) });
    const group = { type: 'OS::Heat::ResourceGroup', properties: { count: 1, resource_def: { type: `${at}c.yaml` } } };
    const pages = { 'a.yaml': leaf, 'b.yaml': hot({ resources: { g: group } }), 'c.yaml': one(`${at}a.yaml`) };
    const { asked } = await plan(pages, root);
    expect(asked).toEqual(['a', 'b', 'c'].map(name => `${at}${name}.yaml`));
  });

  it.each([
    [
      one(`${at}x.yaml`),
      `Could not fetch remote template "${at}x.yaml": Failed to retrieve template from ${at}x.yaml: no`,
    ],
    [one('x.yaml'), 'Could not fetch remote template "x.yaml": Invalid URL scheme '],
    [one('file:///x.yaml'), 'Could not fetch remote template "file:///x.yaml": Invalid URL scheme file'],
    [one('FTP://x/x.yaml'), 'Could not fetch remote template "FTP://x/x.yaml": Invalid URL scheme ftp'],
    [
      one(`${at}mid.yaml`),
      `resources.r<${at}mid.yaml>: : Could not fetch remote template "${at}x.yaml": Failed to retrieve template from ${at}x.yaml: no`,
    ],
    [one(`${at}bad.yaml`), `Error parsing template ${at}bad.yaml`],
    [one(`${at}self.yaml`), `Request limit exceeded: Recursion depth exceeds 5. (${at}self.yaml → `],
  ])('is told where it cannot be taken: %s', async (template, message) => {
    const pages = { 'mid.yaml': one(`${at}x.yaml`), 'bad.yaml': 'a: [', 'self.yaml': one(`${at}self.yaml`) };
    expect((await plan(pages, template)).said).toContain(message);
  });

  it('comes in bounds of number and size', async () => {
    const many = hot({
      resources: Object.fromEntries([...'x'.repeat(101)].map((_, i) => [`r${i}`, { type: `${at}${i}.yaml` }])),
    });
    const pages = Object.fromEntries([...'x'.repeat(101)].map((_, i) => [`${i}.yaml`, leaf]));
    expect((await plan(pages, many)).said).toContain('there are too many');
    const big = Object.fromEntries([...'x'.repeat(9)].map((_, i) => [`${i}.yaml`, `${leaf}${' '.repeat(500_000)}`]));
    const nine = hot({
      resources: Object.fromEntries([...'x'.repeat(9)].map((_, i) => [`r${i}`, { type: `${at}${i}.yaml` }])),
    });
    expect((await plan(big, nine)).said).toContain('all of them together are too big');
  });

  it('is fetched to be validated, too', async () => {
    const { world } = webOf({ 'a.yaml': leaf });
    expect(await validateFor(world, job(one(`${at}a.yaml`)))).toContain('No description');
    const refused = await validateFor(world, job(one(`${at}b.yaml`)));
    const message = `Could not fetch remote template "${at}b.yaml": Failed to retrieve template from ${at}b.yaml: no`;
    expect(isHeatError(refused) && refused.message).toBe(message);
  });
});

describe('a stack of it', () => {
  it('keeps what was fetched: it lives, is patched and deleted without network, and is fetched anew by a PUT', async () => {
    const { world, create, update, ended, resources, problems, node } = await started();
    const web = webOf({ 'a.yaml': hot({ resources: { v: { type: 'OS::Heat::RandomString' } } }) });
    Object.assign(world, { web: web.world.web });
    const stack = await create(one(`${at}a.yaml`));
    expect(await ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(web.asked).toEqual([`${at}a.yaml`]);
    Object.assign(world, { web: webOf({}).world.web });
    await update(stack, '', { existing: true, template: undefined, environment: world.vault.seal(nothing) });
    expect(await ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    const put = update(stack, one(`${at}a.yaml`));
    await expect(put).rejects.toThrow(`Could not fetch remote template "${at}a.yaml"`);
    expect(await resources(stack)).toEqual(['r UPDATE_COMPLETE: state changed']);
    expect(problems).toEqual([]);
    await node.stop();
  });

  it('fetches below what only its child knows to need, and the child keeps it', async () => {
    const { world, create, update, ended, store, problems, node } = await started();
    // Which template it is depends on a value that the parent has once its resource is there.
    const mid = hot({
      parameters: { p: { type: 'string', default: '' } },
      conditions: { c: { equals: [{ get_param: 'p' }, 'x'] } },
      resources: { n: { type: `${at}leaf.yaml`, condition: 'c' } },
    });
    const root = hot({
      resources: {
        v: { type: 'OS::Heat::Value', properties: { value: 'x' } },
        m: { type: `${at}mid.yaml`, properties: { p: { get_attr: ['v', 'value'] } } },
      },
    });
    const web = webOf({ 'mid.yaml': mid, 'leaf.yaml': leaf });
    Object.assign(world, { web: web.world.web });
    const stack = await create(root);
    expect(await ended(stack)).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect(web.asked).toEqual([`${at}mid.yaml`, `${at}leaf.yaml`]);
    const all = await store.select('stacks', { where: [] });
    expect(all.map(({ columns: { action, status } }) => `${action}_${status}`)).toEqual(
      all.map(() => 'CREATE_COMPLETE'),
    );
    expect(all).toHaveLength(3);
    await update(stack, '', { existing: true, template: undefined, environment: world.vault.seal(nothing) });
    expect(await ended(stack)).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(problems).toEqual([]);
    await node.stop();
  });
});

const nothing = JSON.stringify({ environment: null, environment_files: [], parameters: {} });

describe('the names of zones', () => {
  const template = JSON.stringify({
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: {
      r: { Type: 'OS::Heat::Value', Properties: { value: { 'Fn::Select': ['1', { 'Fn::GetAZs': '' }] } } },
    },
    Outputs: { o: { Value: { 'Fn::GetAZs': { Ref: 'AWS::Region' } } } },
  });
  const told = { availabilityZoneInfo: [{ zoneName: 'nova' }, { zoneName: 'west' }] };

  function nova(status: number, body: object) {
    const asked: string[] = [];
    const { world } = webOf({});
    const call = async (credential: string, { service, method, path }: CloudCall) => {
      asked.push(`${credential} ${method} ${service} ${path}`);
      return {
        kind: 'answered',
        answer: { status, body: JSON.stringify(body) },
      };
    };
    return { asked, world: { ...world, cloud: { call } } as unknown as World };
  }

  it('are asked for once, as the caller, and kept with the plan', async () => {
    const { world, asked } = nova(200, told);
    const made = await planFor(world, job(template), 'token:t');
    if (isHeatError(made)) throw made;
    expect(asked).toEqual(['token:t GET compute /os-availability-zone']);
    expect(made.facts).toEqual({ zones: ['nova', 'west'] });
    expect(made.callsCloud).toBe(true);
    expect(made.resources[0]?.properties).toBe('["m","value","west"]');
    expect(JSON.parse(made.outputs)).toEqual([['o', '["l","nova","west"]']]);
    const again = await planFor(world, { ...job(template), zones: { names: ['kept'] } }, '');
    expect(isHeatError(again) ? again.message : again.facts).toEqual({ zones: ['kept'] });
    expect(asked).toHaveLength(1);
  });

  it('that cannot be had are a fault of whoever wants them, or shown with the output', async () => {
    const { world } = nova(403, { forbidden: { message: 'not you' } });
    const made = await planFor(world, job(template), '');
    expect(isHeatError(made) && made.message).toMatch(
      /^Property error: : Resources\.r\.Properties\.value: : The availability zones cannot be had: .*not you/,
    );
    const outputs = JSON.stringify({
      HeatTemplateFormatVersion: '2012-12-12',
      Outputs: { o: { Value: { 'Fn::GetAZs': '' } } },
    });
    const shown = await planFor(world, job(outputs), '');
    expect(isHeatError(shown) ? '' : shown.outputs).toContain('The availability zones cannot be had');
  });

  it('are asked for by nobody who only validates, nor for a template that does not want them', async () => {
    const { world, asked } = nova(200, told);
    expect(isHeatError(await validateFor(world, job(template)))).toBe(false);
    const above = JSON.stringify({ heat_template_version: '2021-04-16', resources: { r: { type: 'in.template' } } });
    const made = await planFor(world, job(above, {}, { 'in.template': template }), '');
    // The stack below will ask, as whoever made this one.
    expect(isHeatError(made) ? made.message : [made.callsCloud, made.facts]).toEqual([true, {}]);
    expect(asked).toEqual([]);
  });
});

it('fetches few at once, and no more than there may be', async () => {
  const { world, asked } = webOf({});
  let [now, most] = [0, 0];
  const textAt = async (url: string): Promise<Fetched> => {
    asked.push(url);
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    now -= 1;
    return { kind: 'text', text: leaf };
  };
  const types = Array.from({ length: 102 }, (_, i) => [`r${i}`, { type: `${at}${i}.yaml` }]);
  const template = hot({ resources: Object.fromEntries(types) });
  const made = await planFor({ ...world, web: { textAt } } as World, job(template), '');
  expect(made).toMatchObject({ message: expect.stringContaining(`from ${at}100.yaml: there are too many`) });
  expect([asked.length, most]).toEqual([limits.templatesFetched, limits.templatesFetchedAtOnce]);
});
