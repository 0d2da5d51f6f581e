/** Queries about resources (contract: rest-api §4.1). */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import type { Live, Registry, ResourceType } from '../kit/resource.ts';
import { attributeNames } from '../orchestration/making.ts';
import { decodeExpr } from '../template/encode.ts';
import { evaluate } from '../template/evaluate.ts';
import { isKnown } from '../template/expr.ts';
import { type Scope, unknown } from '../template/scope.ts';
import { isSealed } from '../values/sealed.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import type { Caller, ResourceQuery, ResourceShown, StackIdentity } from '../../proto/engine.ts';
import { type FoundStack, nestedStacks } from './access.ts';
import { fresh } from './fresh.ts';
import { liveOf, nestedData, type ResourceAndIncarnation, resourcesOf } from '../orchestration/reading.ts';

function shown(
  stack: FoundStack,
  type: ResourceType | undefined,
  each: ResourceAndIncarnation,
  names: ReadonlyMap<string, string>,
  attributes: ValueMap | undefined,
): ResourceShown {
  const { resource } = each;
  const { apart, parentResource } = stack.record;
  const nested = nestedIn(stack, type, each);
  return {
    stack: stack.identity,
    name: resource.name,
    type: resource.type,
    action: resource.action,
    status: resource.status,
    reason: resource.reason,
    physicalId: resource.physicalId ?? undefined,
    createdAt: resource.createdAt,
    updatedAt: resource.updatedAt,
    requiredBy: resource.requiredBy.map(({ id }) => names.get(id)).filter(name => name !== undefined),
    description: resource.order.description,
    attributes,
    ...(nested === undefined ? {} : { nested }),
    ...(parentResource === null || apart === true ? {} : { parentResource }),
  };
}

/** The stack that is its thing, unless that is shown as a root; it is called as the incarnation is. */
function nestedIn(
  { identity }: FoundStack,
  type: ResourceType | undefined,
  { incarnation }: ResourceAndIncarnation,
): StackIdentity | undefined {
  if (type?.life.kind !== 'nested' || type.life.apart === true || incarnation?.physicalId == null) return undefined;
  return { project: identity.project, name: incarnation.physicalName, id: incarnation.id };
}

function namesOf(all: readonly ResourceAndIncarnation[]): ReadonlyMap<string, string> {
  return new Map(all.map(({ resource }) => [resource.id, resource.name]));
}

/**
 * Every attribute of the schema; what has none is null. A type whose `show` is a map is shown as that map (contract:
 * rest-api §4.1).
 */
export function attributesOf(type: ResourceType, live: Live | undefined): ValueMap {
  const value = (name: string): Value => (live === undefined ? null : (type.attribute(live, name) ?? null));
  const all = value('show');
  const entries = isMap(all) ? [...all] : attributeNames(type).map((name): [string, Value] => [name, value(name)]);
  return mapOf(entries);
}

function matches({ resource }: ResourceAndIncarnation, query: ResourceQuery): boolean {
  if (query.types !== undefined && !query.types.some(type => resource.type.includes(type))) return false;
  const fields: Readonly<Record<string, string | null>> = {
    name: resource.name,
    action: resource.action,
    status: resource.status,
    id: resource.id,
    physical_id: resource.physicalId,
    physical_resource_id: resource.physicalId,
  };
  for (const [name, values] of query.filters) if (!values.includes(fields[name] ?? '')) return false;
  return true;
}

/** A stack's resources in the order they were born, then those of stacks nested in it; a deleted stack has none. */
export async function listResources(
  world: World,
  registry: Registry,
  stack: FoundStack,
  query: ResourceQuery,
): Promise<readonly ResourceShown[]> {
  const below = query.nestedDepth > 0 ? await nestedStacks(world, stack, query.nestedDepth) : [];
  const lists: (readonly ResourceShown[])[] = [];
  for (const each of [stack, ...below]) lists.push(await resourcesIn(world, registry, each, query));
  return lists.flat();
}

async function resourcesIn(
  world: World,
  registry: Registry,
  stack: FoundStack,
  query: ResourceQuery,
): Promise<readonly ResourceShown[]> {
  const all = await resourcesOf(world, stack.record);
  const names = namesOf(all);
  const found: ResourceShown[] = [];
  for (const each of all.filter(one => matches(one, query))) {
    const type = registry.get(each.resource.order.type);
    const detail = query.withDetail && type !== undefined;
    const attributes = detail ? attributesOf(type, await readLive(world, registry, type, each)) : undefined;
    found.push(shown(stack, type, each, names, attributes));
  }
  return found;
}

/** As it was kept; one that is a stack is asked for what is shown of it, and for more attributes. */
async function readLive(
  world: World,
  registry: Registry,
  type: ResourceType,
  each: ResourceAndIncarnation,
  more: readonly string[] = [],
): Promise<Live | undefined> {
  const kept = liveOf(world, each);
  const { life } = type;
  if (kept === undefined || each.incarnation === undefined || life.kind !== 'nested') return kept;
  const names = [...attributeNames(type), ...more].filter(name => life.unshown?.has(name) !== true);
  const { data } = await nestedData(world, registry, type, each.incarnation, names);
  return { ...kept, data };
}

/** One resource with its attributes. Throws ResourceNotFound. */
export async function showResource(
  world: World,
  registry: Registry,
  caller: Caller,
  stack: FoundStack,
  name: string,
  withAttributes: readonly string[],
): Promise<ResourceShown> {
  const all = await resourcesOf(world, stack.record);
  const each = all.find(({ resource }) => resource.name === name);
  if (each === undefined) throw errors.ResourceNotFound({ resource: name, stack: stack.identity.name });
  const type = registry.get(each.resource.order.type);
  if (type === undefined) return shown(stack, type, each, namesOf(all), emptyMap);
  const kept = await readLive(world, registry, type, each, withAttributes);
  const live = kept && (await fresh(world, caller, type, kept, 'show'));
  const attributes = new Map(attributesOf(type, live));
  for (const extra of withAttributes) {
    const own = kept && (await fresh(world, caller, type, kept, extra));
    attributes.set(extra, own === undefined ? null : (type.attribute(own, extra) ?? null));
  }
  return shown(stack, type, each, namesOf(all), attributes);
}

/** The resource's metadata, as far as it is known. Throws ResourceNotFound. */
export async function resourceMetadata(world: World, stack: FoundStack, name: string): Promise<Value> {
  const [each] = await resourcesOf(world, stack.record, new Set([name]));
  if (each === undefined) throw errors.ResourceNotFound({ resource: name, stack: stack.identity.name });
  const { metadata } = each.resource.order;
  const nothing: Scope = {
    parameter: () => undefined,
    file: () => undefined,
    reference: () => unknown,
    attribute: () => unknown,
  };
  const value = evaluate(decodeExpr(isSealed(metadata) ? world.vault.open(metadata) : metadata), nothing);
  return isKnown(value) ? value : emptyMap;
}
