/** Rows of what administrators mostly make: address scopes, pools, QoS, segments, shares, metering. */

/** What every row has. Times in Unix milliseconds. */
export interface Standard {
  readonly id: string;
  readonly project_id: string;
  readonly description: string | null;
  readonly tags: readonly string[];
  readonly revision_number: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What is somebody's. */
export interface Owned {
  readonly id: string;
  readonly project_id: string;
}

export interface AddressScope extends Owned {
  readonly name: string;
  readonly shared: boolean;
  readonly ip_version: 4 | 6;
}

export interface SubnetPool extends Standard {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly ip_version: 4 | 6;
  readonly address_scope_id: string | null;
  readonly default_quota: number | null;
  readonly default_prefixlen: number;
  readonly min_prefixlen: number;
  readonly max_prefixlen: number;
  readonly is_default: boolean;
  readonly shared: boolean;
}

export interface QosPolicy extends Standard {
  readonly name: string;
  readonly shared: boolean;
  readonly is_default: boolean;
}

export interface QosRule {
  readonly id: string;
  readonly qos_policy_id: string;
  /** `bandwidth_limit`, `dscp_marking` … */
  readonly type: string;
  /** What it says, by Neutron's names. */
  readonly says: Readonly<Record<string, number | string>>;
}

/** Every network is made of one at least, which has no name. */
export interface Segment extends Standard {
  readonly name: string | null;
  readonly network_id: string;
  readonly network_type: string;
  readonly physical_network: string | null;
  readonly segmentation_id: number | null;
}

export interface RbacPolicy extends Owned {
  readonly object_type: string;
  readonly object_id: string;
  readonly action: string;
  /** A project's id, or `*`. */
  readonly target_tenant: string;
}

export interface MeteringLabel extends Owned {
  readonly name: string;
  readonly description: string;
  readonly shared: boolean;
}

export interface MeteringRule extends Owned {
  readonly metering_label_id: string;
  readonly direction: string;
  readonly remote_ip_prefix: string;
  readonly excluded: boolean;
}
