/**
 * OS::Neutron::Subnet: a range of addresses on a network.
 *
 * Mark: its name; where the user chose one, its description (thing.ts). A second one of the same range on the same
 * network is refused with 400 (marks.md), which is somebody else's: ours is found by the mark. There is when the
 * create answers; it has no status.
 *
 * While anything has an address of it, it is not taken away (409). What of the template may have one goes or moves
 * first (`after` of ports and servers); where a port or server stays that names the network alone, its address stays
 * too, and an update that takes the subnet away or gives it another range fails, as in Heat.
 */
import { parseAddress } from '../../template/addresses.ts';
import { type ExprMap, isCall } from '../../template/expr.ts';
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import {
  allowedValues,
  attribute,
  boolean,
  custom,
  integer,
  list,
  map,
  range,
  since,
  string,
} from '../../kit/schema.ts';
import { staysSame } from '../../kit/updates.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { conflict, given, refuse, renamedTo, truthy, withNewName } from './checks.ts';
import { bodyOf, immediately, present } from './network.ts';
import { thingLife } from './thing.ts';

const modes = ['dhcpv6-stateful', 'dhcpv6-stateless', 'slaac'];
const address = () => string().required().constraints(custom('ip_addr'));

const rules = { rename: { network: 'network_id', subnetpool: 'subnetpool_id', segment: 'segment_id' } };

/** No gateway is null to Neutron; in a template it is null or ''. */
function body(properties: ValueMap): ValueMap {
  const posted = bodyOf(properties, { ...rules, without: ['tags'] });
  return posted.get('gateway_ip') === '' ? mapOf([...posted, ['gateway_ip', null]]) : posted;
}

/** Lists that are not said are empty; no gateway is null. */
function put(differing: Map<string, Value>): ReadonlyMap<string, Value> {
  for (const name of ['allocation_pools', 'host_routes', 'dns_nameservers']) {
    if (differing.get(name) === null) differing.set(name, []);
  }
  if (differing.get('gateway_ip') === '') differing.set('gateway_ip', null);
  return differing;
}

function poolOf(properties: ValueMap): Value {
  return properties.get('subnetpool') ?? '';
}

function validate(properties: ExprMap): void {
  const pool = given(properties, 'subnetpool');
  const cidr = truthy(properties, 'cidr');
  if (pool && cidr) conflict('subnetpool', 'cidr');
  if (!pool && !cidr) throw errors.PropertyUnspecified({ properties: ['subnetpool', 'cidr'] });
  if (truthy(properties, 'prefixlen') && cidr) conflict('prefixlen', 'cidr');
  const ra = properties.get('ipv6_ra_mode') ?? '';
  const addressing = properties.get('ipv6_address_mode') ?? '';
  if (properties.get('ip_version') === 4n && (ra !== '' || addressing !== '')) {
    refuse('ipv6_ra_mode and ipv6_address_mode are not supported for ipv4.');
  }
  if (typeof ra === 'string' && typeof addressing === 'string' && ra !== '' && addressing !== '' && ra !== addressing) {
    refuse('When both ipv6_ra_mode and ipv6_address_mode are set, they must be equal.');
  }
  const gateway = properties.get('gateway_ip') ?? '';
  if (isCall(gateway) || typeof gateway !== 'string' || gateway === '' || gateway === '~') return;
  if (parseAddress(gateway) === undefined) refuse(`Gateway IP address "${gateway}" is in invalid format.`);
}

export default resource('OS::Neutron::Subnet', {
  description: 'A range of addresses on a network.',
  properties: {
    network_id: string('Old name of network.')
      .finds('neutron.network')
      .status(renamedTo('network', '5.0.0', '2014.2')),
    network: string('Name or id of its network.').required().finds('neutron.network').supportedSince('2014.2'),
    subnetpool: string('Name or id of the pool to take its range from.')
      .finds('neutron.subnetpool')
      .supportedSince('6.0.0'),
    prefixlen: integer('How long a prefix to take from the pool.').constraints(range(0)).supportedSince('6.0.0'),
    cidr: string('Its range.').constraints(custom('net_cidr')),
    value_specs: map('More parameters of the request.', { update: true }).default({}),
    name: string('Its name; default the physical name.', { update: true }),
    ip_version: integer('4 or 6.').default(4).constraints(allowedValues(4, 6)),
    dns_nameservers: list('Addresses of DNS servers.', { update: true }).default([]),
    gateway_ip: string("Its gateway's address; null or empty for none; default the first of the range.", {
      update: true,
    }),
    enable_dhcp: boolean('Whether addresses are told by DHCP.', { update: true }).default(true),
    allocation_pools: list('Ranges to give addresses from.', { update: true }).of(
      map().with({ start: address(), end: address() }),
    ),
    tenant_id: string('The project that shall own it; for administrators only.'),
    host_routes: list('Routes that hosts are told of.', { update: true }).of(
      map().with({ destination: string().required().constraints(custom('net_cidr')), nexthop: address() }),
    ),
    ipv6_ra_mode: string('How routers are advertised.')
      .constraints(allowedValues(...modes))
      .supportedSince('2015.1'),
    ipv6_address_mode: string('How addresses are assigned.')
      .constraints(allowedValues(...modes))
      .supportedSince('2015.1'),
    segment: string('Name or id of its segment.', { update: true })
      .finds('neutron.segment')
      .status({ ...since('11.0.0'), previous: since('9.0.0') }),
    tags: list('Its tags.', { update: true }).of(string()).supportedSince('9.0.0'),
  },
  attributes: {
    name: attribute('Its name.', { type: 'string' }),
    network_id: attribute('Id of its network.', { type: 'string' }),
    tenant_id: attribute('The project that owns it.', { type: 'string' }),
    allocation_pools: attribute('Ranges that addresses are given from.', { type: 'list' }),
    gateway_ip: attribute("Its gateway's address.", { type: 'string' }),
    host_routes: attribute('Routes that hosts are told of.', { type: 'list' }),
    ip_version: attribute('4 or 6.', { type: 'string' }),
    cidr: attribute('Its range.', { type: 'string' }),
    dns_nameservers: attribute('Addresses of DNS servers.', { type: 'list' }),
    enable_dhcp: attribute('Whether addresses are told by DHCP.', { type: 'string' }),
  },
  translate: properties => withNewName(properties, 'network', 'network_id'),
  validate,
  life: thingLife({
    key: 'subnet',
    path: '/v2.0/subnets',
    body,
    isUnique: posted => present(posted.get('cidr')),
    ready: immediately,
    changing: { ...rules, put },
    // A range can be taken once on a network, and all of its subnets are of one pool or of none.
    prepareReplace: change =>
      staysSame(change, 'network') &&
      (staysSame(change, 'cidr') || poolOf(change.before.properties) !== poolOf(change.after))
        ? 'first'
        : undefined,
  }),
  show: live => live.data,
});
