/** Subnets: a range of addresses of a network, its gateway and its pools. */
import { str } from '../python.ts';
import type { Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import { contains, hosts, overlap, parseAddress, parseCidr, printAddress, printCidr, type Cidr } from './addresses.ts';
import {
  address,
  type Attributes,
  boolean,
  type Check,
  integer,
  listOf,
  object,
  oneOf,
  orNull,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
  uuid,
} from './attributes.ts';
import { changed, type Desk, without } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { dropSubnet } from './networks.ts';
import { mustBeOfOnePool, poolFor, takeFrom } from './pool-allocation.ts';
import { segmentFor, subnetView } from './segments.ts';
import type { Pool, Subnet } from './state.ts';

const modes = oneOf('dhcpv6-stateful', 'dhcpv6-stateless', 'slaac');

const ranges: Check = (value, attribute) => {
  if (value === null) throw refuse.invalid(attribute, "Invalid data format for IP pool: 'None'");
  return listOf(object)(value, attribute);
};

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  ip_version: {
    post: true,
    required: true,
    check: (value, name) => oneOf(4, 6)(integer(value, name), name),
    filter: 'text',
    sort: true,
  },
  network_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  subnetpool_id: { post: true, check: orNull(uuid), filter: 'text', sort: true },
  prefixlen: { post: true, check: integer },
  cidr: { post: true, filter: 'text', sort: true },
  gateway_ip: { post: true, put: true, check: orNull(address), filter: 'text', sort: true },
  allocation_pools: { post: true, put: true, check: ranges },
  dns_nameservers: { post: true, put: true, otherwise: [], check: listOf(address) },
  host_routes: { post: true, put: true, otherwise: [], check: listOf(object) },
  enable_dhcp: { post: true, put: true, otherwise: true, check: boolean, filter: 'boolean', sort: true },
  ipv6_ra_mode: { post: true, otherwise: null, check: orNull(modes), filter: 'text', sort: true },
  ipv6_address_mode: { post: true, otherwise: null, check: orNull(modes), filter: 'text', sort: true },
  shared: { filter: 'boolean' },
  use_default_subnetpool: { post: true, check: boolean },
  segment_id: { post: true, put: true, check: orNull(uuid), filter: 'text', sort: true },
  service_types: { post: true, put: true, otherwise: [], check: listOf(text(255)) },
};

export const subnetListing: Listing = { collection: 'subnets', kind: 'subnet', attributes };

export function subnetRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  router
    .on('POST', '/v2.0/subnets', ask => {
      const subnet = createSubnet(desk, ask, readCreate(ask, 'subnet', attributes));
      return { status: 201, body: { subnet: subnetView(ask, subnet) } };
    })
    .on('GET', '/v2.0/subnets', ask => {
      const seen = state.subnets.filter(subnet => desk.seesSubnet(ask, subnet));
      return listed(ask, subnetListing, seen, subnet => subnetView(ask, subnet));
    })
    .on('GET', '/v2.0/subnets/:id', (ask, { id = '' }) => {
      const subnet = subnetView(ask, desk.subnet(ask, id));
      return { status: 200, body: { subnet: onlyFields(subnet, ask.query) } };
    })
    .on('PUT', '/v2.0/subnets/:id', (ask, { id = '' }) => {
      const subnet = updateSubnet(desk, ask, desk.subnet(ask, id));
      return { status: 200, body: { subnet: subnetView(ask, subnet) } };
    })
    .on('DELETE', '/v2.0/subnets/:id', (ask, { id = '' }) => {
      deleteSubnet(desk, ask, desk.subnet(ask, id));
      return { status: 204 };
    });
}

export function createSubnet(desk: Desk, ask: Ask, fields: Fields): Subnet {
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  const version = fields['ip_version'] as 4 | 6;
  const pool = poolFor(desk, ask, fields);
  const said = pool === undefined ? readCidr(fields['cidr'], version) : undefined;
  const network = desk.network(ask, String(fields['network_id']));
  desk.mustOwn(ask, network, 'create_subnet');
  desk.within(projectId, 'subnet', state.subnets);
  mustBeOfOnePool(desk, network, version, pool?.id ?? null);
  const cidr =
    pool === undefined ? (said ?? readCidr(fields['cidr'], version)) : takeFrom(desk, pool, projectId, fields);
  const twin = state.subnetsOf(network.id).find(other => {
    const range = parseCidr(other.cidr);
    return range !== undefined && overlap(range, cidr);
  });
  if (twin !== undefined) {
    throw refuse.invalidInput(
      `Requested subnet with cidr: ${printCidr(cidr)} for network: ${network.id} overlaps with another subnet`,
    );
  }
  const gateway = gatewayOf(fields, cidr);
  const asked = fields['allocation_pools'] as readonly Fields[] | undefined;
  const pools = asked === undefined ? defaultPools(cidr, gateway) : readPools(asked, cidr);
  mustNotHold(pools, gateway);
  const segment = segmentFor(desk, network, fields);
  return state.subnets.put({
    ...(without(fields, 'project_id', 'tenant_id', 'prefixlen', 'use_default_subnetpool') as unknown as Subnet),
    ...desk.stamp(ask, projectId, fields['description']),
    revision_number: 0,
    subnetpool_id: pool?.id ?? null,
    segment_id: segment,
    cidr: printCidr(cidr),
    gateway_ip: gateway,
    allocation_pools: pools,
  });
}

function readCidr(given: unknown, version: 4 | 6): Cidr {
  if (given === undefined || given === null) {
    throw refuse.bad('subnets', 'a subnetpool must be specified in the absence of a cidr');
  }
  const cidr = parseCidr(String(given));
  if (cidr === undefined) throw refuse.invalidInput(`${str(given)} is not in a CIDR format`);
  if (cidr.version !== version) {
    throw refuse.invalidInput(`cidr '${printCidr(cidr)}' does not match the ip_version '${version}'`);
  }
  return cidr;
}

/** By default the first address: of IPv4's hosts, or IPv6's very first. Undefined and null are two things. */
function gatewayOf(fields: Fields, cidr: Cidr): string | null {
  const given = fields['gateway_ip'] as string | null | undefined;
  if (given !== undefined) return given;
  const first = cidr.version === 4 && cidr.prefix < 31 ? cidr.first + 1n : cidr.first;
  return printAddress({ version: cidr.version, value: first });
}

/** All hosts but the gateway. */
function defaultPools(cidr: Cidr, gateway: string | null): Pool[] {
  const { first, last } = hosts(cidr);
  const hole = gateway === null ? undefined : parseAddress(gateway)?.value;
  const whole = [{ first, last }];
  const parts =
    hole === undefined || hole < first || hole > last
      ? whole
      : [
          { first, last: hole - 1n },
          { first: hole + 1n, last },
        ];
  return parts
    .filter(part => part.first <= part.last)
    .map(part => ({
      start: printAddress({ version: cidr.version, value: part.first }),
      end: printAddress({ version: cidr.version, value: part.last }),
    }));
}

function readPools(given: readonly Fields[], cidr: Cidr): Pool[] {
  const pools = given.map(pool => {
    const start = parseAddress(String(pool['start']));
    const end = parseAddress(String(pool['end']));
    if (start === undefined || end === undefined || start.version !== end.version || end.value < start.value) {
      const { start: from, end: to } = pool;
      throw new NeutronError(
        400,
        'InvalidAllocationPool',
        `The allocation pool ${str({ start: from, end: to })} is not valid.`,
      );
    }
    const name = `${printAddress(start)}-${printAddress(end)}`;
    if (!contains(cidr, start) || !contains(cidr, end)) {
      const message = `The allocation pool ${name} spans beyond the subnet cidr ${printCidr(cidr)}.`;
      throw new NeutronError(400, 'OutOfBoundsAllocationPool', message);
    }
    return { start, end, name };
  });
  for (const [i, a] of pools.entries()) {
    for (const b of pools.slice(i + 1)) {
      if (a.start.value <= b.end.value && b.start.value <= a.end.value) {
        throw refuse.conflict(
          'OverlappingAllocationPools',
          `Found overlapping allocation pools: ${a.name} ${b.name} for subnet ${printCidr(cidr)}.`,
        );
      }
    }
  }
  return pools.map(({ start, end }) => ({ start: printAddress(start), end: printAddress(end) }));
}

function mustNotHold(pools: readonly Pool[], gateway: string | null): void {
  const value = gateway === null ? undefined : parseAddress(gateway)?.value;
  if (value === undefined) return;
  const holding = pools.find(
    ({ start, end }) => (parseAddress(start)?.value ?? 0n) <= value && value <= (parseAddress(end)?.value ?? -1n),
  );
  if (holding === undefined) return;
  throw refuse.conflict(
    'GatewayConflictWithAllocationPools',
    `Gateway ip ${gateway} conflicts with allocation pool ${holding.start}-${holding.end}.`,
  );
}

function updateSubnet(desk: Desk, ask: Ask, subnet: Subnet): Subnet {
  const fields = readUpdate(ask, 'subnet', attributes);
  desk.mustOwn(ask, subnet, 'update_subnet');
  const cidr = parseCidr(subnet.cidr);
  if (cidr === undefined) throw new Error(`the subnet ${subnet.id} has no CIDR`);
  const asked = fields['allocation_pools'] as readonly Fields[] | undefined;
  const pools = asked === undefined ? subnet.allocation_pools : readPools(asked, cidr);
  const gateway = 'gateway_ip' in fields ? (fields['gateway_ip'] as string | null) : subnet.gateway_ip;
  mustNotHold(pools, gateway);
  if (gateway !== subnet.gateway_ip) gatewayMustBeFree(desk, subnet);
  const network = desk.network(ask, subnet.network_id);
  const segment = segmentFor(desk, network, fields, subnet);
  desk.state.noneBelow(subnet.id, 0n);
  return desk.state.subnets.put(
    changed(subnet, { ...fields, allocation_pools: pools, gateway_ip: gateway, segment_id: segment }, ask.now),
  );
}

/** A router's interface that has the gateway's address holds it. */
function gatewayMustBeFree(desk: Desk, subnet: Subnet): void {
  const holder = desk.state
    .portsIn(subnet.id)
    .find(
      port =>
        port.device_owner === 'network:router_interface' &&
        port.fixed_ips.some(fixed => fixed.ip_address === subnet.gateway_ip),
    );
  if (holder === undefined) return;
  throw refuse.conflict(
    'GatewayIpInUse',
    `Current gateway ip ${subnet.gateway_ip} already in use by port ${holder.id}. Unable to update.`,
  );
}

function deleteSubnet(desk: Desk, ask: Ask, subnet: Subnet): void {
  const { state } = desk;
  desk.mustOwn(ask, subnet, 'delete_subnet');
  const ports = state.portsIn(subnet.id);
  if (ports.some(port => port.device_owner !== 'network:dhcp')) {
    throw refuse.conflict(
      'SubnetInUse',
      `Unable to complete operation on subnet ${subnet.id}: One or more ports have an IP allocation from this subnet.`,
    );
  }
  for (const port of ports) {
    const left = port.fixed_ips.filter(fixed => fixed.subnet_id !== subnet.id);
    state.ports.put(changed(port, { fixed_ips: left }, ask.now));
  }
  dropSubnet(desk, subnet);
}
