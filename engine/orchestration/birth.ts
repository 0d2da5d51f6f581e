/**
 * A stack's birth: one commit makes the stack, its resources, its name and its first event true.
 *
 * Rows of resources are whole (generation, order, requires, requiredBy, exports), so that whoever owns their bucket
 * can go on from the row alone. A plan with more new rows than turn.spread.bigPlanRows goes ahead in commits of its own,
 * marked with the plan's uuid and seen by nobody, until the stack's row names that uuid (architecture: Big plans).
 */
import { addMs, msOf } from '../kernel/clock.ts';
import { errors } from '../kernel/errors.ts';
import { type Address, bucketOfResource, type Uuid } from '../kernel/ids.ts';
import type { PlanMade } from './jobs.ts';
import { common, named, resourceBorn, treeFacts } from './laying.ts';
import type { Converge, Create } from './messages.ts';
import { versionOf } from './plan.ts';
import type { StackCredential } from './credential-records.ts';
import type { StackRecord } from './records.ts';
import { tellPending } from './telling.ts';
import { type Pending, type StackTurn, timeoutMs } from './stack-turn.ts';
import { orderOf, usersIn } from './transition.ts';

/** Lazy by the plan: only a stack whose types call a cloud keeps the user's own, until it is delegated. */
export function credentialOf(command: Pick<Create, 'credential'>, plan: PlanMade): StackCredential {
  const { credential } = command;
  return plan.callsCloud && credential !== undefined ? { kind: 'own', sealed: credential } : { kind: 'none' };
}

/** What tells one stack from another before anything is known of its template. */
export type About = Pick<
  StackRecord,
  | 'project'
  | 'name'
  | 'username'
  | 'isAdmin'
  | 'disableRollback'
  | 'timeoutMins'
  | 'tags'
  | 'owner'
  | 'parentResource'
  | 'root'
  | 'nestedDepth'
  | 'apart'
>;

/** A stack that begins to be created now, of which nothing is planned. */
export function blankStack(turn: StackTurn, about: About): StackRecord {
  const now = turn.context.now();
  return {
    ...about,
    id: turn.context.self.id,
    userProject: null,
    action: 'CREATE',
    status: 'IN_PROGRESS',
    reason: '',
    createdAt: msOf(now),
    updatedAt: null,
    deletedAt: null,
    generation: 1,
    plans: [],
    contents: { template: '', environment: '', files: '', outputs: '' },
    version: '',
    description: '""',
    parameters: '{}',
    hidden: [],
    previous: null,
    told: null,
    laid: 1,
    observe: false,
    ordinal: 0,
    stopped: 0,
    deadline: addMs(now, timeoutMs(about.timeoutMins)),
    answers: [],
    credential: { kind: 'none' },
    nesting: null,
  };
}

/** Gives birth to the stack and all of its resources, answers, and tells each to begin. */
export function birth(turn: StackTurn, request: Uuid, command: Create, plan: PlanMade): void {
  const { id } = turn.context.self;
  const { project, name, username, isAdmin, disableRollback } = command;
  turn.born({
    ...blankStack(turn, {
      project,
      name,
      username,
      isAdmin,
      disableRollback,
      timeoutMins: command.timeoutMins ?? null,
      tags: command.tagged ? command.tags : null,
      owner: null,
      parentResource: null,
      root: id,
      nestedDepth: 0,
    }),
    credential: credentialOf(command, plan),
  });
  turn.set(versionOf(turn, plan));
  turn.effect({ do: 'name', name: { project, name, stack: id, gone: false } });
  turn.status('CREATE', 'IN_PROGRESS');
  turn.keepAnswer(request);
  turn.armDeadline();
  resourcesBorn(turn, plan);
  turn.effect({ do: 'reply', request, answer: { kind: 'created' }, ifNameTaken: errors.StackExists({ name }) });
}

/** Rows for all of the plan, and what each is told first. */
export function resourcesBorn(turn: StackTurn, plan: PlanMade): void {
  const addresses = new Map<string, Address>();
  let { ordinal } = turn.record;
  for (const { name } of plan.resources) {
    addresses.set(name, {
      kind: 'resource',
      stack: turn.record.id,
      bucket: bucketOfResource(ordinal++, turn.spread.bucketSize),
      id: turn.context.uuid(),
    });
  }
  const big = plan.resources.length > turn.spread.bigPlanRows ? turn.context.uuid() : null;
  turn.set({ ordinal, plans: big === null ? turn.record.plans : [...turn.record.plans, big] });
  const users = usersIn(plan.resources);
  const pending = new Map<Uuid, Pending>();
  const said = common(turn.record);
  for (const planned of plan.resources) {
    const address = addresses.get(planned.name);
    if (address === undefined) continue;
    // Written out: a spread that is added to is ten times as slow to make, and there may be a thousand.
    const converge: Converge = {
      kind: said.kind,
      generation: said.generation,
      action: said.action,
      deadline: said.deadline,
      observe: said.observe,
      timeoutMs: said.timeoutMs,
      removed: false,
      requires: named(addresses, planned.requires),
      requiredBy: named(addresses, users.get(planned.name) ?? []),
      exports: planned.exports,
      arrived: [],
      untold: [],
      over: [],
    };
    // The texts of a plan for a create are sealed already.
    const order = orderOf(planned, plan.secret, treeFacts(turn.record));
    const value = resourceBorn(turn.record, planned.name, address, converge, order);
    turn.effect({ do: 'birth', address, durable: { table: 'resources', key: address.id, value }, plan: big });
    pending.set(address.id, { address, order: converge });
  }
  turn.setMemory({ pending });
  tellPending(turn, true);
}
