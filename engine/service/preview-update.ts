/**
 * PUT and PATCH of …/preview (contract: rest-api §3.6): what an update would change, resource by resource, and why.
 *
 * Planned as the update is (orchestration/plan.ts), told apart by the same function (transition.ts); what each becomes
 * is its outlook (outlook.ts). It is not refused while the stack is suspended or on its way out, as in Heat.
 */
import type { World } from '../actors/world.ts';
import { limits } from '../kernel/limits.ts';
import type { Uuid } from '../kernel/ids.ts';
import { isHeatError } from '../kernel/errors.ts';
import { type Wanted, wantedKey } from '../kit/lookups.ts';
import { type Live, mainStep, type Registry, type ResourceType, stepsOf } from '../kit/resource.ts';
import { bodyOf, isUnreadable, succeeded } from '../orchestration/answers.ts';
import { asSeen } from '../orchestration/converging.ts';
import type { PlannedResource } from '../orchestration/jobs.ts';
import { knownOf, toldIn } from '../orchestration/laying.ts';
import { find } from '../orchestration/lookups.ts';
import { attributeNames } from '../orchestration/making.ts';
import { planUpdate } from '../orchestration/plan.ts';
import { decode, type IncarnationRecord } from '../orchestration/records.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import { type Known, transition, usersIn } from '../orchestration/transition.ts';
import { topologicalOrder } from '../template/graph.ts';
import { isSealed } from '../values/sealed.ts';
import { emptyMap, mapOf, type Value } from '../values/value.ts';
import type { Caller, ChangePreviewed, StackChange, UpdatePreview } from '../../proto/engine.ts';
import type { FoundStack } from './access.ts';
import { updateOf } from './commands.ts';
import {
  type Fate,
  leavingCalls,
  type Outlook,
  outlookOf,
  restingOutlook,
  type Seen,
  type Sources,
  type There,
} from './outlook.ts';
import { attributesOf } from './resources.ts';

/** Throws what an update is refused with, but for the guards; NotSupported for a change that a type refuses. */
export async function previewUpdate(
  world: World,
  registry: Registry,
  caller: Caller,
  { record }: FoundStack,
  change: StackChange,
): Promise<UpdatePreview> {
  const plan = await planUpdate(world, record, updateOf(world, caller, change));
  if (isHeatError(plan)) throw plan;
  const known = await knownOf(world, record);
  const made = transition(plan.resources, known, await toldIn(world, record), change.converge, plan.secret);
  const incarnations = await incarnationsOf(world, known);
  const thereOf = ({ record: resource }: Known): There => ({
    record: resource,
    incarnations: incarnations.get(resource.id) ?? [],
  });
  const byName = new Map(known.filter(({ record: { id } }) => made.kept.has(id)).map(each => [each.record.name, each]));
  const sources = sourcesOf(world, registry, caller, { change, secret: plan.secret, stackName: record.name });
  const outlooks = new Map<string, Outlook>();
  const planned = new Map(plan.resources.map(each => [each.name, each]));
  for (const name of topologicalOrder(new Map(plan.resources.map(each => [each.name, new Set(each.requires)])))) {
    const each = planned.get(name);
    const there = byName.get(name);
    if (each === undefined) continue;
    const isTold = there === undefined || made.told.has(there.record.id);
    const outlook =
      there !== undefined && !isTold
        ? restingOutlook(thereOf(there), registry.get(each.implementation), sources)
        : await outlookOf(each, there && thereOf(there), outlooks, sources);
    outlooks.set(name, outlook);
  }
  const users = usersIn(plan.resources);
  const names = new Map(known.map(({ record: { id, name } }) => [id, name]));
  const of = (fate: Fate): readonly ChangePreviewed[] =>
    plan.resources.flatMap(each => {
      const outlook = outlooks.get(each.name);
      if (outlook?.fate !== fate) return [];
      const there = byName.get(each.name);
      return fate === 'updated' && there !== undefined
        ? [existing(registry, thereOf(there), names, outlook, sources)]
        : [coming(registry, each, users.get(each.name) ?? [], outlook)];
    });
  return {
    unchanged: of('unchanged'),
    updated: of('updated'),
    replaced: of('replaced'),
    added: of('added'),
    deleted: made.removed.map(each => {
      const there = thereOf(each);
      const because = ['it is not in the template any more'];
      return existing(registry, there, names, { because, calls: leavingCalls(there, sources) }, sources);
    }),
  };
}

async function incarnationsOf(
  world: World,
  known: readonly Known[],
): Promise<ReadonlyMap<Uuid, readonly IncarnationRecord[]>> {
  const found = new Map<Uuid, IncarnationRecord[]>();
  if (known.length === 0) return found;
  const { rows } = await world.store.load(known.map(({ record: { id } }) => id));
  for (const row of rows) {
    if (row.table === 'incarnations') found.set(row.actor, [...(found.get(row.actor) ?? []), decode.incarnation(row)]);
  }
  return found;
}

interface About {
  readonly change: StackChange;
  readonly secret: boolean;
  readonly stackName: string;
}

function sourcesOf(world: World, registry: Registry, caller: Caller, { change, secret, stackName }: About): Sources {
  const credential = caller.token === '' ? '' : `token:${caller.token}`;
  return {
    open: text => (isSealed(text) ? world.vault.open(text) : text),
    isSealed,
    type: name => registry.get(name),
    lookUp: wanted => lookedUp(world, credential, wanted),
    look: (type, live) => seen(world, credential, type, live),
    observe: change.converge,
    secret,
    below: n => world.dice.below(n),
    uuid: () => world.dice.uuid(),
    stackName,
    timeoutMs: timeoutMs(change.timeoutMins ?? null),
  };
}

/** Throws for a name that names nothing, as the resource would fail. */
async function lookedUp(
  world: World,
  credential: string,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const each of wanted) {
    const found = await find(world, credential, each);
    if (found instanceof Error) throw found;
    if (found !== undefined) ids.set(wantedKey(each), found);
  }
  return ids;
}

/** As a resource that looks at its thing before it decides (orchestration/converging.ts). */
async function seen(world: World, credential: string, type: ResourceType, live: Live): Promise<Seen | undefined> {
  const { life } = type;
  if (life.kind !== 'cloud') return undefined;
  const { properties, physicalName } = live;
  const main = mainStep(stepsOf(life, properties));
  if (main === undefined) return undefined;
  const input = { properties, physicalName, mark: physicalName, made: new Map() };
  const outcome = await world.cloud.call(credential, main.show(live.physicalId, input), limits.showDeadlineMs);
  const answer = succeeded(outcome);
  if (answer === undefined) {
    const isGone = outcome.kind === 'answered' && outcome.answer.status === 404;
    return isGone ? { sound: false, properties } : undefined;
  }
  try {
    const body = bodyOf(answer);
    const lost = life.lost === undefined ? main.ready(body).kind === 'failed' : life.lost(body);
    return { sound: !lost, properties: asSeen(properties, main.made(body, input).data, type) };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** As it will be: nothing of it is there yet, or it is told as if, as Heat does (its entries come from the new stack). */
function coming(
  registry: Registry,
  planned: PlannedResource,
  requiredBy: readonly string[],
  outlook: Outlook,
): ChangePreviewed {
  const type = registry.get(planned.implementation);
  const names = type === undefined || type.anyProperties ? [] : attributeNames(type);
  return {
    name: planned.name,
    type: planned.type,
    description: planned.description,
    requiredBy,
    metadata: outlook.metadata,
    properties: emptyMap,
    attributes: mapOf(names.map((name): [string, Value] => [name, null])),
    action: 'INIT',
    status: 'COMPLETE',
    reason: '',
    physicalId: undefined,
    createdAt: undefined,
    updatedAt: undefined,
    because: outlook.because,
    calls: outlook.calls,
  };
}

/** As it is. */
function existing(
  registry: Registry,
  { record, incarnations }: There,
  names: ReadonlyMap<Uuid, string>,
  { because, calls }: Pick<Outlook, 'because' | 'calls'>,
  sources: Sources,
): ChangePreviewed {
  const type = registry.get(record.order.type);
  const current = incarnations.find(({ id }) => id === record.current);
  const resting = current && restingOutlook({ record, incarnations: [current] }, type, sources).after;
  return {
    name: record.name,
    type: record.type,
    description: record.order.description,
    requiredBy: record.requiredBy.map(({ id }) => names.get(id)).filter(name => name !== undefined),
    metadata: emptyMap,
    properties: emptyMap,
    attributes: type === undefined || type.anyProperties ? emptyMap : attributesOf(type, resting?.live),
    action: record.action,
    status: record.status,
    reason: record.reason,
    physicalId: record.physicalId ?? undefined,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    because,
    calls,
  };
}
