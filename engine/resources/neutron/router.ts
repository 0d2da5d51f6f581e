/**
 * OS::Neutron::Router: forwards between its interfaces' subnets, and to an external network where it has a gateway.
 *
 * Mark: its name; where the user chose one, its description (thing.ts). The gateway goes with the create call. With
 * `l3_agent_ids` it is set afterwards instead: a router without gateway or interface is on no agent yet, so the agents
 * can be added one by one and none has to be taken away first (agents.ts).
 *
 *   router ─▶ agent 0, agent 1, … ─▶ gateway ─▶ description, tags
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { listIn } from '../../kit/given.ts';
import { isExprList, isExprMap, ofType, planned, sameThing } from '../../kit/planned.ts';
import type { Change, Step } from '../../kit/resource.ts';
import { attribute, boolean, custom, list, map, since, string } from '../../kit/schema.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { addAgents, type Agents, changeAgents } from './agents.ts';
import { conflict, refuse, truthy } from './checks.ts';
import { bodyOf, type Collection, compacted, immediately, service, settingStep, wrapped } from './network.ts';
import { thingLife } from './thing.ts';

const router: Collection = { key: 'router', path: '/v2.0/routers' };

const agents: Agents = {
  of: router,
  property: 'l3_agent_ids',
  kind: 'l3',
  path: 'l3-routers',
  key: 'router_id',
  together: false,
};

/** The gateway as Neutron takes it; null where none is asked for. */
function gatewayOf(properties: ValueMap): Value {
  const asked = properties.get('external_gateway_info') ?? null;
  if (!isMap(asked) || asked.size === 0) return null;
  const gateway = compacted(asked, { network: 'network_id' });
  const ips = isMap(gateway) ? (gateway.get('external_fixed_ips') ?? null) : null;
  if (!isMap(gateway) || !isList(ips)) return gateway;
  return mapOf([...gateway, ['external_fixed_ips', ips.map(ip => compacted(ip, { subnet: 'subnet_id' }))]]);
}

function body(properties: ValueMap): ValueMap {
  const posted = bodyOf(properties, { without: ['external_gateway_info', ...apart, 'tags'] });
  const gateway = gatewayOf(properties);
  if (gateway === null || listIn(properties, 'l3_agent_ids').length > 0) return posted;
  return mapOf([['external_gateway_info', gateway], ...posted]);
}

const apart = ['l3_agent_id', 'l3_agent_ids'];

function more(properties: ValueMap): readonly Step[] {
  const added = addAgents(agents, properties);
  const gateway = gatewayOf(properties);
  return added.length === 0 || gateway === null ? added : [...added, setGateway(gateway)];
}

/** No gateway is an empty map to Neutron's PUT. */
function put(differing: Map<string, Value>, { after }: Change): ReadonlyMap<string, Value> {
  if (differing.has('external_gateway_info')) {
    differing.set('external_gateway_info', gatewayOf(after) ?? emptyMap);
  }
  return differing;
}

function setGateway(gateway: Value): Step {
  const change = mapOf([['external_gateway_info', gateway]]);
  return settingStep({
    name: 'gateway',
    on: router,
    call: one => ({ service, method: 'PUT', path: one, body: wrapped('router', change) }),
    change: () => change,
  });
}

/** One agent's old property joins the list. */
function translate(properties: ExprMap): ExprMap {
  const old = properties.get('l3_agent_id');
  if (old === undefined || !truthy(properties, 'l3_agent_id')) return properties;
  const agents = properties.get('l3_agent_ids');
  const moved = new Map(properties).set('l3_agent_ids', [...(isExprList(agents) ? agents : []), old]);
  moved.delete('l3_agent_id');
  return moved;
}

function validate(properties: ExprMap): void {
  const agents = properties.get('l3_agent_ids');
  const distributed = properties.get('distributed') === true;
  const ha = properties.get('ha') === true;
  if (distributed && truthy(properties, 'l3_agent_ids')) conflict('distributed', 'l3_agent_id/l3_agent_ids');
  if (ha && distributed) conflict('distributed', 'ha');
  if (!ha && isExprList(agents) && agents.length > 1) refuse('Non HA routers can only have one L3 agent.');
}

export default resource('OS::Neutron::Router', {
  description: 'Forwards between subnets, and to an external network.',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    external_gateway_info: map('Its way out.', { update: true }).with({
      network: string('Name or id of the external network.', { update: true }).required().resolves('neutron.network'),
      enable_snat: boolean('Whether addresses are translated; for administrators by default.', { update: true }),
      external_fixed_ips: list('Addresses of its own there.', { update: true })
        .of(
          map().with({
            ip_address: string('The address.').constraints(custom('ip_addr')),
            subnet: string('Name or id of the subnet it is of.').finds('neutron.subnet'),
          }),
        )
        .supportedSince('6.0.0'),
    }),
    value_specs: map('More parameters of the request.', { update: true }).default({}),
    admin_state_up: boolean('Whether it is up, administratively.', { update: true }).default(true),
    l3_agent_id: string('Old form of l3_agent_ids.', { update: true }).status({
      status: 'HIDDEN',
      version: '6.0.0',
      previous: {
        status: 'DEPRECATED',
        version: '2015.1',
        message: 'Use property l3_agent_ids.',
        previous: since('2014.1'),
      },
    }),
    l3_agent_ids: list('Ids of the L3 agents that shall serve it; for administrators by default.', { update: true })
      .of(string())
      .supportedSince('2015.1'),
    distributed: boolean('Whether it is distributed; for administrators by default.').supportedSince('2015.1'),
    ha: boolean('Whether it is highly available; for administrators by default.').supportedSince('2015.1'),
    availability_zone_hints: list('Availability zones to prefer.', { update: true }).supportedSince('19.0.0'),
    tags: list('Its tags.', { update: true }).of(string()).supportedSince('9.0.0'),
    tenant_id: string('The project that shall own it; for administrators only.').supportedSince('24.0.0'),
  },
  attributes: {
    status: attribute('Its status.', { type: 'string' }),
    external_gateway_info: attribute('Its way out.', { type: 'map' }),
    name: attribute('Its name.', { type: 'string' }),
    admin_state_up: attribute('Whether it is up, administratively.', { type: 'string' }),
    tenant_id: attribute('The project that owns it.', { type: 'string' }),
  },
  translate,
  validate,
  after(definition, all) {
    const gateway = definition.properties.get('external_gateway_info');
    const network = isExprMap(gateway) ? gateway.get('network') : undefined;
    return ofType(all, 'OS::Neutron::Subnet')
      .filter(subnet => sameThing(planned(subnet.properties, 'network', 'network_id'), network))
      .map(subnet => subnet.name);
  },
  life: thingLife({
    ...router,
    body,
    more,
    changing: { without: apart, put, first: change => changeAgents(agents, change), ready: immediately },
  }),
  show: live => live.data,
});
