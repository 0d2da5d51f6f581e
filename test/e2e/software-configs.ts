/** `openstack software config …`: one that is made by hand, and those of a stack that reads it. */
import { transcript } from '../support/command.ts';
import type { Client, Fields } from './client.ts';
import { expect, type Steps } from './steps.ts';

const template = (other: string): string => `heat_template_version: 2018-08-31
resources:
  script:
    type: OS::Heat::SoftwareConfig
    properties: {group: script, config: "#!/bin/sh\necho of the stack"}
  init:
    type: OS::Heat::CloudConfig
    properties: {cloud_config: {packages: [git], runcmd: [[echo, hi]]}}
  all:
    type: OS::Heat::MultipartMime
    properties:
      parts:
        - {config: {get_resource: script}, filename: script.sh}
        - {config: {get_resource: init}, subtype: cloud-config}
        - {config: ${other}}
outputs:
  all: {value: {get_attr: [all, config]}}
  script: {value: {get_resource: script}}
`;

const inputs = `inputs: [{name: size, type: Number, default: 3}]
outputs: [{name: result}]
options: {interpreter: sh}
`;

export async function softwareConfigs(steps: Steps, client: Client): Promise<void> {
  const script = client.file('config.sh', '#!/bin/sh\necho by hand\n');
  const definition = client.file('definition.yaml', inputs);
  const id = await steps.step('software config create', async () => {
    const given = ['--group', 'script', '--config-file', script, '--definition-file', definition];
    const { value, ran } = await client.json<Fields>('software', 'config', 'create', 'by-hand', ...given);
    const evidence = transcript(ran);
    expect(value['name'] === 'by-hand' && value['group'] === 'script', 'its name and group', evidence);
    expect(value['config'] === '#!/bin/sh\necho by hand\n', 'its text', evidence);
    expect(JSON.stringify(value['options']) === '{"interpreter":"sh"}', 'its options', evidence);
    return String(value['id']);
  });
  await steps.step('software config create of what is wrong', () => {
    const wrong = client.file('wrong.yaml', 'inputs: [{name: size, typ: Number}]\n');
    return client.fails(['ERROR'], 'software', 'config', 'create', 'wrong', '--definition-file', wrong);
  });
  await steps.step('software config list', () =>
    client.ok([/\|\s*by-hand\s*\|\s*script\s*\|/], 'software', 'config', 'list', '--limit', '5'),
  );
  await steps.step('software config show', async () => {
    const { value, ran } = await client.json<Fields>('software', 'config', 'show', id ?? 'unknown');
    const [input] = value['inputs'] as readonly Fields[];
    const [output] = value['outputs'] as readonly Fields[];
    expect(input?.['name'] === 'size' && input['default'] === 3, 'its input', transcript(ran));
    expect(output?.['type'] === 'String' && output['error_output'] === false, 'its output', transcript(ran));
    await client.ok(['echo by hand'], 'software', 'config', 'show', id ?? 'unknown', '--config-only');
  });
  await steps.step('stack create --wait of configs that read it', () => {
    const file = client.file('configs.yaml', template(id ?? 'unknown'));
    return client.ok(
      [/stack_status\s*\|\s*CREATE_COMPLETE/],
      ...['stack', 'create', '-t', file],
      '--wait',
      '--poll',
      '1',
      'configs',
    );
  });
  await steps.step('they hold what they were made of', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'output', 'show', 'configs', 'all');
    const text = String(value['output_value']);
    const wanted = [
      'echo of the stack',
      '#cloud-config\npackages:\n- git\nruncmd:\n- - echo\n  - hi\n',
      'echo by hand',
    ];
    expect(
      wanted.every(part => text.includes(part)),
      'all three texts',
      transcript(ran),
    );
    const { value: output } = await client.json<Fields>('stack', 'output', 'show', 'configs', 'script');
    await client.ok(
      ['echo of the stack'],
      'software',
      'config',
      'show',
      String(output['output_value']),
      '--config-only',
    );
  });
  await steps.step('stack delete --wait takes its own along', async () => {
    await client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'configs');
    const { value, ran } = await client.json<Fields[]>('software', 'config', 'list');
    expect(value.map(config => config['name']).join() === 'by-hand', 'by-hand alone is left', transcript(ran));
  });
  await steps.step('software config delete', async () => {
    await client.ok(undefined, 'software', 'config', 'delete', id ?? 'unknown');
    await client.fails(['not found'], 'software', 'config', 'show', id ?? 'unknown');
  });
}
