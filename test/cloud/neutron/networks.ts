/** Networks. */
import type { Router } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import {
  type Attributes,
  boolean,
  dnsText,
  integer,
  orNull,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
  uuid,
} from './attributes.ts';
import { changed, type Desk, standardView, without } from './desk.ts';
import { refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { placeOf, saidOf } from './places.ts';
import { putSegment } from './segments.ts';
import { dropShares, followFlags, mustStrandNobody } from './sharing.ts';
import type { Network, Subnet } from './state.ts';

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  subnets: {},
  admin_state_up: { post: true, put: true, otherwise: true, check: boolean, filter: 'boolean', sort: true },
  status: { filter: 'text', sort: true },
  shared: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean', admin: { unless: false } },
  ipv4_address_scope: {},
  ipv6_address_scope: {},
  is_default: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean', admin: { unless: false } },
  dns_domain: { post: true, put: true, otherwise: '', check: dnsText },
  'router:external': {
    post: true,
    put: true,
    otherwise: false,
    check: boolean,
    filter: 'boolean',
    admin: { unless: false },
  },
  l2_adjacency: {},
  availability_zones: {},
  availability_zone_hints: { post: true, otherwise: [], sort: true },
  mtu: { post: true, put: true, otherwise: 0, check: integer, filter: 'text', sort: true },
  port_security_enabled: { post: true, put: true, otherwise: true, check: boolean },
  'provider:network_type': { post: true, put: true, check: text(32), filter: 'text', admin: {} },
  'provider:physical_network': { post: true, put: true, check: text(64), filter: 'text', admin: {} },
  'provider:segmentation_id': { post: true, put: true, check: integer, filter: 'text', admin: {} },
  qos_policy_id: { post: true, put: true, otherwise: null, check: orNull(uuid) },
};

export const networkListing: Listing = { collection: 'networks', kind: 'network', attributes };

/** Ports of these owners go with their network. */
const goesAlong = new Set(['network:dhcp', 'network:distributed', 'network:routed']);
const tunnelMtu = 1450;
const flatMtu = 1500;

export function networkRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  router
    .on('POST', '/v2.0/networks', ask => {
      const network = createNetwork(desk, ask, readCreate(ask, 'network', attributes));
      return { status: 201, body: { network: { ...networkView(desk, ask, network), is_default: network.is_default } } };
    })
    .on('GET', '/v2.0/networks', ask => {
      const seen = state.networks.filter(network => desk.seesNetwork(ask, network));
      return listed(ask, networkListing, seen, network => networkView(desk, ask, network));
    })
    .on('GET', '/v2.0/networks/:id', (ask, { id = '' }) => {
      const network = networkView(desk, ask, desk.network(ask, id));
      return { status: 200, body: { network: onlyFields(network, ask.query) } };
    })
    .on('PUT', '/v2.0/networks/:id', (ask, { id = '' }) => {
      const network = desk.network(ask, id);
      const next = updateNetwork(desk, ask, network, readUpdate(ask, 'network', attributes));
      return { status: 200, body: { network: networkView(desk, ask, next) } };
    })
    .on('GET', '/v2.0/networks/:id/dhcp-agents', (ask, { id = '' }) => {
      if (!isAdmin(ask.asker)) throw refuse.policy('rule:get_dhcp-agents');
      desk.network(ask, id);
      return { status: 200, body: { agents: [] } }; // there are none in this cloud
    })
    .on('DELETE', '/v2.0/networks/:id', (ask, { id = '' }) => {
      deleteNetwork(desk, ask, desk.network(ask, id));
      return { status: 204 };
    });
}

export function createNetwork(desk: Desk, ask: Ask, fields: Fields): Network {
  const projectId = ownerOf(ask, fields);
  desk.within(projectId, 'network', desk.state.networks);
  desk.checkPolicy(ask, fields);
  desk.defaultGroup(ask, projectId);
  const place = placeOf(desk, ask, saidOf(fields));
  const usual = place.network_type === 'vxlan' ? tunnelMtu : flatMtu;
  const mtu = fields['mtu'] as number;
  if (mtu > usual) throw refuse.invalidInput(`Requested MTU is too big, maximum is ${usual}`);
  const network = desk.state.networks.put({
    ...(without(fields, 'project_id', 'tenant_id') as unknown as Network),
    ...desk.stamp(ask, projectId, fields['description']),
    status: 'ACTIVE',
    mtu: mtu === 0 ? usual : mtu,
    'provider:network_type': place.network_type,
    'provider:physical_network': place.physical_network,
    'provider:segmentation_id': place.segmentation_id,
  });
  putSegment(desk, ask, network, place);
  followFlags(desk.state, ask, network);
  return network;
}

/** Of its place only a VLAN's number may change. */
function updateNetwork(desk: Desk, ask: Ask, network: Network, fields: Fields): Network {
  const { state } = desk;
  desk.mustOwn(ask, network, 'update_network');
  desk.checkPolicy(ask, fields);
  const { segmentation_id: number, ...rest } = saidOf(fields);
  if (
    [rest.network_type ?? type(network), rest.physical_network ?? on(network)].join() !==
    [type(network), on(network)].join()
  ) {
    throw refuse.invalidInput('Plugin does not support updating provider attributes');
  }
  if (typeof number === 'number' && number !== network['provider:segmentation_id'])
    renumber(desk, ask, network, number);
  const next = state.networks.put(changed(network, fields, ask.now));
  followFlags(state, ask, next);
  mustStrandNobody(state, next);
  return next;
}

const type = (network: Network): string => network['provider:network_type'];
const on = (network: Network): string | null => network['provider:physical_network'];

function renumber(desk: Desk, ask: Ask, network: Network, number: number): void {
  const [segment, ...more] = desk.state.segmentsOf(network.id);
  if (type(network) !== 'vlan') throw refuse.invalidInput('Plugin does not support updating provider attributes');
  if (segment === undefined || more.length > 0) {
    const reason = 'Provider network attributes can be updated only in networks with a single segment.';
    throw refuse.invalidInput(reason);
  }
  const said = { network_type: 'vlan', physical_network: on(network), segmentation_id: number };
  desk.state.segments.put({ ...segment, ...placeOf(desk, ask, said) });
}

/** Who asks sees more or less of it. */
export function networkView(desk: Desk, ask: Ask, network: Network): Fields {
  const subnets = desk.state
    .subnetsOf(network.id)
    .filter(subnet => desk.seesSubnet(ask, subnet) || network['router:external'])
    .map(({ id }) => id)
    .sort();
  const hidden = [
    ...(isAdmin(ask.asker) ? [] : ['provider:network_type', 'provider:physical_network', 'provider:segmentation_id']),
    ...(network['router:external'] ? [] : ['is_default']),
  ];
  return {
    ...without(standardView(network), ...hidden),
    subnets,
    availability_zones: [],
    shared: desk.isShared(ask, network),
    ipv4_address_scope: scopeOf(desk, network, 4),
    ipv6_address_scope: scopeOf(desk, network, 6),
    l2_adjacency: desk.state.segmentsOf(network.id).length <= 1,
  };
}

/** The address scope of the pool that its subnets are from. */
function scopeOf({ state }: Desk, network: Network, version: 4 | 6): string | null {
  const subnet = state.subnetsOf(network.id).find(one => one.ip_version === version && one.subnetpool_id !== null);
  return state.pools.get(subnet?.subnetpool_id ?? '')?.address_scope_id ?? null;
}

function deleteNetwork(desk: Desk, ask: Ask, network: Network): void {
  const { state } = desk;
  desk.mustOwn(ask, network, 'delete_network');
  const ports = state.portsOn(network.id);
  const used = ports.filter(port => !goesAlong.has(port.device_owner));
  if (used.length > 0) {
    throw refuse.conflict(
      'NetworkInUse',
      `Unable to complete operation on network ${network.id}. There are one or more ports still in use on the ` +
        `network, id for these ports is: ${used.map(port => port.id).join(',')}.`,
    );
  }
  for (const port of ports) state.ports.drop(port.id);
  for (const subnet of state.subnetsOf(network.id)) dropSubnet(desk, subnet);
  for (const segment of state.segmentsOf(network.id)) state.segments.drop(segment.id);
  dropShares(state, network.id);
  state.networks.drop(network.id);
}

export function dropSubnet(desk: Desk, subnet: Subnet): void {
  desk.state.subnets.drop(subnet.id);
}
