/**
 * How a resource type is declared, and what the engine may ask of it.
 *
 * A type is data and pure functions: its properties and attributes drive validation, preview and the schema routes;
 * its *life* says how one comes to be and goes. A local life calls no cloud and decides everything in one turn. A
 * cloud life is a list of steps, each one request that makes one thing, with the mark by which that thing is found
 * again after a crash (architecture: Side effects that survive a crash). The mechanism (intents, looking, debts,
 * polling, retries) is in orchestration and written once.
 */
import type { CloudCall } from '../kernel/world.ts';
import type { Expr, ExprMap } from '../template/expr.ts';
import type { Value, ValueMap } from '../values/value.ts';
import type { AttributeSchema, PropertySchemas, SupportStatus } from './schema.ts';

/** A failure that is shown as `<error>: resources.<name>: <message>`; `error` is Heat's class name. */
export class LifeFailure extends Error {
  readonly error: string;
  constructor(error: string, message: string) {
    super(message);
    this.error = error;
  }
}

/** What a life may use besides its properties. Dice come from the turn, so a replay rolls the same. */
export interface LifeContext {
  readonly resourceName: string;
  readonly stackName: string;
  /** `<stack>-<resource>-<short id>`, cut to the type's limit; unique per incarnation. */
  readonly physicalName: string;
  /** The whole stack action's time. */
  readonly stackTimeoutMs: number;
  /** An integer, 0 … n - 1. */
  below(n: number): number;
  uuid(): string;
}

/** What exists: one incarnation that was made. */
export interface Live {
  readonly resourceName: string;
  readonly physicalId: string;
  readonly physicalName: string;
  /** Resolved, with defaults, as they were when it was made. */
  readonly properties: ValueMap;
  /** What the type chose to keep (sealed at rest where the type is `secret`). */
  readonly data: ValueMap;
}

/** The body of a 2xx; undefined for anything else. */
export type LiveAnswer = Value | undefined;

export interface LiveReads {
  /** The next call for this attribute; undefined: enough is known. */
  next(live: Live, attribute: string, answers: readonly LiveAnswer[]): CloudCall | undefined;
  /** Data from which `attribute` then answers. Throws LifeFailure for an answer that cannot be read. */
  data(live: Live, attribute: string, answers: readonly LiveAnswer[]): ValueMap;
}

export interface Made {
  readonly physicalId: string;
  readonly data: ValueMap;
}

/** `waitMs`: how long the action takes before its outcome holds; decided once, kept in the row over restarts. */
export type LocalOutcome<T> =
  | { readonly kind: 'done'; readonly waitMs: number; readonly value: T }
  | { readonly kind: 'failed'; readonly waitMs: number; readonly error: string; readonly message: string };

/** What a live resource shall be from now on (contract: lifecycle §7). Only of properties that may be updated in place. */
export interface Change {
  /** As it is: the properties that it has, not those that it shall have. */
  readonly before: Live;
  /** Resolved; with what was chosen for this incarnation (`@…`), which never changes. */
  readonly after: ValueMap;
  /** Names of the properties that differ; empty where only metadata, policies or dependencies do. */
  readonly changed: ReadonlySet<string>;
  /** The resource's `metadata` section as it shall be. */
  readonly metadata: Value;
}

/** How a live thing is changed in place. */
export interface ChangeSteps {
  /**
   * Names of steps whose things go first, the last named first: of the incarnation's own steps. They are removed as a
   * delete would, and are not there afterwards.
   */
  readonly undo?: readonly string[];
  /**
   * Then these, in order. Mostly settings (settle.ts: repeatable). One that makes a thing of its own has the name that
   * it has among the steps of the new properties, so that it is undone when the resource goes; `made` holds what the
   * incarnation's own steps made.
   */
  readonly steps: readonly Step[];
}

export interface LocalLife {
  readonly kind: 'local';
  create(properties: ValueMap, context: LifeContext): LocalOutcome<Made>;
  /** Changes it in place, or says that it must be replaced. Absent: any change of a property replaces. */
  update?(change: Change, context: LifeContext): LocalOutcome<Made> | 'replace';
  /** Suspending and resuming take no time and cannot fail without these. */
  suspend?(live: Live, context: LifeContext): LocalOutcome<null>;
  resume?(live: Live, context: LifeContext): LocalOutcome<null>;
  /** Absent: going takes no time and cannot fail. */
  delete?(live: Live, context: LifeContext): LocalOutcome<null>;
}

export interface StepInput {
  /** Resolved: names of other things are ids by now (`finds` in kit/schema.ts). */
  readonly properties: ValueMap;
  readonly physicalName: string;
  /** This attempt's own; it must be in the create call, byte for byte. */
  readonly mark: string;
  /** What earlier steps of the same incarnation made, by step name. */
  readonly made: ReadonlyMap<string, Made>;
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'failed'; readonly error: string; readonly message: string };

export type Leaving = Readiness | { readonly kind: 'staying'; readonly by?: CloudCall };

export interface Step {
  readonly name: string;
  readonly service: string;
  /**
   * One of its kind in its scope (natural key, fixed address): a second create is refused. So a create whose answer was
   * lost is waited for until notAfter before another is sent; and one that is refused is looked for, since an earlier
   * one may hold already (a thing's: after a conflict; a repeatable step's: after any refusal).
   */
  readonly unique: boolean;
  /** The resource's own thing; default the last step's. Later steps then only complete it. */
  readonly main?: boolean;
  /**
   * The call only sets or reads something that is there: whoever did not see its answer calls again. Nothing is looked
   * for by a mark, and nothing is owed.
   */
  readonly repeatable?: boolean;
  /** What it keeps may be a secret: sealed in the row, whatever the resource is. */
  readonly secret?: boolean;
  create(input: StepInput): CloudCall;
  /** Reads the create call's answer, or the shown thing. */
  made(body: Value, input: StepInput): Made;
  /** Finds by the mark; `found` compares byte for byte, a service's filter is never the proof. */
  find(input: StepInput): CloudCall;
  found(body: Value, input: StepInput): Made | undefined;
  show(physicalId: string, input: StepInput): CloudCall;
  ready(body: Value): Readiness;
  /**
   * Undefined: there is nothing to undo. Of a repeatable step whose answer nobody saw, the physical id is '' and what
   * is to be undone may not be there.
   */
  remove(physicalId: string, input: StepInput): CloudCall | undefined;
  /**
   * For what goes on existing after its remove was accepted: reads the shown thing. `ready` means gone; so does a
   * 404. `staying`: it is not on its way out, so it is asked to go again, with the remove or `by` another call.
   * Absent: it is gone when the remove answers.
   */
  gone?(body: Value, input: StepInput): Leaving;
  /** What a 409 to the create or the remove means: it may pass, so it is asked again a few times; or it will not. */
  readonly conflict: 'retry' | 'fail';
}

export interface CloudLife {
  readonly kind: 'cloud';
  /**
   * In order; undone in reverse. The main one's thing is the resource's physical id; the resource's data is that of the
   * last step that speaks of that thing. A function where how many there are follows from the properties (a server's
   * ports, a group's rules): names are unique, and the same properties always give the same steps.
   */
  readonly steps: readonly Step[] | ((properties: ValueMap) => readonly Step[]);
  /**
   * What is decided once for an incarnation (dice, metadata) and kept with its properties from then on. Keys begin with
   * `@`, so that no property is called like one.
   */
  chosen?(properties: ValueMap, context: ChoiceContext): ValueMap;
  /**
   * How it is changed in place, or that it must be replaced. Absent: any change of a property replaces. Pure: it is
   * asked again after a restart, with the same change.
   */
  update?(change: Change): ChangeSteps | 'replace'; // throws LifeFailure where the change cannot be
  /**
   * Before another takes its place: what it must let go of first because it can be held only once (a fixed address).
   * `first`: all of it goes before the other is made (the same name, the same tie). Absent or undefined: nothing.
   */
  prepareReplace?(change: Change): ChangeSteps | 'first' | undefined;
  /**
   * After a rollback it is the one again: what prepareReplace took is given back. `successor` is what took its place, and
   * may hold it still; undefined where nothing was made.
   */
  restorePrevious?(live: Live, successor?: Live): ChangeSteps | undefined;
  /**
   * After a failed update: `replace` (Heat's default), or `look`: shown again, it is kept and updated unless it is gone
   * or `lost`. Default `replace`.
   */
  readonly whenFailed?: 'replace' | 'look';
  /** Of what is shown then: nothing can be done with it any more. Default: `ready` says that it failed. */
  lost?(body: Value): boolean;
  /** Fails the check: Heat's text; undefined: it is as it should be. Absent: the type cannot be checked. */
  check?(body: Value, live: Live): string | undefined;
  suspend?(live: Live): ChangeSteps;
  resume?(live: Live): ChangeSteps;
}

/** Its thing is a stack of its own, made by a stack actor; the resource passes definitions down and waits. */
export interface NestedLife {
  readonly kind: 'nested';
  /**
   * What the child shall be: one definition after the other, all but the last on the way there. Pure: it is asked again
   * after a restart, with the same context. Throws LifeFailure.
   */
  plan(properties: ValueMap, context: NestedContext): NestedPlan;
  /** Whether `plan` looks at what the child is now (context.members). */
  looks(properties: ValueMap, policies: Value): boolean;
  /**
   * One attribute, or what is selected in it, from the child as it is. Undefined: there is none. `kept` is what the last
   * plan left. Throws HeatError where Heat has an error for it.
   */
  attribute(child: ChildView, name: string, path: readonly Value[], kept: ValueMap): Promise<Value | undefined>;
  /** The reference, where it is not the child's ARN. */
  reference?(child: ChildView): Promise<Value | undefined>;
  /**
   * What validation of the parent's template looks at: the child as far as it can be told from what is known of the
   * properties. Undefined: nothing can be told.
   */
  sketch(properties: ExprMap): ChildSketch | undefined;
  /** Attributes that a template may read, but that are not shown (contract: scaling §1). */
  readonly unshown?: ReadonlySet<string>;
  /** The child is shown as a root, not as a part of its parent's tree. */
  readonly apart?: boolean;
}

/** A child as validation looks at it. */
export interface ChildSketch {
  readonly definition: ChildDefinition;
  /** How often what is sketched will be there. */
  readonly copies: number;
  /** How messages call the child: a file's name, or `nested_stack`. */
  readonly label: string;
}

/** A child's template: its text, or the name of the parent's file that holds it. */
export type ChildTemplate =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly name: string };

export interface ChildDefinition {
  readonly template: ChildTemplate;
  readonly parameters: ValueMap;
  /** The entry of the environment's registry that led to it (template/resource-registry.ts). */
  readonly entry: readonly string[];
  /** How long to wait after it, in milliseconds. */
  readonly pauseMs: number;
  /** Absent: as the parent has it. */
  readonly timeoutMins?: number;
}

export interface NestedPlan {
  /** Never empty. */
  readonly definitions: readonly ChildDefinition[];
  /** Kept with the resource, for the next plan and for attributes. */
  readonly kept: ValueMap;
}

export interface NestedContext {
  readonly resourceName: string;
  /** The resource's `update_policy` section, evaluated. */
  readonly updatePolicy: Value;
  readonly stackTimeoutMs: number;
  /** What an earlier plan kept. */
  readonly kept: ValueMap;
  /** The properties that are in force; undefined: there is nothing yet. */
  readonly previous: ValueMap | undefined;
  /** The child's resources now, oldest first; empty where it was not looked at. */
  readonly members: readonly ChildMember[];
  /** An older order may still be on its way: there may be others by the time that this one comes. */
  readonly isStale?: boolean;
}

export interface ChildMember {
  readonly name: string;
  /** Its definition in the child's template, as it is written there. */
  readonly definition: Value;
  readonly reference: Value;
  readonly failed: boolean;
}

/** A nested stack, for reading attributes from it. */
export interface ChildView {
  /** Its ARN. */
  readonly arn: string;
  readonly name: string;
  /** The resource whose thing it is, for messages. */
  readonly owner: string;
  /** Undefined where there is none of that name. Throws StackValidationFailed for one that cannot be resolved. */
  output(name: string): Promise<Value | undefined>;
  outputs(): Promise<ValueMap>;
  /** Names of its resources, oldest first. */
  members(): Promise<readonly string[]>;
  /** What get_resource gives of one of them. */
  reference(member: string): Promise<Value>;
  attribute(member: string, name: string, path: readonly Value[]): Promise<Value>;
}

/** What a cloud life may decide by, besides its properties. */
export interface ChoiceContext extends LifeContext {
  /** The resource's own `metadata` section, evaluated. */
  readonly metadata: Value;
  /** Its attributes that other resources read; '' stands for all. */
  readonly exports: readonly string[];
  /** What get_resource gives of the resources that it comes after, by name. */
  readonly required: ReadonlyMap<string, Value>;
}

/** Which of them makes the resource's own thing. */
export function mainStep(steps: readonly Step[]): Step | undefined {
  return steps.find(step => step.main) ?? steps.at(-1);
}

/** Whether a check of one says anything (contract: lifecycle §6, CHECK). */
export function canCheck({ life }: Pick<ResourceType, 'life'>): boolean {
  return life.kind === 'nested' || (life.kind === 'cloud' && life.check !== undefined);
}

/** The steps of a life with these properties. */
export function stepsOf(life: CloudLife, properties: ValueMap): readonly Step[] {
  return typeof life.steps === 'function' ? life.steps(properties) : life.steps;
}

export interface ResourceType {
  /** e.g. `OS::Heat::RandomString`. */
  readonly name: string;
  /** Heat's implementing class, e.g. `RandomString`: it shows in messages and generated templates. */
  readonly className: string;
  /** One line, for lists of types. */
  readonly description?: string;
  readonly support: SupportStatus;
  readonly properties: PropertySchemas;
  readonly attributes: Readonly<Record<string, AttributeSchema>>;
  /** Of the `update_policy` section; absent: the type has none. */
  readonly updatePolicy?: PropertySchemas;
  /** It may have attributes beyond `attributes`. */
  readonly anyAttributes?: boolean;
  /** Anything goes as properties, none is evaluated (OS::Heat::None). */
  readonly anyProperties: boolean;
  /** A type of Heat's that is not built here, and why not: whoever uses it is refused with that (access.ts). */
  readonly absent?: string;
  /** Its data, attributes and reference are secrets: sealed in rows and messages. */
  readonly secret: boolean;
  readonly maxNameLength: number;
  readonly life: LocalLife | CloudLife | NestedLife;
  /** Types of one family change into one another in place. Absent: its name. */
  readonly family?: string;
  /** Brings old ways of saying a thing to the one that the schemas check (Heat's translation rules); runs before them. */
  translate?(properties: ExprMap): ExprMap;
  /** Schemas to check by where they depend on what is given (OS::Heat::Value); the values stay as `properties` has them. */
  checkedAs?(properties: ExprMap): PropertySchemas;
  /** Beyond the schemas; gets what is known at that time. Throws StackValidationFailed (kernel/errors.ts). */
  validate?(
    properties: ReadonlyMap<string, Expr>,
    context: { readonly path: string; readonly stackTimeoutMs: number },
  ): void;
  /**
   * What must be there first although no property says so: names of other resources of the template, of which it gets
   * all definitions (evaluated as far as a stack can). Pure. A name that would close a circle is left out.
   */
  after?(definition: PlannedDefinition, all: ReadonlyMap<string, PlannedDefinition>): Iterable<string>;
  /** How attributes are asked for as they are now (live.ts); absent: the main step's thing is shown again. */
  readonly reads?: LiveReads;
  /** What get_resource gives. */
  referenceId(live: Live): Value;
  /** What get_attr gives for one of `attributes`; undefined where the type has no such attribute. */
  attribute(live: Live, name: string): Value | undefined;
}

/** A resource of a template, as `after` sees it. */
export interface PlannedDefinition {
  readonly name: string;
  /** The type that implements it. */
  readonly implementation: string;
  readonly properties: ReadonlyMap<string, Expr>;
}

/** All types by name (resources/registry.ts builds it; tests and the simulator add their own). */
export interface Registry {
  /** Also a type of Heat's that is not built here (`absent`). */
  get(name: string): ResourceType | undefined;
  /** Those that work, in order. */
  names(): readonly string[];
}
