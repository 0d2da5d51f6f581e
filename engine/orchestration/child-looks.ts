/** Looks at a nested stack's rows on behalf of the resource whose thing it is: tasks outside the turn. */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Registry, ResourceType } from '../kit/resource.ts';
import { wordsOf } from '../template/version.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { cleared } from '../values/sealed.ts';
import { isMap, type Value } from '../values/value.ts';
import type { ChildLooked } from './messages.ts';
import { holdsSecrets, nestedData, resourcesOf, shownReference } from './reading.ts';
import { decode, type IncarnationRecord, type StackRecord } from './records.ts';

/** What a plan looks at: the child's members, oldest first, each [name, definition, reference, failed]. */
export function lookTask(registry: Registry, id: Uuid, order: number): (world: World) => Promise<ChildLooked> {
  return async world => {
    const found = await untilAvailable(world, () => members(world, registry, id));
    const text = writeJson(found.list);
    return {
      kind: 'childLooked',
      incarnation: id,
      order,
      text: found.secret ? world.vault.seal(text) : text,
      secret: found.secret,
      isStale: found.taken < order,
    };
  };
}

/** The child's resources, oldest first, as membersFrom reads them; and the last order that it took. */
export async function members(
  world: World,
  registry: Registry,
  id: Uuid,
): Promise<{ readonly list: readonly Value[]; readonly secret: boolean; readonly taken: number }> {
  const [row] = await world.store.read('stacks', [id]);
  if (row === undefined) return { list: [], secret: false, taken: 0 };
  world.clock.observe(row.clock);
  const record = decode.stack(row);
  const definitions = await templateResources(world, record);
  const list: Value[] = [];
  let secret = holdsSecrets(record);
  for (const each of await resourcesOf(world, record)) {
    const { name, status } = each.resource;
    const definition = definitions.get(name);
    if (definition === undefined) continue;
    const reference = await shownReference(world, registry, each);
    if (each.incarnation?.secret === true) secret = true;
    list.push([name, definition, reference, status === 'FAILED']);
  }
  return { list, secret, taken: record.nesting?.taken ?? 0 };
}

async function templateResources(world: World, { root, contents }: StackRecord): Promise<ReadonlyMap<string, Value>> {
  const text = (await world.store.contents(root, [contents.template])).get(contents.template);
  const template = text === undefined ? null : parseJson(cleared(text, world.vault));
  const resources = isMap(template) ? (template.get(wordsOf(template).resources) ?? null) : null;
  return isMap(resources) ? resources : new Map();
}

/** What the resource exports of its child. */
export function readTask(
  registry: Registry,
  incarnation: IncarnationRecord,
  type: ResourceType,
  exports: readonly string[],
): (world: World) => Promise<ChildLooked> {
  const { id, child } = incarnation;
  return async world => {
    const { data, secret } = await untilAvailable(world, () => nestedData(world, registry, type, incarnation, exports));
    const text = writeJson(data);
    const isSecret = secret || incarnation.secret;
    return {
      kind: 'childLooked',
      incarnation: id,
      order: child?.order ?? 0,
      text: isSecret ? world.vault.seal(text) : text,
      secret: isSecret,
    };
  };
}
