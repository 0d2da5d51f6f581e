/** What Nova asks of Neutron, as direct calls: the two share one process and one transaction. */

export interface PortLike {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly projectId: string;
  readonly networkId: string;
  readonly macAddress: string;
  readonly fixedIps: readonly { readonly subnetId: string; readonly ipAddress: string }[];
  readonly securityGroups: readonly string[];
  readonly deviceId: string;
  readonly deviceOwner: string;
  readonly status: string;
}

export interface NetworkLike {
  readonly id: string;
  readonly name: string;
  readonly projectId: string;
  readonly shared: boolean;
  readonly external: boolean;
  readonly subnetIds: readonly string[];
}

/** Neutron's own refusal, as a Nova that talks to it would read it. */
export interface NetworkRefusal {
  readonly refused: { readonly status: number; readonly type: string; readonly message: string };
}

export interface PortWanted {
  readonly projectId: string;
  readonly networkId: string;
  readonly fixedIp?: string;
  /** Ids; the project's default group when there are none. */
  readonly securityGroups?: readonly string[];
}

export interface NetworkForNova {
  /** A network that this project may use. */
  network(id: string, projectId: string, admin: boolean): NetworkLike | undefined;
  /** Those that a project's server may be put on: its own, and shared ones that are not external. */
  networksOf(projectId: string): readonly NetworkLike[];
  networkNamed(name: string, projectId: string): readonly NetworkLike[];
  securityGroup(idOrName: string, projectId: string): { readonly id: string; readonly name: string } | undefined;
  subnet(id: string): { readonly id: string; readonly cidr: string; readonly ipVersion: 4 | 6 } | undefined;
  port(id: string): PortLike | undefined;
  portsOfDevice(deviceId: string): readonly PortLike[];
  createPort(
    wanted: PortWanted,
    dice: { readonly now: number; newId(): string; bytes(n: number): Uint8Array },
  ): PortLike | NetworkRefusal;
  /** The port becomes the device's, bound to the host and ACTIVE. */
  bindPort(
    id: string,
    device: { readonly id: string; readonly owner: string; readonly host: string; readonly hostname?: string },
    now: number,
  ): void;
  unbindPort(id: string, now: number): void;
  deletePort(id: string, now: number): void;
  /** Floating addresses of a port, with the fixed address that each stands for. */
  floatingOf(portId: string): readonly { readonly floating: string; readonly fixed: string }[];
}
