/**
 * Orders to a nested stack: what the plan of its resource says, numbered, as a message (nesting.ts says when).
 *
 * Everything that an order says follows from the resource's rows, so that it can be told again as often as needed.
 */
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import type { ChildDefinition, ChildMember, NestedContext, NestedLife, NestedPlan } from '../kit/resource.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { emptyMap, isList, type Value, type ValueMap } from '../values/value.ts';
import { mapFrom } from './making.ts';
import type { Order, OrderKind } from './messages.ts';
import type { ChildRecord } from './nesting-records.ts';
import { facadeText, plainFacade, updatePolicyIn } from './plan-facts.ts';
import type { IncarnationRecord } from './records.ts';
import type { ResourceState, ResourceTurn } from './resource-turn.ts';

export function childAddress(id: Uuid): Address {
  return { kind: 'stack', stack: id, bucket: 0, id };
}

/** The children whose rows it waits for. */
export function awaitedChildren({ incarnations }: ResourceState): readonly Address[] {
  return incarnations.filter(({ child }) => child?.at === 'ordered').map(({ id }) => childAddress(id));
}

export function lifeOf(turn: ResourceTurn, { type }: IncarnationRecord): NestedLife {
  const { life } = turn.type(type);
  invariant(life.kind === 'nested', `the thing of ${type} is a stack`);
  return life;
}

export function childOf({ child }: IncarnationRecord): ChildRecord {
  invariant(child !== null, 'its thing is a stack');
  return child;
}

export function setChild(turn: ResourceTurn, id: Uuid, change: Partial<ChildRecord>): IncarnationRecord {
  const incarnation = turn.incarnation(id);
  invariant(incarnation !== undefined, 'an incarnation with a child is there');
  return turn.setIncarnation(id, { child: { ...childOf(incarnation), ...change } });
}

/** What it shall be, while that is under way. */
export function wanted(turn: ResourceTurn, { work, properties }: IncarnationRecord): ValueMap {
  return mapFrom(turn.clear(work?.kind === 'update' ? work.properties : properties));
}

/** The `update_policy` section, as far as it is known. */
export function updatePolicyOf(turn: ResourceTurn): Value {
  return updatePolicyIn(turn.resource.order.policies);
}

/** All definitions on the way. The same as long as the incarnation's row is: it is asked again and again. */
export function planOf(turn: ResourceTurn, incarnation: IncarnationRecord): NestedPlan {
  const { work, properties } = incarnation;
  const child = childOf(incarnation);
  const { order, timeoutMs: newestMs } = turn.resource;
  const { policies, timeoutMs, isStale = false } = child.asked ?? { policies: order.policies, timeoutMs: newestMs };
  const context: NestedContext = {
    resourceName: turn.resource.name,
    updatePolicy: updatePolicyIn(policies),
    stackTimeoutMs: timeoutMs,
    kept: mapFrom(turn.clear(child.kept)),
    previous: work === null ? undefined : mapFrom(turn.clear(properties)),
    members: membersFrom(child.members === '' ? '[]' : turn.clear(child.members)),
    isStale,
  };
  return lifeOf(turn, incarnation).plan(wanted(turn, incarnation), context);
}

export function membersFrom(text: string): readonly ChildMember[] {
  const list = parseJson(text);
  invariant(isList(list), 'stored members are a list');
  return list.filter(isList).map(([name, definition, reference, isFailed]) => ({
    name: String(name),
    definition: definition ?? null,
    reference: reference ?? null,
    failed: isFailed === true,
  }));
}

/** The next order: its number is in the row before it leaves. */
export function give(turn: ResourceTurn, { id }: IncarnationRecord, what: OrderKind): void {
  const incarnation = turn.incarnation(id);
  invariant(incarnation !== undefined, 'who gets an order is there');
  const { order } = childOf(incarnation);
  const { tree } = turn.resource.order;
  const passed = tree === undefined ? {} : { tree };
  const ordered = setChild(turn, id, { order: order + 1, what, at: 'ordered', ...passed });
  if (what === 'define' && incarnation.physicalId === null) {
    turn.setIncarnation(id, { physicalId: id });
    if (turn.resource.current === id) turn.set({ physicalId: id });
  }
  tellOrder(turn, ordered);
}

export function tellOrder(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { resource, context } = turn;
  const { order, what, index, tree = resource.order.tree } = childOf(incarnation);
  if (tree === undefined) return; // its definition is not of this release
  const message: Order = {
    kind: 'order',
    order,
    parent: context.self,
    what,
    parentResource: resource.name,
    name: incarnation.physicalName,
    root: resource.root as Uuid,
    tree,
    converge: resource.observe,
    entry: [],
    ...(lifeOf(turn, incarnation).apart === true ? { apart: true } : {}),
    ...(resource.credential === null || resource.credential === '' ? {} : { credential: resource.credential }),
  };
  const definition = what === 'define' ? planOf(turn, incarnation).definitions[index] : undefined;
  const said = definition === undefined ? {} : definitionOf(turn, definition, incarnation);
  turn.tell(childAddress(incarnation.id), { ...message, ...said });
}

function definitionOf(turn: ResourceTurn, definition: ChildDefinition, incarnation: IncarnationRecord): Partial<Order> {
  const { template, parameters, entry } = definition;
  const { secret } = incarnation;
  // One that is shown as a root has the time of any root where it has none of its own.
  const isApart = lifeOf(turn, incarnation).apart === true;
  const parents = isApart ? undefined : turn.resource.order.tree?.timeoutMins;
  const facade = isApart ? plainFacade : facadeOf(turn, incarnation);
  const timeoutMins = definition.timeoutMins ?? parents;
  return {
    ...(template.kind === 'file' ? { file: template.name } : { template: turn.kept(template.text, secret) }),
    ...(secret ? { secret } : {}),
    parameters: turn.context.seal(writeJson(parameters)),
    entry,
    ...(facade === plainFacade ? {} : { facade: turn.kept(facade, secret) }),
    ...(timeoutMins === undefined ? {} : { timeoutMins }),
  };
}

/** What of the definition the stack may ask for (resource_facade). */
function facadeOf(turn: ResourceTurn, { work, frozen: made }: IncarnationRecord): string {
  const frozen = turn.clear(work?.kind === 'update' ? work.frozen : made);
  if (frozen === '') return plainFacade;
  const [metadata, deletionPolicy, policies] = JSON.parse(frozen) as readonly [string, string, string];
  return facadeText(metadata === '' ? emptyMap : parseJson(metadata), deletionPolicy, updatePolicyIn(policies));
}

/** Orders its delete, unless that was done. True once it is gone. */
export function orderGone(turn: ResourceTurn, incarnation: IncarnationRecord): boolean {
  const child = childOf(incarnation);
  const ordered = incarnation.life === 'going' && child.what === 'delete';
  if (child.order === 0 || (ordered && child.at === 'idle')) return true;
  if (ordered) return false;
  turn.disarm('wait');
  give(turn, turn.setIncarnation(incarnation.id, { life: 'going', work: null, wait: null }), 'delete');
  return false;
}
