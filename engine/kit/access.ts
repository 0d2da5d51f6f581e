/**
 * Who may use which type, and where: the types that only an admin may use (contract: rest-api §2.1, resource_types),
 * those whose service, or an extension of it, the caller's cloud does not have (§6), and those that are not built here.
 */
import { errors } from '../kernel/errors.ts';
import { clientServices, heatTypeOf } from './heat-types.ts';
import { isProviderName } from './provider.ts';
import type { ResourceType } from './resource.ts';

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

/** Extensions that services said they have, by client; a client that is missing was not asked, or gave no answer. */
export type Extensions = ReadonlyMap<string, ReadonlySet<string>>;

/** Where a type is asked for: a look at the type alone is answered in other words than a template that uses it. */
type Where = 'schema' | 'template';

/** Why nobody can use a type here now; undefined: it can be used. The reason is the last that speaks against it. */
function unavailable(type: string, { services: known }: TypeAccess, has: Extensions, where: Where): string | undefined {
  const { client, extension } = heatTypeOf(type);
  const types = client === undefined ? undefined : clientServices[client];
  if (client === undefined || types === undefined) return undefined;
  const plain = 'Service endpoint not in service catalog.';
  if (known !== undefined && !types.some(each => known.includes(each)))
    return where === 'schema' ? plain : `${client} ${types[0]} endpoint is not in service catalog.`;
  if (extension === undefined || has.get(client)?.has(extension) !== false) return undefined;
  return where === 'schema' ? plain : `Required extension ${extension} in ${client} service is not available.`;
}

const notAsked: Extensions = new Map();

/** Whether a type can be used with the services of the caller's cloud. */
export function isAvailable(type: string, access: TypeAccess, has: Extensions): boolean {
  return unavailable(type, access, has, 'schema') === undefined;
}

/** Throws ResourceTypeUnavailable for a type whose service is not in the catalog, or has not the extension. */
export function requireService(type: string, access: TypeAccess, where: Where, has: Extensions = notAsked): void {
  const reason = unavailable(type, access, has, where);
  if (reason !== undefined) throw errors.ResourceTypeUnavailable({ service: serviceOf(type), type, reason });
}

/** Throws ResourceTypeUnavailable for a type of Heat's that is not built here. */
export function requireBuilt({ name, absent }: Pick<ResourceType, 'name' | 'absent'>): void {
  if (absent !== undefined)
    throw errors.ResourceTypeUnavailable({ service: serviceOf(name), type: name, reason: absent });
}

/** Throws ResourceTypeUnavailable where a template cannot use a type, as far as that can be told without asking. */
export function requireType(type: ResourceType, access: TypeAccess): void {
  if (isProviderName(type.name)) return;
  requireService(type.name, access, 'template');
  requireBuilt(type);
}

function serviceOf(type: string): string {
  return heatTypeOf(type).client ?? 'heat';
}

/** The extension that a type requires of its service; undefined: none. */
export function requiredExtension(type: string): { readonly client: string; readonly extension: string } | undefined {
  const { client, extension } = heatTypeOf(type);
  return client === undefined || extension === undefined ? undefined : { client, extension };
}
