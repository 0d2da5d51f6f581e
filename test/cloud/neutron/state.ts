/**
 * What Neutron knows, as rows that carry its own names for things: a row is what is shown, but for what follows from
 * others (a network's subnets, a group's rules).
 */
import { parseAddress } from './addresses.ts';
import type { Index, Table, Tables } from '../table.ts';
import type {
  AddressScope,
  MeteringLabel,
  MeteringRule,
  QosPolicy,
  QosRule,
  RbacPolicy,
  Segment,
  Standard,
  SubnetPool,
} from './rows.ts';
import type { Forwarding, Trunk } from './links.ts';

export type { Standard };

export interface Network extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly mtu: number;
  readonly status: string;
  readonly shared: boolean;
  readonly 'router:external': boolean;
  readonly is_default: boolean;
  readonly port_security_enabled: boolean;
  readonly qos_policy_id: string | null;
  readonly dns_domain: string;
  readonly availability_zone_hints: readonly string[];
  readonly 'provider:network_type': string;
  readonly 'provider:physical_network': string | null;
  readonly 'provider:segmentation_id': number | null;
}

export interface Pool {
  readonly start: string;
  readonly end: string;
}

export interface Subnet extends Standard {
  readonly name: string;
  readonly network_id: string;
  readonly ip_version: 4 | 6;
  readonly subnetpool_id: string | null;
  readonly segment_id: string | null;
  readonly enable_dhcp: boolean;
  readonly ipv6_ra_mode: string | null;
  readonly ipv6_address_mode: string | null;
  readonly gateway_ip: string | null;
  readonly cidr: string;
  readonly allocation_pools: readonly Pool[];
  readonly host_routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly dns_nameservers: readonly string[];
  readonly service_types: readonly string[];
}

export interface FixedIp {
  readonly subnet_id: string;
  readonly ip_address: string;
}

export interface Port extends Standard {
  readonly name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly admin_state_up: boolean;
  readonly status: string;
  readonly device_id: string;
  readonly device_owner: string;
  readonly fixed_ips: readonly FixedIp[];
  readonly allowed_address_pairs: readonly { readonly mac_address: string; readonly ip_address: string }[];
  readonly extra_dhcp_opts: readonly object[];
  readonly security_groups: readonly string[];
  readonly port_security_enabled: boolean;
  readonly qos_policy_id: string | null;
  readonly dns_name: string;
  readonly ip_allocation: string;
  readonly 'binding:vnic_type': string;
  readonly 'binding:profile': object;
  readonly 'binding:host_id': string;
}

export interface GatewayInfo {
  readonly network_id: string;
  readonly enable_snat: boolean;
}

export interface Router extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly status: string;
  /** Its addresses are those of the router's port on that network. */
  readonly gateway: GatewayInfo | null;
  readonly distributed: boolean;
  readonly ha: boolean;
  readonly availability_zone_hints: readonly string[];
  readonly routes: readonly { readonly destination: string; readonly nexthop: string }[];
  readonly flavor_id: string | null;
}

export interface FloatingIp extends Standard {
  readonly floating_ip_address: string;
  readonly floating_network_id: string;
  readonly router_id: string | null;
  readonly port_id: string | null;
  readonly fixed_ip_address: string | null;
  readonly status: string;
  readonly qos_policy_id: string | null;
  readonly dns_domain: string;
  readonly dns_name: string;
}

export interface SecurityGroup extends Standard {
  readonly name: string;
  readonly stateful: boolean;
}

export interface Rule extends Standard {
  readonly security_group_id: string;
  readonly ethertype: string;
  readonly direction: string;
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly remote_address_group_id: string | null;
  readonly normalized_cidr: string | null;
  readonly remote_group_id: string | null;
  /** A number that Neutron shows of rules within their group. */
  readonly standardAttrId: number;
}

/** A project's own limits; what is not in it is as by default. */
export interface Quota {
  /** The project's id. */
  readonly id: string;
  readonly limits: Readonly<Record<string, number>>;
}

export class NeutronState {
  readonly networks: Table<Network>;
  readonly subnets: Table<Subnet>;
  readonly ports: Table<Port>;
  readonly routers: Table<Router>;
  readonly floatingIps: Table<FloatingIp>;
  readonly groups: Table<SecurityGroup>;
  readonly rules: Table<Rule>;
  readonly quotas: Table<Quota>;
  readonly scopes: Table<AddressScope>;
  readonly pools: Table<SubnetPool>;
  readonly policies: Table<QosPolicy>;
  readonly qosRules: Table<QosRule>;
  readonly segments: Table<Segment>;
  readonly shares: Table<RbacPolicy>;
  readonly labels: Table<MeteringLabel>;
  readonly labelRules: Table<MeteringRule>;
  readonly trunks: Table<Trunk>;
  readonly forwardings: Table<Forwarding>;
  readonly #subnets: Index<Subnet>;
  readonly #ports: Index<Port>;
  readonly #addresses: Index<Port>;
  /** By subnet: below this no address of its pools is free. Not state, only a short cut to it. */
  readonly #lowestFree = new Map<string, bigint>();
  readonly #macs: Index<Port>;
  readonly #floating: Index<FloatingIp>;
  readonly #rules: Index<Rule>;
  readonly #shares: Index<RbacPolicy>;
  readonly #segments: Index<Segment>;
  readonly #trunks: Index<Trunk>;
  readonly #forwardings: Index<Forwarding>;

  constructor(tables: Tables) {
    this.networks = tables.table('neutron.networks');
    this.subnets = tables.table('neutron.subnets');
    this.ports = tables.table('neutron.ports');
    this.routers = tables.table('neutron.routers');
    this.floatingIps = tables.table('neutron.floatingips');
    this.groups = tables.table('neutron.groups');
    this.rules = tables.table('neutron.rules');
    this.quotas = tables.table('neutron.quotas');
    this.scopes = tables.table('neutron.address_scopes');
    this.pools = tables.table('neutron.subnetpools');
    this.policies = tables.table('neutron.qos_policies');
    this.qosRules = tables.table('neutron.qos_rules');
    this.segments = tables.table('neutron.segments');
    this.shares = tables.table('neutron.rbac_policies');
    this.labels = tables.table('neutron.metering_labels');
    this.labelRules = tables.table('neutron.metering_rules');
    this.trunks = tables.table('neutron.trunks');
    this.forwardings = tables.table('neutron.port_forwardings');
    this.#subnets = this.subnets.index(subnet => [subnet.network_id]);
    // Ids of networks, devices, subnets and groups never meet, so one index leads from each.
    this.#ports = this.ports.index(port => [
      port.network_id,
      ...(port.device_id === '' ? [] : [port.device_id]),
      ...port.fixed_ips.map(fixed => fixed.subnet_id),
      ...port.security_groups,
    ]);
    this.#addresses = this.ports.index(
      port => port.fixed_ips.map(({ subnet_id: id, ip_address: ip }) => `${id} ${ip}`),
      key => this.#freed(key),
    );
    this.#macs = this.ports.index(port => [`${port.network_id} ${port.mac_address}`]);
    this.#floating = this.floatingIps.index(floating => [floating.port_id ?? '', floating.router_id ?? '']);
    this.#rules = this.rules.index(rule => [rule.security_group_id]);
    this.#shares = this.shares.index(share => [share.object_id]);
    this.#segments = this.segments.index(segment => [segment.network_id]);
    this.#trunks = this.trunks.index(trunk => [trunk.port_id, ...trunk.sub_ports.map(sub => sub.port_id)]);
    this.#forwardings = this.forwardings.index(row => [row.floatingip_id, row.internal_port_id]);
  }

  subnetsOf(networkId: string): Subnet[] {
    return this.#subnets.all(networkId);
  }

  portsOn(networkId: string): Port[] {
    return this.#ports.all(networkId).filter(port => port.network_id === networkId);
  }

  portsOfDevice(deviceId: string): Port[] {
    return this.#ports.all(deviceId).filter(port => port.device_id === deviceId);
  }

  portsIn(subnetId: string): Port[] {
    return this.#ports.all(subnetId).filter(port => port.fixed_ips.some(fixed => fixed.subnet_id === subnetId));
  }

  hasPortInGroup(groupId: string): boolean {
    return this.#ports.all(groupId).some(port => port.security_groups.includes(groupId));
  }

  isAddressTaken(subnetId: string, ip: string): boolean {
    return this.#addresses.has(`${subnetId} ${ip}`);
  }

  /** Where to begin to look for a free address. */
  lowestFree(subnetId: string): bigint {
    return this.#lowestFree.get(subnetId) ?? 0n;
  }

  /** Says that no address of the subnet's pools below this one is free. */
  noneBelow(subnetId: string, value: bigint): void {
    this.#lowestFree.set(subnetId, value);
  }

  isMacTaken(networkId: string, mac: string): boolean {
    return this.#macs.has(`${networkId} ${mac}`);
  }

  floatingOfPort(portId: string): FloatingIp[] {
    return this.#floating.all(portId).filter(floating => floating.port_id === portId);
  }

  floatingThrough(routerId: string): FloatingIp[] {
    return this.#floating.all(routerId).filter(floating => floating.router_id === routerId);
  }

  /** Shares of this thing, of whatever kind. */
  sharesOf(objectId: string): RbacPolicy[] {
    return this.#shares.all(objectId);
  }

  segmentsOf(networkId: string): Segment[] {
    return this.#segments.all(networkId);
  }

  /** Whose parent the port is, or subport. */
  trunkOf(portId: string): Trunk | undefined {
    return this.#trunks.all(portId)[0];
  }

  /** What is forwarded from a floating IP, or to a port. */
  forwardingsOf(id: string): Forwarding[] {
    return this.#forwardings.all(id);
  }

  rulesOf(groupId: string): Rule[] {
    return this.#rules.all(groupId);
  }

  #freed(key: string): void {
    const [subnetId = '', ip = ''] = key.split(' ');
    const value = parseAddress(ip)?.value ?? 0n;
    if (value < this.lowestFree(subnetId)) this.#lowestFree.set(subnetId, value);
  }
}
