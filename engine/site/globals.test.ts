import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childJob } from '../orchestration/child-plan.ts';
import { jobs, type PlanJob, type PlanMade } from '../orchestration/jobs.ts';
import { asAsked } from '../orchestration/patching.ts';
import { createRegistry } from '../resources/registry.ts';
import type { Globals } from '../template/globals.ts';
import { fromPlain, parseJson, type Plain, toPlain, writeJson } from '../values/json.ts';
import { emptyMap } from '../values/value.ts';
import { loadGlobals } from './globals.ts';
import { UnusableSite } from './problem.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-globals-'));
  for (const each of ['env', 'tpl']) mkdirSync(join(folder, each));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const registry = createRegistry();
const secret = 'heat_template_version: 2021-04-16\nresources:\n  s:\n    type: OS::Heat::RandomString\n';

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

const load = (): Globals =>
  loadGlobals({ environmentDir: join(folder, 'env'), templateDir: join(folder, 'tpl') }, registry);

function said(): readonly string[] {
  try {
    load();
  } catch (error) {
    if (!(error instanceof UnusableSite)) throw error;
    return error.message.replaceAll(`${folder}/`, '').split('\n');
  }
  throw new Error('they were taken');
}

describe('environments for all stacks', () => {
  it('are merged in the order of their names', () => {
    const lb = file('tpl/lb.yaml', secret);
    file(
      'env/10-a.yaml',
      'resource_registry: {"My::A": "OS::Heat::None", "My::LB": lb.yaml, "My::Old": "OS::Heat::None"}',
    );
    file('env/20-b.yaml', 'resource_registry: {"My::A": "OS::Heat::Value", "My::Ol*": null}');
    file('env/.hidden', '{');
    const { registry: merged, templates } = load();
    expect(toPlain(merged)).toEqual({
      'My::LB': lb,
      'My::Old': 'OS::Heat::None',
      'My::A': 'OS::Heat::Value',
      'My::Ol*': null,
    });
    expect([...templates]).toEqual([[lb, secret]]);
  });

  it.each([
    ['what is no YAML', 'resource_registry:\n  a: {\nb', 3, 'Flow map'],
    ['a section that is none', '# x\nresource_registri: {}', 2, 'wrong section "resource_registri"'],
    [
      'a section that would count for nobody',
      'resource_registry: {}\nparameters:\n  a: 1',
      2,
      'parameters: for all stacks only resource_registry has a meaning',
    ],
    [
      'a target that is none',
      'resource_registry:\n  My::A: OS::Heat::None\n  My::B: 7',
      3,
      'My::B shall be mapped to a type',
    ],
    [
      'hooks',
      'resource_registry:\n  resources:\n    r:\n      hooks: pre-create',
      4,
      "hooks: they belong to a stack's own",
    ],
    [
      'a template that is not there',
      'resource_registry:\n  My::A: OS::Heat::None\n  My::B: nope.yaml',
      3,
      'tpl/nope.yaml cannot be read (ENOENT)',
    ],
  ])('are refused for %s', (_, text, line, message) => {
    file('env/a.yaml', text);
    const [first = ''] = said();
    expect(first).toContain(`env/a.yaml:${line}: `);
    expect(first).toContain(message);
  });

  it.each([
    ['what is no YAML', 'a: {\nb', 2, ''],
    ['what is no template', 'a: b', 1, 'Template format version not found.'],
    [
      'a type that there is not',
      secret.replace('RandomString', 'RandomStrong'),
      4,
      'The Resource Type (OS::Heat::RandomStrong) could not be found.',
    ],
    [
      'a property that there is not',
      `${secret}    properties:\n      length: 5\n      nope: 1\n`,
      5,
      'Unknown Property nope',
    ],
    ['a reference to nothing', `${secret}  n:\n    type: OS::Heat::None\n    depends_on: none\n`, 7, '"none"'],
  ])('are refused where a template is %s', (_, text, line, message) => {
    file('tpl/lb.yaml', text);
    file('env/a.yaml', 'resource_registry: {"My::LB": lb.yaml}');
    const [first = ''] = said();
    expect(first).toContain(`tpl/lb.yaml:${line}: `);
    expect(first).toContain(message);
  });

  it('stand in folders that can be read, and name templates that can be looked for', () => {
    expect(() => loadGlobals({ environmentDir: join(folder, 'gone') }, registry)).toThrow(
      'gone: it cannot be read (ENOENT)',
    );
    file('env/a.yaml', 'resource_registry: {"My::LB": lb.yaml}');
    expect(() => loadGlobals({ environmentDir: join(folder, 'env') }, registry)).toThrow(
      'a.yaml:1: lb.yaml is looked for in template_dir, which is not set',
    );
  });
});

describe('a stack', () => {
  const text = (plain: Plain): string => writeJson(fromPlain(plain));
  const job = (resources: Plain, environment: Plain = {}): PlanJob => ({
    template: text({ heat_template_version: '2021-04-16', resources }),
    environment: asAsked(fromPlain(environment)),
    files: '{}',
    stackId: 'id',
    stackName: 's',
    projectId: 'p',
    timeoutMs: 1_000,
  });
  const planned = (globals: Globals, given: PlanJob): PlanMade => {
    const result = jobs(registry, globals).plan(given);
    if (result.kind !== 'made') throw new Error(JSON.stringify(result));
    return result.plan;
  };
  const types = (plan: PlanMade) => plan.resources.map(({ implementation }) => implementation.split(':[')[0]);

  it('has the entries that its own environment does not have otherwise', () => {
    file(
      'env/a.yaml',
      'resource_registry: {"My::A": "OS::Heat::None", "My::B": "OS::Heat::None", "My::B*": "OS::Heat::TestResource"}',
    );
    const globals = load();
    const resources = { a: { type: 'My::A' }, b: { type: 'My::B' } };
    expect(types(planned(globals, job(resources)))).toEqual(['OS::Heat::None', 'OS::Heat::None']);
    const environment = { resource_registry: { 'My::*': 'OS::Heat::RandomString' } };
    const plan = planned(globals, job(resources, environment));
    expect(types(plan)).toEqual(['OS::Heat::RandomString', 'OS::Heat::RandomString']);
    // What is kept is the user's own.
    expect(plan.environment).not.toContain('My::A');
  });

  it('keeps the templates that it uses, as they are now', () => {
    const lb = file('tpl/lb.yaml', secret);
    file('tpl/other.yaml', secret);
    file('env/a.yaml', 'resource_registry: {"My::LB": lb.yaml, "My::Other": other.yaml}');
    const plan = planned(load(), job({ r: { type: 'My::LB' } }));
    expect([types(plan), plan.fetched]).toEqual([['template'], true]);
    expect(toPlain(parseJson(plan.files))).toEqual({ [lb]: secret });
    const older = { ...job({ r: { type: 'My::LB' } }), files: text({ [lb]: 'older' }) };
    expect(toPlain(parseJson(planned(load(), older).files))).toEqual({ [lb]: secret });
    const same = planned(load(), { ...older, files: plan.files });
    expect([same.files, same.fetched]).toEqual([plan.files, undefined]);
  });

  it('whose template stands for a type may use that type itself', () => {
    const own = file('tpl/own.yaml', `${secret}outputs: {value: {value: 1}}\n`);
    file('env/a.yaml', 'resource_registry: {"OS::Heat::RandomString": own.yaml, "My::A": "OS::Heat::None"}');
    const globals = load();
    const plan = planned(globals, job({ r: { type: 'OS::Heat::RandomString' } }));
    expect(types(plan)).toEqual(['template']);
    const child = childJob(
      {
        template: undefined,
        file: own,
        parameters: emptyMap,
        entry: ['global', 'OS::Heat::RandomString'],
        timeoutMins: null,
      },
      {
        stackId: 'c',
        stackName: 's-r',
        projectId: 'p',
        depth: 1,
        others: 1,
        parentResource: 'r',
        environment: plan.environment,
        files: plan.files,
        isAdmin: false,
        facade: undefined,
        extended: false,
      },
    );
    const inside = planned(globals, child);
    expect(types(inside)).toEqual(['OS::Heat::RandomString']);
    // And what is below it is without that entry too, and has the others.
    expect(toPlain(parseJson(inside.environment))).toMatchObject({
      resource_registry: { global: { 'OS::Heat::RandomString': null } },
    });
  });
});
