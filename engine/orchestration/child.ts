/**
 * A nested stack's side of its orders (nesting.ts is the other): which it takes, and what it answers.
 *
 *   order ─▶ planned (a task) ─▶ ONE commit: the stack or its next generation, `taken` ─▶ … ─▶ settled ─▶ childSettled
 *
 * It takes an order only above the last that it took; its row says which that was and how it ended, so its parent may
 * ask again at any time. A delete of a stack that never came leaves a row of a deleted one: whatever was ordered before
 * and comes late makes nothing. A command that comes to it directly is a generation like any other; an order that it
 * cuts short ends with it.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors, type HeatError, isHeatError } from '../kernel/errors.ts';
import { invariant } from '../kernel/invariant.ts';
import { parseJson } from '../values/json.ts';
import { cleared } from '../values/sealed.ts';
import { emptyMap, isMap } from '../values/value.ts';
import { checkAsked } from './asking.ts';
import { blankStack, resourcesBorn } from './birth.ts';
import { childJob } from './child-plan.ts';
import { planFor } from './fetching.ts';
import type { PlanJob, PlanMade } from './jobs.ts';
import { isPlan, knownOf, layOut, toldIn } from './laying.ts';
import type { ChildSettled, Order } from './messages.ts';
import { sealed, tooManyStacks, versionNow, versionOf, withSealedContents } from './plan.ts';
import { plainFacade } from './plan-facts.ts';
import type { NestingRecord } from './nesting-records.ts';
import type { StackCredential } from './credential-records.ts';
import type { StackRecord } from './records.ts';
import type { StackTurn } from './stack-turn.ts';
import type { Before, Known } from './transition.ts';
import { resourcesBeside } from './tree-rows.ts';

/** The end of planning an order. */
export interface Ordered {
  readonly kind: 'ordered';
  readonly order: Order;
  /** The generation that was there; 0: no stack. */
  readonly base: number;
  readonly plan: PlanMade | HeatError;
  readonly known: readonly Known[];
  readonly before: Before;
}

/** How a stack's generation goes on (stack.ts). */
export interface Flow {
  survey(turn: StackTurn): void;
  goOn(turn: StackTurn): void;
  stop(turn: StackTurn, reason: string): void;
}

/** An order came. */
export function takeOrder(turn: StackTurn, order: Order, flow: Flow): void {
  const { record } = turn.memory;
  if (record === undefined) {
    if (order.what === 'delete') bury(turn, order);
    else if (order.what === 'define') plan(turn, order);
    else unmade(turn, order);
    return;
  }
  const { nesting } = record;
  if (nesting === null || order.order < nesting.taken) return;
  if (order.order === nesting.taken) {
    if (nesting.settled?.order === nesting.taken) answer(turn, order, true, nesting.settled.failure ?? undefined);
    return;
  }
  if (order.what === 'define') plan(turn, order);
  else if (order.what === 'delete') remove(turn, order, flow);
  else if (order.what === 'stop') halt(turn, order, flow);
  else act(turn, order, flow);
}

/** There is no such stack, and none is made by an earlier order. */
function unmade(turn: StackTurn, order: Order): void {
  turn.setMemory({ ordering: undefined });
  const { what, parentResource } = order;
  const isStop = what === 'stop';
  answer(turn, order, false, isStop ? 'Stack CREATE cancelled' : `Cannot ${what} ${parentResource}, stack not created`);
}

function answer(turn: StackTurn, { order, parent }: Pick<Order, 'order' | 'parent'>, there: boolean, failure?: string) {
  const child = turn.context.self.stack;
  const why = failure === undefined ? {} : { failure };
  const message: ChildSettled = { kind: 'childSettled', child, order, there, ...why };
  turn.tell(parent, message);
}

/** From here on the order is the stack's: older ones are dropped. */
function take(turn: StackTurn, { order, parent, what, credential, secret = false }: Order): void {
  // Once it was, an older definition may hold one; and it may be taken back.
  const isSecret = secret || turn.record.nesting?.secret === true;
  const nesting: NestingRecord = { parent, taken: order, what, settled: null, ...(isSecret ? { secret: true } : {}) };
  turn.set({ nesting, ...sharedIn(turn.record.credential, credential) });
}

/** The tree's credential, where the stack has none of its own. */
function sharedIn(own: StackCredential, sealedText: string | undefined): { readonly credential?: StackCredential } {
  if (sealedText === undefined || (own.kind !== 'none' && own.kind !== 'shared')) return {};
  return { credential: { kind: 'shared', sealed: sealedText } };
}

/** The order that was taken last has ended: the row says so, the parent is told. Nothing, where it ended before. */
export function tellParent(turn: StackTurn, failure?: string): void {
  const { nesting } = turn.record;
  if (nesting === null || nesting.settled?.order === nesting.taken) return;
  const why = failure ?? missed(turn.record, nesting);
  turn.set({ nesting: { ...nesting, settled: { order: nesting.taken, failure: why ?? null } } });
  answer(turn, { order: nesting.taken, parent: nesting.parent }, true, why);
}

/** It ended well, but not with what was ordered: a command that came to it directly cut the order short. */
function missed({ action, name }: StackRecord, { what }: NestingRecord): string | undefined {
  if (action === 'DELETE' && what !== 'delete') return errors.EntityNotFound({ entity: 'Stack', name }).message;
  return action === 'ROLLBACK' ? 'Stack UPDATE cancelled' : undefined;
}

function refuse(turn: StackTurn, order: Order, failure: string): void {
  take(turn, order);
  tellParent(turn, failure);
}

/** A stack that shall not be, and never was. */
function bury(turn: StackTurn, order: Order): void {
  const now = msOf(turn.context.now());
  turn.born({
    ...blankStack(turn, aboutOf(order)),
    action: 'DELETE',
    status: 'COMPLETE',
    reason: 'Stack DELETE completed successfully',
    deletedAt: now,
  });
  take(turn, order);
  tellParent(turn);
}

function aboutOf(order: Order): Parameters<typeof blankStack>[1] {
  const { tree, name, parent, parentResource, root, timeoutMins, apart = false } = order;
  return {
    project: tree.project,
    name,
    username: tree.username,
    isAdmin: tree.isAdmin,
    disableRollback: true,
    timeoutMins: timeoutMins ?? null,
    tags: null,
    owner: parent.stack,
    parentResource,
    ...(apart ? { apart } : {}),
    root,
    nestedDepth: tree.depth + 1,
  };
}

function remove(turn: StackTurn, order: Order, flow: Flow): void {
  take(turn, order);
  const { record } = turn;
  if (record.deletedAt !== null) {
    tellParent(turn);
    return;
  }
  if (record.action === 'DELETE' && record.status === 'IN_PROGRESS') return;
  if (record.status === 'IN_PROGRESS') turn.status(record.action, 'FAILED', `Stack ${record.action} cancelled`);
  turn.begin('DELETE');
  flow.survey(turn);
}

function halt(turn: StackTurn, order: Order, flow: Flow): void {
  take(turn, order);
  const { action, status, reason, name } = turn.record;
  if (action === 'DELETE') tellParent(turn, errors.EntityNotFound({ entity: 'Stack', name }).message);
  else if (status === 'IN_PROGRESS') flow.stop(turn, `Stack ${action} cancelled`);
  else tellParent(turn, status === 'FAILED' ? reason : undefined);
}

const actions = { suspend: 'SUSPEND', resume: 'RESUME', check: 'CHECK' } as const;

function act(turn: StackTurn, order: Order, flow: Flow): void {
  const { record } = turn;
  invariant(order.what in actions, 'an order that only acts');
  const action = actions[order.what as keyof typeof actions];
  if (record.deletedAt !== null) {
    refuse(turn, order, errors.EntityNotFound({ entity: 'Stack', name: record.name }).message);
  } else if (record.status === 'IN_PROGRESS') {
    refuse(turn, order, errors.ActionInProgress({ stack: record.name, action: record.action }).message);
  } else {
    take(turn, order);
    if (record.action === action && record.status === 'COMPLETE' && action !== 'CHECK') {
      turn.status(action, 'COMPLETE');
      tellParent(turn);
      return;
    }
    turn.begin(action);
    flow.survey(turn);
  }
}

function plan(turn: StackTurn, order: Order): void {
  const { record, ordering } = turn.memory;
  if (ordering !== undefined && ordering >= order.order) return;
  turn.setMemory({ ordering: order.order });
  turn.effect({ do: 'task', cloud: false, run: orderTask(turn.context.self.id, record, order) });
}

/**
 * A plan was made of what was there before: another generation began since, or this one's resources came to be. Those
 * are not known to the plan, and would be left over.
 */
export function hasMoved(
  { generation, laid }: StackRecord,
  { base, before }: { readonly base: number; readonly before: Before },
): boolean {
  return generation !== base || laid !== before.generation;
}

/** An order was planned: the stack is born with it, or begins its next generation. */
export function takeUpOrder(turn: StackTurn, ordered: Ordered, flow: Flow): void {
  const { order, plan: made } = ordered;
  const { record, ordering } = turn.memory;
  if (ordering !== order.order) return;
  turn.setMemory({ ordering: undefined });
  if (record !== undefined && (record.nesting === null || record.nesting.taken >= order.order)) return;
  if (record === undefined ? ordered.base > 0 : hasMoved(record, ordered)) {
    plan(turn, order); // something came in between: what this changes is found out again
    return;
  }
  if (record === undefined) {
    if (isPlan(made)) bornWith(turn, order, made, flow);
    else answer(turn, order, false, worded(made));
    return;
  }
  const gone = record.deletedAt !== null || record.action === 'DELETE';
  if (gone) refuse(turn, order, errors.EntityNotFound({ entity: 'Stack', name: record.name }).message);
  else if (record.action === 'SUSPEND')
    refuse(turn, order, errors.NotSupported({ feature: 'Updating a stack when it is suspended' }).message);
  else if (isPlan(made)) changeTo(turn, made, ordered, flow);
  else refuse(turn, order, worded(made));
}

/** As reasons are stored, with single colons. */
function worded({ message }: HeatError): string {
  return message.replaceAll(': : ', ': ');
}

function bornWith(turn: StackTurn, order: Order, made: PlanMade, flow: Flow): void {
  turn.born(blankStack(turn, aboutOf(order)));
  take(turn, order);
  turn.set(versionOf(turn, made, filesOf(made, order)));
  turn.status('CREATE', 'IN_PROGRESS');
  turn.armDeadline();
  resourcesBorn(turn, made);
  if (turn.memory.pending?.size === 0) flow.goOn(turn);
}

/** The key of its files where they are its parent's. */
function filesOf({ fetched }: PlanMade, { tree }: Order): string | undefined {
  return fetched === true ? undefined : tree.files;
}

function changeTo(turn: StackTurn, made: PlanMade, { order, known, before }: Ordered, flow: Flow): void {
  const { action, status } = turn.record;
  take(turn, order);
  turn.set({
    previous: versionNow(turn.record),
    timeoutMins: order.timeoutMins ?? null,
    isAdmin: order.tree.isAdmin,
    observe: order.converge,
  });
  turn.set(versionOf(turn, made, filesOf(made, order)));
  // What it was ordered before ends with it (contract: lifecycle §3, 4c).
  if (status === 'IN_PROGRESS') turn.status(action, 'FAILED', `Stack ${action} cancelled`);
  turn.begin('UPDATE');
  layOut(turn, made, known, before);
  flow.goOn(turn);
}

function orderTask(
  stack: StackRecord['id'],
  record: StackRecord | undefined,
  order: Order,
): (world: World) => Promise<Ordered> {
  return async world => {
    const crowded = record === undefined && order.apart === true ? await tooManyStacks(world, order.tree) : undefined;
    const secret = order.secret === true || record?.nesting?.secret === true;
    const made = crowded ?? (await planOrder(world, stack, order, secret));
    const base = record?.generation ?? 0;
    if (record === undefined) {
      const whole = isPlan(made) ? sealed(world, made) : made;
      return { kind: 'ordered', order, base, plan: whole, known: [], before: { generation: 0, told: null } };
    }
    const whole = isPlan(made) ? withSealedContents(world, made) : made;
    const known = await knownOf(world, record);
    return { kind: 'ordered', order, base, plan: whole, known, before: await toldIn(world, record) };
  };
}

/** What the order makes of the stack: its own template and parameters in its parent's environment. */
async function planOrder(
  world: World,
  stack: StackRecord['id'],
  order: Order,
  secret: boolean,
): Promise<PlanMade | HeatError> {
  const { tree, root, entry, file, timeoutMins = null } = order;
  const keys = [tree.environment, tree.files];
  const bodies = await untilAvailable(world, () => world.store.contents(root, keys));
  const kept = bodies.get(tree.environment);
  const given = order.parameters === undefined ? null : parseJson(world.vault.open(order.parameters));
  const template = order.template === undefined ? undefined : cleared(order.template, world.vault);
  const asked = { template, file, entry, timeoutMins, parameters: isMap(given) ? given : emptyMap };
  let job: PlanJob;
  try {
    job = childJob(asked, {
      stackId: stack,
      stackName: order.name,
      projectId: tree.project,
      depth: tree.depth + 1,
      others: order.apart === true ? 0 : await resourcesBeside(world, order.parent.stack, stack),
      parentResource: order.parentResource,
      environment: kept === undefined ? '{}' : world.vault.open(kept),
      files: bodies.get(tree.files) ?? '{}',
      isAdmin: tree.isAdmin,
      extended: tree.extended === true,
      facade: order.apart === true ? undefined : cleared(order.facade ?? plainFacade, world.vault),
    });
  } catch (error) {
    if (isHeatError(error)) return error;
    throw error;
  }
  const credential = order.credential === undefined ? '' : world.vault.open(order.credential);
  const made = await planFor(world, { ...job, secret, patient: true }, credential);
  if (isHeatError(made)) return made;
  return (await checkAsked(world, credential, made.asked)) ?? made;
}
