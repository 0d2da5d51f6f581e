/** Subnet pools: ranges out of which subnets take theirs. */
import type { Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import { type Cidr, overlap, parseCidr, printCidr } from './addresses.ts';
import {
  type Attributes,
  boolean,
  type Check,
  integer,
  listOf,
  orNull,
  ownerOf,
  standard,
  text,
  uuid,
} from './attributes.ts';
import { crudRoutes } from './crud.ts';
import { changed, type Desk, standardView } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { joined, within } from './ranges.ts';
import type { SubnetPool } from './rows.ts';
import { dropShares } from './sharing.ts';

const nonNegative: Check = (value, attribute) => {
  const number = integer(value, attribute);
  if (Number(number) < 0) throw refuse.invalid(attribute, `'${String(number)}' should be non-negative`);
  return number;
};

const range: Check = (value, attribute) => {
  if (typeof value !== 'string' || parseCidr(value) === undefined) {
    throw refuse.invalid(attribute, `'${String(value)}' is not a valid IP subnet`);
  }
  return value;
};

const bits = { post: true, put: true, check: nonNegative, filter: 'text', sort: true } as const;

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, required: true, check: text(255), filter: 'text', sort: true },
  prefixes: { post: true, put: true, required: true, check: listOf(range) },
  default_quota: bits,
  ip_version: { filter: 'text', sort: true },
  default_prefixlen: bits,
  min_prefixlen: bits,
  max_prefixlen: bits,
  is_default: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean', admin: { unless: false } },
  shared: { post: true, otherwise: false, check: boolean, filter: 'boolean', admin: { unless: false } },
  address_scope_id: { post: true, put: true, otherwise: null, check: orNull(uuid), filter: 'text', sort: true },
};

export function subnetPoolRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<SubnetPool>(router, desk, {
    path: '/v2.0/subnetpools',
    listing: { collection: 'subnetpools', kind: 'subnetpool', attributes },
    table: state.pools,
    sees: desk.seesShared,
    create(ask, fields) {
      const projectId = ownerOf(ask, fields);
      desk.within(projectId, 'subnetpool', state.pools);
      const cidrs = cidrsIn(fields['prefixes'] as readonly string[]);
      const version = cidrs[0]?.version ?? 4;
      const pool: SubnetPool = {
        ...desk.stamp(ask, projectId, fields['description']),
        revision_number: 0,
        name: String(fields['name']),
        prefixes: cidrs.map(printCidr),
        ip_version: version,
        address_scope_id: fields['address_scope_id'] as string | null,
        default_quota: (fields['default_quota'] as number | undefined) ?? null,
        ...boundsOf(fields, version),
        is_default: fields['is_default'] === true,
        shared: fields['shared'] === true,
      };
      checkPool(desk, ask, pool);
      return state.pools.put(pool);
    },
    update(ask, pool, fields) {
      const prefixes = (fields['prefixes'] as readonly string[] | undefined) ?? pool.prefixes;
      const cidrs = cidrsIn(prefixes);
      if (!within(cidrsIn(pool.prefixes), cidrs)) {
        const message = 'Illegal update to prefixes: Existing prefixes must be a subset of the new prefixes.';
        throw new NeutronError(400, 'IllegalSubnetPoolPrefixUpdate', message);
      }
      const next: SubnetPool = changed(
        pool,
        { ...fields, prefixes: cidrs.map(printCidr), ...boundsOf({ ...pool, ...fields }, pool.ip_version) },
        ask.now,
      );
      checkPool(desk, ask, next);
      return state.pools.put(next);
    },
    remove(_ask, pool) {
      if (state.subnets.all().some(subnet => subnet.subnetpool_id === pool.id)) {
        const message = 'Unable to delete subnet pool: Subnet pool has existing allocations.';
        throw new NeutronError(400, 'SubnetPoolDeleteError', message);
      }
      dropShares(state, pool.id);
    },
    view: (ask, pool): Fields => ({
      ...standardView(pool),
      shared: desk.isShared(ask, pool),
      default_prefixlen: String(pool.default_prefixlen),
      min_prefixlen: String(pool.min_prefixlen),
      max_prefixlen: String(pool.max_prefixlen),
    }),
  });
}

/** @throws NeutronError 400 for none, and for two versions. */
function cidrsIn(prefixes: readonly string[]): readonly Cidr[] {
  const cidrs = prefixes.flatMap(prefix => parseCidr(prefix) ?? []);
  const [first] = cidrs;
  if (first === undefined) {
    throw new NeutronError(400, 'EmptySubnetPoolPrefixList', 'Empty subnet pool prefix list.');
  }
  if (cidrs.some(({ version }) => version !== first.version)) {
    throw new NeutronError(400, 'PrefixVersionMismatch', 'Cannot mix IPv4 and IPv6 prefixes in a subnet pool.');
  }
  return joined(cidrs);
}

type Bounds = Pick<SubnetPool, 'default_prefixlen' | 'min_prefixlen' | 'max_prefixlen'>;

/** @throws NeutronError 400 where they are out of order. */
function boundsOf(fields: Fields, version: 4 | 6): Bounds {
  const number = (name: string, otherwise: number): number => (fields[name] as number | undefined) ?? otherwise;
  const most = version === 4 ? 32 : 128;
  const min = number('min_prefixlen', version === 4 ? 8 : 64);
  const max = number('max_prefixlen', most);
  const own = number('default_prefixlen', min);
  const wrong = (type: string, value: number, base: string, bound: number): NeutronError =>
    new NeutronError(
      400,
      'IllegalSubnetPoolPrefixBounds',
      `Illegal prefix bounds: ${type}=${value}, ${base}=${bound}.`,
    );
  if (min > max) throw wrong('min_prefixlen', min, 'max_prefixlen', max);
  if (max > most) throw wrong('max_prefixlen', max, 'ip_version_max', most);
  if (own < min) throw wrong('default_prefixlen', own, 'min_prefixlen', min);
  if (own > max) throw wrong('default_prefixlen', own, 'max_prefixlen', max);
  return { default_prefixlen: own, min_prefixlen: min, max_prefixlen: max };
}

/** Against other pools, and its address scope. @throws NeutronError */
function checkPool(desk: Desk, ask: Ask, pool: SubnetPool): void {
  const { state } = desk;
  const others = state.pools.filter(other => other.id !== pool.id);
  if (pool.is_default && others.some(other => other.is_default && other.ip_version === pool.ip_version)) {
    const reason =
      'default subnetpool for this IP family has already been set. Only one default may exist per IP family';
    throw refuse.invalidInput(reason);
  }
  if (pool.address_scope_id === null) return;
  const scope = desk.find(ask, 'address_scope', state.scopes, pool.address_scope_id, desk.seesShared);
  if (scope.ip_version !== pool.ip_version) {
    const message =
      `Illegal subnetpool association: subnetpool ${pool.id} cannot associate with address scope ${scope.id} ` +
      `because subnetpool ip_version is not ${scope.ip_version}.`;
    throw new NeutronError(400, 'IllegalSubnetPoolIpVersionAssociationToAddressScope', message);
  }
  const own = cidrsIn(pool.prefixes);
  const taken = others.filter(other => other.address_scope_id === scope.id).flatMap(other => cidrsIn(other.prefixes));
  if (own.some(cidr => taken.some(other => overlap(cidr, other)))) {
    throw refuse.conflict(
      'AddressScopePrefixConflict',
      'Failed to associate address scope: subnetpools within an address scope must have unique prefixes.',
    );
  }
}
