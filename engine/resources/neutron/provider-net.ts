/**
 * OS::Neutron::ProviderNet: a network of which is said where it is in the world outside.
 *
 * Marked, made and changed as OS::Neutron::Net is (thing.ts); what says where it is has other names in Neutron.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { allowedValues, attribute, boolean, custom, list, since, string } from '../../kit/schema.ts';
import { refuse, truthy } from './checks.ts';
import { bodyOf, present } from './network.ts';
import { networkTypes, staysInPlace } from './provider.ts';
import { askedOfNet, netReads } from './reads.ts';
import { thingLife } from './thing.ts';

const rename = {
  network_type: 'provider:network_type',
  physical_network: 'provider:physical_network',
  segmentation_id: 'provider:segmentation_id',
  router_external: 'router:external',
};

/** Heat's words, whatever the type is. */
function validate(properties: ExprMap): void {
  if (!truthy(properties, 'segmentation_id')) return;
  const type = properties.get('network_type');
  if (typeof type === 'string' && type !== 'vlan') refuse('segmentation_id not allowed for flat network type.');
}

export default resource('OS::Neutron::ProviderNet', {
  description: 'A network of which is said where it is in the world outside.',
  since: '2014.1',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    network_type: string('How it is made.', { update: true })
      .required()
      .constraints(allowedValues(...networkTypes)),
    physical_network: string('The name of what it is made on.', { update: true }),
    segmentation_id: string('Its number there.', { update: true }),
    admin_state_up: boolean('Whether it is up, administratively.', { update: true }).default(true),
    shared: boolean('Whether all projects may use it.', { update: true }).default(true),
    port_security_enabled: boolean('Whether security groups and address pairs hold for its ports.', {
      update: true,
    }).supportedSince('8.0.0'),
    router_external: boolean('Whether it is a way out for routers.', { update: true })
      .default(false)
      .supportedSince('6.0.0'),
    tags: list('Its tags.', { update: true }).of(string()).supportedSince('12.0.0'),
    dns_domain: string('The DNS domain of its ports, with a dot at the end.', { update: true })
      .constraints(custom('dns_domain'))
      .supportedSince('15.0.0'),
    availability_zone_hints: list('Availability zones to prefer.', { update: true }).supportedSince('19.0.0'),
    tenant_id: string('The project that shall own it; for administrators only.').supportedSince('24.0.0'),
  },
  attributes: {
    status: attribute('Its status.', { type: 'string' }),
    subnets: attribute('Ids of its subnets.', { type: 'list' }),
    segments: attribute('Its segments.', { type: 'list', support: since('16.0.0') }),
  },
  validate,
  life: thingLife({
    key: 'network',
    path: '/v2.0/networks',
    body: properties => bodyOf(properties, { rename, without: ['tags'] }),
    asked: askedOfNet,
    isUnique: posted => present(posted.get('provider:physical_network')),
    changing: { rename },
    prepareReplace: change => (staysInPlace(change) ? 'first' : undefined),
  }),
  show: live => live.data,
  reads: netReads,
});
