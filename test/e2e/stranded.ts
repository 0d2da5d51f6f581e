/**
 * Updates that no cloud can do, and that no preview foresees: a subnet shall go, or have another range, while a port or
 * server stays that is on its network without saying in which subnet. Neutron chose one, and its addresses stay with
 * it; taking the subnet away is refused (409 SubnetInUse), here as in Heat.
 */
import type { Draft, Json } from '../sim/drafts.ts';

/** True where something of the first template may be left in a subnet that the second one takes away. */
export function strands(before: readonly Draft[], after: readonly Draft[]): boolean {
  const going = before.filter(draft => draft.type === 'OS::Neutron::Subnet' && goes(draft, after));
  const networks = new Set(going.map(({ properties }) => JSON.stringify(properties['network'])));
  const staying = before.filter(draft => after.some(({ name, type }) => name === draft.name && type === draft.type));
  return staying.some(draft => placesOf(draft).some(network => networks.has(network)));
}

function goes({ name, type, properties }: Draft, after: readonly Draft[]): boolean {
  const next = after.find(draft => draft.name === name);
  if (next?.type !== type) return true;
  return ['network', 'cidr'].some(key => JSON.stringify(properties[key]) !== JSON.stringify(next.properties[key]));
}

/** The networks that it is on in whatever subnet. */
function placesOf({ type, properties }: Draft): readonly string[] {
  if (type === 'OS::Neutron::Port')
    return properties['fixed_ips'] === undefined ? [JSON.stringify(properties['network'])] : [];
  if (type !== 'OS::Nova::Server') return [];
  const entries = (properties['networks'] ?? []) as readonly Readonly<Record<string, Json>>[];
  return entries.filter(entry => entry['subnet'] === undefined).map(entry => JSON.stringify(entry['network']));
}
