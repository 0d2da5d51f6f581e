/** Two engines and two gateways over etcd and PostgreSQL: a stack goes on when the engine that has it is killed, or ends. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../../cli/client.ts';
import { type Shard, shardCount, shardOf, type Uuid } from '../../../engine/kernel/ids.ts';
import { type DirectoryView, watchDirectory } from '../../../engine/placement/etcd/view.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import type { ClusterProcess } from '../../support/cluster-process.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';

/** Its middle is long enough for a lease to end in it. */
const template = `heat_template_version: 2018-08-31
resources:
  random: {type: OS::Heat::RandomString}
  net: {type: OS::Neutron::Net}
  pause: {type: OS::Heat::Delay, properties: {min_wait: 8}, depends_on: [random, net]}
  value: {type: OS::Heat::Value, properties: {value: {get_attr: [random, value]}}, depends_on: pause}
  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.9.0.0/24}, depends_on: pause}
outputs:
  drawn: {value: {get_attr: [random, value]}}
  kept: {value: {get_attr: [value, value]}}
`;

const waitMs = 90_000;

interface Shown {
  readonly id: string;
  readonly stack_status: string;
  readonly stack_status_reason: string;
  readonly outputs?: readonly { readonly output_key: string; readonly output_value: unknown }[];
}

export const cluster: Scenario = {
  name: 'cluster',
  about: 'an engine of two is killed in the middle of a stack, the other one ends in order: the stacks go on',
  kind: 'alone',
  onlyWhenAsked: true,
  async play(steps) {
    const started = await steps.step('two engines and two gateways start', () =>
      startCluster({ engines: 2, gateways: 2, ephemeral: true }),
    );
    if (started === undefined) return;
    const log = { write: () => undefined };
    const directory = await watchDirectory({ hosts: [started.etcd.host], log });
    try {
      await playOn(steps, started, directory);
    } finally {
      await directory.stop();
      await steps.step('all stops', () => started.stop());
    }
  },
};

async function playOn(steps: Steps, started: TestCluster, directory: DirectoryView): Promise<void> {
  const session = await started.logIn();
  await steps.step('both engines have shards, and none is nobody’s', () =>
    untilShared(directory, ['engine-1', 'engine-2']),
  );
  await steps.step('both are in the list of services', async () => {
    const admin = await started.logIn('admin');
    const { services } = await admin.must<{ services: { engine_id: string; status: string }[] }>('GET', '/services');
    const shown = services.map(({ engine_id, status }) => `${engine_id} ${status}`).sort();
    expect(shown.join() === 'engine-1 up,engine-2 up', 'engine-1 and engine-2, up', `  ${shown.join()}`);
    const { engines } = await admin.must<{ engines: { since: string; shards: number }[] }>('GET', '/admin/engines');
    const shards = engines.reduce((sum, each) => sum + each.shards, 0);
    expect(
      shards === shardCount && engines.every(({ since }) => since.endsWith('Z')),
      'all shards, since when',
      JSON.stringify(engines),
    );
  });
  const first = await steps.step('a stack is begun, and the engine that has it is killed', async () => {
    const id = await begin(session, 'first');
    await sleep(1_000);
    const owner = ownerOf(started, directory, id);
    await owner.kill();
    return owner;
  });
  if (first === undefined) return;
  await steps.step('it completes; what was drawn before is kept', () => completes(session, 'first'));
  await steps.step(`${first.name} comes back, and takes its share`, async () => {
    await first.start();
    await untilShared(directory, ['engine-1', 'engine-2']);
  });
  const second = await steps.step('another is begun, and the engine that has it is told to end', async () => {
    const id = await begin(session, 'second');
    await sleep(1_000);
    const owner = ownerOf(started, directory, id);
    const status = await owner.stop();
    expect(status === 0, `${owner.name} ends with 0`, `  it ended with ${status}`);
    return owner;
  });
  if (second === undefined) return;
  await steps.step('it completes under the other one', () => completes(session, 'second'));
  await steps.step('each gateway lists both', async () => {
    for (const url of started.gatewayUrls) {
      const answer = await fetch(`${url}${new URL(session.url).pathname}/stacks`, {
        headers: { 'x-auth-token': session.token },
      });
      const { stacks } = (await answer.json()) as { stacks: readonly { stack_name: string }[] };
      const names = stacks
        .map(({ stack_name: name }) => name)
        .sort()
        .join();
      expect(names === 'first,second', 'first and second', `  ${url} said ${names}`);
    }
  });
  await steps.step('both are deleted', async () => {
    for (const name of ['first', 'second']) {
      const { id } = await show(session, name);
      await session.must('DELETE', `/stacks/${name}/${id}`);
    }
    await until(async () => (await session.ask('GET', '/stacks/first')).status === 404, 'first is gone');
    await until(async () => (await session.ask('GET', '/stacks/second')).status === 404, 'second is gone');
  });
}

async function begin(session: Session, name: string): Promise<string> {
  const { stack } = await session.must<{ stack: { id: string } }>('POST', '/stacks', {
    json: { stack_name: name, template },
  });
  return stack.id;
}

function ownerOf({ engines }: TestCluster, directory: DirectoryView, id: string): ClusterProcess {
  const owner = directory.ownerOf(shardOf(id as Uuid, 0));
  const found = engines.find(({ name }) => name === owner);
  expect(found !== undefined, 'an engine that owns the stack', `  the directory names ${owner ?? 'nobody'}`);
  return found;
}

async function completes(session: Session, name: string): Promise<void> {
  await until(async () => (await show(session, name)).stack_status !== 'CREATE_IN_PROGRESS', `${name} ends`);
  const { stack_status: status, stack_status_reason: reason, outputs = [] } = await show(session, name);
  expect(status === 'CREATE_COMPLETE', 'CREATE_COMPLETE', `  it is ${status}: ${reason}`);
  const value = (key: string): unknown => outputs.find(({ output_key: each }) => each === key)?.output_value;
  const evidence = JSON.stringify(outputs);
  expect(typeof value('drawn') === 'string' && value('drawn') === value('kept'), 'the same in both outputs', evidence);
}

async function show(session: Session, name: string): Promise<Shown> {
  return (await session.must<{ stack: Shown }>('GET', `/stacks/${name}`)).stack;
}

/** Every shard has an owner, and these engines are the owners. */
async function untilShared(directory: DirectoryView, names: readonly string[]): Promise<void> {
  const shards = Array.from({ length: shardCount }, (_, shard) => shard as Shard);
  await until(
    async () => {
      const owners = new Set(shards.map(shard => directory.ownerOf(shard)));
      return owners.size === names.length && names.every(name => [...owners].some(owner => owner === name));
    },
    `the shards are those of ${names.join(' and ')}`,
  );
}

async function until(so: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + waitMs; !(await so()); await sleep(200)) {
    if (performance.now() > end) throw new Error(`not after ${waitMs / 1_000} s: ${what}`);
  }
}
