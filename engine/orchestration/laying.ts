/**
 * Laying a generation out: new resources are born, and everybody who is told is remembered until it has settled.
 *
 * What is laid out can be laid out again from the rows alone: the plan is made again from the stack's contents, and
 * who was told is in the stack's row (`told`), so that a restarted stack tells the same ones the same (architecture:
 * The one idea). A generation that nobody was told of yet (a rollback before its plan is made) is laid out then.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import { type HeatError, isHeatError } from '../kernel/errors.ts';
import { type Address, bucketOfResource, type Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { breakpointsOf } from '../template/resource-registry.ts';
import { cleared } from '../values/sealed.ts';
import type { Row } from '../store/store.ts';
import { canCheck, type Registry } from '../kit/resource.ts';
import type { PlanMade, PlannedResource } from './jobs.ts';
import type { Converge, ResourceOrder, TreeFacts, Update } from './messages.ts';
import { keep, planUpdate, replan } from './plan.ts';
import { decode, isActing, type ResourceRecord, type StackRecord } from './records.ts';
import { type Pending, type StackTurn, timeoutMs } from './stack-turn.ts';
import { type Before, type Known, orderOf, restingOf, type Transition, transition, usersIn } from './transition.ts';
import { stacksBelow } from './tree-rows.ts';
import { holdsOf } from './users.ts';

/** A survey's result: all resources of the stack that are not over, and what the stack wants of them. */
export interface Surveyed {
  readonly kind: 'surveyed';
  readonly generation: number;
  readonly known: readonly Known[];
  readonly before: Before;
  /** Of the generation before one in which everybody is told. */
  readonly prior: Before;
  /** Absent where nothing is wanted but what the rows say. */
  readonly plan?: PlanMade | HeatError;
  /** It is to be checked, and something in it or below has no check. */
  readonly unchecked: boolean;
}

/** Reads which resources there are and how far each is, and makes the plan again where there is one. */
export function surveyTask(registry: Registry, stack: StackRecord): (world: World) => Promise<Surveyed> {
  return async world => {
    const known = await knownOf(world, stack);
    const before = await toldIn(world, stack);
    const prior = await toldIn(world, { ...stack, ...stack.prior });
    const plan = isPlanned(stack) ? { plan: await replan(world, stack) } : {};
    const unchecked = stack.action === 'CHECK' && !(await checksAll(world, registry, stack, known));
    return { kind: 'surveyed', generation: stack.generation, known, before, prior, ...plan, unchecked };
  };
}

async function checksAll(
  world: World,
  registry: Registry,
  stack: StackRecord,
  known: readonly Known[],
): Promise<boolean> {
  const types = known.map(({ record }) => record.order.type);
  const below = await stacksBelow(world, stack.id, { shown: true });
  if (below.length > 0) {
    const where = [{ column: 'stack', in: below.map(({ key }) => key) }];
    const rows = await untilAvailable(world, () => world.store.select('resources', { where }));
    types.push(...rows.map(row => decode.resource(row).order.type));
  }
  return types.every(name => {
    const type = registry.get(name);
    return type !== undefined && canCheck(type);
  });
}

/** The actions that follow a template. */
export function isPlanned({ action }: StackRecord): boolean {
  return action === 'UPDATE' || action === 'ROLLBACK';
}

/** The stack's resources; orders are opened. */
export async function knownOf(world: World, stack: StackRecord): Promise<readonly Known[]> {
  const rows = await untilAvailable(world, () =>
    world.store.select('resources', { where: [{ column: 'stack', in: [stack.id] }], withGone: true }),
  );
  // What is over already has its events, too: the stack's own come after them.
  for (const row of rows) world.clock.observe(row.clock);
  return rows.filter(row => row.goneAt === null).map(row => knownRow(world, row));
}

function knownRow(world: World, row: Row): Known {
  const record = decode.resource(row);
  const { properties, metadata } = record.order;
  const open = (text: string): string => cleared(text, world.vault);
  const order = { ...record.order, properties: open(properties), metadata: open(metadata) };
  const address = { kind: row.kind, stack: row.stack, bucket: row.bucket, id: row.actor };
  return { address, record: { ...record, order }, version: row.version };
}

/** Who was told of the newest generation that was laid out. */
export async function toldIn(
  world: World,
  { root, told, laid }: Pick<StackRecord, 'root' | 'told' | 'laid'>,
): Promise<Before> {
  if (told === null) return { generation: laid, told: null };
  const bodies = await untilAvailable(world, () => world.store.contents(root, [told]));
  return { generation: laid, told: new Set((bodies.get(told) ?? '').split(' ') as Uuid[]) };
}

/** The end of planning an update: what the stack shall be (secrets sealed but in definitions), and what there is. */
export interface Replanned {
  readonly kind: 'replanned';
  readonly request: Uuid;
  readonly command: Update;
  /** The generation that was there: where another has begun since, it is planned again. */
  readonly base: number;
  readonly plan: PlanMade | HeatError;
  readonly known: readonly Known[];
  readonly before: Before;
}

/** The task that plans one update. */
export function updateTask(stack: StackRecord, request: Uuid, command: Update): (world: World) => Promise<Replanned> {
  return async world => {
    const plan = await planUpdate(world, stack, command);
    const known = await knownOf(world, stack);
    const before = await toldIn(world, stack);
    return { kind: 'replanned', request, command, base: stack.generation, plan, known, before };
  };
}

/**
 * Lays out a generation that follows no template: everybody that has not settled in it is told. One that only acts
 * passes over what is on its way out: that may have to wait for another update, and nobody waits for it.
 */
export function layOutAll(turn: StackTurn, known: readonly Known[], prior: Before): void {
  const pending = new Map<Uuid, Pending>();
  const isOut = ({ removed }: ResourceRecord): boolean => removed && isActing(turn.record.action);
  const out = new Set(known.filter(({ record }) => isOut(record)).map(({ record }) => record.id));
  const byId = new Map(known.map(each => [each.record.id, each]));
  for (const { record, address } of known) {
    if (out.has(record.id) || progressOf(turn.record, record).kind === 'settled') continue;
    pending.set(record.id, { address, order: orderWithout(turn.record, record, out, { byId, before: prior }) });
  }
  turn.setMemory({ surveying: undefined, pending });
}

/** Lays the stack's generation out: births, and who is told what. Whoever calls tells them (telling.ts). */
export function layOut(turn: StackTurn, plan: PlanMade, known: readonly Known[], before: Before): void {
  const { record } = turn;
  const made = transition(plan.resources, known, before, record.observe, plan.secret);
  const isLaid = record.laid === record.generation;
  // Of a generation that is laid out it is known who was told; that is not thought about again.
  const told =
    isLaid && before.told !== null ? before.told : isLaid ? new Set(known.map(each => each.record.id)) : made.told;
  const addresses = addressesOf(turn, made, known);
  const { added, kept } = made;
  const big = added.length > turn.spread.bigPlanRows ? turn.context.uuid() : null;
  // Newborn ones are told, too: they count when the stack is loaded again.
  const newborn = added.flatMap(({ name }) => addresses.get(name)?.id ?? []);
  if (!isLaid) remember(turn, told.size === known.length ? null : [...told, ...newborn], big);
  const byId = new Map(known.map(each => [each.record.id, each]));
  const isTold = (id: Uuid): boolean => told.has(id) || !byId.has(id);
  const users = usersIn(plan.resources);
  const rows: Rows = { byId, before };
  const pending = new Map<Uuid, Pending>();
  const order = (planned: PlannedResource, id: Uuid): Converge => {
    const requires = named(addresses, planned.requires);
    const requiredBy = named(addresses, users.get(planned.name) ?? []);
    const former = byId.get(id)?.record;
    const others = [...requiredBy, ...(former?.requiredBy ?? []), ...(former?.formerUsers ?? [])];
    return {
      ...common(turn.record),
      removed: false,
      order: sealed(turn, orderOf(planned, plan.secret, treeFacts(turn.record))),
      requires,
      requiredBy,
      exports: planned.exports,
      ...restingOf(byId, isTold, requires, others),
      over: former === undefined ? [] : overOf(former, rows),
    };
  };
  for (const planned of added) {
    const address = addresses.get(planned.name);
    if (address === undefined) continue;
    const converge = order(planned, address.id);
    const value = resourceBorn(turn.record, planned.name, address, converge);
    turn.effect({ do: 'birth', address, durable: { table: 'resources', key: address.id, value }, plan: big });
    // Its row says it all.
    const { order: _said, ...first } = converge;
    pending.set(address.id, { address, order: first });
  }
  for (const { record: resource, address } of known) {
    if (!told.has(resource.id)) continue;
    const planned = kept.get(resource.id);
    const converge = planned === undefined ? removal(turn.record, resource, rows, isTold) : order(planned, resource.id);
    if (progressOf(turn.record, resource).kind !== 'settled') pending.set(resource.id, { address, order: converge });
  }
  turn.setMemory({ surveying: undefined, pending });
}

/** `told`: null where all are. */
function remember(turn: StackTurn, told: readonly Uuid[] | null, big: Uuid | null): void {
  const { record } = turn;
  turn.set({
    told: told === null ? null : keep(turn, told.join(' ')),
    laid: record.generation,
    plans: big === null ? record.plans : [...record.plans, big],
  });
}

/** Name → address; new ones are given theirs. */
function addressesOf(
  turn: StackTurn,
  { added, kept }: Transition,
  known: readonly Known[],
): ReadonlyMap<string, Address> {
  const addresses = new Map<string, Address>();
  for (const { record, address } of known) if (kept.has(record.id)) addresses.set(record.name, address);
  let { ordinal } = turn.record;
  for (const { name } of added) {
    const bucket = bucketOfResource(ordinal++, turn.spread.bucketSize);
    addresses.set(name, { kind: 'resource', stack: turn.record.id, bucket, id: turn.context.uuid() });
  }
  if (ordinal !== turn.record.ordinal) turn.set({ ordinal });
  return addresses;
}

/** The addresses of names; of those that have one. */
export function named(addresses: ReadonlyMap<string, Address>, names: Iterable<string>): readonly Address[] {
  return [...names].map(name => addresses.get(name)).filter(address => address !== undefined);
}

function sealed(turn: StackTurn, order: ReturnType<typeof orderOf>): ReturnType<typeof orderOf> {
  if (!order.secret) return order;
  return { ...order, properties: turn.context.seal(order.properties), metadata: turn.context.seal(order.metadata) };
}

/** What a resource whose thing is a stack passes down. */
export function treeFacts(stack: StackRecord): TreeFacts {
  const { project, username, isAdmin, nestedDepth, timeoutMins, contents, facts } = stack;
  return {
    project,
    username,
    isAdmin,
    depth: nestedDepth,
    ...(timeoutMins === null ? {} : { timeoutMins }),
    environment: contents.environment,
    files: contents.files,
    ...(facts?.extended === true ? { extended: true } : {}),
  };
}

/** What every order of a generation says. */
export function common(
  stack: StackRecord,
): Required<Pick<Converge, 'kind' | 'generation' | 'action' | 'deadline' | 'observe' | 'timeoutMs'>> {
  return {
    kind: 'converge',
    generation: stack.generation,
    action: stack.action,
    deadline: stack.deadline,
    observe: stack.observe,
    timeoutMs: timeoutMs(stack.timeoutMins),
  };
}

/** It shall go: as its row says, but nobody requires it any more. */
function removal(stack: StackRecord, resource: ResourceRecord, rows: Rows, isTold: (id: Uuid) => boolean): Converge {
  const { requires, requiredBy, formerUsers, exports } = resource;
  const { untold } = restingOf(rows.byId, isTold, [], [...requiredBy, ...formerUsers]);
  return {
    ...common(stack),
    removed: true,
    ...stopsOf(stack, resource),
    requires,
    requiredBy: [],
    exports,
    arrived: [],
    untold,
    over: overOf(resource, rows),
  };
}

function stopsOf({ breakpoints: all = [] }: StackRecord, { name }: ResourceRecord): Pick<Converge, 'breakpoints'> {
  const breakpoints = breakpointsOf(all, name);
  return breakpoints === undefined ? {} : { breakpoints };
}

/** What an action that follows no template tells a resource: to go, to act, or what its row says. */
function orderWithout(stack: StackRecord, resource: ResourceRecord, out: ReadonlySet<Uuid>, rows: Rows): Converge {
  const staying = (others: readonly Address[]): readonly Address[] =>
    out.size === 0 ? others : others.filter(({ id }) => !out.has(id));
  const { kind, generation, action, deadline, observe, timeoutMs } = common(stack);
  const removed = action === 'DELETE' || (action !== 'CREATE' && resource.removed);
  return {
    kind,
    generation,
    action,
    deadline,
    observe,
    timeoutMs,
    removed,
    ...(removed ? stopsOf(stack, resource) : {}),
    requires: staying(resource.requires),
    requiredBy: staying(resource.requiredBy).filter(({ id }) => rows.byId.has(id)),
    exports: resource.exports,
    arrived: [],
    untold: [],
    over: overOf(resource, rows),
  };
}

/** What the stack's resources are by their rows, and who was told of the generation before: their rows may be older. */
interface Rows {
  readonly byId: ReadonlyMap<Uuid, Known>;
  readonly before: Before;
}

/**
 * Of all that required it, by its row, the ones that are over, or that have let go of it: they took up what it took up
 * last, and all that they were told of; it is none of those they require or did before, and all that they hold is of
 * those they require.
 */
function overOf(resource: ResourceRecord, { byId, before }: Rows): readonly Uuid[] {
  const isIt = ({ id }: Address): boolean => id === resource.id;
  const hasHeard = ({ id, generation }: ResourceRecord): boolean =>
    generation >= before.generation || before.told?.has(id) === false;
  const hasLetGo = (user: ResourceRecord): boolean =>
    hasHeard(user) &&
    user.generation >= resource.generation &&
    ![...user.requires, ...user.former].some(isIt) &&
    holdsOf(user).every(held => user.requires.some(({ id }) => byId.get(id)?.record.current === held));
  return [...resource.requiredBy, ...resource.formerUsers].flatMap(({ id }) => {
    const user = byId.get(id)?.record;
    return user === undefined || hasLetGo(user) ? [id] : [];
  });
}

/** A resource's first row, whole: whoever owns its bucket can go on from it alone. */
export function resourceBorn(
  stack: StackRecord,
  name: string,
  address: Address,
  converge: Converge,
  order: ResourceOrder | undefined = converge.order,
): ResourceRecord {
  const { requires, requiredBy, exports, untold } = converge;
  invariant(order !== undefined, 'a resource is born with a definition');
  const at = stack.updatedAt ?? stack.createdAt;
  return {
    id: address.id,
    name,
    type: order.alias ?? order.type,
    root: stack.root,
    stackName: stack.name,
    action: 'INIT',
    status: 'COMPLETE',
    reason: '',
    physicalId: null,
    createdAt: at,
    updatedAt: at,
    generation: stack.generation,
    task: stack.action,
    removed: false,
    stopped: false,
    observe: false,
    reached: 0,
    clean: 0,
    failedIn: 0,
    failure: '',
    order,
    requires,
    requiredBy,
    formerUsers: [],
    former: [],
    untold,
    holds: {},
    exports,
    deadline: stack.deadline,
    timeoutMs: timeoutMs(stack.timeoutMins),
    credential: stack.credential.kind === 'none' ? '' : null,
    current: null,
    exported: null,
    absent: false,
  };
}

export type Progress =
  | { readonly kind: 'settled' }
  | { readonly kind: 'under way' }
  | { readonly kind: 'failed'; readonly reason: string };

/** Where a resource that was told stands in the stack's generation, by its row. */
export function progressOf(stack: StackRecord, resource: ResourceRecord): Progress {
  if (resource.generation < stack.generation) return { kind: 'under way' };
  if (resource.failedIn === stack.generation) return { kind: 'failed', reason: resource.failure };
  return (isActing(stack.action) ? resource.reached : resource.clean) >= stack.generation
    ? { kind: 'settled' }
    : { kind: 'under way' };
}

/** Whether a plan that was made again is one. */
export function isPlan(plan: PlanMade | HeatError): plan is PlanMade {
  return !isHeatError(plan);
}
