/**
 * OS::Neutron::FloatingIP: an address of an external network, for a port or kept for one.
 *
 * Mark: its description, since it has no name (marks.md: `GET …/floatingips?description=`); the user's own follows
 * (thing.ts). A create that is refused leaves nothing: the address is given back.
 */
import { errors } from '../../kernel/errors.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { isExprMap, ofType, planned, sameThing } from '../../kit/planned.ts';
import type { Change, ChangeSteps, Live } from '../../kit/resource.ts';
import { attribute, custom, map, string } from '../../kit/schema.ts';
import { staysSame } from '../../kit/updates.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { given, renamedTo, withNewName } from './checks.ts';
import { interfacesOf } from './dependencies.ts';
import { bodyOf, type Collection, immediately, present, service, settingStep, wrapped } from './network.ts';
import { thingLife } from './thing.ts';

const floatingIp: Collection = { key: 'floatingip', path: '/v2.0/floatingips' };

/** Both ends of the tie always go together: Neutron takes an address away that a PUT does not name. */
function ends(properties: ValueMap): ValueMap {
  return mapOf(['port_id', 'fixed_ip_address'].map(name => [name, properties.get(name) ?? null] as const));
}

function tie(name: string, body: ValueMap): ChangeSteps {
  const call = (one: string): CloudCall => ({ service, method: 'PUT', path: one, body: wrapped(floatingIp.key, body) });
  return { steps: [settingStep({ name, on: floatingIp, call, change: () => body })] };
}

/** A port's address can have one floating address of a network; a chosen address is there once. */
function letGo(change: Change): ChangeSteps | 'first' | undefined {
  if (staysSame(change, 'floating_ip_address')) return 'first';
  return present(change.before.properties.get('port_id')) ? tie('untie', mapOf([['port_id', null]])) : undefined;
}

function giveBack({ properties }: Live): ChangeSteps | undefined {
  return present(properties.get('port_id')) ? tie('tie', ends(properties)) : undefined;
}

export default resource('OS::Neutron::FloatingIP', {
  description: 'An address of an external network, for a port.',
  properties: {
    floating_network_id: string('Old name of floating_network.')
      .finds('neutron.network')
      .status(renamedTo('floating_network', '5.0.0', '2014.2')),
    floating_network: string('Name or id of the external network.')
      .required()
      .finds('neutron.network')
      .supportedSince('2014.2'),
    floating_subnet: string('Name or id of the subnet to take it from.')
      .finds('neutron.subnet')
      .supportedSince('9.0.0'),
    value_specs: map('More parameters of the request.').default({}),
    port_id: string('Name or id of the port that it is for.', { update: true }).finds('neutron.port'),
    fixed_ip_address: string("Which of the port's addresses it is for.", { update: true }).constraints(
      custom('ip_addr'),
    ),
    floating_ip_address: string('The address itself; for administrators by default.')
      .constraints(custom('ip_addr'))
      .supportedSince('5.0.0'),
    dns_name: string('Its name in DNS.', { update: true }).constraints(custom('rel_dns_name')).supportedSince('7.0.0'),
    dns_domain: string('The domain of that name.', { update: true })
      .constraints(custom('dns_domain'))
      .supportedSince('7.0.0'),
  },
  attributes: {
    router_id: attribute('Id of the router that translates it.', { type: 'string' }),
    tenant_id: attribute('The project that owns it.', { type: 'string' }),
    floating_network_id: attribute('Id of the external network.', { type: 'string' }),
    fixed_ip_address: attribute('The address that it is for.', { type: 'string', cache: 'none' }),
    floating_ip_address: attribute('The address itself.', { type: 'string' }),
    port_id: attribute('Id of the port that it is for.', { type: 'string', cache: 'none' }),
  },
  translate: properties => withNewName(properties, 'floating_network', 'floating_network_id'),
  validate(properties) {
    if (given(properties, 'port_id') || !given(properties, 'fixed_ip_address')) return;
    throw errors.ResourcePropertyDependency({ property: 'fixed_ip_address', needs: 'port_id' });
  },
  /** What gives its network a way to its port: gateways onto that network, and the router's foot in the port's subnet. */
  after(definition, all) {
    const network = planned(definition.properties, 'floating_network', 'floating_network_id');
    const ways = ofType(all, 'OS::Neutron::RouterGateway', 'OS::Neutron::Router').filter(({ properties }) => {
      const gateway = properties.get('external_gateway_info');
      const there = isExprMap(gateway) ? gateway.get('network') : planned(properties, 'network', 'network_id');
      return sameThing(there, network);
    });
    return [...ways, ...interfacesOf(definition.properties.get('port_id'), all)].map(({ name }) => name);
  },
  life: thingLife({
    ...floatingIp,
    nameless: true,
    // Of a port with several addresses Neutron refuses any PUT that does not say which.
    again: properties => (present(properties.get('fixed_ip_address')) ? ends(properties) : emptyMap),
    ready: immediately,
    body: properties =>
      bodyOf(properties, { rename: { floating_network: 'floating_network_id', floating_subnet: 'subnet_id' } }),
    isUnique: posted => present(posted.get('port_id')) || present(posted.get('floating_ip_address')),
    changing: { put: (_differing, { after }) => ends(after) },
    prepareReplace: letGo,
    restorePrevious: giveBack,
  }),
  show: live => live.data,
});
