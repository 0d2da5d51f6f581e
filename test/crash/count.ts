/** Counting what the stacks say they have against what the cloud has. */
import type { Thing } from './cloud-state.ts';

/** A resource that is to be there, as the API shows it. */
export interface Claim {
  /** `stack.resource`. */
  readonly name: string;
  readonly type: string;
  /** Empty where it is not complete. */
  readonly physicalId: string;
  /** Of an attachment: its server. */
  readonly server?: string;
}

export interface Counted {
  /** In words: things that nobody claims. */
  readonly extra: readonly string[];
  /** In words: what is claimed or needed and is not there. */
  readonly missing: readonly string[];
}

const kindOf: Readonly<Record<string, Thing['kind']>> = {
  'OS::Neutron::Net': 'network',
  'OS::Neutron::Subnet': 'subnet',
  'OS::Neutron::Port': 'port',
  'OS::Nova::Server': 'server',
  'OS::Cinder::Volume': 'volume',
};

/**
 * @param things what the stacks' owner has in the cloud, other owners' things and those of before left out
 */
export function countThings(claims: readonly Claim[], things: readonly Thing[]): Counted {
  const byId = new Map(things.map(thing => [thing.id, thing]));
  const taken = new Set<string>();
  const missing: string[] = [];
  for (const claim of claims) {
    const { name, type, physicalId } = claim;
    const thing = byId.get(type === 'OS::Cinder::VolumeAttachment' ? (claim.server ?? '') : physicalId);
    if (type === 'OS::Cinder::VolumeAttachment') {
      if (thing?.volumes.includes(physicalId) !== true) missing.push(`${name}: the volume is not on its server`);
    } else if (thing === undefined || thing.kind !== kindOf[type]) missing.push(`${name} (${type}) is not there`);
    else if (taken.has(physicalId)) missing.push(`${name} is another resource's ${thing.kind}`);
    else taken.add(physicalId);
  }
  for (const { id } of things.filter(thing => thing.kind === 'server' && taken.has(thing.id))) {
    const ports = things.filter(thing => thing.kind === 'port' && thing.device === id);
    if (ports.length === 0) missing.push(`server ${id} has no port`);
    const own = ports.find(port => !taken.has(port.id));
    // One port each: Nova's, the server's own, or a resource.
    if (own !== undefined && ports.length === 1) taken.add(own.id);
  }
  const extra = things.filter(({ id }) => !taken.has(id)).map(({ kind, id }) => `${kind} ${id} is nobody's`);
  return { extra, missing };
}
