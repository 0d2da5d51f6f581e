/**
 * The stacks that are under way while a cluster's processes are killed: 20 resources each. Half of them are things of
 * the sandbox cloud, in every way a server gets its port; the others are values that must not be drawn twice, and
 * slow things, so that some stack is always in the middle.
 */
import type { Random } from '../support/random.ts';
import type { Planned } from '../crash/template.ts';

export const resourcesPerStack = 20;
/** The longest of its slow resources. */
const slowestSecs = 12;

const ref = (name: string): object => ({ get_resource: name });
const attr = (name: string, attribute: string): object => ({ get_attr: [name, attribute] });

export function planChaos(name: string, random: Random): Planned {
  const resources: Record<string, object> = {};
  const edges: [string, string][] = [];
  const outputs: Record<string, object> = {};
  const add = (each: string, type: string, properties: object, needs: readonly string[] = []): void => {
    resources[each] = { type, properties, ...(needs.length > 0 && { depends_on: needs }) };
    edges.push(...needs.map((need): [string, string] => [need, each]));
  };
  const slow = (): number => random.below(slowestSecs * 2) / 2;
  add('net', 'OS::Neutron::Net', {});
  add('subnet', 'OS::Neutron::Subnet', { network: ref('net'), cidr: '10.8.0.0/24' }, ['net']);
  add('port', 'OS::Neutron::Port', { network: ref('net') }, ['subnet']);
  add('alone', 'OS::Neutron::Port', { network: ref('net') }, ['subnet']);
  const server = { image: 'cirros', flavor: 'm1.tiny' };
  add('server0', 'OS::Nova::Server', { ...server, networks: [{ port: ref('port') }] }, ['port']);
  add('server1', 'OS::Nova::Server', { ...server, networks: [{ network: ref('net') }] }, ['subnet']);
  for (const n of [0, 1]) {
    add(`volume${n}`, 'OS::Cinder::Volume', { size: 1 });
    const attached = { instance_uuid: ref(`server${n}`), volume_id: ref(`volume${n}`) };
    add(`attachment${n}`, 'OS::Cinder::VolumeAttachment', attached, [`server${n}`, `volume${n}`]);
  }
  for (const chain of ['a', 'b']) {
    add(`${chain}_random`, 'OS::Heat::RandomString', { length: 16 });
    add(`${chain}_value`, 'OS::Heat::Value', { value: attr(`${chain}_random`, 'value') }, [`${chain}_random`]);
    const test = { value: attr(`${chain}_value`, 'value'), wait_secs: slow() };
    add(`${chain}_test`, 'OS::Heat::TestResource', test, [`${chain}_value`]);
    outputs[`${chain}_random`] = { value: attr(`${chain}_random`, 'value') };
    outputs[`${chain}_test`] = { value: attr(`${chain}_test`, 'output') };
  }
  add('delay0', 'OS::Heat::Delay', { min_wait: slow() });
  add('delay1', 'OS::Heat::Delay', { min_wait: slow() }, ['a_value']);
  add('middle', 'OS::Heat::TestResource', { value: name, wait_secs: slow() }, ['a_test', 'server1']);
  add('last', 'OS::Heat::Value', { value: name }, ['middle', 'b_test', 'delay0', 'delay1']);
  const template = { heat_template_version: '2018-08-31', resources, outputs };
  const equal = ['a', 'b'].map((chain): [string, string] => [`${chain}_random`, `${chain}_test`]);
  return { name, template, resources: Object.keys(resources), edges, equal };
}
