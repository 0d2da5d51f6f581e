/** Resource types as clients look them up: which there are, their schemas, a first template (contract: rest-api §6). */
import {
  enforceType,
  type Extensions,
  isAvailable,
  mayUse,
  requireBuilt,
  requireService,
  type TypeAccess,
} from '../kit/access.ts';
import { isProviderName } from '../kit/provider.ts';
import type { Registry, ResourceType } from '../kit/resource.ts';
import { schemaAsValue } from '../kit/schema-view.ts';
import { templateOfType } from '../kit/type-template.ts';
import { errors } from '../kernel/errors.ts';
import { compilePattern, PatternError } from '../template/pattern.ts';
import type { ValueMap } from '../values/value.ts';
import type { Caller, TypeListed, TypeQuery } from '../../proto/engine.ts';

/** Who asks, as far as types care. */
export function accessOf({ roles, services }: Caller): TypeAccess {
  return { isAdmin: roles.some(role => role.toLowerCase() === 'admin'), services };
}

const statuses: readonly string[] = ['UNKNOWN', 'SUPPORTED', 'DEPRECATED', 'UNSUPPORTED', 'HIDDEN'];

/** What works here, with the services and extensions of the caller's cloud. Throws Invalid for a support status that is none. */
export function listTypes(
  registry: Registry,
  caller: Caller,
  query: TypeQuery,
  has: Extensions = new Map(),
): readonly TypeListed[] {
  const { supportStatus, version } = query;
  if (supportStatus !== undefined && !statuses.includes(supportStatus)) {
    const all = statuses.map(status => `'${status}'`).join(', ');
    throw errors.Invalid({ reason: `Invalid support status and should be one of (${all})` });
  }
  const access = accessOf(caller);
  const named = nameFilter(query.name);
  const listed: TypeListed[] = [];
  for (const name of registry.names()) {
    const type = registry.get(name);
    if (type === undefined || type.support.status === 'HIDDEN' || !named(name)) continue;
    if (supportStatus !== undefined && type.support.status !== supportStatus) continue;
    if (version !== undefined && type.support.version !== version) continue;
    if (!mayUse(name, access) || !isAvailable(name, access, has)) continue;
    listed.push({ name, description: type.description ?? 'No description available' });
  }
  return listed;
}

function nameFilter(pattern: string | undefined): (name: string) => boolean {
  if (pattern === undefined) return () => true;
  try {
    const compiled = compilePattern(pattern);
    return name => compiled.matchesStart(name) === true;
  } catch (error) {
    if (error instanceof PatternError) return () => false;
    throw error;
  }
}

/** Throws EntityNotFound, Forbidden, NotSupported for a hidden type, ResourceTypeUnavailable. */
export function typeSchema(registry: Registry, caller: Caller, name: string, has: Extensions = new Map()): ValueMap {
  const type = usable(registry, caller, name);
  requireService(name, accessOf(caller), 'schema', has);
  requireBuilt(type);
  return schemaAsValue(type);
}

/** Throws as typeSchema; a service that is missing matters only where the template is used. */
export function typeTemplate(registry: Registry, caller: Caller, name: string, language: 'hot' | 'cfn'): ValueMap {
  const type = usable(registry, caller, name);
  requireBuilt(type);
  return templateOfType(type, language);
}

function usable(registry: Registry, caller: Caller, name: string): ResourceType {
  enforceType(name, accessOf(caller));
  const type = isProviderName(name) ? undefined : registry.get(name);
  if (type === undefined) throw errors.EntityNotFound({ entity: 'Resource Type', name });
  if (type.support.status === 'HIDDEN') throw errors.NotSupported({ feature: name });
  return type;
}
