/**
 * OS::Neutron::Port: a network interface, for a server or for whoever takes it.
 *
 * Mark: its name; where the user chose one, its description (thing.ts). Tags are posted nowhere: ports answer 201 to
 * a POST with tags and drop them (marks.md), so they are set afterwards like everybody's.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { planned, withSame } from '../../kit/planned.ts';
import { allowedValues, attribute, boolean, custom, list, map, since, string } from '../../kit/schema.ts';
import { conflict, renamedTo, truthy, withNewName, withNewNames } from './checks.ts';
import { changingPort, giveBack, letGo, port, portBody, takesAddress } from './port-calls.ts';
import { askedOfPort, portReads } from './reads.ts';
import { thingLife } from './thing.ts';

function translate(properties: ExprMap): ExprMap {
  return withNewNames(withNewName(properties, 'network', 'network_id'), 'fixed_ips', 'subnet', 'subnet_id');
}

const vnicTypes = ['normal', 'direct', 'macvtap', 'direct-physical', 'baremetal', 'virtio-forwarder', 'smart-nic'];

const properties = {
  name: string('Its name; default the physical name.', { update: true }),
  network_id: string('Old name of network.')
    .finds('neutron.network')
    .status(renamedTo('network', '5.0.0', '2014.2')),
  network: string('Name or id of its network.').required().finds('neutron.network').supportedSince('2014.2'),
  device_id: string('Whose port it is.', { update: true, setByUsers: true }).default(''),
  device_owner: string('What kind of owner that is.', { update: true, setByUsers: true }).default(''),
  fixed_ips: list('Its addresses; default one of each kind that the network has.', { update: true }).of(
    map().with({
      subnet_id: string('Old name of subnet.')
        .finds('neutron.subnet')
        .status({
          ...renamedTo('subnet', '5.0.0', '2014.2'),
          previous: { status: 'DEPRECATED', version: '2014.2 ' }, // as Heat has it
        }),
      subnet: string('Name or id of the subnet.').finds('neutron.subnet').supportedSince('2014.2'),
      ip_address: string('The address.').constraints(custom('ip_addr')),
    }),
  ),
  security_groups: list("Names or ids of its security groups; default the project's own.", {
    update: true,
  }).resolves('neutron.security_group'),
  replacement_policy: string('Whether every update replaces it.', { update: true })
    .default('AUTO')
    .constraints(allowedValues('REPLACE_ALWAYS', 'AUTO'))
    .status({
      status: 'HIDDEN',
      version: '9.0.0',
      previous: { status: 'DEPRECATED', version: '6.0.0', previous: since('2014.2') },
    }),
  dns_name: string('Its name in DNS.', { update: true }).constraints(custom('dns_name')).supportedSince('7.0.0'),
  tags: list('Its tags.', { update: true }).of(string()).supportedSince('9.0.0'),
  value_specs: map('More parameters of the request.', { update: true }).default({}),
  admin_state_up: boolean('Whether it is up, administratively.', { update: true }).default(true),
  mac_address: string('Its MAC address.').constraints(custom('mac_addr')),
  allowed_address_pairs: list('Further addresses that may pass.', { update: true }).of(
    map().with({
      mac_address: string("The MAC address; default the port's.").constraints(custom('mac_addr')),
      ip_address: string('The address, or a range.').required().constraints(custom('ip_or_cidr')),
    }),
  ),
  'binding:vnic_type': string('What kind of interface it is.', { update: true })
    .default('normal')
    .constraints(allowedValues(...vnicTypes))
    .supportedSince('2015.1'),
  port_security_enabled: boolean('Whether security groups and address pairs hold.', {
    update: true,
  }).supportedSince('5.0.0'),
  qos_policy: string('Name or id of its QoS policy.', { update: true })
    .finds('neutron.qos_policy')
    .supportedSince('6.0.0'),
  propagate_uplink_status: boolean("Whether it goes down with its hosts' uplink.", {
    update: true,
  }).supportedSince('15.0.0'),
  no_fixed_ips: boolean('Whether it shall have no address.', { update: true }).default(false).supportedSince('16.0.0'),
};

const networkNames = ['network', 'network_id'] as const;

export default resource('OS::Neutron::Port', {
  description: 'A network interface, for a server or another owner.',
  properties,
  attributes: {
    admin_state_up: attribute('Whether it is up, administratively.', { type: 'string' }),
    device_id: attribute('Whose port it is.', { type: 'string' }),
    device_owner: attribute('What kind of owner that is.', { type: 'string' }),
    fixed_ips: attribute('Its addresses.', { type: 'list' }),
    mac_address: attribute('Its MAC address.', { type: 'string' }),
    name: attribute('Its name.', { type: 'string' }),
    network_id: attribute('Id of its network.', { type: 'string' }),
    security_groups: attribute('Ids of its security groups.', { type: 'list' }),
    status: attribute('Its status.', { type: 'string' }),
    tenant_id: attribute('The project that owns it.', { type: 'string' }),
    allowed_address_pairs: attribute('Further addresses that may pass.', { type: 'list' }),
    subnets: attribute('The subnets of its addresses, whole.', { type: 'list' }),
    port_security_enabled: attribute('Whether it is filtered.', { type: 'boolean', support: since('5.0.0') }),
    qos_policy_id: attribute('Id of its QoS policy.', { type: 'string', support: since('6.0.0') }),
    dns_assignment: attribute('Its names in DNS.', { type: 'map', support: since('7.0.0') }),
    network: attribute('Its network, whole.', { type: 'map', support: since('11.0.0') }),
    propagate_uplink_status: attribute("Whether it goes down with its hosts' uplink.", {
      type: 'boolean',
      support: since('15.0.0'),
    }),
  },
  translate,
  validate(given) {
    if (truthy(given, 'fixed_ips') && truthy(given, 'no_fixed_ips')) conflict('fixed_ips', 'no_fixed_ips');
  },
  /** All subnets of its network: which of them gives it an address is not known. */
  after(definition, all) {
    const network = planned(definition.properties, 'network', 'network_id');
    return withSame(all, 'OS::Neutron::Subnet', networkNames, network).map(subnet => subnet.name);
  },
  life: thingLife({
    ...port,
    body: portBody,
    isUnique: takesAddress,
    asked: askedOfPort,
    changing: changingPort,
    prepareReplace: letGo,
    restorePrevious: giveBack,
  }),
  show: live => live.data,
  reads: portReads,
});
