/** How a subnet takes its range out of a pool: the one that it asks for, or the first that is long enough. */
import type { Ask, Fields } from '../service.ts';
import { type Cidr, contains, parseCidr, printCidr } from './addresses.ts';
import type { Desk } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { left } from './ranges.ts';
import type { SubnetPool } from './rows.ts';
import type { Network } from './state.ts';

/** The pool that a new subnet's body asks for, if any. @throws NeutronError 400, 404. */
export function poolFor(desk: Desk, ask: Ask, fields: Fields): SubnetPool | undefined {
  const { pools } = desk.state;
  const version = fields['ip_version'];
  const id = fields['subnetpool_id'];
  if (fields['use_default_subnetpool'] === true) {
    const usual = pools.filter(pool => pool.is_default && pool.ip_version === version)[0];
    if (usual === undefined) throw refuse.bad('subnets', `No default subnetpool found for IPv${String(version)}`);
    return usual;
  }
  if (typeof id !== 'string') return undefined;
  const pool = desk.find(ask, 'subnetpool', pools, id, desk.seesShared);
  if (pool.ip_version === version) return pool;
  const message = `Cannot allocate IPv${String(version)} subnet from IPv${pool.ip_version} subnet pool`;
  throw refuse.bad('subnets', message);
}

/** The range that the subnet gets. @throws NeutronError */
export function takeFrom(desk: Desk, pool: SubnetPool, projectId: string, fields: Fields): Cidr {
  const { cidr: given, prefixlen } = fields;
  const isAny = given === undefined || given === null;
  if (!isAny && prefixlen !== undefined) {
    throw refuse.bad('subnets', 'cidr and prefixlen must not be supplied together');
  }
  if (isAny && fields['allocation_pools'] !== undefined) {
    throw refuse.bad('subnets', 'allocation_pools allowed only for specific subnet requests.');
  }
  const wanted = isAny ? undefined : parseCidr(String(given));
  if (!isAny && wanted === undefined) throw refuse.invalidInput(`${String(given)} is not in a CIDR format`);
  const length = wanted?.prefix ?? (prefixlen as number | undefined) ?? pool.default_prefixlen;
  mustBeAllowed(pool, length);
  mustBeWithin(desk, pool, projectId, length);
  const free = left(pool.prefixes.flatMap(ofText), takenFrom(desk, pool))
    // Small pieces first.
    .sort((a, b) => b.prefix - a.prefix);
  const piece = free.find(one =>
    wanted === undefined ? one.prefix <= length : one.prefix <= length && holds(one, wanted),
  );
  // Neutron has no status for it: it falls over.
  if (piece === undefined) {
    const internal = 'Request Failed: internal server error while processing your request.';
    throw new NeutronError(500, 'HTTPInternalServerError', internal);
  }
  if (wanted !== undefined) return wanted;
  const cidr = parseCidr(printCidr({ ...piece, prefix: length }));
  if (cidr === undefined) throw new Error(`no range of /${length}`);
  return cidr;
}

const ofText = (text: string): readonly Cidr[] => {
  const cidr = parseCidr(text);
  return cidr === undefined ? [] : [cidr];
};

const holds = (cidr: Cidr, inner: Cidr): boolean =>
  contains(cidr, { version: inner.version, value: inner.first }) &&
  contains(cidr, { version: inner.version, value: inner.last });

function takenFrom(desk: Desk, pool: SubnetPool, projectId?: string): Cidr[] {
  return desk.state.subnets
    .filter(subnet => subnet.subnetpool_id === pool.id && (projectId ?? subnet.project_id) === subnet.project_id)
    .flatMap(subnet => ofText(subnet.cidr));
}

function mustBeAllowed({ min_prefixlen: min, max_prefixlen: max }: SubnetPool, length: number): void {
  const wrong = (which: 'Min' | 'Max', word: string, bound: number): NeutronError =>
    new NeutronError(
      400,
      `${which}PrefixSubnetAllocationError`,
      `Unable to allocate subnet with prefix length ${length}, ${word} allowed prefix is ${bound}.`,
    );
  if (length > max) throw wrong('Max', 'maximum', max);
  if (length < min) throw wrong('Min', 'minimum', min);
}

/** A project's quota counts addresses, of IPv6 ranges of /64. */
function mustBeWithin(desk: Desk, pool: SubnetPool, projectId: string, length: number): void {
  if (pool.default_quota === null || pool.default_quota === 0) return;
  const unit = pool.ip_version === 4 ? 32 : 64;
  const units = (prefix: number): number => 2 ** (unit - prefix);
  const used = takenFrom(desk, pool, projectId).reduce((sum, { prefix }) => sum + units(prefix), 0);
  if (used + units(length) <= pool.default_quota) return;
  throw refuse.conflict('SubnetPoolQuotaExceeded', 'Per-tenant subnet pool prefix quota exceeded.');
}

/** All subnets of a network and a version come from one pool, or none does. @throws NeutronError 400. */
export function mustBeOfOnePool(desk: Desk, network: Network, version: 4 | 6, poolId: string | null): void {
  const others = desk.state.subnetsOf(network.id).filter(subnet => subnet.ip_version === version);
  if (others.every(subnet => subnet.subnetpool_id === poolId)) return;
  throw new NeutronError(
    400,
    'NetworkSubnetPoolAffinityError',
    'Subnets hosted on the same network must be allocated from the same subnet pool.',
  );
}
