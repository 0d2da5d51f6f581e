/**
 * What gateways ask of an engine: commands (answered by the stack's owner after the commit that makes them true) and
 * queries (indexed reads through any engine node; no actor wakes for them).
 *
 * The gateways know Heat's routes and bodies, the engine knows stacks; these types are all that passes between them.
 * Every method rejects with a HeatError (kernel/errors.ts) for what a client did wrong, and with nothing else that a
 * client should read. Template values stay lossless `Value`s on both sides. Times are unix milliseconds.
 */
import type { Value, ValueMap } from '../engine/values/value.ts';
import type { AdminService } from './admin.ts';

/** Who asks, as Keystone told the gateway. */
export interface Caller {
  readonly project: string;
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** The user's own token; never logged, sealed where it is kept. */
  readonly token: string;
  /** `req-<uuid>`, shown to the client; the uuid makes commands repeatable. */
  readonly requestId: string;
  /** Types of the services in the token's catalog; undefined where that is not known: then none is missed. */
  readonly services?: readonly string[] | undefined;
  /** Where the request stands, where it is traced: a W3C traceparent. */
  readonly trace?: string;
}

export interface StackIdentity {
  readonly project: string;
  readonly name: string;
  readonly id: string;
}

/** A template and all that it is read with: what POST /validate asks about (contract: rest-api §3.1). */
export interface TemplateRequest {
  /** Text is parsed as JSON, then as YAML; an object arrives as a Value. */
  readonly template: string | ValueMap;
  /** Where it is to be fetched from; `template` is then empty. */
  readonly templateUrl?: string;
  readonly environment: string | ValueMap | undefined;
  readonly environmentFiles: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly parameters: ValueMap;
  /** CloudFormation templates may use what AWS has and Heat has not. */
  readonly extended?: boolean;
}

/** The body of POST /stacks, shape-checked (contract: rest-api §3.1). */
export interface StackRequest extends TemplateRequest {
  /** The new stack's uuid, given by whoever may have to ask again; absent: the engine gives one. */
  readonly id?: string;
  readonly name: string;
  readonly timeoutMins: number | undefined;
  readonly disableRollback: boolean | undefined;
  readonly tags: readonly string[] | undefined;
}

/** The body of PUT and PATCH on a stack, shape-checked (contract: rest-api §3.7). */
export interface StackChange extends Omit<TemplateRequest, 'template'> {
  /** PATCH: what is not given stays as it is. */
  readonly existing: boolean;
  readonly template: string | ValueMap | undefined;
  readonly clearParameters: readonly string[];
  readonly timeoutMins: number | undefined;
  readonly disableRollback: boolean | undefined;
  readonly tags: readonly string[] | undefined;
  readonly converge: boolean;
}

/** Why a resource is changed as it is: the plan's words, e.g. `flavor: m1.tiny → m1.small, in place`. */
export interface ChangePreviewed extends ResourcePreviewed {
  /** The stack below the previewed one that it is of; absent: the previewed one. */
  readonly stack?: StackIdentity;
  /** The resource whose thing that stack is. */
  readonly parentResource?: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physicalId: string | undefined;
  readonly createdAt: number | undefined;
  readonly updatedAt: number | undefined;
  readonly because: readonly string[];
  /** What it sends to services, if all goes well: `POST network /v2.0/ports`; what is not known yet stands in braces. */
  readonly calls: readonly string[];
}

/** PUT/PATCH …/preview (contract: rest-api §3.6). */
export interface UpdatePreview {
  readonly unchanged: readonly ChangePreviewed[];
  readonly updated: readonly ChangePreviewed[];
  readonly replaced: readonly ChangePreviewed[];
  readonly added: readonly ChangePreviewed[];
  readonly deleted: readonly ChangePreviewed[];
}

export type StackActed = 'suspend' | 'resume' | 'check' | 'cancel_update' | 'cancel_without_rollback';

/** What somebody outside says of a resource's health. */
export interface HealthMark {
  readonly unhealthy: boolean;
  readonly reason: string | undefined;
}

/** One thing that holds a stack up; the first is the root cause. */
export interface Obstacle {
  /** Names from this stack down to the resource; empty: the stack itself. */
  readonly path: readonly string[];
  readonly type: string;
  readonly state: string;
  /** What it waits for, in words, e.g. `net (CREATE_IN_PROGRESS)` or `Nova: BUILD`. */
  readonly waitsFor: readonly string[];
  readonly since: number;
  readonly lastError: string | undefined;
  readonly nextTry: number | undefined;
}

export interface Why {
  readonly state: string;
  readonly reason: string;
  readonly obstacles: readonly Obstacle[];
  /** Creates whose answer was lost and that may still land. */
  readonly debts: readonly { readonly type: string; readonly mark: string; readonly until: number }[];
  readonly parked: string | undefined;
  readonly strikes: number;
}

export interface StackListed {
  readonly identity: StackIdentity;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly deletedAt: number | undefined;
  readonly owner: string;
  readonly parent: string | undefined;
  readonly userProject: string | undefined;
  readonly tags: readonly string[] | undefined;
}

export interface OutputShown {
  readonly key: string;
  readonly description: Value;
  readonly value: Value;
  readonly error: string | undefined;
}

export interface StackShown extends StackListed {
  /** Name → text, pseudo parameters among them, hidden ones masked. */
  readonly parameters: ValueMap;
  readonly description: Value;
  readonly disableRollback: boolean;
  readonly timeoutMins: number | undefined;
  /** undefined where they were not asked for, or the stack is deleted. */
  readonly outputs: readonly OutputShown[] | undefined;
}

/** GET /stacks (contract: rest-api §3.3); every list is "any of", undefined is "not asked". */
export interface StackQuery {
  readonly filters: ReadonlyMap<string, readonly string[]>; // by StackListed's column names in store/tables.ts `stacks`, plus `id`
  readonly tags: {
    readonly all?: readonly string[];
    readonly any?: readonly string[];
    readonly notAll?: readonly string[];
    readonly notAny?: readonly string[];
  };
  readonly showNested: boolean;
  readonly showDeleted: boolean;
  readonly sort: readonly {
    readonly column: 'name' | 'status' | 'created_at' | 'updated_at';
    readonly descending: boolean;
  }[];
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  readonly withCount: boolean;
  /** All projects' stacks (policy decides in the gateway). */
  readonly global: boolean;
}

export interface ResourceShown {
  readonly stack: StackIdentity;
  readonly name: string;
  readonly type: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physicalId: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly requiredBy: readonly string[];
  readonly description: string;
  /** Every schema attribute, failures null; only where asked for. */
  readonly attributes: ValueMap | undefined;
  /** The stack that is its thing, where that is shown below its own. */
  readonly nested?: StackIdentity;
  /** The resource whose thing its stack is. */
  readonly parentResource?: string;
}

export interface EventShown {
  readonly stack: StackIdentity;
  readonly id: string;
  readonly at: number;
  readonly resourceName: string;
  readonly resourceType: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physicalId: string | undefined;
  readonly properties: Value;
}

export interface EventQuery {
  readonly resourceName: string | undefined;
  /** Exact, by column: action, status, resource_name, resource_type. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  readonly descending: boolean;
  readonly sortBy: 'time' | 'resource_type';
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  /** How many levels of nested stacks to include; undefined: this stack alone. */
  readonly nestedDepth: number | undefined;
}

export interface ResourceQuery {
  readonly types: readonly string[] | undefined; // substring match
  readonly filters: ReadonlyMap<string, readonly string[]>; // exact: name, action, status, id, physical_id
  readonly withDetail: boolean;
  readonly nestedDepth: number;
}

/** A resource of a preview: Heat's own form of it comes from these (contract: rest-api §3.5). */
export interface ResourcePreviewed {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly requiredBy: readonly string[];
  readonly metadata: Value;
  /** Every property of the schema, defaults filled in; null where only a made resource would tell. */
  readonly properties: ValueMap;
  /** Every attribute of the schema, null until it is made. */
  readonly attributes: ValueMap;
}

/** What is in a resource that is a stack. */
export interface NestedPreviewed {
  readonly stack: StackIdentity;
  readonly parentResource: string;
  readonly nested: readonly PreviewedResource[];
}

export type PreviewedResource = ResourcePreviewed | NestedPreviewed;

export interface StackPreview extends Pick<StackShown, 'identity' | 'parameters' | 'description'> {
  readonly owner: string;
  readonly createdAt: number;
  readonly disableRollback: boolean;
  readonly timeoutMins: number | undefined;
  readonly tags: readonly string[] | undefined;
  readonly outputs: readonly OutputShown[];
  readonly resources: readonly PreviewedResource[];
}

/** GET /resource_types (contract: rest-api §6); undefined is "not asked". */
export interface TypeQuery {
  /** A Python regular expression that the name must begin with; a broken one matches nothing. */
  readonly name: string | undefined;
  /** The release that brought the type to its status, e.g. `5.0.0`. */
  readonly version: string | undefined;
  readonly supportStatus: string | undefined;
}

export interface TypeListed {
  readonly name: string;
  readonly description: string;
}

export interface TemplateVersion {
  /** With its key: `heat_template_version.2013-05-23`. */
  readonly version: string;
  readonly type: 'hot' | 'cfn';
  readonly aliases: readonly string[];
}

export interface TemplateFunction {
  readonly name: string;
  readonly description: string;
}

/** The body of POST /software_configs as it came; inputs and outputs are checked by the engine (contract: rest-api §7). */
export interface ConfigRequest {
  /** The new config's uuid, given by whoever may have to ask again. */
  readonly id: string;
  readonly content: ValueMap;
}

export interface ConfigQuery {
  readonly limit: number | undefined;
  readonly marker: string | undefined;
}

export interface ConfigListed {
  readonly id: string;
  readonly project: string;
  readonly name: string | null;
  readonly group: string | null;
  readonly createdAt: number;
}

export interface ConfigShown extends ConfigListed {
  readonly config: Value;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly options: Value;
}

export interface EngineService extends AdminService {
  // Commands.
  createStack(caller: Caller, request: StackRequest): Promise<StackIdentity>;
  deleteStack(caller: Caller, stack: StackIdentity): Promise<void>;
  /** Begins an update; an update that is under way ends here and this one goes on from where it was. */
  updateStack(caller: Caller, stack: StackIdentity, change: StackChange): Promise<void>;
  /** Suspends, resumes, checks it, or cancels what is under way. */
  actOn(caller: Caller, stack: StackIdentity, action: StackActed): Promise<void>;
  /** `name`: the resource's own, or its physical or reference id. */
  markResource(caller: Caller, stack: StackIdentity, name: string, mark: HealthMark): Promise<void>;
  /** `details` as they came; empty for a body that is no map. */
  signalResource(caller: Caller, stack: StackIdentity, name: string, details: ValueMap): Promise<void>;

  // Queries.
  /** By uuid (deleted stacks too), then by name (live ones). */
  locate(caller: Caller, nameOrId: string): Promise<StackIdentity>;
  listStacks(
    caller: Caller,
    query: StackQuery,
  ): Promise<{ readonly stacks: readonly StackListed[]; readonly count: number | undefined }>;
  showStack(caller: Caller, stack: StackIdentity, resolveOutputs: boolean): Promise<StackShown>;
  template(caller: Caller, stack: StackIdentity): Promise<Value>;
  environment(caller: Caller, stack: StackIdentity): Promise<Value>;
  files(caller: Caller, stack: StackIdentity): Promise<ReadonlyMap<string, string>>;
  outputs(
    caller: Caller,
    stack: StackIdentity,
  ): Promise<readonly { readonly key: string; readonly description: Value }[]>;
  output(caller: Caller, stack: StackIdentity, key: string): Promise<OutputShown>;
  listResources(caller: Caller, stack: StackIdentity, query: ResourceQuery): Promise<readonly ResourceShown[]>;
  showResource(
    caller: Caller,
    stack: StackIdentity,
    name: string,
    withAttributes: readonly string[],
  ): Promise<ResourceShown>;
  resourceMetadata(caller: Caller, stack: StackIdentity, name: string): Promise<Value>;
  listEvents(caller: Caller, stack: StackIdentity, query: EventQuery): Promise<readonly EventShown[]>;
  showEvent(caller: Caller, stack: StackIdentity, resourceName: string, event: string): Promise<EventShown>;
  /** What an unfinished or failed stack waits for, its root cause first. */
  why(caller: Caller, stack: StackIdentity): Promise<Why>;

  // Software configs of a project; an admin sees those of all. They belong to no stack: any engine makes and removes them.
  createConfig(caller: Caller, request: ConfigRequest): Promise<ConfigShown>;
  deleteConfig(caller: Caller, id: string): Promise<void>;
  listConfigs(caller: Caller, query: ConfigQuery): Promise<readonly ConfigListed[]>;
  showConfig(caller: Caller, id: string): Promise<ConfigShown>;

  // What templates may say; nothing is read or written.
  /** The types that the caller may use, without those whose service is not in its catalog. */
  listTypes(caller: Caller, query: TypeQuery): Promise<readonly TypeListed[]>;
  /** The body of GET /resource_types/{type}. */
  typeSchema(caller: Caller, type: string): Promise<ValueMap>;
  /** A template with one resource of the type, everything about it a parameter or an output. */
  typeTemplate(caller: Caller, type: string, language: 'hot' | 'cfn'): Promise<ValueMap>;
  templateVersions(): Promise<readonly TemplateVersion[]>;
  /** `version` as templateVersions has it, or with an alias; `withConditions`: those of conditions too. */
  /** `extended`: with those that AWS's CloudFormation has and Heat's has not. */
  templateFunctions(version: string, withConditions: boolean, extended?: boolean): Promise<readonly TemplateFunction[]>;
  /** The body of POST /validate; `ignored` are error codes (99001: a service is missing) that are no errors. */
  validateTemplate(caller: Caller, request: TemplateRequest, ignored: ReadonlySet<string>): Promise<ValueMap>;
  /** What a create would give; nothing is made. */
  previewStack(caller: Caller, request: StackRequest): Promise<StackPreview>;
  /** What an update would change; `withNested`: in the stacks below it too. */
  previewUpdate(caller: Caller, stack: StackIdentity, change: StackChange, withNested: boolean): Promise<UpdatePreview>;
}
