/** Queries about events (contract: rest-api §4.2). */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors } from '../kernel/errors.ts';
import { isUuid } from '../kernel/ids.ts';
import type { Condition, EventRow } from '../store/store.ts';
import { parseJson } from '../values/json.ts';
import { isSealed } from '../values/sealed.ts';
import { emptyMap } from '../values/value.ts';
import type { EventQuery, EventShown } from '../../proto/engine.ts';
import { type FoundStack, nestedStacks } from './access.ts';

function shown(world: World, stack: FoundStack, row: EventRow): EventShown {
  const { properties } = row;
  const text = properties === null || !isSealed(properties) ? properties : world.vault.open(properties);
  return {
    stack: stack.identity,
    id: row.id,
    at: msOf(row.clock),
    resourceName: row.resource_name,
    resourceType: row.resource_type,
    action: row.action,
    status: row.status,
    reason: row.reason,
    physicalId: row.physical_id ?? undefined,
    properties: text === null ? emptyMap : parseJson(text),
  };
}

/** A page of a stack's events. */
export async function listEvents(world: World, stack: FoundStack, query: EventQuery): Promise<readonly EventShown[]> {
  const where: Condition[] = [...query.filters].map(([column, values]) => ({ column, in: values }));
  const name = query.resourceName;
  if (name !== undefined) where.push({ column: 'resource_name', in: [name] });
  const stacks = new Map((await listedStacks(world, stack, query)).map(each => [each.record.id, each]));
  if (stacks.size === 0) return [];
  const rows = await world.store.events([...stacks.keys()], {
    where,
    order: [{ column: query.sortBy === 'time' ? 'id' : 'resource_type', descending: query.descending }],
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(query.marker !== undefined && isUuid(query.marker) ? { after: query.marker } : {}),
  });
  return rows.map(row => shown(world, stacks.get(row.stack) ?? stack, row));
}

/** With those below, what is deleted is left out, be it the asked one (contract: rest-api §3.2, soft-deleted stack). */
async function listedStacks(
  world: World,
  stack: FoundStack,
  { nestedDepth }: EventQuery,
): Promise<readonly FoundStack[]> {
  if (nestedDepth === undefined) return [stack];
  return stack.record.deletedAt === null ? [stack, ...(await nestedStacks(world, stack, nestedDepth))] : [];
}

/** One event of a resource. Throws NotFound. */
export async function showEvent(
  world: World,
  stack: FoundStack,
  resourceName: string,
  event: string,
): Promise<EventShown> {
  const where: Condition[] = [
    { column: 'id', in: [event] },
    { column: 'resource_name', in: [resourceName] },
  ];
  const rows = isUuid(event) ? await world.store.events([stack.record.id], { where }) : [];
  const [row] = rows;
  if (row === undefined) throw errors.HTTPNotFound({ message: `No event ${event} found` });
  return shown(world, stack, row);
}
