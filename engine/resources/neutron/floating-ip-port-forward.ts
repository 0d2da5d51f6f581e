/**
 * OS::Neutron::FloatingIPPortForward: leads one port of a floating address to a port of a machine.
 *
 * It has no mark; of one floating address there is one for each external port and protocol, and another is refused
 * with 400 (keyed.ts). Real Heat sends the properties under their own names, of which Neutron knows two otherwise:
 * `internal_port` is the port's id there, and `internal_port_number` the number.
 */
import { resource } from '../../kit/declare.ts';
import { allowedValues, custom, integer, range, string } from '../../kit/schema.ts';
import { pyEquals } from '../../values/python.ts';
import type { ValueMap } from '../../values/value.ts';
import { interfacesOf } from './dependencies.ts';
import { keyedLife } from './keyed.ts';
import { bodyOf } from './network.ts';
import { noReads } from './reads.ts';

const rules = {
  rename: { internal_port: 'internal_port_id', internal_port_number: 'internal_port' },
  without: ['floating_ip'],
};

/** What is led in from there is led to one place. */
function same(a: ValueMap, b: ValueMap): boolean {
  return ['external_port', 'protocol'].every(name => pyEquals(a.get(name) ?? null, b.get(name) ?? null));
}

const port = (what: string) => integer(what, { update: true }).constraints(range(1, 65535));

export default resource('OS::Neutron::FloatingIPPortForward', {
  description: 'Leads a port of a floating address to a port of a machine.',
  since: '19.0.0',
  properties: {
    internal_ip_address: string("The machine's address.", { update: true }).required().constraints(custom('ip_addr')),
    internal_port_number: port("The machine's port."),
    external_port: port("The floating address's port.").required(),
    internal_port: string('Name or id of the network port that has the address.', { update: true })
      .required()
      .finds('neutron.port'),
    protocol: string('The protocol.', { update: true })
      .required()
      .constraints(allowedValues('tcp', 'udp', 'icmp', 'icmp6', 'sctp', 'dccp')),
    floating_ip: string('The floating address, or its id.').required().resolves('neutron.floating_ip'),
  },
  after: ({ properties }, all) => interfacesOf(properties.get('internal_port'), all).map(({ name }) => name),
  life: {
    ...keyedLife({
      key: 'port_forwarding',
      path: given => `/v2.0/floatingips/${encodeURIComponent(String(given.get('floating_ip') ?? ''))}/port_forwardings`,
      body: given => bodyOf(given, rules),
      same,
      changing: rules,
    }),
    check: () => undefined, // that it is there
    // The machine's side is led to once, too, whatever the floating address.
    prepareReplace: () => 'first',
  },
  reads: noReads,
});
