/**
 * One of everything a small cloud offers (server, port, network, router, volume, floating address, key pair), created,
 * looked at with the services' own commands, and deleted; afterwards the cloud is as before.
 */
import { resolve } from 'node:path';
import type { AllInOneChild } from '../support/allinone.ts';
import { transcript } from '../support/command.ts';
import type { Client, Fields } from './client.ts';
import { labFolder } from './lab.ts';
import { expect, type Steps } from './steps.ts';
import { expectMore, things, untilAsBefore } from './things.ts';

const file = 'stack-cloud.yaml';
const resources = ['attach', 'fip', 'key', 'net', 'port', 'router', 'router_if', 'server', 'sg', 'subnet', 'volume'];

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
    await steps.step('one of everything more', () => expectMore(allInOne, before, added));
  }
  await steps.step('stack delete --wait of it', () =>
    client.ok(undefined, 'stack', 'delete', '--yes', '--wait', 'cloud'),
  );
  if (before === undefined) return;
  await steps.step(`as before: ${[...before.keys()].join(', ')}`, () => untilAsBefore(allInOne, before));
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
