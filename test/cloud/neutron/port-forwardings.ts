/** Port forwarding: one port of a floating IP that leads to a port of a machine behind a router. */
import { repr } from '../python.ts';
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import { address, type Attributes, integer, oneOf, readCreate, readUpdate, text, uuid } from './attributes.ts';
import { changed, type Desk } from './desk.ts';
import { type NeutronError, refuse } from './errors.ts';
import { wayTo } from './floatingips.ts';
import { dropForwarding } from './forwarding.ts';
import type { Forwarding } from './links.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import type { FloatingIp } from './state.ts';

const attributes: Attributes = {
  id: { filter: 'text', sort: true },
  description: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  protocol: {
    post: true,
    put: true,
    required: true,
    check: oneOf('tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'dccp'),
    filter: 'text',
    sort: true,
  },
  external_port: { post: true, put: true, required: true, check: integer, filter: 'number', sort: true },
  internal_port: { post: true, put: true, required: true, check: integer, sort: true },
  internal_port_id: { post: true, put: true, required: true, check: uuid, filter: 'text', sort: true },
  internal_ip_address: { post: true, put: true, check: address, sort: true },
};

const listing: Listing = { collection: 'port_forwardings', kind: 'port_forwarding', attributes };
const path = '/v2.0/floatingips/:floating/port_forwardings';
const bad = (message: string): NeutronError => refuse.bad('port_forwarding', message);

const view = ({ floatingip_id: _floating, ...rest }: Forwarding): Fields => rest;

export function portForwardingRoutes(paths: PathRouter, desk: Desk): void {
  const { forwardings, floatingIps } = desk.state;
  const floatingOf = (ask: Ask, id: string): FloatingIp => desk.find(ask, 'floatingip', floatingIps, id);
  const find = (ask: Ask, floating: string, id: string): Forwarding => {
    const row = forwardings.get(id);
    if (row === undefined || row.floatingip_id !== floatingOf(ask, floating).id) {
      throw refuse.notFound('port_forwarding', id);
    }
    return row;
  };
  paths
    .on('POST', path, (ask, { floating = '' }) => {
      const fields = readCreate(ask, 'port_forwarding', attributes);
      const row = forward(desk, ask, floatingOf(ask, floating), { ...fields, id: ask.newId() });
      return { status: 201, body: { port_forwarding: view(row) } };
    })
    .on('GET', path, (ask, { floating = '' }) => {
      const { id } = floatingOf(ask, floating);
      return listed(ask, listing, desk.state.forwardingsOf(id), view);
    })
    .on('GET', `${path}/:id`, (ask, { floating = '', id = '' }) => {
      const row = view(find(ask, floating, id));
      return { status: 200, body: { port_forwarding: onlyFields(row, ask.query) } };
    })
    .on('PUT', `${path}/:id`, (ask, { floating = '', id = '' }) => {
      const old = find(ask, floating, id);
      const fields = readUpdate(ask, 'port_forwarding', attributes);
      const row = forward(desk, ask, floatingOf(ask, floating), { ...old, ...fields }, old);
      return { status: 200, body: { port_forwarding: view(row) } };
    })
    .on('DELETE', `${path}/:id`, (ask, { floating = '', id = '' }) => {
      dropForwarding(desk, find(ask, floating, id), ask.now);
      return { status: 204 };
    });
}

/**
 * A new one, or an old one changed: the address belongs to the port, a router leads there, and both sides are free.
 *
 * @throws NeutronError 404 for a port that is not there, 400 or 409 for what cannot be.
 */
function forward(desk: Desk, ask: Ask, floating: FloatingIp, fields: Fields, old?: Forwarding): Forwarding {
  const { state } = desk;
  const port = desk.port(ask, String(fields['internal_port_id']));
  if (!isAdmin(ask.asker) && port.project_id !== ask.asker.projectId) throw refuse.notFound('port', port.id);
  const inside = String(fields['internal_ip_address'] ?? port.fixed_ips[0]?.ip_address);
  const row: Forwarding = {
    id: String(fields['id']),
    floatingip_id: floating.id,
    protocol: String(fields['protocol']),
    external_port: Number(fields['external_port']),
    internal_port_id: port.id,
    internal_ip_address: inside,
    internal_port: Number(fields['internal_port']),
    description: String(fields['description'] ?? ''),
  };
  mustBeFree(desk, row, old);
  if (state.floatingOfPort(port.id).length > 0 || floating.port_id !== null) throw taken(floating, row);
  const fixed = port.fixed_ips.find(({ ip_address: ip }) => ip === inside);
  if (fixed === undefined) {
    throw bad(
      `Requested internal IP address ${inside} is not suitable for internal neutron port ${port.id}, ` +
        `as its fixed_ips are ${repr(port.fixed_ips)}`,
    );
  }
  const router = wayTo(desk, fixed, floating.floating_network_id);
  if (router === undefined) {
    throw bad(
      `External network ${floating.floating_network_id} is not reachable from subnet ${fixed.subnet_id}. Cannot set ` +
        `Port forwarding for port ${port.id} with Floating IP ${floating.id}`,
    );
  }
  if (floating.router_id !== null && floating.router_id !== router) {
    throw bad(
      `The Floating IP ${floating.id} had been set on router ${floating.router_id}, the internal Neutron port ` +
        `${port.id} can not reach it`,
    );
  }
  if (floating.router_id === null) state.floatingIps.put(changed(floating, { router_id: router }, ask.now));
  return state.forwardings.put(row);
}

function taken(floating: FloatingIp, row: Forwarding): NeutronError {
  const { id, floating_ip_address: ip } = floating;
  return refuse.conflict(
    'PortHasBindingFloatingIP',
    `Cannot create port forwarding to floating IP ${ip} (${id}) with port ${row.internal_port_id} using fixed IP ` +
      `${row.internal_ip_address}, as that port already has a binding floating IP.`,
  );
}

/** Of one floating IP a port leads to one place, and a place is led to once. */
function mustBeFree(desk: Desk, row: Forwarding, old: Forwarding | undefined): void {
  const others = desk.state.forwardings.filter(({ id, protocol }) => id !== old?.id && protocol === row.protocol);
  const outside = others.some(
    other => other.floatingip_id === row.floatingip_id && other.external_port === row.external_port,
  );
  const inside = others.some(
    other =>
      other.internal_port_id === row.internal_port_id &&
      other.internal_ip_address === row.internal_ip_address &&
      other.internal_port === row.internal_port,
  );
  const collision = (side: string, port: number): NeutronError =>
    bad(
      `There is a port collision with the ${side}. The following ranges collides: ${port}:${port} and ${port}:${port}`,
    );
  if (inside) throw collision('internal_port_range', row.internal_port);
  if (outside) throw collision('external_port_range', row.external_port);
}
