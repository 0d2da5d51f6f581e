/**
 * One of everything a small cloud offers (server, port, network, router, volume, floating address, key pair), created,
 * looked at with the services' own commands, and deleted; afterwards the cloud is as before.
 */
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AllInOneChild } from '../support/allinone.ts';
import { transcript } from '../support/command.ts';
import type { Client, Fields } from './client.ts';
import { logIn, type Session } from './contract/login.ts';
import { labFolder } from './lab.ts';
import { expect, type Steps } from './steps.ts';

const file = 'stack-cloud.yaml';
const resources = ['attach', 'fip', 'key', 'net', 'port', 'router', 'router_if', 'server', 'sg', 'subnet', 'volume'];
/** A trust may outlive its stack by the engine's next look. */
const settleMs = 60_000;

/** What the stack adds while it is there. Ports: its own, and the router's inside (the outside one is the router's). */
const added: Readonly<Record<string, number>> = {
  servers: 1,
  volumes: 1,
  keypairs: 1,
  networks: 1,
  subnets: 1,
  ports: 2,
  routers: 1,
  floatingips: 1,
  security_groups: 1,
};

/** Ids of everything that the user, or the user's project, has: by kind. */
type Things = ReadonlyMap<string, readonly string[]>;

export async function stackCloud(steps: Steps, client: Client, allInOne: AllInOneChild): Promise<void> {
  const before = await steps.step('what there is before', () => things(allInOne));
  const template = allInOne.cloud === undefined ? resolve('test/fixtures', file) : resolve(labFolder, file);
  const created = await steps.step(`stack create -t ${file} --wait`, () =>
    client.ok(
      [/\[cloud\]: CREATE_COMPLETE|Stack CREATE completed/, /stack_status\s*\|\s*CREATE_COMPLETE/],
      ...['stack', 'create', '-t', template, '--wait', '--poll', '1', 'cloud'],
    ),
  );
  if (created !== undefined) await looking(steps, client);
  if (before !== undefined && created !== undefined) {
    await steps.step('one of everything more', async () => {
      const now = await things(allInOne);
      for (const [kind, more] of Object.entries(added)) {
        const [had, has] = [before.get(kind)?.length ?? 0, now.get(kind)?.length ?? 0];
        expect(has === had + more, `${more} more of ${kind}`, `  there were ${had}, there are ${has}`);
      }
    });
  }
  await steps.step('stack delete --wait of it', () =>
    client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'cloud'),
  );
  if (before === undefined) return;
  await steps.step(`as before: ${[...before.keys()].join(', ')}`, async () => {
    for (const until = performance.now() + settleMs; ; await sleep(500)) {
      const now = await things(allInOne);
      if (differences(before, now) === '') return;
      expect(performance.now() < until, 'the same things as before', differences(before, now));
    }
  });
}

async function looking(steps: Steps, client: Client): Promise<void> {
  await steps.step('stack show of it', async () => {
    const { value, ran } = await client.json<Fields>('stack', 'show', 'cloud');
    const outputs = new Map(
      (value['outputs'] as readonly Fields[]).map(one => [one['output_key'], one['output_value']]),
    );
    const address = String(outputs.get('address'));
    const fixed = String(outputs.get('fixed'));
    expect(/^172\.24\.\d+\.\d+$/.test(address), 'output address: a floating one', transcript(ran));
    expect(/^192\.168\.50\.\d+$/.test(fixed), 'output fixed: one of the subnet', transcript(ran));
    expect(JSON.stringify(outputs.get('networks')).includes(fixed), 'output networks with it', transcript(ran));
    // Nova learns of a floating address later, by Neutron's notice: only Neutron is asked for it.
    await client.ok([/\| cloud-server-\w+ *\| ACTIVE/, fixed], 'server', 'list');
    await client.ok([`| ${address} `, `| ${fixed} `], 'floating', 'ip', 'list', '--port', await portOf(client));
    await client.ok([`ip_address='${fixed}'`, '| ACTIVE '], 'port', 'list', '--device-owner', 'compute:nova');
  });
  await steps.step('stack resource list of it', async () => {
    const { value, ran } = await client.json<Fields[]>('stack', 'resource', 'list', 'cloud');
    const names = value.map(row => String(row['resource_name'])).sort();
    expect(names.join() === resources.join(), `resources ${resources.join()}`, transcript(ran));
    const done = value.every(row => row['resource_status'] === 'CREATE_COMPLETE' && row['physical_resource_id'] !== '');
    expect(done, 'each CREATE_COMPLETE with a physical id', transcript(ran));
  });
  await steps.step('server show: its key, its metadata, its volume', async () => {
    const { value, ran } = await client.json<Fields[]>('stack', 'resource', 'list', 'cloud');
    const idOf = (name: string): string =>
      String(value.find(row => row['resource_name'] === name)?.['physical_resource_id']);
    expect(idOf('key') === 'cloud', "the key pair's id is its name", transcript(ran));
    await client.ok(
      [/key_name\s*\|\s*cloud\b/, /lab='1'/, idOf('volume'), /ACTIVE/],
      ...['server', 'show', idOf('server'), '--fit-width'],
    );
  });
  await steps.step('volume, network, router, security group and keypair list', async () => {
    await client.ok([/\| cloud-volume-\w+ *\| in-use/], 'volume', 'list');
    await client.ok([/\| cloud-net-\w+/], 'network', 'list');
    await client.ok([/\| cloud-router-\w+/], 'router', 'list');
    await client.ok([/\| cloud-sg-\w+/], 'security', 'group', 'list');
    await client.ok([/\| cloud /], 'keypair', 'list');
  });
}

async function portOf(client: Client): Promise<string> {
  const { value } = await client.json<Fields>('stack', 'resource', 'show', 'cloud', 'port');
  return String(value['physical_resource_id']);
}

/** Asked of each service itself, with a token of its own: nothing that the engine says. */
async function things(allInOne: AllInOneChild): Promise<Things> {
  const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
  const session = await logIn(allInOne.keystoneUrl, { user, password, project });
  const { projectId, userId, catalog } = session;
  const [nova, cinder, neutron] = ['compute', 'volumev3', 'network'].map(service => catalog.get(service) ?? '');
  const network = (key: string): [string, string] => [
    key,
    `${neutron}/v2.0/${key.replaceAll('_', '-')}?project_id=${projectId}`,
  ];
  const lists: readonly (readonly [string, string])[] = [
    ['servers', `${nova}/servers`],
    ['keypairs', `${nova}/os-keypairs`],
    ['volumes', `${cinder}/volumes`],
    ...['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security_groups'].map(network),
    ['trusts', `${allInOne.keystoneUrl}/OS-TRUST/trusts?trustor_user_id=${userId}`],
  ];
  return new Map(await Promise.all(lists.map(async ([key, url]) => [key, await ids(session, key, url)] as const)));
}

interface Thing {
  readonly id?: string;
  readonly keypair?: { readonly name: string };
}

async function ids({ token }: Session, key: string, url: string): Promise<readonly string[]> {
  const answer = await fetch(url, { headers: { 'x-auth-token': token } });
  const text = await answer.text();
  expect(answer.status === 200, `${url} answers 200`, `  it answered ${answer.status}: ${text}`);
  const list = (JSON.parse(text) as Readonly<Record<string, readonly Thing[] | undefined>>)[key];
  expect(list !== undefined, `a list of ${key}`, text);
  return list.map(one => one.id ?? one.keypair?.name ?? '').sort();
}

function differences(before: Things, now: Things): string {
  const lines = [...now].flatMap(([kind, have]) => {
    const had = before.get(kind) ?? [];
    const more = have.filter(id => !had.includes(id)).map(id => `  ${kind}: ${id} is left`);
    return [...more, ...had.filter(id => !have.includes(id)).map(id => `  ${kind}: ${id} is missing`)];
  });
  return lines.join('\n');
}
