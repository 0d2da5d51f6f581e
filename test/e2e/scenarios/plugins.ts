/**
 * An operator's own types and environments, as an operator has them: the sample plug-in is built by its own package.json's
 * script in a folder of its own, the all-in-one loads it, users use it. What is wrong is refused before anything starts.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorText, type Session } from '../../../cli/client.ts';
import { AllInOneChild } from '../../support/allinone.ts';
import { run } from '../../support/command.ts';
import { until } from '../../bench/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { expect, expectRun, type Steps } from '../steps.ts';

const repo = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../..' : '../../../..', import.meta.url));
const hot = { heat_template_version: '2021-04-16' };

export const plugins: Scenario = {
  name: 'plugins',
  about: 'the sample plug-in built outside of the repo, loaded, used; bad ones refused; environments for all stacks',
  kind: 'alone',
  async play(steps) {
    const folder = mkdtempSync(join(tmpdir(), 'convect-plugins-'));
    try {
      await built(steps, folder);
      await refused(steps, folder);
      await used(steps, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const dirs = (folder: string) => ({
  plugins: join(folder, 'sample', 'dist'),
  bad: join(folder, 'bad'),
  environments: join(folder, 'environment.d'),
  templates: join(folder, 'templates'),
});

/** As `npm install` would link them: the package, and its compiler. */
async function built(steps: Steps, folder: string): Promise<void> {
  const sample = join(folder, 'sample');
  await steps.step('the sample is built from the types of the plug-in API', async () => {
    const tsc = join(repo, 'node_modules', '.bin', 'tsc');
    expectRun(await run(tsc, ['-p', join(repo, 'tsconfig.plugin-api.json')]), { status: 'success' });
    cpSync(join(repo, 'examples', 'plugin'), sample, {
      recursive: true,
      filter: path => !/\/(dist|node_modules)$/.test(path),
    });
    mkdirSync(join(sample, 'node_modules', '.bin'), { recursive: true });
    symlinkSync(repo, join(sample, 'node_modules', 'convect'));
    symlinkSync(tsc, join(sample, 'node_modules', '.bin', 'tsc'));
    expectRun(await run('npm', ['--prefix', sample, 'run', 'build']), { status: 'success' });
  });
  const { bad, environments, templates } = dirs(folder);
  for (const dir of [bad, environments, templates]) mkdirSync(dir);
}

async function refused(steps: Steps, folder: string): Promise<void> {
  const { bad, environments, templates } = dirs(folder);
  const engine = (settings: object) => {
    const config = join(folder, 'engine.yaml');
    const all = {
      node: 'one',
      listen: '127.0.0.1:1',
      databaseUrlFile: 'nowhere',
      vaultKeyFile: 'nowhere',
      etcd: { hosts: ['127.0.0.1:1'] },
      ...settings,
    };
    writeFileSync(config, JSON.stringify(all));
    return run(process.execPath, [join(repo, 'dist', 'cli', 'main.js'), 'engine', '--config', config]);
  };
  await steps.step('an engine does not start with bad plug-ins: all are told, with file and line', async () => {
    const head = 'export const api = 1;\n';
    writeFileSync(join(bad, 'a.mjs'), `${head}export default kit => {\n  return {;\n};\n`);
    writeFileSync(join(bad, 'b.mjs'), '// of the next release\nexport const api = 2;\nexport default () => 1;\n');
    writeFileSync(
      join(bad, 'c.mjs'),
      `${head}export default kit =>\n  kit.resource('OS::Nova::Server', {\n    life: { kind: 'local', create: () => 1 },\n  });\n`,
    );
    writeFileSync(
      join(bad, 'd.mjs'),
      `${head}export default kit =>\n  kit.resource('My::Thing', {\n    life: {\n      kind: 'local',\n      creat: () => 1,\n    },\n  });\n`,
    );
    writeFileSync(
      join(bad, 'e.mjs'),
      `${head}export default kit =>\n  kit.resource('My::Thing', {\n    properties: {\n      n: kit.integer().default(5).constraints(kit.range(6)),\n    },\n  });\n`,
    );
    writeFileSync(
      join(bad, 'f.mjs'),
      `${head}import { resource } from 'convect/plugin-api';\nexport default resource;\n`,
    );
    const ran = await engine({ plugin_dirs: ['bad'] });
    const says = [
      `${bad}/a.mjs:3: it cannot be loaded: Unexpected token`,
      `${bad}/b.mjs:2: it is written for version 2 of the plug-in API, and this engine has version 1`,
      `${bad}/c.mjs:3: OS::Nova::Server is there already, from Convect itself; give the type another name`,
      `${bad}/d.mjs:6: life.creat is not known; there are kind, create, update, suspend, resume, delete`,
      `${bad}/e.mjs:5: invalid default: 5 is out of range`,
      `${bad}/f.mjs:2: Cannot find package 'convect'`,
    ];
    expectRun(ran, { status: 'failure', says, saysNot: ['ready:', 'at file:'] });
  });
  await steps.step('nor with a bad environment or template for all stacks', async () => {
    writeFileSync(join(environments, 'a.yaml'), 'resource_registry:\n  My::Web: web.yaml\n  My::Other: 7\n');
    const settings = { environment_dir: 'environment.d', template_dir: 'templates' };
    const says = [
      `${environments}/a.yaml:2: ${templates}/web.yaml cannot be read (ENOENT)`,
      `${environments}/a.yaml:3: My::Other shall be mapped to a type`,
    ];
    expectRun(await engine(settings), { status: 'failure', says, saysNot: ['ready:'] });
    writeFileSync(join(environments, 'a.yaml'), 'resource_registry: {"My::Web": web.yaml}\n');
    const web = { ...hot, resources: { r: { type: 'OS::Heat::RandomStrong' } } };
    writeFileSync(join(templates, 'web.yaml'), JSON.stringify(web, null, 1));
    const type = `${templates}/web.yaml:5: The Resource Type (OS::Heat::RandomStrong) could not be found.`;
    expectRun(await engine(settings), { status: 'failure', says: [type] });
  });
}

async function used(steps: Steps, folder: string): Promise<void> {
  const { plugins: types, environments, templates } = dirs(folder);
  const registry = { 'My::Web': 'web.yaml', 'Example::Text::Memo': 'Example::Text::Note' };
  writeFileSync(join(environments, 'a.yaml'), JSON.stringify({ resource_registry: registry }));
  const resources = { r: { type: 'Example::Text::Memo', properties: { text: 'from all' } } };
  const outputs = { said: { value: { get_attr: ['r', 'text'] } } };
  writeFileSync(join(templates, 'web.yaml'), JSON.stringify({ ...hot, resources, outputs }));
  const args = ['--plugin-dir', types, '--environment-dir', environments, '--template-dir', templates];
  const allInOne = await steps.step('the all-in-one starts with them', () =>
    AllInOneChild.start({ ephemeral: true, args }),
  );
  if (allInOne === undefined) return;
  try {
    const session = await allInOne.logIn();
    await known(steps, session);
    await lived(steps, session, join(folder, 'sample', 'template.yaml'));
    await nested(steps, session);
  } finally {
    await steps.step('all stops', () => allInOne.remove());
  }
}

async function known(steps: Steps, session: Session): Promise<void> {
  await steps.step('they are types as any: listed, shown, a first template', async () => {
    const listed = JSON.stringify(await session.must('GET', '/resource_types'));
    for (const name of ['Example::Network::Lan', 'Example::Text::Note'])
      expect(listed.includes(`"${name}"`), name, listed);
    const schema = JSON.stringify(await session.must('GET', '/resource_types/Example::Text::Note'));
    expect(schema.includes('{"length":{"min":1,"max":200}}'), 'its constraint', schema);
    const template = JSON.stringify(await session.must('GET', '/resource_types/Example::Network::Lan/template'));
    expect(template.includes('["Lan","subnets"]'), 'its attributes', template);
  });
  await steps.step('their properties are validated', async () => {
    const resources = { n: { type: 'Example::Text::Note', properties: { text: '' } } };
    const answer = await session.ask('POST', '/stacks', {
      json: { stack_name: 'bad', template: { ...hot, resources } },
    });
    const says = errorText(answer);
    expect(
      answer.status === 400 && says.includes('length (0) is out of range (min: 1, max: 200)'),
      '400, its constraint',
      says,
    );
  });
}

async function lived(steps: Steps, session: Session, file: string): Promise<void> {
  const template = readFileSync(file, 'utf8');
  const path = await steps.step('a stack of them is created', async () => {
    await session.must('POST', '/stacks', { json: { stack_name: 'own', template, timeout_mins: 5 } });
    const path = await pathOf(session, 'own');
    await until(session, path, 'CREATE_COMPLETE');
    const outputs = await outputsOf(session, path);
    expect(/^OWN-LAN-[A-Z0-9]+$/.test(String(outputs['says'])), 'what the note says', JSON.stringify(outputs));
    expect(Array.isArray(outputs['subnets']) && outputs['subnets'].length === 1, 'a subnet', JSON.stringify(outputs));
    return path;
  });
  if (path === undefined) return;
  await steps.step('updated in place, and by another one', async () => {
    const before = await physicalIds(session, path);
    const named = template.replace('{ cidr: 10.7.0.0/24 }', '{ cidr: 10.7.0.0/24, name: lan }');
    await session.must('PUT', path, { json: { template: named } });
    await until(session, path, 'UPDATE_COMPLETE');
    expect(
      (await outputsOf(session, path))['says'] === 'LAN',
      'the new name',
      JSON.stringify(await outputsOf(session, path)),
    );
    expect(JSON.stringify(await physicalIds(session, path)) === JSON.stringify(before), 'the same things', '');
    await session.must('PUT', path, { json: { template: named.replace('10.7.0.0', '10.8.0.0') } });
    await untilOther(session, path, before['lan'] ?? '');
  });
  await steps.step('checked, and deleted', async () => {
    await session.must('POST', `${path}/actions`, { json: { check: null } });
    await until(session, path, 'CHECK_COMPLETE');
    await session.must('DELETE', path);
    await until(session, path, 'DELETE_COMPLETE');
  });
  await steps.step('a big template is planned in the thread, which has them too', async () => {
    const note = { type: 'Example::Text::Note', properties: { text: 'x'.repeat(150) } };
    const resources = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`n${i}`, note]));
    await session.must('POST', '/stacks', { json: { stack_name: 'big', template: { ...hot, resources } } });
    const big = await pathOf(session, 'big');
    await until(session, big, 'CREATE_COMPLETE');
    await session.must('DELETE', big);
  });
}

async function nested(steps: Steps, session: Session): Promise<void> {
  await steps.step('environments for all stacks stand below the user’s own', async () => {
    const template = {
      ...hot,
      resources: { w: { type: 'My::Web' } },
      outputs: { said: { value: { get_attr: ['w', 'said'] } } },
    };
    await session.must('POST', '/stacks', { json: { stack_name: 'web', template } });
    const path = await pathOf(session, 'web');
    await until(session, path, 'CREATE_COMPLETE');
    const outputs = await outputsOf(session, path);
    expect(outputs['said'] === 'from all', 'the global template’s output', JSON.stringify(outputs));
    const shown = JSON.stringify(await session.must('GET', `${path}/environment`));
    expect(!shown.includes('My::Web'), 'the user’s own environment alone', shown);
    const environment = { resource_registry: { 'My::*': 'OS::Heat::None' } };
    await session.must('POST', '/stacks', {
      json: { stack_name: 'none', template: { ...hot, resources: template.resources }, environment },
    });
    const none = await pathOf(session, 'none');
    await until(session, none, 'CREATE_COMPLETE');
    const types = JSON.stringify(await session.must('GET', `${none}/resources`));
    expect(!types.includes('"nested"'), 'no nested stack', types);
  });
}

async function pathOf(session: Session, name: string): Promise<string> {
  const { stacks } = await session.must<{ readonly stacks: readonly { readonly id: string }[] }>(
    'GET',
    `/stacks?name=${name}`,
  );
  return `/stacks/${name}/${stacks[0]?.id}`;
}

async function outputsOf(session: Session, path: string): Promise<Readonly<Record<string, unknown>>> {
  const { stack } = await session.must<{
    readonly stack: { readonly outputs: readonly { readonly output_key: string; readonly output_value: unknown }[] };
  }>('GET', path);
  return Object.fromEntries(stack.outputs.map(({ output_key: key, output_value: value }) => [key, value]));
}

async function physicalIds(session: Session, path: string): Promise<Readonly<Record<string, string>>> {
  const { resources } = await session.must<{
    readonly resources: readonly { readonly resource_name: string; readonly physical_resource_id: string }[];
  }>('GET', `${path}/resources`);
  return Object.fromEntries(resources.map(each => [each.resource_name, each.physical_resource_id]).sort());
}

/** Until its network is another one, and the update is over. */
async function untilOther(session: Session, path: string, before: string): Promise<void> {
  for (let i = 0; i < 200 && (await physicalIds(session, path))['lan'] === before; i++) {
    await new Promise(next => setTimeout(next, 100));
  }
  expect((await physicalIds(session, path))['lan'] !== before, 'another network', before);
  await until(session, path, 'UPDATE_COMPLETE');
}
