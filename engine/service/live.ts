/** Resources of a stack as they exist: their rows and those of their incarnations, opened. */
import type { World } from '../actors/world.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Live } from '../kit/resource.ts';
import { decode, type IncarnationRecord, type ResourceRecord, type StackRecord } from '../orchestration/records.ts';
import { parseJson } from '../values/json.ts';
import { isSealed } from '../values/sealed.ts';
import { emptyMap, isMap, type ValueMap } from '../values/value.ts';

export interface ResourceAndIncarnation {
  readonly resource: ResourceRecord;
  readonly bucket: number;
  /** The current one, where there is one that was made. */
  readonly incarnation: IncarnationRecord | undefined;
}

/** The named resources of a stack; all of them without names. */
export async function resourcesOf(
  world: World,
  stack: StackRecord,
  names?: ReadonlySet<string>,
): Promise<readonly ResourceAndIncarnation[]> {
  const rows = await world.store.select('resources', {
    where: [{ column: 'stack', in: [stack.id] }, ...(names === undefined ? [] : [{ column: 'name', in: [...names] }])],
    order: [{ column: 'created_at' }],
  });
  const resources = rows.map(row => ({ resource: decode.resource(row), bucket: row.bucket }));
  const current = resources.map(({ resource }) => resource.current).filter((id): id is Uuid => id !== null);
  const incarnations = new Map(
    (await world.store.read('incarnations', current)).map(row => [row.key, decode.incarnation(row)]),
  );
  return resources.map(({ resource, bucket }) => ({
    resource,
    bucket,
    incarnation: resource.current === null ? undefined : incarnations.get(resource.current),
  }));
}

/** What a type's attributes and reference are asked of; undefined for what was never made. */
export function liveOf(world: World, { resource, incarnation }: ResourceAndIncarnation): Live | undefined {
  if (incarnation?.physicalId == null) return undefined;
  return {
    resourceName: resource.name,
    physicalId: incarnation.physicalId,
    physicalName: incarnation.physicalName,
    properties: opened(world, incarnation.properties),
    data: opened(world, incarnation.data),
  };
}

export function opened(world: World, text: string): ValueMap {
  const value = parseJson(isSealed(text) ? world.vault.open(text) : text);
  return isMap(value) ? value : emptyMap;
}

/** A resource as a function sees it; `live` is undefined where nothing was made yet. */
export interface Shown {
  readonly type: string;
  readonly live: Live | undefined;
}

/** The named resources of a stack, by logical name. */
export async function byName(
  world: World,
  stack: StackRecord,
  names: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Shown>> {
  const found = new Map<string, Shown>();
  if (names.size === 0) return found;
  for (const each of await resourcesOf(world, stack, names)) {
    found.set(each.resource.name, { type: each.resource.order.type, live: liveOf(world, each) });
  }
  return found;
}
