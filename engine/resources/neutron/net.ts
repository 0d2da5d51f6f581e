/**
 * OS::Neutron::Net: a project's own layer-2 network.
 *
 * Mark: its name; where the user chose one, its description (thing.ts). `dhcp_agent_ids` are added one by one; a
 * network that was just made is on no agent, so there is none to take away (agents.ts).
 */
import { resource } from '../../kit/declare.ts';
import { attribute, boolean, custom, list, map, since, string } from '../../kit/schema.ts';
import { addAgents, type Agents, changeAgents } from './agents.ts';
import { refuseInValueSpecs } from './checks.ts';
import { bodyOf, type Collection } from './network.ts';
import { askedOfNet, netReads } from './reads.ts';
import { thingLife } from './thing.ts';

const network: Collection = { key: 'network', path: '/v2.0/networks' };
const rules = { rename: { qos_policy: 'qos_policy_id' } };

const properties = {
  name: string('Its name; default the physical name.', { update: true }),
  value_specs: map('More parameters of the request, e.g. of extensions.', { update: true }).default({}),
  admin_state_up: boolean('Whether it is up, administratively.', { update: true }).default(true),
  tenant_id: string('The project that shall own it; for administrators only.'),
  shared: boolean('Whether all projects may use it; for administrators by default.', { update: true }).default(false),
  dhcp_agent_ids: list('Ids of the DHCP agents that shall serve it; for administrators by default.', { update: true }),
  port_security_enabled: boolean('Whether security groups and address pairs hold for its ports.', {
    update: true,
  }).supportedSince('5.0.0'),
  qos_policy: string('Name or id of its QoS policy.', { update: true })
    .finds('neutron.qos_policy')
    .supportedSince('6.0.0'),
  dns_domain: string('The DNS domain of its ports, with a dot at the end.', { update: true })
    .constraints(custom('dns_domain'))
    .supportedSince('7.0.0'),
  availability_zone_hints: list('Availability zones to prefer.').supportedSince('19.0.0'),
  tags: list('Its tags.', { update: true }).of(string()).supportedSince('9.0.0'),
};

const agents: Agents = {
  of: network,
  property: 'dhcp_agent_ids',
  kind: 'dhcp',
  path: 'dhcp-networks',
  key: 'network_id',
  together: true,
};

export default resource('OS::Neutron::Net', {
  description: "A network of a project's own.",
  properties,
  attributes: {
    status: attribute('Its status.', { type: 'string' }),
    name: attribute('Its name.', { type: 'string' }),
    subnets: attribute('Ids of its subnets.', { type: 'list' }),
    admin_state_up: attribute('Whether it is up, administratively.', { type: 'string' }),
    tenant_id: attribute('The project that owns it.', { type: 'string' }),
    port_security_enabled: attribute('Whether its ports are filtered.', { type: 'boolean', support: since('5.0.0') }),
    mtu: attribute('The largest packet, in bytes.', { type: 'integer', support: since('5.0.0') }),
    qos_policy_id: attribute('Id of its QoS policy.', { type: 'string', support: since('6.0.0') }),
    l2_adjacency: attribute('Whether all of it is one layer-2 network.', { type: 'boolean', support: since('9.0.0') }),
    segments: attribute('Its segments.', { type: 'list', support: since('11.0.0') }),
  },
  validate: given => refuseInValueSpecs(given, Object.keys(properties)),
  life: thingLife({
    ...network,
    body: given => bodyOf(given, { ...rules, without: ['dhcp_agent_ids', 'tags'] }),
    more: given => addAgents(agents, given),
    asked: askedOfNet,
    changing: { ...rules, without: ['dhcp_agent_ids'], first: change => changeAgents(agents, change) },
  }),
  show: live => live.data,
  reads: netReads,
});
