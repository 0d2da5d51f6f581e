import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeJson } from '../engine/values/json.ts';
import { collect } from './template-files.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-files-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const url = (name: string): string => pathToFileURL(join(folder, name)).href;
const json = (text: string | undefined): unknown => JSON.parse(text ?? 'null');

describe('a template', () => {
  it("of CloudFormation has its short forms written out; one of Heat's has none", async () => {
    const short = 'Outputs: {o: {Value: !GetAtt a.b.c}, p: {Value: !Join [",", [!Ref a, !Sub "${b}"]]}}';
    const { template } = await collect(file('cfn.yaml', `AWSTemplateFormatVersion: 2010-09-09\n${short}`), []);
    expect(json(writeJson(template))).toEqual({
      AWSTemplateFormatVersion: '2010-09-09',
      Outputs: {
        o: { Value: { 'Fn::GetAtt': ['a', 'b.c'] } },
        p: { Value: { 'Fn::Join': [',', [{ Ref: 'a' }, { 'Fn::Sub': '${b}' }]] } },
      },
    });
    const hot = file('hot.yaml', 'heat_template_version: 2018-08-31\noutputs: {o: {value: !Ref a}}');
    await expect(collect(hot, [])).rejects.toThrow("tag '!Ref'");
  });

  it('brings the files it names, and those that they name, under absolute URLs', async () => {
    const main = file(
      'main.yaml',
      `heat_template_version: 2018-08-31
resources:
  a: {type: nested/n.yaml, properties: {script: {get_file: run.sh}}}
  b: {type: OS::Heat::Value, properties: {value: [{get_file: run.sh}, {get_file: bin}]}}
  c: {type: 'nested/n.yaml', properties: {type: not-a-template, version: 1.0}}
`,
    );
    file('run.sh', 'echo äh\n');
    file('bin', Buffer.from([0xff, 0xfe, 0]));
    file(
      'nested/n.yaml',
      'heat_template_version: 2018-08-31\nresources: {x: {type: deeper.template}, y: {get_file: ../run.sh}}',
    );
    file('nested/deeper.template', 'heat_template_version: 2018-08-31\nresources: {again: {type: n.yaml}}');
    const { template, files } = await collect(main, []);
    expect([...files.keys()].sort()).toEqual(
      ['bin', 'nested/deeper.template', 'nested/n.yaml', 'run.sh'].map(url).sort(),
    );
    expect(files.get(url('run.sh'))).toBe('echo äh\n');
    expect(files.get(url('bin'))).toBe('//4A');
    expect(json(files.get(url('nested/n.yaml')))).toEqual({
      heat_template_version: '2018-08-31',
      resources: { x: { type: url('nested/deeper.template') }, y: { get_file: url('run.sh') } },
    });
    expect(writeJson(template)).toBe(
      JSON.stringify({
        heat_template_version: '2018-08-31',
        resources: {
          a: { type: url('nested/n.yaml'), properties: { script: { get_file: url('run.sh') } } },
          b: {
            type: 'OS::Heat::Value',
            properties: { value: [{ get_file: url('run.sh') }, { get_file: url('bin') }] },
          },
          c: { type: url('nested/n.yaml'), properties: { type: 'not-a-template', version: 'F' } },
        },
      }).replace('"F"', '1.0'),
    );
  });

  it('that cannot be read says which file, and who named it', async () => {
    const main = file('main.yaml', 'heat_template_version: 2018-08-31\nresources: {a: {type: none.yaml}}');
    await expect(collect(main, [])).rejects.toThrow(
      `${join(folder, 'none.yaml')} (named in ${main}) cannot be read: there is no such file`,
    );
    await expect(collect(join(folder, 'absent'), [])).rejects.toThrow(
      `${join(folder, 'absent')} cannot be read: there is no such file`,
    );
    const broken = file('broken.yaml', 'heat_template_version: 2018-08-31\nresources: [');
    await expect(collect(broken, [])).rejects.toThrow(`${broken}: `);
    const other = file('other.yaml', 'a: b');
    await expect(collect(other, [])).rejects.toThrow('is no template: it has none of heat_template_version');
  });

  it('leaves a get_file whose name is computed', async () => {
    const main = file('m.yaml', 'heat_template_version: 2018-08-31\noutputs: {o: {value: {get_file: {get_param: p}}}}');
    const { files } = await collect(main, []);
    expect(files.size).toBe(0);
  });
});

describe('environments', () => {
  it('go along whole, their registries resolved, later ones on top', async () => {
    const main = file('main.yaml', 'heat_template_version: 2018-08-31');
    file('types/t.yaml', 'heat_template_version: 2018-08-31');
    const one = file(
      'envs/one.yaml',
      `parameters: {a: 1, b: 1.50}
resource_registry:
  My::Type: ../types/t.yaml
  Other::Type: OS::Heat::None
  resources: {x: {My::Type: ../types/t.yaml, hooks: pre-create}}
`,
    );
    const two = file('two.yaml', 'parameters: {a: 2}\nresource_registry: {base_url: types, T: t.yaml}');
    const collected = await collect(main, [one, two]).catch((error: unknown) => error);
    // base_url is a URL: a bare folder name is not one.
    expect(String(collected)).toContain('names "t.yaml", which is neither path nor URL');
    file('two.yaml', `parameters: {a: 2}\nresource_registry: {base_url: '${url('types')}', T: t.yaml}`);
    const { files, environment, environmentFiles } = await collect(main, [one, two]);
    expect(environmentFiles).toEqual([url('envs/one.yaml'), url('two.yaml')]);
    expect(json(files.get(url('envs/one.yaml')))).toEqual({
      parameters: { a: 1, b: 1.5 },
      resource_registry: {
        'My::Type': url('types/t.yaml'),
        'Other::Type': 'OS::Heat::None',
        resources: { x: { 'My::Type': url('types/t.yaml'), hooks: 'pre-create' } },
      },
    });
    expect(files.get(url('envs/one.yaml'))).toContain('"b":1.50');
    expect(json(writeJson(environment))).toMatchObject({
      parameters: { a: 2, b: 1.5 },
      resource_registry: { T: url('types/t.yaml'), 'My::Type': url('types/t.yaml') },
    });
    expect(files.has(url('types/t.yaml'))).toBe(true);
  });

  it('may be empty, and nothing but mappings', async () => {
    const main = file('main.yaml', 'heat_template_version: 2018-08-31');
    const { files } = await collect(main, [file('empty.yaml', '')]);
    expect(files.get(url('empty.yaml'))).toBe('{}');
    await expect(collect(main, [file('list.yaml', '[1]')])).rejects.toThrow('is no environment: it is not a mapping');
  });
});
