/**
 * Who may use which type, and where: the types that only an admin may use (contract: rest-api §2.1, resource_types),
 * and those whose service the caller's cloud does not have (§6).
 */
import { errors } from '../kernel/errors.ts';

/** What of a caller decides it. */
export interface TypeAccess {
  readonly isAdmin: boolean;
  /** Types of the services in the caller's catalog; undefined: not known, so that none is missed. */
  readonly services: readonly string[] | undefined;
}

const adminOnly: ReadonlySet<string> = new Set([
  'OS::Blazar::Host',
  'OS::Cinder::EncryptedVolumeType',
  'OS::Cinder::QoSAssociation',
  'OS::Cinder::QoSSpecs',
  'OS::Cinder::Quota',
  'OS::Cinder::VolumeType',
  'OS::Manila::ShareType',
  'OS::Neutron::ProviderNet',
  'OS::Neutron::QoSBandwidthLimitRule',
  'OS::Neutron::QoSDscpMarkingRule',
  'OS::Neutron::QoSMinimumBandwidthRule',
  'OS::Neutron::QoSMinimumPacketRateRule',
  'OS::Neutron::QoSPolicy',
  'OS::Neutron::Quota',
  'OS::Neutron::Segment',
  'OS::Nova::Flavor',
  'OS::Nova::HostAggregate',
  'OS::Nova::Quota',
  'OS::Octavia::AvailabilityZone',
  'OS::Octavia::AvailabilityZoneProfile',
  'OS::Octavia::Flavor',
  'OS::Octavia::FlavorProfile',
  'OS::Octavia::Quota',
]);

/** The rule that forbids a type to all but admins, as messages name it; undefined where everybody may use it. */
function ruleOf(type: string): string | undefined {
  if (type.startsWith('OS::Keystone::')) return type;
  return adminOnly.has(type) ? `resource_types:${type}` : undefined;
}

export function mayUse(type: string, access: TypeAccess): boolean {
  return access.isAdmin || ruleOf(type) === undefined;
}

/** Throws Forbidden for a type that only an admin may use. */
export function enforceType(type: string, access: TypeAccess): void {
  const rule = ruleOf(type);
  if (rule !== undefined && !access.isAdmin) throw errors.Forbidden({ rule });
}

interface Service {
  readonly prefix: string;
  readonly client: string;
  /** In the catalog under any of these; messages name the first. */
  readonly types: readonly [string, ...string[]];
}

const services: readonly Service[] = [
  { prefix: 'OS::Cinder::', client: 'cinder', types: ['volumev3', 'block-storage', 'volume'] },
  { prefix: 'OS::Glance::', client: 'glance', types: ['image'] },
  { prefix: 'OS::Keystone::', client: 'keystone', types: ['identity'] },
  { prefix: 'OS::Neutron::', client: 'neutron', types: ['network'] },
  { prefix: 'OS::Nova::', client: 'nova', types: ['compute'] },
];

function missing(type: string, access: TypeAccess): Service | undefined {
  const { services: known } = access;
  const service = services.find(({ prefix }) => type.startsWith(prefix));
  if (known === undefined || service === undefined) return undefined;
  return service.types.some(each => known.includes(each)) ? undefined : service;
}

export function isAvailable(type: string, access: TypeAccess): boolean {
  return missing(type, access) === undefined;
}

/**
 * Throws ResourceTypeUnavailable for a type whose service is not in the catalog; `where` it is found: a look at the
 * type alone is answered in other words than a template that uses it.
 */
export function requireService(type: string, access: TypeAccess, where: 'schema' | 'template'): void {
  const service = missing(type, access);
  if (service === undefined) return;
  const reason =
    where === 'schema'
      ? 'Service endpoint not in service catalog.'
      : `${service.client} ${service.types[0]} endpoint is not in service catalog.`;
  throw errors.ResourceTypeUnavailable({ service: service.client, type, reason });
}
