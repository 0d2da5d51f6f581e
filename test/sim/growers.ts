/**
 * Random stacks of the cloud's own types, as a table: what a resource of each type says, given what is there already.
 *
 * A template grows resource by resource; each may use earlier ones, so no circle can come of references. What is drawn
 * is always valid: a name or a range nobody else has where one must be free, a way from a floating address to its port.
 * For a type that cannot be had yet, what it needs is grown first. A new type is a new line here.
 */
import type { SimDice } from './dice.ts';
import type { Draft, Json } from './drafts.ts';

/** What a template has so far. */
export class Garden {
  readonly drafts: readonly Draft[];
  readonly dice: SimDice;
  private readonly numbers: { next: number };

  constructor(drafts: readonly Draft[], dice: SimDice, numbers: { next: number }) {
    this.drafts = drafts;
    this.dice = dice;
    this.numbers = numbers;
  }

  of(type: string): readonly Draft[] {
    return this.drafts.filter(draft => draft.type === type);
  }

  /** One of this type that fits; undefined where there is none. */
  some(type: string, fits: (draft: Draft) => boolean = () => true): Draft | undefined {
    const found = this.of(type).filter(fits);
    return found.length === 0 ? undefined : this.dice.pick(found);
  }

  /** True where no draft of this type says this of the property. */
  isFree(type: string, property: string, value: Draft): boolean {
    return !this.of(type).some(draft => names(draft.properties[property] ?? null, value));
  }

  /** A number that nothing else in the run has. */
  number(): number {
    return this.numbers.next++;
  }

  chance(probability: number): boolean {
    return this.dice.chance(probability);
  }

  /** Some properties are said only now and then. */
  maybe(probability: number, properties: () => Record<string, Json>): Record<string, Json> {
    return this.chance(probability) ? properties() : {};
  }
}

export interface Grower {
  readonly type: string;
  readonly weight: number;
  /** What there must be before. */
  readonly needs?: readonly string[];
  /** An attribute that others may read. */
  readonly attribute?: string;
  grow(garden: Garden): Record<string, Json> | undefined;
}

const ref = (draft: Draft): Json => ({ get_resource: draft.name });

/** True where the value names the draft, at any depth. */
function names(value: Json, draft: Draft): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!Array.isArray(value) && (value as { get_resource?: Json })['get_resource'] === draft.name) return true;
  return Object.values(value).some(inner => names(inner, draft));
}

/** The draft that a value names. */
function named(garden: Garden, value: Json | undefined): Draft | undefined {
  return garden.drafts.find(draft => value !== undefined && names(value, draft));
}

const net = 'OS::Neutron::Net';
const subnet = 'OS::Neutron::Subnet';
const port = 'OS::Neutron::Port';
const router = 'OS::Neutron::Router';
const foot = 'OS::Neutron::RouterInterface';
const group = 'OS::Neutron::SecurityGroup';
const floating = 'OS::Neutron::FloatingIP';
const association = 'OS::Neutron::FloatingIPAssociation';
const keyPair = 'OS::Nova::KeyPair';
const server = 'OS::Nova::Server';
const volume = 'OS::Cinder::Volume';
const attachment = 'OS::Cinder::VolumeAttachment';
const project = 'OS::Keystone::Project';
const role = 'OS::Keystone::Role';
const user = 'OS::Keystone::User';

/** Names that several may bear; the services let them. */
const name = (garden: Garden) => garden.maybe(0.3, () => ({ name: `name${garden.dice.below(5)}` }));
/** A name that is taken once in its scope. */
const ownName = (garden: Garden) => garden.maybe(0.4, () => ({ name: `own-${garden.number()}` }));
const words = (garden: Garden) => garden.maybe(0.2, () => ({ description: `words ${garden.dice.below(9)}` }));
const tags = (garden: Garden) => garden.maybe(0.2, () => ({ tags: [`tag${garden.dice.below(3)}`] }));

const hasGateway = (one: Draft): boolean => 'external_gateway_info' in one.properties;

/** True where a router with a way out has a foot in the subnet. */
function isReached(garden: Garden, one: Draft): boolean {
  const feet = garden.of(foot).filter(({ properties }) => names(properties['subnet'] ?? null, one));
  return feet.some(({ properties }) => {
    const its = named(garden, properties['router']);
    return its !== undefined && hasGateway(its);
  });
}

/** A port whose one address a floating one can lead to, and none does yet. */
function reachable(garden: Garden): Draft | undefined {
  return garden.some(port, one => {
    const its = named(garden, one.properties['fixed_ips']);
    if (its === undefined || !isReached(garden, its)) return false;
    return [floating, association].every(type => garden.isFree(type, 'port_id', one)) && !isFoot(garden, one);
  });
}

/** True where a router stands in the subnet by a port that it was given. */
function hasFootByPort(garden: Garden, one: Draft): boolean {
  return garden.of(foot).some(({ properties }) => {
    const its = named(garden, properties['port']);
    return its !== undefined && names(its.properties['fixed_ips'] ?? null, one);
  });
}

const isFoot = (garden: Garden, one: Draft): boolean => !garden.isFree(foot, 'port', one);

/** A floating address that is tied to nothing yet. */
function untied(garden: Garden): Draft | undefined {
  return garden.some(
    floating,
    one =>
      !('port_id' in one.properties) &&
      garden.isFree(association, 'floatingip_id', one) &&
      garden.isFree(server, 'networks', one),
  );
}

function rules(garden: Garden): Json {
  return Array.from({ length: garden.dice.between(1, 3) }, () => {
    const low = 1_000 + garden.number();
    const direction = garden.chance(0.2) ? { direction: 'egress' } : {};
    return { protocol: 'tcp', port_range_min: low, port_range_max: low + garden.dice.below(2), ...direction };
  });
}

/** A server's one network: a port that is there, a network, or a subnet, for which a port is made. */
function place(garden: Garden): Json | undefined {
  const free = garden.some(port, one => garden.isFree(server, 'networks', one) && !isFoot(garden, one));
  if (free !== undefined && garden.chance(0.5)) return { port: ref(free) };
  const there = garden.some(subnet);
  if (there === undefined) return undefined;
  const network = there.properties['network'];
  if (network === undefined || garden.chance(0.5)) {
    const address = isReached(garden, there) && garden.chance(0.6) ? untied(garden) : undefined;
    return { subnet: ref(there), ...(address === undefined ? {} : { floating_ip: ref(address) }) };
  }
  return { network };
}

/** As the types that they are of. */
export const growers: readonly Grower[] = [
  { type: net, weight: 3, attribute: 'name', grow: garden => ({ ...name(garden), ...tags(garden) }) },
  {
    type: subnet,
    weight: 4,
    needs: [net],
    attribute: 'cidr',
    grow(garden) {
      const network = garden.some(net);
      if (network === undefined) return undefined;
      const n = garden.number();
      return { network: ref(network), cidr: `10.${1 + (n >> 8)}.${n & 255}.0/24`, ...name(garden), ...tags(garden) };
    },
  },
  {
    type: port,
    weight: 5,
    needs: [subnet],
    attribute: 'mac_address',
    grow(garden) {
      const range = garden.some(subnet);
      const network = range?.properties['network'];
      if (range === undefined || network === undefined) return undefined;
      const groups = garden.some(group);
      return {
        network,
        ...garden.maybe(0.7, () => ({ fixed_ips: [{ subnet: ref(range) }] })),
        ...(groups === undefined || garden.chance(0.5) ? {} : { security_groups: [ref(groups)] }),
        ...name(garden),
        ...tags(garden),
      };
    },
  },
  {
    type: router,
    weight: 2,
    attribute: 'name',
    grow: garden => ({
      ...garden.maybe(0.8, () => ({ external_gateway_info: { network: 'public' } })),
      ...name(garden),
    }),
  },
  {
    type: foot,
    weight: 4,
    needs: [router, subnet],
    grow(garden) {
      const its = garden.some(router);
      const range = garden.some(subnet, one => garden.isFree(foot, 'subnet', one) && !hasFootByPort(garden, one));
      if (its === undefined || range === undefined) return undefined;
      const joint = garden.some(
        port,
        one =>
          names(one.properties['fixed_ips'] ?? null, range) &&
          [foot, floating, association, server].every(type =>
            ['port', 'port_id', 'networks'].every(property => garden.isFree(type, property, one)),
          ),
      );
      if (joint !== undefined && garden.chance(0.3)) return { router: ref(its), port: ref(joint) };
      return { router: ref(its), subnet: ref(range) };
    },
  },
  {
    type: group,
    weight: 2,
    grow: garden => ({ ...garden.maybe(0.7, () => ({ rules: rules(garden) })), ...name(garden), ...words(garden) }),
  },
  {
    type: 'OS::Neutron::SecurityGroupRule',
    weight: 2,
    needs: [group],
    grow(garden) {
      const its = garden.some(group);
      if (its === undefined) return undefined;
      const low = 1_000 + garden.number();
      return { security_group: ref(its), port_range_min: low, port_range_max: low, ...words(garden) };
    },
  },
  {
    type: floating,
    weight: 3,
    attribute: 'floating_ip_address',
    grow(garden) {
      const target = garden.chance(0.5) ? reachable(garden) : undefined;
      return { floating_network: 'public', ...(target === undefined ? {} : { port_id: ref(target) }) };
    },
  },
  {
    type: association,
    weight: 4,
    needs: [floating, foot, port],
    grow(garden) {
      const [address, target] = [untied(garden), reachable(garden)];
      if (address === undefined || target === undefined) return undefined;
      return { floatingip_id: ref(address), port_id: ref(target) };
    },
  },
  {
    type: keyPair,
    weight: 1,
    attribute: 'public_key',
    grow(garden) {
      const own = { public_key: `ssh-ed25519 ${ed25519(garden.dice)} me` };
      return { name: `key-${garden.number()}`, ...garden.maybe(0.5, () => own) };
    },
  },
  {
    type: server,
    weight: 4,
    needs: [subnet],
    attribute: 'name',
    grow(garden) {
      const network = place(garden);
      if (network === undefined) return undefined;
      const key = garden.some(keyPair);
      const disk = { image: 'cirros', volume_size: 1, delete_on_termination: true };
      return {
        flavor: 'm1.nano',
        networks: [network],
        ...(garden.chance(0.3) ? { block_device_mapping_v2: [disk] } : { image: 'cirros' }),
        ...(key === undefined ? {} : { key_name: ref(key) }),
        ...garden.maybe(0.2, () => ({ metadata: { a: 'b' } })),
        ...name(garden),
        ...tags(garden),
      };
    },
  },
  {
    type: volume,
    weight: 3,
    attribute: 'size',
    grow: garden => ({ size: 1, ...name(garden), ...words(garden), ...garden.maybe(0.1, () => ({ read_only: true })) }),
  },
  {
    type: attachment,
    weight: 5,
    needs: [server, volume],
    grow(garden) {
      const its = garden.some(server);
      const disk = garden.some(volume, one => garden.isFree(attachment, 'volume_id', one));
      if (its === undefined || disk === undefined) return undefined;
      return { instance_uuid: ref(its), volume_id: ref(disk) };
    },
  },
  {
    type: 'OS::Glance::WebImage',
    weight: 1,
    grow: garden => ({
      container_format: 'bare',
      disk_format: 'qcow2',
      location: 'http://images.example/one.img',
      ...name(garden),
      ...tags(garden),
      ...garden.maybe(0.2, () => ({ active: false })),
    }),
  },
  { type: project, weight: 2, attribute: 'name', grow: garden => ({ ...ownName(garden), ...words(garden) }) },
  { type: role, weight: 2, grow: garden => ({ ...ownName(garden) }) },
  {
    type: user,
    weight: 5,
    needs: [project, role],
    attribute: 'name',
    grow(garden) {
      const [home, what] = [garden.some(project), garden.some(role)];
      // Who is somebody somewhere is rare by itself.
      if ((home === undefined || what === undefined) && garden.chance(0.8)) return undefined;
      return {
        ...ownName(garden),
        ...garden.maybe(0.5, () => ({ password: 'long enough' })),
        ...(home === undefined ? {} : { default_project: ref(home) }),
        ...(home === undefined || what === undefined ? {} : { roles: [{ role: ref(what), project: ref(home) }] }),
      };
    },
  },
];

const grown: readonly Grower[] = growers.flatMap(grower => Array.from({ length: grower.weight }, () => grower));
/** How far needs are followed before another type is tried. */
const depth = 8;

/** One more resource: of the type that is wanted longest, as soon as it can be had. `wanted` is kept up. */
export function grow(garden: Garden, wanted: Grower[]): Pick<Draft, 'type' | 'properties'> | undefined {
  for (let i = 0; i < depth; i++) {
    const grower = wanted.at(-1) ?? garden.dice.pick(grown);
    const properties = grower.grow(garden);
    if (properties !== undefined) {
      wanted.pop();
      return { type: grower.type, properties };
    }
    if (wanted.at(-1) !== grower) wanted.push(grower);
    const missing = (grower.needs ?? []).filter(type => garden.of(type).length === 0);
    const need = garden.dice.pick(missing.length > 0 ? missing : (grower.needs ?? []));
    wanted.push(...growers.filter(({ type }) => type === need));
  }
  wanted.length = 0;
  return undefined;
}

/** A public key as ssh writes one: its kind and 32 bytes, each with its length. */
function ed25519(dice: SimDice): string {
  const kind = Buffer.from('ssh-ed25519');
  const length = (n: number) => Buffer.from([0, 0, 0, n]);
  return Buffer.concat([length(kind.length), kind, length(32), dice.bytes(32)]).toString('base64');
}
