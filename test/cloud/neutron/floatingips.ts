/** Floating IPs: addresses of an external network that stand for a port's own, by way of a router. */
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import { parseAddress } from './addresses.ts';
import {
  address,
  type Attributes,
  orNull,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
  uuid,
} from './attributes.ts';
import { changed, type Desk, standardView } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { putPort } from './ports.ts';
import type { FixedIp, FloatingIp, Port } from './state.ts';

const attributes: Attributes = {
  ...standard,
  floating_ip_address: { post: true, check: orNull(address), filter: 'text', sort: true, admin: { unless: null } },
  subnet_id: { post: true, check: orNull(uuid) },
  floating_network_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  router_id: { filter: 'text', sort: true },
  port_id: { post: true, put: true, check: orNull(uuid), filter: 'text' },
  fixed_ip_address: { post: true, put: true, check: orNull(address), filter: 'text', sort: true },
  status: { filter: 'text', sort: true },
  qos_policy_id: { post: true, put: true, otherwise: null, check: orNull(uuid) },
  dns_name: { post: true, otherwise: '', check: text(255) },
  dns_domain: { post: true, otherwise: '', check: text(255) },
  port_details: {},
  port_forwardings: {},
};

export const floatingListing: Listing = { collection: 'floatingips', kind: 'floatingip', attributes };

/** Its address is held by a port of nobody's project. */
const holdingOwner = 'network:floatingip';

export function floatingRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const find = (ask: Ask, id: string): FloatingIp => desk.find(ask, 'floatingip', state.floatingIps, id);
  paths
    .on('POST', '/v2.0/floatingips', ask => {
      const floating = createFloating(desk, ask, readCreate(ask, 'floatingip', attributes));
      return { status: 201, body: { floatingip: floatingView(desk, floating) } };
    })
    .on('GET', '/v2.0/floatingips', ask => {
      const seen = state.floatingIps.filter(floating => desk.sees(ask, floating));
      return listed(ask, floatingListing, seen, floating => floatingView(desk, floating));
    })
    .on('GET', '/v2.0/floatingips/:id', (ask, { id = '' }) => {
      const floating = floatingView(desk, find(ask, id));
      return { status: 200, body: { floatingip: onlyFields(floating, ask.query) } };
    })
    .on('PUT', '/v2.0/floatingips/:id', (ask, { id = '' }) => {
      const floating = updateFloating(desk, ask, find(ask, id));
      return { status: 200, body: { floatingip: floatingView(desk, floating) } };
    })
    .on('DELETE', '/v2.0/floatingips/:id', (ask, { id = '' }) => {
      const { id: known } = find(ask, id);
      mustForwardNothing(desk, known);
      for (const port of state.portsOfDevice(known)) state.ports.drop(port.id);
      state.floatingIps.drop(known);
      return { status: 204 };
    });
}

function floatingView(desk: Desk, floating: FloatingIp): Fields {
  const port = floating.port_id === null ? undefined : desk.state.ports.get(floating.port_id);
  const details = port && {
    name: port.name,
    network_id: port.network_id,
    mac_address: port.mac_address,
    admin_state_up: port.admin_state_up,
    status: port.status,
    device_id: port.device_id,
    device_owner: port.device_owner,
  };
  return { ...standardView(floating), port_details: details ?? null, port_forwardings: forwarded(desk, floating) };
}

function forwarded(desk: Desk, { id }: FloatingIp): Fields[] {
  return desk.state.forwardingsOf(id).map(({ floatingip_id: _floating, description: _said, ...shown }) => shown);
}

/** What forwards ports can neither be tied to one, nor go. @throws NeutronError 409. */
function mustForwardNothing(desk: Desk, id: string): void {
  if (desk.state.forwardingsOf(id).length === 0) return;
  throw refuse.conflict('FipInUseByPortForwarding', `Floating IP ${id} in use by Port Forwarding resources.`);
}

function createFloating(desk: Desk, ask: Ask, fields: Fields): FloatingIp {
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  const network = desk.network(ask, String(fields['floating_network_id']));
  if (!network['router:external']) {
    throw refuse.bad('floatingip', `Network ${network.id} is not a valid external network`);
  }
  desk.checkPolicy(ask, fields);
  desk.within(projectId, 'floatingip', state.floatingIps);
  const stamp = desk.stamp(ask, projectId, fields['description']);
  const wanted = wantedAddress(fields);
  const holder = putPort(desk, ask, network, '', {
    device_id: stamp.id,
    device_owner: holdingOwner,
    ...(wanted && { fixed_ips: [wanted] }),
  });
  const found = holder.fixed_ips.find(({ ip_address: ip }) => parseAddress(ip)?.version === 4);
  if (found === undefined) {
    throw refuse.bad('floatingip', `Network ${network.id} does not contain any IPv4 subnet`);
  }
  const floating: FloatingIp = {
    ...stamp,
    revision_number: 0,
    floating_ip_address: found.ip_address,
    floating_network_id: network.id,
    ...associated(desk, ask, stamp.id, found.ip_address, network.id, fields),
    status: 'DOWN',
    qos_policy_id: (fields['qos_policy_id'] as string | null | undefined) ?? null,
    dns_domain: String(fields['dns_domain']),
    dns_name: String(fields['dns_name']),
  };
  return state.floatingIps.put(floating);
}

function wantedAddress(fields: Fields): Partial<FixedIp> | undefined {
  const ip = fields['floating_ip_address'] as string | null | undefined;
  const subnet = fields['subnet_id'] as string | null | undefined;
  if (ip === undefined || ip === null) return subnet ? { subnet_id: subnet } : undefined;
  return { ip_address: ip, ...(subnet && { subnet_id: subnet }) };
}

function updateFloating(desk: Desk, ask: Ask, floating: FloatingIp): FloatingIp {
  const fields = readUpdate(ask, 'floatingip', attributes);
  desk.checkPolicy(ask, fields);
  const { id, floating_ip_address: ip, floating_network_id: networkId } = floating;
  if (typeof fields['port_id'] === 'string') mustForwardNothing(desk, id);
  const bound =
    'port_id' in fields ? associated(desk, ask, id, ip, networkId, fields) : stillBound(desk, ask, floating);
  return desk.state.floatingIps.put(changed(floating, { ...fields, ...bound, status: 'DOWN' }, ask.now));
}

/** Whatever else is said, what it stands for is looked at again: a port with several addresses must be told which. */
function stillBound(desk: Desk, ask: Ask, { port_id: portId }: FloatingIp): Partial<Association> {
  if (portId !== null) fixedOf(desk.port(ask, portId), null);
  return {};
}

type Association = Pick<FloatingIp, 'port_id' | 'fixed_ip_address' | 'router_id'>;

/**
 * What a floating IP stands for, as a body asks.
 *
 * @throws NeutronError 400 for an address that the port does not have, 404 where no router leads there, 409 where
 * another floating IP stands for it.
 */
function associated(desk: Desk, ask: Ask, id: string, ip: string, networkId: string, fields: Fields): Association {
  const portId = (fields['port_id'] as string | null | undefined) ?? null;
  const wanted = (fields['fixed_ip_address'] as string | null | undefined) ?? null;
  if (portId === null) {
    if (wanted !== null) throw refuse.bad('floatingip', 'fixed_ip_address cannot be specified without a port_id');
    return { port_id: null, fixed_ip_address: null, router_id: null };
  }
  const port = desk.port(ask, portId);
  if (!isAdmin(ask.asker) && port.project_id !== ask.asker.projectId) throw refuse.notFound('port', portId);
  const fixed = fixedOf(port, wanted);
  const other = desk.state
    .floatingOfPort(portId)
    .filter(one => one.fixed_ip_address === fixed.ip_address && one.id !== id)
    .find(one => one.floating_network_id === networkId);
  if (other !== undefined) {
    throw refuse.conflict(
      'FloatingIPPortAlreadyAssociated',
      `Cannot associate floating IP ${ip} (${id}) with port ${portId} using fixed IP ${fixed.ip_address}, ` +
        `as that fixed IP already has a floating IP on external network ${networkId}.`,
    );
  }
  return { port_id: portId, fixed_ip_address: fixed.ip_address, router_id: routerTo(desk, port, fixed, networkId) };
}

function fixedOf(port: Port, wanted: string | null): FixedIp {
  if (wanted !== null) {
    const found = port.fixed_ips.find(fixed => fixed.ip_address === wanted);
    if (found === undefined) throw refuse.bad('floatingip', `Port ${port.id} does not have fixed ip ${wanted}`);
    return found;
  }
  const [only, ...more] = port.fixed_ips.filter(({ ip_address: ip }) => parseAddress(ip)?.version === 4);
  if (only === undefined) {
    throw refuse.bad('floatingip', `Cannot add floating IP to port ${port.id} that has no fixed IPv4 addresses`);
  }
  if (more.length > 0) {
    throw refuse.bad(
      'floatingip',
      `Port ${port.id} has multiple fixed IPv4 addresses.  Must provide a specific IPv4 address when assigning a floating IP`,
    );
  }
  return only;
}

/** Undefined where none leads there. */
export function wayTo({ state }: Desk, fixed: FixedIp, networkId: string): string | undefined {
  const gateway = state.subnets.get(fixed.subnet_id)?.gateway_ip;
  const ways = state
    .portsIn(fixed.subnet_id)
    .filter(one => one.device_owner === 'network:router_interface')
    .filter(one => state.routers.get(one.device_id)?.gateway?.network_id === networkId);
  const usual = ways.find(one => one.fixed_ips.some(({ ip_address: ip }) => ip === gateway));
  return (usual ?? ways[0])?.device_id;
}

/** A router with an interface on the address' subnet and its gateway on the external network. */
function routerTo(desk: Desk, port: Port, fixed: FixedIp, networkId: string): string {
  const way = wayTo(desk, fixed, networkId);
  if (way !== undefined) return way;
  throw new NeutronError(
    404,
    'ExternalGatewayForFloatingIPNotFound',
    `External network ${networkId} is not reachable from subnet ${fixed.subnet_id}.  Therefore, cannot associate ` +
      `Port ${port.id} with a Floating IP.`,
  );
}
