/** Where a network or segment is in the world outside: the kinds there are, and what can be taken only once there. */
import { textIn } from '../../kit/given.ts';
import type { Change } from '../../kit/resource.ts';
import { staysSame } from '../../kit/updates.ts';
import type { ValueMap } from '../../values/value.ts';
import { present } from './network.ts';

export const networkTypes = ['local', 'vlan', 'vxlan', 'gre', 'geneve', 'flat'];

/** True where it says a number, or a physical network that it takes whole: a second one is refused (409). */
export function takesPlace(properties: ValueMap): boolean {
  return present(properties.get('segmentation_id')) || isFlat(properties);
}

/** True where another one would take the same place, so that this one has to go first. */
export function staysInPlace(change: Change): boolean {
  return (
    staysSame(change, 'segmentation_id') ||
    (isFlat(change.before.properties) && isFlat(change.after) && staysSame(change, 'physical_network'))
  );
}

function isFlat(properties: ValueMap): boolean {
  return textIn(properties, 'network_type') === 'flat';
}
