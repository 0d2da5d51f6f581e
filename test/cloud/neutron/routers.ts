/** Routers: their gateway to an external network, and their interfaces on subnets. */
import { str } from '../python.ts';
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isAdmin, isFields } from '../service.ts';
import { contains, overlap, parseAddress, parseCidr } from './addresses.ts';
import {
  type Attributes,
  boolean,
  listOf,
  object,
  orNull,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
} from './attributes.ts';
import { changed, type Desk, standardView, without } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { dropPort, putPort } from './ports.ts';
import type { Port, Router, Subnet } from './state.ts';

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  admin_state_up: { post: true, put: true, otherwise: true, check: boolean, filter: 'boolean', sort: true },
  status: { sort: true },
  external_gateway_info: { post: true, put: true, check: orNull(object) },
  distributed: { post: true, put: true, check: boolean, admin: {} },
  ha: { post: true, put: true, check: boolean, admin: {} },
  routes: { put: true, check: listOf(object) },
  flavor_id: { post: true, sort: true },
  availability_zones: {},
  availability_zone_hints: { post: true, otherwise: [] },
};

export const routerListing: Listing = { collection: 'routers', kind: 'router', attributes };

const interfaceOwner = 'network:router_interface';
const gatewayOwner = 'network:router_gateway';

export function routerRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const find = (ask: Ask, id: string): Router => desk.find(ask, 'router', state.routers, id);
  paths
    .on('POST', '/v2.0/routers', ask => {
      const router = createRouter(desk, ask, readCreate(ask, 'router', attributes));
      return { status: 201, body: { router: routerView(desk, ask, router) } };
    })
    .on('GET', '/v2.0/routers', ask => {
      const seen = state.routers.filter(router => desk.sees(ask, router));
      return listed(ask, routerListing, seen, router => routerView(desk, ask, router));
    })
    .on('GET', '/v2.0/routers/:id', (ask, { id = '' }) => {
      const router = routerView(desk, ask, find(ask, id));
      return { status: 200, body: { router: onlyFields(router, ask.query) } };
    })
    .on('PUT', '/v2.0/routers/:id', (ask, { id = '' }) => {
      const router = updateRouter(desk, ask, find(ask, id));
      return { status: 200, body: { router: routerView(desk, ask, router) } };
    })
    .on('DELETE', '/v2.0/routers/:id', (ask, { id = '' }) => {
      deleteRouter(desk, ask, find(ask, id));
      return { status: 204 };
    })
    .on('GET', '/v2.0/routers/:id/l3-agents', (ask, { id = '' }) => {
      if (!isAdmin(ask.asker)) throw refuse.policy('rule:get_l3-agents');
      find(ask, id);
      return { status: 200, body: { agents: [] } }; // there are none in this cloud
    })
    .on('PUT', '/v2.0/routers/:id/add_router_interface', (ask, { id = '' }) => ({
      status: 200,
      body: addInterface(desk, ask, find(ask, id)),
    }))
    .on('PUT', '/v2.0/routers/:id/remove_router_interface', (ask, { id = '' }) => ({
      status: 200,
      body: removeInterface(desk, ask, find(ask, id)),
    }));
}

export function routerView(desk: Desk, ask: Ask, router: Router): Fields {
  const port = gatewayPort(desk, router);
  const info = router.gateway && { ...router.gateway, external_fixed_ips: port?.fixed_ips ?? [] };
  const hidden = ['gateway', ...(isAdmin(ask.asker) ? [] : ['distributed', 'ha'])];
  return { ...without(standardView(router), ...hidden), external_gateway_info: info, availability_zones: [] };
}

const gatewayPort = (desk: Desk, { id }: Router): Port | undefined =>
  desk.state.portsOfDevice(id).find(port => port.device_owner === gatewayOwner);

const interfaces = (desk: Desk, { id }: Router): Port[] =>
  desk.state.portsOfDevice(id).filter(port => port.device_owner === interfaceOwner);

export function createRouter(desk: Desk, ask: Ask, fields: Fields): Router {
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  desk.within(projectId, 'router', state.routers);
  const router = state.routers.put({
    ...desk.stamp(ask, projectId, fields['description']),
    name: String(fields['name']),
    admin_state_up: fields['admin_state_up'] === true,
    status: 'ACTIVE',
    gateway: null,
    distributed: fields['distributed'] === true,
    ha: fields['ha'] === true,
    availability_zone_hints: fields['availability_zone_hints'] as readonly string[],
    routes: [],
    flavor_id: (fields['flavor_id'] as string | undefined) ?? null,
  });
  return 'external_gateway_info' in fields
    ? setGateway(desk, ask, router, fields['external_gateway_info'], 'create')
    : router;
}

function updateRouter(desk: Desk, ask: Ask, router: Router): Router {
  const fields = readUpdate(ask, 'router', attributes);
  if ('routes' in fields) mustReach(desk, router, fields['routes'] as readonly Fields[]);
  const next = desk.state.routers.put(changed(router, without(fields, 'external_gateway_info'), ask.now));
  return 'external_gateway_info' in fields
    ? setGateway(desk, ask, next, fields['external_gateway_info'], 'update')
    : next;
}

/** Next hops are on networks where the router is. */
export function mustReach(desk: Desk, router: Router, routes: readonly Fields[]): void {
  const ranges = [...interfaces(desk, router), gatewayPort(desk, router)]
    .flatMap(port => port?.fixed_ips ?? [])
    .flatMap(fixed => parseCidr(desk.state.subnets.get(fixed.subnet_id)?.cidr ?? '') ?? []);
  const stray = routes.find(({ nexthop }) => {
    const hop = parseAddress(String(nexthop));
    return hop === undefined || !ranges.some(range => contains(range, hop));
  });
  if (stray === undefined) return;
  const message = `Invalid format for routes: ${str(routes)}, the nexthop is not connected with router`;
  throw new NeutronError(400, 'InvalidRoutes', message);
}

/** Null, or an object without a network, takes the gateway away. */
function setGateway(desk: Desk, ask: Ask, router: Router, given: unknown, doing: 'create' | 'update'): Router {
  const { state } = desk;
  const info = isFields(given) && Object.keys(given).length > 0 ? given : undefined;
  if (info !== undefined) onlyAdminsParts(ask, info, doing);
  const network = info && desk.network(ask, String(info['network_id']));
  if (network !== undefined && !network['router:external']) {
    throw refuse.bad('router', `Network ${network.id} is not an external network`);
  }
  const old = gatewayPort(desk, router);
  const wanted = info?.['external_fixed_ips'] as readonly Fields[] | undefined;
  const same = old !== undefined && old.network_id === network?.id && wanted === undefined;
  if (old !== undefined && !same) {
    if (network?.id !== old.network_id) mustNotCarryFloating(desk, router, old.network_id);
    state.ports.drop(old.id);
  }
  if (network !== undefined && !same) {
    putPort(desk, ask, network, '', {
      device_id: router.id,
      device_owner: gatewayOwner,
      ...(wanted !== undefined && wanted.length > 0 && { fixed_ips: wanted }),
    });
  }
  const snat =
    info?.['enable_snat'] === undefined ? (router.gateway?.enable_snat ?? true) : info['enable_snat'] === true;
  const gateway = network === undefined ? null : { network_id: network.id, enable_snat: snat };
  return state.routers.put(changed(router, { gateway }, ask.now));
}

function onlyAdminsParts(ask: Ask, info: Fields, doing: string): void {
  const special = ['enable_snat', 'external_fixed_ips'].filter(name => name in info);
  if (isAdmin(ask.asker) || special.length === 0) return;
  const rule = `${doing}_router`;
  const parts = ['network_id', ...special].map(name => `rule:${rule}:external_gateway_info:${name}`);
  throw refuse.policy(`(rule:${rule} and (rule:${rule}:external_gateway_info and (${parts.join(' and ')})))`);
}

function mustNotCarryFloating(desk: Desk, router: Router, networkId: string): void {
  if (desk.state.floatingThrough(router.id).length === 0) return;
  throw refuse.conflict(
    'RouterExternalGatewayInUseByFloatingIp',
    `Gateway cannot be updated for router ${router.id}, since a gateway to external network ${networkId} ` +
      'is required by one or more floating IPs.',
  );
}

function deleteRouter(desk: Desk, ask: Ask, router: Router): void {
  const { state } = desk;
  desk.mustOwn(ask, router, 'delete_router');
  const attached = interfaces(desk, router);
  if (attached.length > 0) {
    const ids = attached.map(port => port.id).join(', ');
    throw refuse.conflict('RouterInUse', `Router ${router.id} has ports still attached: ${ids}`);
  }
  for (const port of state.portsOfDevice(router.id)) state.ports.drop(port.id);
  state.routers.drop(router.id);
}

const interfaceBody = (router: Router, port: Port): object => ({
  id: router.id,
  tenant_id: router.project_id,
  port_id: port.id,
  network_id: port.network_id,
  subnet_id: port.fixed_ips[0]?.subnet_id,
  subnet_ids: port.fixed_ips.map(fixed => fixed.subnet_id),
});

/** @throws NeutronError as Neutron checks: what is given, whether it fits the router, whether it is free. */
function addInterface(desk: Desk, ask: Ask, router: Router): object {
  const body = isFields(ask.body) ? ask.body : {};
  const { port_id: portId, subnet_id: subnetId } = body;
  if (portId !== undefined && subnetId !== undefined) {
    throw refuse.bad('router', 'Cannot specify both subnet-id and port-id');
  }
  if (portId !== undefined) return interfaceBody(router, attachPort(desk, ask, router, String(portId)));
  if (subnetId !== undefined) return interfaceBody(router, attachSubnet(desk, ask, router, String(subnetId)));
  throw refuse.bad('router', 'Either subnet_id or port_id must be specified');
}

function attachPort(desk: Desk, ask: Ask, router: Router, id: string): Port {
  const port = desk.port(ask, id);
  if (port.device_id !== '') {
    throw refuse.conflict(
      'PortInUse',
      `Unable to complete operation on port ${id} for network ${port.network_id}. ` +
        `Port already has an attached device ${port.device_id}.`,
    );
  }
  const subnets = port.fixed_ips.flatMap(fixed => desk.state.subnets.get(fixed.subnet_id) ?? []);
  if (subnets.length === 0) throw refuse.bad('router', 'Router port must have at least one fixed IP');
  for (const subnet of subnets) mustFit(desk, router, subnet);
  return desk.state.ports.put(changed(port, { device_id: router.id, device_owner: interfaceOwner }, ask.now));
}

function attachSubnet(desk: Desk, ask: Ask, router: Router, id: string): Port {
  const subnet = desk.subnet(ask, id);
  if (!desk.sees(ask, subnet)) {
    throw refuse.bad(
      'router',
      `Cannot add interface to router because subnet ${id} is not owned by project making the request`,
    );
  }
  if (subnet.gateway_ip === null) throw refuse.bad('router', 'Subnet for router interface must have a gateway IP');
  mustFit(desk, router, subnet);
  const network = desk.state.networks.get(subnet.network_id);
  if (network === undefined) throw new Error(`the subnet ${id} has no network`);
  return putPort(desk, ask, network, router.project_id, {
    device_id: router.id,
    device_owner: interfaceOwner,
    fixed_ips: [{ subnet_id: id, ip_address: subnet.gateway_ip }],
  });
}

function mustFit(desk: Desk, router: Router, subnet: Subnet): void {
  const range = parseCidr(subnet.cidr);
  for (const fixed of desk.state.portsOfDevice(router.id).flatMap(port => port.fixed_ips)) {
    if (fixed.subnet_id === subnet.id) {
      throw refuse.bad('router', `Router already has a port on subnet ${subnet.id}`);
    }
    const other = desk.state.subnets.get(fixed.subnet_id);
    const otherRange = parseCidr(other?.cidr ?? '');
    if (range !== undefined && otherRange !== undefined && overlap(range, otherRange)) {
      throw refuse.bad(
        'router',
        `Cidr ${subnet.cidr} of subnet ${subnet.id} overlaps with cidr ${other?.cidr} of subnet ${other?.id}`,
      );
    }
  }
}

function removeInterface(desk: Desk, ask: Ask, router: Router): object {
  const body = isFields(ask.body) ? ask.body : {};
  const { port_id: portId, subnet_id: subnetId } = body;
  if (portId === undefined && subnetId === undefined) {
    throw refuse.bad('router', 'Either subnet_id or port_id must be specified');
  }
  const port =
    portId === undefined ? bySubnet(desk, ask, router, String(subnetId)) : byPort(desk, router, String(portId));
  if (subnetId !== undefined && !port.fixed_ips.some(fixed => fixed.subnet_id === subnetId)) {
    const message = `Subnet ID ${String(subnetId)} does not match that of port ${port.id}.`;
    throw refuse.conflict('SubnetMismatchForPort', message);
  }
  const subnets = new Set(port.fixed_ips.map(fixed => fixed.subnet_id));
  mustNotBeNeeded(desk, router, subnets);
  dropPort(desk, port, ask.now);
  return interfaceBody(router, port);
}

function byPort(desk: Desk, router: Router, id: string): Port {
  const port = interfaces(desk, router).find(one => one.id === id);
  if (port === undefined) {
    const message = `Router ${router.id} does not have an interface with id ${id}`;
    throw new NeutronError(404, 'RouterInterfaceNotFound', message);
  }
  return port;
}

function bySubnet(desk: Desk, ask: Ask, router: Router, id: string): Port {
  desk.subnet(ask, id);
  const port = interfaces(desk, router).find(one => one.fixed_ips.some(fixed => fixed.subnet_id === id));
  if (port === undefined) {
    const message = `Router ${router.id} has no interface on subnet ${id}`;
    throw new NeutronError(404, 'RouterInterfaceNotFoundForSubnet', message);
  }
  return port;
}

function mustNotBeNeeded(desk: Desk, router: Router, subnets: ReadonlySet<string>): void {
  const refused = (type: string, subnetId: string, by: string): Error =>
    refuse.conflict(
      type,
      `Router interface for subnet ${subnetId} on router ${router.id} cannot be deleted, ` +
        `as it is required by one or more ${by}.`,
    );
  for (const floating of desk.state.floatingThrough(router.id)) {
    const port = desk.state.ports.get(floating.port_id ?? '');
    const fixed = port?.fixed_ips.find(one => one.ip_address === floating.fixed_ip_address);
    if (fixed !== undefined && subnets.has(fixed.subnet_id)) {
      throw refused('RouterInterfaceInUseByFloatingIP', fixed.subnet_id, 'floating IPs');
    }
  }
  for (const { nexthop } of router.routes) {
    const hop = parseAddress(nexthop);
    for (const id of subnets) {
      const range = parseCidr(desk.state.subnets.get(id)?.cidr ?? '');
      if (hop !== undefined && range !== undefined && contains(range, hop)) {
        throw refused('RouterInterfaceInUseByRoute', id, 'routes');
      }
    }
  }
}
