/** Neutron's side of what Nova asks (for-nova.ts). */
import type { Beginning } from '../service.ts';
import { changed, type Desk } from './desk.ts';
import { NeutronError } from './errors.ts';
import type { NetworkForNova, NetworkLike, NetworkRefusal, PortLike, PortWanted } from './for-nova.ts';
import { dropPort, putPort } from './ports.ts';
import { isSharedWith } from './sharing.ts';
import type { Network, Port } from './state.ts';

export class NovaDoor implements NetworkForNova {
  readonly #desk: Desk;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  network(id: string, projectId: string, admin: boolean): NetworkLike | undefined {
    const network = this.#desk.state.networks.get(id);
    if (network === undefined) return undefined;
    const seen =
      admin || network.project_id === projectId || this.#isShared(network, projectId) || network['router:external'];
    return seen ? this.#networkLike(network) : undefined;
  }

  networksOf(projectId: string): readonly NetworkLike[] {
    const { networks } = this.#desk.state;
    const own = networks.filter(network => network.project_id === projectId && !this.#isShared(network, projectId));
    const shared = networks.filter(network => this.#isShared(network, projectId) && !network['router:external']);
    return [...own, ...shared].map(network => this.#networkLike(network));
  }

  networkNamed(name: string, projectId: string): readonly NetworkLike[] {
    const seen = this.#desk.state.networks.filter(
      network => network.project_id === projectId || this.#isShared(network, projectId) || network['router:external'],
    );
    return seen.filter(network => network.name === name).map(network => this.#networkLike(network));
  }

  securityGroup(idOrName: string, projectId: string): { readonly id: string; readonly name: string } | undefined {
    const own = this.#desk.state.groups.filter(group => group.project_id === projectId);
    return own.find(({ id }) => id === idOrName) ?? own.find(({ name }) => name === idOrName);
  }

  subnet(id: string): { readonly id: string; readonly cidr: string; readonly ipVersion: 4 | 6 } | undefined {
    const subnet = this.#desk.state.subnets.get(id);
    return subnet && { id, cidr: subnet.cidr, ipVersion: subnet.ip_version };
  }

  port(id: string): PortLike | undefined {
    const port = this.#desk.state.ports.get(id);
    return port && portLike(port);
  }

  portsOfDevice(deviceId: string): readonly PortLike[] {
    return this.#desk.state.portsOfDevice(deviceId).map(portLike);
  }

  createPort(wanted: PortWanted, dice: Beginning): PortLike | NetworkRefusal {
    const network = this.#desk.state.networks.get(wanted.networkId);
    if (network === undefined) {
      const message = `Network ${wanted.networkId} could not be found.`;
      return { refused: { status: 404, type: 'NetworkNotFound', message } };
    }
    const { fixedIp, securityGroups } = wanted;
    try {
      const port = putPort(this.#desk, dice, network, wanted.projectId, {
        ...(fixedIp !== undefined && { fixed_ips: [{ ip_address: fixedIp }] }),
        ...(securityGroups !== undefined && { security_groups: securityGroups }),
      });
      return portLike(port);
    } catch (error) {
      if (!(error instanceof NeutronError)) throw error;
      return { refused: { status: error.status, type: error.type, message: error.message } };
    }
  }

  bindPort(
    id: string,
    device: { readonly id: string; readonly owner: string; readonly host: string; readonly hostname?: string },
    now: number,
  ): void {
    this.#change(id, now, {
      device_id: device.id,
      device_owner: device.owner,
      'binding:host_id': device.host,
      ...(device.hostname !== undefined && { dns_name: device.hostname }),
      status: 'ACTIVE',
    });
  }

  unbindPort(id: string, now: number): void {
    this.#change(id, now, { device_id: '', device_owner: '', dns_name: '', 'binding:host_id': '', status: 'DOWN' });
  }

  deletePort(id: string, now: number): void {
    const port = this.#desk.state.ports.get(id);
    if (port !== undefined) dropPort(this.#desk, port, now);
  }

  floatingOf(portId: string): readonly { readonly floating: string; readonly fixed: string }[] {
    return this.#desk.state
      .floatingOfPort(portId)
      .map(({ floating_ip_address: floating, fixed_ip_address: fixed }) => ({ floating, fixed: fixed ?? '' }));
  }

  #isShared(network: Network, projectId: string): boolean {
    return network.shared || isSharedWith(this.#desk.state, network.id, projectId);
  }

  #networkLike(network: Network): NetworkLike {
    return {
      id: network.id,
      name: network.name,
      projectId: network.project_id,
      shared: network.shared,
      external: network['router:external'],
      subnetIds: this.#desk.state.subnetsOf(network.id).map(({ id }) => id),
    };
  }

  #change(id: string, now: number, fields: Partial<Port>): void {
    const { ports } = this.#desk.state;
    const port = ports.get(id);
    if (port !== undefined) ports.put(changed(port, fields, now));
  }
}

function portLike(port: Port): PortLike {
  return {
    id: port.id,
    name: port.name,
    description: port.description ?? '',
    projectId: port.project_id,
    networkId: port.network_id,
    macAddress: port.mac_address,
    fixedIps: port.fixed_ips.map(fixed => ({ subnetId: fixed.subnet_id, ipAddress: fixed.ip_address })),
    securityGroups: port.security_groups,
    deviceId: port.device_id,
    deviceOwner: port.device_owner,
    status: port.status,
  };
}
