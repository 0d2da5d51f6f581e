/** Tags, quotas, extensions, and the lists that are empty in this cloud. */
import type { Router as PathRouter } from '../router.ts';
import { type Ask, isAdmin, isFields } from '../service.ts';
import type { Table } from '../table.ts';
import { changed, type Desk, defaultQuota } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import type { Owned } from './rows.ts';
import type { NeutronState, Standard } from './state.ts';

export function tagRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const tables: Readonly<Record<string, Table<Standard>>> = {
    networks: state.networks,
    subnets: state.subnets,
    ports: state.ports,
    routers: state.routers,
    floatingips: state.floatingIps,
    'security-groups': state.groups,
    subnetpools: state.pools,
    trunks: state.trunks,
  } satisfies Record<string, unknown> as Readonly<Record<string, Table<Standard>>>;
  for (const [collection, table] of Object.entries(tables)) {
    const path = `/v2.0/${collection}/:id/tags`;
    const find = (ask: Ask, id: string): Standard => {
      const row = table.get(id);
      if (row !== undefined && desk.sees(ask, row)) return row;
      const name = collection.replaceAll('-', '_');
      throw new NeutronError(404, 'TagResourceNotFound', `Resource ${name} ${id} could not be found.`);
    };
    const having = (row: Standard, tag: string): void => {
      if (!row.tags.includes(tag)) throw new NeutronError(404, 'TagNotFound', `Tag ${tag} could not be found.`);
    };
    const put = (ask: Ask, row: Standard, tags: readonly string[]): void => {
      table.put(changed(row, { tags: [...new Set(tags)] }, ask.now));
    };
    paths
      .on('GET', path, (ask, { id = '' }) => ({ status: 200, body: { tags: find(ask, id).tags } }))
      .on('PUT', path, (ask, { id = '' }) => {
        const row = find(ask, id);
        const tags = tagsOf(ask.body);
        put(ask, row, tags);
        return { status: 200, body: { tags } };
      })
      .on('DELETE', path, (ask, { id = '' }) => {
        put(ask, find(ask, id), []);
        return { status: 204 };
      })
      .on('GET', `${path}/:tag`, (ask, { id = '', tag = '' }) => {
        having(find(ask, id), tag);
        return { status: 204 };
      })
      .on('PUT', `${path}/:tag`, (ask, { id = '', tag = '' }) => {
        const row = find(ask, id);
        put(ask, row, [...row.tags, tag]);
        return { status: 201, body: 'null', headers: { 'content-type': 'application/json' } };
      })
      .on('DELETE', `${path}/:tag`, (ask, { id = '', tag = '' }) => {
        const row = find(ask, id);
        having(row, tag);
        put(
          ask,
          row,
          row.tags.filter(other => other !== tag),
        );
        return { status: 204 };
      });
  }
}

function tagsOf(body: unknown): string[] {
  const given = isFields(body) ? body['tags'] : undefined;
  if (!Array.isArray(given)) throw refuse.badRequest('Invalid tags body');
  return given.map(String);
}

export function quotaRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const limits = (id: string): Record<string, number> => ({ ...defaultQuota, ...state.quotas.get(id)?.limits });
  const mayRead = (ask: Ask, id: string): void => {
    if (!isAdmin(ask.asker) && ask.asker.projectId !== id) throw refuse.policy('rule:get_quota');
  };
  paths
    .on('GET', '/v2.0/quotas', ask => {
      if (!isAdmin(ask.asker)) throw refuse.policy('rule:get_quota');
      const quotas = state.quotas.all().map(({ id }) => ({ ...limits(id), tenant_id: id, project_id: id }));
      return { status: 200, body: { quotas } };
    })
    .on('GET', '/v2.0/quotas/tenant', ({ asker: { projectId = null } }) => ({
      status: 200,
      body: { tenant: { tenant_id: projectId } },
    }))
    .on('GET', '/v2.0/quotas/:id', (ask, { id = '' }) => {
      mayRead(ask, id);
      return { status: 200, body: { quota: limits(id) } };
    })
    .on('GET', '/v2.0/quotas/:id/default', (ask, { id = '' }) => {
      mayRead(ask, id);
      return { status: 200, body: { quota: defaultQuota } };
    })
    .on('GET', '/v2.0/quotas/:id/details', (ask, { id = '' }) => {
      mayRead(ask, id);
      const details = Object.entries(limits(id)).map(([name, limit]) => [
        name,
        { limit, used: usedOf(state, name, id), reserved: 0 },
      ]);
      return { status: 200, body: { quota: Object.fromEntries(details) as object } };
    })
    .on('PUT', '/v2.0/quotas/:id', (ask, { id = '' }) => {
      if (!isAdmin(ask.asker)) throw refuse.policy('rule:update_quota');
      const given = isFields(ask.body) ? ask.body['quota'] : undefined;
      if (!isFields(given)) throw refuse.badRequest("Unable to find 'quota' in request body");
      const unknown = Object.keys(given).find(name => !(name in defaultQuota));
      if (unknown !== undefined) throw refuse.badRequest(`Unrecognized attribute(s) '${unknown}'`);
      state.quotas.put({ id, limits: { ...state.quotas.get(id)?.limits, ...(given as Record<string, number>) } });
      return { status: 200, body: { quota: limits(id) } };
    })
    .on('DELETE', '/v2.0/quotas/:id', (ask, { id = '' }) => {
      if (!isAdmin(ask.asker)) throw refuse.policy('rule:delete_quota');
      state.quotas.drop(id);
      return { status: 204 };
    });
}

function usedOf(state: NeutronState, name: string, projectId: string): number {
  const tables: Readonly<Record<string, { filter(fits: (row: Owned) => boolean): readonly unknown[] }>> = {
    network: state.networks,
    subnet: state.subnets,
    port: state.ports,
    router: state.routers,
    floatingip: state.floatingIps,
    security_group: state.groups,
    security_group_rule: state.rules,
    subnetpool: state.pools,
    rbac_policy: state.shares,
    trunk: state.trunks,
  };
  return tables[name]?.filter(row => row.project_id === projectId).length ?? 0;
}

/** What there can be in Neutron but never is here. */
const empty = {
  agents: 'agents',
  'address-groups': 'address_groups',
  availability_zones: 'availability_zones',
  flavors: 'flavors',
} as const;

/** The extensions whose attributes and paths are here, by their aliases, with their names. */
const extensions: Readonly<Record<string, string>> = {
  'address-scope': 'Address scope',
  agent: 'agent',
  'allowed-address-pairs': 'Allowed Address Pairs',
  binding: 'Port Binding',
  'default-subnetpools': 'Default Subnetpools',
  'dns-integration': 'DNS Integration',
  'ext-gw-mode': 'Neutron L3 Configurable external gateway mode',
  'external-net': 'Neutron external network',
  extra_dhcp_opt: 'Neutron Extra DHCP options',
  'expose-port-forwarding-in-fip': 'Expose Port Forwarding in FIP',
  extraroute: 'Neutron Extra Route',
  'extraroute-atomic': 'Atomically add/remove extra routes',
  'floating-ip-port-forwarding': 'Floating IP Port Forwarding',
  'fip-port-details': 'Floating IP Port Details Extension',
  metering: 'Neutron Metering',
  'net-mtu': 'Network MTU',
  'net-mtu-writable': 'Network MTU (writable)',
  pagination: 'Pagination support',
  'port-security': 'Port Security',
  'project-id': 'project_id field enabled',
  provider: 'Provider Network',
  qos: 'Quality of Service',
  'qos-bw-limit-direction': 'Direction for QoS bandwidth limit rule',
  'qos-bw-minimum-ingress': 'Ingress direction for QoS minimum bandwidth rule',
  'qos-default': 'QoS default policy',
  'qos-pps-minimum': 'QoS minimum packet rate rule',
  quotas: 'Quota management support',
  quota_details: 'Quota details management support',
  'rbac-address-scope': 'Add address_scope type to RBAC',
  'rbac-policies': 'RBAC Policies',
  'rbac-security-groups': 'Add security_group type to network RBAC',
  'rbac-subnetpool': 'Add subnetpool type to RBAC',
  router: 'Neutron L3 Router',
  'security-group': 'security-group',
  segment: 'Segment',
  sorting: 'Sorting support',
  'standard-attr-description': 'standard-attr-description',
  'standard-attr-revisions': 'Resource revision numbers',
  'standard-attr-tag': 'Tag support for resources with standard attribute: port, subnet, network, router, …',
  'standard-attr-timestamp': 'Resource timestamps',
  'stateful-security-group': 'Stateful security group',
  'subnet-segmentid-writable': 'Subnet SegmentID (Writable)',
  subnet_allocation: 'Subnet Allocation',
  trunk: 'Trunk Extension',
};

export function emptyRoutes(paths: PathRouter): void {
  for (const [path, name] of Object.entries(empty)) {
    paths.on('GET', `/v2.0/${path}`, () => ({ status: 200, body: { [name]: [] } }));
  }
  const view = (alias: string): object => {
    const name = extensions[alias] ?? alias;
    return { name, alias, description: name, updated: '2012-07-20T10:00:00-00:00', links: [] };
  };
  paths
    .on('GET', '/v2.0/extensions', () => ({ status: 200, body: { extensions: Object.keys(extensions).map(view) } }))
    .on('GET', '/v2.0/extensions/:alias', (_ask, { alias = '' }) => {
      if (!(alias in extensions)) throw refuse.noSuchPath();
      return { status: 200, body: { extension: view(alias) } };
    });
}
