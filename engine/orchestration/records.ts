/**
 * What stacks, resources, their incarnations and debts are, and how each looks as a row.
 *
 * Records are immutable and plain, so a row's `state` is their JSON; what the columns of a resource's rows hold is
 * left out of it. Template values inside are lossless text of their own (template/encode.ts); text that holds a secret
 * is sealed before it gets into a record, so no record, row or message ever carries one in the clear.
 */
import type { Encoded } from '../actors/actor.ts';
import type { HybridTime } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { Row } from '../store/store.ts';
import type { Breakpoints } from '../template/resource-registry.ts';
import type { StackCredential } from './credential-records.ts';
import type { DebtRecord } from './debt-records.ts';
import type { ResourceOrder, Untold } from './messages.ts';
import type { HookRecord } from './hook-records.ts';
import type { PlanFacts } from './plan-facts.ts';
import type { ChildRecord, NestingRecord } from './nesting-records.ts';
import type { LocalWait, StepRecord, Work } from './work-records.ts';

export type Status = 'IN_PROGRESS' | 'COMPLETE' | 'FAILED';
export type StackAction = 'CREATE' | 'UPDATE' | 'ROLLBACK' | 'DELETE' | 'SUSPEND' | 'RESUME' | 'CHECK';
export type ResourceAction = 'INIT' | 'CREATE' | 'UPDATE' | 'DELETE' | 'SUSPEND' | 'RESUME' | 'CHECK' | 'ADOPT';

/** An answer that is kept, so that a repeated request gets it again. */
export interface KeptAnswer {
  readonly request: Uuid;
  readonly at: HybridTime;
}

/** Content rows of a stack, by their hash column. */
export interface StackContents {
  readonly template: string;
  /** Sealed: it may hold hidden parameters. */
  readonly environment: string;
  readonly files: string;
  /** The outputs' expressions, as far as they are known; sealed. */
  readonly outputs: string;
}

/** What a stack was asked to be: one template with all that it was read with. */
export interface StackVersion {
  readonly contents: StackContents;
  /** heat_template_version as the template has it. */
  readonly version: string;
  /** JSON text of the template's description. */
  readonly description: string;
  /** JSON text of a map: parameter → text, hidden ones masked; sealed where secrets came from a stack above. */
  readonly parameters: string;
  /** Names of hidden parameters. */
  readonly hidden: readonly string[];
  /** What else its plan was made with. */
  readonly facts?: PlanFacts;
  /** Where its environment stops resources, also those that its template does not have any more. */
  readonly breakpoints?: Breakpoints | undefined;
}

export interface StackRecord extends StackVersion {
  readonly id: Uuid;
  readonly project: string;
  readonly name: string;
  readonly owner: Uuid | null;
  readonly parentResource: string | null;
  readonly root: Uuid;
  readonly nestedDepth: number;
  /** It has a parent, but is shown as a root. */
  readonly apart?: boolean;
  readonly username: string;
  readonly userProject: string | null;
  readonly action: StackAction;
  readonly status: Status;
  readonly reason: string;
  readonly createdAt: number;
  readonly updatedAt: number | null;
  readonly deletedAt: number | null;
  readonly disableRollback: boolean;
  readonly timeoutMins: number | null;
  readonly tags: readonly string[] | null;
  readonly generation: number;
  /** Big plans whose rows are real. */
  readonly plans: readonly Uuid[];
  /** What it was before the update under way: where a rollback leads; null: to nothing. */
  readonly previous: StackVersion | null;
  /** Content row with the ids of those that this generation is told to; null: all. */
  readonly told: string | null;
  /** The newest generation whose new resources are born. */
  readonly laid: number;
  /** The same two of before the newest action that follows no template, in which everybody is told. */
  readonly prior?: { readonly laid: number; readonly told: string | null } | undefined;
  /** This generation compares with what the cloud has. */
  readonly observe: boolean;
  /** How many resources were ever born: the next one's bucket follows. */
  readonly ordinal: number;
  /** The newest generation in which nothing may start any more. */
  readonly stopped: number;
  /** The newest generation that whoever commands it stopped, stacks below and all. */
  readonly halted?: number;
  /** When the action under way times out. */
  readonly deadline: HybridTime;
  readonly answers: readonly KeptAnswer[];
  /** As whom its resources call clouds; sealed texts. `none`: no type of it calls one. */
  readonly credential: StackCredential;
  /** Whoever asked last may use any type. */
  readonly isAdmin: boolean;
  /** Of a nested stack; null: it is a root. */
  readonly nesting: NestingRecord | null;
}

export interface ResourceRecord {
  readonly id: Uuid;
  readonly name: string;
  readonly type: string;
  readonly root: Uuid;
  readonly stackName: string;
  readonly action: ResourceAction;
  readonly status: Status;
  readonly reason: string;
  readonly physicalId: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** The newest generation it was told of, and what that one wants. */
  readonly generation: number;
  /** The stack's action of that generation. */
  readonly task: string;
  readonly removed: boolean;
  readonly stopped: boolean;
  readonly observe: boolean;
  readonly reached: number;
  readonly clean: number;
  /** The generation in which it failed last; 0: never. */
  readonly failedIn: number;
  /** Why: `<ACTION> failed: <ErrType>: resources.<name>: <message>`. */
  readonly failure: string;
  /** Its breakpoints, where it has any. */
  readonly hooks?: HookRecord | undefined;
  readonly order: ResourceOrder;
  readonly requires: readonly Address[];
  readonly requiredBy: readonly Address[];
  /** Who required it in earlier generations, and may still use an incarnation of it. */
  readonly formerUsers: readonly Address[];
  /** Whom it required in earlier generations: they may wait to hear what it still uses. */
  readonly former: readonly Address[];
  /** Of all these, who is not told of this generation. */
  readonly untold: readonly Untold[];
  /** Its incarnations that are not gone → those of other resources that each uses. Read by whoever waits for its end. */
  readonly holds: Readonly<Record<Uuid, readonly Uuid[]>>;
  readonly exports: readonly string[];
  readonly deadline: HybridTime;
  /** How long the stack's whole action may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly current: Uuid | null;
  /** As whom it calls its cloud, sealed; null: not told yet. */
  readonly credential: string | null;
  /** What `Ready` carries once it is reached: text of {ref, attributes}, sealed where secret. */
  readonly exported: string | null;
  /** All is gone: the row is over. */
  readonly absent: boolean;
}

export interface IncarnationRecord {
  readonly id: Uuid;
  readonly type: string;
  readonly physicalName: string;
  readonly physicalId: string | null;
  /** making: not there yet; live: as its definition says, but for its work; failed: its create failed; going; gone: final. */
  readonly life: 'making' | 'live' | 'failed' | 'going' | 'gone';
  /** The generation that it was begun for, or found right in. */
  readonly generation: number;
  /** What of its definition is compared besides properties: metadata, policies (frozenOf). */
  readonly frozen: string;
  readonly work: Work | null;
  /** Why it may not be as it should: its last update failed, or a check did. */
  readonly unsound: '' | 'UPDATE' | 'CHECK';
  /** It let go of what can be held only once, for a successor. */
  readonly prepared: boolean;
  readonly secret: boolean;
  /** Text of the resolved properties map; sealed where secret. */
  readonly properties: string;
  /** Text of what the type keeps; sealed where secret. */
  readonly data: string;
  readonly wait: LocalWait | null;
  readonly steps: readonly StepRecord[];
  /** Its thing is a stack. */
  readonly child: ChildRecord | null;
  /** The id of somebody else's thing, which is only watched. */
  readonly external?: string;
}

/** A durable timer's row (actors/timers.ts). */
export interface TimerRecord {
  readonly atMs: number;
  readonly over: boolean;
}

export function encodeStack(record: StackRecord): Encoded {
  return {
    unfinished: record.status === 'IN_PROGRESS' || isTidying(record),
    gone: false,
    columns: {
      project: record.project,
      name: record.name,
      owner: record.owner,
      parent_resource: record.parentResource,
      root: record.root,
      nested_depth: record.apart === true ? 0 : record.nestedDepth, // 0: shown as a root
      username: record.username,
      user_project: record.userProject,
      action: record.action,
      status: record.status,
      reason: record.reason,
      created_at: record.createdAt,
      updated_at: record.updatedAt,
      deleted_at: record.deletedAt,
      disable_rollback: record.disableRollback,
      timeout_mins: record.timeoutMins,
      tags: record.tags === null ? null : JSON.stringify(record.tags),
      generation: record.generation,
      plans: record.plans.join(' '),
    },
    state: JSON.stringify(record),
  };
}

/** Deleted, but its credential is still there. */
export function isTidying(record: StackRecord): boolean {
  const { kind } = record.credential;
  return record.deletedAt !== null && kind !== 'none' && kind !== 'shared';
}

/** What a resource's columns say is not said again in its `state`: a thousand rows are written at a time. */
type InResourceColumns =
  | 'id'
  | 'name'
  | 'type'
  | 'root'
  | 'action'
  | 'status'
  | 'reason'
  | 'physicalId'
  | 'createdAt'
  | 'updatedAt'
  | 'generation'
  | 'reached'
  | 'clean'
  | 'absent';
type ResourceRest = Omit<ResourceRecord, InResourceColumns>;
/** Left out of the row where they say nothing. */
type ResourceDefaults =
  | 'task'
  | 'removed'
  | 'stopped'
  | 'observe'
  | 'failedIn'
  | 'failure'
  | 'hooks'
  | 'formerUsers'
  | 'former'
  | 'untold'
  | 'holds';
type Stored<T, K extends keyof T> = Omit<T, K> & { readonly [P in K]?: T[P] | undefined };

export function encodeResource(record: ResourceRecord): Encoded {
  // One literal: an object that is spread and then added to costs more to make than its JSON. Undefined is left out.
  const state: Stored<ResourceRest, ResourceDefaults> = {
    stackName: record.stackName,
    task: record.task === 'CREATE' ? undefined : record.task,
    removed: record.removed || undefined,
    stopped: record.stopped || undefined,
    observe: record.observe || undefined,
    failedIn: record.failedIn === 0 ? undefined : record.failedIn,
    failure: record.failure === '' ? undefined : record.failure,
    hooks: record.hooks,
    formerUsers: record.formerUsers.length === 0 ? undefined : record.formerUsers,
    former: record.former.length === 0 ? undefined : record.former,
    untold: record.untold.length === 0 ? undefined : record.untold,
    holds: Object.keys(record.holds).length === 0 ? undefined : record.holds,
    order: record.order,
    requires: record.requires,
    requiredBy: record.requiredBy,
    exports: record.exports,
    deadline: record.deadline,
    timeoutMs: record.timeoutMs,
    current: record.current,
    credential: record.credential,
    exported: record.exported,
  };
  return {
    unfinished: isUnfinished(record),
    gone: record.absent,
    columns: {
      name: record.name,
      type: record.type,
      action: record.action,
      status: record.status,
      reason: record.reason,
      physical_id: record.physicalId,
      created_at: record.createdAt,
      updated_at: record.updatedAt,
      root: record.root,
      generation: record.generation,
      reached: record.reached,
      clean: record.clean,
    },
    state: JSON.stringify(state),
  };
}

function decodeResource({ key, columns, goneAt, state }: Row): ResourceRecord {
  const rest = JSON.parse(state) as Stored<ResourceRest, ResourceDefaults>;
  // One literal, for the same reason as above: an object that is spread and added to stays slow for ever.
  return {
    stackName: rest.stackName,
    task: rest.task ?? 'CREATE',
    removed: rest.removed ?? false,
    stopped: rest.stopped ?? false,
    observe: rest.observe ?? false,
    failedIn: rest.failedIn ?? 0,
    failure: rest.failure ?? '',
    hooks: rest.hooks,
    formerUsers: rest.formerUsers ?? [],
    former: rest.former ?? [],
    untold: rest.untold ?? [],
    holds: rest.holds ?? {},
    order: rest.order,
    requires: rest.requires,
    requiredBy: rest.requiredBy,
    exports: rest.exports,
    deadline: rest.deadline,
    timeoutMs: rest.timeoutMs,
    current: rest.current,
    credential: rest.credential,
    exported: rest.exported,
    id: key,
    name: columns['name'] as string,
    type: columns['type'] as string,
    root: columns['root'] as Uuid,
    action: columns['action'] as ResourceAction,
    status: columns['status'] as Status,
    reason: columns['reason'] as string,
    physicalId: columns['physical_id'] as string | null,
    createdAt: columns['created_at'] as number,
    updatedAt: columns['updated_at'] as number,
    generation: columns['generation'] as number,
    reached: columns['reached'] as number,
    clean: columns['clean'] as number,
    absent: goneAt !== null,
  };
}

/** True while the resource has something to do in its newest generation, or something of it is under way. */
export function isUnfinished(record: ResourceRecord): boolean {
  if (record.absent) return false;
  if (record.status === 'IN_PROGRESS') return true;
  if (record.stopped || record.failedIn === record.generation) return false;
  return (isActing(record.task) ? record.reached : record.clean) < record.generation;
}

/** It is what this generation wants, and goes on: what it was before may go. */
export function isReleasable({ reached, generation, stopped, failedIn, task }: ResourceRecord): boolean {
  return reached === generation && !stopped && failedIn !== generation && !isActing(task);
}

/** The stack's actions that only act on what there is: nothing is made, and nothing that is left over goes. */
export function isActing(task: string): boolean {
  return task === 'SUSPEND' || task === 'RESUME' || task === 'CHECK';
}

type IncarnationRest = Omit<IncarnationRecord, 'id' | 'physicalId'>;
type IncarnationDefaults =
  | 'external'
  | 'child'
  | 'work'
  | 'unsound'
  | 'prepared'
  | 'frozen'
  | 'wait'
  | 'steps'
  | 'secret'
  | 'data';

export function encodeIncarnation(record: IncarnationRecord): Encoded {
  const { type, physicalName, life, generation, secret, properties, data, work, wait, steps } = record;
  const state: Stored<IncarnationRest, IncarnationDefaults> = {
    type,
    physicalName,
    life,
    generation,
    secret: secret || undefined,
    properties,
    data: data === '{}' ? undefined : data,
    frozen: record.frozen === '' ? undefined : record.frozen,
    work: work ?? undefined,
    unsound: record.unsound === '' ? undefined : record.unsound,
    prepared: record.prepared || undefined,
    wait: wait ?? undefined,
    steps: steps.length === 0 ? undefined : steps,
    child: record.child ?? undefined,
    external: record.external,
  };
  return {
    unfinished: false, // its resource's row says so
    gone: record.life === 'gone',
    columns: {
      service: steps.length > 0 ? type : null,
      region: null,
      physical_id: record.physicalId,
      owned: steps.length > 0 && life !== 'gone' && record.physicalId !== null,
    },
    state: JSON.stringify(state),
  };
}

function decodeIncarnation({ key, columns, state }: Row): IncarnationRecord {
  const rest = JSON.parse(state) as Stored<IncarnationRest, IncarnationDefaults>;
  return {
    id: key,
    type: rest.type,
    physicalName: rest.physicalName,
    physicalId: columns['physical_id'] as string | null,
    life: rest.life,
    generation: rest.generation,
    secret: rest.secret ?? false,
    properties: rest.properties,
    data: rest.data ?? '{}',
    frozen: rest.frozen ?? '',
    work: rest.work ?? null,
    unsound: rest.unsound ?? '',
    prepared: rest.prepared ?? false,
    wait: rest.wait ?? null,
    steps: rest.steps ?? [],
    child: rest.child ?? null,
    ...(rest.external === undefined ? {} : { external: rest.external }),
  };
}

export function encodeDebt(record: DebtRecord): Encoded {
  return {
    unfinished: !record.over && record.looks === 0, // afterwards its durable timer wakes it
    gone: record.over,
    columns: { service: record.service, region: null, mark: record.mark },
    state: JSON.stringify(record),
  };
}

export function encodeTimer(record: TimerRecord): Encoded {
  return { unfinished: false, gone: record.over, columns: { at: record.atMs }, state: '' };
}

/** Rows' states back to records. Our own writing: a row that does not parse is a strike for its stack. */
export const decode = {
  stack: (row: Row): StackRecord => JSON.parse(row.state) as StackRecord,
  resource: decodeResource,
  incarnation: decodeIncarnation,
  debt: (row: Row): DebtRecord => JSON.parse(row.state) as DebtRecord,
  timer: (row: Row): TimerRecord => ({ atMs: Number(row.columns.at), over: row.goneAt !== null }),
};
