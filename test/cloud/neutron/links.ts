/** Rows of what ties ports to each other and to floating IPs: trunks, and the ports that are forwarded. */
import type { Standard } from './state.ts';

export interface SubPort {
  readonly port_id: string;
  readonly segmentation_type: string;
  readonly segmentation_id: number;
}

export interface Trunk extends Standard {
  readonly name: string;
  readonly admin_state_up: boolean;
  readonly status: string;
  readonly port_id: string;
  readonly sub_ports: readonly SubPort[];
}

export interface Forwarding {
  readonly id: string;
  readonly floatingip_id: string;
  readonly protocol: string;
  readonly external_port: number;
  readonly internal_port_id: string;
  readonly internal_ip_address: string;
  readonly internal_port: number;
  readonly description: string;
}
