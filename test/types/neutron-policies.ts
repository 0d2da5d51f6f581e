/**
 * What administrators make of Neutron's: address scopes, subnet pools, provider networks, segments, QoS, shares,
 * metering; and networks, ports and subnets that use them.
 */
import { cannot, made, type Parts, ref, thing, to, type TypeEntry } from './form.ts';

const project: Parts = { project: made('OS::Keystone::Project', {}) };
const policies: Parts = { policy: made('OS::Neutron::QoSPolicy'), other_policy: made('OS::Neutron::QoSPolicy') };
const policed = to(ref('other_policy'), { at: 'qos_policy_id' });
const physnet = { network_type: 'vlan', physical_network: 'physnet1' };
const fixedPlace = cannot('Neutron changes only the number of a VLAN');
const another = 'shown by another entry';

const ranges: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::AddressScope',
    as: 'admin',
    around: project,
    properties: { name: '$stack-scope', ip_version: 4 },
    thing: thing('network', '/v2.0/address-scopes/{id}', 'address_scope'),
    updates: { name: to('$stack-area'), shared: to(true) },
    replaces: { ip_version: to(6), tenant_id: to(ref('project')) },
  },
  {
    type: 'OS::Neutron::SubnetPool',
    as: 'admin',
    around: { ...project, scope: made('OS::Neutron::AddressScope', { ip_version: 4 }) },
    properties: { name: '$stack-pool', prefixes: ['10.140.0.0/16'], tags: ['one'] },
    thing: thing('network', '/v2.0/subnetpools/{id}', 'subnetpool'),
    updates: {
      name: to('$stack-lake'),
      prefixes: to(['10.140.0.0/15']),
      address_scope: to(ref('scope'), { at: 'address_scope_id' }),
      default_quota: to(512),
      default_prefixlen: to(26),
      min_prefixlen: to(20),
      max_prefixlen: to(28),
      is_default: to(true),
      tags: to(['blue', 'green']),
    },
    replaces: { shared: to(true, { with: { address_scope: null, is_default: false } }), tenant_id: to(ref('project')) },
  },
  {
    type: 'OS::Neutron::Subnet',
    about: 'out of a pool',
    around: {
      net: made('OS::Neutron::Net'),
      pool: made('OS::Neutron::SubnetPool', { prefixes: ['10.142.0.0/16'], default_prefixlen: 24 }),
      other_pool: made('OS::Neutron::SubnetPool', { prefixes: ['10.143.0.0/16'], default_prefixlen: 24 }),
    },
    properties: { network: ref('net'), subnetpool: ref('pool'), prefixlen: 26 },
    thing: thing('network', '/v2.0/subnets/{id}', 'subnet'),
    replaces: { prefixlen: to(27), subnetpool: to(ref('other_pool')) },
  },
  {
    type: 'OS::Neutron::Subnet',
    about: 'on a segment',
    as: 'admin',
    around: {
      net: made('OS::Neutron::ProviderNet', { network_type: 'vxlan' }),
      segment: made('OS::Neutron::Segment', { network: ref('net'), network_type: 'vxlan' }),
    },
    properties: { network: ref('net'), cidr: '10.144.0.0/24', segment: ref('segment') },
    thing: thing('network', '/v2.0/subnets/{id}', 'subnet'),
    replaces: cannot(another),
  },
];

const places: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::ProviderNet',
    as: 'admin',
    around: { range: made('OS::Neutron::Subnet', { network: ref('it'), cidr: '10.145.0.0/24' }) },
    properties: { ...physnet, name: '$stack-lane', segmentation_id: '311' },
    thing: thing('network', '/v2.0/networks/{id}', 'network'),
    updates: {
      name: to('$stack-road'),
      network_type: fixedPlace,
      physical_network: fixedPlace,
      segmentation_id: to('312', { at: 'provider:segmentation_id' }),
      admin_state_up: to(false),
      shared: to(false),
      port_security_enabled: to(false),
      router_external: to(true, { at: 'router:external' }),
      tags: to(['blue', 'green']),
      dns_domain: to('garden.example.'),
      availability_zone_hints: cannot('Neutron takes no change of them'),
    },
    replaces: cannot(another),
  },
  {
    type: 'OS::Neutron::ProviderNet',
    about: 'of another project',
    as: 'admin',
    around: project,
    properties: { network_type: 'vxlan', shared: false },
    thing: thing('network', '/v2.0/networks/{id}', 'network'),
    replaces: { tenant_id: to(ref('project')) },
  },
  {
    type: 'OS::Neutron::Segment',
    as: 'admin',
    around: {
      net: made('OS::Neutron::ProviderNet', { ...physnet, segmentation_id: '321' }),
      other: made('OS::Neutron::ProviderNet', { ...physnet, segmentation_id: '322' }),
    },
    properties: { ...physnet, network: ref('net'), segmentation_id: 331, name: 'one', description: 'first' },
    thing: thing('network', '/v2.0/segments/{id}', 'segment'),
    updates: { name: to('two'), description: to('second') },
    replaces: {
      segmentation_id: to(332),
      network: to(ref('other')),
      network_type: to('vxlan', { with: { physical_network: null, segmentation_id: null } }),
    },
  },
];

/** A rule of the policy, of one kind. */
function rule(type: string, kind: string, properties: Parts, updates: NonNullable<TypeEntry['updates']>): TypeEntry {
  return {
    type: `OS::Neutron::${type}`,
    as: 'admin',
    around: policies,
    properties: { policy: ref('policy'), ...properties },
    thing: thing('network', `/v2.0/qos/policies/{policy}/${kind}_rules/{id}`, `${kind}_rule`),
    updates,
    replaces: { policy: to(ref('other_policy')) },
  };
}

const qos: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::QoSPolicy',
    as: 'admin',
    around: { ...project, limit: made('OS::Neutron::QoSDscpMarkingRule', { policy: ref('it'), dscp_mark: 8 }) },
    properties: { name: '$stack-terms', description: 'first' },
    thing: thing('network', '/v2.0/qos/policies/{id}', 'policy'),
    updates: { name: to('$stack-rules'), description: to('second'), shared: to(true) },
    replaces: { tenant_id: to(ref('project')) },
  },
  rule(
    'QoSBandwidthLimitRule',
    'bandwidth_limit',
    { max_kbps: 1000 },
    { max_kbps: to(2000), max_burst_kbps: to(100), direction: to('ingress') },
  ),
  rule('QoSDscpMarkingRule', 'dscp_marking', { dscp_mark: 8 }, { dscp_mark: to(16) }),
  rule(
    'QoSMinimumBandwidthRule',
    'minimum_bandwidth',
    { min_kbps: 10 },
    { min_kbps: to(20), direction: to('ingress') },
  ),
  rule(
    'QoSMinimumPacketRateRule',
    'minimum_packet_rate',
    { min_kpps: 10 },
    { min_kpps: to(20), direction: to('ingress') },
  ),
  {
    type: 'OS::Neutron::Net',
    about: 'with a QoS policy',
    as: 'admin',
    around: policies,
    properties: { qos_policy: ref('policy') },
    thing: thing('network', '/v2.0/networks/{id}', 'network'),
    updates: { qos_policy: policed },
    replaces: cannot(another),
  },
  {
    type: 'OS::Neutron::Port',
    about: 'with a QoS policy',
    as: 'admin',
    around: { ...policies, net: made('OS::Neutron::Net') },
    properties: { network: ref('net'), qos_policy: ref('policy') },
    thing: thing('network', '/v2.0/ports/{id}', 'port'),
    updates: { qos_policy: policed },
    replaces: cannot(another),
    varying: ['mac_address'],
  },
];

const shares: readonly TypeEntry[] = [
  {
    type: 'OS::Neutron::RBACPolicy',
    around: { net: made('OS::Neutron::Net'), other: made('OS::Neutron::Net') },
    properties: {
      object_type: 'network',
      object_id: ref('net'),
      action: 'access_as_shared',
      target_tenant: '00000000000000000000000000000001',
    },
    thing: thing('network', '/v2.0/rbac-policies/{id}', 'rbac_policy'),
    updates: { target_tenant: to('00000000000000000000000000000002') },
    replaces: { object_id: to(ref('other')) },
  },
  {
    type: 'OS::Neutron::RBACPolicy',
    about: 'of a QoS policy',
    as: 'admin',
    around: { ...project, policy: made('OS::Neutron::QoSPolicy') },
    properties: {
      object_type: 'qos_policy',
      object_id: ref('policy'),
      action: 'access_as_shared',
      target_tenant: ref('project'),
    },
    thing: thing('network', '/v2.0/rbac-policies/{id}', 'rbac_policy'),
    replaces: { tenant_id: to(ref('project')) },
  },
  {
    type: 'OS::Neutron::MeteringLabel',
    as: 'admin',
    properties: { name: '$stack-label', description: 'first' },
    thing: thing('network', '/v2.0/metering/metering-labels/{id}', 'metering_label'),
    replaces: { name: to('$stack-mark'), description: to('second'), shared: to(true) },
  },
  {
    type: 'OS::Neutron::MeteringRule',
    as: 'admin',
    around: { label: made('OS::Neutron::MeteringLabel'), other: made('OS::Neutron::MeteringLabel') },
    properties: { metering_label_id: ref('label'), remote_ip_prefix: '10.146.0.0/24' },
    thing: thing('network', '/v2.0/metering/metering-label-rules/{id}', 'metering_label_rule'),
    replaces: {
      remote_ip_prefix: to('10.147.0.0/24'),
      direction: to('egress'),
      excluded: to(true),
      metering_label_id: to(ref('other')),
    },
  },
];

export const neutronPolicyEntries: readonly TypeEntry[] = [...ranges, ...places, ...qos, ...shares];
