/**
 * What an update makes of a stack and of the stacks below it, level by level.
 *
 * A stack that is a resource's thing is planned as the resource would order it (orchestration/child-plan.ts) and told
 * apart like any other. Where nothing in it changes, what others read of it stays; else that is known afterwards only.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import type { Millis } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { isHeatError } from '../kernel/errors.ts';
import { LifeFailure, type ChildDefinition, type NestedLife, type Registry } from '../kit/resource.ts';
import { members } from '../orchestration/child-looks.ts';
import { type ChildAsked, childJob } from '../orchestration/child-plan.ts';
import { planFor } from '../orchestration/fetching.ts';
import type { PlanMade, PlannedResource } from '../orchestration/jobs.ts';
import { credentialOf } from './access.ts';
import { knownOf, toldIn } from '../orchestration/laying.ts';
import { membersFrom } from '../orchestration/ordering.ts';
import { facadeText, updatePolicyIn } from '../orchestration/plan-facts.ts';
import { opened } from '../orchestration/reading.ts';
import { decode, type IncarnationRecord, type StackRecord } from '../orchestration/records.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import { type Known, transition, usersIn } from '../orchestration/transition.ts';
import { resourcesBeside } from '../orchestration/tree-rows.ts';
import { isKnown } from '../template/expr.ts';
import { topologicalOrder } from '../template/graph.ts';
import { writeJson } from '../values/json.ts';
import { mapOf, type Value, type ValueMap } from '../values/value.ts';
import type { Caller, ChangePreviewed, StackChange, StackIdentity, UpdatePreview } from '../../proto/engine.ts';
import { leavingCalls } from './fates.ts';
import { changedInside, outlookOf, restingOutlook } from './outlook.ts';
import type { Fate, Outlook, There } from './outlook-parts.ts';
import { coming, existing } from './preview-entries.ts';
import { sourcesOf } from './preview-sources.ts';

export interface Previewing {
  readonly world: World;
  readonly registry: Registry;
  readonly caller: Caller;
  readonly change: StackChange;
  /** Later, by this node's clock, nothing is read of services any more. */
  readonly until: Millis;
}

/** Which stack of the tree. */
export interface Place {
  /** Undefined: it is not there yet. */
  readonly record: StackRecord | undefined;
  readonly identity: StackIdentity;
  readonly depth: number;
  /** The resource whose thing it is; undefined: the stack that is updated. */
  readonly parentResource: string | undefined;
}

export interface Level {
  readonly lists: UpdatePreview;
  readonly below: readonly Level[];
  /** Nothing changes: no resource, here or below, and no output. */
  readonly isSame: boolean;
}

const nothing: UpdatePreview = { unchanged: [], updated: [], replaced: [], added: [], deleted: [] };

/** The plan's contents opened. Throws NotSupported for a change that a type refuses. */
export async function levelOf(about: Previewing, place: Place, plan: PlanMade): Promise<Level> {
  const { world, registry, change, caller, until } = about;
  const { record } = place;
  const known = record === undefined ? [] : await knownOf(world, record);
  const before = record === undefined ? { generation: 0, told: null } : await toldIn(world, record);
  const made = transition(plan.resources, known, before, change.converge, plan.secret);
  const thereOf = await theresOf(world, known);
  const byName = new Map(known.filter(({ record: { id } }) => made.kept.has(id)).map(each => [each.record.name, each]));
  const sources = sourcesOf(world, registry, caller, {
    change,
    until,
    secret: plan.secret,
    stackName: place.identity.name,
  });
  const outlooks = new Map<string, Outlook>();
  const below: Level[] = [];
  let isSame = made.removed.length === 0;
  const planned = new Map(plan.resources.map(each => [each.name, each]));
  for (const name of topologicalOrder(new Map(plan.resources.map(each => [each.name, new Set(each.requires)])))) {
    const each = planned.get(name);
    if (each === undefined) continue;
    const kept = byName.get(name);
    const there = kept && thereOf(kept);
    const isTold = kept === undefined || made.told.has(kept.record.id);
    const outlook =
      there !== undefined && !isTold
        ? restingOutlook(there, registry.get(each.implementation), sources)
        : await outlookOf(each, there, outlooks, sources);
    const isStack = each.nested || there?.incarnations.some(({ child }) => child !== null) === true;
    const inside = isStack ? await insideOf(about, { place, plan, planned: each, there, outlook }) : noInside;
    if (!isApart(registry, each)) below.push(...inside.levels);
    const stays = outlook.fate === 'unchanged' || (outlook.fate === 'updated' && inside.isSame);
    isSame &&= stays;
    outlooks.set(name, withInside(outlook, inside, stays));
  }
  for (const each of made.removed) below.push(...(await goneBelow(about, place, thereOf(each))));
  const entry = entryIn(place);
  const users = usersIn(plan.resources);
  const names = new Map(known.map(({ record: { id, name } }) => [id, name]));
  const of = (fate: Fate): readonly ChangePreviewed[] =>
    plan.resources.flatMap(each => {
      const outlook = outlooks.get(each.name);
      if (outlook?.fate !== fate) return [];
      const there = byName.get(each.name);
      return fate === 'updated' && there !== undefined
        ? [entry(existing(registry, thereOf(there), names, outlook, sources))]
        : [entry(coming(registry, each, users.get(each.name) ?? [], outlook))];
    });
  const because = ['it is not in the template any more'];
  const deleted = made.removed.map(each => {
    const calls = leavingCalls(thereOf(each), sources);
    return entry(existing(registry, thereOf(each), names, { because, calls }, sources));
  });
  return {
    lists: {
      unchanged: of('unchanged'),
      updated: of('updated'),
      replaced: of('replaced'),
      added: of('added'),
      deleted,
    },
    below,
    isSame: isSame && (await sameOutputs(world, record, plan)),
  };
}

/** Its stack is shown as a root, so not below this one. */
function isApart(registry: Registry, { implementation }: PlannedResource): boolean {
  const life = registry.get(implementation)?.life;
  return life?.kind === 'nested' && life.apart === true;
}

/** Where an entry is, in the stacks below. */
function entryIn({ parentResource, identity }: Place): (entry: ChangePreviewed) => ChangePreviewed {
  return parentResource === undefined ? entry => entry : entry => ({ ...entry, stack: identity, parentResource });
}

async function sameOutputs(world: World, record: StackRecord | undefined, plan: PlanMade): Promise<boolean> {
  if (record === undefined) return false;
  const { outputs } = record.contents;
  const kept = (await untilAvailable(world, () => world.store.contents(record.root, [outputs]))).get(outputs);
  return kept !== undefined && world.vault.open(kept) === plan.outputs;
}

/** Resources with their incarnations. */
async function theresOf(world: World, known: readonly Known[]): Promise<(of: Known) => There> {
  const found = new Map<Uuid, IncarnationRecord[]>();
  const { rows } = known.length === 0 ? { rows: [] } : await world.store.load(known.map(({ record: { id } }) => id));
  for (const row of rows) {
    if (row.table === 'incarnations') found.set(row.actor, [...(found.get(row.actor) ?? []), decode.incarnation(row)]);
  }
  return ({ record }) => ({ record, incarnations: found.get(record.id) ?? [] });
}

/** What happens in the stacks that a resource was, is and will be. */
interface Inside {
  readonly levels: readonly Level[];
  /** In the one that it stays. */
  readonly isSame: boolean;
  /** Why it cannot be. */
  readonly fault?: string;
}

const noInside: Inside = { levels: [], isSame: false };

function withInside(outlook: Outlook, { fault }: Inside, stays: boolean): Outlook {
  const told = fault === undefined ? outlook : { ...outlook, because: [...outlook.because, `it fails: ${fault}`] };
  return stays ? told : changedInside(told);
}

interface NestedResource {
  readonly place: Place;
  readonly plan: PlanMade;
  readonly planned: PlannedResource;
  readonly there: There | undefined;
  readonly outlook: Outlook;
}

async function insideOf(about: Previewing, resource: NestedResource): Promise<Inside> {
  const { place, there, outlook } = resource;
  const { fate, after } = outlook;
  const leaves = fate === 'replaced' && there !== undefined ? await goneBelow(about, place, there) : [];
  const stays = fate === 'updated' ? there?.incarnations.find(({ id }) => id === after?.live.physicalId) : undefined;
  if (fate === 'unchanged' || (fate === 'updated' && stays === undefined)) return noInside;
  const record = stays === undefined ? undefined : await stackAt(about.world, stays.id);
  if (stays !== undefined && record === undefined) return { ...noInside, fault: 'its stack is not there' };
  try {
    const made = await childPlan(about, resource, stays);
    if (made === undefined) return { levels: leaves, isSame: false };
    const level = await levelOf(about, made.place(record), made.plan);
    return { levels: [...leaves, level], isSame: level.isSame };
  } catch (error) {
    if (!(error instanceof LifeFailure) && !isHeatError(error)) throw error;
    return { levels: leaves, isSame: false, fault: error.message };
  }
}

async function stackAt(world: World, id: Uuid): Promise<StackRecord | undefined> {
  const [row] = await untilAvailable(world, () => world.store.read('stacks', [id]));
  const record = row === undefined ? undefined : decode.stack(row);
  return record === undefined || record.deletedAt !== null ? undefined : record;
}

interface ChildPlan {
  readonly plan: PlanMade;
  place(record: StackRecord | undefined): Place;
}

/** The plan of what it will be; undefined as long as that depends on what is not made yet. Throws LifeFailure, HeatError. */
async function childPlan(
  { world, registry, caller, change }: Previewing,
  { place, plan, planned, outlook }: NestedResource,
  stays: IncarnationRecord | undefined,
): Promise<ChildPlan | undefined> {
  const life = registry.get(planned.implementation)?.life;
  if (life?.kind !== 'nested' || outlook.wished === undefined) return undefined;
  const wished: [string, Value][] = [];
  for (const [name, value] of outlook.wished) {
    if (!isKnown(value)) return undefined;
    wished.push([name, value]);
  }
  const { identity, depth, record } = place;
  const timeoutMins = change.timeoutMins ?? record?.timeoutMins ?? null;
  const about = { resourceName: planned.name, policies: planned.policies, timeoutMins };
  const definition = await definitionOf(world, registry, life, mapOf(wished), about, stays);
  const name = stays?.physicalName ?? `${identity.name}-${planned.name}`;
  const id = stays?.id ?? 'None';
  const facade = facadeText(outlook.metadata, planned.deletionPolicy, updatePolicyIn(planned.policies));
  const job = childJob(askedOf(definition, timeoutMins), {
    stackId: id,
    stackName: name,
    projectId: identity.project,
    depth: depth + 1,
    others: stays === undefined ? 0 : await resourcesBeside(world, stays.id, stays.id),
    parentResource: planned.name,
    environment: plan.environment,
    files: plan.files,
    isAdmin: caller.isAdmin,
    facade: life.apart === true ? undefined : facade,
    extended: plan.facts.extended === true,
  });
  const made = await planFor(world, job, credentialOf(caller));
  if (isHeatError(made)) throw made;
  return {
    plan: made,
    place: found => ({
      record: found,
      identity: { project: identity.project, name, id },
      depth: depth + 1,
      parentResource: planned.name,
    }),
  };
}

function askedOf({ template, parameters, entry, timeoutMins }: ChildDefinition, own: number | null): ChildAsked {
  return {
    template: template.kind === 'text' ? template.text : undefined,
    file: template.kind === 'file' ? template.name : undefined,
    parameters,
    entry,
    timeoutMins: timeoutMins ?? own,
  };
}

/** Where its plan leads in the end. */
async function definitionOf(
  world: World,
  registry: Registry,
  life: NestedLife,
  properties: ValueMap,
  about: { readonly resourceName: string; readonly policies: string; readonly timeoutMins: number | null },
  stays: IncarnationRecord | undefined,
): Promise<ChildDefinition> {
  const updatePolicy = updatePolicyIn(about.policies);
  const looks = stays !== undefined && life.looks(properties, updatePolicy);
  const { list } = looks ? await untilAvailable(world, () => members(world, registry, stays.id)) : { list: [] };
  const { definitions } = life.plan(properties, {
    resourceName: about.resourceName,
    updatePolicy,
    stackTimeoutMs: timeoutMs(about.timeoutMins),
    kept: opened(world, stays?.child?.kept ?? '{}'),
    previous: stays === undefined ? undefined : opened(world, stays.properties),
    members: membersFrom(writeJson(list)),
  });
  const last = definitions.at(-1);
  if (last === undefined) throw new LifeFailure('Error', 'There is nothing to make.');
  return last;
}

/** The stacks that a resource was: all in them goes. */
async function goneBelow(about: Previewing, place: Place, { record: resource, incarnations }: There): Promise<Level[]> {
  const levels: Level[] = [];
  for (const { id, child, life } of incarnations) {
    const record = child === null || life === 'gone' ? undefined : await stackAt(about.world, id);
    if (record !== undefined) levels.push(await goneLevel(about, place, record, resource.name));
  }
  return levels;
}

async function goneLevel(about: Previewing, above: Place, record: StackRecord, parentResource: string): Promise<Level> {
  const { world, registry, caller, change, until } = about;
  const identity = { project: record.project, name: record.name, id: record.id };
  const place: Place = { record, identity, depth: above.depth + 1, parentResource };
  const known = await knownOf(world, record);
  const thereOf = await theresOf(world, known);
  const names = new Map(known.map(({ record: { id, name } }) => [id, name]));
  const sources = sourcesOf(world, registry, caller, { change, until, secret: false, stackName: record.name });
  const because = [`${parentResource} goes`];
  const below: Level[] = [];
  for (const each of known) below.push(...(await goneBelow(about, place, thereOf(each))));
  const deleted = known.map(each => {
    const calls = leavingCalls(thereOf(each), sources);
    return entryIn(place)(existing(registry, thereOf(each), names, { because, calls }, sources));
  });
  return { lists: { ...nothing, deleted }, below, isSame: false };
}
