/**
 * OS::Neutron::Segment: one of the layer-2 domains of which a network is made.
 *
 * Mark: its name; where the user chose one, its description (thing.ts; marks.md: `GET …/segments?name=`).
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { allowedValues, integer, range, string } from '../../kit/schema.ts';
import { given, refuse } from './checks.ts';
import { bodyOf, immediately } from './network.ts';
import { networkTypes, staysInPlace, takesPlace } from './provider.ts';
import { thingLife } from './thing.ts';

const mostVlans = 4094n;

/** What each kind of network needs to be told, and what it must not be (contract: resource-types §3). */
function validate(properties: ExprMap): void {
  const type = properties.get('network_type');
  const named = given(properties, 'physical_network');
  const numbered = given(properties, 'segmentation_id');
  const wanted = (what: string): never => refuse(`${what} is required for ${String(type)} provider network.`);
  const unwanted = (what: string): never => refuse(`${what} is prohibited for ${String(type)} provider network.`);
  if ((type === 'flat' || type === 'vlan') && !named) wanted('physical_network');
  if (type === 'vlan' && !numbered) wanted('segmentation_id');
  if ((type === 'local' || type === 'flat') && numbered) unwanted('segmentation_id');
  if ((type === 'vxlan' || type === 'gre' || type === 'geneve') && named) unwanted('physical_network');
  const number = properties.get('segmentation_id');
  if (type === 'vlan' && typeof number === 'bigint' && number > mostVlans) {
    refuse('Up to 4094 VLAN network segments can exist on each physical_network.');
  }
}

export default resource('OS::Neutron::Segment', {
  description: 'One of the layer-2 domains of which a network is made.',
  since: '9.0.0',
  properties: {
    network: string('Name or id of its network.').required().finds('neutron.network'),
    network_type: string('How it is made.')
      .required()
      .constraints(allowedValues(...networkTypes)),
    physical_network: string('The name of what it is made on.'),
    segmentation_id: integer('Its number there.').constraints(range(1)),
    name: string('Its name; default the physical name.', { update: true }),
    description: string('What it is for.', { update: true }),
  },
  validate,
  life: thingLife({
    key: 'segment',
    path: '/v2.0/segments',
    body: properties => bodyOf(properties, { rename: { network: 'network_id' } }),
    ready: immediately,
    isUnique: takesPlace,
    changing: {},
    prepareReplace: change => (staysInPlace(change) ? 'first' : undefined),
  }),
  show: live => live.data,
});
