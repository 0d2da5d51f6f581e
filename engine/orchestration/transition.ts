/**
 * From what a stack's resources were told last to what a new plan wants of them: who is new, who goes, who is told.
 *
 * Told are those whose definition, neighbours or exports differ, those that have not settled, and those that require a
 * told one; the others' rows stay untouched and count as settled, so an update that changes nothing writes next to
 * nothing (architecture: The one idea, Generation). Pure: an update runs it, and a preview shows what it gives.
 */
import type { Address, Uuid } from '../kernel/ids.ts';
import { requiredBy as reversed } from '../template/graph.ts';
import type { PlannedResource } from './jobs.ts';
import type { Arrived, ResourceOrder, TreeFacts, Untold } from './messages.ts';
import { isUnfinished, type ResourceRecord } from './records.ts';

/** A resource of the stack, by its row; its order's texts are opened. */
export interface Known {
  readonly address: Address;
  readonly record: ResourceRecord;
  readonly version: number;
}

/** The newest generation that anybody was told of, and who was; null: all. */
export interface Before {
  readonly generation: number;
  readonly told: ReadonlySet<Uuid> | null;
}

export interface Transition {
  /** Not there yet. */
  readonly added: readonly PlannedResource[];
  /** There, and of the plan: by id. */
  readonly kept: ReadonlyMap<Uuid, PlannedResource>;
  readonly removed: readonly Known[];
  /** Of those that are there, who is told; removed ones always are. */
  readonly told: ReadonlySet<Uuid>;
}

/** `observe`: everybody is told, to compare with what its cloud has. */
export function transition(
  plan: readonly PlannedResource[],
  known: readonly Known[],
  before: Before,
  observe: boolean,
  secret: boolean,
): Transition {
  const byName = new Map(known.map(each => [each.record.name, each]));
  const planned = new Map(plan.map(each => [each.name, each]));
  const removed = known.filter(({ record }) => !planned.has(record.name));
  const kept = new Map<Uuid, PlannedResource>();
  const told = new Set(removed.map(({ record }) => record.id));
  const users = usersIn(plan);
  const idOf = (name: string) => byName.get(name)?.record.id;
  for (const each of plan) {
    const there = byName.get(each.name);
    if (there === undefined) continue;
    kept.set(there.record.id, each);
    const neighbours = { requires: each.requires.map(idOf), requiredBy: (users.get(each.name) ?? []).map(idOf) };
    if (observe || hasNotSettled(there.record, before) || differs(there.record, each, neighbours, secret))
      told.add(there.record.id);
  }
  spread(plan, users, byName, told);
  return { added: plan.filter(({ name }) => !byName.has(name)), kept, removed, told };
}

/** Name → names of those that require it. */
export function usersIn(plan: readonly PlannedResource[]): ReadonlyMap<string, readonly string[]> {
  const users = reversed(new Map(plan.map(({ name, requires }) => [name, new Set(requires)])));
  return new Map([...users].map(([name, names]) => [name, [...names]]));
}

/** Who requires a told one is told. */
function spread(
  plan: readonly PlannedResource[],
  users: ReadonlyMap<string, readonly string[]>,
  byName: ReadonlyMap<string, Known>,
  told: Set<Uuid>,
): void {
  const isTold = (name: string): boolean => {
    const there = byName.get(name);
    return there === undefined || told.has(there.record.id);
  };
  const open = plan.map(({ name }) => name).filter(isTold);
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const user of users.get(name) ?? []) {
      if (isTold(user)) continue;
      const there = byName.get(user);
      if (there !== undefined) told.add(there.record.id);
      open.push(user);
    }
  }
}

function hasNotSettled(record: ResourceRecord, { generation, told }: Before): boolean {
  if (record.removed || record.status === 'FAILED' || isUnfinished(record)) return true;
  if (record.clean < record.generation || record.failedIn === record.generation) return true;
  return record.generation < generation && (told === null || told.has(record.id));
}

interface Neighbours {
  /** undefined: not there yet. */
  readonly requires: readonly (Uuid | undefined)[];
  readonly requiredBy: readonly (Uuid | undefined)[];
}

function differs(record: ResourceRecord, planned: PlannedResource, neighbours: Neighbours, secret: boolean): boolean {
  const { order } = record;
  const wanted = orderOf(planned, secret);
  return (
    planned.nested || // what is in it decides for itself
    order.type !== wanted.type ||
    order.alias !== wanted.alias ||
    order.properties !== wanted.properties ||
    order.metadata !== wanted.metadata ||
    order.deletionPolicy !== wanted.deletionPolicy ||
    order.policies !== wanted.policies ||
    order.description !== wanted.description ||
    order.externalId !== wanted.externalId ||
    order.breakpoints !== wanted.breakpoints ||
    wanted.breakpoints?.includes('pre-update') === true || // also where nothing changes
    order.secret !== wanted.secret ||
    !sameSet(record.exports, planned.exports) ||
    !sameSet(idsOf(record.requires), neighbours.requires) ||
    !sameSet(idsOf(record.requiredBy), neighbours.requiredBy)
  );
}

function idsOf(addresses: readonly Address[]): readonly Uuid[] {
  return addresses.map(({ id }) => id);
}

function sameSet<T>(a: readonly T[], b: readonly T[]): boolean {
  if (a.length !== b.length) return false;
  const set = new Set(a);
  return b.every(item => set.has(item));
}

/** What a resource is told to be; nothing is sealed. */
export function orderOf(planned: PlannedResource, secret: boolean, tree?: TreeFacts): ResourceOrder {
  return {
    type: planned.implementation,
    properties: planned.properties,
    metadata: planned.metadata,
    deletionPolicy: planned.deletionPolicy,
    description: planned.description,
    policies: planned.policies,
    secret,
    ...(planned.type === planned.implementation ? {} : { alias: planned.type }),
    ...(planned.externalId === undefined ? {} : { externalId: planned.externalId }),
    ...(planned.breakpoints === undefined ? {} : { breakpoints: planned.breakpoints }),
    ...(planned.nested && tree !== undefined ? { tree } : {}),
  };
}

/** What a told one learns of those it has to do with that are not told. */
export function restingOf(
  known: ReadonlyMap<Uuid, Known>,
  isTold: (id: Uuid) => boolean,
  requires: readonly Address[],
  others: readonly Address[],
): { readonly arrived: readonly Arrived[]; readonly untold: readonly Untold[] } {
  const arrived: Arrived[] = [];
  const untold = new Map<Uuid, Untold>();
  const rest = ({ id }: Address): Known | undefined => (isTold(id) ? undefined : known.get(id));
  for (const address of [...requires, ...others]) {
    const there = rest(address);
    if (there !== undefined) untold.set(address.id, { resource: address.id, version: there.version });
  }
  for (const address of requires) {
    const { id, current, exported } = rest(address)?.record ?? {};
    if (id !== undefined && current != null && exported != null)
      arrived.push({ resource: id, incarnation: current, exported });
  }
  return { arrived, untold: [...untold.values()] };
}
