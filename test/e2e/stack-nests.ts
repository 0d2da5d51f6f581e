/** Stacks in stacks, as the `openstack` command shows and changes them: templates as types, an alias, a group. */
import { transcript } from '../support/command.ts';
import type { Client, Fields } from './client.ts';
import { expect, type Steps } from './steps.ts';

const name = 'nests';

const template = `heat_template_version: 2018-08-31
parameters:
  count: {type: number, default: 2}
  said: {type: string, default: hello}
resources:
  pair: {type: pair.yaml, properties: {said: {get_param: said}}}
  named: {type: My::Pair, properties: {said: {get_attr: [pair, heard]}}}
  group:
    type: OS::Heat::ResourceGroup
    properties:
      count: {get_param: count}
      resource_def: {type: OS::Heat::Value, properties: {value: member %index%}}
outputs:
  heard: {value: {get_attr: [named, heard]}}
  members: {value: {get_attr: [group, value]}}
`;

const pair = `heat_template_version: 2018-08-31
parameters:
  said: {type: string}
resources:
  ear: {type: OS::Heat::Value, properties: {value: {get_param: said}}}
  mouth: {type: mouth.yaml, properties: {said: {get_attr: [ear, value]}}}
outputs:
  heard: {value: {get_attr: [mouth, word]}}
`;

const mouth = `heat_template_version: 2018-08-31
parameters:
  said: {type: string}
resources:
  word: {type: OS::Heat::Value, properties: {value: {list_join: ['', [{get_param: said}, '!']]}}}
outputs:
  word: {value: {get_attr: [word, value]}}
`;

const environment = `resource_registry: {"My::Pair": pair.yaml}
`;

/** Names of a list's rows, in order of the alphabet. */
const column = (rows: readonly Fields[], key: string): string =>
  rows
    .map(row => String(row[key]))
    .sort()
    .join();

export async function stackNests(steps: Steps, client: Client): Promise<void> {
  client.file('pair.yaml', pair);
  client.file('mouth.yaml', mouth);
  const files = ['-t', client.file('nests.yaml', template), '-e', client.file('nests-env.yaml', environment)];
  const created = await steps.step('stack create -e of stacks in stacks', async () => {
    await client.ok(
      [/stack_status\s*\|\s*CREATE_COMPLETE/],
      'stack',
      'create',
      ...files,
      '--wait',
      '--poll',
      '1',
      name,
    );
    await outputs(client, { heard: 'hello!!', members: '["member 0", "member 1"]' });
    return true;
  });
  if (created === undefined) return;
  await lists(steps, client);
  await steps.step('stack update: a group grows, a word goes through all levels', async () => {
    await client.ok(
      [/UPDATE_COMPLETE/],
      ...['stack', 'update', ...files, '--parameter', 'count=3', '--parameter', 'said=bye', '--wait', name],
    );
    await outputs(client, { heard: 'bye!!', members: '["member 0", "member 1", "member 2"]' });
  });
  await steps.step('stack update --existing: the group shrinks', async () => {
    await client.ok([/UPDATE_COMPLETE/], 'stack', 'update', '--existing', '--parameter', 'count=1', '--wait', name);
    const members = (await inTree(client)).filter(row => String(row['stack_name']).includes('-group-'));
    expect(column(members, 'resource_name') === '0', 'the member 0 alone', JSON.stringify(members));
  });
  await steps.step('stack delete --wait: all levels go', async () => {
    await client.ok(undefined, 'stack', 'delete', '--yes', '--wait', name);
    await client.expect({ status: 'success', saysNot: [name] }, 'stack', 'list', '--nested');
  });
}

async function outputs(client: Client, wanted: Readonly<Record<string, string>>): Promise<void> {
  for (const [key, value] of Object.entries(wanted)) {
    const { value: shown, ran } = await client.json<Fields>('stack', 'output', 'show', name, key);
    const said = shown['output_value'];
    const text = typeof said === 'string' ? said : JSON.stringify(said).replaceAll(',', ', ');
    expect(text === value, `${key} ${value}`, transcript(ran));
  }
}

async function inTree(client: Client): Promise<readonly Fields[]> {
  return (await client.json<readonly Fields[]>('stack', 'resource', 'list', '-n', '2', name)).value;
}

async function lists(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack list --nested', async () => {
    const { value, ran } = await client.json<readonly Fields[]>('stack', 'list', '--nested');
    const own = value.filter(row => String(row['Stack Name']).startsWith(name));
    // itself, two pairs with a mouth each, a group
    expect(own.length === 6, 'six stacks', transcript(ran));
    const root = own.find(row => row['Stack Name'] === name);
    const below = own.filter(row => row['Parent'] === root?.['ID']);
    const kinds = below.map(row => String(row['Stack Name']).split('-')[1]);
    expect(kinds.sort().join() === 'group,named,pair', 'three of them below it', transcript(ran));
    const done = own.every(row => row['Stack Status'] === 'CREATE_COMPLETE');
    expect(done, 'each CREATE_COMPLETE', transcript(ran));
    const { value: plain } = await client.json<readonly Fields[]>('stack', 'list');
    expect(column(plain, 'Stack Name') === name, 'without --nested it alone', JSON.stringify(plain));
  });
  await steps.step('stack resource list -n', async () => {
    const rows = await inTree(client);
    const wanted = ['0', '1', 'ear', 'ear', 'group', 'mouth', 'mouth', 'named', 'pair', 'word', 'word'];
    expect(column(rows, 'resource_name') === wanted.join(), wanted.join(), JSON.stringify(rows));
    const words = rows.filter(row => row['resource_name'] === 'word').map(row => String(row['stack_name']));
    expect(
      words.every(stack => /^nests-(pair|named)-\w+-mouth-\w+$/.test(stack)),
      'words in mouths',
      words.join(),
    );
    const one = (await client.json<readonly Fields[]>('stack', 'resource', 'list', '-n', '1', name)).value;
    expect(!column(one, 'resource_name').includes('word'), 'one level down no word', JSON.stringify(one));
  });
  await steps.step('stack event list --nested-depth', async () => {
    const says = [
      /\[nests\.pair\]: CREATE_COMPLETE/,
      /\[nests\.pair\.mouth\.word\]: CREATE_COMPLETE/,
      /\[nests\.group\.1\]: /,
    ];
    await client.ok(says, 'stack', 'event', 'list', '--nested-depth', '2', name);
    await client.expect(
      { status: 'success', says: [/\[nests\.named\.ear\]: CREATE_COMPLETE/], saysNot: [/word/] },
      ...['stack', 'event', 'list', '--nested-depth', '1', name],
    );
  });
  await steps.step('stack show of a nested one', async () => {
    const { value: pair } = await client.json<Fields>('stack', 'resource', 'show', name, 'pair');
    const { value: root } = await client.json<Fields>('stack', 'show', name);
    const { value, ran } = await client.json<Fields>('stack', 'show', String(pair['physical_resource_id']));
    expect(value['parent'] === root['id'], 'its parent', transcript(ran));
    expect(value['stack_owner'] === root['stack_owner'], "its parent's owner", transcript(ran));
  });
  await steps.step('stack failures list of what has none', () =>
    client.expect({ status: 'success', saysNot: ['FAILED'] }, 'stack', 'failures', 'list', name),
  );
}
