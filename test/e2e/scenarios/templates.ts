/** What the `openstack` client asks about templates and types, before there is a stack. */
import { transcript } from '../../support/command.ts';
import { type Client, withClient } from '../client.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';

const template = `heat_template_version: 2018-08-31
description: To be looked at only
parameters:
  size: {type: number, constraints: [{range: {min: 1, max: 9}}], label: How much}
  secret: {type: string, hidden: true, default: pssst}
resources:
  random: {type: OS::Heat::RandomString, properties: {length: {get_param: size}}}
  text: {type: OS::Heat::Value, properties: {value: {get_file: text.txt}}}
outputs:
  o: {value: {get_attr: [random, value]}}
`;

type Fields = Readonly<Record<string, unknown>>;
const orchestration = 'orchestration';

export const templates: Scenario = {
  name: 'templates',
  about: 'the openstack command about types, versions, functions, validation, preview and files',
  kind: 'with-all-in-one',
  async play(steps, allInOne) {
    await withClient(steps, allInOne, async client => {
      await types(steps, client);
      await versions(steps, client);
      await validating(steps, client);
    });
  },
};

async function types(steps: Steps, client: Client): Promise<void> {
  await steps.step('resource type list', async () => {
    const { value, ran } = await client.json<Fields[]>(orchestration, 'resource', 'type', 'list');
    const names = value.map(row => String(row['Resource Type']));
    expect(names.includes('OS::Heat::TestResource'), 'OS::Heat::TestResource is listed', transcript(ran));
    expect(!names.some(name => name.startsWith('OS::Keystone::')), 'no type of admins', transcript(ran));
  });
  await steps.step('resource type list --filter', async () => {
    const filter = ['--filter', 'name=OS::Heat::V', '--long'];
    const { value, ran } = await client.json<Fields[]>(orchestration, 'resource', 'type', 'list', ...filter);
    expect(
      value.length === 1 && value[0]?.['Resource Type'] === 'OS::Heat::Value',
      'only OS::Heat::Value',
      transcript(ran),
    );
    expect(/\w/.test(String(value[0]?.['Description'])), 'with a description', transcript(ran));
  });
  await steps.step('resource type show', async () => {
    const type = 'OS::Heat::TestResource';
    const { value, ran } = await client.json<Fields>(orchestration, 'resource', 'type', 'show', type);
    const { default: wait } = (value['properties'] as Record<string, Fields>)['wait_secs'] ?? {};
    expect(wait === 0, 'wait_secs is 0 by default, as a number', transcript(ran));
    expect((value['support_status'] as Fields)['status'] === 'SUPPORTED', 'SUPPORTED', transcript(ran));
  });
  await steps.step('resource type show --template-type: the template is one', async () => {
    const words = ['type', 'show', 'OS::Heat::TestResource', '--template-type', 'hot', '-f', 'yaml'];
    const ran = await client.ok(['TestResource', 'get_param: wait_secs'], orchestration, 'resource', ...words);
    const values = ['--parameter', 'action_wait_secs={}', '--parameter', 'update_replace_value=x'];
    const path = client.file('first.yaml', ran.stdout);
    await client.ok(['CREATE_COMPLETE'], 'stack', 'create', '--wait', '-t', path, ...values, 'first');
    await client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'first');
  });
  await steps.step('resource type show of none', () =>
    client.fails(['Resource type not found: OS::None'], orchestration, 'resource', 'type', 'show', 'OS::None'),
  );
}

async function versions(steps: Steps, client: Client): Promise<void> {
  await steps.step('template version list', () =>
    client.ok(
      ['heat_template_version.2021-04-16', 'heat_template_version.wallaby'],
      orchestration,
      'template',
      'version',
      'list',
    ),
  );
  await steps.step('template function list', () =>
    client.expect(
      { status: 'success', says: [/get_file\s*\| A function for including a file inline\./], saysNot: [/\| equals /] },
      ...[orchestration, 'template', 'function', 'list', 'heat_template_version.newton'],
    ),
  );
  await steps.step('template function list --with_conditions', () =>
    client.ok(
      [/\| equals /],
      ...[orchestration, 'template', 'function', 'list', 'heat_template_version.newton', '--with_conditions'],
    ),
  );
  await steps.step('template function list of none', () =>
    client.fails(['Template version not found: x'], orchestration, 'template', 'function', 'list', 'x'),
  );
}

async function validating(steps: Steps, client: Client): Promise<void> {
  client.file('text.txt', 'from a file\n');
  const path = client.file('looked-at.yaml', template);
  const words = [orchestration, 'template', 'validate', '-t', path];
  await steps.step('template validate: parameters need no values', async () => {
    const { value, ran } = await client.json<Fields>(...words);
    const { size, secret } = value['Parameters'] as Record<string, Fields>;
    expect(size?.['Type'] === 'Number' && size['MaxValue'] === 9, 'size: a Number up to 9', transcript(ran));
    expect(size['Label'] === 'How much', 'its label', transcript(ran));
    expect(secret?.['NoEcho'] === 'true', 'secret: NoEcho', transcript(ran));
  });
  await steps.step('template validate of a wrong one', () =>
    client.fails(
      ['Property error: resources.random.properties: Unknown Property lenght'],
      ...[orchestration, 'template', 'validate', '-t'],
      client.file('wrong.yaml', template.replace('length:', 'lenght:')),
    ),
  );
  await steps.step('stack create --dry-run', () =>
    client.ok(
      [/stack_name\s*\| dry/, /INIT/, /from a file/],
      ...['stack', 'create', '--dry-run', '-t', path, '--parameter', 'size=5', 'dry'],
    ),
  );
  await steps.step('it was dry', () => client.fails(['Stack not found: dry'], 'stack', 'show', 'dry'));
  await steps.step('stack file list: what get_file named', async () => {
    await client.ok(undefined, 'stack', 'create', '--wait', '-t', path, '--parameter', 'size=5', 'filed');
    await client.ok([/file:\/\/.*text\.txt/, 'from a file'], 'stack', 'file', 'list', 'filed');
  });
  await steps.step('stack resource show --with-attr', () =>
    client.ok([/from a file/], 'stack', 'resource', 'show', 'filed', 'text', '--with-attr', 'value'),
  );
}
