/**
 * Which addresses ports get. The lowest free address of a pool is taken, of the subnet with the lowest id that has one.
 *
 * (Neutron draws at random among the first free ones, so that two at once seldom meet; here nothing happens at once.)
 */
import { type Address, contains, eui64, hosts, parseAddress, parseCidr, printAddress } from './addresses.ts';
import type { Desk } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import type { FixedIp, Network, Subnet } from './state.ts';

/** What a body asks for; an empty one is refused. */
export interface WantedIp {
  readonly subnet_id?: string;
  readonly ip_address?: string;
}

/**
 * Addresses for a port.
 *
 * @param wanted undefined: one of each IP version that the network has.
 * @param kept what the port has already and may keep.
 * @throws NeutronError 400 for what does not fit, 404 for a subnet that is not there, 409 where an address is taken or
 * none is left.
 */
export function allocate(
  desk: Desk,
  network: Network,
  mac: string,
  wanted: readonly WantedIp[] | undefined,
  kept: readonly FixedIp[] = [],
): FixedIp[] {
  const subnets = desk.state.subnetsOf(network.id).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (wanted !== undefined) return explicit(desk, subnets, mac, wanted, kept);
  const given: FixedIp[] = [];
  for (const version of [4, 6] as const) {
    const usable = subnets.filter(subnet => subnet.ip_version === version && !isAutomatic(subnet));
    if (usable.length === 0) continue;
    const found = usable.map(subnet => free(desk, subnet, given)).find(fixed => fixed !== undefined);
    if (found === undefined) {
      throw refuse.conflict('IpAddressGenerationFailure', `No more IP addresses available on network ${network.id}.`);
    }
    given.push(found);
  }
  return [...given, ...subnets.filter(isAutomatic).map(subnet => automatic(subnet, mac))];
}

function explicit(
  desk: Desk,
  subnets: readonly Subnet[],
  mac: string,
  wanted: readonly WantedIp[],
  kept: readonly FixedIp[],
): FixedIp[] {
  const given: FixedIp[] = [];
  for (const { subnet_id: subnetId, ip_address: text } of wanted) {
    if (subnetId === undefined && text === undefined) {
      throw refuse.invalidInput('IP allocation requires subnet_id or ip_address');
    }
    const address = text === undefined ? undefined : parseAddress(text);
    const subnet = subnetId === undefined ? holding(subnets, address, text) : named(desk, subnets, subnetId);
    if (address === undefined) given.push(fromSubnet(desk, subnet, mac, given, kept));
    else {
      const fixed = { subnet_id: subnet.id, ip_address: printAddress(address) };
      mustFit(subnet, address);
      const own = kept.some(({ subnet_id: id, ip_address: ip }) => id === fixed.subnet_id && ip === fixed.ip_address);
      if (!own && desk.state.isAddressTaken(subnet.id, fixed.ip_address)) {
        throw refuse.conflict(
          'IpAddressAlreadyAllocated',
          `IP address ${fixed.ip_address} already allocated in subnet ${subnet.id}`,
        );
      }
      given.push(fixed);
    }
  }
  return given;
}

function named(desk: Desk, subnets: readonly Subnet[], id: string): Subnet {
  const subnet = desk.state.subnets.get(id);
  if (subnet === undefined) throw refuse.notFound('subnet', id);
  if (!subnets.includes(subnet)) {
    throw refuse.invalidInput(
      `Failed to create port on network ${subnets[0]?.network_id ?? ''}, because fixed_ips included invalid subnet ${id}`,
    );
  }
  return subnet;
}

function holding(subnets: readonly Subnet[], address: Address | undefined, text: string | undefined): Subnet {
  const found = subnets.find(({ cidr }) => {
    const range = parseCidr(cidr);
    return address !== undefined && range !== undefined && contains(range, address);
  });
  if (found !== undefined) return found;
  const message = `IP address ${text} is not a valid IP for any of the subnets on the specified network.`;
  throw invalidIp('InvalidIpForNetwork', message);
}

function mustFit(subnet: Subnet, address: Address): void {
  const range = parseCidr(subnet.cidr);
  const inside = range !== undefined && contains(range, address);
  const usable = range && hosts(range);
  if (inside && usable !== undefined && usable.first <= address.value && address.value <= usable.last) return;
  const message = `IP address ${printAddress(address)} is not a valid IP for the specified subnet.`;
  throw invalidIp('InvalidIpForSubnet', message);
}

function fromSubnet(
  desk: Desk,
  subnet: Subnet,
  mac: string,
  given: readonly FixedIp[],
  kept: readonly FixedIp[],
): FixedIp {
  if (isAutomatic(subnet)) return automatic(subnet, mac);
  const own = kept.find(
    fixed => fixed.subnet_id === subnet.id && !given.some(other => other.ip_address === fixed.ip_address),
  );
  const found = own ?? free(desk, subnet, given);
  if (found !== undefined) return found;
  throw refuse.conflict(
    'IpAddressGenerationFailure',
    `No more IP addresses available on network ${subnet.network_id}.`,
  );
}

/** Hosts give themselves addresses in such a subnet. */
export const isAutomatic = ({ ipv6_address_mode: mode }: Subnet): boolean =>
  mode === 'slaac' || mode === 'dhcpv6-stateless';

function automatic(subnet: Subnet, mac: string): FixedIp {
  const range = parseCidr(subnet.cidr);
  if (range === undefined) throw new Error(`the subnet ${subnet.id} has no CIDR`);
  return { subnet_id: subnet.id, ip_address: printAddress({ version: 6, value: eui64(range, mac) }) };
}

/** Math.max takes no bigints. */
function greater(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

function free(desk: Desk, subnet: Subnet, given: readonly FixedIp[]): FixedIp | undefined {
  const { state } = desk;
  const from = state.lowestFree(subnet.id);
  let full = true;
  for (const { first, last } of poolsOf(subnet)) {
    for (let value = greater(first, from); value <= last; value++) {
      const ip = printAddress({ version: subnet.ip_version, value });
      if (state.isAddressTaken(subnet.id, ip)) continue;
      if (full) state.noneBelow(subnet.id, value);
      full = false;
      if (!given.some(fixed => fixed.subnet_id === subnet.id && fixed.ip_address === ip)) {
        return { subnet_id: subnet.id, ip_address: ip };
      }
    }
  }
  return undefined;
}

/** Lowest first. */
function poolsOf({ allocation_pools: pools }: Subnet): { readonly first: bigint; readonly last: bigint }[] {
  return pools
    .map(({ start, end }) => ({ first: parseAddress(start)?.value ?? 0n, last: parseAddress(end)?.value ?? -1n }))
    .sort((a, b) => (a.first < b.first ? -1 : 1));
}

const invalidIp = (type: string, message: string): Error => new NeutronError(400, type, message);
