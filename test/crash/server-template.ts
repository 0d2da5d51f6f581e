/**
 * Stacks with servers for the crash: a network and its subnet, up to three servers on it in every way a server gets a
 * port (Nova's own, one that the server makes, one that is a resource), and volumes attached to some. Half of them
 * bear names that the user chose, the same in all these stacks: there the mark is in the description.
 */
import type { Random } from '../support/random.ts';
import type { Planned } from './template.ts';

const mostServers = 3;

interface Building {
  readonly resources: Record<string, object>;
  readonly edges: [string, string][];
}

const ref = (name: string): object => ({ get_resource: name });

/** Stacks that have so many servers in all. */
export function planServers(servers: number, random: Random): Planned[] {
  const plans: Planned[] = [];
  for (let left = servers; left > 0; ) {
    const size = Math.min(left, 1 + random.below(mostServers));
    plans.push(planStack(`stack${plans.length}`, size, random));
    left -= size;
  }
  return plans;
}

/** A stack as it may be at some time: what differs from another such plan is changed in place, replaced, made or gone. */
export function planVariant(name: string, random: Random): Planned {
  return planStack(name, 1 + random.below(mostServers), random, () => ({
    flavor: random.pick(['m1.tiny', 'm1.small']),
    metadata: { which: random.pick(['a', 'b']) },
    ...(random.below(3) === 0 ? { user_data: '#!/bin/true' } : {}),
  }));
}

function planStack(name: string, servers: number, random: Random, variety: () => object = () => ({})): Planned {
  const building: Building = { resources: {}, edges: [] };
  const chosen = random.below(2) === 1;
  const called = (each: string): object => (chosen ? { name: each } : {});
  add(building, 'net', 'OS::Neutron::Net', called('net'), []);
  add(building, 'subnet', 'OS::Neutron::Subnet', { network: ref('net'), cidr: '10.7.0.0/24' }, ['net']);
  for (let index = 0; index < servers; index++) {
    const server = `server${index}`;
    const [network, needs] = networkOf(building, index, random.below(3), called('port'));
    const properties = { ...called('web'), image: 'cirros', flavor: 'm1.tiny', networks: [network], ...variety() };
    add(building, server, 'OS::Nova::Server', properties, needs);
    if (random.below(2) === 1) attached(building, server, index, called('data'));
  }
  const { resources, edges } = building;
  const template = { heat_template_version: '2018-08-31', resources };
  return { name, template, resources: Object.keys(resources), edges, equal: [] };
}

function networkOf(building: Building, index: number, way: number, called: object): [object, string[]] {
  if (way === 0) return [{ network: ref('net') }, ['net', 'subnet']];
  if (way === 1) return [{ subnet: ref('subnet') }, ['subnet']];
  const port = `port${index}`;
  add(building, port, 'OS::Neutron::Port', { ...called, network: ref('net') }, ['net', 'subnet']);
  return [{ port: ref(port) }, [port]];
}

function attached(building: Building, server: string, index: number, called: object): void {
  const [volume, attachment] = [`volume${index}`, `attachment${index}`];
  add(building, volume, 'OS::Cinder::Volume', { ...called, size: 1 }, []);
  const properties = { instance_uuid: ref(server), volume_id: ref(volume) };
  add(building, attachment, 'OS::Cinder::VolumeAttachment', properties, [server, volume]);
}

function add({ resources, edges }: Building, name: string, type: string, properties: object, needs: string[]): void {
  resources[name] = { type, properties };
  edges.push(...needs.map((need): [string, string] => [need, name]));
}
