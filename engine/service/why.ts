/**
 * Why a stack is not done, or failed: read from committed rows, as every query is, so that it answers also where the
 * stack's owner hangs.
 */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { isUuid, type Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { type Registry, stepsOf } from '../kit/resource.ts';
import {
  decode,
  type IncarnationRecord,
  isUnfinished,
  type ResourceRecord,
  type StackRecord,
} from '../orchestration/records.ts';
import type { Why } from '../../proto/engine.ts';
import type { FoundStack } from './access.ts';
import { opened } from '../orchestration/reading.ts';
import { obstaclesOf, type ServiceOf, type StackView } from './obstacles.ts';

/** Obstacles, debts and strikes of a stack and of those below it. */
export async function why(world: World, registry: Registry, { record }: FoundStack): Promise<Why> {
  const view = await viewOf(world, record);
  const stacks = stacksIn(view);
  const [debts, struck] = await Promise.all([
    world.store.select('debts', { where: [{ column: 'stack', in: stacks }] }),
    Promise.all(stacks.map(stack => world.store.strikes(stack))),
  ]);
  const parked = struck.find(each => each.parked !== undefined)?.parked;
  return {
    state: `${record.action}_${record.status}`,
    reason: record.reason,
    obstacles: obstaclesOf(view, serviceIn(world, registry)),
    debts: debts
      .map(decode.debt)
      .filter(({ over }) => !over)
      .map(({ type, mark, notAfter }) => ({ type, mark, until: msOf(notAfter) })),
    parked: parked === undefined ? undefined : `an unexpected error came up again and again (error id ${parked})`,
    strikes: struck.reduce((sum, { strikes }) => sum + strikes, 0),
  };
}

async function viewOf(world: World, stack: StackRecord): Promise<StackView> {
  const where = [{ column: 'stack', in: [stack.id] }];
  const rows = await world.store.select('resources', { where, order: [{ column: 'created_at' }] });
  const resources = rows.map(decode.resource);
  const nested = resources.filter(({ order, physicalId }) => order.tree !== undefined && isUuid(physicalId ?? ''));
  const children = await world.store.read(
    'stacks',
    nested.map(({ physicalId }) => physicalId as Uuid),
  );
  const byId = new Map(children.map(row => [row.key, decode.stack(row)]));
  const below = new Map<string, StackView>();
  for (const { name, physicalId } of nested) {
    const child = byId.get(physicalId as Uuid);
    if (child === undefined || child.deletedAt !== null || child.nestedDepth > limits.maxNestedDepth) continue;
    below.set(name, await viewOf(world, child));
  }
  return { stack, resources, incarnations: await incarnationsOf(world, resources), below };
}

/** Only those of resources that have something to do: a thousand finished ones are not read. */
async function incarnationsOf(
  world: World,
  resources: readonly ResourceRecord[],
): Promise<ReadonlyMap<Uuid, readonly IncarnationRecord[]>> {
  const busy = resources.filter(isUnfinished).map(({ id }) => id);
  const found = new Map<Uuid, IncarnationRecord[]>();
  if (busy.length === 0) return found;
  const { rows } = await world.store.load(busy);
  for (const row of rows) {
    if (row.table !== 'incarnations') continue;
    found.set(row.actor, [...(found.get(row.actor) ?? []), decode.incarnation(row)]);
  }
  return found;
}

function stacksIn({ stack, below }: StackView): readonly Uuid[] {
  return [stack.id, ...[...below.values()].flatMap(stacksIn)];
}

/** The service that a step calls; its type where that cannot be told (any more). */
function serviceIn(world: World, registry: Registry): ServiceOf {
  return (incarnation, name) => {
    const life = registry.get(incarnation.type)?.life;
    if (life?.kind !== 'cloud') return incarnation.type;
    const steps = stepsOf(life, opened(world, incarnation.properties));
    return steps.find(step => step.name === name.replace(/^\w+:/, ''))?.service ?? incarnation.type;
  };
}
