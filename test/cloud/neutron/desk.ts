/** What all of Neutron's handlers have in common: who sees and may change what, stamps, quotas, the default group. */
import { type Ask, type Beginning, type Fields, isAdmin } from '../service.ts';
import type { Table } from '../table.ts';
import { type Kind, refuse } from './errors.ts';
import type { Owned, QosPolicy } from './rows.ts';
import { isSharedWith } from './sharing.ts';
import type { Network, NeutronState, Port, Rule, SecurityGroup, Standard, Subnet } from './state.ts';

/** Limits of a project that has none of its own; -1 is none. */
export const defaultQuota: Readonly<Record<string, number>> = {
  network: -1,
  subnet: -1,
  subnetpool: -1,
  port: -1,
  router: -1,
  floatingip: -1,
  rbac_policy: 10,
  security_group: -1,
  security_group_rule: -1,
  trunk: -1,
};

export class Desk {
  readonly state: NeutronState;

  constructor(state: NeutronState) {
    this.state = state;
  }

  /** What a new row begins with. */
  stamp(dice: Beginning, projectId: string, description: unknown = ''): Standard {
    return {
      id: dice.newId(),
      project_id: projectId,
      description: description as string | null,
      tags: [],
      revision_number: 1,
      createdAt: dice.now,
      updatedAt: dice.now,
    };
  }

  sees(ask: Ask, row: Owned): boolean {
    return isAdmin(ask.asker) || row.project_id === ask.asker.projectId;
  }

  seesNetwork(ask: Ask, network: Network): boolean {
    return this.sees(ask, network) || network['router:external'] || this.isShared(ask, network);
  }

  seesSubnet(ask: Ask, subnet: Subnet): boolean {
    const network = this.state.networks.get(subnet.network_id);
    return this.sees(ask, subnet) || (network !== undefined && this.isShared(ask, network));
  }

  /** Its own flag is a share with all. */
  isShared(ask: Ask, row: Owned & { readonly shared: boolean }): boolean {
    return row.shared || isSharedWith(this.state, row.id, ask.asker.projectId ?? '');
  }

  seesShared = (ask: Ask, row: Owned & { readonly shared: boolean }): boolean =>
    this.sees(ask, row) || this.isShared(ask, row);

  /** A policy for whoever uses it on something. @throws NeutronError 404. */
  policy(ask: Ask, id: string): QosPolicy {
    const policy = this.state.policies.get(id);
    if (policy === undefined || !this.seesShared(ask, policy)) throw refuse.notFound('policy', id);
    return policy;
  }

  /** What a body says of a policy, if anything. @throws NeutronError 404. */
  checkPolicy(ask: Ask, { qos_policy_id: id }: Fields): void {
    if (typeof id === 'string') this.policy(ask, id);
  }

  /** Also the owner of a network sees who is on it. */
  seesPort(ask: Ask, port: Port): boolean {
    const network = this.state.networks.get(port.network_id);
    return this.sees(ask, port) || (network !== undefined && this.sees(ask, network));
  }

  /** @throws NeutronError 404 for what is not there, or not for the asker to see. */
  find<T extends Owned>(
    ask: Ask,
    kind: Kind,
    table: Table<T>,
    id: string,
    sees: (ask: Ask, row: T) => boolean = this.seesAny,
  ): T {
    const row = table.get(id);
    if (row === undefined || !sees(ask, row)) throw refuse.notFound(kind, id);
    return row;
  }

  network(ask: Ask, id: string): Network {
    const network = this.state.networks.get(id);
    if (network === undefined || !this.seesNetwork(ask, network)) throw refuse.notFound('network', id);
    return network;
  }

  subnet(ask: Ask, id: string): Subnet {
    const subnet = this.state.subnets.get(id);
    if (subnet === undefined || !this.seesSubnet(ask, subnet)) throw refuse.notFound('subnet', id);
    return subnet;
  }

  port(ask: Ask, id: string): Port {
    const port = this.state.ports.get(id);
    if (port === undefined || !this.seesPort(ask, port)) throw refuse.notFound('port', id);
    return port;
  }

  /** Seen, but somebody else's. @throws NeutronError 403. */
  mustOwn(ask: Ask, row: Owned, rule: string): void {
    if (!this.sees(ask, row)) throw refuse.policy(`rule:${rule}`);
  }

  limit(projectId: string, resource: string): number {
    return this.state.quotas.get(projectId)?.limits[resource] ?? defaultQuota[resource] ?? -1;
  }

  /** @throws NeutronError 409 when one more would be too many. */
  within(projectId: string, resource: string, table: Table<Owned>): void {
    const limit = this.limit(projectId, resource);
    if (limit >= 0 && table.filter(row => row.project_id === projectId).length >= limit) {
      throw refuse.overQuota(resource);
    }
  }

  /** Every project has one group of this name: made when the project first needs any. */
  defaultGroup(dice: Beginning, projectId: string): SecurityGroup {
    const { groups } = this.state;
    const found = groups.filter(group => group.project_id === projectId && group.name === 'default')[0];
    if (found !== undefined) return found;
    const stamp = this.stamp(dice, projectId, 'Default security group');
    const group = groups.put({ ...stamp, name: 'default', stateful: true });
    for (const ethertype of ['IPv4', 'IPv6']) {
      this.putRule(dice, group, { direction: 'ingress', ethertype, remote_group_id: group.id });
      this.putRule(dice, group, { direction: 'egress', ethertype });
    }
    return group;
  }

  /** A rule without any check: those that groups begin with have no description. */
  putRule(dice: Beginning, group: SecurityGroup, fields: Partial<Rule>): Rule {
    const { rules } = this.state;
    return rules.put({
      ...this.stamp(dice, group.project_id, null),
      revision_number: 0,
      security_group_id: group.id,
      ethertype: 'IPv4',
      direction: 'egress',
      protocol: null,
      port_range_min: null,
      port_range_max: null,
      remote_ip_prefix: null,
      remote_address_group_id: null,
      normalized_cidr: null,
      remote_group_id: null,
      standardAttrId: rules.size + 1,
      ...fields,
    });
  }

  private readonly seesAny = (ask: Ask, row: Owned): boolean => this.sees(ask, row);
}

/** A changed row: newer, one revision further. */
export function changed<T extends Standard>(row: T, fields: Partial<T> | Fields, now: number): T {
  return { ...row, ...fields, revision_number: row.revision_number + 1, updatedAt: now };
}

/** In whole seconds. */
const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** A row as it is shown: its project under both names, its times in words. */
export function standardView<T extends Standard>(row: T): Fields {
  const { createdAt, updatedAt, ...rest } = row;
  return { ...rest, tenant_id: row.project_id, created_at: time(createdAt), updated_at: time(updatedAt) };
}

export function without(fields: Fields, ...names: readonly string[]): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
}
