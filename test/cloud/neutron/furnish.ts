/** How a new cloud's network is furnished: `public`, `private` and `router1` between the two. */
import type { Projects } from '../keystone/seed.ts';
import type { Ask, Beginning } from '../service.ts';
import type { Desk } from './desk.ts';
import { createNetwork } from './networks.ts';
import { createRouter } from './routers.ts';
import { putPort } from './ports.ts';
import { createSubnet } from './subnets.ts';

/** As an admin would, with requests of its own making. */
export function furnish(desk: Desk, dice: Beginning, { adminProjectId }: Projects): void {
  const ask: Ask = {
    ...dice,
    newId: () => dice.newId(),
    bytes: n => dice.bytes(n),
    asker: { userId: 'furniture', projectId: adminProjectId, roles: ['admin'] },
    method: 'POST',
    path: '/',
    query: new URLSearchParams(),
    headers: {},
    body: undefined,
    base: '',
  };
  const network = {
    description: '',
    admin_state_up: true,
    is_default: false,
    dns_domain: '',
    availability_zone_hints: [],
  };
  const more = { mtu: 0, port_security_enabled: true, qos_policy_id: null };
  const external = createNetwork(desk, ask, {
    ...network,
    ...more,
    name: 'public',
    shared: false,
    'router:external': true,
    'provider:network_type': 'flat',
    'provider:physical_network': 'public',
  });
  const inner = createNetwork(desk, ask, {
    ...network,
    ...more,
    name: 'private',
    shared: true,
    'router:external': false,
  });
  const subnet = { description: '', ip_version: 4, host_routes: [], ipv6_ra_mode: null, ipv6_address_mode: null };
  createSubnet(desk, ask, {
    ...subnet,
    service_types: [],
    name: 'public-subnet',
    network_id: external.id,
    cidr: '172.24.0.0/16',
    enable_dhcp: false,
    dns_nameservers: [],
  });
  const { id } = createSubnet(desk, ask, {
    ...subnet,
    service_types: [],
    name: 'private-subnet',
    network_id: inner.id,
    cidr: '10.0.0.0/16',
    enable_dhcp: true,
    dns_nameservers: ['10.0.0.2'],
  });
  const router = createRouter(desk, ask, {
    name: 'router1',
    description: '',
    admin_state_up: true,
    availability_zone_hints: [],
    external_gateway_info: { network_id: external.id },
  });
  putPort(desk, ask, inner, adminProjectId, {
    device_id: router.id,
    device_owner: 'network:router_interface',
    fixed_ips: [{ subnet_id: id, ip_address: '10.0.0.1' }],
  });
}
