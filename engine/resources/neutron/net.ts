/**
 * OS::Neutron::Net: a project's own layer-2 network.
 *
 * Mark: its name; where the user chose one, its description (network.ts). `dhcp_agent_ids` are added one by one; a
 * network that was just made is on no agent, so there is none to take away, and a second add of one is refused with
 * 409 (`POST …/agents/<id>/dhcp-networks`).
 */
import { resource } from '../../kit/declare.ts';
import type { Step } from '../../kit/resource.ts';
import { attribute, boolean, custom, list, map, since, string } from '../../kit/schema.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { writeJson } from '../../values/json.ts';
import { refuseInValueSpecs } from './checks.ts';
import { bodyOf, type Collection, service, settingStep, thingLife } from './network.ts';
import { askedOfNet, netReads } from './reads.ts';

const network: Collection = { key: 'network', path: '/v2.0/networks' };

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

function addAgent(agent: Value, index: number): Step {
  return settingStep({
    name: `dhcp_agent_${index}`,
    on: network,
    call: (_one, { physicalId }) => ({
      service,
      method: 'POST',
      path: `/v2.0/agents/${encodeURIComponent(String(agent))}/dhcp-networks`,
      body: writeJson(mapOf([['network_id', physicalId]])),
    }),
    holds: {
      look: one => ({ service, method: 'GET', path: `${one}/dhcp-agents` }),
      seen: answer => listsAgent(answer, agent),
    },
  });
}

/** True where `{"agents": [{"id": …}]}` has it. */
export function listsAgent(answer: Value, agent: Value): boolean {
  const agents = isMap(answer) ? (answer.get('agents') ?? null) : null;
  return isList(agents) && agents.some(one => isMap(one) && one.get('id') === agent);
}

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
    body: given => bodyOf(given, { rename: { qos_policy: 'qos_policy_id' }, without: ['dhcp_agent_ids', 'tags'] }),
    more: (given: ValueMap) => {
      const agents = given.get('dhcp_agent_ids') ?? null;
      return isList(agents) ? agents.map(addAgent) : [];
    },
    asked: askedOfNet,
  }),
  show: live => live.data,
  reads: netReads,
});
