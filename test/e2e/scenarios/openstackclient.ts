/**
 * The real `openstack` client (Debian's python3-openstackclient with python3-heatclient), as its users run it: OS_*
 * in the environment and nothing else.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { transcript } from '../../support/command.ts';
import { type Client, type Fields, withClient } from '../client.ts';
import type { Scenario } from '../scenario.ts';
import { stackChanges } from '../stack-changes.ts';
import { stackCloud } from '../stack-cloud.ts';
import { softwareConfigs } from '../software-configs.ts';
import { stackNests } from '../stack-nests.ts';
import { expect, type Steps } from '../steps.ts';

const good = `heat_template_version: 2018-08-31
description: A chain of values and something slow
parameters:
  greeting: {type: string, default: Hello}
resources:
  secret:
    type: OS::Heat::RandomString
    properties: {length: 12, character_classes: [{class: digits}]}
  greeted:
    type: OS::Heat::Value
    properties:
      type: string
      value: {list_join: [', ', [{get_param: greeting}, {get_attr: [secret, value]}]]}
  slow:
    type: OS::Heat::TestResource
    properties: {value: {get_attr: [greeted, value]}, wait_secs: 1}
outputs:
  greeting: {description: What it says, value: {get_attr: [slow, output]}}
  answer: {value: 42}
`;

const bad = `heat_template_version: 2018-08-31
resources:
  first:
    type: OS::Heat::Value
    properties: {value: 1}
  breaks:
    type: OS::Heat::TestResource
    depends_on: first
    properties: {fail: true}
  after:
    type: OS::Heat::Value
    properties: {value: {get_attr: [breaks, output]}}
`;

export const openstackclient: Scenario = {
  name: 'openstackclient',
  about: 'the openstack command, with OS_* alone',
  kind: 'with-all-in-one',
  onLab: true,
  async play(steps, allInOne) {
    await withClient(steps, allInOne, async client => {
      await identity(steps, client);
      await stackCloud(steps, client, allInOne);
      await stackChanges(steps, client);
      await stackNests(steps, client);
      await creating(steps, client);
      await reading(steps, client);
      await failing(steps, client);
      await softwareConfigs(steps, client);
      await deleting(steps, client);
    });
  },
};

async function identity(steps: Steps, client: Client): Promise<void> {
  await steps.step('token issue', () => client.ok(['project_id', 'expires'], 'token', 'issue'));
  await steps.step('catalog list', () => client.ok(['orchestration', '/v1/'], 'catalog', 'list'));
  await steps.step('orchestration build info', () => client.ok(['api', 'engine'], 'orchestration', 'build', 'info'));
}

async function creating(steps: Steps, client: Client): Promise<void> {
  const template = client.file('good.yaml', good);
  const create = ['stack', 'create', '-t', template, '--parameter', 'greeting=Hi', '--tags', 'blue,green'];
  await steps.step('stack list of nothing', () =>
    client.expect({ status: 'success', saysNot: ['one'] }, 'stack', 'list'),
  );
  await steps.step('stack create --wait', () =>
    client.ok(
      [
        /\[one\]: CREATE_IN_PROGRESS\s+Stack CREATE started/,
        /\[one\.slow\]: CREATE_COMPLETE|\[slow\]: CREATE_COMPLETE/,
        /stack_status\s*\|\s*CREATE_COMPLETE/,
      ],
      ...create,
      '--wait',
      '--poll',
      '1',
      'one',
    ),
  );
  await steps.step('stack create, the name is taken', () =>
    client.fails(['The Stack (one) already exists.'], 'stack', 'create', '-t', template, 'one'),
  );
  await steps.step('stack create, a parameter that is not in the template', () =>
    client.fails(
      ['The Parameter (nope) was not defined in template.'],
      ...['stack', 'create', '-t', template, '--parameter', 'nope=1', 'two'],
    ),
  );
}

async function reading(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack list', async () => {
    const { value, ran } = await client.json<Fields[]>('stack', 'list');
    const [one] = value;
    expect(value.length === 1 && one?.['Stack Name'] === 'one', 'exactly the stack one', transcript(ran));
    expect(one['Stack Status'] === 'CREATE_COMPLETE', 'CREATE_COMPLETE', transcript(ran));
  });
  await steps.step('stack list --tags', () => client.ok([/\| one /], 'stack', 'list', '--tags', 'blue'));
  await steps.step('stack show', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'show', 'one');
    const evidence = transcript(ran);
    expect(value['stack_status'] === 'CREATE_COMPLETE', 'stack_status CREATE_COMPLETE', evidence);
    expect(value['stack_status_reason'] === 'Stack CREATE completed successfully', "Heat's reason", evidence);
    expect(value['description'] === 'A chain of values and something slow', "the template's description", evidence);
    expect((value['parameters'] as Fields)['greeting'] === 'Hi', 'parameter greeting Hi', evidence);
    expect(/^Hi, \d{12}$/.test(outputOf(value, 'greeting')), 'output greeting "Hi, <12 digits>"', evidence);
    expect(JSON.stringify(value['tags']) === '["blue","green"]', 'tags blue, green', evidence);
  });
  await steps.step('stack show by id', async () => {
    const { value } = await client.json<Fields>('stack', 'show', 'one');
    await client.ok([/stack_name\s*\|\s*one/], 'stack', 'show', String(value['id']));
  });
  await steps.step('stack resource list', async () => {
    const { value, ran } = await client.json<Fields[]>('stack', 'resource', 'list', 'one');
    const names = value.map(row => row['resource_name']).sort();
    expect(names.join() === 'greeted,secret,slow', 'resources greeted, secret, slow', transcript(ran));
    const done = value.every(row => row['resource_status'] === 'CREATE_COMPLETE' && row['physical_resource_id'] !== '');
    expect(done, 'each CREATE_COMPLETE with a physical id', transcript(ran));
  });
  await steps.step('stack resource show', () =>
    client.ok(
      [/resource_type\s*\|\s*OS::Heat::TestResource/, /resource_status\s*\|\s*CREATE_COMPLETE/, /Hi, \d{12}/],
      ...['stack', 'resource', 'show', 'one', 'slow'],
    ),
  );
  await steps.step('stack resource show of none', () =>
    client.fails(['Stack or resource not found: one none'], 'stack', 'resource', 'show', 'one', 'none'),
  );
  await events(steps, client);
  await contents(steps, client);
}

async function events(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack event list', async () => {
    const { value, ran } = await client.json<Fields[]>('stack', 'event', 'list', 'one');
    const said = value.map(event => `${String(event['resource_name'])} ${String(event['resource_status'])}`);
    const names = ['one', 'secret', 'greeted', 'slow'];
    const wanted = names.flatMap(name => [`${name} CREATE_IN_PROGRESS`, `${name} CREATE_COMPLETE`]);
    expect([...said].sort().join() === [...wanted].sort().join(), `exactly ${wanted.join(', ')}`, transcript(ran));
    expect(
      said[0] === 'one CREATE_IN_PROGRESS' && said.at(-1) === 'one CREATE_COMPLETE',
      'the stack first and last',
      transcript(ran),
    );
    for (const [before, after] of [
      ['secret', 'greeted'],
      ['greeted', 'slow'],
    ] as const) {
      const ordered = said.indexOf(`${before} CREATE_COMPLETE`) < said.indexOf(`${after} CREATE_COMPLETE`);
      expect(ordered, `${before} complete before ${after}`, transcript(ran));
    }
  });
  await steps.step('stack event list --resource', () =>
    client.expect(
      { status: 'success', says: [/slow\]: CREATE_COMPLETE/], saysNot: [/secret\]/] },
      ...['stack', 'event', 'list', 'one', '--resource', 'slow'],
    ),
  );
  await steps.step('stack event show', async () => {
    const { value } = await client.json<Fields[]>('stack', 'event', 'list', 'one', '--resource', 'slow');
    const id = String(value[0]?.['id']);
    await client.ok([/resource_type\s*\|\s*OS::Heat::TestResource/], 'stack', 'event', 'show', 'one', 'slow', id);
  });
}

async function contents(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack output list', () =>
    client.ok(['greeting', 'What it says', 'answer'], 'stack', 'output', 'list', 'one'),
  );
  await steps.step('stack output show', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'output', 'show', 'one', 'greeting');
    expect(/^Hi, \d{12}$/.test(String(value['output_value'])), 'output_value "Hi, <12 digits>"', transcript(ran));
  });
  await steps.step('stack output show --all', () =>
    client.ok(['42', /Hi, \d{12}/], 'stack', 'output', 'show', 'one', '--all'),
  );
  await steps.step('stack output show of none', () => client.fails(['none'], 'stack', 'output', 'show', 'one', 'none'));
  await steps.step('stack template show', () =>
    client.ok(['heat_template_version', 'OS::Heat::RandomString', 'list_join'], 'stack', 'template', 'show', 'one'),
  );
  await steps.step('stack environment show', () => client.ok([/greeting: Hi/], 'stack', 'environment', 'show', 'one'));
  await steps.step('stack file list', () => client.ok(undefined, 'stack', 'file', 'list', 'one'));
}

async function failing(steps: Steps, client: Client): Promise<void> {
  const template = client.file('bad.yaml', bad);
  const create = ['stack', 'create', '-t', template, '--wait', '--poll', '1'];
  const reason = 'Resource CREATE failed: ValueError: resources.breaks: Test Resource failed breaks';
  await steps.step('stack create --wait of one that fails', () =>
    client.fails([/breaks\]: CREATE_FAILED/, 'Stack broken CREATE_FAILED'], ...create, 'broken'),
  );
  await steps.step('stack show of the failed one', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'show', 'broken');
    expect(value['stack_status'] === 'CREATE_FAILED', 'stack_status CREATE_FAILED', transcript(ran));
    expect(value['stack_status_reason'] === reason, reason, transcript(ran));
  });
  await steps.step('stack failures list', () =>
    client.ok(['broken.breaks', 'Test Resource failed breaks'], 'stack', 'failures', 'list', 'broken'),
  );
  await steps.step('stack create --enable-rollback --wait of one that fails', () =>
    client.fails(['CREATE_FAILED'], ...create, '--enable-rollback', 'rolled'),
  );
  await steps.step('it is rolled back', async () => {
    const deadline = performance.now() + 30_000;
    for (;;) {
      const { value, ran } = await client.json<Fields>('stack', 'show', 'rolled');
      if (value['stack_status'] === 'ROLLBACK_COMPLETE') break;
      expect(performance.now() < deadline, 'stack_status ROLLBACK_COMPLETE within 30 s', transcript(ran));
      await sleep(500);
    }
    await client.expect({ status: 'success', saysNot: ['OS::Heat'] }, 'stack', 'resource', 'list', 'rolled');
  });
}

async function deleting(steps: Steps, client: Client): Promise<void> {
  const id = await steps.step('stack delete --wait', async () => {
    const { value } = await client.json<Fields>('stack', 'show', 'one');
    await client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'one');
    return String(value['id']);
  });
  await steps.step('stack show after the delete', () => client.fails(['Stack not found: one'], 'stack', 'show', 'one'));
  await steps.step('stack show by id after the delete', () =>
    client.ok([/stack_status\s*\|\s*DELETE_COMPLETE/], 'stack', 'show', id ?? 'unknown'),
  );
  await steps.step('stack list --deleted', () => client.ok([/\| one .*DELETE_COMPLETE/], 'stack', 'list', '--deleted'));
  await steps.step('stack delete of what is gone', () => client.fails(['one'], 'stack', 'delete', '--yes', 'one'));
  await steps.step('the name is free again', async () => {
    const template = client.file('good.yaml', good);
    await client.ok(['CREATE_IN_PROGRESS'], 'stack', 'create', '-t', template, 'one');
  });
  await steps.step('stack delete --wait of several, one still being created', () =>
    client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'one', 'broken', 'rolled'),
  );
  await steps.step('stack list of nothing again', () =>
    client.expect({ status: 'success', saysNot: ['one', 'broken', 'rolled'] }, 'stack', 'list'),
  );
}

function outputOf(stack: Fields, key: string): string {
  const outputs = stack['outputs'] as readonly Fields[];
  return String(outputs.find(output => output['output_key'] === key)?.['output_value']);
}
