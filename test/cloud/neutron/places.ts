/** Where networks and segments are in the world outside: which kinds there are, and what of them is taken. */
import { str } from '../python.ts';
import type { Beginning, Fields } from '../service.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { Segment } from './rows.ts';

export type Place = Pick<Segment, 'network_type' | 'physical_network' | 'segmentation_id'>;

/** Physical networks on which there may be VLANs, and the numbers of those that are drawn. */
const vlans = { networks: ['physnet1'], first: 100, last: 4000 };
const mostVlans = 4094;

/** A place in words; nothing of it: a tunnel of its own. @throws NeutronError as ML2 checks. */
export function placeOf(desk: Desk, dice: Beginning, said: Partial<Place>): Place {
  const type = said.network_type ?? 'vxlan';
  const [physical, number] = [said.physical_network ?? null, said.segmentation_id ?? null];
  const place = { network_type: type, physical_network: physical, segmentation_id: number };
  const needed = (what: string): Error => refuse.invalidInput(`${what} required for ${type} provider network`);
  const prohibited = (what: string): Error => refuse.invalidInput(`${what} prohibited for ${type} provider network`);
  switch (type) {
    case 'flat':
      if (physical === null) throw needed('physical_network');
      if (number !== null) throw prohibited('segmentation_id');
      return free(desk, place);
    case 'local':
      if (physical !== null) throw prohibited('physical_network');
      if (number !== null) throw prohibited('segmentation_id');
      return place;
    case 'vlan':
      return vlanOf(desk, dice, place);
    case 'vxlan':
      if (physical !== null) throw refuse.invalidInput(`provider:physical_network specified for ${type} network`);
      return number === null ? drawn(desk, dice, place, 1, 65_536) : free(desk, place);
    default:
      throw refuse.invalidInput(`network_type value '${type}' not supported`);
  }
}

function vlanOf(desk: Desk, dice: Beginning, place: Place): Place {
  const { physical_network: physical, segmentation_id: number } = place;
  if (physical === null && number !== null) {
    throw refuse.invalidInput('segmentation_id requires physical_network for VLAN provider network');
  }
  if (physical !== null && !vlans.networks.includes(physical)) {
    throw refuse.invalidInput(`physical_network '${physical}' unknown for VLAN provider network`);
  }
  if (number === null) {
    const on = physical ?? vlans.networks[0] ?? null;
    return drawn(desk, dice, { ...place, physical_network: on }, vlans.first, vlans.last);
  }
  if (number < 1 || number > mostVlans) {
    throw refuse.invalidInput(`segmentation_id out of range (1 through ${mostVlans})`);
  }
  return free(desk, place);
}

function isTaken({ state }: Desk, place: Place): boolean {
  return state.segments
    .all()
    .some(
      one =>
        one.network_type === place.network_type &&
        one.physical_network === place.physical_network &&
        one.segmentation_id === place.segmentation_id,
    );
}

/** @throws NeutronError 409. */
function free(desk: Desk, place: Place): Place {
  if (!isTaken(desk, place)) return place;
  const { network_type: type, physical_network: on, segmentation_id: number } = place;
  if (type === 'flat') {
    const message = `Unable to create the flat network. Physical network ${on} is in use.`;
    throw refuse.conflict('FlatNetworkInUse', message);
  }
  if (type === 'vlan') {
    const message = `Unable to create the network. The VLAN ${number} on physical network ${on} is in use.`;
    throw refuse.conflict('VlanIdInUse', message);
  }
  throw refuse.conflict('TunnelIdInUse', `Unable to create the network. The tunnel ID ${number} is in use.`);
}

/** A number of its own. */
function drawn(desk: Desk, dice: Beginning, place: Place, first: number, last: number): Place {
  const [a = 0, b = 0] = dice.bytes(2);
  const from = (a * 256 + b) % (last - first + 1);
  for (let i = 0; i <= last - first; i++) {
    const segmentation = first + ((from + i) % (last - first + 1));
    const chosen = { ...place, segmentation_id: segmentation };
    if (!isTaken(desk, chosen)) return chosen;
  }
  throw refuse.conflict(
    'NoNetworkAvailable',
    'Unable to create the network. No tenant network is available for allocation.',
  );
}

/** What a network's body says of its place. */
export function saidOf(fields: Fields): Partial<Place> {
  const [type, physical, number] = ['network_type', 'physical_network', 'segmentation_id'].map(
    name => fields[`provider:${name}`] ?? undefined,
  );
  return {
    ...(type !== undefined && { network_type: str(type) }),
    ...(physical !== undefined && { physical_network: str(physical) }),
    ...(number !== undefined && { segmentation_id: Number(number) }),
  };
}
