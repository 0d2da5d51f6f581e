/** Ports: where a device meets a network. */
import { str } from '../python.ts';
import type { Router } from '../router.ts';
import { type Ask, type Beginning, type Fields, isAdmin } from '../service.ts';
import {
  type Attributes,
  boolean,
  dnsText,
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
import { changed, type Desk, standardView, without } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { allocate, type WantedIp } from './ipam.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { dropForwarding } from './forwarding.ts';
import type { FixedIp, Network, Port } from './state.ts';
import { mustBeInNoTrunk } from './trunks.ts';

const vnicTypes = oneOf(
  ...['normal', 'direct', 'macvtap', 'baremetal', 'direct-physical', 'virtio-forwarder', 'smart-nic', 'vdpa'],
  ...['accelerator-direct', 'accelerator-direct-physical', 'remote-managed'],
);

const mac = (value: unknown, attribute: string): string => {
  if (typeof value !== 'string' || !/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(value)) {
    throw refuse.invalid(attribute, `'${str(value)}' is not a valid MAC address`);
  }
  return value.toLowerCase().replaceAll('-', ':');
};

const attributes: Attributes = {
  ...standard,
  tags: { post: true },
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  network_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  admin_state_up: { post: true, put: true, otherwise: true, check: boolean, filter: 'boolean', sort: true },
  mac_address: { post: true, put: true, check: mac, filter: 'text', sort: true },
  fixed_ips: { post: true, put: true, check: listOf(object) },
  device_id: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  device_owner: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  status: { filter: 'text', sort: true },
  allowed_address_pairs: { post: true, put: true, check: listOf(object) },
  dns_name: { post: true, put: true, otherwise: '', check: dnsText },
  dns_assignment: {},
  extra_dhcp_opts: { post: true, put: true, check: listOf(object) },
  ip_allocation: { filter: 'text', sort: true },
  resource_request: {},
  port_security_enabled: { post: true, put: true, check: boolean },
  'binding:vif_type': {},
  'binding:vif_details': {},
  'binding:vnic_type': { post: true, put: true, otherwise: 'normal', check: vnicTypes },
  'binding:host_id': { post: true, put: true, filter: 'text', admin: {} },
  'binding:profile': { post: true, put: true, check: orNull(object), admin: {} },
  qos_policy_id: { post: true, put: true, otherwise: null, check: orNull(uuid) },
  qos_network_policy_id: {},
  security_groups: { post: true, put: true, check: listOf(uuid) },
};

export const portListing: Listing = {
  collection: 'ports',
  kind: 'port',
  attributes,
  special: {
    /** `fixed_ips=ip_address=10.0.0.5`, `fixed_ips=subnet_id=…`; several narrow it further. */
    fixed_ips: (view, wanted) => {
      const fixed = view['fixed_ips'] as readonly FixedIp[];
      return wanted.every(one => {
        const [key = '', value] = one.split(/=(.*)/s);
        const field = key === 'subnet_id' ? 'subnet_id' : 'ip_address';
        return fixed.some(ip =>
          key === 'ip_address_substr' ? ip.ip_address.includes(value ?? '') : ip[field] === value,
        );
      });
    },
    security_groups: (view, wanted) => wanted.some(id => (view['security_groups'] as readonly string[]).includes(id)),
  },
};

/** Ports of these owners belong to a router or a floating IP: they go only with them. */
const serviceOwners = new Set(['network:router_interface', 'network:router_gateway', 'network:floatingip']);

const dnsDomain = 'lab.example.';

export function portRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  router
    .on('POST', '/v2.0/ports', ask => {
      const port = createPort(desk, ask, readCreate(ask, 'port', attributes));
      return { status: 201, body: { port: portView(desk, ask, port) } };
    })
    .on('GET', '/v2.0/ports', ask => {
      const seen = state.ports.filter(port => desk.seesPort(ask, port));
      return listed(ask, portListing, seen, port => portView(desk, ask, port));
    })
    .on('GET', '/v2.0/ports/:id', (ask, { id = '' }) => {
      const port = portView(desk, ask, desk.port(ask, id));
      return { status: 200, body: { port: onlyFields(port, ask.query) } };
    })
    .on('PUT', '/v2.0/ports/:id', (ask, { id = '' }) => {
      const port = updatePort(desk, ask, desk.port(ask, id));
      return { status: 200, body: { port: portView(desk, ask, port) } };
    })
    .on('DELETE', '/v2.0/ports/:id', (ask, { id = '' }) => {
      const port = desk.port(ask, id);
      if (serviceOwners.has(port.device_owner)) {
        throw refuse.conflict(
          'ServicePortInUse',
          `Port ${id} cannot be deleted directly via the port API: has device owner ${port.device_owner}.`,
        );
      }
      mustBeInNoTrunk(desk, id);
      dropPort(desk, port, ask.now);
      return { status: 204 };
    });
}

function createPort(desk: Desk, ask: Ask, fields: Fields): Port {
  const projectId = ownerOf(ask, fields);
  const network = desk.network(ask, String(fields['network_id']));
  desk.checkPolicy(ask, fields);
  if (!desk.sees(ask, network) && !desk.isShared(ask, network)) {
    const message = `Tenant ${projectId} not allowed to create port on this network`;
    throw new NeutronError(403, 'HTTPForbidden', message);
  }
  return putPort(desk, ask, network, projectId, fields);
}

/** A new port, for whoever may make it: the checks are of what it would be, not of who asks. */
export function putPort(desk: Desk, dice: Beginning, network: Network, projectId: string, fields: Fields): Port {
  const { state } = desk;
  desk.within(projectId, 'port', state.ports);
  const address = (fields['mac_address'] as string | undefined) ?? freshMac(desk, dice, network);
  if (state.isMacTaken(network.id, address)) {
    throw refuse.conflict(
      'MacAddressInUse',
      `Unable to complete operation for network ${network.id}. The mac address ${address} is in use.`,
    );
  }
  const owner = String(fields['device_owner'] ?? '');
  const isTrusted = owner.startsWith('network:');
  const security =
    (fields['port_security_enabled'] as boolean | undefined) ?? (!isTrusted && network.port_security_enabled);
  const groups = fields['security_groups'] as readonly string[] | undefined;
  const wanted = fields['fixed_ips'] as readonly WantedIp[] | undefined;
  const fixedIps = allocate(desk, network, address, wanted);
  const host = String(fields['binding:host_id'] ?? '');
  return state.ports.put({
    ...desk.stamp(dice, projectId, fields['description'] ?? ''),
    name: String(fields['name'] ?? ''),
    network_id: network.id,
    mac_address: address,
    admin_state_up: (fields['admin_state_up'] as boolean | undefined) ?? true,
    status: host === '' ? 'DOWN' : 'ACTIVE',
    device_id: String(fields['device_id'] ?? ''),
    device_owner: owner,
    fixed_ips: fixedIps,
    allowed_address_pairs: pairs(fields['allowed_address_pairs'], address),
    extra_dhcp_opts: dhcpOptions(fields['extra_dhcp_opts']),
    security_groups: groups === undefined ? usualGroups(desk, dice, projectId, security) : known(desk, groups),
    port_security_enabled: security,
    qos_policy_id: (fields['qos_policy_id'] as string | null | undefined) ?? null,
    dns_name: String(fields['dns_name'] ?? ''),
    ip_allocation: wanted?.length === 0 ? 'none' : 'immediate',
    'binding:vnic_type': String(fields['binding:vnic_type'] ?? 'normal'),
    'binding:profile': (fields['binding:profile'] as object | null | undefined) ?? {},
    'binding:host_id': host,
  });
}

function usualGroups(desk: Desk, dice: Beginning, projectId: string, security: boolean): string[] {
  return security && projectId !== '' ? [desk.defaultGroup(dice, projectId).id] : [];
}

function known(desk: Desk, groups: readonly string[]): readonly string[] {
  for (const id of groups) {
    if (desk.state.groups.get(id) === undefined) throw refuse.notFound('security_group', id);
  }
  return groups;
}

function freshMac(desk: Desk, dice: Beginning, network: Network): string {
  for (;;) {
    const tail = [...dice.bytes(3)].map(byte => byte.toString(16).padStart(2, '0')).join(':');
    if (!desk.state.isMacTaken(network.id, `fa:16:3e:${tail}`)) return `fa:16:3e:${tail}`;
  }
}

function pairs(given: unknown, own: string): Port['allowed_address_pairs'] {
  const list = (given ?? []) as readonly Fields[];
  return list.map(pair => ({
    mac_address: mac(pair['mac_address'] ?? own, 'allowed_address_pairs'),
    ip_address: String(pair['ip_address']),
  }));
}

function dhcpOptions(given: unknown): object[] {
  const list = (given ?? []) as readonly Fields[];
  return list.filter(option => option['opt_value'] !== null).map(option => ({ ip_version: 4, ...option }));
}

function updatePort(desk: Desk, ask: Ask, port: Port): Port {
  const fields = readUpdate(ask, 'port', attributes);
  desk.mustOwn(ask, port, 'update_port');
  desk.checkPolicy(ask, fields);
  const network = desk.state.networks.get(port.network_id);
  if (network === undefined) throw new Error(`the port ${port.id} has no network`);
  if ('mac_address' in fields && fields['mac_address'] !== port.mac_address && !isAdmin(ask.asker)) {
    throw refuse.policy('(rule:update_port and rule:update_port:mac_address)');
  }
  const next: Record<string, unknown> = { ...without(fields, 'tags') };
  if ('fixed_ips' in fields) {
    const fixedIps = allocate(desk, network, port.mac_address, fields['fixed_ips'] as WantedIp[], port.fixed_ips);
    next['fixed_ips'] = fixedIps;
    next['ip_allocation'] = 'immediate';
  }
  const groups = (fields['security_groups'] ?? port.security_groups) as readonly string[];
  if (fields['port_security_enabled'] === false && groups.length > 0) {
    throw refuse.conflict(
      'PortSecurityPortHasSecurityGroup',
      'Port has security group associated. Cannot disable port security or IP address until security group is removed.',
    );
  }
  if ('security_groups' in fields) known(desk, fields['security_groups'] as readonly string[]);
  if ('allowed_address_pairs' in fields) {
    next['allowed_address_pairs'] = pairs(fields['allowed_address_pairs'], port.mac_address);
  }
  if ('extra_dhcp_opts' in fields) next['extra_dhcp_opts'] = mergedOptions(port, fields['extra_dhcp_opts'] as Fields[]);
  if ('binding:host_id' in fields) next['status'] = fields['binding:host_id'] === '' ? 'DOWN' : 'ACTIVE';
  if (fields['binding:profile'] === null) next['binding:profile'] = {};
  return desk.state.ports.put(changed(port, next, ask.now));
}

/** Options are changed by their name; a value of null takes one away. */
function mergedOptions(port: Port, given: readonly Fields[]): object[] {
  const names = new Set(given.map(option => option['opt_name']));
  const left = port.extra_dhcp_opts.filter(option => !names.has((option as Fields)['opt_name']));
  return [...left, ...dhcpOptions(given)];
}

/** Takes a port away; a floating IP on it becomes free. */
export function dropPort(desk: Desk, port: Port, now: number): void {
  const { floatingIps, ports } = desk.state;
  for (const floating of desk.state.floatingOfPort(port.id)) {
    floatingIps.put(changed(floating, { port_id: null, fixed_ip_address: null, router_id: null, status: 'DOWN' }, now));
  }
  for (const row of desk.state.forwardingsOf(port.id)) dropForwarding(desk, row, now);
  ports.drop(port.id);
}

export function portView(desk: Desk, ask: Ask, port: Port): Fields {
  const names = port.fixed_ips.map(({ ip_address: ip }) => {
    const hostname = port.dns_name === '' ? `host-${ip.replace(/[.:]+/g, '-')}` : port.dns_name;
    return { ip_address: ip, hostname, fqdn: `${hostname}.${dnsDomain}` };
  });
  const bound = port['binding:host_id'] !== '';
  const forAdmins = {
    'binding:vif_type': bound ? 'ovs' : 'unbound',
    'binding:vif_details': bound ? { port_filter: true, ovs_hybrid_plug: false } : {},
    resource_request: null,
  };
  const ofNetwork = desk.state.networks.get(port.network_id)?.qos_policy_id ?? null;
  const view = { ...standardView(port), dns_assignment: names, qos_network_policy_id: ofNetwork };
  if (isAdmin(ask.asker)) return { ...view, ...forAdmins };
  return without(view, 'binding:host_id', 'binding:profile');
}
