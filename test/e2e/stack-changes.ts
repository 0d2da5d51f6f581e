/** A stack that is changed in every way that the `openstack` command knows, and by what happens to its things. */
import { setTimeout as sleep } from 'node:timers/promises';
import { transcript } from '../support/command.ts';
import type { Client, Fields } from './client.ts';
import { expect, type Steps } from './steps.ts';

const name = 'changing';
const patienceMs = 60_000;

/** `second` says what `first` says; `fails` and `slow` make the next change of `second`, or of `first`, do so. */
const template = `heat_template_version: 2018-08-31
parameters:
  colour: {type: string, default: red}
  fails: {type: boolean, default: false}
  slow: {type: number, default: 0}
  inner: {type: string, default: calm}
resources:
  first:
    type: OS::Heat::TestResource
    properties: {value: {get_param: colour}, action_wait_secs: {update: {get_param: slow}}}
  second:
    type: OS::Heat::TestResource
    properties: {value: {get_attr: [first, output]}, fail: {get_param: fails}}
  net: {type: OS::Neutron::Net}
  child: {type: child.yaml, properties: {said: {get_param: inner}}}
outputs:
  said: {value: {get_attr: [second, output]}}
`;

const child = `heat_template_version: 2018-08-31
parameters:
  said: {type: string}
resources:
  deep: {type: OS::Heat::Value, properties: {value: {get_param: said}}}
`;

const added = `  third: {type: OS::Heat::Value, properties: {value: more}}
outputs:`;

export async function stackChanges(steps: Steps, client: Client): Promise<void> {
  client.file('child.yaml', child);
  const path = client.file('changing.yaml', template);
  const created = await steps.step('stack create of one that will be changed', () =>
    client.ok(
      [/stack_status\s*\|\s*CREATE_COMPLETE/],
      ...['stack', 'create', '-t', path, '--parameter', 'colour=green', '--timeout', '30', '--wait', '--poll', '1'],
      name,
    ),
  );
  if (created === undefined) return;
  await parameters(steps, client, path);
  await previews(steps, client);
  await options(steps, client, path);
  await rollbacks(steps, client);
  await cancelling(steps, client, path);
  await actions(steps, client);
  await health(steps, client);
  await steps.step('stack delete --wait of the changed one', () =>
    client.ok(undefined, 'stack', 'delete', '--yes', '--wait', name),
  );
}

const update = ['stack', 'update', name];
const existing = [...update, '--existing'];
const complete = [/stack_status\s*\|\s*UPDATE_COMPLETE/];

const shown = async (client: Client): Promise<Fields> => (await client.json<Fields>('stack', 'show', name)).value;

/** Fails the step unless the stack's output says so. */
async function says(client: Client, colour: string): Promise<void> {
  const { value, ran } = await client.json<Fields>('stack', 'output', 'show', name, 'said');
  expect(value['output_value'] === colour, `it says ${colour}`, transcript(ran));
}

/** Fails the step unless the stack comes to this status within a minute. */
async function becomes(client: Client, status: string, reason = ''): Promise<void> {
  for (const until = performance.now() + patienceMs; ; await sleep(500)) {
    const stack = await shown(client);
    const said = `${String(stack['stack_status'])}: ${String(stack['stack_status_reason'])}`;
    if (said.startsWith(`${status}: ${reason}`)) return;
    expect(performance.now() < until, `${status}: ${reason}`, `  it is ${said}`);
  }
}

async function resourceNamed(client: Client, resource: string): Promise<Fields> {
  return (await client.json<Fields>('stack', 'resource', 'show', name, resource)).value;
}

async function parameters(steps: Steps, client: Client, path: string): Promise<void> {
  await steps.step('stack update -t --wait: parameters that are not given have their defaults again', async () => {
    await client.ok(
      [/\[changing\]: UPDATE_IN_PROGRESS\s+Stack UPDATE started/, /UPDATE_COMPLETE/, ...complete],
      ...[...update, '-t', path, '--wait'],
    );
    await says(client, 'red');
  });
  await steps.step('stack update --existing --parameter', async () => {
    await client.ok(complete, ...existing, '--parameter', 'colour=blue', '--wait');
    await client.ok(complete, ...existing, '--parameter', 'inner=loud', '--wait');
    await says(client, 'blue');
  });
  await steps.step('stack update --existing --clear-parameter', async () => {
    await client.ok(complete, ...existing, '--clear-parameter', 'colour', '--wait');
    await says(client, 'red');
    const { parameters: now } = (await client.json<{ parameters: Fields }>('stack', 'environment', 'show', name)).value;
    expect(now['inner'] === 'loud' && !('colour' in now), 'of the parameters inner alone', JSON.stringify(now));
  });
  await steps.step('stack update --existing --environment', async () => {
    const teal = client.file('teal.yaml', 'parameters: {colour: teal}\n');
    await client.ok(complete, ...existing, '--environment', teal, '--wait');
    await says(client, 'teal');
  });
  await steps.step('stack update --parameter-file', async () => {
    const file = client.file('colour.txt', 'of a file');
    await client.ok(complete, ...update, '-t', path, '--parameter-file', `colour=${file}`, '--wait');
    await says(client, 'of a file');
  });
  await steps.step('stack update with a parameter that is not in the template', () =>
    client.fails(
      ['The Parameter (nope) was not defined in template.'],
      ...[...update, '-t', path, '--parameter', 'nope=1'],
    ),
  );
  await steps.step('stack update of none', () => client.fails(['none'], 'stack', 'update', '-t', path, 'none'));
}

/** A list of a preview, as `resource_name`s. */
function names(changes: Fields, list: string): string {
  const entries = JSON.parse(String(changes[list])) as readonly Fields[];
  return entries
    .map(entry => String(entry['resource_name']))
    .sort()
    .join();
}

async function previews(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack update --dry-run: what it would change, and nothing is changed', async () => {
    const more = client.file('more.yaml', template.replace('outputs:', added));
    const parameter = ['--parameter', 'colour=dry'];
    const { value, ran } = await client.json<Fields>(...update, '--dry-run', '-t', more, ...parameter);
    const lists = ['added', 'deleted', 'replaced', 'unchanged', 'updated'].map(list => `${list} ${names(value, list)}`);
    const wanted = ['added third', 'deleted ', 'replaced ', 'unchanged net', 'updated child,first,second'];
    expect(lists.join('; ') === wanted.join('; '), wanted.join('; '), transcript(ran));
    const stack = await shown(client);
    expect(stack['stack_status'] === 'UPDATE_COMPLETE', 'UPDATE_COMPLETE', JSON.stringify(stack));
    await says(client, 'of a file');
    await client.fails(['third'], 'stack', 'resource', 'show', name, 'third');
  });
  await steps.step('stack update --dry-run --show-nested: also what is in nested stacks', async () => {
    const words = ['--dry-run', '--show-nested', '--parameter', 'inner=wild'];
    const { value, ran } = await client.json<Fields>(...existing, ...words);
    expect(names(value, 'updated').split(',').includes('deep'), 'deep among the updated', transcript(ran));
  });
}

async function options(steps: Steps, client: Client, path: string): Promise<void> {
  await steps.step('stack update --tags --timeout', async () => {
    await client.ok(complete, ...existing, '--tags', 'one,two', '--timeout', '7', '--wait');
    const { tags, timeout_mins: timeout } = await shown(client);
    expect(
      JSON.stringify(tags) === '["one","two"]' && timeout === 7,
      'tags and timeout',
      JSON.stringify([tags, timeout]),
    );
  });
  await steps.step('stack update -t: the tags go, the timeout stays', async () => {
    await client.ok(complete, ...update, '-t', path, '--parameter', 'colour=white', '--wait');
    const { tags, timeout_mins: timeout } = await shown(client);
    expect(tags === null || String(tags) === '', 'no tags', JSON.stringify(tags));
    expect(timeout === 7, 'a timeout of 7 minutes', JSON.stringify(timeout));
  });
  await steps.step('stack update --converge: what was taken away behind it is made again', async () => {
    const before = String((await resourceNamed(client, 'net'))['physical_resource_id']);
    await client.ok(undefined, 'network', 'delete', before);
    await client.ok(complete, ...existing, '--converge', '--wait');
    const net = await resourceNamed(client, 'net');
    expect(net['physical_resource_id'] !== before, 'another physical id', JSON.stringify(net));
    await client.ok([String(net['physical_resource_id'])], 'network', 'list');
  });
}

async function rollbacks(steps: Steps, client: Client): Promise<void> {
  const reason = 'Resource UPDATE failed: ValueError: resources.second: Test Resource failed second';
  const failing = ['--parameter', 'fails=true', '--parameter', 'colour=black'];
  await steps.step('stack update --rollback enabled --wait of a change that fails', async () => {
    await client.fails([/UPDATE_FAILED/, reason], ...existing, ...failing, '--rollback', 'enabled', '--wait');
    await becomes(client, 'ROLLBACK_COMPLETE', 'Stack ROLLBACK completed successfully');
    await says(client, 'white');
    const { disable_rollback: disabled } = await shown(client);
    expect(disabled === false, 'disable_rollback false', JSON.stringify(disabled));
  });
  await steps.step('stack update --rollback disabled of the same: it stays failed', async () => {
    await client.fails([reason], ...existing, ...failing, '--rollback', 'disabled', '--wait');
    await becomes(client, 'UPDATE_FAILED', reason);
    await client.ok(['changing.second', 'Test Resource failed second'], 'stack', 'failures', 'list', name);
  });
  await steps.step('stack update --rollback keep: the failed one is made anew', async () => {
    const before = String((await resourceNamed(client, 'second'))['physical_resource_id']);
    await client.ok(complete, ...existing, '--clear-parameter', 'fails', '--rollback', 'keep', '--wait');
    await says(client, 'black');
    const second = await resourceNamed(client, 'second');
    expect(second['physical_resource_id'] !== before, 'another physical id', JSON.stringify(second));
    const { disable_rollback: disabled } = await shown(client);
    expect(disabled === true, 'disable_rollback as it was, true', JSON.stringify(disabled));
  });
  await steps.step('stack update --rollback of no such value', () =>
    client.fails(['--rollback invalid value: perhaps'], ...existing, '--rollback', 'perhaps'),
  );
}

/** Seconds that something must take so that a few commands can meet it in the middle, however slow the machine is. */
async function longEnough(client: Client): Promise<number> {
  const began = performance.now();
  await shown(client);
  return Math.ceil((performance.now() - began) / 250) + 3;
}

async function cancelling(steps: Steps, client: Client, path: string): Promise<void> {
  await steps.step('stack cancel of what is not under way', () =>
    client.fails(["with status 'update_complete' not in cancelable state"], 'stack', 'cancel', name),
  );
  await steps.step('stack cancel --wait: what was under way ends, and all is as before', async () => {
    const slow = `slow=${await longEnough(client)}`;
    await client.ok([/UPDATE_IN_PROGRESS/], ...existing, '--parameter', 'colour=slow', '--parameter', slow);
    await client.ok([/ROLLBACK_COMPLETE/], 'stack', 'cancel', '--wait', name);
    await says(client, 'black');
  });
  await steps.step('stack cancel --no-rollback: what was reached stays', async () => {
    const slow = `slow=${await longEnough(client)}`;
    await client.ok(undefined, ...existing, '--parameter', 'colour=slow', '--parameter', slow);
    await client.ok(undefined, 'stack', 'cancel', '--no-rollback', name);
    await becomes(client, 'UPDATE_FAILED', 'Stack UPDATE cancelled');
  });
  await steps.step('a newer stack update in the middle of it is what counts', async () => {
    await client.ok([/UPDATE_IN_PROGRESS/], ...existing, '--parameter', 'colour=slower');
    await client.ok(complete, ...existing, '--parameter', 'colour=last', '--clear-parameter', 'slow', '--wait');
    await says(client, 'last');
  });
  await steps.step('stack cancel --no-rollback of a create', async () => {
    const wait = `create: ${await longEnough(client)}`;
    const slow = client.file('slow.yaml', template.replace('update: {get_param: slow}', wait));
    await client.ok([/CREATE_IN_PROGRESS/], 'stack', 'create', '-t', slow, '--enable-rollback', 'halted');
    await client.fails(['not in cancelable state'], 'stack', 'cancel', 'halted');
    await client.ok(undefined, 'stack', 'cancel', '--no-rollback', 'halted');
    await client.ok([/CREATE_FAILED/, 'Stack CREATE cancelled'], 'stack', 'show', 'halted');
    await client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'halted');
  });
  await steps.step('stack update -t of something else: what it lacks goes', async () => {
    const less = client.file('less.yaml', template.replace(/ {2}child: .*\n/, ''));
    await client.ok(complete, ...update, '-t', less, '--parameter', 'colour=last', '--wait');
    await client.fails(['child'], 'stack', 'resource', 'show', name, 'child');
    await client.ok(complete, ...update, '-t', path, '--parameter', 'colour=last', '--wait');
    await client.ok([/CREATE_COMPLETE/], 'stack', 'resource', 'show', name, 'child');
  });
}

async function actions(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack suspend --wait', () =>
    client.ok([/\[changing\]: SUSPEND_COMPLETE/, /\| SUSPEND_COMPLETE /], 'stack', 'suspend', '--wait', name),
  );
  await steps.step('stack update of the suspended one', () =>
    client.fails(['Updating a stack when it is suspended is not supported.'], ...existing),
  );
  await steps.step('stack resume --wait', () =>
    client.ok([/\[changing\]: RESUME_COMPLETE/, /\| RESUME_COMPLETE /], 'stack', 'resume', '--wait', name),
  );
  await steps.step('stack check --wait', async () => {
    await client.ok([/\[changing\]: CHECK_COMPLETE/, /\| CHECK_COMPLETE /], 'stack', 'check', '--wait', name);
    const net = await resourceNamed(client, 'net');
    expect(net['resource_status'] === 'CHECK_COMPLETE', 'net CHECK_COMPLETE', JSON.stringify(net));
  });
  await steps.step('stack suspend, resume and check without --wait', async () => {
    await client.ok([/\| SUSPEND_(IN_PROGRESS|COMPLETE) /], 'stack', 'suspend', name);
    await becomes(client, 'SUSPEND_COMPLETE');
    await client.ok([/\| RESUME_(IN_PROGRESS|COMPLETE) /], 'stack', 'resume', name);
    await becomes(client, 'RESUME_COMPLETE');
    await client.ok([/\| CHECK_(IN_PROGRESS|COMPLETE) /], 'stack', 'check', name);
    await becomes(client, 'CHECK_COMPLETE');
  });
  await steps.step('stack check of none', () => client.fails(['Stack not found: none'], 'stack', 'check', 'none'));
}

async function health(steps: Steps, client: Client): Promise<void> {
  const mark = ['stack', 'resource', 'mark', 'unhealthy'];
  const marked = async (status: string, reason: string): Promise<string> => {
    const net = await resourceNamed(client, 'net');
    const { resource_status: now, resource_status_reason: why } = net;
    expect(now === status && why === reason, `net ${status}: ${reason}`, JSON.stringify(net));
    return String(net['physical_resource_id']);
  };
  await steps.step('stack resource mark unhealthy, with a reason', async () => {
    await client.ok(undefined, ...mark, name, 'net', 'it hums');
    await marked('CHECK_FAILED', 'it hums');
  });
  await steps.step('stack resource mark unhealthy --reset', async () => {
    await client.ok(undefined, ...mark, '--reset', name, 'net', 'quiet again');
    await marked('CHECK_COMPLETE', 'quiet again');
  });
  await steps.step('stack resource mark unhealthy of none', () => client.fails(['none'], ...mark, name, 'none'));
  await steps.step('stack update heals what is marked', async () => {
    await client.ok(undefined, ...mark, name, 'net');
    const before = await marked('CHECK_FAILED', 'state changed by resource_mark_unhealthy api');
    await client.ok(complete, ...existing, '--wait');
    const after = await marked('CREATE_COMPLETE', 'state changed');
    expect(after !== before, 'another physical id', `  it is ${after} still`);
    await client.expect({ status: 'success', says: [after], saysNot: [before] }, 'network', 'list');
  });
}
