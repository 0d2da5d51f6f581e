import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { apiVersion } from './plugin-api.ts';
import { wrongDeclaration } from './plugin-check.ts';
import { loadPlugins } from './plugins.ts';
import { UnusableSite } from './problem.ts';
import { wrongSchemas } from './schema-check.ts';
import { digestsOf, loadSite, siteInThread, threadSite } from './site.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-plugins-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(text: string, name = 'a.mjs'): void {
  writeFileSync(join(folder, name), text);
}

const life = "life: { kind: 'local', create: () => ({ kind: 'failed', waitMs: 0, error: 'E', message: 'm' }) },";
const plugin = (rest: string, name = 'Example::Own::Type') =>
  `export const api = 1;\nexport default kit =>\n  kit.resource('${name}', {\n${rest}\n  });\n`;

/** What is said of the plug-ins in the folder, its name left out. */
async function said(): Promise<readonly string[]> {
  try {
    await loadPlugins([folder], name => createRegistry().get(name) !== undefined);
  } catch (error) {
    if (!(error instanceof UnusableSite)) throw error;
    return error.message.replaceAll(`${folder}/`, '').split('\n');
  }
  throw new Error('they were taken');
}

describe('a plug-in', () => {
  it('is a type, with a digest that follows from its file and what is beside it', async () => {
    file(plugin(life));
    file('not a plug-in {', '_helper.mjs');
    const load = () => loadPlugins([folder], () => false);
    const [first] = await load();
    expect([first?.type.name, first?.file]).toEqual(['Example::Own::Type', join(folder, 'a.mjs')]);
    expect((await load())[0]?.digest).toBe(first?.digest);
    mkdirSync(join(folder, 'lib'));
    writeFileSync(join(folder, 'lib', 'b.mjs'), 'export const b = 1;');
    expect((await load())[0]?.digest).not.toBe(first?.digest);
  });

  it.each([
    [
      'another version',
      `\nexport const api = ${apiVersion + 1};\nexport default () => 1;`,
      2,
      'version 2 of the plug-in API',
    ],
    ['no version', 'export default () => 1;', 1, 'export const api = 1;'],
    ['no function', 'export const api = 1;\nexport default 7;', 2, 'its default export shall be a function'],
    ['nothing given back', 'export const api = 1;\n\nexport default () => 7;', 3, 'shall return what resource(…)'],
    [
      'a promise',
      `export const api = 1;\nexport default async kit => kit.resource('A::B', { ${life} });`,
      2,
      'at once',
    ],
    [
      'a name that is taken',
      plugin(life, 'OS::Heat::Value'),
      3,
      'OS::Heat::Value is there already, from Convect itself',
    ],
    ['no life', plugin('    properties: {},'), 3, 'life is missing'],
    ['a life of no kind', plugin("    life: { kind: 'lokal' },"), 4, "it shall be 'local', 'cloud' or 'nested'"],
    ['a life without create', plugin("    life: { kind: 'local' },"), 4, 'life.create is missing'],
    [
      'a hook that is none',
      plugin("    life: { kind: 'local',\n      create: 7 },"),
      5,
      'life.create is 7; it shall be a function: create(properties, context)',
    ],
    [
      'a hook that waits',
      plugin("    life: { kind: 'local',\n      async create() {} },"),
      5,
      'life.create is asynchronous',
    ],
    [
      'a member that is none',
      plugin(`    propertys: {},\n${life}`),
      4,
      'propertys is not known; there are description,',
    ],
    [
      'a step without hooks',
      plugin("    life: { kind: 'cloud',\n      steps: [{ name: 'a' }] },"),
      5,
      'life.steps[0].service is missing',
    ],
    ['no steps', plugin("    life: { kind: 'cloud', steps: [] },"), 4, 'life.steps is empty'],
    [
      'a default that its constraint refuses',
      plugin(
        `    properties: {\n      n: kit.integer().default(5)\n        .constraints(kit.range(6)),\n    },\n${life}`,
      ),
      6,
      '5 is out of range (min: 6, max: None)',
    ],
    [
      'a default of another type',
      plugin(`    properties: {\n      n: kit.integer().default('x'),\n    },\n${life}`),
      5,
      'the property n has a default that it would refuse',
    ],
    [
      'a constraint of another type',
      plugin(`    properties: {\n      n: kit.string().constraints(kit.range(6)),\n    },\n${life}`),
      5,
      'range does not apply to string',
    ],
    [
      'a constraint that is none',
      plugin(`    properties: {\n      n: kit.string().constraints(kit.custom('x.y')),\n    },\n${life}`),
      5,
      'the custom constraint x.y, which there is not',
    ],
    [
      'a range of nothing',
      plugin(`    properties: {\n      n: kit.integer().constraints(kit.range(6, 5)),\n    },\n${life}`),
      5,
      'a range from 6 to 5',
    ],
    [
      'a pattern that is none',
      plugin(`    properties: {\n      n: kit.string().constraints(kit.allowedPattern('(')),\n    },\n${life}`),
      5,
      'a pattern that cannot be read',
    ],
    [
      'a property that is no schema',
      plugin(
        `    properties: {\n      deep: kit.map().with({\n        n: { type: 'string' },\n      }),\n    },\n${life}`,
      ),
      6,
      'the property deep.n is no schema',
    ],
    [
      'an update that nobody makes',
      plugin(`    properties: {\n      n: kit.string({ update: true }),\n    },\n${life}`),
      5,
      'the life has no update',
    ],
    [
      'an attribute that is no schema',
      plugin(`    attributes: { a: 'A text.' },\n${life}`),
      4,
      'the attribute a is no schema',
    ],
    ['a name without parts', plugin(life, 'Thing'), 3, "a type's name has parts: Thing"],
  ])('with %s is refused where it stands', async (_, text, line, message) => {
    file(text);
    const [first = ''] = await said();
    expect(first).toContain(`a.mjs:${line}: `);
    expect(first).toContain(message);
  });

  it('is refused with all others that are wrong', async () => {
    file(plugin(life), 'a.mjs');
    file(plugin(life), 'b.mjs');
    file('export const api = 9;', 'c.mjs');
    file(plugin(life, 'Example::Own::Other'), 'd.mjs');
    const lines = await said();
    expect(lines.map(line => line.slice(0, 8))).toEqual(['b.mjs:3:', 'c.mjs:1:']);
    expect(lines[0]).toContain(`Example::Own::Type is there already, from ${folder}/a.mjs`.replace(`${folder}/`, ''));
  });

  it('stands in a folder that can be read', async () => {
    const gone = join(folder, 'gone');
    await expect(loadSite({ pluginDirs: [gone] })).rejects.toThrow(`${gone}: it cannot be read (ENOENT)`);
  });
});

it('another thread takes the same plug-ins, and none that have changed', async () => {
  file(plugin(life));
  const site = await loadSite({ pluginDirs: [folder] });
  expect(Object.keys(digestsOf(site))).toEqual(['Example::Own::Type']);
  const given = structuredClone(threadSite(site));
  expect((await siteInThread(given))?.plugins.map(({ type }) => type.name)).toEqual(['Example::Own::Type']);
  file(`${plugin(life)}// changed`);
  expect(await siteInThread(given)).toBeUndefined();
  rmSync(join(folder, 'a.mjs'));
  expect(await siteInThread(given)).toBeUndefined();
});

it('our own types would be taken', () => {
  const registry = createRegistry();
  const wrong = registry.names().flatMap(name => {
    const type = registry.get(name);
    return type === undefined ? [] : wrongSchemas(type).map(({ message }) => `${name}: ${message}`);
  });
  // As in Heat: its properties may change, and it is another one then.
  expect(wrong.filter(each => !each.startsWith('OS::Heat::Delay: '))).toEqual([]);
  for (const name of registry.names()) expect(wrongDeclaration({ life: registry.get(name)?.life })).toBeUndefined();
});
